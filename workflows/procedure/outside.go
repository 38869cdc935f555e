package procedure

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/procedures"
)

// The names of the activities that Procedure calls besides those of its tasks. They are in histories and never change.
const (
	loadActivity  = "LoadProcedure"
	moveActivity  = "MoveCase"
	countActivity = "CountSubCases"
	shiftActivity = "MoveRevision"
)

// Outside is everything that Procedure asks of the world. All of it runs as local activities, each one transaction, and each
// that writes is idempotent by case and step. An error of the type activities.ErrStuck marks the case as stuck.
//
//	name            input       result            does
//	LoadProcedure   Load        Loaded            reads the plan by its hash, and the parameters of the day of receipt
//	MoveCase        MoveCase    Moved             leaves one stage and enters another with everything that is done on entry
//	CountSubCases   CountCases  SubCases          counts the sub-cases of a stage and those that have ended
//	MoveRevision    MoveRevision                  has the case go on under another plan, and records who moved it and why
//	OpenTask …      activities  activities        the tasks, as for every process; see package humantask
type Outside interface {
	LoadProcedure(ctx context.Context, in Load) (Loaded, error)
	MoveCase(ctx context.Context, in MoveCase) (Moved, error)
	CountSubCases(ctx context.Context, in CountCases) (SubCases, error)
	MoveRevision(ctx context.Context, in MoveRevision) error

	OpenTask(ctx context.Context, in activities.OpenTask) (activities.TaskPlan, error)
	RescheduleTask(ctx context.Context, in activities.RescheduleTask) (activities.TaskPlan, error)
	MarkTask(ctx context.Context, in activities.MarkTask) error
	CloseTask(ctx context.Context, in activities.CloseTask) error
	CancelTask(ctx context.Context, in activities.CancelTask) error
	CancelUnasked(ctx context.Context, in activities.CancelUnasked) (int, error)
	MarkStuck(ctx context.Context, in activities.MarkStuck) error
	ClearStuck(ctx context.Context, in activities.MarkStuck) error
}

// Registry registers activities, as a worker and a test environment do.
type Registry interface {
	RegisterActivityWithOptions(run any, options activity.RegisterOptions)
}

// Register registers what Procedure asks of the outside, besides the activities of its tasks.
func Register(w Registry, o Outside) {
	for _, a := range []struct {
		name string
		run  any
	}{{loadActivity, o.LoadProcedure}, {moveActivity, o.MoveCase}, {countActivity, o.CountSubCases}, {shiftActivity, o.MoveRevision}} {
		w.RegisterActivityWithOptions(a.run, activity.RegisterOptions{Name: a.name})
	}
}

// RegisterTasks registers the activities of the tasks of o, for a program in which no other process does.
func RegisterTasks(w Registry, o Outside) {
	for _, a := range []struct {
		name string
		run  any
	}{
		{"OpenTask", o.OpenTask},
		{"RescheduleTask", o.RescheduleTask},
		{"MarkTask", o.MarkTask},
		{"CloseTask", o.CloseTask},
		{"CancelTask", o.CancelTask},
		{"CancelUnasked", o.CancelUnasked},
		{"MarkStuck", o.MarkStuck},
		{"ClearStuck", o.ClearStuck},
	} {
		w.RegisterActivityWithOptions(a.run, activity.RegisterOptions{Name: a.name})
	}
}

// Load asks for the plan of a case.
type Load struct {
	CaseNo, Hash string
}

// Loaded is a plan with the parameters that its limits name.
type Loaded struct {
	Plan   procedures.Plan
	Params []Param
}

// Param is the value of a parameter on the day on which the case was received; it is left out where nothing is set.
type Param struct {
	Name string
	N    int
}

// MoveCase leaves a stage and enters another; either may be missing. What the plan defines for the stage that is entered is
// done in one transaction: the turns of the clocks, the effects in their order, the decision of a stage with the verb decide,
// the publication, the request of a payment and the sub-cases. Entering an end closes the case and cancels what is open.
type MoveCase struct {
	CaseNo, Hash string
	Step         string // names what is done, the same in every attempt
	At           time.Time
	Left         *Left  `json:",omitempty"`
	Stage        int    // that is entered, or procedures.None
	Turns        []Turn `json:",omitempty"`
	Pays         string `json:",omitempty"` // the decision whose amount is paid
}

// MoveRevision moves a case to another plan while it waits in a stage. Nothing of what was done on entry is repeated, and clocks stay.
type MoveRevision struct {
	CaseNo, From, To string // hashes of plans
	Step             string
	At               time.Time
	Move             string // the ID of the Update, under which the reason is stored
	Actor            string
	Role             nursery.Role
	Stage            int // of the later plan
}

// Left reports how a stage was left: a publication that was left is over, a payment that was left as paid is paid.
type Left struct {
	Stage  int
	Step   string // by which it was entered
	Result string // of the stage, or "anytime" and the name of the interruption
	Task   string `json:",omitempty"` // that was answered
	Actor  string
	Role   nursery.Role
}

// Turn changes a clock.
type Turn struct {
	Clock int
	To    ClockState
}

// ClockState is the state of a clock of a case.
type ClockState string

// The states of a clock; the empty one is that of a clock that has not started. A clock that runs again after a pause keeps
// its days; one that is started after it was stopped has all its days once more.
const (
	ClockRunning ClockState = "running"
	ClockPaused  ClockState = "paused"
	ClockStopped ClockState = "stopped"
)

// Moved is what the entry into a stage resulted in.
type Moved struct {
	Decided []Decided `json:",omitempty"` // the decisions of the stage, in order
	Until   time.Time // the instant at which the limit of the stage is over, zero without one
	Rows    int       `json:",omitempty"` // rows that the sets of a collection already have
	Twice   bool      `json:",omitempty"` // nothing is paid: the same was paid for the period, or is going to be
	SubCases
}

// Decided is a decision of a rule set.
type Decided struct {
	RuleSet int
	ID      string
	Result  string // pass, fail or unknown
	Route   string `json:",omitempty"`
}

// CountCases asks for the number of sub-cases that a stage has opened.
type CountCases struct {
	CaseNo, Step string // the step by which the stage was entered
}

// SubCases counts sub-cases.
type SubCases struct {
	Opened int `json:",omitempty"`
	Ended  int `json:",omitempty"`
}
