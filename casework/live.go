package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// Change is an event on the timeline of a case, for pages that show the case and refresh. It is not shown to users:
// SeesChange reports whether a principal may know of it.
type Change struct {
	ID                          int64
	County, Institution, CaseNo string
}

// missingFor is how long the feed waits for an event whose ID is lower than that of one committed before it. No
// transaction is open for longer.
const missingFor = 2 * time.Minute

// mostMissing is the maximum number of such events; the ID of a failed transaction never appears.
const mostMissing = 10_000

// ChangeFeed reads the events of all cases in the order in which they were committed, each once. It is not safe for
// concurrent use.
type ChangeFeed struct {
	s       *Service
	begun   bool
	newest  int64
	missing map[int64]time.Time // by ID, with the time since which it is missing
}

// ChangeFeed returns a feed of what is committed after its first call of Next.
func (s *Service) ChangeFeed() *ChangeFeed {
	return &ChangeFeed{s: s, missing: map[int64]time.Time{}}
}

// Next returns what was committed since the last call, at most a thousand events.
func (f *ChangeFeed) Next(ctx context.Context) ([]Change, error) {
	var changes []Change
	err := f.s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		if !f.begun {
			return f.begin(ctx, q)
		}
		missing := make([]int64, 0, len(f.missing))
		for id, since := range f.missing {
			if f.s.Now().Sub(since) > missingFor {
				delete(f.missing, id)
				continue
			}
			missing = append(missing, id)
		}
		rows, err := q.ChangesAfter(ctx, store.ChangesAfterParams{After: f.newest, Missing: missing})
		for _, row := range rows {
			changes = append(changes, Change{ID: row.ID, County: row.County, Institution: row.Institution, CaseNo: row.CaseNo})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	for _, c := range changes {
		delete(f.missing, c.ID)
		if c.ID > f.newest {
			f.await(f.newest+1, c.ID)
			f.newest = c.ID
		}
	}
	return changes, nil
}

// begin records which events exist; those between them may still be committed.
func (f *ChangeFeed) begin(ctx context.Context, q *store.Queries) error {
	ids, err := q.NewestChanges(ctx)
	if err != nil {
		return err
	}
	for i, id := range ids { // the newest first
		if i > 0 {
			f.await(id+1, ids[i-1])
		}
	}
	if len(ids) > 0 {
		f.newest = ids[0]
	}
	f.begun = true
	return nil
}

// await records the IDs from first up to, and excluding, end as missing.
func (f *ChangeFeed) await(first, end int64) {
	for id := first; id < end && len(f.missing) < mostMissing; id++ {
		f.missing[id] = f.s.Now()
	}
}

// SeesChange reports whether p may read one of the changes: it is on the timeline of a case that p may read, under p's
// own row-level security.
func (s *Service) SeesChange(ctx context.Context, p nursery.Principal, changes []Change) (bool, error) {
	ids := make([]int64, len(changes))
	for i, c := range changes {
		ids[i] = c.ID
	}
	seen := false
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		cases, err := q.SeenChanges(ctx, store.SeenChangesParams{Ids: ids, WithInternal: readsInternal(p)})
		if err != nil {
			return err
		}
		for _, c := range cases {
			err := s.AuthorizeCase(ctx, p, "case.read", c)
			var refused *Error
			switch {
			case err == nil:
				seen = true
				return nil
			case !errors.As(err, &refused):
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("look for changes that are seen: %w", err)
	}
	return seen, nil
}

// readsInternal reports whether p may read internal entries of a timeline.
func readsInternal(p nursery.Principal) bool { return p.Role != nursery.RoleInstitution }
