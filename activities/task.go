package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/store"
)

// MomentKind says what falls due in the life of a task.
type MomentKind string

// The moments of a task, in the order they come.
const (
	MomentHalf    MomentKind = "reminded_half" // half of the working days are used
	MomentLastDay MomentKind = "reminded_last" // one working day is left
	MomentRemind  MomentKind = "reminded"      // a task without a due date has waited long
	MomentOverdue MomentKind = "overdue"       // the due day is over; the supervisor sees it from now on
	MomentSilence MomentKind = "silence"       // the wait has lasted long enough
)

// Moment is an instant at which something happens to an open task by itself.
type Moment struct {
	Kind MomentKind
	At   time.Time
}

// TaskPlan is what the calendar says of a task: its due date and the moments on the way, first come first.
type TaskPlan struct {
	Due     calendar.Due
	Moments []Moment
}

// OpenTask asks for a task; see humantask.Spec for its fields.
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

// OpenTask puts the task into the inbox of its role, moves the case to who now holds the ball, and gives the
// moments at which the task has to be marked. Of a task that is open already it gives those still to come.
func (e *Engine) OpenTask(ctx context.Context, in OpenTask) (TaskPlan, error) {
	var plan TaskPlan
	years, err := e.Almanac.Years(ctx)
	if err != nil {
		return plan, err
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
			return fmt.Errorf("insert task: %w", err)
		}
		if len(in.Only) == 1 {
			if err := s.q.SetTaskAssignee(ctx, store.SetTaskAssigneeParams{ID: in.Task, Account: in.Only[0]}); err != nil {
				return fmt.Errorf("assign task: %w", err)
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
			"task": in.Task, "kind": in.Kind, "role": in.Role, "due_on": plan.Due.Date,
		}})
	})
	if err != nil || done {
		return plan, err
	}
	if err := e.askAgain(ctx, in); err != nil {
		return plan, err
	}
	return e.remaining(ctx, years, RescheduleTask{
		CaseNo: in.CaseNo, Task: in.Task, Days: in.Days, Silence: in.Silence, Reminder: in.Reminder, At: in.At,
	})
}

// askAgain makes an open task the question that is asked now. A try of the workflow that was lost may have put another one under
// the same number, since it had not seen yet what the next try saw.
func (e *Engine) askAgain(ctx context.Context, in OpenTask) error {
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		c, err := q.CaseForStep(ctx, in.CaseNo)
		if err != nil {
			return fmt.Errorf("lock case: %w", err)
		}
		task, err := q.TaskForStep(ctx, in.Task)
		if err != nil {
			return fmt.Errorf("read task: %w", err)
		}
		outcomes := words(in.Outcomes)
		if task.State != "open" || task.Kind == in.Kind && task.Role == string(in.Role) && slices.Equal(task.Outcomes, outcomes) {
			return nil
		}
		s := &step{q: q, c: c, at: in.At, name: fmt.Sprintf("%s/asked/%d", in.Task, in.At.UnixNano())}
		err = q.AskAgain(ctx, store.AskAgainParams{
			ID: in.Task, Kind: in.Kind, Title: in.Title, Partner: s.partnerOf(in.Role), Role: string(in.Role), Outcomes: outcomes,
			Decision: nonEmpty(in.Decision), Excluded: append([]string{}, in.Excluded...), Clock: in.Clock,
		})
		if err != nil {
			return fmt.Errorf("ask again: %w", err)
		}
		if len(in.Only) == 1 {
			if err := q.SetTaskAssignee(ctx, store.SetTaskAssigneeParams{ID: in.Task, Account: in.Only[0]}); err != nil {
				return fmt.Errorf("assign task: %w", err)
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
			"task": in.Task, "kind": in.Kind, "role": in.Role,
		}})
	})
	if err != nil {
		return fmt.Errorf("task %s: %w", in.Task, err)
	}
	return nil
}

// partnerOf names whose inbox a task of the role goes to, when it is that of the other party of the case.
func (s *step) partnerOf(role nursery.Role) string {
	if role.Partner() {
		return s.c.Partner
	}
	return ""
}

// RescheduleTask asks for a task's plan once more, since the calendar has changed.
type RescheduleTask struct {
	CaseNo, Task            string
	Days, Silence, Reminder int
	At                      time.Time
}

// RescheduleTask computes the due date of an open task by the calendar as it is now, writes it down and gives
// the moments still to come.
func (e *Engine) RescheduleTask(ctx context.Context, in RescheduleTask) (TaskPlan, error) {
	years, err := e.Almanac.Reload(ctx)
	if err != nil {
		return TaskPlan{}, err
	}
	return e.remaining(ctx, years, in)
}

// remaining is planAgain without the moments that are over.
func (e *Engine) remaining(ctx context.Context, years calendar.Years, in RescheduleTask) (TaskPlan, error) {
	plan, err := e.planAgain(ctx, years, in)
	plan.Moments = slices.DeleteFunc(plan.Moments, func(m Moment) bool { return m.At.Before(in.At) })
	return plan, err
}

func (e *Engine) planAgain(ctx context.Context, years calendar.Years, in RescheduleTask) (TaskPlan, error) {
	var plan TaskPlan
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		c, err := q.CaseForStep(ctx, in.CaseNo)
		if err != nil {
			return fmt.Errorf("lock case: %w", err)
		}
		task, err := q.TaskForStep(ctx, in.Task)
		if err != nil {
			return fmt.Errorf("read task: %w", err)
		}
		s := &step{q: q, c: c, at: task.OpenedAt}
		if plan, err = s.plan(ctx, years, task.Clock, in.Days, in.Silence, in.Reminder); err != nil {
			return err
		}
		if plan.Due.Date == task.DueOn && plan.Due.Provisional == task.DueProvisional {
			return nil
		}
		err = q.RescheduleTask(ctx, store.RescheduleTaskParams{ID: in.Task, DueOn: plan.Due.Date, DueProvisional: plan.Due.Provisional})
		if err != nil {
			return fmt.Errorf("reschedule task: %w", err)
		}
		s.c.DueOn, s.c.DueProvisional = plan.Due.Date, plan.Due.Provisional
		return s.saveCase(ctx)
	})
	if err != nil {
		return TaskPlan{}, fmt.Errorf("plan task %s: %w", in.Task, err)
	}
	return plan, nil
}

// plan asks the legal clock, or counts the task's own days, and lays out the moments.
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
		// A task that opens late, after corrections, still leaves the office the whole grace.
		from := plan.Due.Date
		if from.Before(s.today()) {
			from = s.today()
		}
		end := years.AddWorkingDays(from, silence).Date
		plan.Moments = append(plan.Moments, Moment{MomentSilence, end.AddDays(1).In(nursery.Shanghai)})
	}
	return plan, nil
}

// morning is when people are reminded on a day.
func morning(d nursery.Date) time.Time { return d.In(nursery.Shanghai).Add(9 * time.Hour) }

// MarkTask says that a moment has come.
type MarkTask struct {
	CaseNo, Task string
	Moment       Moment
}

// MarkTask reminds, or marks the task and its case overdue and shows them to the supervisor.
func (e *Engine) MarkTask(ctx context.Context, in MarkTask) error {
	name := in.Task + "/" + string(in.Moment.Kind)
	_, err := e.inStep(ctx, in.CaseNo, name, in.Moment.At, func(ctx context.Context, s *step) error {
		task, err := s.q.TaskForStep(ctx, in.Task)
		if err != nil {
			return fmt.Errorf("read task: %w", err)
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
			return fmt.Errorf("mark task: %w", err)
		}
		return s.record(ctx, event{kind: "task_" + string(in.Moment.Kind), note: note, internal: task.Role != string(nursery.RoleInstitution),
			data: map[string]any{"task": in.Task}})
	})
	return err
}

// CloseTask carries an answer. Completion is the outbox row that keeps what the person filled in; empty for the
// engine's own answers.
type CloseTask struct {
	CaseNo, Completion, Task string
	Outcome                  nursery.Outcome
	Actor                    string
	Role                     nursery.Role
	At                       time.Time
}

// errTaskClosed is the error of an answer to a task that has ended otherwise.
func errTaskClosed() error {
	return temporal.NewNonRetryableApplicationError("task is closed", "task_closed", nil)
}

// CloseTask writes the answer down. Confirmed registration facts become the registration the rules look at. The
// error is of type task_closed when the task has ended otherwise, by another answer among them: what was written first
// counts, though Temporal may have lost it and sees the second answer first.
func (e *Engine) CloseTask(ctx context.Context, in CloseTask) error {
	done, err := e.inStep(ctx, in.CaseNo, in.Task+"/closed", in.At, func(ctx context.Context, s *step) error {
		task, err := s.q.TaskForStep(ctx, in.Task)
		if err != nil {
			return fmt.Errorf("read task: %w", err)
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
		if task.Kind == "filing.registration" && in.Outcome == nursery.OutcomeConfirm && in.Role != nursery.RoleRegistrar {
			if err := s.confirmRegistration(ctx, in.Actor, answer); err != nil {
				return err
			}
		}
		return s.record(ctx, event{kind: "task_closed", actor: in.Actor, role: in.Role, note: task.Title + "：" + in.Outcome.Title(),
			data: map[string]any{"task": in.Task, "kind": task.Kind, "outcome": in.Outcome}})
	})
	if err != nil || done {
		return err
	}
	return e.closedBy(ctx, in)
}

// closedBy returns nil when the task was closed by this very answer, and errTaskClosed when it was by another.
func (e *Engine) closedBy(ctx context.Context, in CloseTask) error {
	return e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		task, err := q.TaskForStep(ctx, in.Task)
		if err != nil {
			return fmt.Errorf("read task: %w", err)
		}
		if !task.TakenAs(in.Completion, in.Outcome, in.Actor) {
			return errTaskClosed()
		}
		return nil
	})
}

// takeAnswer reads what the person filled in. The row is marked delivered by its sender, once Temporal has recorded that it
// was taken: until then Temporal may lose it, and it has to be sent again.
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
	err := s.q.CloseTask(ctx, store.CloseTaskParams{
		ID: task.ID, State: state, Outcome: &said, Answer: answer, ClosedBy: &by, ClosedAt: &s.at, Completion: &completion,
	})
	if err != nil {
		return fmt.Errorf("close task: %w", err)
	}
	return nil
}

// confirmRegistration keeps what a clerk read off the certificate.
func (s *step) confirmRegistration(ctx context.Context, by string, answer json.RawMessage) error {
	var facts nursery.Registration
	if err := json.Unmarshal(answer, &facts); err != nil {
		return fmt.Errorf("decode registration: %w", err)
	}
	if facts.USCC == "" {
		return errors.New("confirmed registration has no credit code")
	}
	err := s.q.PutRegistration(ctx, store.PutRegistrationParams{
		Uscc: facts.USCC, County: s.c.County, Facts: answer, Source: "certificate", ConfirmedBy: by, UpdatedAt: s.at,
	})
	if err != nil {
		return fmt.Errorf("put registration: %w", err)
	}
	return nil
}

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
