package store_test

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/store/storetest"
)

func registration(n int) store.PutRegistrationParams {
	return store.PutRegistrationParams{
		Uscc: strconv.Itoa(n), County: "140403", Facts: []byte("{}"), Source: "registrar", ConfirmedBy: "x", UpdatedAt: time.Now(),
	}
}

func TestAReadSeesTheWritesQueuedBeforeIt(t *testing.T) {
	db := storetest.New(t)
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		for n := range 3 {
			if err := q.PutRegistration(t.Context(), registration(n)); err != nil {
				return err
			}
		}
		row, err := q.RegistrationOf(t.Context(), "2")
		require.Equal(t, "2", row.Uscc)
		return err
	}))
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		_, err := q.RegistrationOf(t.Context(), "0")
		return err
	}))
}

func TestAQueuedWriteThatFailsUndoesTheTransactionUnderItsName(t *testing.T) {
	db := storetest.New(t)
	for name, read := range map[string]bool{"at the commit": false, "at the next read": true} {
		err := db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
			if err := q.PutRegistration(t.Context(), registration(1)); err != nil {
				return err
			}
			wrong := registration(2)
			wrong.Source = "hearsay"
			if err := q.PutRegistration(t.Context(), wrong); err != nil || !read {
				return err
			}
			_, err := q.RegistrationOf(t.Context(), "1")
			require.Error(t, err)
			return err
		})
		require.Equal(t, "23514", code(err), name)
		require.ErrorContains(t, err, "PutRegistration: ", name)
	}
	require.True(t, store.IsNotFound(db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		_, err := q.RegistrationOf(t.Context(), "1")
		require.ErrorContains(t, err, "RegistrationOf: ")
		return err
	})))
}

func TestAnErrorOrAPanicUndoesWhatWasQueued(t *testing.T) {
	db := storetest.New(t)
	put := func(then func()) func(*store.Queries) error {
		return func(q *store.Queries) error {
			if err := q.PutRegistration(t.Context(), registration(1)); err != nil {
				return err
			}
			then()
			return errors.New("not so")
		}
	}
	require.ErrorContains(t, db.As(t.Context(), nursery.Engine, put(func() {})), "not so")
	require.Panics(t, func() { _ = db.As(t.Context(), nursery.Engine, put(func() { panic("not so") })) })
	require.True(t, store.IsNotFound(db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		_, err := q.RegistrationOf(t.Context(), "1")
		return err
	})))
}

func TestAnErrorOfPostgresIsNotCommittedOver(t *testing.T) {
	db := storetest.New(t)
	err := db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		require.Error(t, q.Exec(t.Context(), "SELECT 1/0"))
		return nil
	})
	require.ErrorIs(t, err, pgx.ErrTxCommitRollback)
}

func TestATransactionWithinATransactionFailsAtOnce(t *testing.T) {
	db := storetest.New(t)
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(*store.Queries) error {
		require.ErrorContains(t, db.As(t.Context(), nursery.Engine, func(*store.Queries) error { return nil }), "within a transaction")
		return nil
	}))
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(*store.Queries) error { return nil }))
}

// registered reads a registration ahead.
func registered(t *testing.T, uscc string) func(*store.Queries) error {
	return func(q *store.Queries) error {
		_, err := q.RegistrationOf(t.Context(), uscc)
		return err
	}
}

func TestAReadSentAheadSeesWhatIsWrittenAndWhoReadsInBetween(t *testing.T) {
	db := storetest.New(t)
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		require.NoError(t, q.Ahead(registered(t, "0"), registered(t, "1")))
		require.True(t, store.IsNotFound(registered(t, "0")(q)))
		if err := q.PutRegistration(t.Context(), registration(1)); err != nil {
			return err
		}
		return registered(t, "1")(q)
	}), "written in between")
	institution := nursery.Principal{Account: "institution-140403-01", Role: nursery.RoleInstitution, County: "140403", Institution: "institution-140403-01"}
	require.NoError(t, db.As(t.Context(), institution, func(q *store.Queries) error {
		require.NoError(t, q.Ahead(registered(t, "0"), registered(t, "1")))
		require.True(t, store.IsNotFound(registered(t, "0")(q)))
		return q.AsEngine(t.Context(), func() error { return registered(t, "1")(q) })
	}), "read beyond what the institution sees")
}

func TestOnlyQueriesAreSentAhead(t *testing.T) {
	db := storetest.New(t)
	require.ErrorContains(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		return q.Ahead(func(*store.Queries) error { return nil })
	}), "not a query")
}

func TestReadsAheadAreAnsweredInTheirTurn(t *testing.T) {
	db := storetest.New(t)
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		for n := range 3 {
			if err := q.PutRegistration(t.Context(), registration(n)); err != nil {
				return err
			}
		}
		years := func(q *store.Queries) error { _, err := q.AllCalendarYears(t.Context()); return err }
		require.NoError(t, q.Ahead(registered(t, "0"), registered(t, "none"), years, registered(t, "2")))
		row, err := q.RegistrationOf(t.Context(), "0")
		require.NoError(t, err)
		require.Equal(t, "0", row.Uscc)
		_, err = q.RegistrationOf(t.Context(), "none")
		require.True(t, store.IsNotFound(err))
		published, err := q.AllCalendarYears(t.Context())
		require.NoError(t, err)
		require.Empty(t, published)
		county, err := q.SettingsOfCounty(t.Context(), "140403") // out of order: the rest is dropped
		require.NoError(t, err)
		require.Empty(t, county)
		row, err = q.RegistrationOf(t.Context(), "2")
		require.Equal(t, "2", row.Uscc)
		return err
	}))
}

func TestWhatIsToFollowACommitFollowsItAlone(t *testing.T) {
	db := storetest.New(t)
	var seen []string
	follow := func(then error) error {
		return db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
			q.AfterCommit(func() {
				require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
					row, err := q.RegistrationOf(t.Context(), "1")
					seen = append(seen, row.Uscc)
					return err
				}))
			})
			return errors.Join(q.PutRegistration(t.Context(), registration(1)), then)
		})
	}
	require.Error(t, follow(errors.New("not so")))
	require.Empty(t, seen)
	require.NoError(t, follow(nil))
	require.Equal(t, []string{"1"}, seen)
}

// A step that writes a row for each defect, gap or visit sends them together, with the commit.
func TestRowsOfAStepAreSentTogether(t *testing.T) {
	trips := &sent{}
	db := storetest.Reopen(t, storetest.New(t), store.Options{Tracer: trips})
	for name, put := range map[string]func(*store.Queries, string) error{
		"PutFinding": func(q *store.Queries, n string) error {
			return q.PutFinding(t.Context(), store.PutFindingParams{CaseNo: n, Reason: []byte("{}")})
		},
		"CorrectFinding": func(q *store.Queries, n string) error {
			return q.CorrectFinding(t.Context(), store.CorrectFindingParams{CaseNo: n})
		},
		"InsertGap": func(q *store.Queries, n string) error {
			return q.InsertGap(t.Context(), store.InsertGapParams{CaseNo: n, Reason: []byte("{}")})
		},
		"InsertPlanned": func(q *store.Queries, n string) error {
			return q.InsertPlanned(t.Context(), store.InsertPlannedParams{CaseNo: n})
		},
	} {
		before := trips.Load()
		err := db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
			for n := range 100 {
				if err := put(q, strconv.Itoa(n)); err != nil {
					return err
				}
			}
			require.Equal(t, before, trips.Load(), name)
			return errors.New("not so")
		})
		require.ErrorContains(t, err, "not so", name)
	}
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		before := trips.Load()
		for n := range 100 {
			if err := q.PutRegistration(t.Context(), registration(n)); err != nil {
				return err
			}
		}
		_, err := q.RegistrationOf(t.Context(), "99")
		require.Equal(t, before+1, trips.Load())
		return err
	}))
}

// sent counts what is sent to Postgres.
type sent struct{ atomic.Int32 }

func (s *sent) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	s.Add(1)
	return ctx
}

func (s *sent) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (s *sent) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	s.Add(1)
	return ctx
}

func (s *sent) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (s *sent) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func TestATransactionThatOnlyWritesIsSentWithoutBeginAndCommit(t *testing.T) {
	traced := &statements{}
	db := storetest.Reopen(t, storetest.New(t), store.Options{Tracer: traced, MaxConns: 1})
	put := func(q *store.Queries) error { return q.PutRegistration(t.Context(), registration(1)) }
	require.NoError(t, db.As(t.Context(), nursery.Engine, put))
	require.Len(t, traced.sql, 2, "who writes, and what")
	require.NoError(t, db.As(t.Context(), nursery.Engine, registered(t, "1")))
	require.Len(t, traced.sql, 2+4)
	require.Equal(t, "BEGIN", traced.sql[2])
	stranger := nursery.Principal{Role: nursery.RoleInstitution, County: "140403", Institution: "institution-140403-01"}
	require.Equal(t, "42501", code(db.As(t.Context(), stranger, put)), "on the same connection")
}

// statements collects what is sent to Postgres in batches.
type statements struct {
	sent
	sql []string
}

func (s *statements) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	s.sql = append(s.sql, data.SQL)
}
