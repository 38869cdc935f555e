package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
	"tuoyu/workflows/humantask"
	"tuoyu/workflows/procedure"
)

// DeliverAnswer sends the stored answer with that ID to its case unless it was delivered before, and calls note as
// deliver does.
func (s *Service) DeliverAnswer(ctx context.Context, completion string, note noting) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), updateTimeout)
	defer cancel()
	var row store.Outbox
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		row, err = q.OutboxByID(ctx, completion)
		return err
	})
	if err != nil {
		return err
	}
	if row.DeliveredAt == nil {
		return s.deliver(ctx, row, Told, note)
	}
	closed, err := settled(row)
	if err != nil {
		return err
	}
	return s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error { return note(ctx, q, closed) })
}

// audience reports whether the sender of an answer is waiting for the refusal.
type audience bool

const (
	Told audience = true
	Late audience = false // the timeline shows it instead
)

// noting writes what follows from an answer that has reached its case, in the transaction that notes its delivery.
type noting func(context.Context, *store.Queries, humantask.Closed) error

// notesNothing is for an answer that nothing follows from.
func notesNothing(context.Context, *store.Queries, humantask.Closed) error { return nil }

// deliver sends the answer to its case, bounded by updateTimeout.
func (s *Service) deliver(ctx context.Context, row store.Outbox, to audience, note noting) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), updateTimeout)
	defer cancel()
	return s.settle(ctx, row, to, note)
}

// DeliverAfter sends the answer to its case once the transaction is committed. An answer that cannot be delivered
// remains in the outbox for the relay.
func (s *Service) DeliverAfter(ctx context.Context, q *store.Queries, row store.Outbox, to audience) {
	q.AfterCommit(func() {
		if err := s.deliver(ctx, row, to, notesNothing); err != nil {
			s.Log.WarnContext(ctx, "answer not delivered, kept for the relay", "error", err)
		}
	})
}

// fromPeople are the names of the Updates that people send to cases.
var fromPeople = []string{humantask.CompleteUpdate, workflows.WithdrawUpdate, procedure.AnytimeUpdate, procedure.MoveUpdate}

// settle sends a row to its case, after the answers and withdrawals that people sent to the case before: an answer that Postgres
// has written and Temporal has lost comes first, so that the case takes the same way again.
func (s *Service) settle(ctx context.Context, row store.Outbox, to audience, note noting) error {
	if slices.Contains(fromPeople, row.Name) {
		var before []store.Outbox
		err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
			before, err = waitingBefore(ctx, q, row)
			return err
		})
		if err != nil {
			return err
		}
		if err := s.settleBefore(ctx, before); err != nil {
			return err
		}
	}
	return s.settleOne(ctx, row, to, note)
}

// waitingBefore returns the answers and withdrawals that people sent to the case before the row and that have not reached it.
func waitingBefore(ctx context.Context, q *store.Queries, row store.Outbox) ([]store.Outbox, error) {
	return q.WaitingBefore(ctx, store.WaitingBeforeParams{
		CaseNo: row.CaseNo, Names: fromPeople, CreatedAt: row.CreatedAt, ID: row.ID,
	})
}

func (s *Service) settleBefore(ctx context.Context, before []store.Outbox) error {
	for _, first := range before {
		if err := s.settleOne(ctx, first, Late, notesNothing); err != nil && !IsRefused(err) {
			return fmt.Errorf("what was sent before: %w", err)
		}
	}
	return nil
}

// settleOne sends a row to its case and notes what became of it. It is marked delivered only now that Temporal has recorded the
// outcome. The error is one of refusal when the case will never take it; what Postgres has written as taken is never refused,
// and no answer is deleted.
func (s *Service) settleOne(ctx context.Context, row store.Outbox, to audience, note noting) error {
	closed, err := s.update(ctx, row)
	switch {
	case err == nil:
		return s.markDelivered(ctx, row.ID, closed, note)
	case IsGone(err):
		if err = s.whyGone(ctx, row, err); !IsRefused(err) {
			return err
		}
	case isFailedUpdate(err):
		return errors.Join(err, s.markFailed(ctx, row))
	case !IsRefused(err):
		return err
	}
	taken, lookErr := s.taken(ctx, row)
	switch {
	case lookErr != nil:
		return lookErr
	case !taken:
		return errors.Join(err, s.markRefused(ctx, row, rejectionCode(err), to))
	}
	now := s.Now()
	row.DeliveredAt = &now
	if closed, err = settled(row); err != nil {
		return err
	}
	return s.markDelivered(ctx, row.ID, closed, note)
}

// whyGone returns a refusal when the case has ended, and otherwise notes that a case is open which Temporal does not run.
func (s *Service) whyGone(ctx context.Context, row store.Outbox, gone error) error {
	c, err := s.readCase(ctx, row.CaseNo)
	if err != nil {
		return err
	}
	if c.Status == string(nursery.CaseEnded) {
		return temporal.NewNonRetryableApplicationError("case has ended", refusedCaseEnded, gone)
	}
	return errors.Join(gone, s.Look(ctx, c))
}

func (s *Service) readCase(ctx context.Context, caseNo string) (c store.Case, err error) {
	err = s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		c, err = q.CaseByNumber(ctx, caseNo)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("read case: %w", err)
	}
	return c, nil
}

// taken reports whether Postgres has what the row asks for as done.
func (s *Service) taken(ctx context.Context, row store.Outbox) (bool, error) {
	var k PendingAnswer
	if err := json.Unmarshal(row.Payload, &k); err != nil {
		return false, fmt.Errorf("decode answer: %w", err)
	}
	var done bool
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		if row.Name == procedure.AnytimeUpdate {
			done, err = q.AnytimeDone(ctx, store.AnytimeDoneParams{CaseNo: row.CaseNo, ID: row.ID})
			return err
		}
		if row.Name == procedure.MoveUpdate {
			done, err = q.RevisionMoved(ctx, store.RevisionMovedParams{CaseNo: row.CaseNo, ID: row.ID})
			return err
		}
		if row.Name != humantask.CompleteUpdate {
			c, err := q.CaseByNumber(ctx, row.CaseNo)
			ended := c.Status == string(nursery.CaseEnded)
			done = ended && (row.Name != workflows.WithdrawUpdate || c.Outcome == string(nursery.StageWithdrawn))
			return err
		}
		task, err := q.TaskByID(ctx, k.Task)
		if store.IsNotFound(err) {
			return nil
		}
		done = task.TakenAs(row.ID, k.Outcome, k.Actor)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look whether it was taken: %w", err)
	}
	return done, nil
}

// markDelivered notes that the case has what the row sent, and what follows from it.
func (s *Service) markDelivered(ctx context.Context, id string, closed humantask.Closed, note noting) error {
	now := s.Now()
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		if err := q.MarkDelivered(ctx, store.MarkDeliveredParams{ID: id, DeliveredAt: &now}); err != nil {
			return err
		}
		return note(ctx, q, closed)
	})
	if err != nil {
		return fmt.Errorf("mark delivered: %w", err)
	}
	return nil
}

// markRefused notes that the case will never take the row, and why. The content stays.
func (s *Service) markRefused(ctx context.Context, row store.Outbox, why string, to audience) error {
	now := s.Now()
	return s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		var k PendingAnswer
		if err := json.Unmarshal(row.Payload, &k); err != nil {
			return fmt.Errorf("decode answer: %w", err)
		}
		if err := q.RefuseOutbox(ctx, store.RefuseOutboxParams{ID: row.ID, DeliveredAt: &now, Refused: &why}); err != nil {
			return err
		}
		if to == Told {
			return nil
		}
		c, err := q.CaseByNumber(ctx, row.CaseNo)
		if err != nil {
			return err
		}
		return s.RecordEvent(ctx, q, c, nursery.Engine, "refused/"+row.ID, "answer_refused",
			"一份迟到的办理结果未被采纳，内容已留存", k.Role != nursery.RoleInstitution, map[string]string{"completion": row.ID, "why": why})
	})
}

// markFailed notes that an Update of the row ended without an outcome, so that it is sent under another ID.
func (s *Service) markFailed(ctx context.Context, row store.Outbox) error {
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		return q.FailOutbox(ctx, store.FailOutboxParams{ID: row.ID, Failed: row.Failed})
	})
	if err != nil {
		return fmt.Errorf("mark failed: %w", err)
	}
	return nil
}

// settled returns the result of an answer that has reached its case before.
func settled(row store.Outbox) (humantask.Closed, error) {
	if row.Refused != nil {
		return humantask.Closed{}, temporal.NewNonRetryableApplicationError("refused before", *row.Refused, nil)
	}
	var k PendingAnswer
	if err := json.Unmarshal(row.Payload, &k); err != nil {
		return humantask.Closed{}, fmt.Errorf("decode answer: %w", err)
	}
	return humantask.Closed{Task: k.Task, Outcome: k.Outcome, By: k.Actor, At: *row.DeliveredAt}, nil
}

// update sends an outbox row to its case. A case that Temporal does not know may have its start still in the outbox;
// that goes first.
func (s *Service) update(ctx context.Context, row store.Outbox) (humantask.Closed, error) {
	closed, err := s.send(ctx, row)
	if !IsGone(err) {
		return closed, err
	}
	var start store.Outbox
	found := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		start, err = q.OutboxByID(ctx, "start/"+row.CaseNo)
		return err
	})
	switch {
	case store.IsNotFound(found) || found == nil && start.DeliveredAt != nil:
		return closed, err
	case found != nil:
		return closed, fmt.Errorf("read start: %w", found)
	}
	if err := s.StartWorkflow(ctx, start); err != nil {
		return closed, err
	}
	return s.send(ctx, row)
}

// updateID returns the ID of the Update of a row. It is the row's own, so that Temporal takes a repeat once. An Update that ended
// without an outcome is recorded under its ID for good; the next one has another.
func updateID(row store.Outbox) string {
	if row.Failed == 0 {
		return row.ID
	}
	return fmt.Sprintf("%s/%d", row.ID, row.Failed)
}

// send puts an outbox row to its workflow as a Temporal Update, and a change of the calendar as a signal: a case may receive it twice.
func (s *Service) send(ctx context.Context, row store.Outbox) (humantask.Closed, error) {
	if row.Name == workflows.CalendarChanged {
		if err := s.Temporal.SignalWorkflow(ctx, row.CaseNo, "", row.Name, nil); err != nil {
			return humantask.Closed{}, fmt.Errorf("send %s: %w", row.Name, err)
		}
		return humantask.Closed{}, nil
	}
	if row.Name == procedure.EventSignal || row.Name == procedure.RowsSignal {
		if err := s.Temporal.SignalWorkflow(ctx, row.CaseNo, "", row.Name, row.Payload); err != nil {
			return humantask.Closed{}, fmt.Errorf("send %s: %w", row.Name, err)
		}
		return humantask.Closed{}, nil
	}
	var k PendingAnswer
	if err := json.Unmarshal(row.Payload, &k); err != nil {
		return humantask.Closed{}, fmt.Errorf("decode answer: %w", err)
	}
	var arg any = humantask.Completion{ID: row.ID, Task: k.Task, Outcome: k.Outcome, Actor: k.Actor, Role: k.Role}
	switch row.Name {
	case workflows.WithdrawUpdate:
		arg = workflows.Withdrawal{ID: row.ID, Actor: k.Actor, Role: k.Role}
	case procedure.AnytimeUpdate:
		arg = procedure.Anytime{ID: row.ID, Name: string(k.Outcome), Actor: k.Actor, Role: k.Role}
	case procedure.MoveUpdate:
		move := procedure.Move{ID: row.ID, Hash: string(k.Outcome), Actor: k.Actor, Role: k.Role}
		if err := json.Unmarshal(k.Answer, &move.Shift); err != nil {
			return humantask.Closed{}, fmt.Errorf("decode move: %w", err)
		}
		arg = move
	case activities.BuildChanged, activities.CaseChanged:
		arg = workflows.Change{ID: row.ID}
	}
	handle, err := s.Temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: row.CaseNo, UpdateID: updateID(row), UpdateName: row.Name, Args: []any{arg},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return humantask.Closed{}, fmt.Errorf("send %s: %w", row.Name, err)
	}
	var closed humantask.Closed
	if err := handle.Get(ctx, &closed); err != nil {
		return closed, fmt.Errorf("send %s: %w", row.Name, err)
	}
	return closed, nil
}

// refusedCaseEnded is why an answer to a case that has ended is not taken.
const refusedCaseEnded = "case_ended"

// IsRefused reports whether the case will never take the answer, as opposed to an answer that has not reached it yet.
func IsRefused(err error) bool { return rejectionCode(err) != "" }

// err returns the type of the error with which the case refuses the answer for good, or "" for any other error.
func rejectionCode(err error) string {
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) {
		switch kind := refused.Type(); kind {
		case humantask.ErrTaskClosed, humantask.ErrOutcomeNotOffered, humantask.ErrActorExcluded,
			workflows.ErrTooLateToWithdraw, procedure.ErrNotMoved, refusedCaseEnded:
			return kind
		}
	}
	return ""
}

// isFailedUpdate reports whether an Update has ended in a failure that does not concern the answer. No current code
// ends an Update this way, but an earlier release did, and so does a workflow that fails during the Update.
func isFailedUpdate(err error) bool {
	var application *temporal.ApplicationError
	var timeout *temporal.TimeoutError
	var cancelled *temporal.CanceledError
	return !IsRefused(err) && (errors.As(err, &application) || errors.As(err, &timeout) || errors.As(err, &cancelled))
}

func isAlreadyStarted(err error) bool {
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	return errors.As(err, &started)
}

// RefusalOf returns the error for the sender of an answer that the case refused. The answer is stored with the reason,
// so that every repeat gets the same error.
func (s *Service) RefusalOf(ctx context.Context, p nursery.Principal, taskID string, why error) error {
	switch rejectionCode(why) {
	case humantask.ErrOutcomeNotOffered:
		return NewError(CodeOutcomeNotOffered, "该待办不能这样办理。")
	case humantask.ErrActorExcluded:
		return NewError(CodeConflictOfInterest, "提交人、初次核查人不能办理本事项，请由其他工作人员办理。")
	case workflows.ErrTooLateToWithdraw:
		return NewError(CodeTooLateToWithdraw, "备案回执已发出，不能撤回；如不再办托，请办理注销备案。")
	}
	var task store.Task
	if taskID != "" {
		err := s.DB.As(ctx, p, func(q *store.Queries) (err error) {
			task, err = q.TaskByID(ctx, taskID)
			return err
		})
		if err != nil {
			return err
		}
	}
	return taskClosed(task)
}

// RefusedBefore returns the refusal that a repeated command gets if the case refused the answer before, and nil
// otherwise.
func (s *Service) RefusedBefore(ctx context.Context, p nursery.Principal, completion string) error {
	var row store.Outbox
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		row, err = q.OutboxByID(ctx, completion)
		return err
	})
	switch {
	case store.IsNotFound(err): // the command sent nothing
		return nil
	case err != nil:
		return fmt.Errorf("read what was sent: %w", err)
	case row.Refused == nil:
		return nil
	}
	var k PendingAnswer
	if err := json.Unmarshal(row.Payload, &k); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	_, why := settled(row)
	if row.Name == workflows.WithdrawUpdate {
		why = tooLate(why)
	}
	return s.RefusalOf(ctx, p, k.Task, why)
}
