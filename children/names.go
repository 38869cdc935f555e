package children

import (
	"context"
	"slices"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// CareNames returns the names of the listed children that p may read for the purpose: an institution those in its care
// now, a clinic those it serves, anybody else none. The access is logged once for each list, reader and day. Without
// keys no names are returned, and the list is shown without them.
func (s *Service) CareNames(ctx context.Context, q *store.Queries, p nursery.Principal, purpose nursery.ReadingPurpose, list string, ids []string) (map[string]string, error) {
	access, ok := nursery.AccessOf(p.Role, purpose)
	if !ok || !slices.Contains(access.Fields, nursery.ChildName) || s.Fields == nil || !inCareOf(p) || len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.ChildrenInCare(ctx, q, p, ids)
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

// ChildrenInCare returns the rows of those children that p looks after now. Row-level security also shows an
// institution children who have left, whose names it may no longer read.
func (s *Service) ChildrenInCare(ctx context.Context, q *store.Queries, p nursery.Principal, ids []string) ([]store.Child, error) {
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

// CarePurpose returns the purpose for which p reads the names of the children it looks after.
func CarePurpose(p nursery.Principal) nursery.ReadingPurpose {
	if p.Role == nursery.RoleHospital {
		return nursery.ReadForCheckup
	}
	return nursery.ReadForEnrolment
}
