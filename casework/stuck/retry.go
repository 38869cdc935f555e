package stuck

import (
	"context"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
	"tuoyu/workflows/humantask"
)

// Retried is the effect of a retry.
type Retried string

// The effects of a retry.
const (
	RetriedStep     Retried = "signalled" // the running workflow retries its step
	RetriedWorkflow Retried = "reset"     // the workflow continues from before its last task
	RetriedStart    Retried = "started"   // it starts from the outbox, and completed steps are not repeated
)

// Retry resumes a stuck case. A running workflow is signalled to retry its step. One that failed or was terminated
// is reset to before its last task, or to before event if that is not 0: later steps run again, without effect if they
// were completed. A workflow that Temporal does not know is restarted if nothing has been done in the case, or if its
// process is repeatable with the recorded answers. Errors: not_found, forbidden, case_not_stuck if the case has ended,
// case_not_restartable if its history is lost and it cannot be repeated.
func (s Service) Retry(ctx context.Context, p nursery.Principal, caseNo string, event int64) (Retried, error) {
	return s.retry(ctx, p, caseNo, event, func(do func(*store.Queries) error) error { return s.DB.As(ctx, nursery.Engine, do) })
}

// asEngine runs do with the engine's access: in a transaction of its own, or in that of a command.
type asEngine func(do func(*store.Queries) error) error

func (s Service) retry(ctx context.Context, p nursery.Principal, caseNo string, event int64, within asEngine) (Retried, error) {
	if err := s.Authorize(ctx, p, "case.retry", casework.Resource{}); err != nil {
		return "", err
	}
	c, err := caseToRetry(ctx, within, caseNo)
	if err != nil {
		return "", err
	}
	d, err := s.Describe(ctx, c.CaseNo)
	var did Retried
	switch {
	case err != nil && !casework.IsGone(err):
	case err == nil && d.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING && event == 0:
		if err := s.signalRetry(ctx, within, c); err != nil {
			return "", err
		}
		if c.StuckReason != casework.StuckMissing && c.StuckReason != casework.StuckFailed {
			return RetriedStep, nil // the workflow itself clears the mark when the step has succeeded
		}
		did = RetriedStep
	case c.Status != string(nursery.CaseOpen):
		return s.retryPrinting(ctx, within, c)
	case casework.IsGone(err):
		did, err = RetriedStart, s.startAgain(ctx, within, c)
	default:
		did, err = RetriedWorkflow, s.reset(ctx, c, d.GetWorkflowExecutionInfo().GetExecution(), event)
	}
	if err != nil {
		return "", err
	}
	return did, within(func(q *store.Queries) error {
		return activities.NoteUnstuck(ctx, q, c, p, s.Now())
	})
}

func caseToRetry(ctx context.Context, within asEngine, caseNo string) (c store.Case, err error) {
	err = within(func(q *store.Queries) error {
		c, err = casework.CaseOf(ctx, q.CaseByNumber, caseNo)
		return err
	})
	return c, err
}

// retryPrinting signals the workflows that render for an ended case to retry. Errors: case_not_stuck if nothing is to
// be rendered.
func (s Service) retryPrinting(ctx context.Context, within asEngine, c store.Case) (Retried, error) {
	var pending []store.Document
	err := within(func(q *store.Queries) (err error) {
		pending, err = q.PendingDocuments(ctx, c.CaseNo)
		return err
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("read papers: %w", err)
	case len(pending) == 0:
		return "", casework.NewError(casework.CodeCaseNotStuck, "本办件已办结，无需重试。")
	}
	return RetriedStep, s.signalRetry(ctx, within, c)
}

// signalRetry signals the workflow of the case, and those that render for it, to retry.
func (s Service) signalRetry(ctx context.Context, within asEngine, c store.Case) error {
	var printing []string
	err := within(func(q *store.Queries) (err error) {
		printing, err = q.PrintingOfCase(ctx, store.PrintingOfCaseParams{CaseNo: c.CaseNo, Name: activities.PrintRequest})
		return err
	})
	if err != nil {
		return fmt.Errorf("read printing: %w", err)
	}
	ids := []string{c.CaseNo}
	for _, id := range printing {
		ids = append(ids, "print/"+id)
	}
	for _, id := range ids {
		if err := s.Temporal.SignalWorkflow(ctx, id, "", activities.RetryStep, nil); err != nil && !casework.IsGone(err) {
			return fmt.Errorf("signal %s: %w", id, err)
		}
	}
	return nil
}

// startAgain starts the workflow of a case that Temporal does not know. If steps were done in it, the answers to its
// tasks are sent again, in their order: completed steps and answers have no further effect, so that the workflow
// reaches its earlier state.
func (s Service) startAgain(ctx context.Context, within asEngine, c store.Case) error {
	var start store.Outbox
	err := within(func(q *store.Queries) error {
		steps, err := q.StepsOfEngine(ctx, c.CaseNo)
		if err != nil {
			return err
		}
		if steps > 0 {
			if err := s.sendAgain(ctx, q, c); err != nil {
				return err
			}
		}
		start, err = q.OutboxByID(ctx, "start/"+c.CaseNo)
		if err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.StartWorkflow(ctx, start)
}

// sendAgain queues the answers of a case for delivery again. It returns an error if they would not lead the workflow to
// the same state: its process is not repeatable, or a task was closed by an answer that was not recorded with it.
func (s Service) sendAgain(ctx context.Context, q *store.Queries, c store.Case) error {
	unknown, err := q.TasksClosedUnknown(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	if process, _ := workflows.ProcessOf(nursery.CaseKind(c.Kind)); !process.Repeatable || unknown > 0 {
		return casework.NewError(casework.CodeCaseNotRestartable, "流程历史已丢失，而本办件已有办理记录，不能重新开始；请从备份恢复流程引擎。")
	}
	return q.SendAgain(ctx, store.SendAgainParams{
		CaseNo: c.CaseNo, Names: []string{humantask.CompleteUpdate, workflows.WithdrawUpdate}, NextAt: s.Now(),
	})
}

// reset resets the workflow to before a task: its last one, or the last one before event.
func (s Service) reset(ctx context.Context, c store.Case, run *commonpb.WorkflowExecution, event int64) error {
	task := int64(0)
	history := s.Temporal.GetWorkflowHistory(ctx, c.CaseNo, run.GetRunId(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		e, err := history.Next()
		if err != nil {
			return fmt.Errorf("read history: %w", err)
		}
		if event != 0 && e.GetEventId() >= event {
			break
		}
		switch e.GetEventType() {
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED, enumspb.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
			enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED:
			task = e.GetEventId()
		}
	}
	if task == 0 {
		return casework.NewError(casework.CodeCaseNotRestartable, "流程尚未执行任何任务，不能回退。")
	}
	_, err := s.Temporal.ResetWorkflowExecution(ctx, &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: s.Namespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: c.CaseNo, RunId: run.GetRunId()},
		Reason: "tuoyu case retry", WorkflowTaskFinishEventId: task,
	})
	if err != nil {
		return fmt.Errorf("reset workflow: %w", err)
	}
	return nil
}
