package activities_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/store/storetest"
	"tuoyu/workflows"
)

// A step locks its case and reads what it begins with in one round trip, and writes and commits in another.
func TestAStepTakesTwoRoundTrips(t *testing.T) {
	trips := &roundTrips{}
	db := storetest.Reopen(t, storetest.New(t), store.Options{Tracer: trips})
	insertCase(t, db)
	e := &activities.Engine{DB: db, CalendarCache: store.NewCalendarCache(db), Processes: workflows.Definitions()}
	_, err := e.CalendarCache.Years(t.Context())
	require.NoError(t, err)
	at := time.Date(2026, 3, 3, 9, 0, 0, 0, nursery.Shanghai)
	closed := activities.CloseTask{CaseNo: "c", Completion: "a", Task: "c.1", Outcome: nursery.OutcomeAccept, Actor: "clerk", Role: nursery.RoleClerk, At: at}
	before := trips.Load()
	require.NoError(t, e.CloseTask(t.Context(), closed))
	require.EqualValues(t, 2, trips.Load()-before, "CloseTask")
	before = trips.Load()
	require.NoError(t, e.RecordConformity(t.Context(), activities.Move{CaseNo: "c", Step: "verified", At: at}))
	require.EqualValues(t, 2+1, trips.Load()-before, "RecordConformity, which also cancels open tasks")
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		row, err := q.TaskAnswer(t.Context(), "c.1")
		require.JSONEq(t, `{"note": "齐全"}`, string(row.Answer))
		return err
	}))
}

// insertCase inserts a filing with an open task and an answer to it.
func insertCase(t *testing.T, db *store.DB) {
	t.Helper()
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		return q.Exec(t.Context(), `
			INSERT INTO institutions (id, county, updated_at) VALUES ('i', '140403', now());
			INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
				VALUES ('c', 'filing', '140403', 'i', 'receipt_issued', 'open', 'inspector', '', now(), now());
			INSERT INTO clocks (case_no, name, county, institution, started_on, limit_days, due_on, provisional)
				VALUES ('c', 'finding', '140403', 'i', '2026-03-02', 40, '2026-05-01', false);
			INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, opened_at)
				VALUES ('c.1', 'c', 'filing.review', '审核', '140403', 'i', 'clerk', '{accept}', now());
			INSERT INTO outbox (id, case_no, county, institution, kind, name, payload, created_at, next_at)
				VALUES ('a', 'c', '140403', 'i', 'update', 'complete', '{"answer": {"note": "齐全"}}', now(), now())`)
	}))
}

// roundTrips counts what is sent to Postgres.
type roundTrips struct{ atomic.Int32 }

func (r *roundTrips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	r.Add(1)
	return ctx
}

func (r *roundTrips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (r *roundTrips) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	r.Add(1)
	return ctx
}

func (r *roundTrips) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (r *roundTrips) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}
