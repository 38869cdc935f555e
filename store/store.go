// Package store is Postgres: SQL in queries/, the Go generated from it, and the two things no query can say
// for itself — as whom a transaction runs, and whether the schema is the one this program knows.
package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"tuoyu/migrations"
	"tuoyu/nursery"
)

// DB is the database as seen by row-level security: nothing is read or written except as a principal.
type DB struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// connectTimeout bounds how long a request waits for a server that does not answer before it is told so.
const connectTimeout = 5 * time.Second

// Options sizes the pool. A zero field keeps the default.
type Options struct {
	MaxConns int32 // default 16
	Tracing  bool  // spans for each query
}

// Open connects to url, which must log in as a role that neither owns the tables nor bypasses row-level
// security; Ready says so when it does.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("parse database url: %w", err)
	}
	cfg.MaxConns = 16
	if o.MaxConns > 0 {
		cfg.MaxConns = o.MaxConns
	}
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.ConnectTimeout = min(cfg.ConnConfig.ConnectTimeout, connectTimeout) // two minutes unless the address says less
	// Each query has the one index that serves it, so planning it anew for every value finds nothing better; on large
	// tables Postgres would otherwise plan again each time, which takes longer than reading a page of the inbox.
	cfg.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	if o.Tracing {
		cfg.ConnConfig.Tracer = otelpgx.NewTracer()
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &DB{pool: pool, now: time.Now}, nil
}

// At returns the same database for a program whose clock is now: what row-level security opens for a span of days, a
// contract in force, it opens by that clock.
func (db *DB) At(now func() time.Time) *DB { return &DB{pool: db.pool, now: now} }

// Close returns when every connection is given back and closed.
func (db *DB) Close() { db.pool.Close() }

// Stat tells how busy the pool is.
func (db *DB) Stat() *pgxpool.Stat { return db.pool.Stat() }

// As runs do in one transaction on behalf of p: every row do reads or writes is one that p may see. The
// transaction is committed when do returns nil and rolled back otherwise. On the schema of another release nothing is read or
// written: the error wraps ErrSchemaMismatch. A transaction is not opened within another one, on a connection of its own, which a
// full pool would wait for without end.
func (db *DB) As(ctx context.Context, p nursery.Principal, do func(*Queries) error) error {
	return db.begin(ctx, p, "", do)
}

// AsPublic runs do as somebody who has not signed in and holds a verification code or case number: only the
// rows that secret opens are seen.
func (db *DB) AsPublic(ctx context.Context, secret string, do func(*Queries) error) error {
	return db.begin(ctx, nursery.Principal{Role: nursery.RolePublic}, secret, do)
}

// Beyond runs do, in the transaction q is of, with the sight of the engine instead of the principal's, and restores the
// principal's also after an error. It is for what a person's sight is too narrow for: to find whether a child is known already.
func (q *Queries) Beyond(_ context.Context, do func() error) error {
	return q.db.(*transaction).elevate(nursery.RoleEngine, do)
}

const setRole = `SELECT set_config('tuoyu.role', $1, true)`

// setPrincipal sets as whom a transaction runs. It divides by zero on a schema of another version than $7, so that nothing sent with
// it is done.
const setPrincipal = `SELECT set_config('tuoyu.role', $1, true), set_config('tuoyu.county', $2, true),
	set_config('tuoyu.institution', $3, true), set_config('tuoyu.code', $4, true),
	set_config('tuoyu.account', $5, true), set_config('tuoyu.day', $6, true),
	1 / CASE WHEN (` + schemaVersion + `) = $7::bigint THEN 1 ELSE 0 END`

const setPrincipalName = "set principal"

const schemaVersion = `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`

func (db *DB) begin(ctx context.Context, p nursery.Principal, code string, do func(*Queries) error) error {
	leave, err := enter()
	if err != nil {
		return err
	}
	defer leave()
	if err = db.run(ctx, p, code, do); err == nil {
		return nil
	}
	if mayBeSchema(err) {
		if other := db.schema(ctx); errors.Is(other, ErrSchemaMismatch) {
			err = other
		}
	}
	return fmt.Errorf("as %s: %w", p.Role, err)
}

func (db *DB) run(ctx context.Context, p nursery.Principal, code string, do func(*Queries) error) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	t := &transaction{conn: conn}
	done := false
	defer func() {
		if !done { // also when do panics
			t.rollback(ctx)
		}
	}()
	t.begin(p, code, nursery.DateOf(db.now()))
	if err := do(New(t)); err != nil {
		return err
	}
	if err := t.commit(ctx); err != nil {
		return err
	}
	done = true
	return nil
}

// mayBeSchema reports whether err may come from a schema that is not this program's: what is asked for is not there, or
// setPrincipal has refused.
func mayBeSchema(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && slices.Contains([]string{"42P01", "42703", "42883", "0A000", "22012"}, refused.Code)
}

// schema returns nil when the schema is that of this program, and an error that wraps ErrSchemaMismatch when it is another.
func (db *DB) schema(ctx context.Context) error {
	var version int64
	if err := db.pool.QueryRow(ctx, schemaVersion).Scan(&version); err != nil {
		return ofSchema(err)
	}
	return wanted(version)
}

// wanted returns an error that wraps ErrSchemaMismatch unless version is that of the schema this program was built with.
func wanted(version int64) error {
	if version == latest {
		return nil
	}
	return fmt.Errorf("%w: schema version is %d, this program needs %d: run tuoyu migrate of the newer release, or its program", ErrSchemaMismatch, version, latest)
}

var latest = migrations.Latest()

// ofSchema returns err, wrapping ErrSchemaMismatch when it says that there is no schema yet.
func ofSchema(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "42P01" {
		return fmt.Errorf("%w: there is none: run tuoyu migrate", ErrSchemaMismatch)
	}
	return err
}

// Ready reports nil when the database answers, has exactly the schema this program was built with, and is
// reached as a role that row-level security binds. The error wraps ErrSchemaMismatch when it is the schema.
func (db *DB) Ready(ctx context.Context) error {
	var version int64
	var bound bool
	row := db.pool.QueryRow(ctx, `SELECT (`+schemaVersion+`),
		NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls))
		AND NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename = 'cases' AND tableowner = current_user)`)
	if err := row.Scan(&version, &bound); err != nil {
		return fmt.Errorf("ask database: %w", ofSchema(err))
	}
	if err := wanted(version); err != nil {
		return err
	}
	if !bound {
		return errors.New("the database role owns the tables or bypasses row-level security: log in as another role")
	}
	return nil
}

// IsNotFound tells whether err says that no row was seen.
func IsNotFound(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
