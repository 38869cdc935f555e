package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/store"
	"tuoyu/workflows/procedure"
)

// Opening is a case of a procedure that the engine opens.
type Opening struct {
	County, Institution, Subject string // Institution is empty for a case about a county or the city
	SiteKind                     string
	Period                       string // for a case by schedule
	Facts                        map[string]any
	Parent, ParentStep           string
	Note                         string
}

// Open opens a case under a revision, unless one is open with the same declared key; it then returns the number of that one and
// false.
func Open(ctx context.Context, q *store.Queries, r *published.Revision, o Opening, at time.Time) (string, bool, error) {
	if o.Institution == "" {
		var err error
		if o.Institution, err = Owner(ctx, q, r, o.County, at); err != nil {
			return "", false, err
		}
	}
	about, err := About(r, o)
	if err != nil {
		return "", false, err
	}
	if about != "" || len(r.Plan.Start.OneOpen) > 0 {
		open, err := q.OpenCaseOf(ctx, store.OpenCaseOfParams{Institution: o.Institution, Kind: r.Plan.Kind, About: about})
		if err == nil {
			return open, false, nil
		}
		if !store.IsNotFound(err) {
			return "", false, fmt.Errorf("look for an open case: %w", err)
		}
	}
	first := r.Plan.Stages[r.Plan.Start.To]
	c := store.Case{
		Kind: r.Plan.Kind, County: o.County, Institution: o.Institution, About: about, Subject: o.Subject, SiteKind: o.SiteKind,
		Stage: first.Name, Holder: string(nursery.RoleEngine), Plan: r.Hash, ParentStep: o.ParentStep,
	}
	if about == "" && len(r.Plan.Start.OneOpen) == 0 {
		c.About = unique(o, at)
	}
	if o.Parent != "" {
		c.ParentCase = &o.Parent
	}
	caseNo, err := activities.StartNumbered(ctx, q, r.Plan.Prefix, c, o.Facts, o.Note, at)
	if err != nil {
		return "", false, fmt.Errorf("open case of %s: %w", r.Plan.Kind, err)
	}
	return caseNo, true, nil
}

// unique distinguishes cases of a procedure that permits several at a time.
func unique(o Opening, at time.Time) string {
	return strings.Join([]string{o.Parent, o.ParentStep, fmt.Sprint(at.UnixNano())}, "/")
}

// Owner returns the name under which a case about a county, or about the city, is registered beside institutions.
func Owner(ctx context.Context, q *store.Queries, r *published.Revision, county string, at time.Time) (string, error) {
	id := strings.ToLower(r.Plan.Prefix) + "-" + county
	name := nursery.AreaName(county) + r.Live.Title
	if err := q.PutProcedureOwner(ctx, store.PutProcedureOwnerParams{ID: id, County: county, Name: name, UpdatedAt: at}); err != nil {
		return "", fmt.Errorf("register %s: %w", id, err)
	}
	return id, nil
}

// errFact is wrapped by the error for a fact that the declared key of a case needs and that is missing.
var errFact = errors.New("the key of the case lacks a fact")

// About returns the declared key of a case among those of its kind and institution: the values of one_open, besides those that
// follow from the institution. It is empty without one.
func About(r *published.Revision, o Opening) (string, error) {
	var parts []string
	for _, path := range r.Plan.Start.OneOpen {
		switch path {
		case "institution", "county", "subject":
			continue
		case "period":
			parts = append(parts, o.Period)
			continue
		}
		value, ok := o.Facts[strings.TrimPrefix(path, "facts.")]
		if !ok {
			return "", fmt.Errorf("%s: %w", path, errFact)
		}
		parts = append(parts, procedures.KeyText(value))
	}
	return strings.Join(parts, "/"), nil
}

// open opens the sub-cases of a stage: one, or one for each filed institution, county or row, as far as they are not open yet.
func (m *mover) open(ctx context.Context, o *procedures.Open) error {
	c, q := m.Case(), m.Queries()
	revision, err := m.steps.Catalogue.Newest(nursery.CaseKind(o.Kind), c.County, m.Today())
	if err != nil {
		return stuck("procedure_missing")
	}
	if o.Until != nil {
		if err := m.until(ctx, *o.Until); err != nil {
			return err
		}
	}
	list, err := m.openings(ctx, o)
	if err != nil {
		return err
	}
	for _, opening := range list[:min(len(list), o.Most)] {
		opening.Parent, opening.ParentStep, opening.Note = c.CaseNo, m.in.Step, "由 "+c.CaseNo+" 发起"
		if _, opened, err := Open(ctx, q, revision, opening, m.At()); err != nil {
			return err
		} else if opened {
			m.moved.Opened++
		}
	}
	return nil
}

func (m *mover) openings(ctx context.Context, o *procedures.Open) ([]Opening, error) {
	c := m.Case()
	k, err := m.known(ctx)
	if err != nil {
		return nil, err
	}
	switch o.Each {
	case "":
		return []Opening{{County: c.County, Institution: c.Institution, Subject: c.Subject, SiteKind: c.SiteKind, Facts: k.Facts}}, nil
	case "institution":
		return filed(ctx, m.Queries(), c.County, k.Facts)
	case "county":
		var list []Opening
		for _, d := range nursery.Counties() {
			list = append(list, Opening{County: d.Code, Subject: d.Name, Facts: k.Facts})
		}
		return list, nil
	}
	var list []Opening
	for _, row := range k.Rows[o.Each] {
		facts, ok := row.(map[string]any)
		if !ok {
			continue
		}
		opening := Opening{County: c.County, Institution: c.Institution, Subject: c.Subject, Facts: facts}
		if id, ok := facts["institution"].(string); ok {
			row, err := m.Queries().SubjectFacts(ctx, id)
			if err != nil {
				return nil, fmt.Errorf("read institution of a row: %w", err)
			}
			opening.County, opening.Institution, opening.Subject, opening.SiteKind = row.County, row.ID, row.Name, row.SiteKind
		}
		list = append(list, opening)
	}
	return list, nil
}

// filed returns one opening for each filed institution of a county, or of the city.
func filed(ctx context.Context, q *store.Queries, county string, facts map[string]any) ([]Opening, error) {
	rows, err := q.FiledForProcedures(ctx, county)
	if err != nil {
		return nil, fmt.Errorf("list institutions: %w", err)
	}
	list := make([]Opening, len(rows))
	for i, row := range rows {
		list[i] = Opening{County: row.County, Institution: row.ID, Subject: row.Name, SiteKind: row.SiteKind, Facts: facts}
	}
	return list, nil
}

// startBy opens a case of each procedure that starts by an event.
func (m *mover) startBy(ctx context.Context, event string) error {
	c := m.Case()
	for _, r := range m.steps.Catalogue.Current() {
		if r.Plan.Start.Event != event || !slices.Contains(r.Plan.Start.By, "event") || !r.Accepts(m.Today()) {
			continue
		}
		k, err := m.known(ctx)
		if err != nil {
			return err
		}
		revision, err := m.steps.Catalogue.Newest(r.Kind(), c.County, m.Today())
		if err != nil {
			return err
		}
		opening := Opening{
			County: c.County, Institution: c.Institution, Subject: c.Subject, SiteKind: c.SiteKind, Facts: k.Facts,
			Parent: c.CaseNo, ParentStep: m.in.Step, Note: "由 " + c.CaseNo + " 引起",
		}
		caseNo, opened, err := Open(ctx, m.Queries(), revision, opening, m.At())
		if err != nil {
			return err
		}
		if !opened { // a repeat within the limit of fold joins the open case
			e := procedure.Event{ID: c.CaseNo + "/" + m.in.Step, Name: event}
			if err := Signal(ctx, m.Queries(), store.Case{CaseNo: caseNo, County: c.County, Institution: c.Institution}, e, m.At()); err != nil {
				return err
			}
		}
	}
	return nil
}
