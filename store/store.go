// Package store is the access to Postgres: SQL in queries/, the Go code generated from it, the principal as which a
// transaction runs, and the check that the schema is the one this program knows.
package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"tuoyu/migrations"
	"tuoyu/nursery"
)

// DB is the database with row-level security: everything is read and written as a principal.
type DB struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// connectTimeout is how long a request waits for a server that does not respond.
const connectTimeout = 5 * time.Second

// Options configures the pool. A zero field selects the default.
type Options struct {
	MaxConns int32 // default 16
	// Tracer is called for each query: otelpgx.NewTracer() makes spans of them. Nil traces nothing.
	Tracer pgx.QueryTracer
}

// Open connects to url, which must log in as a role that neither owns the tables nor bypasses row-level security; Ready
// returns an error if it does.
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
	cfg.ConnConfig.ConnectTimeout = min(cfg.ConnConfig.ConnectTimeout, connectTimeout) // two minutes unless the address has a shorter limit
	// Each query has the one index that serves it, so planning it for each value finds nothing better; on large tables
	// Postgres would otherwise plan it each time, which takes longer than reading a page of the inbox.
	cfg.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	cfg.ConnConfig.Tracer = o.Tracer
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &DB{pool: pool, now: time.Now}, nil
}

// At returns the same database for a program whose clock is now: row-level security that depends on a range of days,
// such as a contract in force, uses that clock.
func (db *DB) At(now func() time.Time) *DB { return &DB{pool: db.pool, now: now} }

// Close closes the pool, after every connection has been returned to it.
func (db *DB) Close() { db.pool.Close() }

// Stat returns the statistics of the pool.
func (db *DB) Stat() *pgxpool.Stat { return db.pool.Stat() }

// As runs do in one transaction as p: do reads and writes only rows that p may see. The transaction is committed if do
// returns nil and rolled back otherwise. With the schema of another release nothing is read or written: the error wraps
// ErrSchemaMismatch. Transactions do not nest: the inner one would need a second connection, for which it could wait
// forever if the pool is full.
func (db *DB) As(ctx context.Context, p nursery.Principal, do func(*Queries) error) error {
	return db.begin(ctx, p, "", do)
}

// AsPublic runs do as an anonymous caller with a verification code or case number: it sees only the rows that secret
// identifies.
func (db *DB) AsPublic(ctx context.Context, secret string, do func(*Queries) error) error {
	return db.begin(ctx, nursery.Principal{Role: nursery.RolePublic}, secret, do)
}

// AsEngine runs do, in the transaction of q, with the engine's access instead of the principal's, and restores the
// principal's access afterwards. It is for checks that need more than the principal may see, such as whether a child is
// known already.
func (q *Queries) AsEngine(_ context.Context, do func() error) error {
	return q.db.(*transaction).elevate(nursery.RoleEngine, do)
}

const setRole = `SELECT set_config('tuoyu.role', $1, true)`

// setPrincipal sets the principal of a transaction. It divides by zero if the schema version is not $7, so that nothing
// sent with it is executed.
const setPrincipal = `SELECT set_config('tuoyu.role', $1, true), set_config('tuoyu.county', $2, true),
	set_config('tuoyu.institution', $3, true), set_config('tuoyu.code', $4, true),
	set_config('tuoyu.account', $5, true), set_config('tuoyu.day', $6, true),
	1 / CASE WHEN (` + schemaVersion + `) = $7::bigint THEN 1 ELSE 0 END`

const setPrincipalName = "set principal"

const schemaVersion = `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`

func (db *DB) begin(ctx context.Context, p nursery.Principal, code string, do func(*Queries) error) error {
	afterwards, err := db.run(ctx, p, code, do)
	if err == nil {
		var all sync.WaitGroup
		for _, do := range afterwards {
			all.Go(do)
		}
		all.Wait()
		return nil
	}
	if mayBeSchema(err) {
		if other := db.schema(ctx); errors.Is(other, ErrSchemaMismatch) {
			err = other
		}
	}
	return fmt.Errorf("as %s: %w", p.Role, err)
}

// run runs do in a transaction and returns what is to be done after its commit.
func (db *DB) run(ctx context.Context, p nursery.Principal, code string, do func(*Queries) error) ([]func(), error) {
	leave, err := enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	t := &transaction{conn: conn}
	done := false
	defer func() {
		if !done { // also if do panics
			t.rollback(ctx)
		}
	}()
	t.begin(p, code, nursery.DateOf(db.now()))
	if err := do(New(t)); err != nil {
		return nil, err
	}
	if err := t.commit(ctx); err != nil {
		return nil, err
	}
	done = true
	return t.afterwards, nil
}

// AfterCommit registers do to run after the transaction of q is committed and its connection is free, concurrently with
// others that were registered. As returns when all have returned. A transaction that is rolled back runs none.
func (q *Queries) AfterCommit(do func()) {
	t := q.db.(*transaction)
	t.afterwards = append(t.afterwards, do)
}

// mayBeSchema reports whether err may be caused by the schema of another release: an object does not exist, or
// setPrincipal failed.
func mayBeSchema(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && slices.Contains([]string{"42P01", "42703", "42883", "0A000", "22012"}, refused.Code)
}

// schema returns nil if the schema is that of this program, otherwise an error that wraps ErrSchemaMismatch.
func (db *DB) schema(ctx context.Context) error {
	var version int64
	if err := db.pool.QueryRow(ctx, schemaVersion).Scan(&version); err != nil {
		return ofSchema(err)
	}
	return wanted(version)
}

// wanted returns an error that wraps ErrSchemaMismatch unless version is that of this program's schema.
func wanted(version int64) error {
	if version == latest {
		return nil
	}
	return fmt.Errorf("%w: schema version is %d, this program needs %d: run tuoyu migrate of the newer release, or its program", ErrSchemaMismatch, version, latest)
}

var latest = migrations.Latest()

// ofSchema returns err, wrapped with ErrSchemaMismatch if it means that there is no schema yet.
func ofSchema(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "42P01" {
		return fmt.Errorf("%w: there is none: run tuoyu migrate", ErrSchemaMismatch)
	}
	return err
}

// Ready returns nil if the database responds, has exactly the schema of this program, and is accessed as a role that is
// subject to row-level security. The error wraps ErrSchemaMismatch if the schema is another.
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

// IsNotFound reports whether err means that no row was found.
func IsNotFound(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
