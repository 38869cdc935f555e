package casework

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows/humantask"
)

const (
	// relayAfter leaves the command itself the time to deliver before the relay does.
	relayAfter = 5 * time.Second
	// relayWithin bounds one try. Nobody waits for it, and it outlasts the 5 s after which Temporal gives up on a
	// worker that has died holding a case.
	relayWithin = 10 * time.Second
	// relayAtOnce is how many are sent side by side, so that a case that does not answer holds up no other.
	relayAtOnce = 8
	// relayBatch is how many rows are taken from the outbox together.
	relayBatch = 50
	// relayEvery is how often the outbox is looked at.
	relayEvery = 2 * time.Second
	// relayAgain is the pause after the first failed attempt. It doubles with each attempt, so recovery from a worker's
	// death is quick.
	relayAgain = time.Second
	// relayMost bounds the pause between two tries.
	relayMost = 10 * time.Minute
	// keyTTL is how long a repeated command gets its first answer.
	keyTTL = 30 * 24 * time.Hour
)

// Relay delivers the messages stored while Temporal or the workers were unavailable, until ctx ends. Any number of
// relays may run. A message that a case refuses is marked with the reason and shown on the timeline; nothing is
// dropped.
func (s *Service) Relay(ctx context.Context) {
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { s.sweepHourly(ctx) })
	tick := time.NewTicker(relayEvery)
	defer tick.Stop()
	for {
		more, err := s.relayOnce(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "relay failed", "error", err)
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// purgeKeys deletes the first answers of commands recorded before a time, and with them the tracking codes they
// contain.
func (s *Service) purgeKeys(ctx context.Context, before time.Time) {
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		_, err := q.ForgetOldKeys(ctx, before)
		return err
	})
	if err != nil && ctx.Err() == nil {
		s.Log.WarnContext(ctx, "old idempotency keys not forgotten", "error", err)
	}
}

// relayOnce takes rows that are due, puts each off so that no other relay takes it meanwhile, and sends them. It reports whether there may
// be more that are due, as after a holiday year is loaded.
func (s *Service) relayOnce(ctx context.Context) (more bool, err error) {
	var due []store.Outbox
	err = s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		if due, err = q.DueOutbox(ctx, store.DueOutboxParams{Now: s.Now(), Most: relayBatch}); err != nil {
			return fmt.Errorf("read outbox: %w", err)
		}
		for _, row := range due {
			pause := relayWithin + min(relayAgain<<min(row.Attempts, 10), relayMost)
			if err := q.DeferOutbox(ctx, store.DeferOutboxParams{ID: row.ID, NextAt: s.Now().Add(pause)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	var sending sync.WaitGroup
	places := make(chan struct{}, relayAtOnce)
	for _, row := range due {
		places <- struct{}{}
		sending.Go(func() {
			defer func() { <-places }()
			if err := s.relay(ctx, row); err != nil && ctx.Err() == nil {
				s.Log.WarnContext(ctx, "not delivered yet", "kind", row.Kind, "attempt", row.Attempts+1, "error", err)
			}
		})
	}
	sending.Wait()
	return len(due) == relayBatch, nil
}

func (s *Service) relay(ctx context.Context, row store.Outbox) error {
	ctx, cancel := context.WithTimeout(ctx, relayWithin)
	defer cancel()
	switch {
	case row.Name == activities.PrintRequest:
		return s.startPrinting(ctx, row)
	case row.Kind == "start":
		if err := s.StartWorkflow(ctx, row); err != nil {
			return err
		}
		return s.markDelivered(ctx, row.ID, humantask.Closed{}, notesNothing)
	}
	err := s.settle(ctx, row, Late, notesNothing)
	if IsRefused(err) {
		return nil
	}
	return err
}

// SendAfter sends a stored row to its case once the transaction is committed; what cannot be delivered remains for the relay.
func (s *Service) SendAfter(ctx context.Context, q *store.Queries, id string) error {
	return q.AsEngine(ctx, func() error {
		row, err := q.OutboxByID(ctx, id)
		if err != nil {
			return fmt.Errorf("read what to send: %w", err)
		}
		s.DeliverAfter(ctx, q, row, Late)
		return nil
	})
}

// deliverers is how many answers of one command are sent at the same time.
const deliverers = 4

// DeliverAllAfter sends the answers of one command to their cases once the transaction is committed, for as long as an answer waits for a
// worker. Those that were not sent by then remain in the outbox for the relay.
func (s *Service) DeliverAllAfter(ctx context.Context, q *store.Queries, rows []store.Outbox) {
	q.AfterCommit(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), updateTimeout)
		defer cancel()
		waiting := make(chan store.Outbox, len(rows))
		for _, row := range rows {
			waiting <- row
		}
		close(waiting)
		var all sync.WaitGroup
		for range deliverers {
			all.Go(func() {
				for row := range waiting {
					if ctx.Err() != nil {
						return
					}
					if err := s.settle(ctx, row, Late, notesNothing); err != nil && ctx.Err() == nil {
						s.Log.WarnContext(ctx, "answer not delivered, kept for the relay", "error", err)
					}
				}
			})
		}
		all.Wait()
	})
}
