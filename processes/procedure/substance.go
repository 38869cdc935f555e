package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tuoyu/casework"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/store"
	interpreter "tuoyu/workflows/procedure"
)

// FilledIn is a form as somebody filled it in, with the schema of the revision of the case.
type FilledIn struct {
	Title  string
	By     string // role, in words
	At     time.Time
	Schema json.RawMessage
	Data   json.RawMessage
}

// SetOfRows is a set of rows of a case.
type SetOfRows struct {
	Name, Title string
	Rows        int
	Collected   bool // the case collects it now, and the reader fills it in
}

// Substance is what was applied for and filled in with a case, as its reader may see it.
type Substance struct {
	CaseNo      string
	Institution string
	Application FilledIn
	Answers     []FilledIn // the last answer to each task, the first one first
	Sets        []SetOfRows
	Anytime     []definition.ProgressStep // what the reader may do now besides answering tasks
	Bounced     string                    // why the bank returned the payment, for its payee, who has to correct the account
	Stage       string                    // title of the stage
	SVG         string
	revision    *published.Revision
}

// Substance returns what was applied for and filled in with a case of a procedure. An applicant and another party see their own answers,
// an office sees all of them. Errors: not_found, forbidden.
func (s *Service) Substance(ctx context.Context, p nursery.Principal, caseNo string) (Substance, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (Substance, error) {
		c, r, err := s.readable(ctx, q, p, caseNo)
		if err != nil {
			return Substance{}, err
		}
		v := Substance{CaseNo: c.CaseNo, Institution: c.Institution, revision: r, Anytime: anytimeOf(r, c, p)}
		raw, _ := r.FormOf(r.Plan.Forms[r.Plan.Start.Facts].Name)
		v.Application = FilledIn{Title: titleOf(raw), Schema: raw}
		application, err := q.LatestApplication(ctx, c.CaseNo)
		if err != nil && !store.IsNotFound(err) {
			return v, fmt.Errorf("read application: %w", err)
		}
		v.Application.Data, v.Application.At = application.Facts, application.EnteredAt
		if v.Answers, err = s.answers(ctx, q, r, c, p); err != nil {
			return v, err
		}
		if v.Bounced, err = bouncedFor(ctx, q, p, c); err != nil {
			return v, err
		}
		return v, s.sets(ctx, q, r, c, p, &v)
	})
}

// bouncedFor returns why the bank returned the payment of a case, for the institution that it went to; "" where none is back.
func bouncedFor(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case) (string, error) {
	if p.Role != nursery.RoleInstitution {
		return "", nil
	}
	bounced, err := q.BouncedPayment(ctx, c.CaseNo)
	if store.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read bounced payment: %w", err)
	}
	return bounced.Reason, nil
}

// readable returns a case of a procedure that p may read, with its revision.
func (s *Service) readable(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo string) (store.Case, *published.Revision, error) {
	c, err := casework.CaseOf(ctx, q.CaseByNumber, caseNo)
	if err != nil {
		return c, nil, err
	}
	if err := s.AuthorizeCase(ctx, p, "case.read", c); err != nil {
		return c, nil, err
	}
	r, err := s.RevisionOf(ctx, q, c.CaseNo)
	return c, r, err
}

// titleOf returns the title of a schema.
func titleOf(schema json.RawMessage) string {
	var of struct {
		Title string `json:"title"`
	}
	if err := json.Unmarshal(schema, &of); err != nil {
		return "" // it was compiled
	}
	return of.Title
}

func (s *Service) answers(ctx context.Context, q *store.Queries, r *published.Revision, c store.Case, p nursery.Principal) (list []FilledIn, err error) {
	rows, err := q.AnswersOfCase(ctx, c.CaseNo)
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	start := r.Plan.Kind + "." + r.Plan.Forms[r.Plan.Start.Facts].Name
	for _, row := range rows {
		kind, ok := r.Task(row.Kind)
		if !ok || kind.Form == start || len(kind.Roles) == 0 || row.ClosedAt == nil {
			continue
		}
		role := kind.Roles[0]
		if (p.Role == nursery.RoleInstitution || p.Role.Partner()) && role != p.Role {
			continue
		}
		outcome := ""
		if row.Outcome != nil {
			outcome = kind.OutcomeTitle(nursery.Outcome(*row.Outcome))
		}
		raw, _ := r.FormOf(kind.Form)
		list = append(list, FilledIn{Title: kind.Title + "：" + outcome, By: role.Title(), At: *row.ClosedAt, Schema: raw, Data: row.Answer})
	}
	slices.SortStableFunc(list, func(a, b FilledIn) int { return a.At.Compare(b.At) })
	return list, nil
}

func (s *Service) sets(ctx context.Context, q *store.Queries, r *published.Revision, c store.Case, p nursery.Principal, v *Substance) error {
	stage := stageOf(r, c)
	if stage >= 0 {
		v.Stage = r.Live.Stages[stage].Title
	}
	for i, set := range r.Plan.Rows {
		n, err := q.CountRows(ctx, store.CountRowsParams{CaseNo: c.CaseNo, Sets: []string{set.Name}})
		if err != nil {
			return fmt.Errorf("count rows: %w", err)
		}
		of := SetOfRows{Name: set.Name, Title: r.Live.Rows[i], Rows: int(n)}
		of.Collected = stage >= 0 && c.Status == string(nursery.CaseOpen) && collects(r.Plan.Stages[stage], i, p.Role)
		v.Sets = append(v.Sets, of)
	}
	return nil
}

// stageOf returns the stage of a case, by its index in the plan; -1 if it is in none.
func stageOf(r *published.Revision, c store.Case) int {
	return r.Plan.StageNamed(c.Stage)
}

// collects reports whether a stage collects a set from a role.
func collects(st procedures.Stage, set int, role nursery.Role) bool {
	return st.Collect != nil && st.Collect.Role == role && slices.Contains(st.Collect.Rows, set)
}

// Objections returns the objections to what was published of a case, as text by the form for them, for an office that decides on
// them. Errors: not_found, forbidden.
func (s *Service) Objections(ctx context.Context, p nursery.Principal, caseNo string) ([]FilledIn, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) ([]FilledIn, error) {
		c, r, err := s.readable(ctx, q, p, caseNo)
		if err != nil {
			return nil, err
		}
		if p.Role == nursery.RoleInstitution || p.Role.Partner() {
			return nil, casework.NewNotFound()
		}
		at := slices.IndexFunc(r.Plan.Stages, func(st procedures.Stage) bool { return st.Publish != nil })
		if at < 0 {
			return nil, nil
		}
		schema, _ := r.FormOf(r.Plan.Forms[r.Plan.Stages[at].Publish.Objection].Name)
		rows, err := q.RowsOfCase(ctx, store.RowsOfCaseParams{CaseNo: c.CaseNo, SetName: interpreter.ObjectionSet, PageSize: 100})
		if err != nil {
			return nil, fmt.Errorf("read objections: %w", err)
		}
		var list []FilledIn
		for _, row := range rows {
			raw, err := s.opened(c.CaseNo, row.SetName, row.Key, row.Sealed)
			if err != nil {
				return nil, err
			}
			list = append(list, FilledIn{Title: "异议", At: row.EnteredAt, Schema: schema, Data: raw})
		}
		return list, nil
	})
}

// decidesOnObjections reports whether a task is asked in a stage to which an objection leads.
func decidesOnObjections(r *published.Revision, task string) bool {
	name := strings.TrimPrefix(task, r.Plan.Kind+".")
	for _, st := range r.Plan.Stages {
		if st.Publish == nil {
			continue
		}
		for _, t := range st.On {
			if t.Result == procedures.ResultObjected && t.To >= 0 && r.Plan.Stages[t.To].Task >= 0 && r.Plan.Tasks[r.Plan.Stages[t.To].Task].Name == name {
				return true
			}
		}
	}
	return false
}
