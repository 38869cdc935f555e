package store

import (
	"context"
	"fmt"
)

// Exec runs a statement that is not among the named queries, for tests and repair.
func (q *Queries) Exec(ctx context.Context, statement string, args ...any) error {
	if _, err := q.db.Exec(ctx, statement, args...); err != nil {
		return fmt.Errorf("execute: %w", err)
	}
	return nil
}

// Strings returns the first column of a query that is not among the named queries, as text, for tests and repair.
func (q *Queries) Strings(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := q.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	values := []string{}
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		values = append(values, v)
	}
	return values, rows.Err()
}

// PlanForAll tells Postgres that the statements of this transaction go over all the children of a county. What was written a
// moment ago is not in its statistics, and joining row by row what it takes for two rows would last minutes.
func (q *Queries) PlanForAll(ctx context.Context) error {
	if _, err := q.db.Exec(ctx, "-- name: PlanForAll :exec\nSET LOCAL enable_nestloop = off"); err != nil {
		return fmt.Errorf("plan for all: %w", err)
	}
	return nil
}

// PlanByIndex tells Postgres to look rows up by their index in this transaction. A plan is kept, and one that was made while a
// table was empty would read the whole of it ever after.
func (q *Queries) PlanByIndex(ctx context.Context) error {
	if _, err := q.db.Exec(ctx, "-- name: PlanByIndex :exec\nSET LOCAL enable_seqscan = off"); err != nil {
		return fmt.Errorf("plan by index: %w", err)
	}
	return nil
}

// PlanInOrder tells Postgres to read a page in the order of its index and stop there. Behind row-level security it expects few
// rows of what a principal sees, and would read all of a county's and sort them for the twenty-five of a page.
func (q *Queries) PlanInOrder(ctx context.Context) error {
	if _, err := q.db.Exec(ctx, "-- name: PlanInOrder :exec\nSELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)"); err != nil {
		return fmt.Errorf("plan in order: %w", err)
	}
	return nil
}
