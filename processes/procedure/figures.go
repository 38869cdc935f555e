package procedure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/store"
	"tuoyu/web/ui"
)

// mostGroups is the number of groups of an indicator that are read.
const mostGroups = 5000

// FiguresFilter narrows what the indicators of a procedure count.
type FiguresFilter struct {
	County string       `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	Since  nursery.Date `query:"since" doc:"从哪一天起" example:"2026-01-01"`
	Until  nursery.Date `query:"until" doc:"到哪一天为止，含当天" example:"2026-12-31"`
}

// Figures are the indicators of a procedure, counted over its cases as they are now.
type Figures struct {
	Kind  nursery.CaseKind `json:"kind" doc:"事项代码"`
	Title string           `json:"title" doc:"事项名称"`
	Items []Figure         `json:"items" doc:"各项指标"`
}

// Figure is one indicator: its value over all, and by groups. A count of distinct subjects over all is not the sum of its groups.
type Figure struct {
	Name   string        `json:"name" doc:"指标代码" example:"relief_paid"`
	Title  string        `json:"title" doc:"指标名称"`
	Unit   string        `json:"unit" enum:"fen,count" doc:"单位：分，或者个数"`
	Value  int64         `json:"value" doc:"数值"`
	Over   *int64        `json:"over,omitempty" doc:"作为分母的指标的数值"`
	Target *int64        `json:"target,omitempty" doc:"目标；没有设定时为空"`
	By     []string      `json:"by" doc:"按什么分组，名称"`
	Groups []FigureGroup `json:"groups" doc:"各组"`
	Whole  bool          `json:"whole" doc:"各组是否全部列出"`
}

// FigureGroup is the part of an indicator that has the same keys.
type FigureGroup struct {
	Keys  []string `json:"keys" doc:"各分组项的代码"`
	Names []string `json:"names" doc:"各分组项的名称"`
	Value int64    `json:"value" doc:"数值"`
}

// FiguresOf counts the indicators of a procedure in the scope of p. Errors: not_found, forbidden, invalid.
func (s *Service) FiguresOf(ctx context.Context, p nursery.Principal, kind string, f FiguresFilter) (Figures, error) {
	if err := s.Authorize(ctx, p, "procedure.map", casework.Resource{}); err != nil {
		return Figures{}, err
	}
	if !f.Since.IsZero() && !f.Until.IsZero() && f.Until.Before(f.Since) {
		return Figures{}, casework.NewError(casework.CodeInvalid, "截止日早于起始日。", casework.FieldError{Location: "until", Message: "不能早于起始日"})
	}
	r, err := s.lastOf(nursery.CaseKind(kind))
	if isNone(err) {
		return Figures{}, casework.NewNotFound()
	}
	if err != nil {
		return Figures{}, err
	}
	f.County = casework.CountyOf(p, f.County)
	of := Figures{Kind: r.Kind(), Title: r.Live.Title, Items: []Figure{}}
	err = s.DB.As(ctx, counting(p, r), func(q *store.Queries) error {
		for _, i := range r.Live.Indicators {
			figure, err := count(ctx, q, r, i, f)
			if err != nil {
				return fmt.Errorf("count indicator %s: %w", i.Name, err)
			}
			of.Items = append(of.Items, figure)
		}
		return nil
	})
	for at, i := range r.Live.Indicators {
		if over := slices.IndexFunc(of.Items, func(have Figure) bool { return have.Name == i.Over }); over >= 0 && err == nil {
			of.Items[at].Over = &of.Items[over].Value
		}
	}
	return of, err
}

// counting returns p as it counts a procedure: finance sees only the cases that it is asked to pay, and of a procedure in which it acts
// it counts what the office beside it sees.
func counting(p nursery.Principal, r *published.Revision) nursery.Principal {
	if !slices.ContainsFunc(r.Plan.Tasks, func(t procedures.Task) bool { return t.Role == p.Role }) {
		return p
	}
	switch p.Role {
	case nursery.RoleFinance:
		p.Role = nursery.RoleCountyOffice
	case nursery.RoleCityFinance:
		p.Role = nursery.RoleCityOffice
	}
	return p
}

// count counts one indicator.
func count(ctx context.Context, q *store.Queries, r *published.Revision, i procedures.Indicator, f FiguresFilter) (Figure, error) {
	c, err := counterOf(r, i)
	if err != nil {
		return Figure{}, err
	}
	of := Figure{Name: i.Name, Title: i.Title, Unit: "count", By: make([]string, len(i.By)), Groups: []FigureGroup{}, Whole: true}
	if c.money() {
		of.Unit = "fen"
	}
	for n, by := range i.By {
		of.By[n] = c.titleOf(by)
	}
	if i.Target != nil {
		n, ok := float64(i.Target.N), i.Target.Param == ""
		if !ok {
			n, ok = r.Parameter(i.Target.Param).Number()
		}
		if whole := int64(n); ok {
			of.Target = &whole
		}
	}
	groups, err := c.read(ctx, q, r, f)
	if err != nil {
		return of, err
	}
	of.Whole = len(groups) <= 1+mostGroups // the total and the groups
	for _, g := range groups[:min(len(groups), 1+mostGroups)] {
		if g.total {
			of.Value = g.value
		} else if len(i.By) > 0 {
			of.Groups = append(of.Groups, FigureGroup{Keys: g.keys, Names: c.namesOf(g.keys), Value: g.value})
		}
	}
	return of, c.nameInstitutions(ctx, q, of.Groups)
}

// counter counts one indicator over the stored cases and rows.
type counter struct {
	indicator procedures.Indicator
	shape     ui.FormSchema // of the facts
	row       ui.FormSchema // of the rows that are counted
}

// counterOf returns the counter of an indicator of a revision.
func counterOf(r *published.Revision, i procedures.Indicator) (c counter, err error) {
	c.indicator = i
	if c.shape, err = formOf(r, r.Plan.Start.Facts); err != nil || !i.OfRows() {
		return c, err
	}
	set := slices.IndexFunc(r.Plan.Rows, func(have procedures.RowSet) bool { return have.Name == i.Of })
	if set < 0 {
		return c, fmt.Errorf("no set of rows %s", i.Of)
	}
	c.row, err = formOf(r, r.Plan.Rows[set].Form)
	return c, err
}

// counted is a figure of cases or rows with the same keys, or the total.
type counted struct {
	total bool
	keys  []string
	value int64
}

// day returns where a day begins, and otherwise a bound that no case is beyond.
func day(d nursery.Date, otherwise int) time.Time {
	if d.IsZero() {
		return time.Date(otherwise, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return d.In(nursery.Shanghai)
}

// read counts by the database. An indicator that has a first day of its own counts from it.
func (c counter) read(ctx context.Context, q *store.Queries, r *published.Revision, f FiguresFilter) ([]counted, error) {
	i := c.indicator
	if f.Since.Before(i.From) {
		f.Since = i.From
	}
	if !f.Until.IsZero() {
		f.Until = f.Until.AddDays(1)
	}
	when, minus := arrivalOf(r, i.When), arrivalOf(r, i.Minus)
	facts := slices.ContainsFunc(append([]string{i.Sum}, i.By...), func(path string) bool { return strings.HasPrefix(path, "facts.") })
	if i.OfRows() {
		rows, err := q.FiguresOfRows(ctx, store.FiguresOfRowsParams{
			By: i.By, Field: c.field(), Summed: i.Sum != "", SetName: i.Of, WithFacts: facts, Kind: r.Plan.Kind, County: f.County, WhenStage: when.stage,
			WhenResult: when.result, MinusStage: minus.stage, MinusResult: minus.result, Since: day(f.Since, 1), Until: day(f.Until, 9999), Most: mostGroups + 2,
		})
		return countedOf(rows, err, func(row store.FiguresOfRowsRow) counted {
			return counted{row.Total, row.Keys, c.ofRow(row)}
		})
	}
	rows, err := q.FiguresOfCases(ctx, store.FiguresOfCasesParams{
		By: i.By, RuleSet: i.RuleSet(), Fact: strings.TrimPrefix(i.Sum, "facts."), WithFacts: facts, Kind: r.Plan.Kind, County: f.County, WhenStage: when.stage,
		WhenResult: when.result, MinusStage: minus.stage, MinusResult: minus.result, Since: day(f.Since, 1), Until: day(f.Until, 9999), Most: mostGroups + 2,
	})
	return countedOf(rows, err, func(row store.FiguresOfCasesRow) counted {
		return counted{row.Total, row.Keys, c.ofCase(row)}
	})
}

func countedOf[Row any](rows []Row, err error, of func(Row) counted) ([]counted, error) {
	list := make([]counted, len(rows))
	for i, row := range rows {
		list[i] = of(row)
	}
	return list, err
}

// field returns the field of the rows that is added up, or whose values are counted; empty where the rows are.
func (c counter) field() string {
	i := c.indicator
	switch {
	case i.Sum != "":
		return i.Sum
	case i.Count == i.Of:
		return ""
	}
	return i.Count
}

func (c counter) ofRow(row store.FiguresOfRowsRow) int64 {
	switch i := c.indicator; {
	case i.Sum != "":
		return row.Sum
	case i.Count == i.Of:
		return row.Rows
	case i.Distinct:
		return row.DistinctValues
	}
	return row.Values
}

func (c counter) ofCase(row store.FiguresOfCasesRow) int64 {
	switch i := c.indicator; {
	case i.Sum != "":
		return row.Sum
	case i.Count == "institution" && i.Distinct:
		return row.Institutions
	case i.Count == "county" && i.Distinct:
		return row.Counties
	}
	return row.Cases
}

// passedBy is a result with which a stage was left.
type passedBy struct{ stage, result string }

func arrivalOf(r *published.Revision, a *procedures.Arrival) passedBy {
	if a == nil {
		return passedBy{}
	}
	return passedBy{r.Plan.Stages[a.Stage].Name, a.Result}
}
