package tests

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/procedures"
)

// A child is paid for so many months a year, also those that another institution was paid for. ch-02 was paid for each earlier month of
// the year here, ch-03 at the neighbour's, and one month of the quarter is left to both.
func TestMonthsThatWerePaidBeforeCountTowardsTheMonthsOfTheYear(t *testing.T) {
	h := running(t)
	first := procedures.FirstDay("quarter", today())
	earlier := int(first.Month) - 1 // none in the first quarter
	h.publishFiles(withParams(t, "child_month", map[string]string{"max_months": fmt.Sprint(earlier + 1)}))
	h.filed(applicant, "阳光托育园")
	h.filed(neighbour, "月光托育园")
	h.attend(applicant, first)
	h.sql(`INSERT INTO enrolments (child, county, institution, class, entered_on, entered_by, left_on, leave)
		VALUES ('ch-03', $1, $2, '月亮班', $3::date - 300, 'test', $3::date - 50, 'left')`, county, neighbour.Institution, first.String())
	admin := asSuperuser(t, h.address)
	for n, of := range map[int]struct {
		institution, child, state string
	}{1: {applicant.Institution, "ch-02", "paid"}, 2: {neighbour.Institution, "ch-03", "paid"}, 3: {neighbour.Institution, "ch-04", "committed"}} {
		number := fmt.Sprintf("TB-140403-%d-00090%d-1", first.Year, n)
		h.sql(`INSERT INTO cases (case_no, kind, county, institution, about, stage, status, holder, tracking_hash, created_at, updated_at)
			VALUES ($1, 'child_month', $2, $3, 'earlier', 'closed', 'ended', 'engine', '\x00', now(), now())`, number, county, of.institution)
		h.sql(`INSERT INTO procedure_rows (kind, case_no, set_name, key, county, institution, data, plan, entered_by, entered_at, updated_by, updated_at)
			SELECT 'child_month', $1, 'child_months', $4 || '/' || m, $2, $3, jsonb_build_object('child', $4::text, 'month', $5 || '-' || lpad(m::text, 2, '0')), '', 'test', now(), 'test', now()
			FROM generate_series(1, $6::integer) m`, number, county, of.institution, of.child, fmt.Sprint(first.Year), earlier)
		_, err := admin.Exec(t.Context(), `INSERT INTO payments (case_no, step, county, institution, scheme, item, period, purpose, fen, decision, fund, state, run, account, asked_at)
			VALUES ($1, 'paying.1', $2, $3, 'child_month', 'child_month', $1, 'child_month', 1, 'd', 1, $4, 'r', 1, now())`, number, county, of.institution, of.state)
		require.NoError(t, err)
	}

	require.NoError(t, h.OpenPeriod(t.Context(), "child_month"))
	caseNo := one[string](h, "SELECT case_no FROM cases WHERE kind = 'child_month' AND institution = $1 AND status = 'open'", applicant.Institution)
	h.reaches(caseNo, "recording")
	h.skip(caseNo, time.Until(procedures.LastDay("quarter", first).AddDays(1).In(nursery.Shanghai))+time.Hour)
	h.reaches(caseNo, "confirming")
	for child, want := range map[string]int{"ch-02": earlier, "ch-03": earlier, "ch-04": 0} {
		require.Equal(t, want, one[int](h, `SELECT coalesce(max((data ->> 'paid_months')::integer), 0) FROM procedure_rows WHERE case_no = $1 AND data ->> 'child' = $2`, caseNo, child), child)
	}
	_, err := h.Services.SendRows(t.Context(), applicant, key(), caseNo, "child_months")
	require.NoError(t, err)
	h.task(caseNo, "child_month.county_check")
	// ch-01 two months, ch-02 and ch-03 one each, 24 × 3 of the others, ch-28 two, ch-29 one before it is 36 months old; in the first
	// quarter of a year, with no earlier month, one of each of the 29.
	months := int64(2 + 1 + 1 + 24*3 + 2 + 1)
	if earlier == 0 {
		months = 29
	}
	require.Equal(t, months*50000, one[int64](h, "SELECT (output ->> 'fen')::bigint FROM decisions WHERE case_no = $1 AND rule_set = 'child_month.amount'", caseNo))
}
