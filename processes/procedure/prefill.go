package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tuoyu/nursery"
	"tuoyu/procedures/published"
	"tuoyu/store"
)

// complete adds to a procedure what of the application the register knows of p's institution, and whether its account is missing.
func (s *Service) complete(ctx context.Context, p nursery.Principal, r *published.Revision, kind *ProcedureKind) error {
	return s.DB.As(ctx, p, func(q *store.Queries) error {
		row, err := q.InstitutionByID(ctx, p.Institution)
		if store.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read institution: %w", err)
		}
		known, err := registered(row)
		if err != nil {
			return err
		}
		kind.Prefilled = r.Prefilled(known)
		if r.Plan.Pays() {
			accounts, err := q.PayeeAccounts(ctx, []string{p.Institution})
			if err != nil {
				return fmt.Errorf("read accounts: %w", err)
			}
			kind.NoAccount = len(accounts) == 0
		}
		return nil
	})
}

// registered returns what the register knows of an institution, by the names of procedures.Prefills.
func registered(row store.Institution) (map[string]any, error) {
	known := map[string]any{
		"institution.name": row.Name, "institution.address": row.Address, "institution.phone": row.Phone, "institution.site_kind": row.SiteKind,
		"institution.seats": row.Seats,
	}
	for name, value := range map[string]*string{"institution.uscc": row.Uscc, "institution.filing_no": row.FilingCase} {
		if value != nil {
			known[name] = *value
		}
	}
	if row.Inclusive != nil {
		known["institution.inclusive"] = *row.Inclusive
	}
	if !row.FiledOn.IsZero() {
		known["institution.filed_on"] = row.FiledOn.String()
	}
	for name, value := range known {
		if value == "" || value == int32(0) {
			delete(known, name)
		}
	}
	if len(row.Application) == 0 {
		return known, nil
	}
	var filed nursery.Application
	if err := json.Unmarshal(row.Application, &filed); err != nil {
		return nil, fmt.Errorf("read application of %s: %w", row.ID, err)
	}
	if len(filed.Classes) > 0 {
		known["institution.classes"] = len(filed.Classes)
		known["institution.young_class"] = slices.ContainsFunc(filed.Classes, func(c nursery.Class) bool {
			return c.Kind == nursery.InfantClass || c.Kind == nursery.ToddlerClass
		})
	}
	return known, nil
}
