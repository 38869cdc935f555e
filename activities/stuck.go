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

// ErrStuck is the type of the error of a step that no further try can help. Its message is the class of the fault.
const ErrStuck = "stuck"

// RetryStep is the signal by which a case that is stuck tries its step again.
const RetryStep = "retry_step"

// Stuck returns the error that ends the tries of a step, of a class of store.FaultClass.
func Stuck(class string) error {
	return temporal.NewNonRetryableApplicationError(class, ErrStuck, nil)
}

// engine names the activities; they run on the worker's own instance.
var engine *Engine

// Do runs a step of the workflow's case as a local activity and decodes its result. A fault that passes is waited out. A step that
// cannot succeed marks the case stuck, where supervisors and operators see it, and is tried again on RetryStep. Errors are those
// the step returns on purpose, as application errors.
func Do(ctx workflow.Context, result, activity any, args ...any) error {
	return untilUnstuck(ctx, workflow.GetInfo(ctx).WorkflowExecution.ID, func() workflow.Future {
		return workflow.ExecuteLocalActivity(Local(ctx), activity, args...)
	}, result)
}

// DoLong is Do for an activity of its own queue; ctx has its options, and caseNo names the case.
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
		for retry.ReceiveAsync(nil) { // meant for the try that has just failed
		}
		mark(ctx, engine.MarkStuck, MarkStuck{CaseNo: caseNo, Reason: fault.Message(), At: workflow.Now(ctx)})
		if err := workflow.Await(ctx, func() bool { return retry.Len() > 0 }); err != nil {
			return err
		}
	}
}

// mark notes that the case is stuck, or no longer. That this itself is refused stops nothing: the log of the worker has the cause.
func mark(ctx workflow.Context, activity any, m MarkStuck) {
	if err := workflow.ExecuteLocalActivity(Local(ctx), activity, m).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Error("case not marked", "case", m.CaseNo, "reason", m.Reason, "error", err)
	}
}

// MarkStuck says that a case cannot go on by itself, and why.
type MarkStuck struct {
	CaseNo string
	Reason string // a class, never a value
	At     time.Time
}

// MarkStuck puts the case on the list of those that need an operator.
func (e *Engine) MarkStuck(ctx context.Context, in MarkStuck) error {
	_, err := e.inStep(ctx, in.CaseNo, fmt.Sprintf("stuck/%d", in.At.UnixNano()), in.At, func(ctx context.Context, s *step) error {
		if err := s.q.MarkStuck(ctx, store.MarkStuckParams{CaseNo: in.CaseNo, StuckAt: in.At, Reason: in.Reason}); err != nil {
			return fmt.Errorf("mark stuck: %w", err)
		}
		return s.record(ctx, event{kind: "case_stuck", note: "系统处理受阻，已通知运维人员", internal: true, data: map[string]any{"reason": in.Reason}})
	})
	return err
}

// ClearStuck takes the case off that list.
func (e *Engine) ClearStuck(ctx context.Context, in MarkStuck) error {
	_, err := e.inStep(ctx, in.CaseNo, fmt.Sprintf("unstuck/%d", in.At.UnixNano()), in.At, func(ctx context.Context, s *step) error {
		if err := s.q.ClearStuck(ctx, in.CaseNo); err != nil {
			return fmt.Errorf("clear stuck: %w", err)
		}
		return s.record(ctx, event{kind: "case_unstuck", note: "系统处理已恢复", internal: true})
	})
	return err
}

// NoteStuck marks the case stuck outside of its workflow: when that is missing or has failed. Marking it again for the same reason
// does nothing.
func NoteStuck(ctx context.Context, q *store.Queries, c store.Case, reason string, at time.Time) error {
	marked, err := q.MarkOpenStuck(ctx, store.MarkOpenStuckParams{CaseNo: c.CaseNo, StuckAt: at, Reason: reason})
	if err != nil || marked == 0 {
		return err
	}
	s := &step{q: q, c: c, name: fmt.Sprintf("stuck/%d", at.UnixNano()), at: at}
	return s.record(ctx, event{kind: "case_stuck", note: "系统处理受阻，已通知运维人员", internal: true, data: map[string]any{"reason": reason}})
}

// NoteUnstuck takes a case off the list outside of its workflow, once that runs again. Actor is who had it retried.
func NoteUnstuck(ctx context.Context, q *store.Queries, c store.Case, actor nursery.Principal, at time.Time) error {
	if err := q.ClearStuck(ctx, c.CaseNo); err != nil {
		return fmt.Errorf("clear stuck: %w", err)
	}
	s := &step{q: q, c: c, name: fmt.Sprintf("unstuck/%d", at.UnixNano()), at: at}
	return s.record(ctx, event{kind: "case_unstuck", actor: actor.Account, role: actor.Role, note: "系统处理已恢复", internal: true})
}
