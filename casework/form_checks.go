package casework

import (
	"context"
	"encoding/json"

	"tuoyu/nursery"
	"tuoyu/store"
)

// answerCheck validates an answer to a task beyond what its form's schema can express.
type answerCheck func(s *Service, ctx context.Context, q *store.Queries, task store.Task, in Completion) error

// answerChecks are the checks of answers by the kind of task.
var answerChecks = map[string]answerCheck{
	"filing.registration":    (*Service).checkConfirmation,
	"filing.review":          (*Service).opensSomething,
	"contract.sign":          checkSignature,
	"checkup_round.record":   (*Service).everyDutySettled,
	"referral.result":        resultWritten,
	taskVisit:                byCommand("请通过现场记录送交，不能直接办理。", "请送交现场记录"),
	"inspection.name":        (*Service).checkReplacement,
	"inspection.day":         (*Service).checkVisitDay,
	taskPlanCommit:           byCommand("请在检查计划中办理，不能直接办理。", "请在检查计划中办理"),
	taskPlanDraw:             byCommand("请在检查计划中办理，不能直接办理。", "请在检查计划中办理"),
	"complaint.triage":       (*Service).checkTriage,
	"insurance.roster":       rosterFilled,
	"insurance.answers":      everyLineAnswered,
	"insurance.exceptions":   everyExceptionSettled,
	"insurance_claim.review": (*Service).checkClaimAnswer,
	"insurance_claim.pay":    (*Service).checkClaimAnswer,
}

// byCommand returns a check that rejects every answer to a task that is closed by a command of its own.
func byCommand(message, hint string) answerCheck {
	return func(*Service, context.Context, *store.Queries, store.Task, Completion) error {
		return userError(CodeOutcomeNotOffered, message, FieldError{Location: "/outcome", Message: hint})
	}
}

// filledIn decodes an answer.
func filledIn(answer json.RawMessage, into any) error {
	if err := json.Unmarshal(answer, into); err != nil {
		return userError(CodeInvalid, "办理内容填写有误。", FieldError{Location: "/answer", Message: "格式有误"})
	}
	return nil
}

// checkConfirmation checks what a clerk read from the certificate, or the corrections that are requested instead.
func (s *Service) checkConfirmation(ctx context.Context, q *store.Queries, task store.Task, in Completion) error {
	if in.Outcome != nursery.OutcomeConfirm {
		return s.opensSomething(ctx, q, task, in)
	}
	var r nursery.Registration
	if err := filledIn(in.Answer, &r); err != nil {
		return err
	}
	return checkRegistration("/answer", r)
}
