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
	Kind: nursery.KindReferral, Title: "体检后转诊", Prefix: nursery.PrefixReferral, Workflow: "Referral", Guide: referralGuide, Files: definition.Attachments, Repeatable: true,
	Page:        definition.Page{Path: "/referrals/", Title: "转诊"},
	FileReaders: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital},
	Acts: []definition.Act{
		{Name: "referral.list", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital}, Scope: definition.List},
		{Name: "referral.read", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital}, Shows: true},
		{Name: "referral.result", Roles: []nursery.Role{nursery.RoleHospital}},
	},
	Stages: []definition.Stage{
		{Code: nursery.StageReferred, Title: "待接收", Holder: nursery.RoleHospital, Next: "签约医生正在联系接收医院。"},
		{Code: nursery.StageReferralTaken, Title: "待就诊", Holder: nursery.RoleHospital, Next: "请监护人按约带孩子就诊。"},
		{Code: nursery.StageReferralTraced, Title: "追访中", Holder: nursery.RoleHospital, Next: "签约医生正在联系监护人。"},
		{Code: nursery.StageReferralSeen, Title: "待反馈结果", Holder: nursery.RoleHospital, Next: "已就诊，等待结果。"},
		{Code: nursery.StageReferralDone, Title: "结果已反馈，办结", Next: "转诊已办结。"},
		{Code: nursery.StageReferralEnded, Title: "未就诊，办结", Next: "追访后仍未就诊。"},
	},
	HappyPath: []nursery.Stage{nursery.StageReferred, nursery.StageReferralTaken, nursery.StageReferralSeen, nursery.StageReferralDone},
	Tasks:     []definition.TaskKind{referralTake, referralSeen, referralTrace, referralResult},
}

// The tasks of a referral. Their form has no free text: health facts are stored sealed only.
var (
	referralTake = definition.TaskKind{
		Name: "referral.take", Title: "接收体检后转诊", Short: "接收转诊", Roles: clinics, Stage: nursery.StageReferred, Form: "seen",
		Outcomes: []definition.Outcome{{Code: nursery.OutcomeTake, Title: "接收转诊", Optional: seenOn}},
	}
	referralSeen = definition.TaskKind{
		Name: "referral.seen", Title: "登记转诊就诊情况", Short: "就诊登记", Roles: clinics, Stage: nursery.StageReferralTaken, Form: "seen",
		Outcomes: []definition.Outcome{
			{Code: nursery.OutcomeSeen, Title: "已就诊", Optional: seenOn},
			{Code: nursery.OutcomeNoShow, Title: "未就诊", Optional: seenOn},
		},
	}
	referralTrace = definition.TaskKind{
		Name: "referral.trace", Title: "追访未就诊婴幼儿", Short: "追访", Roles: clinics, Stage: nursery.StageReferralTraced, Form: "seen",
		Outcomes: []definition.Outcome{
			{Code: nursery.OutcomeRebook, Title: "另约就诊", Optional: seenOn},
			{Code: nursery.OutcomeGuardianRefuses, Title: "监护人不同意就诊", Optional: seenOn},
			{Code: nursery.OutcomeLost, Title: "联系不上", Optional: seenOn},
		},
	}
	referralResult = definition.TaskKind{
		Name: "referral.result", Title: "反馈转诊结果", Short: "转诊结果", Roles: clinics, Stage: nursery.StageReferralSeen, Form: "seen",
		Outcomes: []definition.Outcome{{Code: nursery.OutcomeComplete, Title: "办理完毕", Optional: seenOn}},
	}
	seenOn = []string{"seen_on"}
)

// referral is the state of the workflow of one child's referral.
type referral struct {
	*caseFile
	limits nursery.CheckupParams
}

// Referral follows a child from a check-up to a specialist and back (国家基本公共卫生服务规范 0～6岁儿童健康管理): accepted, seen,
// result returned. A child who does not come is traced by the contracted doctor, and so is a referral that is
// unanswered past its limit.
func Referral(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	file, err := newCase(ctx, in)
	if err != nil {
		return CaseResult{}, err
	}
	r := &referral{caseFile: file}
	if err := r.do(engine.OpenReferral, r.move("opened"), &r.limits); err != nil {
		return CaseResult{}, fmt.Errorf("open referral: %w", err)
	}
	answer, err := r.ask(referralTake, humantask.Spec{Days: r.limits.AcceptDays, Silence: r.limits.SilenceDays})
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
	// The task is opened until it is answered: nothing that is due for a child expires.
	answer, err = r.ask(referralResult, humantask.Spec{Days: r.limits.ResultDays})
	if err != nil {
		return CaseResult{}, err
	}
	if err := r.to(nursery.StageReferralDone, "done", answer, false); err != nil {
		return CaseResult{}, err
	}
	return r.result(nursery.StageReferralDone)
}

// seen waits for the child to be seen; false if it did not come or there was no answer in time.
func (r *referral) seen() (bool, error) {
	answer, err := r.ask(referralSeen, humantask.Spec{Days: r.limits.SeenDays, Silence: r.limits.SilenceDays})
	if err != nil || answer.Silent || answer.Outcome == nursery.OutcomeNoShow {
		return false, err
	}
	return true, r.to(nursery.StageReferralSeen, "seen", answer, false)
}

// trace has the contracted doctor find out why, and reports whether another appointment was made.
func (r *referral) trace(before int) (bool, error) {
	if err := r.to(nursery.StageReferralTraced, "traced", humantask.Answer{}, false); err != nil {
		return false, err
	}
	spec := humantask.Spec{Days: r.limits.TraceDays}
	if before >= r.limits.TraceAttempts {
		spec.Outcomes = []nursery.Outcome{nursery.OutcomeGuardianRefuses, nursery.OutcomeLost}
	}
	answer, err := r.ask(referralTrace, spec)
	if err != nil {
		return false, err
	}
	if answer.Outcome == nursery.OutcomeRebook {
		return true, r.to(nursery.StageReferralTaken, "rebooked", answer, true)
	}
	return false, r.to(nursery.StageReferralEnded, "ended", answer, false)
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
