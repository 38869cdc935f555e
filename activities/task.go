package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tuoyu/calendar"
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
	Minutes                   int `json:",omitempty"`
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
	if in.Title == "" { // of a task of a procedure, whose words are not in its plan
		kind, err := e.taskKind(in.Kind)
		if err != nil {
			return plan, err
		}
		in.Title = kind.Title
	}
	var ahead []read
	if in.Clock != "" {
		ahead = append(ahead, readClocks)
	}
	done, err := e.inStep(ctx, in.CaseNo, in.Task+"/opened", in.At, func(ctx context.Context, s *step) error {
		plan, err = s.plan(ctx, years, in)
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
		CaseNo: in.CaseNo, Task: in.Task, Days: in.Days, Silence: in.Silence, Reminder: in.Reminder, Minutes: in.Minutes, At: in.At,
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

// RescheduleTask is the input of recomputing a task's schedule after a change of the calendar.
type RescheduleTask struct {
	CaseNo, Task            string
	Days, Silence, Reminder int
	Minutes                 int `json:",omitempty"`
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
		again := OpenTask{Clock: task.Clock, Days: in.Days, Silence: in.Silence, Reminder: in.Reminder, Minutes: in.Minutes}
		if plan, err = s.plan(ctx, years, again); err != nil {
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

// SilenceWhenDue is the number of working days or minutes of silence of a task that ends as soon as it is overdue.
const SilenceWhenDue = -1

// plan computes the due date from the legal clock, or from the task's own days, and the moments.
func (s *step) plan(ctx context.Context, years calendar.Years, in OpenTask) (TaskPlan, error) {
	if in.Clock == "" {
		return Schedule(years, s.at, calendar.Due{}, in), nil
	}
	row, err := s.clock(ctx, in.Clock)
	if err != nil {
		return TaskPlan{}, err
	}
	legal, err := row.Legal()
	if err != nil {
		return TaskPlan{}, err
	}
	due := legal.Due(years)
	if row.DueOn != due.Date || row.Provisional != due.Provisional {
		if err := s.putClock(ctx, years, row, legal); err != nil {
			return TaskPlan{}, err
		}
	}
	return Schedule(years, s.at, due, in), nil
}

// Schedule returns the due date and the moments of a task that is opened at an instant. Legal is the due date of its clock,
// if it has one.
func Schedule(years calendar.Years, at time.Time, legal calendar.Due, in OpenTask) TaskPlan {
	today := nursery.DateOf(at)
	var plan TaskPlan
	switch {
	case in.Clock != "":
		plan.Due = legal
	case in.Minutes > 0:
		return scheduleMinutes(at, in)
	case in.Days > 0:
		plan.Due = years.AddWorkingDays(today, in.Days)
	case in.Reminder > 0:
		plan.Moments = []Moment{{MomentRemind, morning(years.AddWorkingDays(today, in.Reminder).Date)}}
		return plan
	default:
		return plan
	}
	half, last := years.Reminders(today, plan.Due.Date)
	if half.After(today) && half.Before(last) {
		plan.Moments = append(plan.Moments, Moment{MomentHalf, morning(half)})
	}
	if last.After(today) {
		plan.Moments = append(plan.Moments, Moment{MomentLastDay, morning(last)})
	}
	plan.Moments = append(plan.Moments, Moment{MomentOverdue, plan.Due.Date.AddDays(1).In(nursery.Shanghai)})
	if in.Silence != 0 {
		// A task that opens late, after corrections, still has the whole grace period.
		end := plan.Due.Date
		if end.Before(today) {
			end = today
		}
		if in.Silence > 0 {
			end = years.AddWorkingDays(end, in.Silence).Date
		}
		plan.Moments = append(plan.Moments, Moment{MomentSilence, end.AddDays(1).In(nursery.Shanghai)})
	}
	return plan
}

// scheduleMinutes is Schedule for a task with a limit of wall time.
func scheduleMinutes(at time.Time, in OpenTask) TaskPlan {
	due := at.Add(time.Duration(in.Minutes) * time.Minute)
	plan := TaskPlan{Due: calendar.Due{Date: nursery.DateOf(due)}, Moments: []Moment{{MomentOverdue, due}}}
	if in.Silence != 0 {
		plan.Moments = append(plan.Moments, Moment{MomentSilence, due.Add(time.Duration(max(0, in.Silence)) * time.Minute)})
	}
	return plan
}

// morning returns the time of reminders on a day.
func morning(d nursery.Date) time.Time { return d.In(nursery.Shanghai).Add(9 * time.Hour) }
