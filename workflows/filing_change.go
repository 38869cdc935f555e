package workflows

import (
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// changeProcess defines a change of what was filed 变更备案.
var changeProcess = definition.Process{
	Kind: nursery.KindChange, Title: "变更备案", Prefix: "BG", Workflow: "FilingChange", Files: definition.Attachments, Repeatable: true,
	Stages: []definition.Stage{
		{Code: nursery.StageSubmitted, Title: "变更核对", Holder: nursery.RoleClerk, Next: "办理机关正在核对变更内容。"},
		{Code: nursery.StageChanged, Title: "变更已备案", Next: "变更已备案，原回执由变更备案回执取代。"},
		{Code: nursery.StageRefused, Title: "不予变更", Next: "请查看不予变更的理由，可以更正后重新提交。"},
		{Code: nursery.StageWithdrawn, Title: "已撤回", Next: "申请已撤回。"},
	},
	HappyPath: []nursery.Stage{nursery.StageSubmitted, nursery.StageChanged},
}

// FilingChange takes a change of what was filed to the receipt of the change (托育机构登记和备案办法(试行) art. 10;
// 托育机构管理规范(试行) art. 6). No article sets a limit for it; the office keeps the receipt's.
func FilingChange(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	f, err := openCase(ctx, in, nursery.StageSubmitted, activities.ClockReceipt)
	if err != nil {
		return CaseResult{}, err
	}
	assessment, _, err := f.assess()
	if err != nil {
		return f.fail(err)
	}
	outcomes := []nursery.Outcome{nursery.OutcomeApprove, nursery.OutcomeRefuse}
	if assessment.Gaps > 0 {
		outcomes = []nursery.Outcome{nursery.OutcomeRefuse}
	}
	return f.decideChange(humantask.Spec{
		Kind: "filing_change.review", Title: "核对变更备案", Outcomes: outcomes, Decision: assessment.Decision,
	}, engine.ApproveChange, nursery.StageChanged)
}

// decideChange asks a clerk who did not submit it and ends the case as they decide.
func (f *caseFile) decideChange(spec humantask.Spec, approve any, approved nursery.Stage) (CaseResult, error) {
	spec.Role, spec.Stage, spec.Clock = nursery.RoleClerk, nursery.StageSubmitted, activities.ClockReceipt
	spec.Excluded = []string{f.in.SubmittedBy}
	answer, err := f.ask(spec)
	if err != nil {
		return f.fail(err)
	}
	f.binding = true
	if answer.Outcome == nursery.OutcomeApprove {
		return f.close(approve, f.moveBy(answer, "approved"), approved)
	}
	return f.close(engine.RefuseChange, f.moveBy(answer, "refused"), nursery.StageRefused)
}
