package workflows

import (
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// cancellationProcess defines the cancellation of a filing 注销备案.
var cancellationProcess = definition.Process{
	Kind: nursery.KindCancellation, Title: "注销备案", Prefix: "ZX", Workflow: "FilingCancel", Guide: cancellationGuide, Files: definition.Attachments, Repeatable: true,
	FileReaders: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleAuditor},
	Acts: []definition.Act{
		{Name: "filing.cancel", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk}},
	},
	Papers: []definition.Paper{activities.FilingCancellation},
	Stages: []definition.Stage{
		{Code: nursery.StageSubmitted, Title: "注销核对", Holder: nursery.RoleClerk, Next: "办理机关正在核对婴幼儿和工作人员的安置情况。"},
		{Code: nursery.StageCancelled, Title: "已注销", Next: "备案已注销，原备案回执失效。"},
		{Code: nursery.StageRefused, Title: "不予注销", Next: "请查看理由，妥善安置后重新提交。"},
		{Code: nursery.StageWithdrawn, Title: "已撤回", Next: "申请已撤回。"},
	},
	HappyPath:    []nursery.Stage{nursery.StageSubmitted, nursery.StageCancelled},
	Tasks:        []definition.TaskKind{cancellationReview},
	Withdrawable: true, Clocks: map[string]string{activities.ClockReceipt: "发放备案回执"},
}

var cancellationReview = definition.TaskKind{
	Name: "filing_cancel.review", Title: "核对注销备案", Short: "注销审核", Roles: clerks, Stage: nursery.StageSubmitted, Form: "reason",
	Outcomes: []definition.Outcome{
		{
			Code: nursery.OutcomeApprove, Title: "同意", Optional: []string{"reason", "note"},
			Follow: []definition.Step{{Activity: "Cancel", Name: "approved", Final: true}}, Ends: nursery.StageCancelled, Papers: []definition.Paper{activities.FilingCancellation},
		},
		refuseChange,
	},
}

// FilingCancel cancels the filing of an institution that closes, once children and staff are placed
// (托育机构登记和备案办法(试行) art. 10; 托育机构管理规范(试行) art. 7).
func FilingCancel(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	f, err := openCase(ctx, in, nursery.StageSubmitted, activities.ClockReceipt)
	if err != nil {
		return CaseResult{}, err
	}
	return f.decideChange(cancellationReview, humantask.Spec{})
}
