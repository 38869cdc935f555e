package targets

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// trendsView is the charts of the city or of a county.
type trendsView struct {
	County   string // chosen by the city
	Choice   bool   // there is a choice
	Rates    []ui.Chart
	Flows    []ui.Chart
	Counties []ui.Chart
}

// trends shows what was done month by month, and the rates of the plan.
func (s *pages) trends(w http.ResponseWriter, r *http.Request) error {
	ctx, p := r.Context(), web.Principal(r.Context())
	in := MonthsQuery{County: r.URL.Query().Get("county")}
	months, counties, err := s.service.trends(ctx, p, in)
	if err != nil {
		return err
	}
	flows, err := s.service.Flows(ctx, p, in)
	if err != nil {
		return err
	}
	v := trendsView{County: casework.CountyOf(reader(p), in.County), Choice: p.Role != nursery.RoleCountyOffice, Flows: flowCharts(flows)}
	for _, t := range months {
		if t.line.Measure != "" {
			v.Rates = append(v.Rates, t.chart())
		}
	}
	for _, l := range inSomeCounty(counties) {
		v.Counties = append(v.Counties, countyChart("c-"+l.ID, l))
	}
	return s.Show(w, r, web.Frame{Title: "趋势", Wide: true}, trendsPage(v))
}

// reportView is a report with the choice of what is compared.
type reportView struct {
	MonthReport
	Months   []ui.Option
	Targets  []ui.Option
	Chosen   MonthReportLine // whose counties are compared
	Sort     string
	PDF, XLS string
}

// report shows a month beside others, and the counties side by side; or sends it as a file.
func (s *pages) report(w http.ResponseWriter, r *http.Request) error {
	ctx, p, q := r.Context(), web.Principal(r.Context()), r.URL.Query()
	in := ReportQuery{Month: q.Get("month")}
	switch q.Get("export") {
	case "pdf":
		return web.SendFile(w)(s.service.PDF(ctx, p, in))
	case "xlsx":
		return web.SendFile(w)(s.service.Workbook(ctx, p, in))
	}
	report, err := s.service.Report(ctx, p, in)
	if err != nil {
		return err
	}
	v := reportView{MonthReport: report, Sort: cmp.Or(q.Get("sort"), byCounty), PDF: web.WithParam(r, "export", "pdf"), XLS: web.WithParam(r, "export", "xlsx")}
	for m := monthOf(s.service.Today()); len(v.Months) < 36 && !m.Before(planStart); m = m.AddMonths(-1) {
		v.Months = append(v.Months, ui.Option{Value: monthText(m), Label: strconv.Itoa(m.Year) + " 年 " + strconv.Itoa(int(m.Month)) + " 月"})
	}
	lines := report.compared()
	for _, l := range lines {
		v.Targets = append(v.Targets, ui.Option{Value: l.ID, Label: l.Title})
	}
	if len(lines) > 0 {
		i := slices.IndexFunc(lines, func(l MonthReportLine) bool { return l.ID == q.Get("target") })
		v.Chosen = lines[max(i, 0)]
		sortCounties(v.Chosen.Counties, v.Sort)
	}
	return s.Show(w, r, web.Frame{Title: "月报与对比", Wide: true}, reportPage(v))
}

// lineCells is the table of a report, whose lines lead to the page of their project.
func lineCells(r MonthReport, project MonthReportProject) []ui.Cell[MonthReportLine] {
	number := func(value func(MonthReportLine) string) func(MonthReportLine) ui.CellContent {
		return ui.StyledCell("number", func(l MonthReportLine) templ.Component { return ui.Text(cmp.Or(value(l), "—")) })
	}
	look := ui.Looks[MonthReportLine]{
		"目标":   ui.HeadCell(func(l MonthReportLine) ui.RowHead { return ui.RowHead{Link: project.path, Name: l.Title} }),
		"本月":   ui.StyledCell("number", lineNow),
		"上月":   number(func(l MonthReportLine) string { return l.Before.Value }),
		"比上月":  number(func(l MonthReportLine) string { return l.Change }),
		"上年同月": number(func(l MonthReportLine) string { return l.YearAgo.Value }),
		"比上年":  number(func(l MonthReportLine) string { return l.YearChange }),
	}
	return ui.CellsOf(r.lineSheet(), look)
}

// sorts are the orders of the counties.
func sorts() []ui.Option {
	return []ui.Option{{Value: byCounty, Label: "县区"}, {Value: byNow, Label: "本月，高的在前"}, {Value: byChange, Label: "比上月，增加多的在前"}, {Value: byYear, Label: "比上年，增加多的在前"}}
}

// projectView is the page of one project.
type projectView struct {
	Name, Title, Path string
	Targets           []projectTarget
	Reader            nursery.Principal
}

// projectTarget is a target on the page of its project.
type projectTarget struct {
	Target
	Chart   *ui.Chart
	Entries []TargetEntry
	Enter   string // where an office enters its figure; empty for who does not
}

// project shows a project's targets with their months, and what offices have entered.
func (s *pages) project(w http.ResponseWriter, r *http.Request) error {
	ctx, p := r.Context(), web.Principal(r.Context())
	plan := thePlan()
	v := projectView{Path: "/targets/" + r.PathValue("project"), Reader: p}
	for _, one := range plan.Projects {
		if one.Path == r.PathValue("project") {
			v.Name, v.Title = one.Name, one.Title
		}
	}
	if v.Name == "" {
		return casework.NewNotFound()
	}
	list, err := s.service.Targets(ctx, p)
	if err != nil {
		return err
	}
	months, err := s.service.Months(ctx, p, MonthsQuery{})
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.Project != v.Name {
			continue
		}
		shown := projectTarget{Target: t}
		if i := slices.IndexFunc(months, func(m TargetMonths) bool { return m.ID == t.ID }); i >= 0 {
			chart := months[i].chart()
			shown.Chart = &chart
		}
		if t.Entered && p.Role != nursery.RoleAdministrator {
			page, err := Entries.Page(ctx, s.service.Service, p, EntryFilter{Target: t.ID}, casework.PageRequest{Limit: 50})
			if err != nil {
				return err
			}
			shown.Entries = page.Items
			if p.Role == nursery.RoleCountyOffice || p.Role == nursery.RoleCityOffice {
				shown.Enter = v.Path + "/enter/" + url.PathEscape(t.ID)
			}
		}
		v.Targets = append(v.Targets, shown)
	}
	return s.Show(w, r, web.Frame{Title: v.Title, Wide: true, Back: "/targets"}, projectPage(v))
}
