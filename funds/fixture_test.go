package funds_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/store/storetest"
)

const (
	county = "140403"
	relief = "rent_relief"
	months = "child_month"
)

var at = time.Date(2026, 11, 2, 9, 0, 0, 0, nursery.Shanghai)

// ledger is a database with cases that ask for payments.
type ledger struct {
	t    *testing.T
	db   *store.DB
	last atomic.Int64
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	l := &ledger{t: t, db: storetest.New(t)}
	l.engine(func(ctx context.Context, q *store.Queries) error {
		return q.Exec(ctx, `INSERT INTO institutions (id, county, name, updated_at)
			SELECT 'inst-' || n, $1::text, '托育机构' || n, now() FROM generate_series(1, 50) n`, county)
	})
	return l
}

// engine runs do in a transaction of the engine, which must succeed.
func (l *ledger) engine(do func(context.Context, *store.Queries) error) {
	l.t.Helper()
	require.NoError(l.t, l.try(do))
}

func (l *ledger) try(do func(context.Context, *store.Queries) error) error {
	ctx := context.Background()
	return l.db.As(ctx, nursery.Engine, func(q *store.Queries) error { return do(ctx, q) })
}

// fund enters a fund for purposes and allocates an amount of it to the county.
func (l *ledger) fund(on nursery.Date, amount, allocated int64, purposes ...string) (id int64) {
	l.t.Helper()
	l.engine(func(ctx context.Context, q *store.Queries) (err error) {
		id, err = funds.Create(ctx, q, funds.New{
			Source: funds.Province, Title: "示例专项资金", Document: "示例〔2026〕1号", DocumentOn: on, Purposes: purposes, Year: 2026, Fen: amount, Actor: "city-finance", At: at,
		})
		if err != nil || allocated == 0 {
			return err
		}
		return funds.Allocate(ctx, q, funds.Movement{Fund: id, County: county, Fen: allocated, Actor: "city-finance", Reference: "示例〔2026〕2号", At: at})
	})
	return id
}

// wanted returns a payment that a new case may ask for, once for its period.
func (l *ledger) wanted(purpose string, fen int64) (w funds.Wanted, err error) {
	n := l.last.Add(1)
	caseNo := fmt.Sprintf("JM-%s-2026-%06d", county, n)
	w = funds.Wanted{
		CaseNo: caseNo, Step: "paying/1", County: county, Institution: fmt.Sprintf("inst-%d", n%50+1), Scheme: purpose, Item: "示例路1号",
		Period: fmt.Sprint(n), Purpose: purpose, Fen: fen, Decision: "decision/" + caseNo, At: at,
	}
	return w, l.try(func(ctx context.Context, q *store.Queries) error {
		err := q.Exec(ctx, `INSERT INTO cases (case_no, kind, county, institution, about, stage, status, holder, tracking_hash, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $1, 'paying', 'open', 'finance', '\x00', $5, $5)`, caseNo, purpose, county, w.Institution, at)
		if err != nil {
			return err
		}
		return q.Exec(ctx, `INSERT INTO decisions (id, case_no, county, institution, rule_set, as_of, revision, result, input, output, duration_us, decided_at)
			VALUES ($1, $2, $3, $4, 'rent', '2026-11-02', 'test', 'pass', '{}', '{}', 1, $5)`, w.Decision, caseNo, county, w.Institution, at)
	})
}

func (l *ledger) request(purpose string, fen int64) (funds.Wanted, funds.Payment) {
	l.t.Helper()
	w, err := l.wanted(purpose, fen)
	require.NoError(l.t, err)
	return w, l.again(w)
}

func (l *ledger) again(w funds.Wanted) (p funds.Payment) {
	l.t.Helper()
	l.engine(func(ctx context.Context, q *store.Queries) (err error) {
		p, err = funds.Request(ctx, q, w)
		return err
	})
	return p
}

// run puts payments that are committed into a payment run that a second person approved.
func (l *ledger) run(ids ...int64) error {
	number := fmt.Sprintf("BF-%s-2026-%06d", county, l.last.Add(1))
	return l.try(func(ctx context.Context, q *store.Queries) error {
		err := q.Exec(ctx, `INSERT INTO payment_runs (number, county, state, payments, fen, drawn_by, drawn_at, approved_by, approved_at)
			VALUES ($1, $2, 'approved', 0, 0, 'finance-1', $3, 'finance-2', $3)`, number, county, at)
		if err != nil {
			return err
		}
		err = q.Exec(ctx, `INSERT INTO payee_accounts (institution, version, county, account, entered_by, entered_at)
			SELECT DISTINCT institution, 1, county, '\x00'::bytea, 'institution', now() FROM payments WHERE id = ANY ($1) ON CONFLICT DO NOTHING`, ids)
		if err != nil {
			return err
		}
		if err := q.Exec(ctx, `UPDATE payments SET run = $1, account = 1 WHERE id = ANY ($2) AND state = 'committed'`, number, ids); err != nil {
			return err
		}
		list, err := payments(ctx, q, ids)
		if err != nil {
			return err
		}
		return funds.Send(ctx, q, county, number, list, "finance-2", at)
	})
}

func payments(ctx context.Context, q *store.Queries, ids []int64) ([]store.Payment, error) {
	list := make([]store.Payment, len(ids))
	for i, id := range ids {
		row, err := q.PaymentByID(ctx, id)
		if err != nil {
			return nil, err
		}
		list[i] = row
	}
	return list, nil
}

func (l *ledger) settle(paid bool, ids ...int64) error {
	return l.try(func(ctx context.Context, q *store.Queries) error {
		list, err := payments(ctx, q, ids)
		if err != nil {
			return err
		}
		settlements := make([]funds.Settlement, len(list))
		for i, p := range list {
			settlements[i] = funds.Settlement{Payment: p, Paid: paid, On: nursery.DateOf(at), Receipt: "流水" + fmt.Sprint(p.ID)}
			if !paid {
				settlements[i].Reason = "账号与户名不符"
			}
		}
		return funds.Settle(ctx, q, county, settlements, "finance-1", at)
	})
}

func (l *ledger) cancel(w funds.Wanted) error {
	return l.try(func(ctx context.Context, q *store.Queries) error { return funds.Cancel(ctx, q, w.CaseNo, w.Step, at) })
}

func (l *ledger) reclaim(w funds.Wanted, step string, fen int64) error {
	return l.try(func(ctx context.Context, q *store.Queries) error {
		return funds.Reclaim(ctx, q, funds.Returned{CaseNo: w.CaseNo, Step: step, Fen: fen, At: at, Actor: "finance-1", Reference: "退款回单"})
	})
}

func (l *ledger) state(w funds.Wanted) (state funds.State) {
	l.t.Helper()
	l.engine(func(ctx context.Context, q *store.Queries) error {
		p, err := q.PaymentOfStep(ctx, store.PaymentOfStepParams{CaseNo: w.CaseNo, Step: w.Step})
		state = funds.State(p.State)
		return err
	})
	return state
}

// balances returns the balances of a fund by kind, over all counties, without those that are zero.
func (l *ledger) balances(fund int64) map[string]int64 {
	l.t.Helper()
	got := map[string]int64{}
	l.engine(func(ctx context.Context, q *store.Queries) error {
		rows, err := q.AccountsOfFunds(ctx, []int64{fund})
		for _, a := range rows {
			if a.Balance != 0 {
				got[a.Kind] += a.Balance
			}
		}
		return err
	})
	return got
}

// reconciled asserts that every balance is that of its postings and of the payments.
func (l *ledger) reconciled() {
	l.t.Helper()
	l.engine(func(ctx context.Context, q *store.Queries) error {
		report, err := funds.Check(ctx, q)
		require.Empty(l.t, report.Faults)
		return err
	})
}
