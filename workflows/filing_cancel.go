package workflows

import (
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// FilingCancel takes an institution that closes off the register, once children and staff are settled
// (托育机构登记和备案办法(试行) art. 10; 托育机构管理规范(试行) art. 7).
func FilingCancel(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	f, err := openCase(ctx, in, nursery.StageSubmitted, activities.ClockReceipt)
	if err != nil {
		return CaseResult{}, err
	}
	return f.decideChange(humantask.Spec{
		Kind: "filing_cancel.review", Title: "核对注销备案", Outcomes: []nursery.Outcome{nursery.OutcomeApprove, nursery.OutcomeRefuse},
	}, engine.Cancel, nursery.StageCancelled)
}
