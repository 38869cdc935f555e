package targets

import (
	"slices"
	"strconv"

	"tuoyu/web/ui"
)

// monthAxis returns a chart with the months as its labels.
func monthAxis(id, title string, months []string) ui.Chart {
	c := ui.Chart{ID: id, Title: title, Head: "月份", Rows: months}
	for i, month := range months {
		c.Labels = append(c.Labels, shortMonth(month, i == 0))
	}
	return c
}

// chart returns the months of a target against its goal and, where it is among the months, its due date.
func (t TargetMonths) chart() ui.Chart {
	months := make([]string, len(t.Months))
	values := make([]ui.ChartValue, len(t.Months))
	since := ""
	for i, m := range t.Months {
		months[i] = m.Month
		if m.known() {
			values[i] = ui.ChartValue{Number: m.number(), Text: m.Value}
			if since == "" {
				since = m.Month
			}
		}
	}
	c := monthAxis("t-"+t.ID, t.Title, months)
	c.Series = []ui.ChartSeries{{Name: t.Title, Line: t.line.Percent, Values: values}}
	if goal := t.goalNumber(); goal > 0 {
		c.Goal = &ui.ChartGoal{Number: float64(goal), Text: "目标 " + strconv.Itoa(goal) + unitText(t.Unit)}
	}
	if i := slices.Index(months, monthText(monthOf(t.By))); i >= 0 && !t.By.IsZero() {
		c.Due, c.DueAt = "期限", i
	}
	c.Summary, c.Note = summaryOf(c), noteOf(since, t)
	return c
}

// unitText returns a unit as it follows a number.
func unitText(unit string) string {
	if unit == "%" {
		return unit
	}
	return " " + unit
}

// goalNumber returns the goal that the figures are compared with: none where the plan states none, or only the city's.
func (t TargetMonths) goalNumber() int {
	switch {
	case t.line.Unjudged:
		return 0
	case t.share > 0:
		return t.share
	case t.county && !t.line.Percent:
		return 0
	}
	return t.line.Quantity
}

// noteOf states since when there are figures and until when the goal was to be reached.
func noteOf(since string, t TargetMonths) string {
	note := ""
	if since != "" && since != t.Months[0].Month {
		note = "自 " + since + " 起有按月的数据。"
	}
	if !t.By.IsZero() {
		note += "方案的期限：" + t.By.String() + "。"
	}
	return note
}

// summaryOf describes a chart in a sentence: its first and last known values.
func summaryOf(c ui.Chart) string {
	text := ""
	for _, s := range c.Series {
		first, last := -1, -1
		for i, v := range s.Values {
			if v.Text != "" {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
		switch {
		case first < 0:
			text += s.Name + "：没有数据。"
		case first == last:
			text += s.Name + "：" + c.Rows[last] + "为 " + s.Values[last].Text + "。"
		default:
			text += s.Name + "：" + c.Rows[first] + "为 " + s.Values[first].Text + "，" + c.Rows[last] + "为 " + s.Values[last].Text + "。"
		}
	}
	if c.Goal != nil {
		text += c.Goal.Text + "。"
	}
	return text + "各月数字见数据表。"
}

// flowCharts are the charts of what was done month by month.
func flowCharts(flows []MonthFlow) []ui.Chart {
	var months []string
	for _, f := range flows {
		months = append(months, f.Month)
	}
	column := func(name string, value func(MonthFlow) int) ui.ChartSeries {
		s := ui.ChartSeries{Name: name}
		for _, f := range flows {
			s.Values = append(s.Values, ui.CountValue(value(f)))
		}
		return s
	}
	chart := func(id, title, note string, series ...ui.ChartSeries) ui.Chart {
		c := monthAxis(id, title, months)
		c.Series, c.Note = series, note
		c.Summary = summaryOf(c)
		return c
	}
	days := ui.ChartSeries{Name: "平均天数"}
	for _, f := range flows {
		var v ui.ChartValue
		if f.Days != "" {
			v = ui.ChartValue{Number: float64(f.days) / float64(f.Receipts), Text: f.Days}
		}
		days.Values = append(days.Values, v)
	}
	seats := []ui.ChartSeries{column("计划建成", func(f MonthFlow) int { return f.SeatsDue }), column("已建成并备案", func(f MonthFlow) int { return f.SeatsBuilt })}
	seats[1].Line = true
	return []ui.Chart{
		chart("filings", "每月收到的备案申请", "按收到材料的月份计。", column("收到", func(f MonthFlow) int { return f.Received }), column("其中已发回执", func(f MonthFlow) int { return f.Receipts })),
		chart("days", "从收到材料到发出回执的天数", "自然日，含申请人补正的时间；按收到材料的月份计。", days),
		chart("visits", "每月现场检查的机构", "按现场检查的日期计。", column("检查", func(f MonthFlow) int { return f.Visits })),
		chart("children", "每月接受体检的婴幼儿", "按检查的日期计，一人一月计一次。", column("婴幼儿", func(f MonthFlow) int { return f.Children })),
		chart("seats", "公办示范机构建成的托位", "到各月底的累计。", seats...),
	}
}

// countyChart compares the counties by one target.
func countyChart(id string, l MonthReportLine) ui.Chart {
	c := ui.Chart{ID: id, Title: l.Title + "，各县区", Head: "县区", Across: true, Summary: "各县区的数字见数据表。"}
	s := ui.ChartSeries{Name: l.Title}
	for _, county := range l.Counties {
		c.Labels = append(c.Labels, county.CountyName)
		v := ui.ChartValue{}
		if county.Now.known() {
			v = ui.ChartValue{Number: county.Now.number(), Text: county.Now.Value}
		}
		s.Values = append(s.Values, v)
	}
	c.Series = []ui.ChartSeries{s}
	if l.line.Percent && !l.line.Unjudged {
		c.Goal = &ui.ChartGoal{Number: float64(l.line.Quantity), Text: "目标 " + strconv.Itoa(l.line.Quantity) + "%"}
	}
	return c
}
