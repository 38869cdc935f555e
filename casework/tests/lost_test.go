package tests

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"tuoyu/casework"
	"tuoyu/casework/stuck"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
	"tuoyu/testdata"
)

// lose deletes a case in Temporal, as if it was restored from a backup made before the case began.
func (h *harness) lose(caseNo string) {
	h.t.Helper()
	_, err := h.temporal.WorkflowService().DeleteWorkflowExecution(h.t.Context(), &workflowservice.DeleteWorkflowExecutionRequest{
		Namespace: h.space, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: caseNo},
	})
	require.NoError(h.t, err)
	h.eventually("workflow deleted", func() bool {
		_, err := h.temporal.DescribeWorkflowExecution(h.t.Context(), caseNo, "")
		var unknown *serviceerror.NotFound
		return errors.As(err, &unknown)
	})
	_, err = stuck.Of(h.Service).ReconcileOnce(h.t.Context(), time.Now().Add(time.Minute))
	require.NoError(h.t, err)
	require.Equal(h.t, casework.StuckMissing, one[string](h, "SELECT stuck_reason FROM cases WHERE case_no = $1", caseNo))
}

// found restarts a lost case and waits until it has accepted every earlier answer.
func (h *harness) found(caseNo string) {
	h.t.Helper()
	did, err := stuck.Of(h.Service).Retry(h.t.Context(), operator, caseNo, 0)
	require.NoError(h.t, err)
	require.Equal(h.t, stuck.RetriedStart, did)
	h.eventually("answers taken again", func() bool { return one[int](h, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 0 })
}

// trace returns the events, documents and tasks of a case.
func (h *harness) trace(caseNo string) string {
	return one[string](h, `SELECT (SELECT string_agg(kind || ' ' || step, ', ' ORDER BY id) FROM case_events WHERE case_no = $1 AND kind NOT IN ('case_stuck', 'case_unstuck'))
		|| '; ' || (SELECT coalesce(string_agg(kind || ' ' || number, ', ' ORDER BY created_at, number), '') FROM documents WHERE case_no = $1)
		|| '; ' || (SELECT string_agg(id || ' ' || state, ', ' ORDER BY opened_at, id) FROM tasks WHERE case_no = $1)`, caseNo)
}

func TestAFilingWhoseHistoryIsLostAtAnyStageGoesOnWhereItWas(t *testing.T) {
	h := running(t)
	app := h.application(applicant, "community")
	clean := app.Institution.Phone
	app.Institution.Phone = ""
	h.register("community")
	caseNo := h.file(applicant, app).CaseNo
	lost := func(kind string) string {
		h.t.Helper()
		task := h.openTask(caseNo, kind)
		before := h.trace(caseNo)
		h.lose(caseNo)
		h.found(caseNo)
		require.Equal(t, task, h.openTask(caseNo, kind))
		require.Equal(t, before, h.trace(caseNo), "nothing is done twice")
		require.Equal(t, 0, one[int](h, "SELECT count(*) FROM cases WHERE stuck_at IS NOT NULL"))
		return task
	}
	answers := func(p nursery.Principal, kind string, outcome nursery.Outcome, answer string) {
		h.t.Helper()
		h.completes(p, lost(kind), casework.Completion{Outcome: outcome, Answer: json.RawMessage(answer)})
	}
	answers(clerk, "filing.review", nursery.OutcomeCorrect, `{}`)
	lost("filing.corrections")
	app.Institution.Phone = clean
	_, err := h.CorrectFiling(t.Context(), applicant, key(), caseNo, casework.Correction{Application: app, Version: 1, Submit: true})
	require.NoError(t, err)
	answers(clerk, "filing.review", nursery.OutcomeAccept, `{}`)
	answers(inspector, "filing.site_visit", nursery.OutcomeConform, `{}`)
	answers(second, "filing.site_visit_countersign", nursery.OutcomeAgree, `{}`)
	h.eventually("ended", func() bool { return one[string](h, "SELECT status FROM cases WHERE case_no = $1", caseNo) == "ended" })
	require.Equal(t, "verified", one[string](h, "SELECT outcome FROM cases WHERE case_no = $1", caseNo))
	require.Equal(t, 0, one[int](h, "SELECT count(*) FROM outbox WHERE refused IS NOT NULL"))
	require.Equal(t, 5, one[int](h, "SELECT count(*) FROM case_events WHERE case_no = $1 AND kind = 'task_closed'", caseNo))
}

func TestACaseThatCannotBeStartedAgainIsListedAndKeepsItsAnswers(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.work()
	office := nursery.Principal{Account: "office-140403", Role: nursery.RoleCountyOffice, County: county}
	registersInsurer(t, h.Services)
	started, err := h.StartInsurance(t.Context(), office, key(), insurance.InsuranceStart{
		County: county, Month: nursery.DateOf(time.Now()).String()[:7], Insurer: "insurer-01", Procurement: "政府采购合同", Perils: nursery.Perils(),
		CoverFrom: nursery.DateOf(time.Now()), Basis: &nursery.InsuranceBasis{Document: "采购文件", Article: "三"},
	})
	require.NoError(t, err)
	task := h.openTask(started.CaseNo, "insurance.roster")
	_, err = h.TakeRosterFile(t.Context(), office, key(), started.CaseNo, "civil",
		bytes.NewReader(testdata.RosterCSV(testdata.InsuredChild(county, 1, nursery.DateOf(time.Now()), 30))))
	require.NoError(t, err)
	h.lose(started.CaseNo)
	_, err = stuck.Of(h.Service).Retry(t.Context(), operator, started.CaseNo, 0)
	refused(t, err, casework.CodeCaseNotRestartable)
	kept, err := h.Complete(t.Context(), office, key(), task, casework.Completion{Outcome: nursery.OutcomeComplete, Answer: json.RawMessage(`{"note":"已归集"}`)})
	require.NoError(t, err)
	require.False(t, kept.Delivered)
	list, err := stuck.Of(h.Service).Cases(t.Context(), operator)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(list, func(c stuck.StuckCase) bool {
		return c.CaseNo == started.CaseNo && c.Reason == casework.StuckMissing
	}))
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM outbox WHERE name = 'complete_task' AND delivered_at IS NULL AND refused IS NULL"))
}

// burning fails the first Update of each answer after it was accepted, as a bug of an earlier release did.
type burning struct {
	interceptor.WorkerInterceptorBase
}

func (b *burning) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &burningIn{interceptor.WorkflowInboundInterceptorBase{Next: next}}
}

type burningIn struct {
	interceptor.WorkflowInboundInterceptorBase
}

func (b *burningIn) ExecuteUpdate(ctx workflow.Context, in *interceptor.UpdateInput) (any, error) {
	if id := workflow.GetCurrentUpdateInfo(ctx).ID; !strings.HasSuffix(id, "/1") {
		return nil, temporal.NewApplicationError("deadline exceeded", "timeout")
	}
	return b.Next.ExecuteUpdate(ctx, in)
}

func TestAnAnswerWhoseUpdateIsRecordedAsFailedIsSentUnderAnotherID(t *testing.T) {
	h := newHarness(t)
	h.engineReturns()
	h.workOn(h.db, &burning{})
	h.register("community")
	caseNo := h.file(applicant, h.application(applicant, "community")).CaseNo
	k, task := key(), h.openTask(caseNo, "filing.review")
	kept, err := h.Complete(t.Context(), clerk, k, task, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	require.False(t, kept.Delivered)
	require.Equal(t, 1, one[int](h, "SELECT failed FROM outbox WHERE name = 'complete_task'"))
	h.sql("UPDATE outbox SET next_at = now()")
	h.relays()
	h.openTask(caseNo, "filing.site_visit")
	h.eventually("delivered", func() bool { return one[int](h, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 0 })
	again, err := h.Complete(t.Context(), clerk, k, task, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	require.True(t, again.Delivered)
	require.Equal(t, 1, one[int](h, "SELECT count(*) FROM case_events WHERE case_no = $1 AND kind = 'task_closed'", caseNo))
}
