package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"tuoyu/nursery"
)

// transaction is the connection of one transaction. It queues the statements without a result, those that sqlc marks
// :exec, and sends them together with the next statement that has one, or with the commit: a step of a case takes as
// many round trips as it has reads, rather than one for each statement. The order of the statements is preserved. An
// error of a queued statement is returned, with its own name, by the call that sent it, and rolls the transaction back.
type transaction struct {
	conn   *pgxpool.Conn
	role   nursery.Role // the role in effect after the queued statements
	queue  []statement
	begun  bool        // something was sent
	ahead  []statement // reads sent ahead, in the order in which they will be requested
	unread pgx.BatchResults

	afterwards []func() // after the commit
}

// statement is a statement with the name used in its errors.
type statement struct {
	name, sql string
	args      []any
}

// begin queues the statements that open a transaction as p. They fail, before anything else is executed, if the schema
// is not that of this release.
func (t *transaction) begin(p nursery.Principal, code string, day nursery.Date) {
	t.role = p.Role
	t.queue = append(t.queue, statement{name: "begin", sql: "BEGIN"}, statement{
		name: setPrincipalName, sql: setPrincipal,
		args: []any{string(p.Role), p.County, p.Institution, code, p.Account, day.String(), latest},
	})
}

// elevate runs do with another role.
func (t *transaction) elevate(role nursery.Role, do func() error) error {
	own := t.role
	set := func(role nursery.Role) {
		t.role = role
		t.queue = append(t.queue, statement{name: "set principal", sql: setRole, args: []any{string(role)}})
	}
	set(role)
	defer set(own)
	return do()
}

// Exec runs a statement. One that is marked :exec is queued; its arguments must not be changed afterwards.
func (t *transaction) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	name, kind := nameOf(sql)
	if name == "" { // may be several statements, which only the simple protocol supports
		if err := t.flush(ctx); err != nil {
			return pgconn.CommandTag{}, err
		}
		return t.conn.Exec(ctx, sql, args...)
	}
	s := statement{name, sql, args}
	if kind == "exec" {
		t.queue = append(t.queue, s)
		return pgconn.CommandTag{}, nil
	}
	results, err := t.send(ctx, s)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := results.Exec()
	return tag, named(name, errors.Join(err, closed(results, err)))
}

// Query sends the queued statements and the query.
func (t *transaction) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	name, _ := nameOf(sql)
	results, err := t.send(ctx, statement{name, sql, args})
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return nil, named(name, errors.Join(err, closed(results, err)))
	}
	return &queried{Rows: rows, name: name, results: results, more: t.unread != nil}, nil
}

// QueryRow sends the queued statements and the query.
func (t *transaction) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	rows, err := t.Query(ctx, sql, args...)
	return firstRow{rows, err}
}

// flush sends the queued statements.
func (t *transaction) flush(ctx context.Context) error {
	if len(t.queue) == 0 && t.unread == nil {
		return nil
	}
	results, err := t.send(ctx)
	if err != nil {
		return err
	}
	return results.Close()
}

// send sends the queued statements and then those of asked, and returns the results beginning with the first of asked.
func (t *transaction) send(ctx context.Context, asked ...statement) (pgx.BatchResults, error) {
	if t.unread != nil {
		if len(t.queue) == 0 && t.isNext(asked) { // nothing was written, and the role is the same, since it was read
			t.ahead = t.ahead[1:]
			results := t.unread
			if len(t.ahead) == 0 {
				t.unread = nil
			}
			return results, nil
		}
		results := t.unread
		t.unread, t.ahead = nil, nil
		if err := results.Close(); err != nil {
			return nil, fmt.Errorf("read ahead: %w", err)
		}
	}
	if !t.isNext(asked) {
		t.ahead = nil
	}
	queued := t.queue
	t.queue, t.begun = nil, true
	var batch pgx.Batch
	for _, s := range queued {
		batch.Queue(s.sql, s.args...)
	}
	if len(t.ahead) > 0 {
		asked = t.ahead
	}
	for _, s := range asked {
		batch.Queue(s.sql, s.args...)
	}
	results := t.conn.SendBatch(ctx, &batch)
	for _, s := range queued {
		if _, err := results.Exec(); err != nil {
			return nil, named(s.name, errors.Join(err, closed(results, err)))
		}
	}
	if len(t.ahead) > 1 {
		t.ahead, t.unread = t.ahead[1:], results
	} else {
		t.ahead = nil
	}
	return results, nil
}

// isNext reports whether asked is the next of the reads sent ahead.
func (t *transaction) isNext(asked []statement) bool {
	return len(t.ahead) > 0 && len(asked) == 1 && t.ahead[0].sql == asked[0].sql && reflect.DeepEqual(t.ahead[0].args, asked[0].args)
}

// commit sends the queued statements and commits. Where nothing was read all of them are sent together, which Postgres
// runs as one transaction without BEGIN and COMMIT.
func (t *transaction) commit(ctx context.Context) error {
	if !t.begun {
		t.queue = t.queue[1:]
		results, err := t.send(ctx)
		if err != nil {
			return err
		}
		return named("commit", results.Close())
	}
	results, err := t.send(ctx, statement{name: "commit", sql: "COMMIT"})
	if err != nil {
		return err
	}
	tag, err := results.Exec()
	if err = errors.Join(err, closed(results, err)); err != nil {
		return named("commit", err)
	}
	if tag.String() == "ROLLBACK" {
		return pgx.ErrTxCommitRollback
	}
	return nil
}

// rollback rolls back and drops the queued statements. If it fails, the connection is not reused.
func (t *transaction) rollback(ctx context.Context) {
	t.queue, t.ahead = nil, nil
	if t.unread != nil {
		_ = t.unread.Close() // the transaction is rolled back regardless of the error
		t.unread = nil
	}
	if t.conn.Conn().PgConn().TxStatus() != 'I' {
		_, _ = t.conn.Exec(ctx, "ROLLBACK") // the pool closes a connection that is still in a transaction
	}
}

// closed closes the results and returns the error of closing them if err is nil; otherwise err already includes it, and
// closed returns nil.
func closed(results pgx.BatchResults, err error) error {
	if ended := results.Close(); err == nil {
		return ended
	}
	return nil
}

// nameOf returns the name and the kind in the first line of a query generated by sqlc. The kind is exec, execrows, one
// or many.
func nameOf(sql string) (name, kind string) {
	line, _, _ := strings.Cut(sql, "\n")
	rest, ok := strings.CutPrefix(line, "-- name: ")
	if !ok {
		return "", ""
	}
	name, kind, _ = strings.Cut(rest, " :")
	return name, kind
}

// named wraps err with the name of the query.
func named(name string, err error) error {
	if err == nil || name == "" {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// queried is the rows of a query whose error contains its name.
type queried struct {
	pgx.Rows
	name    string
	results pgx.BatchResults
	more    bool // other results follow, which are read later
}

func (r *queried) Close() {
	r.Rows.Close()
	if !r.more {
		_ = r.results.Close() // nothing follows; an error of the rows is returned by Err
	}
}

func (r *queried) Err() error { return named(r.name, r.Rows.Err()) }

func (r *queried) Scan(dest ...any) error { return named(r.name, r.Rows.Scan(dest...)) }

// firstRow is the first row of a query.
type firstRow struct {
	rows pgx.Rows
	err  error
}

func (r firstRow) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return named(r.rows.(*queried).name, pgx.ErrNoRows)
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}

// Ahead sends reads that will be requested next, in this order, in the round trip of the first one. Each calls one query and
// returns its error; the same call on q afterwards returns the result. A read that is not requested in turn is dropped
// together with those after it, and so are all when something is written in between. An error means that one of them is
// not a read.
func (q *Queries) Ahead(reads ...func(*Queries) error) error {
	t, ok := q.db.(*transaction)
	if !ok || t.unread != nil {
		return nil
	}
	var r recorder
	for _, read := range reads {
		if err := read(New(&r)); !errors.Is(err, errRecorded) {
			return fmt.Errorf("read ahead: not a query: %w", err)
		}
	}
	t.ahead = r.reads
	return nil
}

// recorder records queries without running them.
type recorder struct{ reads []statement }

var errRecorded = errors.New("recorded, not run")

func (r *recorder) note(sql string, args []any) error {
	name, _ := nameOf(sql)
	r.reads = append(r.reads, statement{name, sql, args})
	return errRecorded
}

func (r *recorder) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return pgconn.CommandTag{}, r.note(sql, args)
}

func (r *recorder) Query(_ context.Context, sql string, args ...any) (pgx.Rows, error) {
	return nil, r.note(sql, args)
}

func (r *recorder) QueryRow(_ context.Context, sql string, args ...any) pgx.Row {
	return firstRow{err: r.note(sql, args)}
}
