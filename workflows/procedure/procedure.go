// Package procedure runs every procedure 事项 by one workflow that interprets its plan. The plan is the first thing that a run
// reads and part of its history, so that a replay needs no file. The workflow decides the order of things alone: what is done
// and stored is done by the activities of Outside.
package procedure

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/workflows/humantask"
)

// Version is the version of this interpreter. A plan that needs a later one is not run.
const Version = procedures.InterpreterVersion

// interpreter is the change ID of the version under which a run is interpreted from its start to its end.
const interpreter = "interpreter"

// maxEvents is the length of the history from which a run continues as new as soon as nothing is in progress.
const maxEvents = 2000

// The types of the errors with which the workflow ends or refuses.
const (
	ErrPlan      = "plan_not_run" // the plan is not one that this interpreter can run
	ErrPaidTwice = "paid_twice"   // the plan would pay a second time
	ErrTooLate   = "too_late"     // what may be done anytime is not possible in this stage
	ErrNotMoved  = "move_refused" // the case cannot be moved to another plan now
)

// Input is the input of Procedure.
type Input struct {
	CaseNo, County, Institution string
	SubmittedBy                 string
	Hash                        string  // of the plan
	Cursor                      *Cursor `json:",omitempty"` // where the run before has stopped
	Move                        *Move   `json:",omitempty"` // by which the run before has stopped; the cursor is that of its plan
}

// Result is the result of Procedure.
type Result struct {
	Stage string // the end that was reached
}

// Cursor is what a run hands on to the next. Its lists have the indexes of the plan.
type Cursor struct {
	Lines   []Line
	Visits  []int        // of each stage
	Clocks  []ClockState // of each clock
	Actors  [][]string   // who has answered each task
	Decided []Decided    // the last decision of each rule set
	Joined  []int        `json:",omitempty"` // branches that have come to their end
	Events  []string     `json:",omitempty"` // that have come and are not used yet
	Heard   []string     `json:",omitempty"` // the last ids of events
	Paid    bool         `json:",omitempty"`
	Asked   int
	Open    []humantask.Asked `json:",omitempty"`
}

// Line is a point at which a case is: one, and one in each branch of a stage with the verb together.
type Line struct {
	Slot    int // of the branch, or procedures.None
	Stage   int
	Step    string    `json:",omitempty"` // by which the stage was entered
	Entered bool      `json:",omitempty"`
	Until   time.Time `json:",omitzero"`
	Sent    bool      `json:",omitempty"` // the rows of a collection
	Object  bool      `json:",omitempty"` // an objection was raised
	Twice   bool      `json:",omitempty"` // what the stage would pay is paid or going to be
	Rows    int       `json:",omitempty"`
	SubCases
	First *Left `json:",omitempty"` // the answer that waits for its countersignature
	Left  *Left `json:",omitempty"` // how the stage before was left
}

// run is one run of the workflow.
type run struct {
	in      Input
	version workflow.Version // of the interpreter, from the start of the run to its end
	plan    *procedures.Plan
	params  []Param
	tasks   *humantask.Tasks
	cursor  Cursor
	lines   []*line
	jump    *jump // that was asked for by a person
	moving  *Move // to another plan, as soon as nothing is in progress
	end     int   // the stage in which the case has ended, or procedures.None
	err     error
}

// Procedure runs a case of any procedure by its plan.
func Procedure(ctx workflow.Context, in Input) (Result, error) {
	r := &run{in: in, version: workflow.GetVersion(ctx, interpreter, workflow.DefaultVersion, Version), end: procedures.None}
	var err error
	if r.tasks, err = humantask.NewTasks(ctx, in.CaseNo, Version); err != nil {
		return Result{}, fmt.Errorf("open tasks: %w", err)
	}
	if in.Cursor != nil {
		r.cursor = *in.Cursor
		r.tasks.Resume(r.cursor.Asked, r.cursor.Open)
	}
	if err := r.handle(ctx); err != nil {
		return Result{}, err
	}
	if in.Move != nil {
		if err := r.relocate(ctx); err != nil {
			return Result{}, err
		}
	}
	if err := r.load(ctx); err != nil {
		return Result{}, err
	}
	for _, l := range r.cursor.Lines {
		if l.Slot == procedures.None {
			r.spawn(ctx, l) // branches follow from its stage
		}
	}
	return r.supervise(ctx)
}

// load reads the plan and begins a new case.
func (r *run) load(ctx workflow.Context) error {
	var loaded Loaded
	if err := activities.Do(ctx, &loaded, loadActivity, Load{CaseNo: r.in.CaseNo, Hash: r.in.Hash}); err != nil {
		return fmt.Errorf("load plan: %w", err)
	}
	p := &loaded.Plan
	if p.Format != procedures.PlanFormat || p.Interpreter > Version {
		return refusal(ErrPlan, fmt.Sprintf("plan of format %d needs interpreter %d; this one is %d", p.Format, p.Interpreter, Version))
	}
	if r.in.Cursor == nil {
		r.cursor.Lines = []Line{{Slot: procedures.None, Stage: p.Start.To}}
		r.cursor.Visits, r.cursor.Clocks = make([]int, len(p.Stages)), make([]ClockState, len(p.Clocks))
		r.cursor.Actors, r.cursor.Decided = make([][]string, len(p.Tasks)), make([]Decided, len(p.RuleSets))
	}
	if r.in.Move != nil {
		r.shift(p)
		r.in.Move = nil
	}
	r.plan, r.params = p, loaded.Params
	return nil
}

// supervise waits for the end of the case, and meanwhile does what may be done anytime and continues as new, both only while
// nothing is in progress.
func (r *run) supervise(ctx workflow.Context) (Result, error) {
	over := r.period(ctx)
	for {
		err := workflow.Await(ctx, func() bool {
			return r.done() || r.atRest() && (r.wanted() != nil || (r.moving != nil || over()) && r.mayContinue(ctx))
		})
		if err != nil {
			return Result{}, err
		}
		switch {
		case r.err != nil:
			return Result{}, r.err
		case r.done():
			err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
			return Result{Stage: r.plan.Stages[r.end].Name}, err
		case r.wanted() != nil:
			if err := r.interrupt(ctx, r.wanted()); err != nil {
				return Result{}, err
			}
		case r.moving != nil:
			if next, err := r.departs(ctx); next != nil || err != nil {
				if err != nil {
					return Result{}, err
				}
				return Result{}, workflow.NewContinueAsNewError(ctx, Procedure, *next)
			}
		default:
			next := r.in
			next.Cursor = r.snapshot()
			return Result{}, workflow.NewContinueAsNewError(ctx, Procedure, next)
		}
	}
}

func (r *run) done() bool { return r.err != nil || r.end != procedures.None }

// atRest reports whether every line waits for something outside, and no task is being opened, answered or ended.
func (r *run) atRest() bool {
	if r.plan == nil || !r.tasks.Settled() {
		return false
	}
	for _, l := range r.lines {
		if !l.resting {
			return false
		}
	}
	return true
}

// mayContinue reports whether no handler is running and nothing that has arrived is unread.
func (r *run) mayContinue(ctx workflow.Context) bool {
	return workflow.AllHandlersFinished(ctx) && workflow.GetSignalChannel(ctx, EventSignal).Len() == 0 &&
		workflow.GetSignalChannel(ctx, RowsSignal).Len() == 0 && workflow.GetSignalChannel(ctx, humantask.CalendarChanged).Len() == 0
}

// period returns a function that reports whether the run has lasted for a period or has become long.
func (r *run) period(ctx workflow.Context) func() bool {
	var months int
	switch r.plan.Period {
	case "month":
		months = 1
	case "quarter":
		months = 3
	case "half_year":
		months = 6
	case "year":
		months = 12
	}
	passed := false
	if months > 0 {
		now := workflow.Now(ctx)
		timer := workflow.NewTimer(ctx, now.AddDate(0, months, 0).Sub(now))
		workflow.Go(ctx, func(ctx workflow.Context) {
			if err := timer.Get(ctx, nil); err == nil {
				passed = true
			}
		})
	}
	return func() bool {
		info := workflow.GetInfo(ctx)
		return passed || info.GetContinueAsNewSuggested() || info.GetCurrentHistoryLength() > maxEvents
	}
}

// snapshot returns the cursor of the next run.
func (r *run) snapshot() *Cursor {
	c := r.cursor
	c.Lines = nil
	for _, l := range r.lines {
		c.Lines = append(c.Lines, l.Line)
	}
	c.Asked, c.Open = r.tasks.Asked(), r.tasks.Open()
	return &c
}

// refusal returns an error that is not retried.
func refusal(kind, message string) error {
	return temporal.NewNonRetryableApplicationError(message, kind, nil)
}

// by completes how a stage was left by the engine itself.
func by(l Left) Left {
	if l.Actor == "" {
		l.Actor, l.Role = nursery.Engine.Account, nursery.RoleEngine
	}
	return l
}

// errStopped is the error by which what a line waits for is cancelled.
var errStopped = errors.New("the stage was left by another way")
