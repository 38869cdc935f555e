package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/procedure"
)

// figuresOf returns the indicators of a procedure as p counts them, by name.
func (h *harness) figuresOf(p nursery.Principal, kind string, f procedure.FiguresFilter) map[string]procedure.Figure {
	h.t.Helper()
	of, err := h.FiguresOf(h.t.Context(), p, kind, f)
	require.NoError(h.t, err)
	byName := map[string]procedure.Figure{}
	for _, figure := range of.Items {
		byName[figure.Name] = figure
	}
	return byName
}

// groups returns the values of the groups of an indicator by their names.
func groups(f procedure.Figure) map[string]int64 {
	list := map[string]int64{}
	for _, g := range f.Groups {
		name := ""
		for _, part := range g.Names {
			name += part + " "
		}
		list[name] = g.Value
	}
	return list
}

// childMonthCases enters cases of child-months: two nurseries of one county and one of another, each paid for two months of two
// children, one of them in all nurseries; a fourth whose money came back; and one that is not paid yet.
func (h *harness) childMonthCases() {
	h.t.Helper()
	h.sql(`INSERT INTO institutions (id, county, name, site_kind, status, updated_at)
		SELECT 'n-' || n, CASE n WHEN 3 THEN '140404' ELSE '140403' END, '示例托育园' || n, 'community', 'filed', now() FROM generate_series(1, 5) n`)
	h.sql(`INSERT INTO cases (case_no, kind, county, institution, about, plan, stage, status, holder, tracking_hash, created_at, updated_at)
		SELECT 'TB-' || substr(id, 3), 'child_month', county, id, '2026-Q1', 'x', 'watched', 'open', 'engine', '\x00', '2026-01-01', now() FROM institutions WHERE id LIKE 'n-%'`)
	h.sql(`INSERT INTO applications (case_no, version, county, institution, facts, entered_by, entered_at)
		SELECT case_no, 1, county, institution, '{"period": "2026-Q1"}', 'engine', now() FROM cases WHERE kind = 'child_month'`)
	h.sql(`INSERT INTO decisions (id, case_no, county, institution, rule_set, as_of, revision, result, input, output, duration_us, decided_at)
		SELECT n || case_no, case_no, county, institution, 'child_month.amount', '2026-04-01', 'test', 'pass', '{}', jsonb_build_object('fen', n * 50000), 1, now() + make_interval(mins => n)
		FROM cases, generate_series(1, 2) n WHERE kind = 'child_month'`)
	h.sql(`INSERT INTO procedure_passages (case_no, stage, result, kind, county, institution, at)
		SELECT c.case_no, p.stage, p.result, c.kind, c.county, c.institution, p.at::timestamptz FROM cases c, (VALUES ('paying', 'bounced', '2026-04-30'),
			('paying', 'paid', '2026-05-10 23:30+08'), ('returning', 'returned', '2026-06-01')) p (stage, result, at)
		WHERE c.kind = 'child_month' AND c.case_no <> 'TB-5' AND (p.stage = 'paying' OR c.case_no = 'TB-4')`)
	h.sql(`INSERT INTO procedure_rows (kind, case_no, set_name, key, county, institution, data, plan, entered_by, entered_at, updated_by, updated_at)
		SELECT c.kind, c.case_no, 'child_months', child || '/' || month, c.county, c.institution, jsonb_build_object('child', child, 'month', month), 'x', 'engine', now(), 'engine', now()
		FROM cases c, LATERAL unnest(ARRAY['shared', c.institution]) child, unnest('{2026-01,2026-02}'::text[]) month WHERE c.kind = 'child_month'`)
	h.sql(`UPDATE procedure_rows SET removed = true WHERE case_no = 'TB-2' AND key = 'shared/2026-02'`)
}

func TestIndicatorsOfAProcedureAreCountedWithinTheScopeOfTheirReader(t *testing.T) {
	h := running(t)
	h.publish("child_month")
	h.childMonthCases()

	all := h.figuresOf(cityCheck, "child_month", procedure.FiguresFilter{})
	require.Equal(t, int64(300000), all["subsidy_paid"].Value, "the last decision of three cases; what came back is not counted")
	require.Equal(t, "fen", all["subsidy_paid"].Unit)
	require.Nil(t, all["subsidy_paid"].Target, "the budget is not published")
	require.Equal(t, []string{"县区", "期间"}, all["subsidy_paid"].By)
	require.Equal(t, map[string]int64{"潞州区 2026-Q1 ": 200000, "上党区 2026-Q1 ": 100000}, groups(all["subsidy_paid"]))
	require.Equal(t, map[string]int64{"潞州区 ": 3, "上党区 ": 1}, groups(all["subsidised"]), "also the institution whose money came back")
	require.Equal(t, int64(15), all["child_months"].Value)
	require.Equal(t, map[string]int64{"潞州区 2026-01 ": 6, "潞州区 2026-02 ": 5, "上党区 2026-01 ": 2, "上党区 2026-02 ": 2}, groups(all["child_months"]))
	require.Equal(t, int64(5), all["children"].Value, "a child of several nurseries is counted once")
	require.Equal(t, map[string]int64{"潞州区 ": 4, "上党区 ": 2}, groups(all["children"]))

	for _, p := range []nursery.Principal{countyCheck, finance} {
		own := h.figuresOf(p, "child_month", procedure.FiguresFilter{County: "140404"})
		require.Equal(t, int64(200000), own["subsidy_paid"].Value, "a county counts its own: %s", p.Role)
		require.Equal(t, int64(4), own["children"].Value, p.Role)
	}
	require.Equal(t, int64(100000), h.figuresOf(cityCheck, "child_month", procedure.FiguresFilter{County: "140404"})["subsidy_paid"].Value)
	require.Equal(t, int64(100000), h.figuresOf(farFinance, "child_month", procedure.FiguresFilter{County: "140403"})["subsidy_paid"].Value)

	// Finance has no part in complaints, and counts none.
	h.publish("public_complaint")
	h.sql(`INSERT INTO cases (case_no, kind, county, institution, about, plan, stage, status, holder, tracking_hash, created_at, updated_at)
		VALUES ('JB-1', 'public_complaint', '140403', 'n-1', '', 'x', 'triage', 'open', 'engine', '\x00', '2026-05-10', now())`)
	h.sql(`INSERT INTO applications (case_no, version, county, institution, facts, entered_by, entered_at)
		VALUES ('JB-1', 1, '140403', 'n-1', '{"topic": "safety"}', 'clerk-140403', now())`)
	supervised := h.figuresOf(supervisor, "public_complaint", procedure.FiguresFilter{})["complaints"]
	require.Len(t, supervised.Groups, 1)
	require.Equal(t, []string{"140403", "safety"}, supervised.Groups[0].Keys)
	require.Equal(t, "潞州区", supervised.Groups[0].Names[0])
	require.NotEqual(t, "safety", supervised.Groups[0].Names[1], "a choice by its title")
	require.Zero(t, h.figuresOf(finance, "public_complaint", procedure.FiguresFilter{})["complaints"].Value)

	paid := nursery.NewDate(2026, 5, 10)
	for _, span := range []struct {
		since, until nursery.Date
		want         int64
	}{{paid, paid, 300000}, {paid.AddDays(1), nursery.Date{}, 0}, {nursery.Date{}, paid.AddDays(-1), 0}} {
		require.Equal(t, span.want, h.figuresOf(cityCheck, "child_month", procedure.FiguresFilter{Since: span.since, Until: span.until})["subsidy_paid"].Value, span)
	}

	_, err := h.FiguresOf(t.Context(), cityCheck, "child_month", procedure.FiguresFilter{Since: paid, Until: paid.AddDays(-1)})
	require.Equal(t, "until", refused(t, err, casework.CodeInvalid).Fields[0].Location)
	_, err = h.FiguresOf(t.Context(), cityCheck, "unknown", procedure.FiguresFilter{})
	refused(t, err, casework.CodeNotFound)
	_, err = h.FiguresOf(t.Context(), applicant, "child_month", procedure.FiguresFilter{})
	refused(t, err, casework.CodeForbidden)
}
