package policies_test

import (
	"slices"
	"strings"
	"testing"

	"tuoyu/nursery"
	"tuoyu/policies"
)

// A figure that nobody has published is null; a county sets the figure it has published.
func TestAFigureThatNobodyHasPublishedIsUnknownUntilACountySetsIt(t *testing.T) {
	e, err := policies.Load(t.Context(), withOverlay(t, `{"params": {"inspection": {"visits_per_year": {"value": 2, `+countyBasis+`}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		county string
		visits int
		want   string
	}{
		{"140403", 1, "none"}, {"140403", 2, "fail"}, {"140404", 1, "unknown"}, {"140404", 2, "unknown"},
	} {
		facts := nursery.InspectionFacts{Kind: nursery.InspectRegular, First: "inspector-1", Second: "inspector-2", VisitsThisYear: &c.visits}
		d, err := e.Decide(t.Context(), "inspect.case", facts, date(t, "2026-06-05"), c.county)
		if err != nil {
			t.Fatal(err)
		}
		got := "none"
		for _, r := range d.Reasons {
			if r.Rule == "PR-11" {
				got = string(r.Result)
			}
		}
		if got != c.want {
			t.Errorf("%d visits in %s: PR-11 is %s, want %s", c.visits, c.county, got, c.want)
		}
	}
	_, err = policies.Load(t.Context(), withOverlay(t, `{"params": {"inspection": {"visits_per_year": {"value": "two", `+countyBasis+`}}}}`))
	if err == nil || !strings.Contains(err.Error(), "is no number") {
		t.Errorf("a county sets the figure to a word: %v", err)
	}
}

func TestAQuestionIsAskedFromTheFirstDayOfItsText(t *testing.T) {
	e, err := policies.Load(t.Context(), policies.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		day, rule string
		asked     bool
	}{
		{"2025-12-31", "FS-13", false}, {"2026-01-01", "FS-13", true}, {"2025-12-31", "FS-13b", true},
		{"2025-03-31", "DP-13a", false}, {"2025-04-01", "DP-13a", true}, {"2025-12-28", "DP-08", false}, {"2025-12-29", "DP-08", true},
	} {
		items, _, err := e.Checklist(nursery.Community, date(t, c.day), "140403")
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(items, func(i nursery.ChecklistItem) bool { return i.Rule == c.rule })
		if (at >= 0) != c.asked {
			t.Errorf("on %s %s is asked: %v, want %v", c.day, c.rule, at >= 0, c.asked)
		}
		if c.rule == "FS-13" && at >= 0 {
			if want := "是否每日防火巡查2次、每月防火检查1次（推荐性标准）"; items[at].Question != want {
				t.Errorf("question %q, want %q", items[at].Question, want)
			}
			if items[at].Binds() || items[at].Verified {
				t.Error("a recommended standard that was not checked binds or counts as checked")
			}
		}
	}
}
