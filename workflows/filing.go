package workflows

import (
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// filingProcess defines a filing 备案.
var filingProcess = definition.Process{
	Kind: nursery.KindFiling, Title: "托育机构备案", Prefix: "BA", Workflow: "Filing", Files: definition.Attachments, Repeatable: true,
	Stages: []definition.Stage{
		{Code: nursery.StageDraft, Title: "草稿", Holder: nursery.RoleInstitution, Next: "请补充完整后提交。"},
		{Code: nursery.StageRegistration, Title: "登记信息核验", Holder: nursery.RoleClerk, Next: "办理机关正在核验登记信息。"},
		{Code: nursery.StageSubmitted, Title: "材料核对", Holder: nursery.RoleClerk, Next: "办理机关正在核对备案材料，请留意通知。"},
		{Code: nursery.StageCorrections, Title: "待补正", Holder: nursery.RoleInstitution, Next: "请按一次性告知书补正材料，补正期间不计入办理时限。"},
		{Code: nursery.StageMaterialsComplete, Title: "已受理", Holder: nursery.RoleEngine, Next: "材料齐全，正在制发备案回执。"},
		{Code: nursery.StageReceiptIssued, Title: "已发回执，待现场核查", Holder: nursery.RoleInspector, Next: "已备案。两名工作人员将到现场核查，请保持联系电话畅通。"},
		{Code: nursery.StageNonconforming, Title: "已告知不符合标准", Holder: nursery.RoleInstitution, Next: "请查看不符合标准告知书并按期整改。"},
		{Code: nursery.StageRectifying, Title: "整改中", Holder: nursery.RoleInstitution, Next: "请按期整改，并提交整改证明。"},
		{Code: nursery.StageVerified, Title: "现场核查符合，办结", Next: "备案已办结。备案内容变化时请及时办理变更备案。"},
		{Code: nursery.StageClosed, Title: "整改合格，办结", Next: "备案已办结。备案内容变化时请及时办理变更备案。"},
		{Code: nursery.StagePenaltyReferred, Title: "移送处罚程序", Next: "请按处罚程序的通知办理。"},
		{Code: nursery.StageWithdrawn, Title: "已撤回", Next: "申请已撤回，可以重新提交备案。"},
		{Code: nursery.StageRerouted, Title: "转按托育机构备案", Next: "收托超过五人应按托育机构备案，已为您保存新的备案草稿，请补充后提交。"},
	},
	HappyPath: []nursery.Stage{nursery.StageSubmitted, nursery.StageMaterialsComplete, nursery.StageReceiptIssued, nursery.StageVerified},
}

// filing is one filing on its way.
type filing struct {
	*caseFile
	assessment activities.Assessment
	assessed   string // the step that made it
	first      humantask.Answer
}

// Filing takes an institution from registration to the filing receipt and the finding on site
// (托育机构登记和备案办法(试行) art. 4–10). The receipt and the finding are two decisions: a defect found later opens
// a rectification and never withdraws the receipt by itself.
func Filing(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	file, err := openCase(ctx, in, nursery.StageSubmitted, activities.ClockReceipt, activities.ClockFinding)
	if err != nil {
		return CaseResult{}, err
	}
	f := &filing{caseFile: file}
	if err := f.assessAgain(); err != nil {
		return f.fail(err)
	}
	for accepted := false; !accepted; {
		switch {
		case f.assessment.Reroute:
			return f.close(engine.Reroute, f.move("rerouted"), nursery.StageRerouted)
		case !f.assessment.RegistrationSeen:
			err = f.confirmRegistration()
		default:
			accepted, err = f.review()
		}
		if err != nil {
			return f.fail(err)
		}
	}
	if err := f.issueReceipt(); err != nil {
		return f.fail(err)
	}
	conforms, err := f.verifyOnSite("filing.site_visit", "现场核查", activities.ClockFinding)
	switch {
	case err != nil:
		return f.fail(err)
	case conforms:
		return f.close(engine.RecordConformity, f.finding("verified"), nursery.StageVerified)
	}
	return f.rectify()
}

func (f *filing) assessAgain() (err error) {
	f.assessment, f.assessed, err = f.assess()
	return err
}

// confirmRegistration has a clerk confirm the certificate, since the registrar has sent nothing yet (art. 4–6);
// the registrar's own facts answer it as well.
func (f *filing) confirmRegistration() error {
	answer, err := f.ask(humantask.Spec{
		Kind: "filing.registration", Title: "核验登记信息", Role: nursery.RoleClerk, Stage: nursery.StageRegistration,
		Outcomes: []nursery.Outcome{nursery.OutcomeConfirm, nursery.OutcomeCorrect}, Excluded: []string{f.in.SubmittedBy},
		Clock: activities.ClockReceipt, Decision: f.assessment.Decision,
	})
	if err != nil {
		return err
	}
	if answer.Outcome == nursery.OutcomeConfirm {
		return f.assessAgain()
	}
	return f.correct(answer)
}

// review asks a clerk who did not submit the papers whether they are complete, and tells whether they were
// accepted. What the rules found missing can only be asked for. When the office stays silent, the rules speak:
// what is complete counts as accepted where the county has set so, and gaps are told to the applicant.
func (f *filing) review() (accepted bool, err error) {
	outcomes := []nursery.Outcome{nursery.OutcomeCorrect}
	if f.assessment.Gaps == 0 {
		outcomes = []nursery.Outcome{nursery.OutcomeAccept, nursery.OutcomeCorrect}
	}
	spec := humantask.Spec{
		Kind: "filing.review", Title: "核对备案材料", Role: nursery.RoleClerk, Stage: nursery.StageSubmitted,
		Outcomes: outcomes, Excluded: []string{f.in.SubmittedBy}, Decision: f.assessment.Decision, Clock: activities.ClockReceipt,
	}
	if f.terms.SilenceAccepts {
		spec.Silence = f.terms.SilenceDays
	}
	answer, err := f.ask(spec)
	switch {
	case err != nil:
		return false, err
	case answer.Outcome == nursery.OutcomeAccept, answer.Silent && f.assessment.Gaps == 0:
		return true, f.do(engine.AcceptMaterials, f.moveBy(answer, "accepted"), nil)
	}
	return false, f.correct(answer)
}

// correct tells the applicant of every gap at once and waits for the corrected papers, the clocks standing still.
func (f *filing) correct(reviewed humantask.Answer) error {
	notice := f.moveBy(reviewed, "corrections")
	notice.Assessed = f.assessed
	if err := f.do(engine.RequestCorrections, notice, nil); err != nil {
		return err
	}
	f.print()
	answer, err := f.ask(humantask.Spec{
		Kind: "filing.corrections", Title: "补正备案材料", Role: nursery.RoleInstitution, Stage: nursery.StageCorrections,
		Outcomes: []nursery.Outcome{nursery.OutcomeResubmit}, Decision: f.assessment.Decision, Reminder: f.terms.CorrectionDays,
	})
	if err != nil {
		return err
	}
	if err := f.do(engine.ResumeReview, f.moveBy(answer, "resumed"), nil); err != nil {
		return err
	}
	return f.assessAgain()
}

func (f *filing) issueReceipt() error {
	f.binding = true
	if err := f.do(engine.IssueReceipt, f.move("receipt"), nil); err != nil {
		return err
	}
	f.print()
	return nil
}

// verifyOnSite asks one officer for the finding and a second one to countersign it (行政处罚法 art. 42: no fewer
// than two); when they differ, the site is visited again. It tells whether the site conforms.
func (f *filing) verifyOnSite(kind, title, clock string, more ...nursery.Outcome) (bool, error) {
	for {
		first, err := f.ask(humantask.Spec{
			Kind: kind, Title: title, Role: nursery.RoleInspector, Excluded: []string{f.in.SubmittedBy}, Clock: clock,
			Outcomes: append([]nursery.Outcome{nursery.OutcomeConform, nursery.OutcomeNonconform}, more...),
			Decision: f.assessment.Decision, Days: recheckDays(clock),
		})
		if err != nil {
			return false, err
		}
		second, err := f.ask(humantask.Spec{
			Kind: kind + "_countersign", Title: title + "核签", Role: nursery.RoleInspector, Clock: clock,
			Outcomes: []nursery.Outcome{nursery.OutcomeAgree, nursery.OutcomeDisagree},
			Excluded: []string{f.in.SubmittedBy, first.Actor}, Decision: f.assessment.Decision, Days: recheckDays(clock),
		})
		if err != nil {
			return false, err
		}
		if second.Outcome == nursery.OutcomeAgree {
			f.first = first
			return first.Outcome == nursery.OutcomeConform, nil
		}
	}
}

// recheckDays is the working days an office takes for a recheck, for which no regulation sets a limit: as many
// as for the first finding.
func recheckDays(clock string) int {
	if clock != "" {
		return 0
	}
	return 15
}

// finding is a move that rests on the officers' record.
func (f *filing) finding(name string) activities.Move {
	m := f.moveBy(f.first, name)
	m.Assessed = f.assessed
	return m
}

// rectify notifies what does not meet the standards, waits for proof and has two officers check again, until the
// site conforms or the case is referred for a penalty (人口与计划生育法 art. 41).
func (f *filing) rectify() (CaseResult, error) {
	for {
		var ordered activities.Rectification
		if err := f.do(engine.RecordNonconformity, f.finding("nonconformity"), &ordered); err != nil {
			return f.fail(err)
		}
		f.print()
		_, err := f.ask(humantask.Spec{
			Kind: "filing.rectify", Title: "整改并提交证明", Role: nursery.RoleInstitution, Stage: nursery.StageRectifying,
			Outcomes: []nursery.Outcome{nursery.OutcomeProve}, Days: ordered.Days,
		})
		if err != nil {
			return f.fail(err)
		}
		conforms, err := f.verifyOnSite("filing.recheck", "整改复查", "", nursery.OutcomeReferPenalty)
		switch {
		case err != nil:
			return f.fail(err)
		case conforms:
			return f.close(engine.CloseRectified, f.finding("rectified"), nursery.StageClosed)
		case f.first.Outcome == nursery.OutcomeReferPenalty:
			return f.close(engine.ReferPenalty, f.finding("referred"), nursery.StagePenaltyReferred)
		}
	}
}
