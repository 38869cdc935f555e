package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tuoyu/nursery"
	"tuoyu/store"
)

// OpenTask is the input of Engine.OpenTask; see humantask.Spec for its fields.
type OpenTask struct {
	CaseNo, Task, Kind, Title string
	Role                      nursery.Role
	Outcomes                  []nursery.Outcome
	Stage                     nursery.Stage
	Decision                  string
	Excluded                  []string
	Only                      []string
	Clock                     string
	Days, Silence, Reminder   int
	At                        time.Time
}

// OpenTask adds the task to the inbox of its role, records the new holder of the case, and returns the moments at which
// the task has to be marked. For a task that is already open it returns those still to come.
func (e *Engine) OpenTask(ctx context.Context, in OpenTask) (TaskPlan, error) {
	var plan TaskPlan
	years, err := e.CalendarCache.Years(ctx)
	if err != nil {
		return plan, err
	}
	var ahead []read
	if in.Clock != "" {
		ahead = append(ahead, readClocks)
	}
	done, err := e.inStep(ctx, in.CaseNo, in.Task+"/opened", in.At, func(ctx context.Context, s *step) error {
		plan, err = s.plan(ctx, years, in.Clock, in.Days, in.Silence, in.Reminder)
		if err != nil {
			return err
		}
		err = s.q.InsertTask(ctx, store.InsertTaskParams{
			ID: in.Task, CaseNo: in.CaseNo, Kind: in.Kind, Title: in.Title, County: s.c.County,
			Institution: s.c.Institution, Partner: s.partnerOf(in.Role), Role: string(in.Role), Outcomes: words(in.Outcomes),
			Decision: nonEmpty(in.Decision), Excluded: append([]string{}, in.Excluded...), Clock: in.Clock,
			DueOn: plan.Due.Date, DueProvisional: plan.Due.Provisional, OpenedAt: in.At,
		})
		if err != nil {
			return err
		}
		if len(in.Only) == 1 {
			if err := s.q.SetTaskAssignee(ctx, store.SetTaskAssigneeParams{ID: in.Task, Account: in.Only[0]}); err != nil {
				return err
			}
		}
		if in.Stage != "" {
			s.c.Stage = string(in.Stage)
		}
		s.c.Holder, s.c.DueOn, s.c.DueProvisional, s.c.Overdue = string(in.Role), plan.Due.Date, plan.Due.Provisional, false
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "task_opened", note: "待" + in.Role.Title() + "办理：" + in.Title, data: map[string]any{
			"task": in.Task, "kind": in.Kind, "role": in.Role, "due_on": plan.Due.Date, "only": in.Only,
		}})
	}, ahead...)
	if err != nil || done {
		return plan, err
	}
	another, err := e.askAgain(ctx, in)
	if err != nil || another {
		return TaskPlan{Another: another}, err
	}
	return e.planAgain(ctx, years, RescheduleTask{
		CaseNo: in.CaseNo, Task: in.Task, Days: in.Days, Silence: in.Silence, Reminder: in.Reminder, At: in.At,
	})
}

// askAgain turns an open task into the one that is requested now. A lost attempt of the workflow task may have opened
// another one with the same number, since it had received fewer events than the next attempt. It reports whether that
// other task has ended, so that this one needs another number.
func (e *Engine) askAgain(ctx context.Context, in OpenTask) (another bool, err error) {
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		c, err := q.CaseForStep(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		task, err := q.TaskForStep(ctx, in.Task)
		if err != nil {
			return err
		}
		outcomes := words(in.Outcomes)
		same := task.Kind == in.Kind && task.Role == string(in.Role) && slices.Equal(task.Outcomes, outcomes)
		if same && len(in.Only) == 1 {
			same, err = askedOf(ctx, q, in)
		}
		if err != nil || same {
			return err
		}
		if another = task.State != "open"; another {
			return nil
		}
		s := &step{q: q, c: c, at: in.At, name: fmt.Sprintf("%s/asked/%d", in.Task, in.At.UnixNano())}
		err = q.AskAgain(ctx, store.AskAgainParams{
			ID: in.Task, Kind: in.Kind, Title: in.Title, Partner: s.partnerOf(in.Role), Role: string(in.Role), Outcomes: outcomes,
			Decision: nonEmpty(in.Decision), Excluded: append([]string{}, in.Excluded...), Clock: in.Clock,
		})
		if err != nil {
			return err
		}
		if len(in.Only) == 1 {
			if err := q.SetTaskAssignee(ctx, store.SetTaskAssigneeParams{ID: in.Task, Account: in.Only[0]}); err != nil {
				return err
			}
		}
		if in.Stage != "" {
			s.c.Stage = string(in.Stage)
		}
		s.c.Holder = string(in.Role)
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "task_opened", note: "待" + in.Role.Title() + "办理：" + in.Title, data: map[string]any{
			"task": in.Task, "kind": in.Kind, "role": in.Role, "only": in.Only,
		}})
	})
	if err != nil {
		return false, fmt.Errorf("task %s: %w", in.Task, err)
	}
	return another, nil
}

// askedOf reports whether the task was last assigned to those accounts. For a task that was opened before this was
// recorded it returns true.
func askedOf(ctx context.Context, q *store.Queries, in OpenTask) (bool, error) {
	data, err := q.LastOpening(ctx, store.LastOpeningParams{CaseNo: in.CaseNo, Task: in.Task})
	if store.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("read opening: %w", err)
	}
	var opened struct{ Only []string }
	if err := json.Unmarshal(data, &opened); err != nil {
		return false, fmt.Errorf("decode opening: %w", err)
	}
	return opened.Only == nil || slices.Equal(opened.Only, in.Only), nil
}

// partnerOf returns the other party of the case if a task of the role is assigned to it.
func (s *step) partnerOf(role nursery.Role) string {
	if role.Partner() {
		return s.c.Partner
	}
	return ""
}

func words[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
