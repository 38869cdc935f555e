// Package funds is the ledger of the earmarked funds 专项资金: what came from which level for which purposes, what counties were
// allocated, what payments commit, send to the bank, pay and take back. Every movement is one row of fund_postings, an amount from one
// account of a fund to another, which is never changed; Postgres refuses a posting that an account does not cover (ADR 0038).
//
// The functions run in the transaction of q, as the engine: a step of a workflow is the engine, a command calls them within AsEngine.
package funds

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// State is the state of a payment.
type State string

// The states of a payment.
const (
	Unfunded  State = "unfunded"  // nothing is allocated to the county that covers it
	Committed State = "committed" // covered, and in no approved run
	Sent      State = "sent"      // in an approved run: the bank has it or gets it
	Paid      State = "paid"
	Bounced   State = "bounced"   // the bank returned it; covered until the case asks again or cancels it
	Cancelled State = "cancelled" // never paid; its cover is free again
)

var stateTitles = map[State]string{
	Unfunded: "待下达资金", Committed: "待拨付", Sent: "银行办理中", Paid: "已拨付", Bounced: "被退回", Cancelled: "已取消",
}

// Title returns the Chinese name of the state.
func (s State) Title() string { return stateTitles[s] }

// States lists the states of a payment.
func States() []State { return []State{Unfunded, Committed, Sent, Paid, Bounced, Cancelled} }

// Errors of the ledger. None of them goes away by a repeat without somebody doing something.
var (
	// ErrPaidTwice means that the same item of a scheme was paid to the payee for the period, or is going to be (P05-R5).
	ErrPaidTwice = errors.New("funds: the item is paid, or going to be paid, already")
	// ErrInvalid means that what was asked for cannot be a payment: without an amount, a purpose, or a decision of its case.
	ErrInvalid = errors.New("funds: not a payment")
	// ErrSent means that the bank has the payment, so that it cannot be cancelled.
	ErrSent = errors.New("funds: the payment is with the bank")
	// ErrNotCovered means that the account does not have that much.
	ErrNotCovered = errors.New("funds: not covered")
	// ErrState means that the payment is not in a state in which this is possible.
	ErrState = errors.New("funds: the payment is in another state")
)

// Wanted is a payment that a case asks for. CaseNo and Step identify it: asked again, it is the same payment.
type Wanted struct {
	CaseNo      string
	Step        string
	County      string
	Institution string // the payee
	Scheme      string // the kind of the procedure
	Item        string // what is paid, such as an address or a child-month; with Period, once for the payee and the scheme
	Period      string
	Purpose     string // as a fund permits it: the fund that the stage of the procedure names
	Fen         int64
	Decision    string // which fixed the amount, of the same case
	At          time.Time
}

// Payment is a payment of a case.
type Payment struct {
	ID       int64
	CaseNo   string
	Step     string
	County   string
	Payee    string
	Purpose  string
	Fen      int64
	Decision string
	Fund     int64 // 0 while it is unfunded
	State    State
	Run      string // of the payment run, if it was in one
}

func paymentOf(row store.Payment) Payment {
	p := Payment{
		ID: row.ID, CaseNo: row.CaseNo, Step: row.Step, County: row.County, Payee: row.Institution, Purpose: row.Purpose, Fen: row.Fen,
		Decision: row.Decision, State: State(row.State),
	}
	if row.Fund != nil {
		p.Fund = *row.Fund
	}
	if row.Run != nil {
		p.Run = *row.Run
	}
	return p
}

// Request asks for a payment and commits it against the first allocation of the county for the purpose that has enough left, the oldest
// document first. If there is none the payment is Unfunded, and committed as soon as enough is allocated. A payment of the same case for
// the same item that bounced is replaced. Errors: ErrInvalid, ErrPaidTwice.
func Request(ctx context.Context, q *store.Queries, w Wanted) (Payment, error) {
	known, err := q.PaymentOfStep(ctx, store.PaymentOfStepParams{CaseNo: w.CaseNo, Step: w.Step})
	switch {
	case err == nil:
		return paymentOf(known), nil
	case !store.IsNotFound(err):
		return Payment{}, fmt.Errorf("read payment: %w", err)
	}
	if err := check(ctx, q, w); err != nil {
		return Payment{}, err
	}
	if err := lock(ctx, q, w.County); err != nil {
		return Payment{}, err
	}
	if err := replaceBounced(ctx, q, w); err != nil {
		return Payment{}, err
	}
	row, err := q.InsertPayment(ctx, store.InsertPaymentParams{
		CaseNo: w.CaseNo, Step: w.Step, County: w.County, Institution: w.Institution, Scheme: w.Scheme, Item: w.Item, Period: w.Period,
		Purpose: w.Purpose, Fen: w.Fen, Decision: w.Decision, AskedAt: w.At,
	})
	if store.IsNotFound(err) {
		return Payment{}, fmt.Errorf("%s, %s %s of %s: %w", w.Scheme, w.Item, w.Period, w.Institution, ErrPaidTwice)
	}
	if err != nil {
		return Payment{}, fmt.Errorf("write payment: %w", err)
	}
	if _, err := commit(ctx, q, &row, w.At); err != nil {
		return Payment{}, err
	}
	return paymentOf(row), nil
}

func check(ctx context.Context, q *store.Queries, w Wanted) error {
	if w.Fen <= 0 || w.Purpose == "" || w.Scheme == "" || w.Institution == "" || w.County == "" || w.Step == "" {
		return fmt.Errorf("%d fen for %q of %q: %w", w.Fen, w.Purpose, w.Scheme, ErrInvalid)
	}
	of, err := q.DecisionIsOf(ctx, store.DecisionIsOfParams{ID: w.Decision, CaseNo: w.CaseNo})
	if err != nil {
		return fmt.Errorf("read decision: %w", err)
	}
	if !of {
		return fmt.Errorf("decision %q is not of %s: %w", w.Decision, w.CaseNo, ErrInvalid)
	}
	return nil
}

// replaceBounced cancels a payment of the case for the same item that the bank returned.
func replaceBounced(ctx context.Context, q *store.Queries, w Wanted) error {
	list, err := q.PaymentsOfCase(ctx, w.CaseNo)
	if err != nil {
		return fmt.Errorf("read payments of case: %w", err)
	}
	for _, p := range list {
		if State(p.State) == Bounced && p.Scheme == w.Scheme && p.Institution == w.Institution && p.Item == w.Item && p.Period == w.Period {
			if err := release(ctx, q, p, w.At, p.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// lock locks the ledger of a county. Whatever books there takes this lock first and no other county's, so that what it reads is what it
// books on, and no two transactions wait for each other.
func lock(ctx context.Context, q *store.Queries, county string) error {
	return wrap("lock ledger of "+county, q.LockLedger(ctx, county))
}

// commit commits an unfunded payment if an allocation covers it, and reports whether one did.
func commit(ctx context.Context, q *store.Queries, p *store.Payment, at time.Time) (bool, error) {
	list, err := q.FundsFor(ctx, store.FundsForParams{County: p.County, Purpose: p.Purpose})
	if err != nil {
		return false, fmt.Errorf("find funds: %w", err)
	}
	free, err := freeOf(ctx, q, p.County, list)
	if err != nil {
		return false, err
	}
	for _, fund := range list {
		if free[fund] < p.Fen {
			continue
		}
		n, err := q.CommitPayment(ctx, store.CommitPaymentParams{ID: p.ID, Fund: &fund})
		if err != nil || n == 0 {
			return false, wrap("commit payment", err)
		}
		p.Fund, p.State = &fund, string(Committed)
		return true, post(ctx, q, *p, "commit", nursery.Engine.Account, "", at)
	}
	return false, nil
}

// freeOf returns what a county has free of each fund.
func freeOf(ctx context.Context, q *store.Queries, county string, list []int64) (map[int64]int64, error) {
	free := map[int64]int64{}
	rows, err := q.FreeOf(ctx, store.FreeOfParams{County: county, Funds: list})
	if err != nil {
		return nil, fmt.Errorf("read balances: %w", err)
	}
	for _, row := range rows {
		free[row.Fund] = row.Balance
	}
	return free, nil
}

// post books a movement of a whole payment.
func post(ctx context.Context, q *store.Queries, p store.Payment, kind, actor, reference string, at time.Time) error {
	return wrap("post "+kind, q.Post(ctx, store.PostParams{
		Fund: *p.Fund, County: p.County, Kind: kind, Fen: p.Fen, Payment: &p.ID, Actor: actor, Reference: reference, At: at,
	}))
}

// release cancels a payment that was not paid, and frees what covered it.
func release(ctx context.Context, q *store.Queries, p store.Payment, at time.Time, reason string) error {
	n, err := q.CancelPayment(ctx, store.CancelPaymentParams{ID: p.ID, Reason: reason})
	switch {
	case err != nil:
		return fmt.Errorf("cancel payment: %w", err)
	case n == 0:
		return fmt.Errorf("payment %d: %w", p.ID, ErrState)
	case p.Fund == nil:
		return nil
	}
	return post(ctx, q, p, "release", nursery.Engine.Account, "", at)
}

// Cancel cancels the payment of a step, if it was not paid: the case left the stage in which it waited. What covered it is free again,
// and commits payments that wait for it. A payment that is paid, cancelled or not there is left as it is. Error: ErrSent.
func Cancel(ctx context.Context, q *store.Queries, caseNo, step string, at time.Time) error {
	p, err := q.PaymentOfStep(ctx, store.PaymentOfStepParams{CaseNo: caseNo, Step: step})
	if store.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read payment: %w", err)
	}
	if err := lock(ctx, q, p.County); err != nil {
		return err
	}
	if p, err = q.PaymentByID(ctx, p.ID); err != nil {
		return fmt.Errorf("read payment: %w", err)
	}
	switch State(p.State) {
	case Paid, Cancelled:
		return nil
	case Sent:
		return fmt.Errorf("payment %d: %w", p.ID, ErrSent)
	}
	if err := release(ctx, q, p, at, "办件未进入拨付"); err != nil {
		return err
	}
	if p.Fund == nil {
		return nil
	}
	return CommitWaiting(ctx, q, *p.Fund, p.County, at)
}

// CommitWaiting commits the unfunded payments of a county that a fund is for and that allocations now cover, the oldest first.
func CommitWaiting(ctx context.Context, q *store.Queries, fund int64, county string, at time.Time) error {
	f, err := q.FundByID(ctx, fund)
	if err != nil {
		return fmt.Errorf("read fund: %w", err)
	}
	waiting, err := q.UnfundedPayments(ctx, store.UnfundedPaymentsParams{County: county, Purposes: f.Purposes})
	if err != nil {
		return fmt.Errorf("read unfunded payments: %w", err)
	}
	for _, p := range waiting {
		if _, err := commit(ctx, q, &p, at); err != nil {
			return err
		}
	}
	return nil
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
