package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// life is a long filing, one action of a user at a time: gaps are notified and corrected, the filing is accepted,
// defects are found on site and rectified.
type life struct {
	h      *harness
	a      *roleplay.Applicant
	caseNo string
}

// act is one action of a user. Await waits until the case is ready for it; do performs it.
type act struct {
	name  string
	await func(*testing.T) string // returns the task
	do    func(ctx context.Context, task string) (delivered bool, err error)
}

func (l *life) task(who *roleplay.Actor, kind string, outcome nursery.Outcome, form func() any) act {
	return act{
		name:  kind,
		await: func(t *testing.T) string { return open(t, who, l.caseNo, kind).ID },
		do: func(ctx context.Context, task string) (bool, error) {
			done, err := who.Complete(ctx, "life-"+l.caseNo+"-"+task, task, outcome, form())
			return done.Delivered, err
		},
	}
}

func (l *life) acts(t *testing.T) []act {
	t.Helper()
	a := l.a
	round := prepare(t, a, "eleven_gaps_round_2")
	form := func(v any) func() any { return func() any { return v } }
	return []act{
		l.task(a.Clerk(), "filing.registration", nursery.OutcomeConfirm, form(a.Registration)),
		l.task(a.Clerk(), "filing.review", nursery.OutcomeCorrect, form(noFindings)),
		{
			name:  "filing.corrections",
			await: func(t *testing.T) string { return open(t, a.Actor, l.caseNo, "filing.corrections").ID },
			do: func(ctx context.Context, _ string) (bool, error) {
				c, err := a.Case(ctx, l.caseNo)
				if err != nil {
					return false, err
				}
				return true, a.Correct(ctx, "life-"+l.caseNo+"-correct", l.caseNo, c.Version, round, true)
			},
		},
		l.task(a.Clerk(), "filing.review", nursery.OutcomeAccept, form(noFindings)),
		l.task(a.Inspector(1), "filing.site_visit", nursery.OutcomeNonconform, form(visit(roleplay.Finding{Message: "防火门不能自行关闭。"}))),
		l.task(a.Inspector(2), "filing.site_visit_countersign", nursery.OutcomeAgree, form(seen)),
		l.task(a.Actor, "filing.rectify", nursery.OutcomeProve, form(roleplay.Note{Note: "已更换闭门器。", Attachments: []string{}})),
		l.task(a.Inspector(1), "filing.recheck", nursery.OutcomeConform, form(visit())),
		l.task(a.Inspector(3), "filing.recheck_countersign", nursery.OutcomeAgree, form(seen)),
	}
}

func startLife(t *testing.T, h *harness) *life {
	t.Helper()
	a := newApplicant(t, h, "community")
	return &life{h, a, file(t, a, prepare(t, a, "eleven_gaps")).CaseNo}
}

// wholeAndOnce asserts that the case ended as it should, with every step, task and document present once.
func (l *life) wholeAndOnce(t *testing.T) {
	t.Helper()
	c := await(t, l.a.Supervisor(), l.caseNo, roleplay.Printed(nursery.StageClosed))
	wantList(t, "events", l.h.events(t, l.caseNo), "submitted", "received", "assessed", "task_opened", "task_closed", "assessed",
		"task_opened", "task_closed", "corrections_requested", "task_opened", "task_closed", "corrections_received",
		"assessed", "task_opened", "task_closed", "materials_complete", "receipt_issued",
		"task_opened", "task_closed", "task_opened", "task_closed", "nonconformity_notified",
		"task_opened", "task_closed", "task_opened", "task_closed", "task_opened", "task_closed", "rectified")
	var tasks []string
	for _, k := range c.Tasks {
		tasks = append(tasks, k.Kind+" "+k.State)
	}
	wantList(t, "tasks", tasks, "filing.registration closed", "filing.review closed", "filing.corrections closed", "filing.review closed",
		"filing.site_visit closed", "filing.site_visit_countersign closed", "filing.rectify closed", "filing.recheck closed",
		"filing.recheck_countersign closed")
	wantList(t, "papers", papersOf(c), "filing_acceptance in_force", "filing_basic_conditions in_force",
		"filing_correction in_force", "filing_nonconformity in_force", "filing_receipt in_force",
		"filing_rectified in_force")
	for _, d := range c.Documents {
		genuinePDF(t, l.a.Supervisor(), d)
	}
	l.h.becomes(t, 0, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL")
	if n := l.h.number(t, "SELECT count(*) FROM decisions WHERE case_no = $1", l.caseNo); n != 9 {
		t.Errorf("%d decisions, want 3 assessments of 3 rule sets", n)
	}
	if n := l.h.number(t, "SELECT count(*) FROM publications WHERE case_no = $1", l.caseNo); n != 1 {
		t.Errorf("%d publications, want 1", n)
	}
}

func TestAWorkerKilledBetweenAnyTwoStepsLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	h.worker.kill()
	l := startLife(t, h)
	if kinds := h.events(t, l.caseNo); len(kinds) != 1 {
		t.Errorf("without a worker the case has %v", kinds)
	}
	for _, act := range l.acts(t) {
		h.startWorker(t)
		task := act.await(t)
		h.worker.kill()
		begun := time.Now()
		delivered, err := act.do(t.Context(), task)
		if err != nil {
			t.Fatalf("%s without a worker: %v", act.name, err)
		}
		if delivered && act.name != "filing.corrections" {
			t.Errorf("%s says that it was delivered though no worker ran", act.name)
		}
		if took := time.Since(begun); took > 30*time.Second { // bounded by casework, not by the request
			t.Errorf("%s without a worker took %s", act.name, took)
		}
	}
	h.startWorker(t)
	l.wholeAndOnce(t)
}

func TestAWorkerKilledWhileItWorksOnAStepLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	l := startLife(t, h)
	for i, act := range l.acts(t) {
		task := act.await(t)
		// Kills happen before, within and after the step, which takes some 20 to 60 ms.
		h.worker.killIn(time.Duration(i%5) * 10 * time.Millisecond)
		if _, err := act.do(t.Context(), task); err != nil {
			t.Fatalf("%s with a worker dying: %v", act.name, err)
		}
		<-h.worker.done
		h.startWorker(t)
	}
	l.wholeAndOnce(t)
}

func TestAnAnswerGivenWhileNoWorkerRunsIsKeptAndDeliveredLater(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, caseNo := filed(t, h, "other")
	task := open(t, a.Clerk(), caseNo, "filing.review")
	h.worker.kill()
	k := key()
	done, err := a.Clerk().Complete(t.Context(), k, task.ID, nursery.OutcomeAccept, noFindings)
	if err != nil {
		t.Fatal(err)
	}
	if done.Delivered || !chinese(done.Note) {
		t.Errorf("got %+v", done)
	}
	// A retry with the same key has no effect.
	if again, err := a.Clerk().Complete(t.Context(), k, task.ID, nursery.OutcomeAccept, noFindings); err != nil || again.Task != task.ID {
		t.Errorf("the repeat: %+v, %v", again, err)
	}
	if n := h.number(t, "SELECT count(*) FROM outbox WHERE case_no = $1 AND kind = 'update'", caseNo); n != 1 {
		t.Errorf("%d answers are kept, want 1", n)
	}
	if c := await(t, a.Clerk(), caseNo, roleplay.Stage(nursery.StageSubmitted)); c.Status != nursery.CaseOpen {
		t.Errorf("status %s", c.Status)
	}
	h.startWorker(t)
	c := await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageReceiptIssued))
	wantList(t, "papers", papersOf(c), "filing_acceptance in_force", "filing_basic_conditions in_force",
		"filing_receipt in_force")
}

func TestAFilingHandedInWhileNoWorkerRunsIsTakenUpLater(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	h.worker.kill()
	a := newApplicant(t, h, "other")
	register(t, a)
	started := file(t, a, prepare(t, a, "other"))
	if c := await(t, a.Actor, started.CaseNo, func(roleplay.Case) bool { return true }); c.Status == nursery.CaseEnded {
		t.Errorf("status %s", c.Status)
	}
	h.startWorker(t)
	open(t, a.Clerk(), started.CaseNo, "filing.review")
}

func TestARendererThatIsDownDelaysPaperAndNoDecision(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	h.worker.kill()
	h.startWorker(t, "TUOYU_GOTENBERG_URL=http://"+freeAddress())
	a, caseNo := filed(t, h, "other")
	answer(t, a.Clerk(), caseNo, "filing.review", nursery.OutcomeAccept, noFindings)
	c := await(t, a.Actor, caseNo, roleplay.Stage(nursery.StageReceiptIssued))
	wantList(t, "papers", papersOf(c), "filing_acceptance pending", "filing_basic_conditions pending",
		"filing_receipt pending")
	_, err := a.Paper(t.Context(), paperOf(t, c, "filing_receipt").ID)
	refused(t, err, http.StatusConflict, "document_pending")
	answer(t, a.Inspector(1), caseNo, "filing.site_visit", nursery.OutcomeConform, visit())
	answer(t, a.Inspector(2), caseNo, "filing.site_visit_countersign", nursery.OutcomeAgree, seen)
	await(t, a.Actor, caseNo, roleplay.Stage(nursery.StageVerified))

	if err := h.worker.stop(); err != nil {
		t.Errorf("the worker did not end in order: %v", err)
	}
	h.startWorker(t)
	c = await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageVerified))
	for _, d := range c.Documents {
		genuinePDF(t, a.Actor, d)
	}
}

func TestReadinessSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	h := ownHouse(t, "TUOYU_GOTENBERG_URL=http://"+freeAddress())
	res := send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: "/readyz"})
	if res.Status != ok || !strings.Contains(string(res.Body), `"degraded"`) || !strings.Contains(string(res.Body), "renderer") {
		t.Errorf("without a renderer: %d %s", res.Status, res.Body)
	}
	if res := send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: "/livez"}); res.Status != ok {
		t.Errorf("livez: %d", res.Status)
	}
	res = send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: "/metrics"})
	if res.Status != ok || !strings.Contains(string(res.Body), "go_goroutines") {
		t.Errorf("metrics: %d %.200s", res.Status, res.Body)
	}
	if err := h.serving.stop(); err != nil {
		t.Errorf("serve did not end in order: %v", err)
	}
	h.serving = nil
}
