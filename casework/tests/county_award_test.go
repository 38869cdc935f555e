package tests

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures/library"
	"tuoyu/processes/procedure"
)

// withParams returns the files of a procedure of the library with other values of parameters, given as JSON. Its scenarios keep to the
// values of the library.
func withParams(t *testing.T, kind string, values map[string]string) fs.FS {
	t.Helper()
	of, err := library.Procedure(kind)
	require.NoError(t, err)
	files, before := fstest.MapFS{}, map[string]json.RawMessage{}
	file := "params/" + kind + "/data.json"
	raw, err := fs.ReadFile(of, file)
	require.NoError(t, err)
	var params map[string]map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &params))
	for name, value := range values {
		require.Contains(t, params, name)
		before[name], params[name]["value"] = params[name]["value"], json.RawMessage(value)
	}
	changed, err := json.Marshal(params)
	require.NoError(t, err)
	require.NoError(t, fs.WalkDir(of, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(of, path)
		if path == file {
			raw = changed
		}
		for name, value := range before {
			set := kind + "." + name + ": "
			if text := string(raw); strings.HasPrefix(path, "tests/") && !strings.Contains(text, set) {
				if !strings.Contains(text, "\nparams: {") {
					text = strings.Replace(text, "\nfacts:", "\nparams: {}\nfacts:", 1)
				}
				text = strings.Replace(text, "\nparams: {", "\nparams: {"+set+string(value)+", ", 1)
				raw = []byte(strings.Replace(text, ", }", "}", 1))
			}
		}
		files[path] = &fstest.MapFile{Data: raw}
		return err
	}))
	return files
}

// award starts the award of a year, and returns its case and the figures drafted for the counties.
func (h *harness) award(starter nursery.Principal) (caseNo string, rows map[string]string) {
	h.t.Helper()
	started, err := h.Services.Start(h.t.Context(), starter, key(), "county_award", procedure.ProcedureApplication{Facts: json.RawMessage(`{"period": "2025"}`)})
	require.NoError(h.t, err)
	h.reaches(started.CaseNo, "collecting")
	h.eventually("the figures", func() bool {
		rows = h.rowsOf(starter, started.CaseNo, "counties")
		return len(rows) == len(nursery.Counties())
	})
	return started.CaseNo, rows
}

// ranked starts the award and sends the figures of the counties that have all of them.
func (h *harness) ranked(starter nursery.Principal) string {
	h.t.Helper()
	caseNo, rows := h.award(starter)
	for county := range rows {
		if !strings.HasPrefix(county, "14040") {
			_, err := h.Services.RemoveRow(h.t.Context(), starter, key(), caseNo, "counties", county)
			require.NoError(h.t, err)
		}
	}
	_, err := h.Services.SendRows(h.t.Context(), starter, key(), caseNo, "counties")
	require.NoError(h.t, err)
	return caseNo
}

// The ranking is put to the offices of the counties alone, then published and decided; without amounts nothing is paid.
func TestTheCountyAwardIsConsultedOnPublishedAndDecided(t *testing.T) {
	h := running(t)
	h.counties()
	files, err := library.Procedure("county_award")
	require.NoError(t, err)
	h.publishFiles(files)
	starter, second, third := cityCheck, cityCheck, cityCheck
	starter.Account, second.Account, third.Account = "city-office-2", "city-office-3", "city-office-4"
	caseNo := h.ranked(starter)
	h.reaches(caseNo, "consulting")

	asked := func(p nursery.Principal) int {
		page, err := procedure.Consultations.Page(t.Context(), h.Service, p, struct{}{}, casework.PageRequest{})
		require.NoError(t, err)
		return len(page.Items)
	}
	farOffice := nursery.Principal{Account: "county-office-140404", Role: nursery.RoleCountyOffice, County: "140404"}
	for p, want := range map[nursery.Principal]int{countyCheck: 1, farOffice: 1, clerk: 0, supervisor: 0, applicant: 0, finance: 0, cityCheck: 0} {
		require.Equal(t, want, asked(p), p.Account)
	}
	_, err = procedure.Consultations.Page(t.Context(), h.Service, auditor, struct{}{}, casework.PageRequest{})
	refused(t, err, casework.CodeForbidden)
	public, err := procedure.PublicityList.Page(t.Context(), h.Service, casework.Anyone, procedure.PublicityFilter{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Empty(t, public.Items, "a consultation is not published to everybody")
	_, err = h.PublicityOf(t.Context(), casework.Anyone, caseNo)
	refused(t, err, casework.CodeNotFound)
	objection := procedure.Objection{Form: json.RawMessage(`{"text": "入托数量少计。"}`)}
	_, err = h.Services.Object(t.Context(), casework.Anyone, key(), caseNo, objection)
	refused(t, err, casework.CodeForbidden)
	for _, p := range []nursery.Principal{clerk, supervisor, applicant} {
		_, err = h.ObjectSignedIn(t.Context(), p, key(), caseNo, objection)
		refused(t, err, casework.CodeNotFound)
	}
	_, err = h.ObjectSignedIn(t.Context(), auditor, key(), caseNo, objection)
	refused(t, err, casework.CodeForbidden)
	k := key()
	first, err := h.ObjectSignedIn(t.Context(), farOffice, k, caseNo, objection)
	require.NoError(t, err)
	again, err := h.ObjectSignedIn(t.Context(), farOffice, k, caseNo, objection)
	require.NoError(t, err)
	require.Equal(t, first, again, "a repeat of the command")
	require.Equal(t, "county-office-140404", one[string](h, "SELECT entered_by FROM procedure_rows WHERE case_no = $1 AND set_name = 'objection'", caseNo))

	h.completes(second, h.task(caseNo, "county_award.county_objection"), casework.Completion{Outcome: "keep", Answer: json.RawMessage(`{"note": "数据无误。"}`)})
	_, err = h.ObjectSignedIn(t.Context(), countyCheck, key(), caseNo, objection)
	refused(t, err, procedure.CodeNoPublicity)
	check := h.task(caseNo, "county_award.city_check")
	for _, p := range []nursery.Principal{starter, second} {
		_, err := h.Complete(t.Context(), p, key(), check, casework.Completion{Outcome: "approve"})
		refused(t, err, casework.CodeConflictOfInterest)
	}
	h.completes(third, check, casework.Completion{Outcome: "approve"})
	h.reaches(caseNo, "publicity")
	public, err = procedure.PublicityList.Page(t.Context(), h.Service, casework.Anyone, procedure.PublicityFilter{}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, public.Items, 1)
	require.Contains(t, public.Items[0].Body, "第1名")
	h.publicity(caseNo, "publicity")
	amount := h.task(caseNo, "county_award.amount")
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM documents WHERE case_no = $1 AND kind = 'county_award.ranking_decision'", caseNo))
	require.Equal(t, "unknown", one[string](h, "SELECT result FROM decisions WHERE case_no = $1 AND rule_set = 'county_award.amount'", caseNo), "the amounts are not published")
	require.Zero(t, one[int](h, "SELECT count(*) FROM payments WHERE case_no = $1", caseNo))
	require.NotEmpty(t, amount)
}

// With amounts the first three places are paid in one sum, by the city's finance.
func TestTheCountyAwardAsksForTheSumOfItsPlaces(t *testing.T) {
	h := running(t)
	h.counties()
	h.publishFiles(withParams(t, "county_award", map[string]string{"amounts": "[30000000, 20000000, 10000000]"}))
	starter, third := cityCheck, cityCheck
	starter.Account, third.Account = "city-office-2", "city-office-4"
	caseNo := h.ranked(starter)
	h.publicity(caseNo, "consulting") // nobody objects
	h.completes(third, h.task(caseNo, "county_award.city_check"), casework.Completion{Outcome: "approve"})
	h.publicity(caseNo, "publicity")
	h.task(caseNo, "county_award.paying")
	require.Equal(t, int64(60_000_000), one[int64](h, "SELECT fen FROM payments WHERE case_no = $1", caseNo))
	require.Equal(t, "city_finance", one[string](h, "SELECT role FROM tasks WHERE case_no = $1 AND state = 'open'", caseNo))
	for _, paper := range []string{"ranking_decision", "award_notice"} {
		require.Equal(t, 1, one[int](h, "SELECT count(*) FROM documents WHERE case_no = $1 AND kind = $2", caseNo, "county_award."+paper), paper)
	}
}
