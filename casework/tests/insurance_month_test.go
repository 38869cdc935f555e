package tests

import (
	"bytes"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
	"tuoyu/store"
	"tuoyu/testdata"
	"tuoyu/workflows"
)

// A batch of a few thousand is imported, judged, hashed, answered page by page and settled as one.
func TestAMonthOfTwoThousandChildren(t *testing.T) {
	const n = 2000
	d, caseNo := insuring(t)
	loaded, err := rules()
	require.NoError(t, err)
	e := &activities.Engine{DB: d.db, Processes: workflows.Definitions(), Rules: loaded, CalendarCache: store.NewCalendarCache(d.db), Fields: d.Fields, PublicURL: "http://127.0.0.1:8080"}
	lines := make([][]string, n)
	for i := range lines {
		lines[i] = child(i, nil)
	}
	file := testdata.RosterCSV(lines...)
	at := time.Date(2026, 11, 2, 11, 0, 0, 0, nursery.Shanghai)
	step := func(name string) activities.Move {
		return activities.Move{CaseNo: caseNo, Step: name, At: at, Actor: countyOffice.Account, Role: nursery.RoleCountyOffice}
	}
	report, err := d.TakeRosterFile(t.Context(), countyOffice, "file", caseNo, "civil", bytes.NewReader(file))
	require.NoError(t, err)
	require.Equal(t, n, report.Added, "%v", report.Faults[:min(len(report.Faults), 3)])
	checked, err := e.CheckInsurance(t.Context(), step("checked"))
	require.NoError(t, err)
	require.Equal(t, activities.InsuranceChecked{Send: 1, Lines: n}, checked)
	require.NoError(t, e.SignInsurance(t.Context(), activities.InsuranceMove{Move: step("sent"), Send: 1}))
	sent, err := d.AllInsuranceLines(t.Context(), insurer, caseNo, 1)
	require.NoError(t, err)
	require.Equal(t, []string{activities.HashLines(sent.Items)}, d.strings(`SELECT hash FROM insurance_sends`))
	for i := 0; i < n; i += 1000 {
		page := insurance.InsuranceAnswers{Send: 1}
		for j, l := range sent.Items[i:min(i+1000, n)] {
			page.Lines = append(page.Lines, nursery.InsuranceAnswer{Ref: l.Ref, Policy: fmt.Sprintf("PA%09d", i+j)})
		}
		_, err := d.AnswerInsurance(t.Context(), insurer, fmt.Sprint("page", i), caseNo, page)
		require.NoError(t, err)
	}
	require.NoError(t, e.SettleInsurance(t.Context(), activities.InsuranceMove{Move: step("answered"), Send: 1}))
	require.NoError(t, e.CloseInsurance(t.Context(), step("closed")))
	again, err := d.TakeRosterFile(t.Context(), countyOffice, "file", caseNo, "civil", bytes.NewReader(file))
	require.NoError(t, err)
	again.At = again.At.In(report.At.Location())
	require.Equal(t, report, again)
	_, err = d.TakeRosterFile(t.Context(), countyOffice, "late", caseNo, "civil", bytes.NewReader(file))
	refused(t, err, casework.CodeInsuranceClosed)
	require.Equal(t, []string{strconv.Itoa(n)}, d.strings(`SELECT count(*)::text FROM insurance_covers`))
	require.Len(t, d.strings(`SELECT id FROM decisions WHERE case_no = $1`, caseNo), 1)
}
