// Package storetest provides tests with a Postgres database of their own with the current schema, accessed as the
// product does: as a role that is subject to row-level security.
package storetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgtestdb opens by name
	"github.com/peterldowns/pgtestdb"

	"tuoyu/migrations"
	"tuoyu/nursery"
	"tuoyu/store"
)

func init() { store.DetectNesting() }

const (
	ownerRole = "tuoyu_test_owner"
	appRole   = "tuoyu_app"
)

// New returns a new database, which is dropped if the test passes. The server is that of DEVSTACK_POSTGRES_ADMIN_URL;
// the test fails if the variable is not set.
func New(t testing.TB) *store.DB {
	t.Helper()
	address := URL(t)
	db := open(t, address, store.Options{})
	opened.Store(db, address)
	return db
}

// opened maps each database opened by New to its address.
var opened sync.Map

// Reopen opens the database of db, which New opened, again with other options.
func Reopen(t testing.TB, db *store.DB, o store.Options) *store.DB {
	t.Helper()
	return open(t, address(t, db), o)
}

// ReopenAs opens the database of db, which New opened, again under an application name, by which triggers of a test
// identify the writer.
func ReopenAs(t testing.TB, db *store.DB, application string) *store.DB {
	t.Helper()
	return open(t, address(t, db)+"&application_name="+url.QueryEscape(application), store.Options{})
}

func address(t testing.TB, db *store.DB) string {
	t.Helper()
	address, ok := opened.Load(db)
	if !ok {
		t.Fatal("this database was not opened by New")
	}
	return address.(string)
}

func open(t testing.TB, address string, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// URL is like New for a test that connects by itself: it returns the address of a new database for the product's role.
func URL(t testing.TB) string {
	t.Helper()
	return urls(t).app
}

// OwnerURL returns the address of a new database for the owner of its tables, who is subject to row-level security as
// well since it is forced.
func OwnerURL(t testing.TB) string {
	t.Helper()
	return urls(t).owner
}

// URLs returns the addresses of one new database: for the product's role, and for the owner of its tables.
func URLs(t testing.TB) (app, owner string) {
	t.Helper()
	both := urls(t)
	return both.app, both.owner
}

type addresses struct{ app, owner string }

func urls(t testing.TB) addresses {
	t.Helper()
	admin, err := url.Parse(os.Getenv("DEVSTACK_POSTGRES_ADMIN_URL"))
	if err != nil || admin.Host == "" {
		t.Fatal("DEVSTACK_POSTGRES_ADMIN_URL is not set: run this test through make test")
	}
	password, _ := admin.User.Password()
	config := pgtestdb.Custom(t, pgtestdb.Config{
		DriverName: "pgx", Host: admin.Hostname(), Port: admin.Port(), User: admin.User.Username(), Password: password,
		Database: "postgres", Options: "sslmode=disable", ForceTerminateConnections: true,
		TestRole: &pgtestdb.Role{Username: ownerRole, Password: ownerRole, Capabilities: "NOSUPERUSER NOBYPASSRLS CREATEDB CREATEROLE"},
	}, schema{})
	app, err := appLogin(t.Context(), admin, *config)
	if err != nil {
		t.Fatal(err)
	}
	return addresses{app: app, owner: config.URL()}
}

// appLogin sets the password of the product's role on this server and returns the address of the test database for it.
// The password is the role's name: the server is the test's own, on loopback.
func appLogin(ctx context.Context, admin *url.URL, config pgtestdb.Config) (string, error) {
	conn, err := sql.Open("pgx", admin.String())
	if err != nil {
		return "", fmt.Errorf("open admin connection: %w", err)
	}
	defer conn.Close()
	var user, password string
	if given, err := url.Parse(os.Getenv("TUOYU_DATABASE_URL")); err == nil && given.User != nil && given.User.Username() == appRole {
		user = appRole
		password, _ = given.User.Password()
	} else {
		user, password = appRole, appRole
		if _, err := conn.ExecContext(ctx, "ALTER ROLE "+appRole+" LOGIN PASSWORD '"+appRole+"'"); err != nil {
			return "", fmt.Errorf("let %s log in: %w", appRole, err)
		}
	}
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(user, password), Host: config.Host + ":" + config.Port,
		Path: config.Database, RawQuery: "sslmode=disable",
	}
	return address.String(), nil
}

// schema migrates a template database to the latest version.
type schema struct{}

// Hash returns a hash of the text of the migrations.
func (schema) Hash() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(migrations.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.FS(), path)
		if err != nil {
			return err
		}
		sum.Write(text)
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}

// Migrate applies every migration to the empty template.
func (schema) Migrate(ctx context.Context, _ *sql.DB, config pgtestdb.Config) error {
	_, err := migrations.Up(ctx, config.URL())
	return err
}

// Maintain runs a statement in the database of db as the superuser of the server, as an operator does, for example
// ANALYZE.
func Maintain(t testing.TB, db *store.DB, statement string) {
	t.Helper()
	var name []string
	err := db.As(t.Context(), nursery.Engine, func(q *store.Queries) (err error) {
		name, err = q.Strings(t.Context(), "SELECT current_database()::text")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	admin, err := url.Parse(os.Getenv("DEVSTACK_POSTGRES_ADMIN_URL"))
	if err != nil {
		t.Fatal(err)
	}
	admin.Path = name[0]
	conn, err := sql.Open("pgx", admin.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
