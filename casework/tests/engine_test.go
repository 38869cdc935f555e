package tests

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

func TestCorrectionsAreHandedInOnceAndGapsCount(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.register("community")
	app := h.application(applicant, "community")
	clean := app.Institution.Phone
	app.Institution.Phone = ""
	started := h.file(applicant, app)
	review := h.task(started.CaseNo, "filing.review")
	_, err := h.Complete(t.Context(), clerk, key(), review, casework.Completion{Outcome: nursery.OutcomeAccept})
	refused(t, err, casework.CodeOutcomeNotOffered)
	h.completes(clerk, review, casework.Completion{Outcome: nursery.OutcomeCorrect,
		Answer: json.RawMessage(`{"findings": [{"field": "/premises/floor_area_m2", "message": "面积与产权证不符"}]}`)})
	h.task(started.CaseNo, "filing.corrections")

	app.Institution.Phone, app.Institution.Address = clean, "别处"
	_, err = h.CorrectFiling(t.Context(), applicant, key(), started.CaseNo, casework.Correction{Application: app, Version: 1, Submit: true})
	require.Equal(t, []string{"/application/institution/address"}, locations(refused(t, err, casework.CodeFieldNotOpen)))
	was, err := h.Case(t.Context(), applicant, started.CaseNo)
	require.NoError(t, err)
	require.Equal(t, nursery.StageCorrections, was.Stage)
	require.NotEmpty(t, was.Gaps)
	app.Institution.Address = was.Application.Institution.Address

	k := key()
	corrected, err := h.CorrectFiling(t.Context(), applicant, k, started.CaseNo, casework.Correction{Application: app, Version: 1, Submit: true})
	require.NoError(t, err)
	require.True(t, corrected.Submitted)
	require.Equal(t, 2, corrected.Version)
	again, err := h.CorrectFiling(t.Context(), applicant, k, started.CaseNo, casework.Correction{Application: app, Version: 1, Submit: true})
	require.NoError(t, err)
	require.Equal(t, 2, again.Version)
	_, err = h.Complete(t.Context(), clerk, key(), h.task(started.CaseNo, "filing.review"), casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM case_events WHERE case_no = $1 AND note LIKE '补正备案材料：%'", started.CaseNo))
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM gaps WHERE state = 'open'"))
}

func TestAPaperIsReissuedAndTheOldOneNamesItsSuccessor(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	stop := h.work()
	h.register("community")
	app := h.application(applicant, "community")
	started := h.file(applicant, app)
	_, err := h.Complete(t.Context(), clerk, key(), h.task(started.CaseNo, "filing.review"), casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	receipt := func() string {
		return one[string](h, "SELECT coalesce((SELECT id FROM documents WHERE kind = 'filing_receipt' AND state = 'in_force'), '')")
	}
	h.eventually("printed receipt", func() bool { return receipt() != "" })
	old, content, err := h.OpenDocument(t.Context(), applicant, receipt())
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(read(t, content), []byte("%PDF-")))
	genuine, err := h.Verify(t.Context(), strings.ToLower(old.VerificationCode))
	require.NoError(t, err)
	require.True(t, genuine.Genuine && genuine.InForce)
	require.Equal(t, old.Number, genuine.Number)

	_, err = h.Reissue(t.Context(), clerk, key(), old.ID, "地址印错")
	refused(t, err, casework.CodeForbidden)
	_, err = h.Reissue(t.Context(), supervisor, key(), old.ID, " ")
	refused(t, err, casework.CodeInvalid)
	stop() // the document follows when rendering resumes
	k := key()
	anew, err := h.Reissue(t.Context(), supervisor, k, old.ID, "地址印错")
	require.NoError(t, err)
	require.NotEqual(t, old.Number, anew.Number)
	require.NotEqual(t, old.VerificationCode, anew.VerificationCode)
	require.Equal(t, "pending", anew.State)
	_, _, err = h.OpenDocument(t.Context(), applicant, anew.ID)
	refused(t, err, casework.CodeDocumentPending)
	again, err := h.Reissue(t.Context(), supervisor, k, old.ID, "地址印错")
	require.NoError(t, err)
	require.Equal(t, anew.ID, again.ID)
	_, err = h.Reissue(t.Context(), supervisor, key(), old.ID, "再来一次")
	refused(t, err, casework.CodeDocumentEnded)

	superseded, err := h.Verify(t.Context(), old.VerificationCode)
	require.NoError(t, err)
	require.True(t, superseded.Genuine)
	require.False(t, superseded.InForce)
	require.Equal(t, "superseded", superseded.State)
	require.Equal(t, documents.Fact{Label: "托位总数", Value: strconv.Itoa(app.Seats()) + "个"}, superseded.Facts[1])
	typed, err := json.Marshal(superseded)
	require.NoError(t, err)
	require.NotContains(t, string(typed), "地址印错", "what a supervisor typed is not for the public")
	require.Equal(t, today(), superseded.EndedOn)
	h.work()
	h.eventually("reissued receipt", func() bool { return receipt() == anew.ID })

	revoked, err := h.RevokeDocument(t.Context(), supervisor, key(), anew.ID, "备案有误")
	require.NoError(t, err)
	require.Equal(t, "revoked", revoked.State)
	gone, err := h.Verify(t.Context(), anew.VerificationCode)
	require.NoError(t, err)
	require.True(t, gone.Genuine && !gone.InForce && gone.State == "revoked")
	for _, code := range []string{"", "0000-0000-0000-0000", "not a code", strings.Repeat("A", 5000)} {
		none, err := h.Verify(t.Context(), code)
		require.NoError(t, err)
		require.Equal(t, casework.VerifiedPaper{}, none)
	}
}

func TestWhoeverSubmittedOrFoundFirstDoesNotJudge(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.register("community")
	app := h.application(clerk, "community")
	started, err := h.StartFiling(t.Context(), clerk, key(), casework.StartFiling{Institution: applicant.Institution, Application: app})
	require.NoError(t, err)
	review := h.task(started.CaseNo, "filing.review")
	_, err = h.Complete(t.Context(), clerk, key(), review, casework.Completion{Outcome: nursery.OutcomeAccept})
	refused(t, err, casework.CodeConflictOfInterest)
	_, err = h.Claim(t.Context(), clerk, key(), review)
	refused(t, err, casework.CodeConflictOfInterest)
	_, err = h.Complete(t.Context(), otherClerk, key(), review, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)

	_, err = h.Complete(t.Context(), inspector, key(), h.task(started.CaseNo, "filing.site_visit"), casework.Completion{Outcome: nursery.OutcomeConform})
	require.NoError(t, err)
	countersign := h.task(started.CaseNo, "filing.site_visit_countersign")
	_, err = h.Complete(t.Context(), inspector, key(), countersign, casework.Completion{Outcome: nursery.OutcomeAgree})
	refused(t, err, casework.CodeConflictOfInterest)
	_, err = h.Complete(t.Context(), second, key(), countersign, casework.Completion{Outcome: nursery.OutcomeAgree})
	require.NoError(t, err)
	// Closed is checked before excluded: the first officer gets the error that the task is closed.
	_, err = h.Complete(t.Context(), inspector, key(), countersign, casework.Completion{Outcome: nursery.OutcomeAgree})
	require.Contains(t, refused(t, err, casework.CodeTaskClosed).Message, second.Account)
}

func TestTheRegistrarAnswersTheTaskThatWaitsForIt(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	started := h.file(applicant, h.application(applicant, "community"))
	waiting := h.task(started.CaseNo, "filing.registration")
	_, err := h.Complete(t.Context(), clerk, key(), waiting, casework.Completion{Outcome: nursery.OutcomeConfirm,
		Answer: json.RawMessage(`{"uscc": "911404030000000000", "name": "某园", "nature": "for_profit", "registrar": "market", "county": "140403", "business_scope": "托育服务", "status": "active"}`)})
	require.Equal(t, []string{"/answer/uscc"}, locations(refused(t, err, casework.CodeInvalid)))
	h.register("community")
	h.task(started.CaseNo, "filing.review")
	require.Equal(t, string(nursery.RoleRegistrar), one[string](h,
		"SELECT actor_role FROM case_events WHERE case_no = $1 AND kind = 'task_closed'", started.CaseNo))
}

func TestAnInstitutionSeesTheOfficeByRoleAndNotItsAccounts(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	task := h.task(started.CaseNo, "filing.review")
	_, err := h.Claim(t.Context(), clerk, key(), task)
	require.NoError(t, err)
	_, err = h.Comment(t.Context(), clerk, key(), started.CaseNo, "请补充联系方式", false)
	require.NoError(t, err)
	_, err = h.Comment(t.Context(), clerk, key(), started.CaseNo, "内部说明", true)
	require.NoError(t, err)
	_, err = h.Complete(t.Context(), clerk, key(), task, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	seen, err := h.Case(t.Context(), applicant, started.CaseNo)
	require.NoError(t, err)
	raw, err := json.Marshal(seen)
	require.NoError(t, err)
	require.NotContains(t, string(raw), clerk.Account)
	require.NotContains(t, string(raw), "内部说明")
	require.Contains(t, string(raw), "请补充联系方式")
	inside, err := h.Case(t.Context(), auditor, started.CaseNo)
	require.NoError(t, err)
	raw, err = json.Marshal(inside)
	require.NoError(t, err)
	require.Contains(t, string(raw), clerk.Account)
	require.Contains(t, string(raw), "内部说明")
	_, err = h.Case(t.Context(), neighbour, started.CaseNo)
	refused(t, err, casework.CodeNotFound)
	_, err = h.Comment(t.Context(), auditor, key(), started.CaseNo, "审计", true)
	refused(t, err, casework.CodeForbidden)
	require.NotContains(t, h.log.String(), testdata.AsOf.String())
	require.NotContains(t, h.log.String(), seen.Subject, "the log names no institution")
	require.Contains(t, h.log.String(), `"act":"task.complete","on":"`+task+`","role":"clerk","outcome":"done"`)
}
