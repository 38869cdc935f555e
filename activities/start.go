package activities

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// StartCase opens a case as the engine, with the facts of its first version, and queues its start in the outbox. It
// returns the number and true, or the number of the open case of the same kind, institution and subject and false. Such
// a case cannot be tracked by the public.
func StartCase(ctx context.Context, q *store.Queries, prefix string, c store.Case, facts any, note string, at time.Time) (string, bool, error) {
	open, err := q.OpenCaseOf(ctx, store.OpenCaseOfParams{Institution: c.Institution, Kind: c.Kind, About: c.About})
	if err == nil {
		return open, false, nil
	}
	if !store.IsNotFound(err) {
		return "", false, fmt.Errorf("look for an open case: %w", err)
	}
	numbers, err := takeCaseNumbers(ctx, q, prefix, c.County, 1, at)
	if err != nil {
		return "", false, err
	}
	c.CaseNo = numbers[0]
	return c.CaseNo, true, startNumbered(ctx, q, c, facts, note, at)
}

// startNumbered does what StartCase does for a case that has its number and no open case beside it. It only writes, so
// that many cases are started in one round trip.
func startNumbered(ctx context.Context, q *store.Queries, c store.Case, facts any, note string, at time.Time) error {
	code := sha256.Sum256([]byte(documents.NewCode()))
	c.Status, c.TrackingHash = string(nursery.CaseOpen), code[:]
	c, err := insertCase(ctx, q, c, at)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(facts)
	if err != nil {
		return fmt.Errorf("encode facts: %w", err)
	}
	err = q.InsertApplicationVersion(ctx, store.InsertApplicationVersionParams{
		CaseNo: c.CaseNo, Version: 1, County: c.County, Institution: c.Institution, Facts: raw, EnteredBy: c.SubmittedBy, EnteredAt: at,
	})
	if err != nil {
		return err
	}
	// The outbox is scheduled by wall clock; the time of a case may be ahead of it.
	if _, err := KeepStart(ctx, q, c, at, time.Now()); err != nil {
		return err
	}
	s := &step{q: q, c: c, name: "submitted", at: at}
	return s.record(ctx, event{kind: "submitted", note: note})
}

// take marks the start row of the case in the outbox as delivered. It is the first action of a step that opens a case.
func (s *step) take(ctx context.Context) error {
	if err := s.q.MarkDelivered(ctx, store.MarkDeliveredParams{ID: "start/" + s.c.CaseNo, DeliveredAt: &s.at}); err != nil {
		return err
	}
	s.c.Status, s.c.ReceivedOn = string(nursery.CaseOpen), s.today()
	return nil
}
