package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

var (
	errTextChanged  = errors.New("the text was changed")
	errContractOver = errors.New("the contract is over")
)

// contract is the state of the workflow of one contract.
type contract struct {
	*caseFile
	aside    backgroundTasks
	terms    activities.ContractTerms
	changed  bool
	renewing bool // the renewal task has been opened
}

// Contract takes an institution and a clinic from the proposal to the signatures of both, through the term of the
// contract to its end (项目8 医育结合). The clinic's services are recorded through the service; the workflow checks their
// progress monthly, opens the half-year's check-up, requests the renewal sixty days before the end, and notifies all
// parties if children remain uncovered. A renewal is a case of its own, since it has a text of its own.
func Contract(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	c, err := openContract(ctx, in)
	if err != nil {
		return CaseResult{}, err
	}
	if in.Asked == 0 {
		signed, err := c.sign()
		if err != nil {
			return CaseResult{}, err
		}
		if !signed {
			err := c.do(engine.RefuseContract, c.move("refused"), nil)
			return CaseResult{Stage: nursery.StageContractRefused}, err
		}
		if err := c.begin(); err != nil {
			return CaseResult{}, err
		}
	}
	for months := 0; ; months++ {
		over, err := c.month()
		if err != nil {
			return CaseResult{}, err
		}
		if over {
			return c.end()
		}
		if months >= monthsOfARun {
			if err := c.aside.waitIdle(ctx, &c.printing); err != nil {
				return CaseResult{}, err
			}
			if !c.changed {
				in.Asked, in.Open = c.tasks.Asked(), c.tasks.Open()
				return CaseResult{}, workflow.NewContinueAsNewError(ctx, Contract, in)
			}
		}
	}
}

func openContract(ctx workflow.Context, in CaseInput) (*contract, error) {
	file, err := newCase(ctx, in)
	if err != nil {
		return nil, err
	}
	c := &contract{caseFile: file, aside: backgroundTasks{tasks: file.tasks}}
	c.number = func(n int, name string) string {
		if c.steady {
			return name // of the contract itself, which runs each step once
		}
		return fmt.Sprintf("%s-%03d-%s", nursery.DateOf(workflow.Now(ctx)), n, name)
	}
	c.tasks.Resume(in.Asked, in.Open)
	if err := onCaseChanged(ctx, func(Change) { c.changed = true }); err != nil {
		return nil, err
	}
	c.steady = stepsByCause(ctx)
	for _, asked := range in.Open {
		c.aside.resume(ctx, asked, errContractOver, c.takeAnswer)
	}
	return c, nil
}

// moveOn returns a step that is due on a day.
func (c *contract) moveOn(day nursery.Date, name string) activities.Move {
	if c.steady {
		name = day.String() + "-" + name
	}
	return c.move(name)
}

// sign has both sides sign the current text, and the county file it; a text that is changed in the meantime is signed
// again. It reports whether the contract was concluded.
func (c *contract) sign() (bool, error) {
	forgetful := workflow.GetVersion(c.ctx, keepsEarlyChanges, workflow.DefaultVersion, 1) == workflow.DefaultVersion
	for n := 1; ; n++ {
		name := "assessed"
		if c.steady {
			name = fmt.Sprintf("assessed-%d", n)
		}
		m := c.move(name)
		err := activities.Do(c.ctx, &c.terms, engine.AssessContract, activities.OpenContract{
			CaseNo: m.CaseNo, Step: m.Step, At: m.At,
		})
		if err != nil {
			return false, fmt.Errorf("assess contract: %w", err)
		}
		c.changed = c.changed && !forgetful
		agreed, err := c.bothSign()
		switch {
		case errors.Is(err, errTextChanged):
			c.changed = false
			continue
		case err != nil || !agreed:
			return false, err
		}
		answer, err := c.ask(contractFile, humantask.Spec{Decision: c.terms.Decision, Days: c.terms.ReplyDays})
		if err != nil || answer.Outcome == nursery.OutcomeRefuse {
			return false, err
		}
		return true, c.followed(contractFile, answer, nil)
	}
}

// bothSign opens the tasks of both sides concurrently. A contract that violates the rules can only be changed or
// declined.
func (c *contract) bothSign() (bool, error) {
	var outcomes []nursery.Outcome
	if c.terms.Refused {
		outcomes = []nursery.Outcome{nursery.OutcomeNotSign}
	}
	var declined bool
	signed := map[nursery.Role]bool{}
	for _, side := range []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital} {
		c.aside.ask(c.ctx, contractSign, humantask.Spec{
			Role: side, Outcomes: outcomes, Decision: c.terms.Decision, Reminder: c.terms.ReplyDays,
		}, errTextChanged, func(ctx workflow.Context, answer humantask.Answer) error {
			if answer.Outcome == nursery.OutcomeNotSign {
				declined = true
				return nil
			}
			var counts bool
			if err := do(ctx, engine.TakeSignature, c.moveBy(answer, "signed"), &counts); err != nil {
				return err
			}
			signed[answer.Role] = counts
			c.changed = c.changed || !counts
			return nil
		})
	}
	both := func() bool { return signed[nursery.RoleInstitution] && signed[nursery.RoleHospital] }
	err := workflow.Await(c.ctx, func() bool { return both() || declined || c.changed || c.aside.failed != nil })
	if err == nil {
		err = c.aside.failed
	}
	if err != nil || both() {
		return both(), err
	}
	// The tasks that have not been answered are cancelled.
	c.tasks.Interrupt(errTextChanged)
	if err := c.aside.drain(c.ctx); err != nil {
		return false, err
	}
	c.tasks.Interrupt(nil)
	if declined {
		return false, nil
	}
	return false, errTextChanged
}

// begin waits for the first day of the contract.
func (c *contract) begin() error {
	if err := c.until(c.terms.StartsOn); err != nil {
		return err
	}
	if err := c.do(engine.BeginContract, c.move("in-force"), nil); err != nil {
		return err
	}
	c.print()
	return c.do(engine.OpenRoundOfContract, c.move("round"), nil)
}

// until sleeps until the morning of a day.
func (c *contract) until(day nursery.Date) error {
	return workflow.Sleep(c.ctx, max(morningOf(day).Sub(workflow.Now(c.ctx)), 0))
}

func morningOf(day nursery.Date) time.Time { return day.In(nursery.Shanghai).Add(9 * time.Hour) }

// seesChangesWhileReading is the change ID since which a contract reads its terms again if they changed while it read
// them.
const seesChangesWhileReading = "sees-changes-while-reading"

// month waits for the first morning of the next month, the day of renewal or the day after the last one, and runs the
// steps that are due. It reports whether the contract is over.
func (c *contract) month() (bool, error) {
	// If the terms change while they are read, they are read again: the change may be missing from them.
	early := workflow.GetVersion(c.ctx, seesChangesWhileReading, workflow.DefaultVersion, 1) != workflow.DefaultVersion
	if early {
		c.changed = false
	}
	if err := activities.Do(c.ctx, &c.terms, engine.ReadContract, c.in.CaseNo); err != nil {
		return false, err
	}
	c.changed, c.renewing = c.changed && early, c.renewing || c.terms.RenewalAsked
	today := nursery.DateOf(workflow.Now(c.ctx))
	next := nursery.NewDate(today.Year, today.Month+1, 1)
	if over := c.terms.EndsOn.AddDays(1); over.Before(next) {
		next = over
	}
	if renew := c.terms.RenewOn; !c.renewing && renew.Before(next) && renew.After(today) {
		next = renew
	}
	_, err := workflow.AwaitWithTimeout(c.ctx, max(morningOf(next).Sub(workflow.Now(c.ctx)), 0), func() bool { return c.changed || c.aside.failed != nil })
	if err == nil {
		err = c.aside.failed
	}
	if err != nil || c.changed {
		return false, err
	}
	today = nursery.DateOf(workflow.Now(c.ctx))
	if c.steady {
		today = next // the steps of a day are run even if no worker was available on that day
	}
	if today.After(c.terms.EndsOn) {
		return true, nil
	}
	if !c.renewing && !today.Before(c.terms.RenewOn) {
		c.renewing = true
		c.question(contractRenew, humantask.Spec{Days: c.terms.ReplyDays})
	}
	if today.Day != 1 {
		return false, nil
	}
	var found activities.DutyAssessment
	if err := c.do(engine.AssessDuties, c.moveOn(today, "duties"), &found); err != nil {
		return false, err
	}
	if found.Light == nursery.Red {
		c.question(contractDuty, humantask.Spec{Decision: found.Decision, Days: c.terms.ReplyDays})
	}
	if today.Month == time.January || today.Month == time.July {
		return false, c.do(engine.OpenRoundOfContract, c.moveOn(today, "round"), nil)
	}
	return false, nil
}

// question opens a task while the contract continues.
func (c *contract) question(kind definition.TaskKind, spec humantask.Spec) {
	c.aside.ask(c.ctx, kind, spec, errContractOver, c.takeAnswer)
}

func (c *contract) takeAnswer(ctx workflow.Context, answer humantask.Answer) error {
	m := c.moveBy(answer, "answer/"+answer.Task)
	if answer.Outcome == nursery.OutcomeRenew {
		return do(ctx, engine.RenewContract, m, nil)
	}
	return do(ctx, engine.TakeAnswer, m, nil)
}

// end ends the contract and, if children remain uncovered, has the county and both sides acknowledge it.
func (c *contract) end() (CaseResult, error) {
	c.tasks.Interrupt(errContractOver)
	if err := c.aside.drain(c.ctx); err != nil {
		return CaseResult{}, err
	}
	c.tasks.Interrupt(nil)
	var end activities.ContractEnd
	if err := c.do(engine.EndContract, c.move("ended"), &end); err != nil {
		return CaseResult{}, err
	}
	c.print()
	if end.Uncovered > 0 {
		for _, role := range contractUncovered.Roles {
			c.question(contractUncovered, humantask.Spec{
				Role: role, Decision: end.Decision, Days: c.terms.ReplyDays, Silence: c.terms.SilenceDays,
			})
		}
		if err := c.aside.drain(c.ctx); err != nil {
			return CaseResult{}, err
		}
	}
	if err := c.do(engine.CloseContract, c.move("closed"), nil); err != nil {
		return CaseResult{}, err
	}
	err := c.finish(c.ctx)
	return CaseResult{Stage: nursery.StageContractEnded}, err
}
