package activities_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/store/storetest"
	"tuoyu/workflows"
)

// Two attempts of a step that wait for the lock on its case at the same time do it once, and both succeed: the second one
// does not see the event of the first.
func TestTwoAttemptsOfAStepAtTheSameTimeDoItOnce(t *testing.T) {
	db := storetest.New(t)
	insertCase(t, db)
	e := &activities.Engine{DB: db, CalendarCache: store.NewCalendarCache(db), Processes: workflows.Definitions()}
	at := time.Date(2026, 3, 3, 9, 0, 0, 0, nursery.Shanghai)
	var attempts errgroup.Group
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		if _, err := q.CaseForStep(t.Context(), "c"); err != nil {
			return err
		}
		for range 2 {
			attempts.Go(func() error {
				return e.CloseTask(t.Context(), activities.CloseTask{
					CaseNo: "c", Completion: "a", Task: "c.1", Outcome: nursery.OutcomeAccept, Actor: "clerk", Role: nursery.RoleClerk, At: at,
				})
			})
		}
		for waiting := 0; waiting < 2; {
			if _, err := q.Strings(t.Context(), `SELECT pg_stat_clear_snapshot()::text`); err != nil { // otherwise the same for the whole transaction
				return err
			}
			counts, err := q.Strings(t.Context(), `SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
			if err != nil {
				return err
			}
			if waiting, err = strconv.Atoi(counts[0]); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, attempts.Wait())
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		written, err := q.Strings(t.Context(), `SELECT kind FROM case_events WHERE case_no = 'c'`)
		require.Equal(t, []string{"task_closed"}, written)
		return err
	}))
}
