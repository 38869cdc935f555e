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

// WithdrawUpdate is the name of the Update by which an applicant takes a case back.
const WithdrawUpdate = "withdraw"

// ErrTooLateToWithdraw is the type of the error with which a withdrawal is refused.
const ErrTooLateToWithdraw = "too_late"

// Withdrawal asks for a case to be taken back. Its ID is the Update's.
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

// caseFile is what a process keeps of its case: the desk where people are asked, the steps taken, and
// the papers being printed.
type caseFile struct {
	ctx   workflow.Context
	in    CaseInput
	desk  *humantask.Desk
	terms activities.Terms
	steps int
	// number names a step of the process itself by its place and what it does.
	number func(n int, name string) string
	// steady reports that steps are named by what causes them, see namesStepsByCause.
	steady   bool
	assessed string // the step that assessed the case last
	printing
	binding    bool // the office has decided: too late to withdraw
	withdrawal *Withdrawal
	ended      bool
}

// newCase sets up the desk of a case.
func newCase(ctx workflow.Context, in CaseInput) (*caseFile, error) {
	desk, err := humantask.NewDesk(ctx, in.CaseNo)
	if err != nil {
		return nil, fmt.Errorf("open desk: %w", err)
	}
	return &caseFile{ctx: ctx, in: in, desk: desk, number: numbered(2)}, nil
}

// numbered names steps by their number, of at least width digits.
func numbered(width int) func(int, string) string {
	return func(n int, name string) string { return fmt.Sprintf("%0*d-%s", width, n, name) }
}

// openCase sets up the desk and takes the application as received.
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

// withdraw interrupts whatever is being asked and answers when the case has ended, so that the applicant reads
// it back.
func (f *caseFile) withdraw(ctx workflow.Context, w Withdrawal) error {
	if err := f.refuseWithdrawal(); err != nil {
		return err
	}
	f.withdrawal = &w
	f.desk.Interrupt(errWithdrawn)
	return workflow.Await(ctx, func() bool { return f.ended })
}

func (f *caseFile) ask(kind definition.TaskKind, spec humantask.Spec) (humantask.Answer, error) {
	return f.desk.Ask(f.ctx, kind, spec)
}

// namesStepsByCause is the change by which a step that may be taken beside others goes by what causes it: the task that was answered, or
// the day it falls due. Numbers that are drawn side by side are drawn in another order when a worker dies and the next one sees
// more than the first did, and a step would be taken for another's, or done twice.
const namesStepsByCause = "names-steps-by-cause"

func stepsByCause(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, namesStepsByCause, workflow.DefaultVersion, 1) != workflow.DefaultVersion
}

// causedBy names the step that follows from an answer.
func causedBy(a humantask.Answer, name string) string {
	return name + "-t" + a.Task[strings.LastIndexByte(a.Task, '.')+1:]
}

// move numbers a step of the case on behalf of the engine. Only the process itself draws numbers where steps are steady.
func (f *caseFile) move(name string) activities.Move {
	f.steps++
	return f.named(f.number(f.steps, name))
}

// named returns a step of that very name on behalf of the engine.
func (f *caseFile) named(step string) activities.Move {
	return activities.Move{CaseNo: f.in.CaseNo, Step: step, At: workflow.Now(f.ctx), Actor: nursery.Engine.Account, Role: nursery.RoleEngine}
}

// moveBy numbers a step that the answer caused.
func (f *caseFile) moveBy(a humantask.Answer, name string) activities.Move {
	m := f.named(causedBy(a, name))
	if !f.steady {
		m = f.move(name)
	}
	m.Actor, m.Role, m.Tasks, m.Assessed = a.Actor, a.Role, []string{a.Task}, f.assessed
	return m
}

// do runs one activity of a move.
func (f *caseFile) do(activity any, m activities.Move, result any) error {
	return do(f.ctx, activity, m, result)
}

func do(ctx workflow.Context, activity any, m activities.Move, result any) error {
	return activities.Do(ctx, result, activity, m)
}

// follow takes the steps that follow an outcome of a task, in their order: the first on behalf of who answered, those after it on
// behalf of the engine. The last one fills result in.
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

// followed takes the steps that follow the outcome of an answer.
func (f *caseFile) followed(kind definition.TaskKind, a humantask.Answer, result any) error {
	return f.follow(f.ctx, kind, a.Outcome, a, result)
}

// then takes the steps that follow an outcome when something was found, on behalf of the engine.
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

// print has the papers ordered so far printed while the case goes on.
func (f *caseFile) print() { f.printing.print(f.ctx, f.in.CaseNo) }

// close ends the case by the activity and waits for its papers and for answers still being given.
func (f *caseFile) close(activity any, m activities.Move, stage nursery.Stage) (CaseResult, error) {
	if err := f.do(activity, m, nil); err != nil {
		return CaseResult{}, err
	}
	return f.closed(stage)
}

// closeBy ends the case by what follows the outcome of an answer.
func (f *caseFile) closeBy(kind definition.TaskKind, a humantask.Answer, stage nursery.Stage) (CaseResult, error) {
	if err := f.followed(kind, a, nil); err != nil {
		return CaseResult{}, err
	}
	return f.closed(stage)
}

func (f *caseFile) closed(stage nursery.Stage) (CaseResult, error) {
	f.ended = true
	f.print()
	err := f.finish(f.ctx)
	return CaseResult{Stage: stage}, err
}

// fail ends the case by the withdrawal when that is what err says, and gives any other error back.
func (f *caseFile) fail(err error) (CaseResult, error) {
	if !errors.Is(err, errWithdrawn) {
		return CaseResult{}, err
	}
	m := f.move("withdrawn")
	m.Actor, m.Role = f.withdrawal.Actor, f.withdrawal.Role
	return f.close(engine.Withdraw, m, nursery.StageWithdrawn)
}
