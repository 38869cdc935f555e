package activities

import (
	"context"
	"fmt"
	"time"

	"tuoyu/store"
)

// CaseChanged is the name of the Update that notifies a case's workflow that facts it uses have changed in Postgres. It
// contains nothing but its own ID.
const CaseChanged = "case_changed"

// EnqueueChange notifies the workflow of c, through the outbox, that its facts have changed. What identifies the change: a
// second Wake for the same one does nothing.
func EnqueueChange(ctx context.Context, q *store.Queries, c store.Case, what string, at time.Time) error {
	return wake(ctx, q, c, "changed/"+c.CaseNo+"/"+what, CaseChanged, at)
}

func wake(ctx context.Context, q *store.Queries, c store.Case, id, update string, at time.Time) error {
	err := q.WakeCase(ctx, store.WakeCaseParams{
		ID: id, CaseNo: c.CaseNo, County: c.County, Institution: c.Institution, Name: update, At: at,
	})
	if err != nil {
		return fmt.Errorf("wake %s: %w", c.CaseNo, err)
	}
	return nil
}
