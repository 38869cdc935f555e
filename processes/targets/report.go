package targets

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// ReportQuery is which month to report on.
type ReportQuery struct {
	Month string `query:"month" pattern:"^20[0-9]{2}-(0[1-9]|1[0-2])$" patternDescription:"月份，如 2026-11" doc:"月份，如 2026-11；不填为本月" example:"2026-11"`
}

// MonthReport is a month beside the month and the year before, project by project 月报.
type MonthReport struct {
	Plan     string               `json:"plan" doc:"实施方案"`
	Month    string               `json:"month" doc:"月份" example:"2026-11"`
	AsOf     nursery.Date         `json:"as_of" doc:"截至日期：月末，本月为今天"`
	Scope    string               `json:"scope" doc:"范围：长治市或县区"`
	Before   string               `json:"before" doc:"上月"`
	YearAgo  string               `json:"year_ago" doc:"上年同月"`
	Projects []MonthReportProject `json:"projects" doc:"各项目"`
	Flows    []MonthFlow          `json:"flows" doc:"近十三个月办理的数量"`
}

// MonthReportProject is the targets of one project.
type MonthReportProject struct {
	Project string            `json:"project" doc:"项目"`
	Title   string            `json:"title" doc:"名称"`
	Lines   []MonthReportLine `json:"lines" doc:"各项目标"`

	path string
}

// MonthReportLine is a target in a month.
type MonthReportLine struct {
	ID          string         `json:"id" doc:"目标标识"`
	Title       string         `json:"title" doc:"名称"`
	Goal        string         `json:"goal" doc:"目标，方案原话"`
	By          nursery.Date   `json:"by,omitzero" doc:"完成时限"`
	Now         MonthFigure    `json:"now" doc:"本月"`
	Before      MonthFigure    `json:"before" doc:"上月"`
	YearAgo     MonthFigure    `json:"year_ago" doc:"上年同月"`
	Change      string         `json:"change,omitempty" doc:"比上月，比率为百分点；没有数据的为空"`
	YearChange  string         `json:"year_change,omitempty" doc:"比上年同月"`
	City        *MonthFigure   `json:"city,omitempty" doc:"县区查看时，全市的合计"`
	Counties    []CountyFigure `json:"counties,omitempty" doc:"市级查看时，各县区"`
	Unavailable string         `json:"unavailable,omitempty" doc:"本月没有数据的原因"`

	line planTarget
}

// CountyFigure is a target in a month in one county.
type CountyFigure struct {
	County     string      `json:"county" doc:"县区代码"`
	CountyName string      `json:"county_name" doc:"县区名称"`
	Now        MonthFigure `json:"now" doc:"本月"`
	Before     MonthFigure `json:"before" doc:"上月"`
	YearAgo    MonthFigure `json:"year_ago" doc:"上年同月"`
	Change     string      `json:"change,omitempty" doc:"比上月"`
	YearChange string      `json:"year_change,omitempty" doc:"比上年同月"`
}

// Report returns the report on a month: of the city with its counties, or of its own county beside the city's total for a county's
// office. Errors: forbidden, invalid.
func (s *Service) Report(ctx context.Context, p nursery.Principal, in ReportQuery) (MonthReport, error) {
	if err := s.Authorize(ctx, p, "target.list", casework.Resource{}); err != nil {
		return MonthReport{}, err
	}
	month, err := s.parseMonth(in.Month)
	if err != nil {
		return MonthReport{}, err
	}
	before, yearAgo := month.AddMonths(-1), month.AddMonths(-12)
	past, now, err := s.history(ctx, p, yearAgo, month)
	if err != nil {
		return MonthReport{}, err
	}
	county := countyIfOffice(p)
	r := MonthReport{Plan: thePlan().Document, Month: monthText(month), AsOf: s.endOf(month), Scope: "长治市", Before: monthText(before), YearAgo: monthText(yearAgo)}
	var city history
	if county != "" {
		r.Scope = nursery.CountyName(county)
		// A sum over twelve counties shows no other county's figure; it is read as the auditor reads it.
		if city, _, err = s.history(ctx, nursery.Principal{Account: p.Account, Role: nursery.RoleAuditor}, month, month); err != nil {
			return MonthReport{}, err
		}
	}
	if r.Flows, err = s.flows(ctx, p, county, month.AddMonths(1-MonthsShown), month); err != nil {
		return MonthReport{}, err
	}
	plan := thePlan()
	for _, project := range plan.Projects {
		part := MonthReportProject{Project: project.Name, Title: project.Title, path: plan.pathOf(project.Name)}
		for _, line := range plan.Targets {
			if line.Project != project.Name {
				continue
			}
			l := MonthReportLine{ID: line.ID, Title: line.Title, Goal: line.Goal, By: line.By, line: line}
			l.Now, l.Before, l.YearAgo = past.figureOf(line, month, ""), past.figureOf(line, before, ""), past.figureOf(line, yearAgo, "")
			l.Change, l.YearChange = line.change(l.Now, l.Before), line.change(l.Now, l.YearAgo)
			if !l.Now.known() {
				l.Unavailable = whyUnknown(line, now[line.ID], month.Before(monthOf(s.Today())))
			}
			if city != nil {
				total := city.figureOf(line, month, "")
				l.City = &total
			} else {
				l.Counties = countyFigures(past, line, month)
			}
			part.Lines = append(part.Lines, l)
		}
		r.Projects = append(r.Projects, part)
	}
	return r, nil
}

// whyUnknown returns why a target has no figure in a month.
func whyUnknown(line planTarget, f figure, past bool) string {
	switch {
	case line.Unavailable != "":
		return line.Unavailable
	case past:
		return "当月没有记录"
	}
	return cmp.Or(f.none, "尚无应计的对象")
}

// countyFigures returns the figures of a target in the counties, if it has any.
func countyFigures(past history, line planTarget, month nursery.Date) (list []CountyFigure) {
	if line.Measure == "" && line.Entry == nil {
		return nil
	}
	for _, county := range nursery.Counties() {
		f := CountyFigure{County: county.Code, CountyName: county.Name}
		f.Now, f.Before = past.figureOf(line, month, county.Code), past.figureOf(line, month.AddMonths(-1), county.Code)
		f.YearAgo = past.figureOf(line, month.AddMonths(-12), county.Code)
		f.Change, f.YearChange = line.change(f.Now, f.Before), line.change(f.Now, f.YearAgo)
		list = append(list, f)
	}
	return list
}

// The orders of the counties of a comparison.
const (
	byCounty = "county"
	byNow    = "now"
	byChange = "change"
	byYear   = "year"
)

// sortCounties puts the counties with the highest value first; those without one come last.
func sortCounties(list []CountyFigure, by string) {
	of := func(f CountyFigure) *big.Rat {
		now, ok := new(big.Rat).SetString(f.Now.Exact)
		other := map[string]string{byChange: f.Before.Exact, byYear: f.YearAgo.Exact}[by]
		if !ok || by == byNow {
			if ok {
				return now
			}
			return nil
		}
		before, ok := new(big.Rat).SetString(other)
		if !ok {
			return nil
		}
		return now.Sub(now, before)
	}
	if by == byCounty {
		return
	}
	slices.SortStableFunc(list, func(a, b CountyFigure) int {
		x, y := of(a), of(b)
		switch {
		case x == nil && y == nil:
			return strings.Compare(a.County, b.County)
		case x == nil:
			return 1
		case y == nil:
			return -1
		}
		return y.Cmp(x)
	})
}

// compared returns the lines that have a figure in some county.
func (r MonthReport) compared() (lines []MonthReportLine) {
	for _, part := range r.Projects {
		lines = append(lines, inSomeCounty(part.Lines)...)
	}
	return lines
}

// inSomeCounty returns those of the lines that have a figure in some county.
func inSomeCounty(all []MonthReportLine) (lines []MonthReportLine) {
	for _, l := range all {
		if slices.ContainsFunc(l.Counties, func(f CountyFigure) bool { return f.Now.known() }) {
			lines = append(lines, l)
		}
	}
	return lines
}
