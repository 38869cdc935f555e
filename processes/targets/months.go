package targets

import (
	"context"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// MonthsShown is the number of months that charts and the API show: a year and the month before it.
const MonthsShown = 13

// MonthFigure is the figure of a target at the end of a month, or on the last day of it so far.
type MonthFigure struct {
	Month       string       `json:"month" doc:"月份" example:"2026-11"`
	AsOf        nursery.Date `json:"as_of,omitzero" doc:"截至日期；没有数据的为空"`
	Numerator   int          `json:"numerator" doc:"分子，或数量"`
	Denominator int          `json:"denominator" doc:"分母；数量为零"`
	Value       string       `json:"value,omitempty" doc:"显示值；没有数据的为空"`
	Exact       string       `json:"exact,omitempty" doc:"精确值，比率为百分数"`
}

// known reports whether there is a value.
func (m MonthFigure) known() bool { return m.Exact != "" }

// number returns the value for a chart.
func (m MonthFigure) number() float64 {
	r, ok := new(big.Rat).SetString(m.Exact)
	if !ok {
		return 0
	}
	value, _ := r.Float64()
	return value
}

// TargetMonths is a target with its figures by month, the current month last.
type TargetMonths struct {
	ID      string        `json:"id" doc:"目标标识"`
	Project string        `json:"project" doc:"所属项目"`
	Title   string        `json:"title" doc:"名称"`
	Goal    string        `json:"goal" doc:"目标，方案原话"`
	By      nursery.Date  `json:"by,omitzero" doc:"完成时限"`
	Unit    string        `json:"unit" doc:"单位"`
	Months  []MonthFigure `json:"months" doc:"近十三个月，本月为今天的数"`

	line   planTarget
	share  int  // the goal of the county, if the city's is divided
	county bool // the figures are those of one county
}

// MonthsQuery narrows the figures to a county.
type MonthsQuery struct {
	County string `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选；不填为全市合计"`
}

// monthOf returns the first day of the month of a day.
func monthOf(d nursery.Date) nursery.Date { return nursery.NewDate(d.Year, d.Month, 1) }

// monthText returns the text of a month, such as 2026-11.
func monthText(m nursery.Date) string { return m.String()[:7] }

// endOf returns the last day of a month, or today in the current one.
func (s *Service) endOf(month nursery.Date) nursery.Date {
	last := nursery.NewDate(month.Year, month.Month+1, 1).AddDays(-1)
	if today := s.Today(); last.After(today) {
		return today
	}
	return last
}

// parseMonth reads a month such as 2026-11; "" is the current one. Months to come and those before the plan are invalid.
func (s *Service) parseMonth(text string) (nursery.Date, error) {
	current := monthOf(s.Today())
	if text == "" {
		return current, nil
	}
	at, err := time.Parse("2006-01", text)
	month := nursery.NewDate(at.Year(), at.Month(), 1)
	if err != nil || month.After(current) || month.Before(planStart) {
		return month, casework.NewError(casework.CodeInvalid, "请选择 2024 年 1 月至本月之间的月份。", casework.FieldError{Location: "month", Message: "应为不晚于本月的月份，如 2026-11"})
	}
	return month, nil
}

// RecordMonth stores the figures of the current month, once a day and on its last day each time it is called. It never changes an
// earlier month.
func (s *Service) RecordMonth(ctx context.Context) error {
	today := s.Today()
	month := monthOf(today)
	ends := today.AddDays(1).Day == 1
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		written, err := q.TargetMonthWritten(ctx, month)
		ends = ends || written.Before(today)
		return err
	})
	if err != nil {
		return fmt.Errorf("read when the month was written: %w", err)
	}
	if !ends {
		return nil
	}
	figures, err := s.measure(ctx, nursery.Principal{Account: nursery.Engine.Account, Role: nursery.RoleAuditor})
	if err != nil {
		return err
	}
	rows := store.PutTargetMonthsParams{Month: month, AsOf: today}
	counties := []string{nursery.CityCode}
	for _, county := range nursery.Counties() {
		counties = append(counties, county.Code)
	}
	for _, line := range thePlan().Targets {
		f, ok := figures[line.ID]
		if !ok || f.none != "" {
			continue
		}
		for _, county := range counties { // those without a figure as well, since they may have had one earlier in the month
			rows.Targets, rows.Counties = append(rows.Targets, line.ID), append(rows.Counties, county)
			rows.Parts, rows.Wholes = append(rows.Parts, int32(f.counties[county].Part)), append(rows.Wholes, int32(f.counties[county].Whole))
		}
	}
	err = s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error { return q.PutTargetMonths(ctx, rows) })
	if err != nil {
		return fmt.Errorf("write the month: %w", err)
	}
	return nil
}

// history is the figures by target and month, each by county, as one principal sees them.
type history map[string]map[string]monthCounts

type monthCounts struct {
	asOf     nursery.Date
	counties map[string]Count
	live     bool // of today, when a county that is not there has none
}

// history reads the figures of the months from one to another; those of the current month are of today.
func (s *Service) history(ctx context.Context, p nursery.Principal, from, until nursery.Date) (history, measured, error) {
	past := history{}
	put := func(target, month string, asOf nursery.Date, county string, c Count) {
		if past[target] == nil {
			past[target] = map[string]monthCounts{}
		}
		in, ok := past[target][month]
		if !ok {
			in = monthCounts{asOf: asOf, counties: map[string]Count{}, live: asOf == s.Today()}
			past[target][month] = in
		}
		in.counties[county] = c
	}
	current := monthOf(s.Today())
	p = reader(p)
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.TargetMonths(ctx, store.TargetMonthsParams{FromMonth: from, UntilMonth: until, County: casework.CountyOf(p, countyIfOffice(p))})
		for _, row := range rows {
			if row.Month.Before(current) {
				put(row.Target, monthText(row.Month), row.AsOf, row.County, Count{int(row.Part), int(row.Whole)})
			}
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read the months: %w", err)
	}
	now, err := s.measure(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	if !until.Before(current) {
		for target, f := range now {
			if f.none != "" {
				continue
			}
			if len(f.counties) == 0 { // nothing anywhere, which is a figure too
				put(target, monthText(current), s.Today(), "", Count{})
			}
			for county, c := range f.counties {
				put(target, monthText(current), s.Today(), county, c)
			}
		}
	}
	return past, now, nil
}

// countyIfOffice returns the county of a county's office; others see all.
func countyIfOffice(p nursery.Principal) string {
	if p.Role == nursery.RoleCountyOffice {
		return p.County
	}
	return ""
}

// figureOf returns the figure of a target in a month: of a county, or of all for "".
func (h history) figureOf(line planTarget, month nursery.Date, county string) MonthFigure {
	m := MonthFigure{Month: monthText(month)}
	in, ok := h[line.ID][m.Month]
	if !ok {
		return m
	}
	sum := figure{counties: in.counties}.sum(county)
	_, there := in.counties[county]
	if line.Percent && sum.Whole == 0 || county != "" && !there && !in.live {
		return m
	}
	m.AsOf, m.Numerator, m.Denominator = in.asOf, sum.Part, sum.Whole
	m.Value, m.Exact = line.value(sum)
	return m
}

// Months returns the figures of every target that has one, month by month: of the city, of the county asked for, or of its own county
// for a county's office. Errors: forbidden, invalid.
func (s *Service) Months(ctx context.Context, p nursery.Principal, in MonthsQuery) ([]TargetMonths, error) {
	list, _, err := s.trends(ctx, p, in)
	return list, err
}

// trends returns the figures of every target month by month, and those of the counties today where p sees them side by side.
func (s *Service) trends(ctx context.Context, p nursery.Principal, in MonthsQuery) (list []TargetMonths, counties []MonthReportLine, err error) {
	county, err := s.countyFor(ctx, p, in)
	if err != nil {
		return nil, nil, err
	}
	current := monthOf(s.Today())
	from := current.AddMonths(1 - MonthsShown)
	past, now, err := s.history(ctx, p, from, current)
	if err != nil {
		return nil, nil, err
	}
	list = []TargetMonths{}
	for _, line := range thePlan().Targets {
		if line.Measure == "" && line.Entry == nil {
			continue
		}
		t := TargetMonths{ID: line.ID, Project: line.Project, Title: line.Title, Goal: line.Goal, By: line.By, Unit: line.unit(), line: line, share: now[line.ID].share, county: county != ""}
		for month := from; !month.After(current); month = month.AddMonths(1) {
			t.Months = append(t.Months, past.figureOf(line, month, county))
		}
		list = append(list, t)
		if county == "" && line.Percent {
			counties = append(counties, MonthReportLine{ID: line.ID, Title: line.Title, Counties: countyFigures(past, line, current), line: line})
		}
	}
	return list, counties, nil
}

// countyFor authorizes p for the figures, and returns the county that they are of; empty for the city. Errors: forbidden, invalid.
func (s *Service) countyFor(ctx context.Context, p nursery.Principal, in MonthsQuery) (string, error) {
	if err := s.Authorize(ctx, p, "target.list", casework.Resource{}); err != nil {
		return "", err
	}
	county := casework.CountyOf(reader(p), in.County)
	if county == "" {
		return "", nil
	}
	return county, casework.NeedCounty(county)
}

// change returns how much a figure differs from an earlier one, as text: percentage points of a rate. It is empty where either is unknown.
func (t planTarget) change(now, before MonthFigure) string {
	if !now.known() || !before.known() {
		return ""
	}
	x, okNow := new(big.Rat).SetString(now.Exact)
	y, okBefore := new(big.Rat).SetString(before.Exact)
	if !okNow || !okBefore {
		return ""
	}
	d := x.Sub(x, y)
	sign := "+"
	switch d.Sign() {
	case 0:
		return "持平"
	case -1:
		sign = "−"
		d.Neg(d)
	}
	if t.Percent {
		return sign + nursery.RateOf(d).Text + " 个百分点"
	}
	return sign + d.RatString()
}

// shortMonth returns the label of a month on an axis, with the year below where it begins.
func shortMonth(text string, first bool) string {
	month, err := strconv.Atoi(text[5:])
	if err != nil {
		return text
	}
	label := strconv.Itoa(month) + "月"
	if first || month == 1 {
		label += "\n" + text[:4]
	}
	return label
}
