package workflows

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// WithdrawUpdate is the name of the Update by which an applicant withdraws a case.
const WithdrawUpdate = "withdraw"

// ErrTooLateToWithdraw is the type of the error by which a withdrawal is rejected.
const ErrTooLateToWithdraw = "too_late"

// Withdrawal is a request to withdraw a case. Its ID is the Update's.
type Withdrawal struct {
	ID     string
	Actor  string
	Role   nursery.Role
	Reason string
}

var (
	engine       *activities.Engine
	errWithdrawn = errors.New("withdrawn by the applicant")
)

// caseFile is the state that every process has of its case: the Tasks with its open tasks, the steps done, and the
// documents being rendered.
type caseFile struct {
	ctx   workflow.Context
	in    CaseInput
	tasks *humantask.Tasks
	terms activities.Terms
	steps int
	// number returns the name of a step of the process itself from its sequence number and what it does.
	number func(n int, name string) string
	// steady reports whether steps are named by their cause, see namesStepsByCause.
	steady   bool
	assessed string // the name of the last step that assessed the case
	printing
	binding    bool // the office has decided: withdrawal is no longer possible
	withdrawal *Withdrawal
	ended      bool
}

// newCase creates the Tasks of a case.
func newCase(ctx workflow.Context, in CaseInput) (*caseFile, error) {
	tasks, err := humantask.NewTasks(ctx, in.CaseNo, in.Version)
	if err != nil {
		return nil, fmt.Errorf("open tasks: %w", err)
	}
	return &caseFile{ctx: ctx, in: in, tasks: tasks, number: numbered(2)}, nil
}

// numbered returns a function that names steps by their number, with at least width digits.
func numbered(width int) func(int, string) string {
	return func(n int, name string) string { return fmt.Sprintf("%0*d-%s", width, n, name) }
}

// openCase creates the Tasks and records the application as received.
func openCase(ctx workflow.Context, in CaseInput, stage nursery.Stage, clocks ...string) (*caseFile, error) {
	f, err := newCase(ctx, in)
	if err != nil {
		return nil, err
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, WithdrawUpdate, f.withdraw, workflow.UpdateHandlerOptions{
		Validator: func(Withdrawal) error { return f.refuseWithdrawal() },
	})
	if err != nil {
		return nil, fmt.Errorf("take withdrawals: %w", err)
	}
	err = activities.Do(ctx, &f.terms, engine.OpenCase, activities.OpenCase{
		CaseNo: in.CaseNo, Stage: stage, Clocks: clocks, At: workflow.Now(ctx),
	})
	if err != nil {
		return nil, fmt.Errorf("open case: %w", err)
	}
	return f, nil
}

func (f *caseFile) refuseWithdrawal() error {
	if f.binding || f.ended || f.withdrawal != nil {
		return temporal.NewNonRetryableApplicationError("too late to withdraw", ErrTooLateToWithdraw, nil)
	}
	return nil
}

// withdraw interrupts all open tasks and returns when the case has ended, so that the applicant can read the result.
func (f *caseFile) withdraw(ctx workflow.Context, w Withdrawal) error {
	if err := f.refuseWithdrawal(); err != nil {
		return err
	}
	f.withdrawal = &w
	f.tasks.Interrupt(errWithdrawn)
	return workflow.Await(ctx, func() bool { return f.ended })
}

func (f *caseFile) ask(kind definition.TaskKind, spec humantask.Spec) (humantask.Answer, error) {
	return f.tasks.Ask(f.ctx, kind, spec)
}

// namesStepsByCause is the change ID since which a step that may run concurrently with others is named by its cause:
// the task that was answered, or the day it is due. Numbers assigned concurrently are assigned in another order if a
// worker dies and the next one receives more events than the first did, and a step would be mistaken for another, or
// done twice.
const namesStepsByCause = "names-steps-by-cause"

func stepsByCause(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, namesStepsByCause, workflow.DefaultVersion, 1) != workflow.DefaultVersion
}

// causedBy returns the name of the step that follows an answer.
func causedBy(a humantask.Answer, name string) string {
	return name + "-t" + a.Task[strings.LastIndexByte(a.Task, '.')+1:]
}

// move returns the next numbered step of the case, acting as the engine. If steps are steady, only the process itself
// uses numbers.
func (f *caseFile) move(name string) activities.Move {
	f.steps++
	return f.named(f.number(f.steps, name))
}

// named returns a step with exactly that name, acting as the engine.
func (f *caseFile) named(step string) activities.Move {
	return activities.Move{CaseNo: f.in.CaseNo, Step: step, At: workflow.Now(f.ctx), Actor: nursery.Engine.Account, Role: nursery.RoleEngine}
}

// moveBy returns the step caused by an answer.
func (f *caseFile) moveBy(a humantask.Answer, name string) activities.Move {
	m := f.named(causedBy(a, name))
	if !f.steady {
		m = f.move(name)
	}
	m.Actor, m.Role, m.Tasks, m.Assessed = a.Actor, a.Role, []string{a.Task}, f.assessed
	return m
}

// do runs one activity of a step.
func (f *caseFile) do(activity any, m activities.Move, result any) error {
	return do(f.ctx, activity, m, result)
}

func do(ctx workflow.Context, activity any, m activities.Move, result any) error {
	return activities.Do(ctx, result, activity, m)
}

// follow runs the steps that follow an outcome of a task, in order: the first as the user who answered, the others as
// the engine. The result of the last one is stored in result.
func (f *caseFile) follow(ctx workflow.Context, kind definition.TaskKind, outcome nursery.Outcome, a humantask.Answer, result any) error {
	for n, step := range kind.Steps(outcome, "") {
		f.binding = f.binding || step.Final
		m := f.move
		if n == 0 {
			m = func(name string) activities.Move { return f.moveBy(a, name) }
		}
		if err := do(ctx, activities.ByName(step.Activity), m(step.Name), result); err != nil {
			return err
		}
	}
	return nil
}

// followed runs the steps that follow the outcome of an answer.
func (f *caseFile) followed(kind definition.TaskKind, a humantask.Answer, result any) error {
	return f.follow(f.ctx, kind, a.Outcome, a, result)
}

// then runs, as the engine, the steps that follow an outcome on the condition found.
func (f *caseFile) then(kind definition.TaskKind, outcome nursery.Outcome, found string) error {
	for _, step := range kind.Steps(outcome, found) {
		if err := f.do(activities.ByName(step.Activity), f.move(step.Name), nil); err != nil {
			return err
		}
	}
	return nil
}

func (f *caseFile) assess() (activities.Assessment, error) {
	m := f.move("assessed")
	var a activities.Assessment
	err := activities.Do(f.ctx, &a, engine.Assess, activities.Assess{
		CaseNo: m.CaseNo, Step: m.Step, At: m.At,
	})
	f.assessed = m.Step
	return a, err
}

// print starts rendering the documents requested so far while the case continues.
func (f *caseFile) print() { f.printing.print(f.ctx, f.in.CaseNo) }

// close ends the case with the activity and waits for its documents and for answers in progress.
func (f *caseFile) close(activity any, m activities.Move, stage nursery.Stage) (CaseResult, error) {
	if err := f.do(activity, m, nil); err != nil {
		return CaseResult{}, err
	}
	return f.closed(stage)
}

// closeBy ends the case with the steps that follow the outcome of an answer.
func (f *caseFile) closeBy(kind definition.TaskKind, a humantask.Answer) (CaseResult, error) {
	if err := f.followed(kind, a, nil); err != nil {
		return CaseResult{}, err
	}
	return f.closed(kind.Ends(a.Outcome))
}

func (f *caseFile) closed(stage nursery.Stage) (CaseResult, error) {
	f.ended = true
	f.print()
	err := f.finish(f.ctx)
	return CaseResult{Stage: stage}, err
}

// fail ends the case as withdrawn if err is the withdrawal, and returns any other error.
func (f *caseFile) fail(err error) (CaseResult, error) {
	if !errors.Is(err, errWithdrawn) {
		return CaseResult{}, err
	}
	m := f.move("withdrawn")
	m.Actor, m.Role = f.withdrawal.Actor, f.withdrawal.Role
	return f.close(engine.Withdraw, m, nursery.StageWithdrawn)
}
