package funds_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/store"
)

var (
	march = nursery.NewDate(2026, 3, 2)
	june  = nursery.NewDate(2026, 6, 1)
)

func TestAPaymentIsCommittedAgainstTheOldestFundThatCoversIt(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	newer, older := l.fund(june, 1000_00, 1000_00, relief), l.fund(march, 100_00, 100_00, relief, months)
	l.fund(march, 5000_00, 5000_00, months)
	first, p := l.request(relief, 60_00)
	require.Equal(t, older, p.Fund)
	require.Equal(t, funds.Committed, p.State)
	_, second := l.request(relief, 60_00)
	require.Equal(t, newer, second.Fund, "the older one has 40 yuan left")
	_, third := l.request(relief, 40_00)
	require.Equal(t, older, third.Fund)
	require.Equal(t, p, l.again(first), "asked again by the same step")
	require.Equal(t, map[string]int64{"grant": -100_00, "committed": 100_00}, l.balances(older))
	l.reconciled()
}

func TestAPaymentThatNothingCoversWaitsForAnAllocation(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	fund := l.fund(march, 300_00, 0, relief)
	large, p := l.request(relief, 200_00)
	small, little := l.request(relief, 50_00)
	require.Equal(t, []funds.State{funds.Unfunded, funds.Unfunded}, []funds.State{p.State, little.State})
	allocate := func(fen int64) error {
		return l.try(func(ctx context.Context, q *store.Queries) error {
			return funds.Allocate(ctx, q, funds.Movement{Fund: fund, County: county, Fen: fen, Actor: "city-finance", At: at})
		})
	}
	require.NoError(t, allocate(100_00))
	require.Equal(t, funds.Unfunded, l.state(large))
	require.Equal(t, funds.Committed, l.state(small))
	require.ErrorIs(t, allocate(200_01), funds.ErrNotCovered, "more than the fund has")
	require.NoError(t, allocate(150_00))
	require.Equal(t, funds.Committed, l.state(large))
	last, waiting := l.request(relief, 30_00)
	require.Equal(t, funds.Unfunded, waiting.State)
	require.NoError(t, l.cancel(small), "what it frees covers the one that waits")
	require.Equal(t, funds.Committed, l.state(last))
	require.Equal(t, map[string]int64{"grant": -300_00, "unallocated": 50_00, "free": 20_00, "committed": 230_00}, l.balances(fund))
	l.reconciled()
}

func TestNothingIsPaidTwiceAcrossFunds(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	l.fund(march, 100_00, 100_00, relief)
	l.fund(june, 100_00, 100_00, relief)
	first, paid := l.request(relief, 60_00)
	require.Equal(t, funds.Committed, paid.State)
	other, err := l.wanted(relief, 60_00)
	require.NoError(t, err)
	other.Institution, other.Item, other.Period = first.Institution, first.Item, first.Period
	ask := func() error {
		return l.try(func(ctx context.Context, q *store.Queries) error { _, err := funds.Request(ctx, q, other); return err })
	}
	require.ErrorIs(t, ask(), funds.ErrPaidTwice)
	require.NoError(t, l.cancel(first))
	require.NoError(t, l.cancel(first), "cancelled before")
	require.NoError(t, ask(), "the first was never paid")
	l.reconciled()
}

func TestABouncedPaymentIsAskedForAgain(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	fund := l.fund(march, 100_00, 100_00, relief)
	w, p := l.request(relief, 80_00)
	require.NoError(t, l.run(p.ID))
	require.ErrorIs(t, l.cancel(w), funds.ErrSent)
	require.Equal(t, map[string]int64{"grant": -100_00, "free": 20_00, "sent": 80_00}, l.balances(fund))
	require.NoError(t, l.settle(false, p.ID))
	require.ErrorIs(t, l.settle(true, p.ID), funds.ErrState, "the bank has it no more")
	require.Equal(t, map[string]int64{"grant": -100_00, "free": 20_00, "committed": 80_00}, l.balances(fund), "still covered")
	other, err := l.wanted(relief, 80_00)
	require.NoError(t, err)
	other.Institution, other.Item, other.Period = w.Institution, w.Item, w.Period
	err = l.try(func(ctx context.Context, q *store.Queries) error { _, err := funds.Request(ctx, q, other); return err })
	require.ErrorIs(t, err, funds.ErrPaidTwice, "of another case")
	w.Step = "paying/2"
	next := l.again(w)
	require.Equal(t, funds.Committed, next.State)
	require.NotEqual(t, p.ID, next.ID)
	require.NoError(t, l.run(next.ID))
	require.NoError(t, l.settle(true, next.ID))
	require.NoError(t, l.cancel(w), "paid: left as it is")
	require.Equal(t, map[string]int64{"grant": -100_00, "free": 20_00, "paid": 80_00}, l.balances(fund))
	l.reconciled()
}

func TestMoneyThatCameBack(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	fund := l.fund(march, 100_00, 100_00, relief)
	w, p := l.request(relief, 80_00)
	require.ErrorIs(t, l.reclaim(w, "returned/1", 1), funds.ErrNotCovered, "nothing is paid yet")
	require.NoError(t, l.run(p.ID))
	require.NoError(t, l.settle(true, p.ID))
	require.NoError(t, l.reclaim(w, "returned/1", 30_00))
	require.NoError(t, l.reclaim(w, "returned/1", 30_00), "the same step")
	require.ErrorIs(t, l.reclaim(w, "returned/2", 50_01), funds.ErrNotCovered)
	require.ErrorIs(t, l.reclaim(w, "returned/2", 0), funds.ErrInvalid)
	require.NoError(t, l.reclaim(w, "returned/2", 50_00))
	require.Equal(t, map[string]int64{"grant": -100_00, "free": 20_00, "reclaimed": 80_00}, l.balances(fund))
	l.engine(func(ctx context.Context, q *store.Queries) error {
		m := funds.Movement{Fund: fund, County: county, Fen: 80_00, Actor: "city-finance", At: at}
		if err := funds.Restore(ctx, q, m); err != nil {
			return err
		}
		m.Fen = 20_00
		return funds.TakeBack(ctx, q, m)
	})
	require.Equal(t, map[string]int64{"grant": -100_00, "unallocated": 100_00}, l.balances(fund))
	l.reconciled()
}

func TestWhatIsNoPayment(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	w, err := l.wanted(relief, 80_00)
	require.NoError(t, err)
	other, err := l.wanted(relief, 80_00)
	require.NoError(t, err)
	for name, change := range map[string]func(*funds.Wanted){
		"no amount": func(w *funds.Wanted) { w.Fen = 0 }, "a negative amount": func(w *funds.Wanted) { w.Fen = -1 },
		"no purpose": func(w *funds.Wanted) { w.Purpose = "" }, "no decision": func(w *funds.Wanted) { w.Decision = "" },
		"the decision of another case": func(w *funds.Wanted) { w.Decision = other.Decision },
	} {
		bad := w
		change(&bad)
		err := l.try(func(ctx context.Context, q *store.Queries) error { _, err := funds.Request(ctx, q, bad); return err })
		require.ErrorIs(t, err, funds.ErrInvalid, name)
	}
}

// What Postgres refuses, whatever the program does.
func TestTheLedgerIsHeldByPostgres(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	fund := l.fund(march, 200_00, 200_00, relief)
	other := l.fund(march, 100_00, 100_00, months)
	_, p := l.request(relief, 80_00)
	_, unfunded := l.request("use_award", 10_00)
	post := func(kind string, fund, fen int64, payment *int64) func(context.Context, *store.Queries) error {
		return func(ctx context.Context, q *store.Queries) error {
			return q.Post(ctx, store.PostParams{Fund: fund, County: county, Kind: kind, Fen: fen, Payment: payment, Actor: "engine", At: at})
		}
	}
	do := func(statement string) func(context.Context, *store.Queries) error {
		return func(ctx context.Context, q *store.Queries) error { return q.Exec(ctx, statement) }
	}
	for name, c := range map[string]struct {
		do   func(context.Context, *store.Queries) error
		code string
	}{
		"taking back more than is free":      {post("take_back", fund, 120_01, nil), "23514"},
		"allocating more than there is":      {post("allocate", fund, 1, nil), "23514"},
		"sending more than is committed":     {post("send", fund, 80_01, &p.ID), "23514"},
		"committing twice":                   {post("commit", fund, 80_00, &p.ID), "23505"},
		"paying what the bank does not have": {post("pay", fund, 80_00, &p.ID), "23514"},
		"a posting of another fund":          {post("send", other, 80_00, &p.ID), "23514"},
		"a movement of nothing":              {post("take_back", fund, 0, nil), "23514"},
		"a negative amount":                  {post("take_back", fund, -1, nil), "23514"},
		"a kind that there is not":           {post("give", fund, 1, nil), "23514"},
		"reclaiming what was not paid":       {post("reclaim", fund, 1, &p.ID), "23514"},
		"a payment from a fund not for it": {func(ctx context.Context, q *store.Queries) error {
			if _, err := q.CommitPayment(ctx, store.CommitPaymentParams{ID: unfunded.ID, Fund: &fund}); err != nil {
				return err
			}
			return post("commit", fund, unfunded.Fen, &unfunded.ID)(ctx, q)
		}, "23514"},
		"a balance changed by itself":          {do("UPDATE fund_accounts SET balance = balance + 1"), "42501"},
		"a posting changed":                    {do("UPDATE fund_postings SET fen = 1"), "42501"},
		"a posting deleted":                    {do("DELETE FROM fund_postings"), "42501"},
		"a payment deleted":                    {do("DELETE FROM payments"), "42501"},
		"an amount changed":                    {do("UPDATE payments SET fen = 1"), "42501"},
		"the decision of an amount changed":    {do("UPDATE payments SET decision = 'x'"), "42501"},
		"a fund's purposes changed":            {do("UPDATE funds SET purposes = '{anything}'"), "42501"},
		"a run that one person made":           {do("INSERT INTO payment_runs (number, county, state, payments, fen, drawn_by, drawn_at, approved_by, approved_at) VALUES ('X', '140403', 'approved', 0, 0, 'a', now(), 'a', now())"), "23514"},
		"a payment that is sent without a run": {do("UPDATE payments SET state = 'sent'"), "23514"},
	} {
		err := l.try(c.do)
		var refused *pgconn.PgError
		require.ErrorAs(t, err, &refused, name)
		require.Equal(t, c.code, refused.Code, "%s: %s", name, refused.Message)
	}
}
