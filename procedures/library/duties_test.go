package library_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/procedures"
)

// The audits have an internal limit, since a task has a number of working days and the law a date: in every year whose calendar is published it
// is over by the end of January.
func TestTheInternalLimitOfTheAuditIsOverByTheEndOfJanuary(t *testing.T) {
	for kind, name := range map[string]string{"minors_data_audit": "audit.fill_days", "platform_data_audit": "platform_audit.fill_days"} {
		days, ok := load(t, kind).Parameter(name).Number()
		require.True(t, ok)
		years := calendar.Published()
		for year := 2023; year <= 2026; year++ {
			due := years.AddWorkingDays(nursery.NewDate(year, time.January, 1), int(days))
			require.False(t, due.Date.After(nursery.NewDate(year, time.January, 31)), "%s of %d: %s", kind, year, due.Date)
		}
	}
}

func TestWhatAnAuditLacks(t *testing.T) {
	p := load(t, "minors_data_audit")
	full := object{"reported_on": "2027-01-20", "attachments": []any{"f1"}}
	for _, f := range p.Fields(form(t, p, "audit")) {
		if len(f.Name) > 0 && full[f.Name] == nil && f.Name != "measures" && f.Name != "receipt" {
			full[f.Name] = "yes"
		}
	}
	for _, c := range []struct {
		changes object
		result  string
	}{
		{nil, procedures.ResultPass},
		{object{"reported_on": "2027-01-31"}, procedures.ResultPass},
		{object{"reported_on": "2027-02-01"}, procedures.ResultPass}, // a warning: it was reported
		{object{"reported_on": nil}, procedures.ResultUnknown},
		{object{"attachments": []any{}}, procedures.ResultUnknown},
		{object{"consent": nil}, procedures.ResultUnknown},
		{object{"consent": "none"}, procedures.ResultPass},
		{object{"consent": "no"}, procedures.ResultFail},
		{object{"consent": "no", "measures": "二月底以前补签。"}, procedures.ResultPass},
	} {
		for _, task := range []string{"fill", "fill_late", "put_right"} {
			answers := object{task: with(full, c.changes)}
			if task == "put_right" {
				answers["fill"] = object{}
			}
			r := ruling(t, p, "audit.complete", nil, object{"facts": object{"year": 2027}, "answers": answers})
			require.Equal(t, c.result, r.Result, "%s %v: %v", task, c.changes, r.Reasons)
			require.Equal(t, c.changes["reported_on"] == "2027-02-01", len(rulesOf(r, "warn")) > 0)
		}
	}
}

// form returns the index of a form of the plan.
func form(t *testing.T, p *procedures.Procedure, name string) int {
	t.Helper()
	for i, f := range p.Plan.Forms {
		if f.Name == name {
			return i
		}
	}
	t.Fatalf("no form %s", name)
	return -1
}
