package activities

import (
	"context"
	"fmt"
	"time"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/store"
)

// MomentKind is the kind of a moment in the life of a task.
type MomentKind string

// The moments of a task, in chronological order.
const (
	MomentHalf    MomentKind = "reminded_half" // half of the working days are used
	MomentLastDay MomentKind = "reminded_last" // one working day is left
	MomentRemind  MomentKind = "reminded"      // a task without a due date has been open for long
	MomentOverdue MomentKind = "overdue"       // the due day is over; the task is visible to the supervisor from now on
	MomentSilence MomentKind = "silence"       // the limit of waiting for an answer is reached
)

// Moment is an instant at which an open task changes by itself.
type Moment struct {
	Kind MomentKind
	At   time.Time
}

// TaskPlan is the schedule of a task: its due date and its moments in chronological order.
type TaskPlan struct {
	Due     calendar.Due
	Moments []Moment
	Another bool `json:",omitempty"` // the number is that of another task, which has ended
}

// RescheduleTask is the input of recomputing a task's schedule after a change of the calendar.
type RescheduleTask struct {
	CaseNo, Task            string
	Days, Silence, Reminder int
	At                      time.Time
}

// RescheduleTask recomputes the due date of an open task by the current calendar, stores it and returns the moments
// still to come.
func (e *Engine) RescheduleTask(ctx context.Context, in RescheduleTask) (TaskPlan, error) {
	years, err := e.CalendarCache.Reload(ctx)
	if err != nil {
		return TaskPlan{}, err
	}
	return e.planAgain(ctx, years, in)
}

// planAgain recomputes the schedule of an open task by the current calendar and stores its due date. It returns the
// moments still to come, without those that the task is marked with already, and without reminders in the past.
func (e *Engine) planAgain(ctx context.Context, years calendar.Years, in RescheduleTask) (TaskPlan, error) {
	var plan TaskPlan
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		c, err := q.CaseForStep(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		task, err := q.TaskForStep(ctx, in.Task)
		if err != nil {
			return err
		}
		s := &step{q: q, c: c, at: task.OpenedAt}
		if task.State != "open" {
			plan = ended(task)
			return nil
		}
		if plan, err = s.plan(ctx, years, task.Clock, in.Days, in.Silence, in.Reminder); err != nil {
			return err
		}
		if plan.Moments, err = s.unmarked(ctx, in, plan.Moments); err != nil {
			return err
		}
		if plan.Due.Date == task.DueOn && plan.Due.Provisional == task.DueProvisional {
			return nil
		}
		err = q.RescheduleTask(ctx, store.RescheduleTaskParams{ID: in.Task, DueOn: plan.Due.Date, DueProvisional: plan.Due.Provisional})
		if err != nil {
			return err
		}
		s.c.DueOn, s.c.DueProvisional = plan.Due.Date, plan.Due.Provisional
		return s.saveCase(ctx)
	})
	if err != nil {
		return TaskPlan{}, fmt.Errorf("plan task %s: %w", in.Task, err)
	}
	return plan, nil
}

// ended returns the schedule of a task that has ended: no moments, except that of silence.
func ended(task store.Task) TaskPlan {
	plan := TaskPlan{Due: calendar.Due{Date: task.DueOn, Provisional: task.DueProvisional}}
	if task.State == "closed" && task.Outcome != nil && *task.Outcome == string(nursery.OutcomeSilent) {
		plan.Moments = []Moment{{MomentSilence, *task.ClosedAt}}
	}
	return plan
}

// unmarked returns the moments that still have an effect: a moment that is due is never skipped, however late it is
// processed.
func (s *step) unmarked(ctx context.Context, in RescheduleTask, moments []Moment) ([]Moment, error) {
	var left []Moment
	for _, m := range moments {
		if m.At.Before(in.At) && m.Kind != MomentOverdue && m.Kind != MomentSilence {
			continue
		}
		marked, err := s.q.StepDone(ctx, store.StepDoneParams{CaseNo: in.CaseNo, Step: markOf(in.Task, m.Kind)})
		if err != nil {
			return nil, err
		}
		if !marked {
			left = append(left, m)
		}
	}
	return left, nil
}

// markOf returns the name of the step that marks a task with a moment.
func markOf(task string, kind MomentKind) string { return task + "/" + string(kind) }

// plan computes the due date from the legal clock, or from the task's own days, and the moments.
func (s *step) plan(ctx context.Context, years calendar.Years, clock string, days, silence, reminder int) (TaskPlan, error) {
	var plan TaskPlan
	switch {
	case clock != "":
		row, err := s.clock(ctx, clock)
		if err != nil {
			return plan, err
		}
		legal, err := row.Legal()
		if err != nil {
			return plan, err
		}
		plan.Due = legal.Due(years)
		if row.DueOn != plan.Due.Date || row.Provisional != plan.Due.Provisional {
			if err := s.putClock(ctx, years, row, legal); err != nil {
				return plan, err
			}
		}
	case days > 0:
		plan.Due = years.AddWorkingDays(s.today(), days)
	case reminder > 0:
		plan.Moments = []Moment{{MomentRemind, morning(years.AddWorkingDays(s.today(), reminder).Date)}}
		return plan, nil
	default:
		return plan, nil
	}
	half, last := years.Reminders(s.today(), plan.Due.Date)
	if half.After(s.today()) && half.Before(last) {
		plan.Moments = append(plan.Moments, Moment{MomentHalf, morning(half)})
	}
	if last.After(s.today()) {
		plan.Moments = append(plan.Moments, Moment{MomentLastDay, morning(last)})
	}
	plan.Moments = append(plan.Moments, Moment{MomentOverdue, plan.Due.Date.AddDays(1).In(nursery.Shanghai)})
	if silence > 0 {
		// A task that opens late, after corrections, still has the whole grace period.
		from := plan.Due.Date
		if from.Before(s.today()) {
			from = s.today()
		}
		end := years.AddWorkingDays(from, silence).Date
		plan.Moments = append(plan.Moments, Moment{MomentSilence, end.AddDays(1).In(nursery.Shanghai)})
	}
	return plan, nil
}

// morning returns the time of reminders on a day.
func morning(d nursery.Date) time.Time { return d.In(nursery.Shanghai).Add(9 * time.Hour) }

// MarkTask is the input of marking a task with a moment.
type MarkTask struct {
	CaseNo, Task string
	Moment       Moment
}

// MarkTask sends a reminder, or marks the task and its case as overdue and shows them to the supervisor.
func (e *Engine) MarkTask(ctx context.Context, in MarkTask) error {
	_, err := e.inStep(ctx, in.CaseNo, markOf(in.Task, in.Moment.Kind), in.Moment.At, func(ctx context.Context, s *step) error {
		task, err := s.q.TaskForStep(ctx, in.Task)
		if err != nil {
			return err
		}
		mark := store.MarkTaskParams{ID: task.ID, Reminded: task.Reminded + 1, OverdueAt: task.OverdueAt, EscalatedAt: task.EscalatedAt}
		note := "提醒：" + task.Title
		if in.Moment.Kind == MomentOverdue {
			mark.Reminded, mark.OverdueAt, mark.EscalatedAt = task.Reminded, &in.Moment.At, &in.Moment.At
			note = "逾期未办，已提请主管督办：" + task.Title
			s.c.Overdue = true
			if err := s.saveCase(ctx); err != nil {
				return err
			}
		}
		if err := s.q.MarkTask(ctx, mark); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "task_" + string(in.Moment.Kind), note: note, internal: task.Role != string(nursery.RoleInstitution),
			data: map[string]any{"task": in.Task}})
	})
	return err
}
