package funds

import (
	"context"
	"fmt"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// Send books the payments of an approved run of a county as with the bank. Every payment of the run must be committed and have its payee's account.
// Errors: ErrState if one is not.
func Send(ctx context.Context, q *store.Queries, county, run string, payments []store.Payment, actor string, at time.Time) error {
	if err := lock(ctx, q, county); err != nil {
		return err
	}
	n, err := q.SendPayments(ctx, &run)
	if err != nil {
		return fmt.Errorf("send payments: %w", err)
	}
	if int(n) != len(payments) {
		return fmt.Errorf("%d of %d payments of %s can be sent: %w", n, len(payments), run, ErrState)
	}
	for _, p := range payments {
		if err := post(ctx, q, p, "send", actor, run, at); err != nil {
			return err
		}
	}
	return nil
}

// Settlement is what the bank did with a payment that it has.
type Settlement struct {
	Payment store.Payment
	Paid    bool
	On      nursery.Date
	Receipt string // of the bank
	Reason  string // why it bounced
}

// Settle books what the bank did with payments of a county: paid, or bounced, which returns them to what is committed. Errors: ErrState if a payment
// is not with the bank.
func Settle(ctx context.Context, q *store.Queries, county string, list []Settlement, actor string, at time.Time) error {
	if err := lock(ctx, q, county); err != nil {
		return err
	}
	for _, s := range list {
		state, kind := Bounced, "bounce"
		if s.Paid {
			state, kind = Paid, "pay"
		}
		n, err := q.SettlePayment(ctx, store.SettlePaymentParams{ID: s.Payment.ID, State: string(state), SettledOn: s.On, Receipt: s.Receipt, Reason: s.Reason})
		if err != nil {
			return fmt.Errorf("settle payment: %w", err)
		}
		if n == 0 {
			return fmt.Errorf("payment %d: %w", s.Payment.ID, ErrState)
		}
		if err := post(ctx, q, s.Payment, kind, actor, s.Receipt, at); err != nil {
			return err
		}
	}
	return nil
}
