package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

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
