package funds_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tuoyu/funds"
	"tuoyu/store"
)

// book is what the ledger of one fund and its payments must be: the model of the property test.
type book struct {
	unallocated, free, reclaimed int64
	payments                     []*booked
}

type booked struct {
	w         funds.Wanted
	id        int64
	state     funds.State
	reclaimed int64
	asked     int // times
}

func (b *book) sum(of func(*booked) int64) (sum int64) {
	for _, p := range b.payments {
		sum += of(p)
	}
	return sum
}

func (b *book) in(states ...funds.State) int64 {
	return b.sum(func(p *booked) int64 {
		for _, s := range states {
			if p.state == s {
				return p.w.Fen - p.reclaimed
			}
		}
		return 0
	})
}

// commitWaiting commits what is free to the unfunded payments, the oldest first.
func (b *book) commitWaiting() {
	for _, p := range b.payments {
		if p.state == funds.Unfunded && p.w.Fen <= b.free {
			p.state, b.free = funds.Committed, b.free-p.w.Fen
		}
	}
}

// some draws a payment in one of the states; nil if there is none.
func (b *book) some(t *rapid.T, states ...funds.State) *booked {
	var list []*booked
	for _, p := range b.payments {
		for _, s := range states {
			if p.state == s {
				list = append(list, p)
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	return rapid.SampledFrom(list).Draw(t, "payment")
}

// Whatever is done in whatever order, the accounts are what the movements make them, none goes below zero, and no payment is paid twice.
func TestTheLedgerIsWhatWasDone(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	rapid.Check(t, func(r *rapid.T) {
		purpose := rapid.StringMatching(`[a-z]{12}`).Draw(r, "purpose")
		total := rapid.Int64Range(1, 1_000_00).Draw(r, "total")
		fund, b := l.fund(march, total, 0, purpose), &book{unallocated: total}
		amount := rapid.Int64Range(1, 400_00)
		move := func(do func(context.Context, *store.Queries, funds.Movement) error, fen, has int64) bool {
			err := l.try(func(ctx context.Context, q *store.Queries) error {
				return do(ctx, q, funds.Movement{Fund: fund, County: county, Fen: fen, Actor: "city-finance", At: at})
			})
			if fen > has {
				require.ErrorIs(r, err, funds.ErrNotCovered)
				return false
			}
			require.NoError(r, err)
			return true
		}
		for range rapid.IntRange(1, 15).Draw(r, "steps") {
			switch rapid.IntRange(0, 8).Draw(r, "step") {
			case 0:
				if fen := amount.Draw(r, "allocated"); move(funds.Allocate, fen, b.unallocated) {
					b.unallocated, b.free = b.unallocated-fen, b.free+fen
					b.commitWaiting()
				}
			case 1:
				if fen := amount.Draw(r, "taken back"); move(funds.TakeBack, fen, b.free) {
					b.unallocated, b.free = b.unallocated+fen, b.free-fen
				}
			case 2, 3:
				w, err := l.wanted(purpose, amount.Draw(r, "wanted"))
				require.NoError(r, err)
				p := l.again(w)
				one := &booked{w: w, id: p.ID, state: funds.Unfunded}
				b.payments = append(b.payments, one)
				if w.Fen <= b.free {
					one.state, b.free = funds.Committed, b.free-w.Fen
				}
				require.Equal(r, one.state, p.State)
			case 4:
				if p := b.some(r, funds.Committed); p != nil {
					require.NoError(r, l.run(p.id))
					p.state = funds.Sent
				}
			case 5:
				if p := b.some(r, funds.Sent); p != nil {
					paid := rapid.Bool().Draw(r, "paid")
					require.NoError(r, l.settle(paid, p.id))
					require.ErrorIs(r, l.settle(true, p.id), funds.ErrState)
					if p.state = funds.Bounced; paid {
						p.state = funds.Paid
					}
				}
			case 6:
				if p := b.some(r, funds.Bounced); p != nil { // asked for again, by another step
					again := p.w
					again.Step += "/again"
					next := l.again(again)
					p.state, b.free = funds.Cancelled, b.free+p.w.Fen
					one := &booked{w: again, id: next.ID, state: funds.Committed}
					b.payments, b.free = append(b.payments, one), b.free-p.w.Fen
					require.Equal(r, funds.Committed, next.State)
				}
			case 7:
				if p := b.some(r, funds.States()...); p != nil {
					err := l.cancel(p.w)
					switch p.state {
					case funds.Sent:
						require.ErrorIs(r, err, funds.ErrSent)
					case funds.Committed, funds.Bounced:
						p.state, b.free = funds.Cancelled, b.free+p.w.Fen
						b.commitWaiting()
					case funds.Unfunded:
						p.state = funds.Cancelled
					}
					require.True(r, err == nil || p.state == funds.Sent)
				}
			case 8:
				if p := b.some(r, funds.Paid); p != nil {
					fen := amount.Draw(r, "came back")
					p.asked++
					err := l.reclaim(p.w, "returned/"+string(rune('a'+p.asked)), fen)
					if fen > p.w.Fen-p.reclaimed {
						require.ErrorIs(r, err, funds.ErrNotCovered)
						break
					}
					require.NoError(r, err)
					p.reclaimed, b.reclaimed = p.reclaimed+fen, b.reclaimed+fen
				}
			}
		}
		want := map[string]int64{
			"grant": -total, "unallocated": b.unallocated, "free": b.free, "committed": b.in(funds.Committed, funds.Bounced), "sent": b.in(funds.Sent),
			"paid": b.in(funds.Paid), "reclaimed": b.reclaimed,
		}
		for kind, fen := range want {
			if fen == 0 {
				delete(want, kind)
			}
		}
		require.Equal(r, want, l.balances(fund))
	})
	l.reconciled()
}

// Many transactions at the same time, on two funds that cover less than is wanted: some wait, some find nothing left, none waits for ever,
// and afterwards the ledger adds up.
func TestNoInterleavingTakesAFundBelowZero(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	list := []int64{l.fund(march, 500_00, 300_00, relief), l.fund(june, 500_00, 300_00, relief, months)}
	const workers, rounds = 24, 12
	var all sync.WaitGroup
	faults := make(chan error, workers*rounds*6)
	expected := []error{funds.ErrNotCovered, funds.ErrState, funds.ErrSent}
	note := func(err error) {
		for _, e := range expected {
			if errors.Is(err, e) {
				return
			}
		}
		if err != nil {
			faults <- err
		}
	}
	for n := range workers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(n)))
			for range rounds {
				w, err := l.wanted([]string{relief, months}[random.IntN(2)], 1+random.Int64N(60_00))
				if err != nil {
					faults <- err
					return
				}
				var p funds.Payment
				note(l.try(func(ctx context.Context, q *store.Queries) (err error) { p, err = funds.Request(ctx, q, w); return err }))
				m := funds.Movement{Fund: list[random.IntN(2)], County: county, Fen: 1 + random.Int64N(40_00), Actor: "city-finance", At: at}
				note(l.try(func(ctx context.Context, q *store.Queries) error {
					if random.IntN(2) == 0 {
						return funds.Allocate(ctx, q, m)
					}
					return funds.TakeBack(ctx, q, m)
				}))
				if p.State == funds.Committed && random.IntN(3) > 0 {
					note(l.run(p.ID))
					note(l.settle(random.IntN(3) > 0, p.ID))
				}
				if random.IntN(2) == 0 {
					note(l.cancel(w))
				}
				if random.IntN(3) == 0 {
					note(l.reclaim(w, "returned/1", 1+random.Int64N(30_00)))
				}
			}
		})
	}
	all.Wait()
	close(faults)
	for err := range faults {
		var refused *pgconn.PgError
		if errors.As(err, &refused) {
			t.Errorf("Postgres: %s %s", refused.Code, refused.Message)
		} else {
			t.Error(err)
		}
	}
	for _, fund := range list {
		for kind, fen := range l.balances(fund) {
			require.True(t, fen >= 0 || kind == "grant", "%s of fund %d: %d", kind, fund, fen)
		}
	}
	l.reconciled()
}

// One step asked by many at the same time is one payment; one item asked for by many cases is paid to one of them.
func TestManyAskForTheSame(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	l.fund(march, 500_00, 500_00, relief)
	w, err := l.wanted(relief, 10_00)
	require.NoError(t, err)
	const many = 12
	var all sync.WaitGroup
	granted, refused := make(chan funds.Payment, many), make(chan error, many)
	for range many {
		other, err := l.wanted(relief, 10_00)
		require.NoError(t, err)
		other.Institution, other.Item, other.Period = w.Institution, w.Item, w.Period
		all.Go(func() {
			err := l.try(func(ctx context.Context, q *store.Queries) error {
				p, err := funds.Request(ctx, q, other)
				if err == nil {
					granted <- p
				}
				return err
			})
			if err != nil {
				refused <- err
			}
		})
	}
	all.Wait()
	require.Len(t, granted, 1)
	require.Len(t, refused, many-1)
	for range many - 1 {
		require.ErrorIs(t, <-refused, funds.ErrPaidTwice)
	}
	l.reconciled()
}
