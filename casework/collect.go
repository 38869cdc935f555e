package casework

import (
	"context"
	"fmt"
	"time"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

const (
	// sweepEvery is the interval at which unneeded data is removed.
	sweepEvery = time.Hour
	// filesKept is how long an unreferenced file is retained: a form that refers to it may not be submitted yet.
	filesKept = 24 * time.Hour
)

// sweepHourly removes unneeded data and normalizes old names, at once and every hour until ctx ends. What processes have to do hourly is
// also done as soon as procedures were published: one that starts by schedule opens its cases then.
func (s *Service) sweepHourly(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		s.purgeKeys(ctx, s.Now().Add(-keyTTL))
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "files not swept", "error", err)
		}
		if err := s.forgetImports(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "imports not forgotten", "error", err)
		}
		if err := s.NormalizeNames(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "names not normalized", "error", err)
		}
		s.doHourly(ctx)
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return
			case <-s.Catalogue.Changed():
				s.doHourly(ctx)
			case <-tick.C:
				waiting = false
			}
		}
	}
}

func (s *Service) doHourly(ctx context.Context) {
	for what, do := range s.hourly {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, what+" not done", "error", err)
		}
	}
}

// Hourly has do run at the start of a relay, every hour, and when procedures were published. Any number of processes may run it concurrently.
func (s *Service) Hourly(what string, do func(context.Context) error) { s.hourly[what] = do }

// NormalizeNames normalizes the names of children that were stored before names were normalized, and replaces their
// hashes. Any number of processes may run it concurrently.
func (s *Service) NormalizeNames(ctx context.Context) error {
	if s.Fields == nil {
		return nil
	}
	n, err := activities.NormalizeNames(ctx, s.DB, s.Fields)
	if n > 0 {
		s.Log.InfoContext(ctx, "normalized names", "children", n)
	}
	return err
}

// Sweep seals the files that were stored before there was a keyset, and removes uploads that belong to no case and no
// child and unreferenced files, both older than a day. Any number of processes may run it concurrently. For a folder
// that is marked as another database's it returns store.ErrOtherStore.
func (s *Service) Sweep(ctx context.Context) error {
	if s.Blobs == nil {
		return nil
	}
	if s.Fields != nil {
		if _, err := activities.SealFiles(ctx, s.DB, s.Blobs, s.Fields, func(int) {}); err != nil {
			return err
		}
	}
	before := s.Now().Add(-filesKept)
	var uploads int64
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		mark, err := q.BlobFolderMark(ctx)
		if err != nil {
			return err
		}
		if err := s.Blobs.Claim(ctx, mark); err != nil {
			return err
		}
		uploads, err = q.DropUnusedAttachments(ctx, before)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop unused uploads: %w", err)
	}
	removed, err := s.Blobs.Collect(ctx, before, func(names []string) (used []string, err error) {
		err = s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
			used, err = q.BlobsReferredTo(ctx, names)
			return err
		})
		return used, err
	})
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	if removed > 0 || uploads > 0 {
		s.Log.InfoContext(ctx, "removed what nothing refers to", "files", removed, "uploads", uploads)
	}
	return nil
}
