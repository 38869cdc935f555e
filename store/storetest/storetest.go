// Package storetest gives a test a Postgres database of its own with the current schema, reached the way the
// product reaches it: as a role that row-level security binds.
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

// New gives a fresh database; it is dropped when the test passes. The server is named by
// DEVSTACK_POSTGRES_ADMIN_URL, and the test fails when it is not.
func New(t testing.TB) *store.DB {
	t.Helper()
	address := URL(t)
	db := open(t, address, store.Options{})
	opened.Store(db, address)
	return db
}

// opened holds the address of each database New has opened.
var opened sync.Map

// Reopen opens the database of db, which New opened, once more with other options.
func Reopen(t testing.TB, db *store.DB, o store.Options) *store.DB {
	t.Helper()
	return open(t, address(t, db), o)
}

// ReopenAs opens the database of db, which New opened, once more under an application name, by which triggers of a test know who
// writes.
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

// URL is New for a test that connects by itself: the address of a fresh database, logged in as the product.
func URL(t testing.TB) string {
	t.Helper()
	return urls(t).app
}

// OwnerURL is the address of a fresh database logged in as the owner of its tables, whom row-level security
// binds as well since it is forced.
func OwnerURL(t testing.TB) string {
	t.Helper()
	return urls(t).owner
}

// URLs returns the addresses of one fresh database: logged in as the product, and as the owner of its tables.
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

// appLogin gives the product's role a password on this server and returns how it logs in to the test database.
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

// schema brings a template database to the latest migration.
type schema struct{}

// Hash is that of the migrations' text.
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

// Maintain runs a statement in the database of db as the superuser of the server: what an operator does, such as
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
