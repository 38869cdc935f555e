package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"

	"tuoyu/nursery"
	"tuoyu/store"
)

// CloseTask is the input of closing a task with an answer. Completion is the outbox row that contains the form; empty
// for the engine's own answers.
type CloseTask struct {
	CaseNo, Completion, Task string
	Outcome                  nursery.Outcome
	Actor                    string
	Role                     nursery.Role
	At                       time.Time
}

// errTaskClosed returns the error for an answer to a task that has ended otherwise.
func errTaskClosed() error {
	return temporal.NewNonRetryableApplicationError("task is closed", "task_closed", nil)
}

// CloseTask stores the answer, and calls the function of writtenWith for its kind of task. The error is of type
// task_closed if the task has ended otherwise, including by another answer: the answer stored first counts, though
// Temporal may have lost it and receives the second answer first.
func (e *Engine) CloseTask(ctx context.Context, in CloseTask) error {
	ahead := []read{func(ctx context.Context, q *store.Queries, _ string, _ int32) error {
		_, err := q.TaskForStep(ctx, in.Task)
		return err
	}}
	if in.Completion != "" {
		ahead = append(ahead, func(ctx context.Context, q *store.Queries, _ string, _ int32) error {
			_, err := q.OutboxPayload(ctx, in.Completion)
			return err
		})
	}
	done, err := e.inStep(ctx, in.CaseNo, in.Task+"/closed", in.At, func(ctx context.Context, s *step) error {
		task, err := s.q.TaskForStep(ctx, in.Task)
		if err != nil {
			return err
		}
		if task.State != "open" {
			return errTaskClosed()
		}
		answer, err := s.takeAnswer(ctx, in.Completion)
		if err != nil {
			return err
		}
		err = s.endTask(ctx, task, "closed", in.Outcome, in.Actor, in.Completion, answer)
		if err != nil {
			return err
		}
		if write, ok := writtenWith[task.Kind]; ok {
			if err := write(s, ctx, in, answer); err != nil {
				return err
			}
		}
		kind, err := e.taskKind(task.Kind)
		if err != nil {
			return err
		}
		return s.record(ctx, event{kind: "task_closed", actor: in.Actor, role: in.Role, note: task.Title + "：" + kind.OutcomeTitle(in.Outcome),
			data: map[string]any{"task": in.Task, "kind": task.Kind, "outcome": in.Outcome}})
	}, ahead...)
	if err != nil || done {
		return err
	}
	return e.closedBy(ctx, in)
}

// closedBy returns nil if the task was closed by this answer, and errTaskClosed if it was closed by another.
func (e *Engine) closedBy(ctx context.Context, in CloseTask) error {
	return e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		task, err := q.TaskForStep(ctx, in.Task)
		if err != nil {
			return err
		}
		if !task.TakenAs(in.Completion, in.Outcome, in.Actor) {
			return errTaskClosed()
		}
		return nil
	})
}

// takeAnswer reads the form of the answer. Its sender marks the row as delivered, once Temporal has recorded that it
// was accepted: until then Temporal may lose it, and it must be sent again.
func (s *step) takeAnswer(ctx context.Context, completion string) (json.RawMessage, error) {
	empty := json.RawMessage("{}")
	if completion == "" {
		return empty, nil
	}
	payload, err := s.q.OutboxPayload(ctx, completion)
	if store.IsNotFound(err) {
		return empty, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	var kept struct {
		Answer json.RawMessage `json:"answer"`
	}
	if err := json.Unmarshal(payload, &kept); err != nil {
		return nil, fmt.Errorf("decode answer: %w", err)
	}
	if len(kept.Answer) == 0 {
		return empty, nil
	}
	return kept.Answer, nil
}

func (s *step) endTask(ctx context.Context, task store.Task, state string, outcome nursery.Outcome, by, completion string, answer json.RawMessage) error {
	said := string(outcome)
	return s.q.CloseTask(ctx, store.CloseTaskParams{
		ID: task.ID, State: state, Outcome: &said, Answer: answer, ClosedBy: &by, ClosedAt: &s.at, Completion: &completion,
	})
}

// writtenWith maps a kind of task to what is stored in the transaction of its answer.
var writtenWith = map[string]func(*step, context.Context, CloseTask, json.RawMessage) error{
	"filing.registration": (*step).confirmRegistration,
}

// confirmRegistration stores what a clerk read from the certificate as the registration that the rules use. Data
// confirmed by the registrar itself is stored already.
func (s *step) confirmRegistration(ctx context.Context, in CloseTask, answer json.RawMessage) error {
	if in.Outcome != nursery.OutcomeConfirm || in.Role == nursery.RoleRegistrar {
		return nil
	}
	var facts nursery.Registration
	if err := json.Unmarshal(answer, &facts); err != nil {
		return fmt.Errorf("decode registration: %w", err)
	}
	if facts.USCC == "" {
		return errors.New("confirmed registration has no credit code")
	}
	return s.q.PutRegistration(ctx, store.PutRegistrationParams{
		Uscc: facts.USCC, County: s.c.County, Facts: answer, Source: "certificate", ConfirmedBy: in.Actor, UpdatedAt: s.at,
	})
}

// CancelTask is the input of cancelling a task that no longer needs an answer.
type CancelTask struct {
	CaseNo, Task string
	At           time.Time
}

// CancelTask removes the task from the inbox; it does nothing if the task has ended.
func (e *Engine) CancelTask(ctx context.Context, in CancelTask) error {
	_, err := e.inStep(ctx, in.CaseNo, in.Task+"/cancelled", in.At, func(ctx context.Context, s *step) error {
		task, err := s.q.TaskForStep(ctx, in.Task)
		if err != nil {
			return err
		}
		if task.State == "open" {
			if err := s.endTask(ctx, task, "cancelled", nursery.OutcomeWithdrawn, nursery.Engine.Account, "", json.RawMessage("{}")); err != nil {
				return err
			}
		}
		return s.record(ctx, event{kind: "task_cancelled", note: "待办撤销：" + task.Title, internal: true, data: map[string]any{"task": in.Task}})
	})
	return err
}

// CancelUnasked contains the number of the last task that the workflow has opened.
type CancelUnasked struct {
	CaseNo string
	Asked  int
	At     time.Time
}

// CancelUnasked cancels the tasks above that number, which a lost attempt of the workflow task opened and this one did
// not, and returns the highest number used so that none is reused.
func (e *Engine) CancelUnasked(ctx context.Context, in CancelUnasked) (int, error) {
	last := int32(in.Asked)
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		c, err := q.CaseForStep(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		s := &step{q: q, c: c, at: in.At}
		if err := s.cancelTasks(ctx, in.Asked); err != nil {
			return err
		}
		last, err = q.LastTaskNumber(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("cancel tasks of %s: %w", in.CaseNo, err)
	}
	return max(in.Asked, int(last)), nil
}

// cancelTasks cancels the open tasks of the case with a number above after, each with its event.
func (s *step) cancelTasks(ctx context.Context, after int) error {
	cancelled, err := s.q.CancelOpenTasks(ctx, store.CancelOpenTasksParams{
		CaseNo: s.c.CaseNo, After: int32(after), ClosedBy: &nursery.Engine.Account, ClosedAt: s.at,
	})
	if err != nil {
		return err
	}
	for _, task := range cancelled {
		one := &step{q: s.q, c: s.c, at: s.at, name: task.ID + "/cancelled"}
		err := one.record(ctx, event{kind: "task_cancelled", note: "待办撤销：" + task.Title, internal: true, data: map[string]any{"task": task.ID}})
		if err != nil {
			return err
		}
	}
	return nil
}
