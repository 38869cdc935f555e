package casework

import (
	"context"
	"slices"

	"tuoyu/nursery"
	"tuoyu/store"
)

// partyNames returns the names of institutions, clinics and insurers by their identifiers, in one query. A principal who sees a
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

// AccountNames returns the names of the accounts that have one. As with parties, the accounts must come from rows that the
// reader may see.
func AccountNames(ctx context.Context, q *store.Queries, accounts ...string) (map[string]string, error) {
	accounts = slices.Compact(slices.Sorted(slices.Values(accounts)))
	names := make(map[string]string, len(accounts))
	if len(accounts) == 0 {
		return names, nil
	}
	return names, q.AsEngine(ctx, func() error {
		rows, err := q.AccountNames(ctx, accounts)
		for _, row := range rows {
			names[row.Account] = row.Name
		}
		return err
	})
}

// Party is an institution, clinic or insurer, with the destination of its name.
type Party struct {
	ID   string
	Name *string
}

// NameParties sets the names of the parties in the rows of a list.
func NameParties[T any](ctx context.Context, q *store.Queries, items []T, partiesOf func(*T) []Party) error {
	var all []Party
	for i := range items {
		all = append(all, partiesOf(&items[i])...)
	}
	return NameParty(ctx, q, all)
}

// NameParty sets the names of the parties, read in one query.
func NameParty(ctx context.Context, q *store.Queries, parties []Party) error {
	ids := make([]string, len(parties))
	for i, of := range parties {
		ids[i] = of.ID
	}
	names, err := partyNames(ctx, q, ids...)
	for _, of := range parties {
		*of.Name = names[of.ID]
	}
	return err
}

// nameAssignees sets the names of who has taken tasks, of the tasks that the reader sees.
func nameAssignees(ctx context.Context, q *store.Queries, items []TaskSummary) error {
	var accounts []string
	for _, t := range items {
		if t.Assignee != "" {
			accounts = append(accounts, t.Assignee)
		}
	}
	names, err := AccountNames(ctx, q, accounts...)
	for i, t := range items {
		if name := names[t.Assignee]; name != t.Assignee {
			items[i].AssigneeName = name
		}
	}
	return err
}

func (t *TaskSummary) parties() []Party {
	return []Party{{ID: t.Institution, Name: &t.InstitutionName}}
}

// OwnName returns the name of p's institution, clinic or insurer; "" if p belongs to none with a name.
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
