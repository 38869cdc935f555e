// Package humantask is the only way in which a workflow requests an answer from a user 待办. It opens the task, sends
// reminders, marks it overdue, escalates it, receives the answer as a Temporal Update and closes it; no process
// implements its own timers.
package humantask

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
)

// CompleteUpdate is the name of the Update that answers a task. Its ID is the completion's, so that a retry has no
// further effect.
const CompleteUpdate = "complete_task"

// CalendarChanged is the signal that notifies an open case that a year of the calendar was published, so that
// provisional due dates are recomputed.
const CalendarChanged = "calendar_changed"

// The types of the errors by which an answer is rejected.
const (
	ErrTaskClosed        = "task_closed"
	ErrOutcomeNotOffered = "outcome_not_offered"
	ErrActorExcluded     = "actor_excluded"
)

// Completion is a user's answer to a task. The form is stored in Postgres under ID; only the outcome is part of the
// history.
type Completion struct {
	ID      string
	Task    string
	Outcome nursery.Outcome
	Actor   string
	Role    nursery.Role
}

// Closed is the result returned to the sender of a completion.
type Closed struct {
	Task    string
	Outcome nursery.Outcome
	By      string
	At      time.Time
}

// Spec specifies a task. Fields that a workflow leaves empty are those of the kind of task.
type Spec struct {
	Kind     string // set by Ask
	Title    string
	Role     nursery.Role      // the role that may answer: in the case's county, or of its own institution
	Outcomes []nursery.Outcome // the outcomes offered
	Stage    nursery.Stage     // the stage of the case while the task is open; if empty, it does not change
	Decision string            // the decision shown with the task
	Excluded []string          // accounts that must not answer, such as the submitter or the first officer
	Only     []string          // the accounts that may answer, if not all of the role; a single one is the assignee

	Clock    string // the legal clock whose due date is that of the task, or
	Days     int    // working days of its own, zero for no due date
	Minutes  int    `json:",omitempty"` // wall time of its own, instead of days
	Silence  int    // working days, or minutes, after the due date after which Ask returns without an answer; if zero, it waits on
	Reminder int    // working days after which the holder of a task without a due date is reminded; if zero, never
}

// Answer is the result of a task: an outcome, or silent if nobody answered in time.
type Answer struct {
	Task    string
	Outcome nursery.Outcome
	Actor   string
	Role    nursery.Role
	Silent  bool
}

// Tasks manages the open tasks of one case. A workflow creates one before anything else.
type Tasks struct {
	caseNo      string
	asked       int
	open        map[string]*question
	interrupted error

	tellsAll  bool // each open task is notified of a new year of the calendar
	published int  // number of years of the calendar published since the workflow began
	reckoned  int  // how many of them the last computed due date accounts for
}

type question struct {
	spec   Spec
	answer *Answer
	asked  bool  // its task is in the database
	taken  bool  // a completion is being written
	stop   error // it is cancelled, see Stop
	seen   int   // how many of the published years its due date accounts for
}

// NewTasks registers the Update and the signal of the case's tasks. Version is that of CaseInput: a case started since a
// change needs no marker of it in its history. It returns an error only for a second Tasks in the same workflow.
func NewTasks(ctx workflow.Context, caseNo string, version int) (*Tasks, error) {
	d := &Tasks{caseNo: caseNo, open: map[string]*question{}}
	err := workflow.SetUpdateHandlerWithOptions(ctx, CompleteUpdate, d.complete, workflow.UpdateHandlerOptions{
		Validator: func(c Completion) error { return d.refuse(c) },
	})
	if err != nil {
		return nil, err
	}
	if version >= 1 || workflow.GetVersion(ctx, tellsAllQuestions, workflow.DefaultVersion, 1) != workflow.DefaultVersion {
		d.tellsAll = true
		workflow.Go(ctx, func(ctx workflow.Context) {
			for published := workflow.GetSignalChannel(ctx, CalendarChanged); published.Receive(ctx, nil); {
				d.published++
			}
		})
	}
	return d, nil
}

// tellsAllQuestions is the change ID since which every open task, rather than one of them, is notified of a new year of
// the calendar.
const tellsAllQuestions = "tells-all-questions"

// Asked is a task that was open when its workflow continued as new.
type Asked struct {
	Task string
	Spec Spec
}

// Asked returns the number of tasks the Tasks has opened: a task's number is never reused.
func (d *Tasks) Asked() int { return d.asked }

// Open returns the tasks without an answer, for a workflow that continues as new.
func (d *Tasks) Open() []Asked {
	var open []Asked
	for _, id := range workflow.DeterministicKeys(d.open) {
		if q := d.open[id]; q.asked && !q.taken && q.answer == nil {
			open = append(open, Asked{Task: id, Spec: q.spec})
		}
	}
	return open
}

// Resume takes over the state of the previous run: it numbers the next task after asked, and accepts answers to the
// open tasks from now on. AskOn waits for each of them. It must be called before the workflow first waits.
func (d *Tasks) Resume(asked int, open []Asked) {
	d.asked = asked
	for _, a := range open {
		d.open[a.Task] = &question{spec: a.Spec, asked: true}
	}
}

// Interrupt cancels all open tasks: Ask returns err, now and from then on.
func (d *Tasks) Interrupt(err error) { d.interrupted = err }

// refuse returns why an answer is rejected, nil if it is not. An answer to a task that is still to be opened is
// delayed, see await.
func (d *Tasks) refuse(c Completion) error {
	q, ok := d.open[c.Task]
	switch {
	case !ok && d.ahead(c.Task):
		return nil
	case !ok || q.taken || q.answer != nil || q.stop != nil:
		return temporal.NewNonRetryableApplicationError("task is closed", ErrTaskClosed, nil)
	case !slices.Contains(q.spec.Outcomes, c.Outcome):
		return temporal.NewNonRetryableApplicationError("outcome is not offered", ErrOutcomeNotOffered, nil)
	case slices.Contains(q.spec.Excluded, c.Actor), len(q.spec.Only) > 0 && !slices.Contains(q.spec.Only, c.Actor):
		return temporal.NewNonRetryableApplicationError("actor is excluded", ErrActorExcluded, nil)
	}
	return nil
}

// ahead reports whether the process has not reached the task yet. A worker that died after it opened a task, and before
// it reported to Temporal, leaves one behind that users may answer at once.
func (d *Tasks) ahead(task string) bool {
	n, err := strconv.Atoi(strings.TrimPrefix(task, d.caseNo+"."))
	return err == nil && n > d.asked && d.interrupted == nil
}

// untilAsked is how long an answer waits for the process to reach its task.
const untilAsked = 10 * time.Minute

// await returns the question that the answer belongs to, once it is open.
func (d *Tasks) await(ctx workflow.Context, c Completion) (*question, error) {
	if d.ahead(c.Task) {
		if _, err := workflow.AwaitWithTimeout(ctx, untilAsked, func() bool { return !d.ahead(c.Task) }); err != nil {
			return nil, err
		}
	}
	var q *question
	err := workflow.Await(ctx, func() bool { q = d.open[c.Task]; return q == nil || q.asked })
	if err == nil && q == nil {
		err = temporal.NewNonRetryableApplicationError("task is closed", ErrTaskClosed, nil)
	}
	if err == nil {
		err = d.refuse(c)
	}
	return q, err
}

// complete stores the answer before it lets the process continue, so that its sender can read it.
func (d *Tasks) complete(ctx workflow.Context, c Completion) (Closed, error) {
	q, err := d.await(ctx, c)
	if err != nil {
		return Closed{}, err
	}
	q.taken = true
	at := workflow.Now(ctx)
	err = activities.Do(ctx, nil, engine.CloseTask, activities.CloseTask{
		CaseNo: d.caseNo, Completion: c.ID, Task: c.Task, Outcome: c.Outcome, Actor: c.Actor, Role: c.Role, At: at,
	})
	if err != nil {
		q.taken = false
		return Closed{}, err
	}
	q.answer = &Answer{Task: c.Task, Outcome: c.Outcome, Actor: c.Actor, Role: c.Role}
	q.taken = false
	return Closed{Task: c.Task, Outcome: c.Outcome, By: c.Actor, At: at}, nil
}

// engine is used for the names of its activities; they run on the worker's own instance.
var engine *activities.Engine

// of completes a spec with the defaults of the kind of task. It returns an error if the kind has no such role or
// outcome.
func (s Spec) of(kind definition.TaskKind) (Spec, error) {
	s.Kind = kind.Name
	if s.Title == "" {
		s.Title = kind.Title
	}
	if s.Role == "" && len(kind.Roles) == 1 {
		s.Role = kind.Roles[0]
	}
	if s.Stage == "" {
		s.Stage = kind.Stage
	}
	if s.Outcomes == nil {
		s.Outcomes = kind.Codes()
	}
	if !slices.Contains(kind.Roles, s.Role) {
		return s, fmt.Errorf("task %s is not for the role %q", kind.Name, s.Role)
	}
	for _, o := range s.Outcomes {
		if _, ok := kind.Outcome(o); !ok {
			return s, fmt.Errorf("task %s has no outcome %q", kind.Name, o)
		}
	}
	return s, nil
}

// Ask opens a task and waits until it is answered, the Tasks is interrupted, or, if the spec has a limit, the task has
// remained unanswered for too long. The spec overrides the kind of task. Ask returns the interruption's error
// unchanged.
func (d *Tasks) Ask(ctx workflow.Context, kind definition.TaskKind, spec Spec) (Answer, error) {
	spec, err := spec.of(kind)
	if err != nil {
		return Answer{}, err
	}
	if d.interrupted != nil {
		if err := d.cancelUnasked(ctx); err != nil {
			return Answer{}, err
		}
		return Answer{}, d.interrupted
	}
	d.asked++
	return d.ask(ctx, d.caseNo+"."+strconv.Itoa(d.asked), &question{spec: spec})
}

// cancelsUnasked is the change ID since which a Tasks that is interrupted before it opens a task cancels what a lost
// attempt of the workflow task, which had not seen the interruption yet, has opened.
const cancelsUnasked = "cancels-unasked"

func (d *Tasks) cancelUnasked(ctx workflow.Context) error {
	if workflow.GetVersion(ctx, cancelsUnasked, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return nil
	}
	last := d.asked
	err := activities.Do(ctx, &last, engine.CancelUnasked, activities.CancelUnasked{CaseNo: d.caseNo, Asked: d.asked, At: workflow.Now(ctx)})
	d.asked = max(d.asked, last)
	return err
}

// AskOn waits for the answer to a task that Resume has taken over, as Ask does.
func (d *Tasks) AskOn(ctx workflow.Context, a Asked) (Answer, error) {
	return d.ask(ctx, a.Task, d.open[a.Task])
}

func (d *Tasks) ask(ctx workflow.Context, id string, q *question) (Answer, error) {
	spec := q.spec
	var plan activities.TaskPlan
	for {
		d.open[id], q.seen = q, d.reckoned
		defer delete(d.open, id)
		plan = activities.TaskPlan{}
		err := activities.Do(ctx, &plan, engine.OpenTask, activities.OpenTask{
			CaseNo: d.caseNo, Task: id, Kind: spec.Kind, Title: spec.Title, Role: spec.Role, Outcomes: spec.Outcomes,
			Stage: spec.Stage, Decision: spec.Decision, Excluded: spec.Excluded, Only: spec.Only,
			Clock: spec.Clock, Days: spec.Days, Silence: spec.Silence, Reminder: spec.Reminder, Minutes: spec.Minutes, At: workflow.Now(ctx),
		})
		if err != nil {
			return Answer{}, err
		}
		if !plan.Another {
			break
		}
		// A lost attempt of the workflow task has opened another task under this number, and it has been answered.
		delete(d.open, id)
		d.asked++
		id = d.caseNo + "." + strconv.Itoa(d.asked)
	}
	q.asked = true
	return d.wait(ctx, id, q, plan)
}

func (d *Tasks) wait(ctx workflow.Context, id string, q *question, plan activities.TaskPlan) (Answer, error) {
	published := workflow.GetSignalChannel(ctx, CalendarChanged)
	ended := func() bool { return q.answer != nil || (d.interruption(q) != nil && !q.taken) }
	woken := func() bool { return ended() || d.published > q.seen || !d.tellsAll && published.Len() > 0 }
	for !ended() {
		moment, fired, err := awaitNext(ctx, plan.Moments, woken)
		switch {
		case err != nil:
		case fired:
			plan.Moments = plan.Moments[1:]
			err = d.reach(ctx, id, q, moment)
		case !ended() && d.published > q.seen, !d.tellsAll && published.ReceiveAsync(nil):
			q.seen = d.published
			err = activities.Do(ctx, &plan, engine.RescheduleTask, activities.RescheduleTask{
				CaseNo: d.caseNo, Task: id, Days: q.spec.Days, Silence: q.spec.Silence, Reminder: q.spec.Reminder, Minutes: q.spec.Minutes,
				At: workflow.Now(ctx),
			})
			d.reckoned = max(d.reckoned, q.seen)
		}
		if err != nil {
			return Answer{}, err
		}
	}
	return d.finish(ctx, id, q)
}

// awaitNext waits until the condition holds or the first moment is reached, and reports whether the moment was reached.
// Using one timer at a time keeps the history short.
func awaitNext(ctx workflow.Context, moments []activities.Moment, condition func() bool) (activities.Moment, bool, error) {
	if len(moments) == 0 {
		return activities.Moment{}, false, workflow.Await(ctx, condition)
	}
	next := moments[0]
	met, err := workflow.AwaitWithTimeout(ctx, max(next.At.Sub(workflow.Now(ctx)), time.Millisecond), condition)
	return next, !met && err == nil, err
}

// reach performs the action of the moment: it marks the task, or ends it if it has been unanswered for too long.
func (d *Tasks) reach(ctx workflow.Context, id string, q *question, m activities.Moment) error {
	if m.Kind != activities.MomentSilence {
		return activities.Do(ctx, nil, engine.MarkTask, activities.MarkTask{
			CaseNo: d.caseNo, Task: id, Moment: m,
		})
	}
	if q.taken {
		return nil
	}
	q.taken = true
	defer func() { q.taken = false }()
	silent := Answer{Task: id, Outcome: nursery.OutcomeSilent, Actor: nursery.Engine.Account, Role: nursery.RoleEngine, Silent: true}
	err := activities.Do(ctx, nil, engine.CloseTask, activities.CloseTask{
		CaseNo: d.caseNo, Task: id, Outcome: silent.Outcome, Actor: silent.Actor, Role: silent.Role, At: workflow.Now(ctx),
	})
	var closed *temporal.ApplicationError
	if errors.As(err, &closed) && closed.Type() == ErrTaskClosed {
		return nil // answered in time, though the answer did not arrive: its delivery is retried
	}
	if err == nil {
		q.answer = &silent
	}
	return err
}

func (d *Tasks) finish(ctx workflow.Context, id string, q *question) (Answer, error) {
	if q.answer != nil {
		return *q.answer, nil
	}
	q.taken = true
	err := activities.Do(ctx, nil, engine.CancelTask, activities.CancelTask{
		CaseNo: d.caseNo, Task: id, At: workflow.Now(ctx),
	})
	if err != nil {
		return Answer{}, err
	}
	return Answer{}, d.interruption(q)
}
