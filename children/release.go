package children

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// guardiansShown returns the children whose guardian an institution may see: it entered the guardian itself, has the
// guardian's consent, or the institution that entered the guardian released it (个人信息保护法 art. 23).
func guardiansShown(ctx context.Context, q *store.Queries, institution string, ids ...string) (map[string]bool, error) {
	shown := make(map[string]bool, len(ids))
	err := q.AsEngine(ctx, func() error {
		rows, err := q.GuardiansShown(ctx, store.GuardiansShownParams{Children: ids, Institution: institution})
		for _, id := range rows {
			shown[id] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read releases: %w", err)
	}
	return shown, nil
}

// hideGuardians removes the guardian from rows in which p may not see it. A clinic may see what its institution may.
func (s *Service) hideGuardians(ctx context.Context, q *store.Queries, p nursery.Principal, rows ...*store.Child) error {
	if p.Role != nursery.RoleInstitution && p.Role != nursery.RoleHospital {
		return nil
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	institution := p.Institution
	if p.Role == nursery.RoleHospital && len(rows) > 0 {
		stay, err := q.OpenEnrolment(ctx, rows[0].ID)
		if err != nil && !store.IsNotFound(err) {
			return fmt.Errorf("read enrolment: %w", err)
		}
		institution = stay.Institution
	}
	shown, err := guardiansShown(ctx, q, institution, ids...)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if !shown[row.ID] {
			row.GuardianName, row.GuardianPhone = nil, nil
		}
	}
	return nil
}

// ReleaseChild releases what this institution entered about a child that has left to the next institution, with a
// reason. Errors: invalid, child_not_enrolled if the child has not left.
func (s *Service) ReleaseChild(ctx context.Context, p nursery.Principal, key, id string, in ChildReason) (Enrolled, error) {
	return s.changeChild(ctx, p, key, "child.release", id, in, func(q *store.Queries, child store.Child) error {
		if err := in.refusal(); err != nil {
			return err
		}
		return s.release(ctx, q, p, child, in.Reason)
	})
}

func (s *Service) release(ctx context.Context, q *store.Queries, p nursery.Principal, child store.Child, reason string) error {
	on, by := s.Today(), p.Account
	n, err := q.ReleaseChild(ctx, store.ReleaseChildParams{Child: child.ID, Institution: p.Institution, ReleasedOn: on, ReleasedBy: by})
	if err != nil {
		return err
	}
	if n == 0 {
		return casework.NewError(casework.CodeChildNotEnrolled, "该婴幼儿没有可移交的离托登记，或者已经移交。")
	}
	return s.NoteCorrection(ctx, q, p, child, "release", nil, map[string]any{"released_on": on}, reason)
}

// ChildReason is the reason for an operation on a child.
type ChildReason struct {
	Reason string `json:"reason" minLength:"2" maxLength:"500" doc:"理由"`
}

func (r ChildReason) refusal() error {
	var c casework.Checker
	c.Limits(r)
	return c.Err()
}

// NoteCorrection records a correction, its author and the reason. It contains days and codes only.
func (s *Service) NoteCorrection(ctx context.Context, q *store.Queries, p nursery.Principal, child store.Child, what string, before, after map[string]any, reason string) error {
	was, err := json.Marshal(before)
	if err != nil {
		return fmt.Errorf("encode correction: %w", err)
	}
	is, err := json.Marshal(after)
	if err != nil {
		return fmt.Errorf("encode correction: %w", err)
	}
	institution := ""
	if p.Role == nursery.RoleInstitution {
		institution = p.Institution
	}
	return q.InsertChildCorrection(ctx, store.InsertChildCorrectionParams{
		Child: child.ID, County: child.County, Institution: institution, What: what, Before: was, After: is, Reason: reason,
		CorrectedBy: p.Account, CorrectedAt: s.Now(),
	})
}
