package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// checkupProcess defines the half-year's check-up of an institution's children 在托婴幼儿健康体检.
var checkupProcess = definition.Process{
	Kind: nursery.KindCheckup, Title: "在托婴幼儿健康体检", Prefix: nursery.PrefixCheckup, Workflow: "CheckupRound", Guide: checkupGuide, Files: definition.Attachments,
	Page:        definition.Page{Path: "/checkups/", Title: "体检", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital}},
	FileReaders: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital},
	Acts: []definition.Act{
		{Name: "checkup.child", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital}},
		{Name: "checkup.class", Roles: []nursery.Role{nursery.RoleHospital}},
		{Name: "checkup.list", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital}, Scope: definition.List},
		{Name: "checkup.rate", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Scope: definition.List},
		{Name: "checkup.read", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital}, Shows: true},
		{Name: "checkup.record", Roles: []nursery.Role{nursery.RoleHospital}},
		{Name: "checkup.start", Roles: []nursery.Role{nursery.RoleCountyOffice}, Scope: definition.Begins},
	},
	Papers: []definition.Paper{activities.CheckupReport},
	Stages: []definition.Stage{
		{Code: nursery.StageRoundBlocked, Title: "没有签约，不能开展", Holder: nursery.RoleCountyOffice, Next: "请先签订医育结合协议；协议生效后自动开始体检。"},
		{Code: nursery.StageRecording, Title: "体检中", Holder: nursery.RoleHospital, Next: "签约医疗机构逐班体检，请先取得监护人同意。"},
		{Code: nursery.StageRoundMissed, Title: "核对漏检", Holder: nursery.RoleCountyOffice, Next: "县区正在核对漏检的婴幼儿。"},
		{Code: nursery.StageRoundClosed, Title: "体检办结", Next: "本半年体检已办结，报告可以下载。"},
		{Code: nursery.StageRoundLost, Title: "本半年未开展", Next: "本半年没有生效的签约，未开展体检。"},
	},
	HappyPath: []nursery.Stage{nursery.StageRecording, nursery.StageRoundClosed},
	Tasks:     []definition.TaskKind{checkupBlocked, checkupRecord, checkupMissed},
}

// The tasks of a round.
var (
	checkupBlocked = definition.TaskKind{
		Name: "checkup_round.blocked", Title: "没有生效的签约，不能开展半年体检", Short: "没有签约", Roles: countyOffices, Stage: nursery.StageRoundBlocked,
		Form: "reply", Outcomes: []definition.Outcome{reply},
	}
	checkupRecord = definition.TaskKind{
		Name: "checkup_round.record", Title: "逐班开展半年健康体检", Short: "半年体检", Roles: clinics, Stage: nursery.StageRecording, Form: "note",
		Outcomes: []definition.Outcome{done},
	}
	checkupMissed = definition.TaskKind{
		Name: "checkup_round.missed", Title: "核对漏检婴幼儿", Roles: countyOffices, Stage: nursery.StageRoundMissed, Form: "reply",
		Outcomes: []definition.Outcome{reply},
	}
)

var errRoundServed = errors.New("the round may be opened")

// checkup is the state of the workflow of one institution's check-up round.
type checkup struct {
	*caseFile
	aside   backgroundTasks
	terms   activities.CheckupTerms
	changed bool
	change  string // the ID of the last change
	follows bool   // the roster is being updated
	over    bool
}

// changedMove returns the step that handles the changes so far. Concurrent changes are handled by one step.
func (c *checkup) changedMove(name string) activities.Move {
	c.changed = false
	if !c.steady {
		return c.move(name)
	}
	return c.named(name + "/" + c.change)
}

// CheckupRound has the clinic of the contract check an institution's children in a half-year (项目8). The team's records
// are submitted through the service, a class at a time; the workflow updates the roster, waits for the team, allows
// late checks, and has the county review what was missed. It contains counts and identifiers only.
func CheckupRound(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	file, err := newCase(ctx, in)
	if err != nil {
		return CaseResult{}, err
	}
	file.number = numbered(3)
	c := &checkup{caseFile: file, aside: backgroundTasks{tasks: file.tasks}}
	if err := onCaseChanged(ctx, func(change Change) { c.changed, c.change = true, change.ID }); err != nil {
		return CaseResult{}, err
	}
	c.steady = stepsByCause(ctx)
	if err := c.do(engine.OpenCheckup, c.move("opened"), &c.terms); err != nil {
		return CaseResult{}, fmt.Errorf("open round: %w", err)
	}
	if c.terms.Blocked {
		if err := c.unblock(); err != nil {
			return CaseResult{}, err
		}
	}
	if c.terms.Blocked {
		return c.lost()
	}
	if err := c.record(); err != nil {
		return CaseResult{}, err
	}
	return c.close()
}

// keepsEarlyChanges is the change ID since which a workflow reads the facts again if they changed before it began to
// wait for a change. A worker that died after it had read them leaves such a change behind.
const keepsEarlyChanges = "keeps-early-changes"

// unblock notifies the county that no contract covers the institution, and checks for one after every change, until the
// half-year is over.
func (c *checkup) unblock() error {
	c.aside.ask(c.ctx, checkupBlocked, humantask.Spec{Days: c.terms.MissedDays}, errRoundServed, func(ctx workflow.Context, answer humantask.Answer) error {
		return do(ctx, engine.TakeAnswer, c.moveBy(answer, "blocked-reply"), nil)
	})
	end := morningOf(c.terms.Last.AddDays(1))
	forgetful := workflow.GetVersion(c.ctx, keepsEarlyChanges, workflow.DefaultVersion, 1) == workflow.DefaultVersion
	for c.terms.Blocked {
		c.changed = c.changed && !forgetful
		_, err := workflow.AwaitWithTimeout(c.ctx, max(end.Sub(workflow.Now(c.ctx)), 0), func() bool { return c.changed || c.aside.failed != nil })
		if err == nil {
			err = c.aside.failed
		}
		if err != nil {
			return err
		}
		if !c.changed {
			break
		}
		if err := c.do(engine.OpenCheckup, c.changedMove("looked-again"), &c.terms); err != nil {
			return fmt.Errorf("open round: %w", err)
		}
	}
	c.tasks.Interrupt(errRoundServed)
	if err := c.aside.drain(c.ctx); err != nil {
		return err
	}
	c.tasks.Interrupt(nil)
	return nil
}

// record opens the team's task for the whole round, and meanwhile updates the roster. If the team does not answer by
// the last day for late checks, the round ends with the records so far.
func (c *checkup) record() error {
	c.follows = true
	workflow.Go(c.ctx, func(ctx workflow.Context) {
		defer func() { c.follows = false }()
		for {
			err := workflow.Await(ctx, func() bool { return c.changed || c.over })
			if err != nil || c.over && !(c.steady && c.changed) {
				return
			}
			if err := do(ctx, engine.FollowCheckup, c.changedMove("followed"), nil); err != nil {
				c.tasks.Interrupt(fmt.Errorf("follow roster: %w", err))
				return
			}
		}
	})
	_, err := c.ask(checkupRecord, humantask.Spec{Days: c.terms.Days, Silence: c.terms.GraceDays})
	c.over = true
	if err == nil && c.steady { // the last enrolments are on the roster before the round is closed
		err = workflow.Await(c.ctx, func() bool { return !c.follows })
	}
	return err
}

// close writes the report and has the county review what was missed.
func (c *checkup) close() (CaseResult, error) {
	var end activities.CheckupEnd
	if err := c.do(engine.CloseCheckup, c.move("closed"), &end); err != nil {
		return CaseResult{}, fmt.Errorf("close round: %w", err)
	}
	c.print()
	ended := c.move("ended")
	if end.Missed > 0 {
		answer, err := c.ask(checkupMissed, humantask.Spec{Title: fmt.Sprintf("核对漏检婴幼儿 %d 名", end.Missed), Days: c.terms.MissedDays})
		if err != nil {
			return CaseResult{}, err
		}
		ended.Actor, ended.Role, ended.Tasks, ended.At = answer.Actor, answer.Role, []string{answer.Task}, workflow.Now(c.ctx)
	}
	if err := c.do(engine.EndCheckup, ended, nil); err != nil {
		return CaseResult{}, fmt.Errorf("end round: %w", err)
	}
	err := c.finish(c.ctx)
	return CaseResult{Stage: nursery.StageRoundClosed}, err
}

// lost ends a round for which there was never a contract.
func (c *checkup) lost() (CaseResult, error) {
	if err := c.do(engine.CloseCheckup, c.move("lost"), nil); err != nil {
		return CaseResult{}, fmt.Errorf("end round: %w", err)
	}
	err := c.finish(c.ctx)
	return CaseResult{Stage: nursery.StageRoundLost}, err
}
