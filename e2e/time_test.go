package e2e

import (
	"context"
	"net/http"
	"testing"
	"time"

	"go.temporal.io/api/workflowservice/v1"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// skipTo advances the clock of a case's workflow to just after midnight of a day.
func (h *harness) skipTo(t *testing.T, caseNo string, day nursery.Date) {
	t.Helper()
	if err := h.skip(t.Context(), caseNo, day.In(nursery.Shanghai).Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
}

// skip advances the clock of a case to a time in its future.
func (h *harness) skip(ctx context.Context, caseNo string, until time.Time) error {
	h.skips.Lock()
	further := until.Sub(time.Now().Add(h.skipped[caseNo]))
	h.skipped[caseNo] += further
	h.skips.Unlock()
	return roleplay.Skip(ctx, h.temporal, h.namespace, caseNo, further)
}

// skipDying advances the clock while the worker is killed after some milliseconds, within the first step that is due.
func (h *harness) skipDying(t *testing.T, caseNo string, until time.Time, after time.Duration) {
	t.Helper()
	skipped := make(chan error, 1)
	h.worker.killIn(after)
	go func() { skipped <- h.skip(t.Context(), caseNo, until) }()
	<-h.worker.done
	h.startWorker(t)
	if err := <-skipped; err != nil {
		t.Fatal(err)
	}
}

func TestASilentOfficeIsRemindedEscalatedAndHasAccepted(t *testing.T) {
	h := sharedHouse(t)
	a := newApplicant(t, h, "kindergarten_class")
	err := h.users.As("administrator").Set(t.Context(), key(), a.County(), "filing.silence", nursery.SilenceAccept, "试行逾期视为受理")
	if err != nil {
		t.Fatal(err)
	}
	register(t, a)
	started := file(t, a, prepare(t, a, "kindergarten_class"))
	open(t, a.Clerk(), started.CaseNo, "filing.review")
	due := workingDay(t, today(), 5)

	h.skipTo(t, started.CaseNo, due.AddDays(1))
	c := await(t, a.Supervisor(), started.CaseNo, func(c roleplay.Case) bool { return c.Overdue })
	if c.Stage != nursery.StageSubmitted || c.Holder != "clerk" || c.DueOn != due {
		t.Errorf("overdue: stage %s, holder %s, due %s", c.Stage, c.Holder, c.DueOn)
	}
	h.skipTo(t, started.CaseNo, workingDay(t, due, 5).AddDays(1))
	c = await(t, a.Actor, started.CaseNo, roleplay.Printed(nursery.StageReceiptIssued))
	genuinePDF(t, a.Actor, paperOf(t, c, "filing_receipt"))
	wantList(t, "events", h.events(t, started.CaseNo), "submitted", "received", "assessed", "task_opened", "task_reminded_half",
		"task_reminded_last", "task_overdue", "task_closed", "materials_complete", "receipt_issued", "task_opened")
	answer(t, a.Inspector(1), started.CaseNo, "filing.site_visit", nursery.OutcomeConform, visit())
	answer(t, a.Inspector(2), started.CaseNo, "filing.site_visit_countersign", nursery.OutcomeAgree, seen)
	await(t, a.Actor, started.CaseNo, roleplay.Printed(nursery.StageVerified))
}

func TestAnOfficeThatStaysSilentWhereSilenceIsNothingIsOverdueAndItsSupervisorAnswers(t *testing.T) {
	h := sharedHouse(t)
	a, caseNo := filed(t, h, "other")
	task := open(t, a.Clerk(), caseNo, "filing.review")
	_, err := a.Supervisor().Complete(t.Context(), key(), task.ID, nursery.OutcomeAccept, noFindings)
	refused(t, err, http.StatusForbidden, "forbidden")
	h.skipTo(t, caseNo, workingDay(t, today(), 20))
	c := await(t, a.Supervisor(), caseNo, func(c roleplay.Case) bool { return c.Overdue })
	if c.Stage != nursery.StageSubmitted {
		t.Errorf("stage %s", c.Stage)
	}
	answer(t, a.Supervisor(), caseNo, "filing.review", nursery.OutcomeAccept, noFindings)
	await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageReceiptIssued))
}

// runs returns the number of runs of a case's workflow: one, and one more each time it continued as new.
func (h *harness) runs(t *testing.T, caseNo string) int {
	t.Helper()
	listed, err := h.temporal.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: h.namespace, Query: "WorkflowId = '" + caseNo + "'",
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(listed.GetExecutions())
}
