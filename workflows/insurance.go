package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// insuranceProcess defines a county's insurance month 婴幼儿意外伤害险投保.
var insuranceProcess = definition.Process{
	Kind: nursery.KindInsurance, Title: "婴幼儿意外伤害险投保", Prefix: "BX", Workflow: "Insurance", Guide: insuranceGuide, Files: definition.Attachments, Owner: "insurance-",
	Page: definition.Page{Path: "/insurance/", Title: "投保"},
	Acts: []definition.Act{
		{Name: "insurance.answer", Roles: []nursery.Role{nursery.RoleInsurer}},
		{Name: "insurance.except", Roles: []nursery.Role{nursery.RoleCountyOffice}},
		{Name: "insurance.lines", Roles: []nursery.Role{nursery.RoleInsurer}},
		{Name: "insurance.list", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleInsurer}, Scope: definition.List},
		{Name: "insurance.rate", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}},
		{Name: "insurance.read", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleInsurer}, Shows: true},
		{Name: "insurance.roster", Roles: []nursery.Role{nursery.RoleCountyOffice}},
		{Name: "insurance.unimport", Roles: []nursery.Role{nursery.RoleCountyOffice}},
		{Name: "insurer.list", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleInsurer}, Scope: definition.List, Shows: true},
		{Name: "insurer.put", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice}, Scope: definition.Unowned},
		{Name: "insurance.start", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice}},
	},
	Papers: []definition.Paper{activities.InsuranceNotice, activities.InsuranceSummary},
	Stages: []definition.Stage{
		{Code: nursery.StageCollecting, Title: "名册归集", Holder: nursery.RoleCountyOffice, Next: "县区归集婴幼儿名册，齐全后提交核对。"},
		{Code: nursery.StageChecking, Title: "资格核对", Holder: nursery.RoleEngine, Next: "正在按规则核对投保资格。"},
		{Code: nursery.StageSigning, Title: "批次核签", Holder: nursery.RoleCountyOffice, Next: "请县区核签投保批次。"},
		{Code: nursery.StageSent, Title: "已送承保机构", Holder: nursery.RoleInsurer, Next: "承保机构逐名答复承保结果。"},
		{Code: nursery.StageExceptions, Title: "例外处理", Holder: nursery.RoleCountyOffice, Next: "请逐名处理未能投保的婴幼儿。"},
		{Code: nursery.StageStanding, Title: "本月已处理", Holder: nursery.RoleCountyOffice, Next: "月底前可补报新生儿。"},
		{Code: nursery.StageMonthDone, Title: "本月办结", Next: "本月投保已办结。"},
	},
	HappyPath: []nursery.Stage{
		nursery.StageCollecting, nursery.StageChecking, nursery.StageSigning, nursery.StageSent, nursery.StageStanding, nursery.StageMonthDone,
	},
	Tasks: []definition.TaskKind{insuranceRoster, insuranceSign, insuranceAnswers, insuranceChase, insuranceExceptions},
}

// The tasks of a month.
var (
	insuranceRoster = definition.TaskKind{
		Name: "insurance.roster", Title: "归集投保名册", Roles: countyOffices, Stage: nursery.StageCollecting, Form: "note",
		Outcomes: []definition.Outcome{done},
	}
	insuranceSign = definition.TaskKind{
		Name: "insurance.sign", Title: "核签投保名单", Roles: countyOffices, Stage: nursery.StageSigning, Form: "note",
		Outcomes: []definition.Outcome{
			{Code: nursery.OutcomeSign, Title: "签字确认", Optional: note},
			{Code: nursery.OutcomeReturn, Title: "退回", Optional: note},
		},
	}
	insuranceAnswers = definition.TaskKind{
		Name: "insurance.answers", Title: "逐名答复投保名单", Short: "逐名答复", Roles: insurers, Stage: nursery.StageSent, Form: "note",
		Outcomes: []definition.Outcome{done},
	}
	insuranceChase = definition.TaskKind{
		Name: "insurance.chase", Title: "承保机构逾期未答复，请督促", Short: "督促答复", Roles: countyOffices, Form: "reply",
		Outcomes: []definition.Outcome{followedBy(reply, definition.Step{Activity: "NoteInsurance", Name: "chased"})},
	}
	insuranceExceptions = definition.TaskKind{
		Name: "insurance.exceptions", Title: "处理投保例外", Roles: countyOffices, Stage: nursery.StageExceptions, Form: "note",
		Outcomes: []definition.Outcome{followedBy(done, definition.Step{Activity: "NoteInsurance", Name: "settled"})},
	}
)

// insurance is the state of the workflow of one county's insurance month.
type insurance struct {
	*caseFile
	plan    activities.InsurancePlan
	changed bool
}

// Insurance insures the children of a county for a month (项目11). Every operation on children is a few statements over
// all of them; the workflow contains counts and identifiers only, and a month adds about sixty events to the history.
// Rosters, answers and settled exceptions are submitted through the service.
func Insurance(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	m, err := openInsurance(ctx, in)
	if err != nil {
		return CaseResult{}, err
	}
	if err := m.collect(); err != nil {
		return CaseResult{}, err
	}
	for {
		if err := m.round(); err != nil {
			return CaseResult{}, err
		}
		more, err := m.stand()
		if err != nil {
			return CaseResult{}, err
		}
		if !more {
			return m.close()
		}
	}
}

func openInsurance(ctx workflow.Context, in CaseInput) (*insurance, error) {
	file, err := newCase(ctx, in)
	if err != nil {
		return nil, err
	}
	m := &insurance{caseFile: file}
	if err := onCaseChanged(ctx, func(Change) { m.changed = true }); err != nil {
		return nil, err
	}
	err = activities.Do(ctx, &m.plan, engine.OpenInsurance, activities.OpenInsurance{
		CaseNo: in.CaseNo, At: workflow.Now(ctx),
	})
	if err != nil {
		return nil, fmt.Errorf("open insurance month: %w", err)
	}
	return m, nil
}

// collect waits until the county marks the roster as complete.
func (m *insurance) collect() error {
	_, err := m.ask(insuranceRoster, humantask.Spec{
		Title: "归集" + nursery.MonthTitle(m.plan.Month) + "投保名册", Days: m.plan.Terms.RosterDays,
	})
	return err
}

// round checks the children not checked yet, has a batch approved and answered, and has exceptions settled.
func (m *insurance) round() error {
	var checked activities.InsuranceChecked
	if err := m.long(engine.CheckInsurance, m.move("checked"), &checked); err != nil {
		return err
	}
	if checked.Send > 0 {
		signed, err := m.sign(checked)
		if err != nil {
			return err
		}
		if !signed {
			return m.collect()
		}
		if err := m.answered(checked.Send); err != nil {
			return err
		}
	}
	open, err := m.open()
	if err != nil || open.Exceptions == 0 {
		return err
	}
	return m.except(open.Exceptions)
}

// sign has the county's office approve a batch; false if it returns the batch for a more complete roster.
func (m *insurance) sign(c activities.InsuranceChecked) (bool, error) {
	answer, err := m.ask(insuranceSign, humantask.Spec{
		Title: fmt.Sprintf("核签第 %d 批投保名单（%d 名）", c.Send, c.Lines), Days: m.plan.Terms.SignDays,
	})
	if err != nil {
		return false, err
	}
	if answer.Outcome == nursery.OutcomeReturn {
		return false, m.long(engine.ReturnInsurance, m.of(c.Send, m.moveBy(answer, "returned")), nil)
	}
	if err := m.long(engine.SignInsurance, m.of(c.Send, m.moveBy(answer, "sent")), nil); err != nil {
		return false, err
	}
	m.print()
	return true, nil
}

// answered waits for the insurer's answers to a batch. If the insurer does not answer, the county reminds it and the
// task is opened again.
func (m *insurance) answered(send int) error {
	for {
		answer, err := m.ask(insuranceAnswers, humantask.Spec{
			Title: fmt.Sprintf("逐名答复第 %d 批投保名单", send), Days: m.plan.Terms.AnswerDays, Silence: m.plan.Terms.SilenceDays,
		})
		if err != nil {
			return err
		}
		if !answer.Silent {
			return m.long(engine.SettleInsurance, m.of(send, m.moveBy(answer, "answered")), nil)
		}
		chased, err := m.ask(insuranceChase, humantask.Spec{
			Title: fmt.Sprintf("承保机构逾期未答复第 %d 批，请督促", send), Days: m.plan.Terms.SignDays, Silence: m.plan.Terms.SilenceDays,
		})
		if err == nil && !chased.Silent {
			err = m.followed(insuranceChase, chased, nil)
		}
		if err != nil {
			return err
		}
	}
}

// except has the county settle every exception, in one task with a list.
func (m *insurance) except(count int) error {
	answer, err := m.ask(insuranceExceptions, humantask.Spec{Title: fmt.Sprintf("处理投保例外 %d 名", count), Days: m.plan.Terms.ExceptionDays})
	if err != nil {
		return err
	}
	return m.followed(insuranceExceptions, answer, nil)
}

// stand waits for newborns and corrected children until the month is over; false if it is.
func (m *insurance) stand() (bool, error) {
	open, err := m.open()
	if err != nil || open.Rostered > 0 {
		return true, err
	}
	end := nursery.MonthEnd(m.plan.Month)
	if !workflow.Now(m.ctx).Before(end) {
		return false, nil
	}
	m.changed = false
	if err := m.do(engine.StandInsurance, m.move("standing"), &open); err != nil || open.Rostered > 0 {
		return true, err
	}
	return workflow.AwaitWithTimeout(m.ctx, end.Sub(workflow.Now(m.ctx)), func() bool { return m.changed })
}

func (m *insurance) close() (CaseResult, error) {
	if err := m.long(engine.CloseInsurance, m.move("closed"), nil); err != nil {
		return CaseResult{}, err
	}
	m.print()
	err := m.finish(m.ctx)
	return CaseResult{Stage: nursery.StageMonthDone}, err
}

func (m *insurance) open() (activities.InsuranceOpen, error) {
	var open activities.InsuranceOpen
	err := activities.Do(m.ctx, &open, engine.InsuranceOpen, m.in.CaseNo)
	return open, err
}

func (m *insurance) of(send int, move activities.Move) activities.InsuranceMove {
	return activities.InsuranceMove{Move: move, Send: send}
}

func (m *insurance) long(activity, move, result any) error {
	return activities.DoLong(activities.LongStep(m.ctx), m.in.CaseNo, result, activity, move)
}
