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
	Kind: nursery.KindInsuranceClaim, Title: "婴幼儿意外伤害险理赔", Prefix: "LP", Workflow: "InsuranceClaim", Guide: claimGuide, Files: definition.Attachments, Owner: "insurance-", Repeatable: true,
	Page: definition.Page{Path: "/claims/", Title: "理赔"},
	Acts: []definition.Act{
		{Name: "insurance_claim.list", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleInsurer}, Scope: definition.List},
		{Name: "insurance_claim.read", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleInsurer}, Shows: true},
		{Name: "insurance_claim.start", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleInsurer}},
	},
	Stages: []definition.Stage{
		{Code: nursery.StageReported, Title: "已报案", Holder: nursery.RoleInsurer, Next: "承保机构正在核定。"},
		{Code: nursery.StageContested, Title: "拒赔核对", Holder: nursery.RoleCountyOffice, Next: "县区正在核对拒赔理由。"},
		{Code: nursery.StageAccepted, Title: "待赔付", Holder: nursery.RoleInsurer, Next: "承保机构正在办理赔付。"},
		{Code: nursery.StagePaid, Title: "已赔付，办结", Next: "赔付已完成。"},
		{Code: nursery.StageClaimEnded, Title: "不予赔付，办结", Next: "请查看不予赔付的理由。"},
	},
	HappyPath: []nursery.Stage{nursery.StageReported, nursery.StageAccepted, nursery.StagePaid},
	Tasks:     []definition.TaskKind{claimReview, claimContest, claimPay},
}

// The tasks of a claim.
var (
	claimReview = definition.TaskKind{
		Name: "insurance_claim.review", Title: "核定理赔", Roles: insurers, Stage: nursery.StageReported, Form: "claim",
		Outcomes: []definition.Outcome{
			{
				Code: nursery.OutcomeAdmit, Title: "受理赔付", Required: []string{"amount_fen"},
				Follow: []definition.Step{{Activity: "AdmitClaim", Name: "admitted"}},
			},
			{
				Code: nursery.OutcomeReject, Title: "不予赔付", Required: []string{"reason"},
				Follow: []definition.Step{{Activity: "ContestClaim", Name: "contested"}},
			},
		},
	}
	claimContest = definition.TaskKind{
		Name: "insurance_claim.contest", Title: "核对拒赔理由", Roles: countyOffices, Stage: nursery.StageContested, Form: "note",
		Outcomes: []definition.Outcome{
			{
				Code: nursery.OutcomeAgree, Title: "核签同意", Optional: note,
				Follow: []definition.Step{{Activity: "RefuseClaim", Name: "refused"}}, Ends: nursery.StageClaimEnded,
			},
			{
				Code: nursery.OutcomeDisagree, Title: "核签不同意", Optional: note,
				Follow: []definition.Step{{Activity: "NoteInsurance", Name: "disagreed"}},
			},
		},
	}
	claimPay = definition.TaskKind{
		Name: "insurance_claim.pay", Title: "赔付", Roles: insurers, Stage: nursery.StageAccepted, Form: "claim",
		Outcomes: []definition.Outcome{{
			Code: nursery.OutcomePay, Title: "已赔付", Optional: []string{"amount_fen", "paid_on"},
			Follow: []definition.Step{{Activity: "PayClaim", Name: "paid"}}, Ends: nursery.StagePaid,
		}},
	}
)

// insuranceClaim is the state of the workflow of one claim.
type insuranceClaim struct {
	*caseFile
	terms nursery.InsuranceTerms
}

// InsuranceClaim takes a claim 理赔 from its report to the payment. The county reviews what the insurer refuses; if the
// county disagrees, the insurer decides once more.
func InsuranceClaim(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	file, err := newCase(ctx, in)
	if err != nil {
		return CaseResult{}, err
	}
	c := &insuranceClaim{caseFile: file}
	err = activities.Do(ctx, &c.terms, engine.OpenInsuranceClaim, activities.OpenInsurance{
		CaseNo: in.CaseNo, At: workflow.Now(ctx),
	})
	if err != nil {
		return CaseResult{}, fmt.Errorf("open claim: %w", err)
	}
	for {
		said, err := c.answered(claimReview, c.terms.ClaimReviewDays)
		if err != nil {
			return CaseResult{}, err
		}
		next, days := claimContest, c.terms.ClaimReviewDays
		if said == nursery.OutcomeAdmit {
			next, days = claimPay, c.terms.ClaimPayDays
		}
		if said, err = c.answered(next, days); err != nil {
			return CaseResult{}, err
		}
		if stage := next.Ends(said); stage != "" {
			return CaseResult{Stage: stage}, c.finish(ctx)
		}
	}
}

// answered opens a task, runs the steps that follow its answer, and returns how it was answered.
func (c *insuranceClaim) answered(kind definition.TaskKind, days int) (nursery.Outcome, error) {
	answer, err := c.ask(kind, humantask.Spec{Days: days})
	if err == nil {
		err = c.followed(kind, answer, nil)
	}
	return answer.Outcome, err
}
