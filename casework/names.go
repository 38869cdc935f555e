package casework

import (
	"context"
	"slices"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// careNames returns the names of the listed children that p may read for the purpose: an institution those in its care
// now, a clinic those it serves, anybody else none. The access is logged once for each list, reader and day. Without
// keys no names are returned, and the list is shown without them.
func (s *Service) careNames(ctx context.Context, q *store.Queries, p nursery.Principal, purpose nursery.ReadingPurpose, list string, ids []string) (map[string]string, error) {
	access, ok := nursery.AccessOf(p.Role, purpose)
	if !ok || !slices.Contains(access.Fields, nursery.ChildName) || s.Fields == nil || !inCareOf(p) || len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.childrenInCare(ctx, q, p, ids)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(rows))
	for _, row := range rows {
		c, err := activities.OpenChild(s.Fields, row, nursery.ChildName)
		if err != nil {
			return nil, err
		}
		names[row.ID] = c.Name
	}
	return names, activities.NoteListReading(ctx, q, activities.Reading{
		By: p, Purpose: purpose, Subject: nursery.ReadChildNames, About: list, Fields: []nursery.ChildField{nursery.ChildName}, At: s.Now(),
	}, rows...)
}

// inCareOf reports whether p looks after children: an office never reads the names of a list.
func inCareOf(p nursery.Principal) bool {
	return p.Role == nursery.RoleInstitution || p.Role == nursery.RoleHospital
}

// childrenInCare returns the rows of those children that p looks after now. Row-level security also shows an
// institution children who have left, whose names it may no longer read.
func (s *Service) childrenInCare(ctx context.Context, q *store.Queries, p nursery.Principal, ids []string) ([]store.Child, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if p.Role == nursery.RoleInstitution {
		open, err := q.OpenEnrolmentsOf(ctx, ids)
		if err != nil {
			return nil, err
		}
		ids = ids[:0]
		for _, e := range open {
			if e.Institution == p.Institution {
				ids = append(ids, e.Child)
			}
		}
	}
	rows, err := q.ChildrenByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// carePurpose returns the purpose for which p reads the names of the children it looks after.
func carePurpose(p nursery.Principal) nursery.ReadingPurpose {
	if p.Role == nursery.RoleHospital {
		return nursery.ReadForCheckup
	}
	return nursery.ReadForEnrolment
}

// partyNames returns the names of institutions and clinics by their identifiers, in one query. A principal who sees a
// row may see the names in it, so the identifiers must come from rows that row-level security showed the reader.
func partyNames(ctx context.Context, q *store.Queries, ids ...string) (map[string]string, error) {
	ids = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(ids))), func(id string) bool { return id == "" })
	if len(ids) == 0 {
		return nil, nil
	}
	names := make(map[string]string, len(ids))
	return names, q.AsEngine(ctx, func() error {
		rows, err := q.PartyNames(ctx, ids)
		if err != nil {
			return err
		}
		for _, row := range rows {
			names[row.ID] = row.Name
		}
		return nil
	})
}

// party is an institution or clinic, with the destination of its name.
type party struct {
	id   string
	name *string
}

// nameParties sets the names of the parties in the rows of a list.
func nameParties[T any](ctx context.Context, q *store.Queries, items []T, partiesOf func(*T) []party) error {
	var all []party
	for i := range items {
		all = append(all, partiesOf(&items[i])...)
	}
	return nameParty(ctx, q, all)
}

func nameParty(ctx context.Context, q *store.Queries, parties []party) error {
	ids := make([]string, len(parties))
	for i, of := range parties {
		ids[i] = of.id
	}
	names, err := partyNames(ctx, q, ids...)
	for _, of := range parties {
		*of.name = names[of.id]
	}
	return err
}

func (t *TaskSummary) parties() []party { return []party{{t.Institution, &t.InstitutionName}} }

func (c *ContractSummary) parties() []party {
	return []party{{c.Institution, &c.InstitutionName}, {c.Clinic, &c.ClinicName}}
}

func (c *CheckupSummary) parties() []party {
	return []party{{c.Institution, &c.InstitutionName}, {c.Clinic, &c.ClinicName}}
}

func (r *ReferralSummary) parties() []party {
	return []party{{r.Institution, &r.InstitutionName}, {r.Clinic, &r.ClinicName}}
}

// OwnName returns the name of p's institution or clinic; "" if p belongs to none with a name.
func (s *Service) OwnName(ctx context.Context, p nursery.Principal) (string, error) {
	if p.Institution == "" {
		return "", nil
	}
	var name string
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		names, err := partyNames(ctx, q, p.Institution)
		name = names[p.Institution]
		return err
	})
	return name, err
}
