package tests

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// together runs n attempts at the same moment and returns their errors.
func together(n int, try func(i int) error) []error {
	var ready, done sync.WaitGroup
	ready.Add(1)
	errs := make([]error, n)
	for i := range n {
		done.Go(func() { ready.Wait(); errs[i] = try(i) })
	}
	ready.Done()
	done.Wait()
	return errs
}

// wonBy asserts that one try went through and every other was refused with the code.
func wonBy(t *testing.T, errs []error, code string) {
	t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		refused(t, err, code)
	}
	require.Equal(t, 1, won)
}

func TestOfManyAtOnceOneWins(t *testing.T) {
	h := newHarness(t)
	app := h.application(applicant, "community")
	t.Run("filings of one institution", func(t *testing.T) {
		wonBy(t, together(6, func(int) error {
			_, err := h.StartFiling(t.Context(), applicant, key(), casework.StartFiling{Application: app})
			return err
		}), casework.CodeFilingAlreadyOpen)
		require.Equal(t, 1, one[int](h, "SELECT count(*) FROM cases"))
	})
	t.Run("corrections of one version", func(t *testing.T) {
		draft, err := h.StartFiling(t.Context(), neighbour, key(), casework.StartFiling{Application: h.application(neighbour, "community"), Draft: true})
		require.NoError(t, err)
		edited := h.application(neighbour, "community")
		wonBy(t, together(6, func(i int) error {
			mine := edited
			mine.Institution.Name = fmt.Sprintf("园 %d", i)
			_, err := h.CorrectFiling(t.Context(), neighbour, key(), draft.CaseNo, casework.Correction{Application: mine, Version: 1})
			return err
		}), casework.CodeVersionStale)
	})
	t.Run("claims of one task", func(t *testing.T) {
		h.sql(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, opened_at)
			SELECT case_no || '.1', case_no, 'filing.review', '核对', county, institution, 'clerk', '{accept}', now() FROM cases WHERE status = 'open'`)
		task := one[string](h, "SELECT id FROM tasks")
		wonBy(t, together(6, func(i int) error {
			p := clerk
			p.Account = fmt.Sprintf("clerk-140403-%d", i)
			_, err := h.Claim(t.Context(), p, key(), task)
			return err
		}), casework.CodeTaskClaimed)
	})
}

func TestOneKeySentManyTimesAtOnceActsOnce(t *testing.T) {
	h := newHarness(t)
	app := h.application(applicant, "community")
	k := key()
	started := make([]casework.Started, 6)
	for _, err := range together(6, func(i int) (err error) {
		started[i], err = h.StartFiling(t.Context(), applicant, k, casework.StartFiling{Application: app})
		return err
	}) {
		require.NoError(t, err)
	}
	for _, s := range started {
		require.Equal(t, started[0], s)
	}
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM cases"))
}

func TestADraftIsHandedInOrWithdrawnButNotBoth(t *testing.T) {
	h := newHarness(t)
	app := h.application(applicant, "community")
	for range 5 {
		draft, err := h.StartFiling(t.Context(), applicant, key(), casework.StartFiling{Application: app, Draft: true})
		require.NoError(t, err)
		errs := together(2, func(i int) error {
			if i == 0 {
				_, err := h.SubmitFiling(t.Context(), applicant, key(), draft.CaseNo)
				return err
			}
			done, err := h.Withdraw(t.Context(), applicant, key(), draft.CaseNo, "")
			if err == nil && done.Stage == "" { // asked of the case that is open now
				return fmt.Errorf("kept: %w", &casework.Error{Code: "kept", Message: "已收下"})
			}
			return err
		})
		status := one[string](h, "SELECT status FROM cases WHERE case_no = $1", draft.CaseNo)
		if errs[0] == nil {
			require.Equal(t, "open", status)
			h.sql("UPDATE cases SET status = 'ended' WHERE case_no = $1", draft.CaseNo)
		} else {
			require.Equal(t, "ended", status)
			require.Equal(t, 0, one[int](h, "SELECT count(*) FROM outbox WHERE case_no = $1", draft.CaseNo))
		}
	}
}

func TestAClerkAtTheCounterHasAHandOnlyInWhatTheyEntered(t *testing.T) {
	h := newHarness(t)
	app := h.application(clerk, "community")
	mine, err := h.StartFiling(t.Context(), clerk, key(), casework.StartFiling{Institution: applicant.Institution, Application: app, Draft: true})
	require.NoError(t, err)
	_, err = h.CorrectFiling(t.Context(), otherClerk, key(), mine.CaseNo, casework.Correction{Application: app, Version: 1})
	refused(t, err, casework.CodeForbidden)
	_, err = h.SubmitFiling(t.Context(), otherClerk, key(), mine.CaseNo)
	refused(t, err, casework.CodeForbidden)
	_, err = h.CorrectFiling(t.Context(), clerk, key(), mine.CaseNo, casework.Correction{Application: app, Version: 1})
	require.NoError(t, err)
	_, err = h.SubmitFiling(t.Context(), applicant, key(), mine.CaseNo)
	require.NoError(t, err, "it is the institution's own")
}

func TestWhereAnInstitutionMayFile(t *testing.T) {
	h := newHarness(t)
	app := h.application(applicant, "community")
	for _, code := range []string{"", "140404", "140400", "110101", "长治"} {
		app.Institution.County = code
		_, err := h.StartFiling(t.Context(), applicant, key(), casework.StartFiling{Application: app})
		require.Equal(t, []string{"/application/institution/county"}, locations(refused(t, err, casework.CodeInvalid)), code)
	}
	app.Institution.County = county
	h.file(applicant, app)
	_, err := h.StartFiling(t.Context(), applicant, key(), casework.StartFiling{Application: app})
	require.Contains(t, refused(t, err, casework.CodeFilingAlreadyOpen).Message, one[string](h, "SELECT case_no FROM cases"))
	// An institution of another county: authz lets the clerk file here, row-level security knows where it belongs.
	h.sql("INSERT INTO institutions (id, county, updated_at) VALUES ('inst-140404-01', '140404', now())")
	app.Papers = nil
	_, err = h.StartFiling(t.Context(), clerk, key(), casework.StartFiling{Institution: "inst-140404-01", Application: app})
	refused(t, err, casework.CodeForbidden)
	require.Contains(t, h.log.String(), `table \"institutions\"`)
}

func TestValuesBeyondTheirLimitsAreAllNamed(t *testing.T) {
	h := newHarness(t)
	app := h.application(applicant, "community")
	many, minus := 201, -1
	app.SiteKind = "palace"
	app.Institution.Name = strings.Repeat("园", 121)
	app.Institution.Address = "长治\x00路"
	app.ServiceForms = []nursery.ServiceForm{nursery.FullDay, "weekly"}
	app.Classes[0].Seats, app.Classes[0].Name = &many, "甲\u202e班\x07"
	app.Classes[0].ID = ""
	app.Premises.Storeys = make([]int, 21)
	app.Fire.Water6L = &minus
	app.Staff[0].Certificates = []string{"teacher", "wizard"}
	app.Papers[0].Form = "oath"
	_, err := h.StartFiling(t.Context(), applicant, key(), casework.StartFiling{Application: app})
	got := locations(refused(t, err, casework.CodeInvalid))
	for _, want := range []string{
		"/application/site_kind", "/application/institution/name", "/application/institution/address", "/application/service_forms/1",
		"/application/classes/0/seats", "/application/classes/0/name", "/application/classes/0/id", "/application/premises/storeys",
		"/application/fire/water_6l", "/application/staff/0/certificates/1", "/application/papers/0/form",
	} {
		require.Contains(t, got, want)
	}
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM cases"))
}

func TestTextThatCannotBeKeptIsRefusedEverywhere(t *testing.T) {
	h := newHarness(t)
	started := h.file(applicant, h.application(applicant, "community"))
	bad := "理由\x00"
	_, err := h.Withdraw(t.Context(), applicant, key(), started.CaseNo, bad)
	refused(t, err, casework.CodeInvalid)
	_, err = h.Comment(t.Context(), clerk, key(), started.CaseNo, bad, false)
	refused(t, err, casework.CodeInvalid)
	_, err = h.SetSetting(t.Context(), admin, key(), county, "filing.silence", []byte(`"wait"`), bad)
	refused(t, err, casework.CodeInvalid)
	_, err = casework.Cases.Page(t.Context(), h.Service, clerk, casework.CaseFilter{Query: bad}, casework.PageRequest{})
	refused(t, err, casework.CodeInvalid)
	_, err = casework.Cases.Page(t.Context(), h.Service, clerk, casework.CaseFilter{Stage: "nowhere", Kind: "x", Status: "y", County: "110101"}, casework.PageRequest{})
	require.Equal(t, []string{"county", "kind", "stage", "status"}, locations(refused(t, err, casework.CodeInvalid)))
	for _, after := range []string{"!", "e30", "eyJpIjoiXHUwMDAwIn0", strings.Repeat("A", 500)} {
		_, err = casework.Tasks.Page(t.Context(), h.Service, clerk, casework.TaskFilter{}, casework.PageRequest{After: after})
		if after == "e30" { // an empty cursor begins at the beginning
			require.NoError(t, err)
			continue
		}
		refused(t, err, casework.CodeInvalid)
	}
}

func TestFirstAnswersAreForgottenAfterAMonth(t *testing.T) {
	h := newHarness(t)
	h.file(applicant, h.application(applicant, "community"))
	h.sql(`INSERT INTO idempotency_keys (principal, key, operation, body_hash, status, response, created_at)
		VALUES ('institution-140403-09', 'old', 'filing.start', '\x00', 200, '{}', $1)`, time.Now().Add(-31*24*time.Hour))
	require.Equal(t, 2, one[int](h, "SELECT count(*) FROM idempotency_keys"))
	h.relays()
	h.eventually("forgotten", func() bool { return one[int](h, "SELECT count(*) FROM idempotency_keys") == 1 })
}

func TestWhoMayNotHearsThatBeforeWhatIsWrongWithTheForm(t *testing.T) {
	h := newHarness(t)
	hospital := nursery.Principal{Account: "hospital-140403", Role: nursery.RoleHospital, County: county, Institution: "hosp-140403"}
	_, err := h.StartFiling(t.Context(), hospital, key(), casework.StartFiling{})
	refused(t, err, casework.CodeForbidden)
	_, err = h.Upload(t.Context(), nursery.Principal{Account: "auditor", Role: nursery.RoleAuditor, County: "140400"}, casework.Upload{})
	refused(t, err, casework.CodeForbidden)
	started := h.file(applicant, h.application(applicant, "community"))
	_, err = h.StartCancellation(t.Context(), supervisor, key(), started.CaseNo, nursery.Cancellation{})
	refused(t, err, casework.CodeForbidden)
	_, err = h.StartChange(t.Context(), stranger, key(), started.CaseNo, casework.ChangeRequest{})
	refused(t, err, casework.CodeNotFound)
	_, err = h.Withdraw(t.Context(), neighbour, key(), started.CaseNo, "\x00")
	refused(t, err, casework.CodeNotFound)
	_, err = h.StartFiling(t.Context(), clerk, key(), casework.StartFiling{Institution: "../x"})
	require.Equal(t, []string{"/institution"}, locations(refused(t, err, casework.CodeInvalid)))
}
