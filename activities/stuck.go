package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"tuoyu/nursery"
	"tuoyu/store"
)

// ErrStuck is the type of the error of a step for which no retry can help. Its message is the class of the error.
const ErrStuck = "stuck"

// RetryStep is the signal that makes a stuck case retry its step.
const RetryStep = "retry_step"

// Stuck returns the error, with a class of store.FaultClass, that ends the retries of a step.
func Stuck(class string) error {
	return temporal.NewNonRetryableApplicationError(class, ErrStuck, nil)
}

// engine is used for the names of its activities; they run on the worker's own instance.
var engine *Engine

// Do runs a step of the workflow's case as a local activity and decodes its result. Transient errors are retried. A
// step that cannot succeed marks the case as stuck, which is visible to supervisors and operators, and is retried on
// RetryStep. Errors are the application errors that the step returns.
func Do(ctx workflow.Context, result, activity any, args ...any) error {
	return untilUnstuck(ctx, workflow.GetInfo(ctx).WorkflowExecution.ID, func() workflow.Future {
		return workflow.ExecuteLocalActivity(Local(ctx), activity, args...)
	}, result)
}

// DoLong is like Do for an activity with its own queue; ctx has its options, and caseNo is the case.
func DoLong(ctx workflow.Context, caseNo string, result, activity any, args ...any) error {
	return untilUnstuck(ctx, caseNo, func() workflow.Future { return workflow.ExecuteActivity(ctx, activity, args...) }, result)
}

func untilUnstuck(ctx workflow.Context, caseNo string, run func() workflow.Future, result any) error {
	var wasStuck bool
	for {
		err := run().Get(ctx, result)
		var fault *temporal.ApplicationError
		if err == nil || !errors.As(err, &fault) || fault.Type() != ErrStuck {
			if wasStuck {
				mark(ctx, engine.ClearStuck, MarkStuck{CaseNo: caseNo, At: workflow.Now(ctx)})
			}
			return err
		}
		wasStuck = true
		retry := workflow.GetSignalChannel(ctx, RetryStep)
		for retry.ReceiveAsync(nil) { // intended for the attempt that has just failed
		}
		mark(ctx, engine.MarkStuck, MarkStuck{CaseNo: caseNo, Reason: fault.Message(), At: workflow.Now(ctx)})
		if err := workflow.Await(ctx, func() bool { return retry.Len() > 0 }); err != nil {
			return err
		}
	}
}

// mark records that the case is stuck, or no longer is. An error of mark itself is only logged.
func mark(ctx workflow.Context, activity any, m MarkStuck) {
	if err := workflow.ExecuteLocalActivity(Local(ctx), activity, m).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Error("case not marked", "case", m.CaseNo, "reason", m.Reason, "error", err)
	}
}

// MarkStuck is the input of marking a case as stuck, with the reason.
type MarkStuck struct {
	CaseNo string
	Reason string // a class, never a value
	At     time.Time
}

// MarkStuck adds the case to the list of those that need an operator.
func (e *Engine) MarkStuck(ctx context.Context, in MarkStuck) error {
	_, err := e.inStep(ctx, in.CaseNo, fmt.Sprintf("stuck/%d", in.At.UnixNano()), in.At, func(ctx context.Context, s *step) error {
		if err := s.q.MarkStuck(ctx, store.MarkStuckParams{CaseNo: in.CaseNo, StuckAt: in.At, Reason: in.Reason}); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "case_stuck", note: "系统处理受阻，已通知运维人员", internal: true, data: map[string]any{"reason": in.Reason}})
	})
	return err
}

// ClearStuck removes the case from that list.
func (e *Engine) ClearStuck(ctx context.Context, in MarkStuck) error {
	_, err := e.inStep(ctx, in.CaseNo, fmt.Sprintf("unstuck/%d", in.At.UnixNano()), in.At, func(ctx context.Context, s *step) error {
		if err := s.q.ClearStuck(ctx, in.CaseNo); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "case_unstuck", note: "系统处理已恢复", internal: true})
	})
	return err
}

// NoteStuck marks the case as stuck outside of its workflow, if that is missing or has failed. Marking it again for the
// same reason does nothing.
func NoteStuck(ctx context.Context, q *store.Queries, c store.Case, reason string, at time.Time) error {
	marked, err := q.MarkOpenStuck(ctx, store.MarkOpenStuckParams{CaseNo: c.CaseNo, StuckAt: at, Reason: reason})
	if err != nil || marked == 0 {
		return err
	}
	s := &step{q: q, c: c, name: fmt.Sprintf("stuck/%d", at.UnixNano()), at: at}
	return s.record(ctx, event{kind: "case_stuck", note: "系统处理受阻，已通知运维人员", internal: true, data: map[string]any{"reason": reason}})
}

// NoteUnstuck removes a case from the list outside of its workflow, once that runs again. Actor is the principal who
// requested the retry.
func NoteUnstuck(ctx context.Context, q *store.Queries, c store.Case, actor nursery.Principal, at time.Time) error {
	if err := q.ClearStuck(ctx, c.CaseNo); err != nil {
		return err
	}
	s := &step{q: q, c: c, name: fmt.Sprintf("unstuck/%d", at.UnixNano()), at: at}
	return s.record(ctx, event{kind: "case_unstuck", actor: actor.Account, role: actor.Role, note: "系统处理已恢复", internal: true})
}
