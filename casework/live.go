package casework

import (
	"context"
	"fmt"

	"tuoyu/nursery"
	"tuoyu/store"
)

// Change says that something happened to a case, for pages that show it to look again. It goes to nobody as it is: whoever
// gets it asks the door what of the case they may see.
type Change struct {
	ID                                   int64
	County, Institution, Partner, CaseNo string
}

// Changes gives what happened after the event of that ID, oldest first, at most a thousand; -1 gives the newest ID alone. An
// event may be committed after one with a higher ID, so whoever must miss none asks again from a little earlier.
func (s *Service) Changes(ctx context.Context, after int64) ([]Change, error) {
	changes := []Change{}
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		if after < 0 {
			newest, err := q.NewestChange(ctx)
			changes = append(changes, Change{ID: newest})
			return err
		}
		rows, err := q.ChangesAfter(ctx, after)
		for _, row := range rows {
			changes = append(changes, Change{ID: row.ID, County: row.County, Institution: row.Institution, Partner: row.Partner, CaseNo: row.CaseNo})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	return changes, nil
}
