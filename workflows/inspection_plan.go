package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// inspectionPlanProcess defines a county's plan of inspections for a half-year 检查计划与随机抽取.
var inspectionPlanProcess = definition.Process{
	Kind: nursery.KindInspectionPlan, Title: "检查计划与随机抽取", Prefix: nursery.InspectionPlanPrefix, Workflow: "InspectionPlan", Guide: inspectionPlanGuide, Files: definition.Attachments, Owner: "inspection-plan-",
	Page:        definition.Page{Path: "/inspection-plans/", Title: "检查计划"},
	FileReaders: []nursery.Role{nursery.RoleSupervisor, nursery.RoleAuditor},
	Acts: []definition.Act{
		{Name: "inspection_plan.commit", Roles: []nursery.Role{nursery.RoleSupervisor}},
		{Name: "inspection_plan.coverage", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Scope: definition.List},
		{Name: "inspection_plan.day", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice}, Scope: definition.List},
		{Name: "inspection_plan.draw", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}},
		{Name: "inspection_plan.exclude", Roles: []nursery.Role{nursery.RoleSupervisor}},
		{Name: "inspection_plan.list", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Scope: definition.List},
		{Name: "inspection_plan.read", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Shows: true},
		{Name: "inspection_plan.start", Roles: []nursery.Role{nursery.RoleSupervisor}, Scope: definition.Begins},
		{Name: "inspector.calendar", Roles: []nursery.Role{nursery.RoleInspector}, Scope: definition.Begins},
		{Name: "inspector.list", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Scope: definition.List, Shows: true},
		{Name: "inspector.put", Roles: []nursery.Role{nursery.RoleSupervisor}, Scope: definition.Begins},
	},
	Stages: []definition.Stage{
		{Code: nursery.StagePlanDrafting, Title: "拟定名单", Holder: nursery.RoleSupervisor, Next: "主管部门核对受检机构名单，公布抽取承诺。"},
		{Code: nursery.StagePlanCommitted, Title: "待见证抽取", Holder: nursery.RoleCountyOffice, Next: "承诺已公布，等待另一名人员录入公开值后抽取。"},
		{Code: nursery.StagePlanDrawn, Title: "已抽取", Holder: nursery.RoleEngine, Next: "抽取结果已公开，正在开始检查。"},
		{Code: nursery.StagePlanRunning, Title: "执行中", Holder: nursery.RoleInspector, Next: "例行检查已开始，随机抽查分散进行。"},
		{Code: nursery.StagePlanLate, Title: "待说明", Holder: nursery.RoleSupervisor, Next: "半年度结束，请说明未按计划检查的情况。"},
		{Code: nursery.StagePlanClosed, Title: "办结", Next: "本半年度检查计划办结。"},
	},
	HappyPath: []nursery.Stage{
		nursery.StagePlanDrafting, nursery.StagePlanCommitted, nursery.StagePlanDrawn, nursery.StagePlanRunning, nursery.StagePlanClosed,
	},
	Tasks: []definition.TaskKind{planCommit, planDraw, planLate},
}

// The tasks of a plan.
var (
	planCommit = definition.TaskKind{
		Name: "inspection_plan.commit", Title: "核对受检机构名单并公布抽取承诺", Short: "抽取承诺", Roles: supervisors, Stage: nursery.StagePlanDrafting, Form: "note",
		Outcomes: []definition.Outcome{{
			Code: nursery.OutcomeCommit, Title: "公布承诺", Optional: note,
			Follow: []definition.Step{{Activity: "PublishCommitment", Name: "committed"}},
		}},
	}
	planDraw = definition.TaskKind{
		Name: "inspection_plan.draw", Title: "见证抽取，录入公开值", Short: "见证抽取", Roles: countyOffices, Stage: nursery.StagePlanCommitted, Form: "note",
		Outcomes: []definition.Outcome{{
			Code: nursery.OutcomeDraw, Title: "见证抽取", Optional: note,
			Follow: []definition.Step{{Activity: "DrawInspections", Name: "drawn"}},
		}},
	}
	planLate = definition.TaskKind{
		Name: "inspection_plan.late", Title: "半年度结束，请说明未按计划检查的情况", Short: "计划说明", Roles: supervisors, Stage: nursery.StagePlanLate, Form: "reply",
		Outcomes: []definition.Outcome{reply},
	}
)

// plan is the state of the workflow of one county's inspections of a half-year.
type plan struct {
	*caseFile
	times activities.PlanTimes
}

// InspectionPlan takes a county's half-year from the list of institutions through the draw to the last visit 双随机一公开
// (优化营商环境条例 art. 54, 项目7). The supervisor commits to the list, another user enters a value that was unknown at the
// time of the commitment, and the draw is computed from both. Regular visits open at once, random ones are spread over
// the half-year; each is a case of its own. A half-year adds about a hundred events to the history.
func InspectionPlan(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	file, err := newCase(ctx, in)
	if err != nil {
		return CaseResult{}, err
	}
	p := &plan{caseFile: file}
	if err := p.do(engine.TakeUpInspectionPlan, p.move("opened"), &p.times); err != nil {
		return CaseResult{}, err
	}
	for drawn := false; !drawn; {
		if drawn, err = p.draw(); err != nil {
			return CaseResult{}, err
		}
	}
	if err := p.visits(); err != nil {
		return CaseResult{}, err
	}
	return p.account()
}

// draw waits for the commitment and the witness, draws, and reports whether the draw is valid.
func (p *plan) draw() (bool, error) {
	committed, err := p.ask(planCommit, humantask.Spec{Days: p.times.Terms.DraftDays})
	if err != nil {
		return false, err
	}
	if err := p.followed(planCommit, committed, nil); err != nil {
		return false, err
	}
	witnessed, err := p.ask(planDraw, humantask.Spec{Excluded: []string{committed.Actor}, Days: p.times.Terms.DrawDays})
	if err != nil {
		return false, err
	}
	var drawn bool
	err = p.followed(planDraw, witnessed, &drawn)
	return drawn, err
}

// visits opens the visits that are due until the half-year is over.
func (p *plan) visits() error {
	end := morningOf(p.times.Last.AddDays(1))
	for workflow.Now(p.ctx).Before(end) {
		var opened activities.PlannedOpened
		if err := p.do(engine.OpenPlannedInspections, p.move("visits"), &opened); err != nil {
			return err
		}
		next := end
		if !opened.Next.IsZero() && morningOf(opened.Next).Before(end) {
			next = morningOf(opened.Next)
		}
		if err := workflow.Sleep(p.ctx, max(next.Sub(workflow.Now(p.ctx)), 0)); err != nil {
			return err
		}
	}
	return nil
}

// account has the supervisor enter why institutions were not visited, and closes the plan.
func (p *plan) account() (CaseResult, error) {
	var late int
	if err := p.do(engine.TallyInspectionPlan, p.move("tallied"), &late); err != nil {
		return CaseResult{}, err
	}
	if late == 0 {
		return p.close(engine.CloseInspectionPlan, p.move("closed"), nursery.StagePlanClosed)
	}
	answer, err := p.ask(planLate, humantask.Spec{
		Title: fmt.Sprintf("半年度结束，%d 家次未按计划检查，请书面说明", late), Days: p.times.Terms.ReplyDays, Silence: p.times.Terms.SilenceDays,
	})
	if err != nil {
		return CaseResult{}, err
	}
	return p.close(engine.CloseInspectionPlan, p.moveBy(answer, "closed"), nursery.StagePlanClosed)
}
