package e2e

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// inDatabase returns the URL with its database replaced.
func inDatabase(address, database string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(fmt.Sprintf("database URL of the environment: %v", err))
	}
	u.Path = "/" + database
	return u.String()
}

// makeDatabase makes the installation's database, as a copy of one that the program has migrated.
func (h *harness) makeDatabase(ctx context.Context) error {
	from, err := migrated()
	if err != nil {
		return err
	}
	if h.admin, err = pgx.Connect(ctx, os.Getenv("DEVSTACK_POSTGRES_ADMIN_URL")); err != nil {
		return fmt.Errorf("connect to Postgres: %w", err)
	}
	return createDatabase(ctx, h.admin, h.database, from)
}

// createDatabase makes a database of the owner of the tables, as a copy of template.
func createDatabase(ctx context.Context, admin *pgx.Conn, name, template string) error {
	owner, err := url.Parse(os.Getenv("TUOYU_MIGRATE_DATABASE_URL"))
	if err != nil {
		return fmt.Errorf("read TUOYU_MIGRATE_DATABASE_URL: %w", err)
	}
	_, err = admin.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s OWNER %s TEMPLATE %s", name, pgx.Identifier{owner.User.Username()}.Sanitize(), template))
	if err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	return nil
}

// migrated returns the name of a database that tuoyu migrate has made, for copies: a copy takes a fraction of the time. It is dropped
// by dropMigrated.
var migrated = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	admin, err := pgx.Connect(ctx, os.Getenv("DEVSTACK_POSTGRES_ADMIN_URL"))
	if err != nil {
		return "", fmt.Errorf("connect to Postgres: %w", err)
	}
	name := "e2e_template_" + randomName()
	if err := errors.Join(createDatabase(ctx, admin, name, "template1"), admin.Close(ctx)); err != nil {
		return "", err
	}
	template = name
	h := &harness{env: append(withoutSettings(os.Environ()), "TUOYU_MIGRATE_DATABASE_URL="+inDatabase(os.Getenv("TUOYU_MIGRATE_DATABASE_URL"), name))}
	return name, h.do(ctx, "migrate")
})

// template is the database made by migrated, if any.
var template string

// dropMigrated drops the database made by migrated.
func dropMigrated() error {
	if template == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	admin, err := pgx.Connect(ctx, os.Getenv("DEVSTACK_POSTGRES_ADMIN_URL"))
	if err != nil {
		return fmt.Errorf("connect to Postgres: %w", err)
	}
	_, err = admin.Exec(ctx, "DROP DATABASE "+template)
	return errors.Join(err, admin.Close(ctx))
}

// randomName returns eight random letters and digits for a name.
func randomName() string { return strings.ToLower(rand.Text()[:8]) }
