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

// buildProcess defines the building of a public demonstration nursery 公办示范托育机构建设.
var buildProcess = definition.Process{
	Kind: nursery.KindBuild, Title: "公办示范托育机构建设", Prefix: "JS", Workflow: "Build", Guide: buildGuide, Files: definition.Evidence, Owner: "site-",
	Page:        definition.Page{Path: "/build/", Title: "建设点"},
	FileReaders: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor},
	Acts: []definition.Act{
		{Name: "build.amend", Roles: []nursery.Role{nursery.RoleCityOffice}},
		{Name: "build.decide", Roles: []nursery.Role{nursery.RoleCityOffice}},
		{Name: "build.link", Roles: []nursery.Role{nursery.RoleCountyOffice}},
		{Name: "build.list", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Scope: definition.List},
		{Name: "build.read", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Shows: true},
		{Name: "build.report", Roles: []nursery.Role{nursery.RoleCountyOffice}},
		{Name: "build.start", Roles: []nursery.Role{nursery.RoleCityOffice, nursery.RoleAdministrator}, Scope: definition.Unowned},
		{Name: "evidence.read", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Shows: true},
		{Name: "evidence.upload", Roles: []nursery.Role{nursery.RoleCountyOffice}, Scope: definition.Begins},
	},
	Stages: []definition.Stage{
		{Code: nursery.StageBuilding, Title: "建设中", Holder: nursery.RoleCountyOffice, Next: "县区按节点报送进度和佐证材料，市级核定。"},
		{Code: nursery.StageSupervised, Title: "督办中", Holder: nursery.RoleCountyOffice, Next: "请在期限内书面答复督办，说明原因和赶上的日期。"},
		{Code: nursery.StageBuilt, Title: "已建成并备案", Next: "六个节点全部完成，已销号。"},
	},
	HappyPath: []nursery.Stage{nursery.StageBuilding, nursery.StageBuilt},
	Tasks:     []definition.TaskKind{buildSupervision, buildEscalation},
}

// The tasks of a site.
var (
	buildSupervision = definition.TaskKind{
		Name: "build.supervision", Title: "督办：建设进度红灯，请书面答复", Short: "督办答复", Roles: countyOffices, Stage: nursery.StageSupervised, Form: "reply",
		Outcomes: []definition.Outcome{reply},
	}
	buildEscalation = definition.TaskKind{
		Name: "build.escalation", Title: "连续红灯，提请专班领导批示", Short: "提请批示", Roles: cityOffices, Form: "reply",
		Outcomes: []definition.Outcome{{Code: nursery.OutcomeInstruct, Title: "批示", Required: note, Optional: []string{"catch_up_on"}}},
	}
)

// monthsOfARun is the number of assessments after which a site's workflow continues as new, so that its history stays
// short.
const monthsOfARun = 12

var errBuilt = errors.New("every milestone is done")

// build is the state of the workflow of one county's site.
type build struct {
	*caseFile
	aside   backgroundTasks
	terms   nursery.BuildTerms
	changed bool
}

// Build monitors a county's public demonstration nursery from its plan to the filing receipt (项目1 县县全覆盖). Reports of
// counties and their acceptance by the city are written by the service; the workflow assesses the site monthly, opens a
// supervision if the light is red, and escalates it to the programme's leader if it remains red. A month adds about ten
// events to the history.
func Build(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	b, err := openBuild(ctx, in)
	if err != nil {
		return CaseResult{}, err
	}
	for months := 0; ; months++ {
		if months >= monthsOfARun {
			if err := b.aside.waitIdle(ctx, nil); err != nil {
				return CaseResult{}, err
			}
			if !b.changed {
				in.Asked, in.Open = b.tasks.Asked(), b.tasks.Open()
				return CaseResult{}, workflow.NewContinueAsNewError(ctx, Build, in)
			}
		}
		built, err := b.month()
		if err != nil {
			return CaseResult{}, err
		}
		if built {
			b.tasks.Interrupt(errBuilt)
			return CaseResult{Stage: nursery.StageBuilt}, b.aside.drain(ctx)
		}
	}
}

func openBuild(ctx workflow.Context, in CaseInput) (*build, error) {
	file, err := newCase(ctx, in)
	if err != nil {
		return nil, err
	}
	file.number = func(_ int, name string) string { return name }
	b := &build{caseFile: file, aside: backgroundTasks{tasks: file.tasks}}
	b.tasks.Resume(in.Asked, in.Open)
	err = workflow.SetUpdateHandler(ctx, activities.BuildChanged, func(workflow.Context, Change) error {
		b.changed = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take changes: %w", err)
	}
	err = activities.Do(ctx, &b.terms, engine.OpenBuild, activities.OpenBuild{
		CaseNo: in.CaseNo, At: workflow.Now(ctx),
	})
	if err != nil {
		return nil, fmt.Errorf("open site: %w", err)
	}
	for _, asked := range in.Open {
		b.aside.resume(ctx, asked, errBuilt, b.takeReply)
	}
	return b, nil
}

// month waits for the first morning of the next month, or for the last milestone, and reports whether the site is
// built.
func (b *build) month() (bool, error) {
	today := nursery.DateOf(workflow.Now(b.ctx))
	next := nursery.NewDate(today.Year, today.Month+1, 1).In(nursery.Shanghai).Add(9 * time.Hour)
	_, err := workflow.AwaitWithTimeout(b.ctx, next.Sub(workflow.Now(b.ctx)), func() bool { return b.changed || b.aside.failed != nil })
	if err == nil {
		err = b.aside.failed
	}
	if err != nil {
		return false, err
	}
	b.changed = false
	var built bool
	if err := b.do(engine.EndBuild, b.move("built"), &built); err != nil || built {
		return built, err
	}
	if workflow.Now(b.ctx).Before(next) {
		return false, nil
	}
	var found activities.BuildAssessment
	err = activities.Do(b.ctx, &found, engine.AssessBuild, activities.AssessBuild{
		CaseNo: b.in.CaseNo, At: workflow.Now(b.ctx),
	})
	if err == nil && found.Light == nursery.Red {
		b.supervise(found)
	}
	return false, err
}

// supervise opens a supervision 督办 with a due date for the reply; if the light has remained red, the leader of the
// programme is notified as well. The monthly assessments continue meanwhile.
func (b *build) supervise(found activities.BuildAssessment) {
	spec := humantask.Spec{Decision: found.Decision, Days: b.terms.ReplyDays}
	b.aside.ask(b.ctx, buildSupervision, spec, errBuilt, b.takeReply)
	if found.Running >= b.terms.EscalateAfter {
		spec.Title = fmt.Sprintf("连续 %d 次红灯，提请专班领导批示", found.Running)
		b.aside.ask(b.ctx, buildEscalation, spec, errBuilt, b.takeReply)
	}
}

func (b *build) takeReply(ctx workflow.Context, answer humantask.Answer) error {
	return do(ctx, engine.TakeReply, b.moveBy(answer, "reply/"+answer.Task), nil)
}
