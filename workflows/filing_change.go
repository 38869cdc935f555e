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
	Kind: nursery.KindChange, Title: "变更备案", Prefix: "BG", Workflow: "FilingChange", Guide: changeGuide, Files: definition.Attachments, Application: true, Repeatable: true,
	FileReaders: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleAuditor},
	Acts: []definition.Act{
		{Name: "filing.change", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk}},
	},
	Papers: []definition.Paper{activities.FilingChange},
	Stages: []definition.Stage{
		{Code: nursery.StageSubmitted, Title: "变更核对", Holder: nursery.RoleClerk, Next: "办理机关正在核对变更内容。"},
		{Code: nursery.StageChanged, Title: "变更已备案", Next: "变更已备案，原回执由变更备案回执取代。"},
		{Code: nursery.StageRefused, Title: "不予变更", Next: "请查看不予变更的理由，可以更正后重新提交。"},
		{Code: nursery.StageWithdrawn, Title: "已撤回", Next: "申请已撤回。"},
	},
	HappyPath:    []nursery.Stage{nursery.StageSubmitted, nursery.StageChanged},
	Tasks:        []definition.TaskKind{changeReview},
	Withdrawable: true, Clocks: map[string]string{activities.ClockReceipt: "发放备案回执"},
}

var changeReview = definition.TaskKind{
	Name: "filing_change.review", Title: "核对变更备案", Short: "变更审核", Roles: clerks, Stage: nursery.StageSubmitted, Form: "reason",
	Outcomes: []definition.Outcome{
		{
			Code: nursery.OutcomeApprove, Title: "同意", Optional: []string{"reason", "note"},
			Follow: []definition.Step{{Activity: "ApproveChange", Name: "approved", Final: true}}, Ends: nursery.StageChanged, Papers: []definition.Paper{activities.FilingChange},
		},
		refuseChange,
	},
}

// refuseChange is the outcome that rejects a change or a cancellation, with the reason.
var refuseChange = definition.Outcome{
	Code: nursery.OutcomeRefuse, Title: "不同意", Required: []string{"reason"}, Optional: note,
	Follow: []definition.Step{{Activity: "RefuseChange", Name: "refused", Final: true}}, Ends: nursery.StageRefused,
}

// FilingChange takes a change of a filing to the receipt of the change (托育机构登记和备案办法(试行) art. 10; 托育机构管理规范(试行)
// art. 6). No article sets a limit for it; the limit of the receipt applies.
func FilingChange(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	f, err := openCase(ctx, in, nursery.StageSubmitted, activities.ClockReceipt)
	if err != nil {
		return CaseResult{}, err
	}
	assessment, err := f.assess()
	if err != nil {
		return f.fail(err)
	}
	spec := humantask.Spec{Decision: assessment.Decision}
	if assessment.Gaps > 0 {
		spec.Outcomes = []nursery.Outcome{nursery.OutcomeRefuse}
	}
	return f.decideChange(changeReview, spec)
}

// decideChange opens the task of a clerk who did not submit the change and ends the case according to the answer.
func (f *caseFile) decideChange(kind definition.TaskKind, spec humantask.Spec) (CaseResult, error) {
	spec.Clock, spec.Excluded = activities.ClockReceipt, []string{f.in.SubmittedBy}
	answer, err := f.ask(kind, spec)
	if err != nil {
		return f.fail(err)
	}
	return f.closeBy(kind, answer)
}
