package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// triageDays is the working days an office takes to look at a complaint; no text for nurseries sets them.
const triageDays = 5

// Complaint has the county's supervisor look at a complaint 投诉举报 and opens a visit, answers it, or says why it is not
// the office's.
func Complaint(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	desk, err := humantask.NewDesk(ctx, in.CaseNo)
	if err != nil {
		return CaseResult{}, fmt.Errorf("open desk: %w", err)
	}
	c := &caseFile{ctx: ctx, in: in, desk: desk}
	if err := c.do(engine.TakeUpComplaint, c.move("opened"), nil); err != nil {
		return CaseResult{}, err
	}
	answer, err := c.ask(humantask.Spec{
		Kind: "complaint.triage", Title: "处理投诉举报", Role: nursery.RoleSupervisor, Stage: nursery.StageTriage, Days: triageDays,
		Outcomes: []nursery.Outcome{nursery.OutcomeVisit, nursery.OutcomeReplied, nursery.OutcomeNotOurs},
	})
	if err != nil {
		return CaseResult{}, err
	}
	ending := nursery.StageAnswered
	switch answer.Outcome {
	case nursery.OutcomeVisit:
		ending = nursery.StageVisitOpened
	case nursery.OutcomeNotOurs:
		ending = nursery.StageNotOurs
	}
	err = activities.Do(ctx, nil, engine.SettleComplaint, c.moveBy(answer, "settled"), ending)
	if err != nil {
		return CaseResult{}, err
	}
	return CaseResult{Stage: ending}, workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}
