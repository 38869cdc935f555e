package tests

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/processes/procedure"
)

// skip lets time pass for a case.
func (h *harness) skip(caseNo string, d time.Duration) {
	h.t.Helper()
	require.NoError(h.t, roleplay.Skip(h.t.Context(), h.temporal, h.space, caseNo, d))
}

// reaches waits until an open case is in a stage.
func (h *harness) reaches(caseNo, stage string) {
	h.t.Helper()
	h.eventually(caseNo+" in "+stage, func() bool {
		return one[string](h, "SELECT stage FROM cases WHERE case_no = $1", caseNo) == stage
	})
}

// publicity waits for the publicity period of a case and lets it pass: five working days are within thirty days.
func (h *harness) publicity(caseNo, stage string) {
	h.t.Helper()
	h.reaches(caseNo, stage)
	h.skip(caseNo, 30*24*time.Hour)
}

// rowsOf returns the rows of a set of a case by their keys, as p sees them.
func (h *harness) rowsOf(p nursery.Principal, caseNo, set string) map[string]string {
	h.t.Helper()
	page, err := procedure.Rows.Page(h.t.Context(), h.Service, p, procedure.RowFilter{CaseNo: caseNo, Set: set}, casework.PageRequest{Limit: 500})
	require.NoError(h.t, err)
	rows := map[string]string{}
	for _, row := range page.Items {
		rows[row.Key] = string(row.Data)
	}
	return rows
}

// attend enters thirty children of an institution, with attendance on the days 1 to 20 of each month of the quarter that begins on
// first:
//
//	ch-01     6 months old at first; in the third month every day was corrected to sick
//	ch-02…27  12 months old, in a class that is filed as one of older toddlers from ch-20 on
//	ch-28     left on the 11th day of the second month
//	ch-29     35 months old at first, so 36 and 37 later
//	ch-30     is enrolled and never came
func (h *harness) attend(p nursery.Principal, first nursery.Date) {
	h.t.Helper()
	h.sql(`INSERT INTO children (id, county, born_on, sex, identity_kind, identity_index, identity, name, source, created_by, created_at, updated_at)
		SELECT 'ch-' || lpad(g::text, 2, '0'), $1, ($2::date - make_interval(months => CASE g WHEN 1 THEN 6 WHEN 29 THEN 35 ELSE 12 END))::date, 'female', 'passport',
			convert_to('i-' || g, 'UTF8'), '\x00', '\x00', 'civil', 'test', now(), now() FROM generate_series(1, 30) g`, p.County, first.String())
	h.sql(`INSERT INTO enrolments (child, county, institution, class, entered_on, entered_by, left_on, leave)
		SELECT 'ch-' || lpad(g::text, 2, '0'), $1, $2, CASE WHEN g >= 20 THEN '星星班' ELSE '月亮班' END, $3::date - 40, 'test',
			CASE WHEN g = 28 THEN ($3::date + interval '1 month 10 days')::date END, CASE WHEN g = 28 THEN 'left' END
		FROM generate_series(1, 30) g`, p.County, p.Institution, first.String())
	h.sql(`INSERT INTO attendance (child, day, county, institution, class, state, entered_by, entered_at)
		SELECT 'ch-' || lpad(g::text, 2, '0'), ($3::date + make_interval(months => m))::date + d, $1, $2, '月亮班', 'present', 'test', now()
		FROM generate_series(1, 29) g, generate_series(0, 2) m, generate_series(0, 19) d`, p.County, p.Institution, first.String())
	h.sql(`INSERT INTO attendance (child, day, county, institution, class, state, entered_by, entered_at)
		SELECT 'ch-01', ($3::date + interval '2 months')::date + d, $1, $2, '月亮班', 'sick', 'test', now() FROM generate_series(0, 19) d`,
		p.County, p.Institution, first.String())
	h.sql(`UPDATE institutions SET application = '{"classes": [{"id": "1", "name": "星星班", "kind": "older_toddler"}], "service_forms": ["full_day", "half_day"]}' WHERE id = $1`,
		p.Institution)
}

func TestChildMonthsAreDraftedFromAttendanceConfirmedCheckedAndPaid(t *testing.T) {
	h := running(t)
	h.publish("child_month")
	h.filed(applicant, "阳光托育园")
	h.filed(neighbour, "月光托育园")
	first := procedures.FirstDay("quarter", today())
	h.attend(applicant, first)
	month := func(n int) string { return first.AddMonths(n).String()[:7] }

	require.NoError(t, h.OpenPeriod(t.Context(), "child_month"))
	require.NoError(t, h.OpenScheduled(t.Context())) // opens nothing twice
	require.Equal(t, 2, one[int](h, "SELECT count(*) FROM cases WHERE kind = 'child_month'"))
	caseNo := one[string](h, "SELECT case_no FROM cases WHERE kind = 'child_month' AND institution = $1", applicant.Institution)
	h.reaches(caseNo, "recording")
	h.skip(caseNo, time.Until(procedures.LastDay("quarter", first).AddDays(1).In(nursery.Shanghai))+time.Hour)
	h.reaches(caseNo, "confirming")

	// Two months of ch-01, 26 × 3 of the others, two of ch-28, three of ch-29.
	rows := h.rowsOf(applicant, caseNo, "child_months")
	require.Len(t, rows, 2+26*3+2+3)
	for key, want := range map[string]string{
		"ch-01/" + month(0): `{"child": "ch-01", "month": "` + month(0) + `", "class_kind": "infant", "age_months": 6, "days": 20, "half_day": false}`,
		"ch-02/" + month(2): `{"child": "ch-02", "month": "` + month(2) + `", "class_kind": "toddler", "age_months": 14, "days": 20, "half_day": false}`,
		"ch-20/" + month(0): `{"child": "ch-20", "month": "` + month(0) + `", "class_kind": "older_toddler", "age_months": 12, "days": 20, "half_day": false}`,
		"ch-28/" + month(1): `{"child": "ch-28", "month": "` + month(1) + `", "class_kind": "older_toddler", "age_months": 13, "days": 10, "half_day": false}`,
		"ch-29/" + month(1): `{"child": "ch-29", "month": "` + month(1) + `", "class_kind": "older_toddler", "age_months": 36, "days": 20, "half_day": false}`,
	} {
		require.JSONEq(t, want, rows[key], key)
	}
	require.Equal(t, 29, one[int](h, `SELECT cardinality(children) FROM record_reads
		WHERE subject = 'child_months' AND about = $1 AND reader_role = 'engine' AND purpose = 'subsidy' AND fields = '{born_in,attendance}'`, caseNo))

	_, err := h.Services.PutRows(t.Context(), applicant, key(), caseNo, "child_months", procedure.RowsInput{Rows: []json.RawMessage{
		json.RawMessage(`{"child": "ch-02", "month": "` + month(0) + `", "class_kind": "toddler", "age_months": 12, "days": 20, "half_day": false, "other_fund": "preschool"}`),
	}})
	require.NoError(t, err)
	_, err = h.Services.SendRows(t.Context(), applicant, key(), caseNo, "child_months")
	require.NoError(t, err)

	// 85 rows, of which two are of 36 months and more, and one is paid from another fund: 82 at 500 yuan.
	const fen = 82 * 50000
	task := h.task(caseNo, "child_month.county_check")
	require.Equal(t, int64(fen), one[int64](h, "SELECT (output ->> 'fen')::bigint FROM decisions WHERE case_no = $1 AND rule_set = 'child_month.amount'", caseNo))
	h.completes(countyCheck, task, casework.Completion{Outcome: "approve", Answer: json.RawMessage(`{"attendance_checked": 10}`)})
	h.completes(cityCheck, h.task(caseNo, "child_month.city_check"), casework.Completion{Outcome: "approve"})
	h.publicity(caseNo, "publicity")
	h.task(caseNo, "child_month.paying")
	require.Equal(t, int64(fen), one[int64](h, "SELECT fen FROM payments WHERE case_no = $1", caseNo))
	body := one[string](h, "SELECT body FROM procedure_publicity WHERE case_no = $1", caseNo)
	require.NotContains(t, body, "ch-")
}

// counties enters what the ranking of counties is drafted from: sites of a building plan in four counties, institutions in them, some
// with a serious finding, and children in care.
func (h *harness) counties() {
	h.t.Helper()
	h.sql(`INSERT INTO institutions (id, county, name, site_kind, status, seats, updated_at)
		SELECT c || '-' || n, c, '示例托育' || n, 'community', 'filed', 50, now() FROM unnest('{140403,140404,140405,140406}'::text[]) c, generate_series(1, 4) n`)
	h.sql(`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
		SELECT 'CASE-' || id, 'build_site', county, id, 'building', 'ended', 'engine', '\x00', now(), now() FROM institutions WHERE id LIKE '%-1'`)
	h.sql(`INSERT INTO build_plans (name, title, seats, deadline, document, started_by, started_at) VALUES ('plan', '建设计划', 400, '2024-07-31', '{}', 'test', now())`)
	h.sql(`INSERT INTO build_sites (case_no, plan, county, institution, name, seats, mode, updated_at)
		SELECT 'CASE-' || id, 'plan', county, id, name, 100, 'public', now() FROM institutions WHERE id LIKE '%-1'`)
	h.sql(`INSERT INTO build_milestones (case_no, kind, county, position, planned_start, planned_end, weight, evidence, percent)
		SELECT s.case_no, m.kind, s.county, m.weight / 30, '2024-01-01', '2024-07-31', m.weight, '{}',
			CASE s.county WHEN '140403' THEN 100 WHEN '140404' THEN 80 WHEN '140405' THEN 50 ELSE 20 END
		FROM build_sites s, (VALUES ('fit_out', 60), ('filing', 40)) m (kind, weight)`)
	h.sql(`INSERT INTO children (id, county, born_on, sex, identity_kind, identity_index, identity, name, source, created_by, created_at, updated_at)
		SELECT 'child-' || g, '140403', '2024-01-01', 'male', 'passport', convert_to('c-' || g, 'UTF8'), '\x00', '\x00', 'civil', 'test', now(), now()
		FROM generate_series(1, 10) g`)
	h.sql(`INSERT INTO enrolments (child, county, institution, class, entered_on, entered_by)
		SELECT 'child-' || g, c, c || '-1', '托小班', '2025-01-01', 'test'
		FROM generate_series(1, 10) g, LATERAL (SELECT CASE WHEN g <= 5 THEN '140403' WHEN g <= 8 THEN '140404' WHEN g = 9 THEN '140405' ELSE '140406' END AS c) x`)
	h.sql(`UPDATE enrolments SET left_on = '2025-12-31', leave = 'left' WHERE child = 'child-8'`)
	h.sql(`INSERT INTO inspections (case_no, kind, half, first_inspector, second_inspector, checklist, revision, county, institution, opened_at, updated_at)
		SELECT case_no, 'regular', '2026H1', 'a', 'b', '{}', '', county, institution, now(), now() FROM cases WHERE kind = 'build_site'`)
	h.sql(`INSERT INTO inspection_findings (case_no, item, county, institution, severity, ordered, reason, found_round, corrected_on)
		SELECT case_no, 'item', county, institution, 'serious', true, '{}', 1, CASE county WHEN '140404' THEN '2025-06-01'::date END FROM cases
		WHERE kind = 'build_site' AND county <> '140403'`)
}

func TestTheCountyAwardIsDraftedAndRankedOnceNoFigureIsMissing(t *testing.T) {
	h := running(t)
	h.counties()
	h.publish("county_award")
	other := cityCheck
	other.Account = "city-office-2"
	caseNo, rows := h.award(other)
	require.JSONEq(t, `{"county": "140403", "progress": 10000, "enrolled": 5, "quality": 1000}`, rows["140403"])
	require.JSONEq(t, `{"county": "140404", "progress": 8000, "enrolled": 2, "quality": 1000}`, rows["140404"])
	require.JSONEq(t, `{"county": "140406", "progress": 2000, "enrolled": 1, "quality": 750}`, rows["140406"])
	require.JSONEq(t, `{"county": "140423", "enrolled": 0}`, rows["140423"], "without a site and without an institution")

	send := func() {
		t.Helper()
		_, err := h.Services.SendRows(t.Context(), other, key(), caseNo, "counties")
		require.NoError(t, err)
	}
	send()
	h.reaches(caseNo, "correcting")
	require.Equal(t, "unknown", one[string](h, "SELECT result FROM decisions WHERE case_no = $1", caseNo))
	for county := range rows {
		if strings.HasPrefix(county, "14040") {
			continue
		}
		_, err := h.Services.RemoveRow(t.Context(), other, key(), caseNo, "counties", county)
		require.NoError(t, err)
	}
	send()
	h.eventually("the ranking", func() bool {
		return one[int](h, "SELECT count(*) FROM decisions WHERE case_no = $1 AND rule_set = 'county_award.ranking' AND result = 'pass'", caseNo) == 1
	})
	require.Equal(t, map[string]string{"140403": "第1名", "140404": "第2名", "140405": "第3名", "140406": "第4名"}, h.places(caseNo))
}

// places returns the places that the last ranking of counties notes.
func (h *harness) places(caseNo string) map[string]string {
	h.t.Helper()
	var d nursery.Decision
	raw := one[[]byte](h, "SELECT output FROM decisions WHERE case_no = $1 AND rule_set = 'county_award.ranking' ORDER BY decided_at DESC, id DESC LIMIT 1", caseNo)
	require.NoError(h.t, json.Unmarshal(raw, &d))
	at := map[string]string{}
	for _, reason := range d.Reasons {
		at[reason.Subject] = reason.Message[:len("第1名")]
	}
	return at
}
