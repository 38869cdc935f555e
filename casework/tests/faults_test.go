package tests

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"tuoyu/casework"
	"tuoyu/casework/stuck"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/store/storetest"
	"tuoyu/workflows/humantask"
)

// outage is how long Postgres is unavailable: longer than one attempt of a step may take.
const outage = 15 * time.Second

func (h *harness) openTask(caseNo, kind string) string {
	h.t.Helper()
	var id string
	h.eventually("task "+kind, func() bool {
		id = one[string](h, "SELECT coalesce((SELECT id FROM tasks WHERE case_no = $1 AND kind = $2 AND state = 'open'), '')", caseNo, kind)
		return id != ""
	})
	return id
}

func (h *harness) workflow(caseNo string) enumspb.WorkflowExecutionStatus {
	h.t.Helper()
	d, err := h.temporal.DescribeWorkflowExecution(h.t.Context(), caseNo, "")
	require.NoError(h.t, err)
	return d.GetWorkflowExecutionInfo().GetStatus()
}

func TestFifteenSecondsWithoutPostgresEndNoCaseAndNoAnswer(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	way, address := storetest.Proxied(t, h.address)
	db, err := store.Open(t.Context(), address, store.Options{})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	h.workOn(db)
	h.register("community")
	first := h.file(applicant, h.application(applicant, "community"))
	review := h.openTask(first.CaseNo, "filing.review")

	way.Sever()
	ends := time.After(outage)
	answered, err := h.Complete(t.Context(), clerk, key(), review, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	require.False(t, answered.Delivered)
	app := h.application(neighbour, "community")
	app.Institution.USCC, app.Institution.Address = "", "另一处"
	second, err := h.StartFiling(t.Context(), neighbour, key(), casework.StartFiling{Application: app})
	require.NoError(t, err)
	<-ends
	require.Equal(t, "open", one[string](h, "SELECT state FROM tasks WHERE id = $1", review), "nothing was written meanwhile")
	way.Mend()

	h.relays()
	h.openTask(first.CaseNo, "filing.site_visit")
	h.eventually("second case taken up", func() bool {
		return one[int](h, "SELECT count(*) FROM tasks WHERE case_no = $1 AND state = 'open'", second.CaseNo) == 1
	})
	h.eventually("everything delivered", func() bool { return one[int](h, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 0 })
	for _, caseNo := range []string{first.CaseNo, second.CaseNo} {
		require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, h.workflow(caseNo))
	}
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM case_events WHERE case_no = $1 AND kind = 'task_closed'", first.CaseNo))
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM cases WHERE stuck_at IS NOT NULL"))
}

// forget makes Temporal lose every Update of a case, as happens when its process and its database restart before the
// task that accepted them has been recorded: the workflow continues from before the first.
func (h *harness) forget(caseNo string) {
	h.t.Helper()
	task := int64(0)
	history := h.temporal.GetWorkflowHistory(h.t.Context(), caseNo, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for task == 0 && history.HasNext() {
		e, err := history.Next()
		require.NoError(h.t, err)
		if e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			task = e.GetEventId()
		}
	}
	_, err := h.temporal.ResetWorkflowExecution(h.t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: h.space, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: caseNo}, Reason: "lost", WorkflowTaskFinishEventId: task,
		ResetReapplyExcludeTypes: []enumspb.ResetReapplyExcludeType{enumspb.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE},
	})
	require.NoError(h.t, err)
}

func TestAnAnswerThatTemporalLostAfterItWasWrittenIsSentAgain(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	review := h.openTask(started.CaseNo, "filing.review")
	k := key()
	_, err := h.Complete(t.Context(), clerk, k, review, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	h.openTask(started.CaseNo, "filing.site_visit")
	numbered := one[int](h, "SELECT count(*) FROM documents WHERE case_no = $1", started.CaseNo)

	h.forget(started.CaseNo)
	h.sql("UPDATE outbox SET delivered_at = NULL, next_at = now() WHERE name = 'complete_task'") // Temporal had not recorded it
	visit := h.openTask(started.CaseNo, "filing.site_visit")
	done, err := h.Complete(t.Context(), inspector, key(), visit, casework.Completion{Outcome: nursery.OutcomeConform})
	require.NoError(t, err)
	h.relays()
	h.openTask(started.CaseNo, "filing.site_visit_countersign")
	h.eventually("both delivered", func() bool { return one[int](h, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 0 })
	require.Equal(t, nursery.OutcomeConform, done.Outcome)
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM outbox WHERE refused IS NOT NULL"))
	require.Equal(t, numbered, one[int](h, "SELECT count(*) FROM documents WHERE case_no = $1", started.CaseNo), "no paper is issued twice")
	require.Equal(t, 2, one[int](h, "SELECT count(*) FROM case_events WHERE case_no = $1 AND kind = 'task_closed'", started.CaseNo))
}

func TestOfTwoAnswersToOneTaskTheOneThatWasWrittenCounts(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	review := h.openTask(started.CaseNo, "filing.review")
	_, err := h.Complete(t.Context(), clerk, key(), review, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	h.openTask(started.CaseNo, "filing.site_visit")
	h.forget(started.CaseNo)
	h.sql("UPDATE outbox SET delivered_at = NULL, next_at = now() WHERE name = 'complete_task'")

	handle, err := h.temporal.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: started.CaseNo, UpdateID: "c-other", UpdateName: humantask.CompleteUpdate, WaitForStage: client.WorkflowUpdateStageCompleted,
		Args: []any{humantask.Completion{ID: "c-other", Task: review, Outcome: nursery.OutcomeCorrect, Actor: otherClerk.Account, Role: nursery.RoleClerk}},
	})
	if err == nil {
		err = handle.Get(t.Context(), nil)
	}
	require.ErrorContains(t, err, "task is closed")
	h.relays()
	h.eventually("first answer delivered", func() bool { return one[int](h, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 0 })
	require.Equal(t, "accept", one[string](h, "SELECT outcome FROM tasks WHERE id = $1", review))
	visit := h.openTask(started.CaseNo, "filing.site_visit")
	h.completes(inspector, visit, casework.Completion{Outcome: nursery.OutcomeConform})
}

func TestAnAnswerThatWasTakenIsNeverRefusedLate(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	_, err := h.Complete(t.Context(), clerk, key(), h.openTask(started.CaseNo, "filing.review"), casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	_, err = h.Complete(t.Context(), inspector, key(), h.openTask(started.CaseNo, "filing.site_visit"), casework.Completion{Outcome: nursery.OutcomeConform})
	require.NoError(t, err)
	_, err = h.Complete(t.Context(), second, key(), h.openTask(started.CaseNo, "filing.site_visit_countersign"), casework.Completion{Outcome: nursery.OutcomeAgree})
	require.NoError(t, err)
	h.eventually("workflow ended", func() bool { return h.workflow(started.CaseNo) == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED })
	h.sql("UPDATE outbox SET delivered_at = NULL, next_at = now(), failed = 1 WHERE name = 'complete_task'") // the sender died before it recorded the delivery
	h.relays()
	h.eventually("settled", func() bool { return one[int](h, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 0 })
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM outbox WHERE refused IS NOT NULL"))
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM case_events WHERE kind = 'answer_refused'"))
}

func TestAWithdrawnCaseLeavesNobodyATask(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	h.openTask(started.CaseNo, "filing.review")
	// The remains of an attempt of the workflow task that was lost before it was recorded.
	h.sql(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, opened_at)
		SELECT case_no || '.2', case_no, 'filing.review', '核对备案材料', county, institution, 'clerk', '{accept}', now() FROM cases WHERE case_no = $1`, started.CaseNo)
	_, err := h.Withdraw(t.Context(), applicant, key(), started.CaseNo, "重新准备")
	require.NoError(t, err)
	h.eventually("withdrawn", func() bool {
		return one[string](h, "SELECT status FROM cases WHERE case_no = $1", started.CaseNo) == "ended"
	})
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM tasks WHERE state = 'open'"))
	require.Equal(t, 2, one[int](h, "SELECT count(*) FROM case_events WHERE kind = 'task_cancelled'"))
}

var operator = nursery.Principal{Account: "operator", Role: nursery.RoleAdministrator, County: "140400"}

func TestAStepThatCannotSucceedMarksItsCaseAndGoesOnWhenItIsRetried(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	facts := func(version int, facts string) {
		h.sql(`INSERT INTO applications (case_no, version, county, institution, facts, entered_by, entered_at)
			SELECT case_no, $2, county, institution, coalesce($3::jsonb, (SELECT facts FROM applications WHERE case_no = $1 AND version = 1)), submitted_by, now()
			FROM cases WHERE case_no = $1`, started.CaseNo, version, nullable(facts))
	}
	facts(2, `{"site_kind": 7}`)
	h.relays()
	h.work()
	h.eventually("stuck", func() bool {
		return one[string](h, "SELECT stuck_reason FROM cases WHERE case_no = $1", started.CaseNo) == store.FaultUnreadable
	})
	require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, h.workflow(started.CaseNo))
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM case_events WHERE kind = 'case_stuck' AND internal"))
	_, err := stuck.Of(h.Service).Retry(t.Context(), clerk, started.CaseNo, 0)
	refused(t, err, casework.CodeForbidden)

	facts(3, "")
	did, err := stuck.Of(h.Service).Retry(t.Context(), operator, started.CaseNo, 0)
	require.NoError(t, err)
	require.Equal(t, stuck.RetriedStep, did)
	h.openTask(started.CaseNo, "filing.review")
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM cases WHERE stuck_at IS NOT NULL"))
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM case_events WHERE kind = 'case_unstuck'"))
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func TestACaseWhoseWorkflowWasTerminatedIsFoundAndKeepsItsAnswersAndGoesOn(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	review := h.openTask(started.CaseNo, "filing.review")
	require.NoError(t, h.temporal.TerminateWorkflow(t.Context(), started.CaseNo, "", "by mistake"))

	n, err := stuck.Of(h.Service).ReconcileOnce(t.Context(), time.Now().Add(-time.Hour))
	require.NoError(t, err)
	require.Equal(t, 0, n, "looked at when it was opened")
	_, err = stuck.Of(h.Service).ReconcileOnce(t.Context(), time.Now().Add(time.Minute))
	require.NoError(t, err)
	require.Equal(t, casework.StuckFailed, one[string](h, "SELECT stuck_reason FROM cases WHERE case_no = $1", started.CaseNo))
	k := key()
	kept, err := h.Complete(t.Context(), clerk, k, review, casework.Completion{Outcome: nursery.OutcomeAccept, Answer: json.RawMessage(`{}`)})
	require.NoError(t, err)
	require.False(t, kept.Delivered, "the case has not ended, so the answer is kept")

	did, err := stuck.Of(h.Service).Retry(t.Context(), operator, started.CaseNo, 0)
	require.NoError(t, err)
	require.Equal(t, stuck.RetriedWorkflow, did)
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM cases WHERE stuck_at IS NOT NULL"))
	h.sql("UPDATE outbox SET next_at = now()")
	h.relays()
	h.openTask(started.CaseNo, "filing.site_visit")
	again, err := h.Complete(t.Context(), clerk, k, review, casework.Completion{Outcome: nursery.OutcomeAccept, Answer: json.RawMessage(`{}`)})
	require.NoError(t, err)
	require.True(t, again.Delivered)
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM tasks WHERE case_no = $1 AND kind = 'filing.review'", started.CaseNo))
}

func TestACaseThatTemporalDoesNotKnowStartsAgainWhenNothingWasDone(t *testing.T) {
	h := newHarness(t)
	h.register("community")
	started := h.file(applicant, h.application(applicant, "community"))
	h.sql("UPDATE outbox SET delivered_at = now() WHERE kind = 'start'") // Temporal was restored to an earlier state
	h.engineReturns()
	_, err := stuck.Of(h.Service).ReconcileOnce(t.Context(), time.Now().Add(time.Minute))
	require.NoError(t, err)
	require.Equal(t, casework.StuckMissing, one[string](h, "SELECT stuck_reason FROM cases WHERE case_no = $1", started.CaseNo))
	did, err := stuck.Of(h.Service).Retry(t.Context(), operator, started.CaseNo, 0)
	require.NoError(t, err)
	require.Equal(t, stuck.RetriedStart, did)
	h.work()
	h.openTask(started.CaseNo, "filing.review")
}

func TestRepeatsHearTheFirstAnswer(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	app := h.application(applicant, "community")
	clean := app.Institution.Phone
	app.Institution.Phone = ""
	h.register("community")
	started := h.file(applicant, app)
	_, err := h.Complete(t.Context(), clerk, key(), h.openTask(started.CaseNo, "filing.review"), casework.Completion{Outcome: nursery.OutcomeCorrect})
	require.NoError(t, err)
	h.openTask(started.CaseNo, "filing.corrections")
	app.Institution.Phone = clean
	k, correction := key(), casework.Correction{Application: app, Version: 1, Submit: true}
	first, err := h.CorrectFiling(t.Context(), applicant, k, started.CaseNo, correction)
	require.NoError(t, err)
	require.Equal(t, nursery.StageSubmitted, first.Stage)
	h.openTask(started.CaseNo, "filing.review")
	again, err := h.CorrectFiling(t.Context(), applicant, k, started.CaseNo, correction)
	require.NoError(t, err)
	require.Equal(t, first, again)

	w := key()
	gone, err := h.Withdraw(t.Context(), applicant, w, started.CaseNo, "重新准备")
	require.NoError(t, err)
	for range 2 {
		again, err := h.Withdraw(t.Context(), applicant, w, started.CaseNo, "重新准备")
		require.NoError(t, err)
		require.Equal(t, gone, again)
	}
}
