package funds

import (
	"context"
	"fmt"
	"time"

	"tuoyu/store"
)

// Returned is money of a paid payment that came back from the payee 追回. CaseNo and Step identify it: booked again, it changes nothing.
type Returned struct {
	CaseNo    string
	Step      string
	Fen       int64
	At        time.Time
	Actor     string // who confirmed the receipt
	Reference string // of the bank, if known
}

// Reclaim books money that came back from the paid payments of a case, the oldest first. It stays with the county as reclaimed until the
// city takes it back into the fund. Errors: ErrInvalid for no amount, ErrNotCovered for more than was paid and not reclaimed yet.
func Reclaim(ctx context.Context, q *store.Queries, r Returned) error {
	if r.Fen <= 0 || r.Step == "" {
		return fmt.Errorf("%d fen: %w", r.Fen, ErrInvalid)
	}
	c, err := q.CaseByNumber(ctx, r.CaseNo)
	if err != nil {
		return fmt.Errorf("read case: %w", err)
	}
	if err := lock(ctx, q, c.County); err != nil {
		return err
	}
	booked, err := q.ReclaimedFor(ctx, store.ReclaimedForParams{CaseNo: r.CaseNo, Step: r.Step})
	if err != nil {
		return fmt.Errorf("read what was reclaimed: %w", err)
	}
	if booked > 0 {
		return nil
	}
	list, err := q.PaymentsOfCase(ctx, r.CaseNo)
	if err != nil {
		return fmt.Errorf("read payments of case: %w", err)
	}
	left := r.Fen
	for _, p := range list {
		if State(p.State) != Paid || left == 0 {
			continue
		}
		part := min(left, p.Fen-p.Reclaimed)
		if part == 0 {
			continue
		}
		err := q.Post(ctx, store.PostParams{
			Fund: *p.Fund, County: p.County, Kind: "reclaim", Fen: part, Payment: &p.ID, Step: r.Step, Actor: r.Actor, Reference: r.Reference, At: r.At,
		})
		if err != nil {
			return fmt.Errorf("post reclaim: %w", err)
		}
		left -= part
	}
	if left > 0 {
		return fmt.Errorf("%d fen more than %s was paid: %w", left, r.CaseNo, ErrNotCovered)
	}
	return nil
}
