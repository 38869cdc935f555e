package targets

import (
	"encoding/json"
	"strings"
	"testing"

	"tuoyu/nursery"
)

// The chart of a target has the figures that the API returns, month by month.
func TestAChartHasTheFiguresOfTheAPI(t *testing.T) {
	line, _ := thePlan().target("I07")
	past := history{"I07": {
		"2026-10": {asOf: nursery.NewDate(2026, 10, 31), counties: map[string]Count{"140403": {1, 3}, "140404": {1, 3}}},
		"2026-11": {asOf: nursery.NewDate(2026, 11, 2), counties: map[string]Count{"140403": {2, 3}}, live: true},
	}}
	target := TargetMonths{ID: "I07", Title: line.Title, By: line.By, Unit: line.unit(), line: line}
	for _, month := range []nursery.Date{nursery.NewDate(2026, 9, 1), nursery.NewDate(2026, 10, 1), nursery.NewDate(2026, 11, 1)} {
		target.Months = append(target.Months, past.figureOf(line, month, ""))
	}
	raw, err := json.Marshal(target.Months)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"month":"2026-09","numerator":0,"denominator":0},` +
		`{"month":"2026-10","as_of":"2026-10-31","numerator":2,"denominator":6,"value":"33.3%","exact":"100/3"},` +
		`{"month":"2026-11","as_of":"2026-11-02","numerator":2,"denominator":3,"value":"66.7%","exact":"200/3"}]`
	if string(raw) != want {
		t.Errorf("the API has %s", raw)
	}
	c := target.chart()
	for i, month := range target.Months {
		if c.Rows[i] != month.Month || c.Series[0].Values[i].Text != month.Value {
			t.Errorf("%s: the chart has %s %q", month.Month, c.Rows[i], c.Series[0].Values[i].Text)
		}
	}
	if got := c.Series[0].Values[1].Number; got < 33.33 || got > 33.34 {
		t.Errorf("drawn at %v", got)
	}
	if c.Goal == nil || c.Goal.Text != "目标 60%" || !strings.Contains(c.Note, "自 2026-10 起") || !strings.Contains(c.Summary, "2026-10为 33.3%，2026-11为 66.7%") {
		t.Errorf("%+v %s %s", c.Goal, c.Note, c.Summary)
	}
}

// Counties are sorted by what they are compared by; those without a figure come last.
func TestCountiesAreSorted(t *testing.T) {
	list := []CountyFigure{
		{County: "a", Now: MonthFigure{Exact: "1/2"}, Before: MonthFigure{Exact: "0"}},
		{County: "b"},
		{County: "c", Now: MonthFigure{Exact: "9"}, Before: MonthFigure{Exact: "9"}},
		{County: "d", Now: MonthFigure{Exact: "3"}},
	}
	for by, want := range map[string]string{byNow: "cdab", byChange: "acbd", byCounty: "abcd"} {
		shown := append([]CountyFigure{}, list...)
		sortCounties(shown, by)
		got := ""
		for _, f := range shown {
			got += f.County
		}
		if got != want {
			t.Errorf("by %s: %s, want %s", by, got, want)
		}
	}
}

// Each target that no process counts can be entered, and each that has a number has one source of it.
func TestEachTargetHasOneSource(t *testing.T) {
	plan := thePlan()
	for _, line := range plan.Targets {
		sources := 0
		for _, has := range []bool{line.Measure != "", line.Entry != nil, line.Unavailable != ""} {
			if has {
				sources++
			}
		}
		if sources != 1 {
			t.Errorf("%s has %d sources", line.ID, sources)
		}
		if line.Entry != nil && (line.Percent != (line.Entry.Whole != "") || line.Quantity == 0 && !line.Unjudged) {
			t.Errorf("%s: %+v", line.ID, line.Entry)
		}
		if strings.Contains(line.Unavailable, "流程尚未建立") {
			t.Errorf("%s leaves nothing to do", line.ID)
		}
		if plan.pathOf(line.Project) == "/targets" {
			t.Errorf("%s has no page", line.Project)
		}
	}
}
