package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// CancelTask ends a task that nobody needs to answer any more.
type CancelTask struct {
	CaseNo, Task string
	At           time.Time
}

// CancelTask takes the task out of the inbox; a task already ended stays as it is.
func (e *Engine) CancelTask(ctx context.Context, in CancelTask) error {
	_, err := e.inStep(ctx, in.CaseNo, in.Task+"/cancelled", in.At, func(ctx context.Context, s *step) error {
		task, err := s.q.TaskForStep(ctx, in.Task)
		if err != nil {
			return fmt.Errorf("read task: %w", err)
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

// CancelUnasked names the number of the last task the workflow has asked.
type CancelUnasked struct {
	CaseNo string
	Asked  int
	At     time.Time
}

// CancelUnasked takes out of the inbox what a lost try of the workflow asked beyond that number and this one does not, and returns
// the highest number used so that none is used twice.
func (e *Engine) CancelUnasked(ctx context.Context, in CancelUnasked) (int, error) {
	last := int32(in.Asked)
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		c, err := q.CaseForStep(ctx, in.CaseNo)
		if err != nil {
			return fmt.Errorf("lock case: %w", err)
		}
		s := &step{q: q, c: c, at: in.At}
		if err := s.cancelTasks(ctx, in.Asked); err != nil {
			return err
		}
		last, err = q.LastTaskNumber(ctx, in.CaseNo)
		if err != nil {
			return fmt.Errorf("read last task: %w", err)
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
		return fmt.Errorf("cancel tasks: %w", err)
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
