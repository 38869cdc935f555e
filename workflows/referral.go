package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// referralProcess defines a referral after a check-up 体检后转诊.
var referralProcess = definition.Process{
	Kind: nursery.KindReferral, Title: "体检后转诊", Prefix: nursery.PrefixReferral, Workflow: "Referral", Files: definition.Attachments, Repeatable: true,
	Stages: []definition.Stage{
		{Code: nursery.StageReferred, Title: "待接收", Holder: nursery.RoleHospital, Next: "签约医生正在联系接收医院。"},
		{Code: nursery.StageReferralTaken, Title: "待就诊", Holder: nursery.RoleHospital, Next: "请监护人按约带孩子就诊。"},
		{Code: nursery.StageReferralTraced, Title: "追访中", Holder: nursery.RoleHospital, Next: "签约医生正在联系监护人。"},
		{Code: nursery.StageReferralSeen, Title: "待反馈结果", Holder: nursery.RoleHospital, Next: "已就诊，等待结果。"},
		{Code: nursery.StageReferralDone, Title: "结果已反馈，办结", Next: "转诊已办结。"},
		{Code: nursery.StageReferralEnded, Title: "未就诊，办结", Next: "追访后仍未就诊。"},
	},
	HappyPath: []nursery.Stage{nursery.StageReferred, nursery.StageReferralTaken, nursery.StageReferralSeen, nursery.StageReferralDone},
}

// referral is one child's referral on its way.
type referral struct {
	*caseFile
	limits nursery.CheckupParams
}

// Referral sees a child through from a check-up to a specialist and back (国家基本公共卫生服务规范 0～6岁儿童健康管理): taken on, seen,
// result returned. Whoever does not come is traced by the contracted doctor, and so is what stays silent past its limit.
func Referral(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	desk, err := humantask.NewDesk(ctx, in.CaseNo)
	if err != nil {
		return CaseResult{}, fmt.Errorf("open desk: %w", err)
	}
	r := &referral{caseFile: &caseFile{ctx: ctx, in: in, desk: desk}}
	if err := r.do(engine.OpenReferral, r.move("opened"), &r.limits); err != nil {
		return CaseResult{}, fmt.Errorf("open referral: %w", err)
	}
	answer, err := r.ask("referral.take", "接收体检后转诊", nursery.StageReferred, r.limits.AcceptDays, nursery.OutcomeTake)
	if err != nil {
		return CaseResult{}, err
	}
	if !answer.Silent {
		if err := r.to(nursery.StageReferralTaken, "taken", answer, false); err != nil {
			return CaseResult{}, err
		}
	}
	seen := false
	if !answer.Silent {
		if seen, err = r.seen(); err != nil {
			return CaseResult{}, err
		}
	}
	for traces := 0; !seen; traces++ {
		again, err := r.trace(traces)
		if err != nil {
			return CaseResult{}, err
		}
		if !again {
			return r.result(nursery.StageReferralEnded)
		}
		if seen, err = r.seen(); err != nil {
			return CaseResult{}, err
		}
	}
	// Asked until it is answered: nothing that is owed to a child expires.
	answer, err = r.caseFile.ask(humantask.Spec{
		Kind: "referral.result", Title: "反馈转诊结果", Role: nursery.RoleHospital, Stage: nursery.StageReferralSeen,
		Outcomes: []nursery.Outcome{nursery.OutcomeComplete}, Days: r.limits.ResultDays,
	})
	if err != nil {
		return CaseResult{}, err
	}
	if err := r.to(nursery.StageReferralDone, "done", answer, false); err != nil {
		return CaseResult{}, err
	}
	return r.result(nursery.StageReferralDone)
}

// seen waits for the child to be seen; false when it did not come or nobody said so in time.
func (r *referral) seen() (bool, error) {
	answer, err := r.ask("referral.seen", "登记转诊就诊情况", nursery.StageReferralTaken, r.limits.SeenDays, nursery.OutcomeSeen, nursery.OutcomeNoShow)
	if err != nil || answer.Silent || answer.Outcome == nursery.OutcomeNoShow {
		return false, err
	}
	return true, r.to(nursery.StageReferralSeen, "seen", answer, false)
}

// trace has the contracted doctor find out why, and tells whether another date was made.
func (r *referral) trace(before int) (bool, error) {
	if err := r.to(nursery.StageReferralTraced, "traced", humantask.Answer{}, false); err != nil {
		return false, err
	}
	outcomes := []nursery.Outcome{nursery.OutcomeGuardianRefuses, nursery.OutcomeLost}
	if before < r.limits.TraceAttempts {
		outcomes = append([]nursery.Outcome{nursery.OutcomeRebook}, outcomes...)
	}
	answer, err := r.caseFile.ask(humantask.Spec{
		Kind: "referral.trace", Title: "追访未就诊婴幼儿", Role: nursery.RoleHospital, Stage: nursery.StageReferralTraced, Outcomes: outcomes,
		Days: r.limits.TraceDays,
	})
	if err != nil {
		return false, err
	}
	if answer.Outcome == nursery.OutcomeRebook {
		return true, r.to(nursery.StageReferralTaken, "rebooked", answer, true)
	}
	return false, r.to(nursery.StageReferralEnded, "ended", answer, false)
}

func (r *referral) ask(kind, title string, stage nursery.Stage, days int, outcomes ...nursery.Outcome) (humantask.Answer, error) {
	return r.caseFile.ask(humantask.Spec{
		Kind: kind, Title: title, Role: nursery.RoleHospital, Stage: stage, Outcomes: outcomes, Days: days, Silence: r.limits.SilenceDays,
	})
}

func (r *referral) to(stage nursery.Stage, name string, answer humantask.Answer, trace bool) error {
	m := activities.ReferralMove{Move: r.move(name), Stage: stage, Trace: trace}
	if answer.Task != "" {
		m.Actor, m.Role, m.Tasks = answer.Actor, answer.Role, []string{answer.Task}
	}
	return activities.Do(r.ctx, nil, engine.MoveReferral, m)
}

func (r *referral) result(stage nursery.Stage) (CaseResult, error) {
	err := r.finish(r.ctx)
	return CaseResult{Stage: stage}, err
}
