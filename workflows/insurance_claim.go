package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// insuranceClaimProcess defines an insurance claim 婴幼儿意外伤害险理赔.
var insuranceClaimProcess = definition.Process{
	Kind: nursery.KindInsuranceClaim, Title: "婴幼儿意外伤害险理赔", Prefix: "LP", Workflow: "InsuranceClaim", Files: definition.Attachments, Offices: true, Repeatable: true,
	Stages: []definition.Stage{
		{Code: nursery.StageReported, Title: "已报案", Holder: nursery.RoleInsurer, Next: "承保机构正在核定。"},
		{Code: nursery.StageContested, Title: "拒赔核对", Holder: nursery.RoleCountyOffice, Next: "县区正在核对拒赔理由。"},
		{Code: nursery.StageAccepted, Title: "待赔付", Holder: nursery.RoleInsurer, Next: "承保机构正在办理赔付。"},
		{Code: nursery.StagePaid, Title: "已赔付，办结", Next: "赔付已完成。"},
		{Code: nursery.StageClaimEnded, Title: "不予赔付，办结", Next: "请查看不予赔付的理由。"},
	},
	HappyPath: []nursery.Stage{nursery.StageReported, nursery.StageAccepted, nursery.StagePaid},
}

// insuranceClaim is one claim on its way.
type insuranceClaim struct {
	insurance
	terms nursery.InsuranceTerms
}

// InsuranceClaim follows a claim 理赔 from its report to the payment. What the insurer refuses, the county looks at once more; if it
// disagrees the insurer says again what it does.
func InsuranceClaim(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	c := &insuranceClaim{insurance: insurance{ctx: ctx, in: in}}
	var err error
	if c.desk, err = humantask.NewDesk(ctx, in.CaseNo); err != nil {
		return CaseResult{}, fmt.Errorf("open desk: %w", err)
	}
	err = activities.Do(ctx, &c.terms, engine.OpenInsuranceClaim, activities.OpenInsurance{
		CaseNo: in.CaseNo, At: workflow.Now(ctx),
	})
	if err != nil {
		return CaseResult{}, fmt.Errorf("open claim: %w", err)
	}
	for {
		admitted, err := c.review()
		if err != nil {
			return CaseResult{}, err
		}
		if admitted {
			return c.pay()
		}
		upheld, err := c.contest()
		if err != nil {
			return CaseResult{}, err
		}
		if upheld {
			return CaseResult{Stage: nursery.StageClaimEnded}, c.finish()
		}
	}
}

// review has the insurer say whether it pays.
func (c *insuranceClaim) review() (bool, error) {
	answer, err := c.desk.Ask(c.ctx, humantask.Spec{
		Kind: "insurance_claim.review", Title: "核定理赔", Role: nursery.RoleInsurer, Stage: nursery.StageReported,
		Outcomes: []nursery.Outcome{nursery.OutcomeAdmit, nursery.OutcomeReject}, Days: c.terms.ClaimReviewDays,
	})
	if err != nil {
		return false, err
	}
	if answer.Outcome == nursery.OutcomeReject {
		return false, c.short(engine.ContestClaim, c.moveBy(answer, "contested"), nil)
	}
	return true, c.short(engine.AdmitClaim, c.moveBy(answer, "admitted"), nil)
}

// contest has the county look at a refusal.
func (c *insuranceClaim) contest() (bool, error) {
	answer, err := c.desk.Ask(c.ctx, humantask.Spec{
		Kind: "insurance_claim.contest", Title: "核对拒赔理由", Role: nursery.RoleCountyOffice, Stage: nursery.StageContested,
		Outcomes: []nursery.Outcome{nursery.OutcomeAgree, nursery.OutcomeDisagree}, Days: c.terms.ClaimReviewDays,
	})
	if err != nil {
		return false, err
	}
	if answer.Outcome == nursery.OutcomeAgree {
		return true, c.short(engine.RefuseClaim, c.moveBy(answer, "refused"), nil)
	}
	return false, c.short(engine.NoteInsurance, c.moveBy(answer, "disagreed"), nil)
}

func (c *insuranceClaim) pay() (CaseResult, error) {
	answer, err := c.desk.Ask(c.ctx, humantask.Spec{
		Kind: "insurance_claim.pay", Title: "赔付", Role: nursery.RoleInsurer, Stage: nursery.StageAccepted,
		Outcomes: []nursery.Outcome{nursery.OutcomePay}, Days: c.terms.ClaimPayDays,
	})
	if err == nil {
		err = c.short(engine.PayClaim, c.moveBy(answer, "paid"), nil)
	}
	if err != nil {
		return CaseResult{}, err
	}
	return CaseResult{Stage: nursery.StagePaid}, c.finish()
}

func (c *insuranceClaim) finish() error {
	return workflow.Await(c.ctx, func() bool { return workflow.AllHandlersFinished(c.ctx) })
}
