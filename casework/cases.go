package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tuoyu/calendar"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
)

// Cases is the list of cases, newest first.
var Cases = List[CaseFilter, CaseSummary]{
	Act: "case.list", Indexes: []string{"cases_page", "cases_by_institution", "cases_by_partner", "cases_all_page", "cases_pkey"},
	First: Cursor{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)},
	Check: func(_ context.Context, _ *Service, _ nursery.Principal, f *CaseFilter) error { return f.check() },
	Read: func(ctx context.Context, r ListReading[CaseFilter]) ([]ListRow[CaseSummary], error) {
		years, err := r.Service.CalendarCache.YearsIn(ctx, r.Q)
		if err != nil {
			return nil, err
		}
		f, of, search := r.Filter, ScopeOf(r.Principal, r.Filter.County), ReadSearch(r.Filter.Query)
		params := store.CasesParams{
			County: of.County, Institution: cmp.Or(of.Institution, f.Institution), Partner: of.Partner, Kind: string(f.Kind), Stage: string(f.Stage),
			Status: string(f.Status), OnlyOverdue: f.Overdue, Search: search.Text, BeforeAt: r.After.At, BeforeNo: r.After.ID, PageSize: r.Limit,
		}
		switch {
		case search.whole(): // one case, found and then sorted
			params.Number = search.CaseNo
			err = r.Q.Plan(ctx, store.PlanForValues)
		case search.Text == "":
			params.Prefix = search.CaseNo
		default:
			params.Parties, err = r.Q.PartiesFound(ctx, search.Text)
		}
		if err != nil {
			return nil, err
		}
		rows, err := r.Q.Cases(ctx, params)
		return ListRows(rows, err, func(row store.Case) (CaseSummary, Cursor) {
			return r.Service.Summary(row, years), Cursor{At: row.CreatedAt, ID: row.CaseNo}
		})
	},
	Sheet: Sheet[CaseSummary]{Title: "办件", Columns: []Column[CaseSummary]{
		{Title: "办件编号", FilesOnly: true, Value: func(c CaseSummary) any { return c.CaseNo }},
		{Title: "事项", Head: "办件", Value: func(c CaseSummary) any { return c.Title }},
		{Title: "机构", Head: "对象", Value: func(c CaseSummary) any { return c.Subject }},
		{Title: "县区", FilesOnly: true, Value: func(c CaseSummary) any { return nursery.CountyName(c.County) }},
		{Title: "环节", Value: func(c CaseSummary) any { return c.StageTitle }},
		{Title: "办理方", Head: "由谁办理", Value: func(c CaseSummary) any { return c.HolderTitle }},
		{Title: "期限", Value: func(c CaseSummary) any { return c.DueOn }},
		{Title: "状态", FilesOnly: true, Value: func(c CaseSummary) any { return c.Status.Title() }},
		{Title: "收件日期", FilesOnly: true, Value: func(c CaseSummary) any { return c.ReceivedOn }},
	}},
}

// check refuses filters that nothing could match.
func (f CaseFilter) check() error {
	var c Checker
	if f.County != "" {
		if d, ok := nursery.DivisionByCode(f.County); !ok || d.Level != nursery.LevelCounty {
			c.Add("county", "没有这个县区")
		}
	}
	if _, ok := workflows.ProcessOf(f.Kind); f.Kind != "" && !ok {
		c.Add("kind", "没有这类办件")
	}
	if f.Stage != "" && !slices.ContainsFunc(workflows.Processes(), func(p definition.Process) bool { _, ok := p.Stage(f.Stage); return ok }) {
		c.Add("stage", "没有这个环节")
	}
	if f.Status != "" && !slices.Contains([]nursery.CaseStatus{nursery.CaseDraft, nursery.CaseOpen, nursery.CaseEnded}, f.Status) {
		c.Add("status", "没有这种状态")
	}
	if wrong := CheckText("institution", f.Institution, 64); wrong != nil {
		c.Add(wrong.Location, wrong.Message)
	}
	if wrong := CheckText("query", f.Query, 100); wrong != nil {
		c.Add(wrong.Location, wrong.Message)
	}
	return c.Err()
}

func (s *Service) Summary(c store.Case, years calendar.Years) CaseSummary {
	kind := nursery.CaseKind(c.Kind)
	summary := CaseSummary{
		CaseNo: c.CaseNo, Kind: kind, Title: cmp.Or(titleOf(kind), "办件"), County: c.County, Institution: c.Institution,
		Subject: c.Subject, SiteKind: nursery.SiteKind(c.SiteKind), Stage: nursery.Stage(c.Stage), StageTitle: StageOf(kind, c.Stage).Title,
		Status: nursery.CaseStatus(c.Status), Holder: nursery.Role(c.Holder), DueOn: c.DueOn,
		DueProvisional: c.DueProvisional, Overdue: c.Overdue, ReceivedOn: c.ReceivedOn, CreatedAt: c.CreatedAt, EndedAt: c.EndedAt,
	}
	if c.Holder != "" {
		summary.HolderTitle = summary.Holder.Title()
	}
	if c.Status == string(nursery.CaseOpen) && !c.DueOn.IsZero() {
		summary.DaysLeft = daysLeft(years, s.Today(), c.DueOn)
	}
	return summary
}

// titleOf returns the title of a kind of case; empty if no process has it.
func titleOf(kind nursery.CaseKind) string {
	process, ok := workflows.ProcessOf(kind)
	if !ok {
		return ""
	}
	return process.Title
}

// StageOf is what a stage of a kind of case is called and what comes next; empty where there is no such stage.
func StageOf(kind nursery.CaseKind, stage string) definition.Stage {
	process, ok := workflows.ProcessOf(kind)
	if !ok {
		return definition.Stage{}
	}
	info, ok := process.Stage(nursery.Stage(stage))
	if !ok {
		return definition.Stage{}
	}
	return info
}

// StagesOf is the way of a case.
func StagesOf(c store.Case) []StageTitle {
	process, ok := workflows.ProcessOf(nursery.CaseKind(c.Kind))
	if !ok {
		return []StageTitle{}
	}
	passed := make([]nursery.Stage, 0, len(c.Passed))
	for _, stage := range c.Passed {
		passed = append(passed, nursery.Stage(stage))
	}
	list := []StageTitle{}
	for _, st := range process.Progress(passed, nursery.Stage(c.Stage), c.Status == string(nursery.CaseEnded)) {
		list = append(list, StageTitle{Stage: st.Code, Title: st.Title, Place: st.Place})
	}
	return list
}

// CompleteCase adds to the details of a case what its process knows of it.
type CompleteCase func(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, d *CaseDetail) error

// CompleteCases has every read of a case completed.
func (s *Service) CompleteCases(complete CompleteCase) {
	s.completions = append(s.completions, complete)
}

// Case returns the details of a case that p may see. Error: not_found.
func (s *Service) Case(ctx context.Context, p nursery.Principal, caseNo string) (CaseDetail, error) {
	years, err := s.CalendarCache.Years(ctx)
	if err != nil {
		return CaseDetail{}, err
	}
	var d CaseDetail
	err = s.DB.As(ctx, p, func(q *store.Queries) error {
		c, err := CaseOf(ctx, q.CaseByNumber, caseNo)
		if err != nil {
			return err
		}
		if err := s.AuthorizeCase(ctx, p, "case.read", c); err != nil {
			return err
		}
		d = CaseDetail{CaseSummary: s.Summary(c, years), Version: int(c.Version), Stages: StagesOf(c)}
		d.Next = StageOf(d.Kind, c.Stage).Next
		if c.ParentCase != nil {
			d.ParentCase = *c.ParentCase
			if d.ParentReadable, err = s.readable(ctx, q, p, d.ParentCase); err != nil {
				return err
			}
		}
		for _, fill := range append(slices.Clone(s.completions), fillChildren, FillGaps, fillDecisions, fillDocuments, fillTimeline) {
			if err := fill(ctx, q, p, c, &d); err != nil {
				return fmt.Errorf("read case: %w", err)
			}
		}
		for i := range d.Children {
			if d.Children[i].Readable, err = s.readable(ctx, q, p, d.Children[i].CaseNo); err != nil {
				return err
			}
		}
		if d.Clocks, err = s.clocks(ctx, q, c, years); err != nil {
			return err
		}
		tasks, err := q.TasksOfCase(ctx, c.CaseNo)
		if err != nil {
			return err
		}
		d.Tasks = []TaskSummary{}
		for _, task := range tasks {
			d.Tasks = append(d.Tasks, s.summarise(task, p, years))
		}
		return nil
	})
	return d, err
}

// readable reports whether p may read a case.
func (s *Service) readable(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo string) (bool, error) {
	c, err := CaseOf(ctx, q.CaseByNumber, caseNo)
	if err == nil {
		err = s.AuthorizeCase(ctx, p, "case.read", c)
	}
	if refused := (*Error)(nil); errors.As(err, &refused) {
		return false, nil
	}
	return err == nil, err
}

func fillChildren(ctx context.Context, q *store.Queries, _ nursery.Principal, c store.Case, d *CaseDetail) error {
	rows, err := q.CasesOfParent(ctx, c.CaseNo)
	for _, row := range rows {
		d.Children = append(d.Children, CaseRef{CaseNo: row.CaseNo, Kind: nursery.CaseKind(row.Kind), Stage: nursery.Stage(row.Stage)})
	}
	return err
}

// FillGaps adds the open gaps of a case to its details.
func FillGaps(ctx context.Context, q *store.Queries, _ nursery.Principal, c store.Case, d *CaseDetail) error {
	d.Gaps = []nursery.Reason{}
	rows, err := q.OpenGapsOfCase(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	for _, row := range rows {
		var r nursery.Reason
		if err := json.Unmarshal(row.Reason, &r); err != nil {
			return err
		}
		d.Gaps = append(d.Gaps, r)
	}
	return nil
}

func fillDecisions(ctx context.Context, q *store.Queries, _ nursery.Principal, c store.Case, d *CaseDetail) error {
	d.Decisions = []DecisionView{}
	rows, err := q.DecisionsOfCase(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	for _, row := range rows {
		v := DecisionView{DecidedAt: row.DecidedAt}
		if err := json.Unmarshal(row.Output, &v.Decision); err != nil {
			return err
		}
		d.Decisions = append(d.Decisions, v)
	}
	return nil
}

func fillDocuments(ctx context.Context, q *store.Queries, _ nursery.Principal, c store.Case, d *CaseDetail) error {
	d.Documents = []Document{}
	rows, err := q.DocumentsOfCase(ctx, c.CaseNo)
	for _, row := range rows {
		d.Documents = append(d.Documents, documentOf(row))
	}
	return err
}

func documentOf(row store.Document) Document {
	d := Document{
		ID: row.ID, CaseNo: row.CaseNo, Kind: row.Kind, Title: PaperTitle(row.Kind), Number: row.Number,
		State: row.State, IssuedOn: row.IssuedOn, VerificationCode: row.Code, EndedAt: row.EndedAt, EndReason: row.EndReason,
		Fault: row.Fault,
	}
	if row.Sha256 != nil {
		d.SHA256, d.Size = *row.Sha256, *row.Size
	}
	return d
}

// fillTimeline shows an institution what happened by role, and leaves out what is the office's own.
func fillTimeline(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, d *CaseDetail) error {
	inside := readsInternal(p)
	d.Timeline = []Event{}
	rows, err := q.EventsOfCase(ctx, store.EventsOfCaseParams{CaseNo: c.CaseNo, WithInternal: inside})
	for _, row := range rows {
		e := Event{Kind: row.Kind, Actor: row.Actor, Role: nursery.Role(row.ActorRole), Note: row.Note, Data: row.Data, At: row.At}
		if !inside && e.Role != nursery.RoleInstitution {
			e.Actor, e.Data = e.Role.Title(), nil
		}
		d.Timeline = append(d.Timeline, e)
	}
	return err
}

func (s *Service) clocks(ctx context.Context, q *store.Queries, c store.Case, years calendar.Years) ([]ClockView, error) {
	rows, err := q.ClocksOfCase(ctx, c.CaseNo)
	if err != nil {
		return nil, err
	}
	views := []ClockView{}
	for _, row := range rows {
		legal, err := row.Legal()
		if err != nil {
			return nil, err
		}
		v := ClockView{
			Name: row.Name, StartedOn: row.StartedOn, LimitDays: int(row.LimitDays), DueOn: row.DueOn,
			Provisional: row.Provisional, EndedOn: row.EndedOn, State: string(legal.State(years, s.Today())),
			DaysLeft: legal.Remaining(years, s.Today()),
		}
		if !row.EndedOn.IsZero() {
			v.State, v.DaysLeft = "ended", legal.Remaining(years, row.EndedOn)
		}
		views = append(views, v)
	}
	return views, nil
}

// ProcessCase is how the case of a process is found: its kind, and the query of the row that the process adds to it.
type ProcessCase[Row any] struct {
	Kind nursery.CaseKind
	Row  func(*store.Queries, context.Context, string) (Row, error)
}

// Read returns the case of that number and its row, for an act that p may do on it. Errors: not_found also for a case of another process
// and a row that row-level security does not show, and those of authorization.
func (k ProcessCase[Row]) Read(ctx context.Context, s *Service, q *store.Queries, p nursery.Principal, act, caseNo string) (store.Case, Row, error) {
	return k.Find(ctx, s, q, q.CaseByNumber, p, act, caseNo)
}

// Lock is read for a change: the case is locked before its row, as a step does.
func (k ProcessCase[Row]) Lock(ctx context.Context, s *Service, q *store.Queries, p nursery.Principal, act, caseNo string) (store.Case, Row, error) {
	return k.Find(ctx, s, q, q.CaseForStep, p, act, caseNo)
}

// Find is Read with the query that finds the case.
func (k ProcessCase[Row]) Find(ctx context.Context, s *Service, q *store.Queries, load func(context.Context, string) (store.Case, error), p nursery.Principal, act, caseNo string) (c store.Case, row Row, err error) {
	if c, err = CaseOf(ctx, load, caseNo); err != nil {
		return c, row, err
	}
	if c.Kind != string(k.Kind) {
		return c, row, NewNotFound()
	}
	if err = s.AuthorizeCase(ctx, p, act, c); err != nil {
		return c, row, err
	}
	row, err = k.Row(q, ctx, c.CaseNo)
	switch {
	case store.IsNotFound(err):
		return c, row, NewNotFound()
	case err != nil:
		return c, row, fmt.Errorf("read %s %s: %w", k.Kind, c.CaseNo, err)
	}
	return c, row, nil
}
