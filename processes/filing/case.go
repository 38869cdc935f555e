package filing

import (
	"context"
	"encoding/json"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
)

func fillApplication(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, d *casework.CaseDetail) error {
	if process, _ := workflows.ProcessOf(d.Kind); !process.Application {
		return nil
	}
	row, err := q.LatestApplication(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	d.Version, d.Application = int(row.Version), new(nursery.Application)
	if err := json.Unmarshal(row.Facts, d.Application); err != nil {
		return err
	}
	if d.Changed, _, err = sinceTold(ctx, q, c.CaseNo, *d.Application); err != nil {
		return err
	}
	registration, err := q.RegistrationOf(ctx, d.Application.Institution.USCC)
	if store.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	d.Registration = &casework.RegistrationView{Source: registration.Source, UpdatedAt: registration.UpdatedAt}
	if p.Role != nursery.RoleInstitution {
		d.Registration.ConfirmedBy = registration.ConfirmedBy
	}
	return json.Unmarshal(registration.Facts, &d.Registration.Registration)
}

// checkConfirmation checks what a clerk read from the certificate, or the corrections that are requested instead.
func (s *Service) checkConfirmation(ctx context.Context, q *store.Queries, task store.Task, in casework.Completion) error {
	if in.Outcome != nursery.OutcomeConfirm {
		return s.opensSomething(ctx, q, task, in)
	}
	var r nursery.Registration
	if err := casework.FilledIn(in.Answer, &r); err != nil {
		return err
	}
	return casework.CheckRegistration("/answer", r)
}

// completeCase adds the application and its files to the details of a case.
func (s *Service) completeCase(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, d *casework.CaseDetail) error {
	if err := fillApplication(ctx, q, p, c, d); err != nil {
		return err
	}
	return s.fillFiles(ctx, q, p, c, d)
}
