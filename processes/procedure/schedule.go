package procedure

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/procedures/steps"
	"tuoyu/store"
)

// scheduledAtOnce is the number of cases opened in one transaction.
const scheduledAtOnce = 50

// OpenScheduled opens the cases of procedures that start by schedule, for the present period, as far as they were not opened
// yet. It may be interrupted and repeated.
func (s *Service) OpenScheduled(ctx context.Context) error {
	for _, r := range s.Catalogue.Current() {
		if !slices.Contains(r.Plan.Start.By, "schedule") || !r.Accepts(s.Today()) {
			continue
		}
		if err := s.openScheduled(ctx, r); err != nil {
			return fmt.Errorf("open cases of %s: %w", r.Plan.Kind, err)
		}
	}
	return nil
}

// OpenPeriod opens the cases of one procedure for the present period. Error: published.ErrNone.
func (s *Service) OpenPeriod(ctx context.Context, kind nursery.CaseKind) error {
	r, err := s.Catalogue.Newest(kind, "", s.Today())
	if err != nil {
		return err
	}
	return s.openScheduled(ctx, r)
}

func (s *Service) openScheduled(ctx context.Context, r *published.Revision) error {
	period := procedures.PeriodName(r.Plan.Start.Every, s.Today())
	facts := s.scheduledFacts(r, period)
	for {
		n := 0
		err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
			n, err = s.openSome(ctx, q, r, period, facts)
			return err
		})
		if err != nil || n < scheduledAtOnce {
			return err
		}
	}
}

// scheduledFacts are the facts of a case by schedule: the period and its days, as far as its form has fields for them.
func (s *Service) scheduledFacts(r *published.Revision, period string) map[string]any {
	every, today := r.Plan.Start.Every, s.Today()
	all := map[string]any{
		"period": period, every: period, "year": today.Year, "from": procedures.FirstDay(every, today).String(),
		"until": procedures.LastDay(every, today).String(),
	}
	facts := map[string]any{}
	for _, f := range r.Fields(r.Plan.Start.Facts) {
		if value, ok := all[f.Name]; ok {
			facts[f.Name] = value
		}
	}
	return facts
}

func (s *Service) openSome(ctx context.Context, q *store.Queries, r *published.Revision, period string, facts map[string]any) (int, error) {
	var list []steps.Opening
	switch r.Plan.Start.Each {
	case "institution":
		about, err := steps.About(r, steps.Opening{Period: period, Facts: facts})
		if err != nil {
			return 0, err
		}
		rows, err := q.InstitutionsWithout(ctx, store.InstitutionsWithoutParams{Kind: r.Plan.Kind, About: about, PageSize: scheduledAtOnce})
		if err != nil {
			return 0, fmt.Errorf("list institutions: %w", err)
		}
		for _, row := range rows {
			list = append(list, steps.Opening{County: row.County, Institution: row.ID, Subject: row.Name, SiteKind: row.SiteKind})
		}
	case "county":
		for _, d := range nursery.Counties() {
			list = append(list, steps.Opening{County: d.Code, Subject: d.Name})
		}
	default:
		list = append(list, steps.Opening{County: nursery.CityCode, Subject: nursery.AreaName(nursery.CityCode)})
	}
	opened := 0
	for _, o := range list {
		o.Period, o.Facts, o.Note = period, facts, r.Live.Title+"："+period
		revision, err := s.Catalogue.Newest(r.Kind(), o.County, s.Today())
		if err != nil {
			return opened, err
		}
		new, err := s.openOnce(ctx, q, revision, o)
		if err != nil {
			return opened, err
		}
		if new {
			opened++
		}
	}
	return opened, nil
}

// openOnce opens a case by schedule unless there was one for the period.
func (s *Service) openOnce(ctx context.Context, q *store.Queries, r *published.Revision, o steps.Opening) (bool, error) {
	if o.Institution == "" {
		var err error
		if o.Institution, err = steps.Owner(ctx, q, r, o.County, s.Now()); err != nil {
			return false, err
		}
	}
	about, err := steps.About(r, o)
	if err != nil {
		return false, err
	}
	_, err = q.CaseAbout(ctx, store.CaseAboutParams{Kind: r.Plan.Kind, About: about, Institution: o.Institution})
	if err == nil {
		return false, nil
	}
	if !store.IsNotFound(err) {
		return false, fmt.Errorf("look for a case: %w", err)
	}
	if !slices.Contains(r.Plan.Start.OneOpen, "period") {
		return false, errors.New("a procedure by schedule has no period in its key")
	}
	_, opened, err := steps.Open(ctx, q, r, o, s.Now())
	return opened, err
}
