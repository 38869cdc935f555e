package casework_test

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/store/storetest"
	"tuoyu/testdata"
)

// monthGoal is within how much time the steps of a month over all the city's children are to be done on two cores.
const monthGoal = 60 * time.Second

// TestAMonthOfAllTheCitysChildren measures import, eligibility, duplicates, batch, answers and settlement over as many children as
// TUOYU_INSURANCE_CHILDREN says, 64000 in a year of the city; without it, over two thousand.
func TestAMonthOfAllTheCitysChildren(t *testing.T) {
	n := 2000
	if given := os.Getenv("TUOYU_INSURANCE_CHILDREN"); given != "" {
		var err error
		n, err = strconv.Atoi(given)
		require.NoError(t, err)
	}
	d, caseNo := insuring(t)
	loaded, err := rules()
	require.NoError(t, err)
	e := &activities.Engine{DB: d.db, Rules: loaded, Almanac: store.NewAlmanac(d.db), Fields: d.Fields, PublicURL: "http://127.0.0.1:8080"}
	lines := make([][]string, n)
	for i := range lines {
		lines[i] = child(i, nil)
	}
	file := testdata.RosterCSV(lines...)
	at := time.Date(2026, 11, 2, 11, 0, 0, 0, nursery.Shanghai)
	step := func(name string) activities.Move {
		return activities.Move{CaseNo: caseNo, Step: name, At: at, Actor: countyOffice.Account, Role: nursery.RoleCountyOffice}
	}
	var all time.Duration
	took := func(what string, do func()) {
		started := time.Now()
		do()
		all += time.Since(started)
		t.Logf("%-12s %8d children %10s", what, n, time.Since(started).Round(time.Millisecond))
	}
	took("import", func() {
		report, err := d.TakeRosterFile(t.Context(), countyOffice, "file", caseNo, "civil", bytes.NewReader(file))
		require.NoError(t, err)
		require.Equal(t, n, report.Added, "%v", report.Faults[:min(len(report.Faults), 3)])
	})
	storetest.Maintain(t, d.db, `ANALYZE`)
	took("check", func() {
		checked, err := e.CheckInsurance(t.Context(), step("checked"))
		require.NoError(t, err)
		require.Equal(t, activities.InsuranceChecked{Send: 1, Lines: n}, checked)
	})
	took("sign", func() {
		require.NoError(t, e.SignInsurance(t.Context(), activities.InsuranceMove{Move: step("sent"), Send: 1}))
	})
	var sent casework.InsuranceLinesPage
	took("download", func() {
		sent, err = d.AllInsuranceLines(t.Context(), insurer, caseNo, 1)
		require.NoError(t, err)
	})
	require.Equal(t, []string{activities.HashLines(sent.Items)}, d.strings(`SELECT hash FROM insurance_sends`))
	took("answers", func() {
		for i := 0; i < n; i += 1000 {
			page := casework.InsuranceAnswers{Send: 1}
			for j, l := range sent.Items[i:min(i+1000, n)] {
				page.Lines = append(page.Lines, nursery.InsuranceAnswer{Ref: l.Ref, Policy: fmt.Sprintf("PA%09d", i+j)})
			}
			_, err := d.AnswerInsurance(t.Context(), insurer, fmt.Sprint("page", i), caseNo, page)
			require.NoError(t, err)
		}
	})
	took("settle", func() {
		require.NoError(t, e.SettleInsurance(t.Context(), activities.InsuranceMove{Move: step("answered"), Send: 1}))
	})
	took("close", func() { require.NoError(t, e.CloseInsurance(t.Context(), step("closed"))) })
	require.Equal(t, []string{strconv.Itoa(n)}, d.strings(`SELECT count(*)::text FROM insurance_covers`))
	require.Len(t, d.strings(`SELECT id FROM decisions WHERE case_no = $1`, caseNo), 1)
	t.Logf("%-12s %8d children %10s", "all", n, all.Round(time.Millisecond))
	require.Less(t, all, monthGoal)
}
