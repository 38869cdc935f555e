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
