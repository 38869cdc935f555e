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
	Kind: nursery.KindFiling, Title: "托育机构备案", Prefix: "BA", Workflow: "Filing", Guide: filingGuide, Files: definition.Attachments, Application: true, Repeatable: true,
	FileReaders: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleAuditor},
	Acts: []definition.Act{
		{Name: "filing.correct", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk}},
		{Name: "filing.precheck", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector}, Scope: definition.Unowned},
		{Name: "filing.start", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk}, Scope: definition.Begins},
		{Name: "filing.submit", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk}},
		{Name: "filing.withdraw", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk}},
		{Name: "registration.push", Roles: []nursery.Role{nursery.RoleRegistrar}, Scope: definition.Begins},
	},
	Papers: []definition.Paper{
		activities.FilingAcceptance, activities.FilingCorrection, activities.FilingReceipt, activities.FilingBasicConditions,
		activities.FilingNonconformity, activities.FilingRectified, activities.FilingReroute,
	},
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
	Tasks: []definition.TaskKind{
		filingRegistration, filingReview, filingCorrections, filingVisit, filingVisitCountersign, filingRectify, filingRecheck, filingRecheckCountersign,
	},
	Withdrawable: true, Clocks: map[string]string{activities.ClockReceipt: "发放备案回执", activities.ClockFinding: "现场核查"},
}

// The tasks of a filing.
var (
	filingRegistration = definition.TaskKind{
		Name: "filing.registration", Title: "核验登记信息", Roles: clerks, Stage: nursery.StageRegistration, Form: "registration",
		Outcomes: []definition.Outcome{
			{
				Code: nursery.OutcomeConfirm, Title: "确认登记信息", Optional: []string{"address", "registered_on"},
				Required: []string{"uscc", "name", "nature", "registrar", "county", "business_scope", "status"},
			},
			requestCorrections,
		},
	}
	filingReview = definition.TaskKind{
		Name: "filing.review", Title: "核对备案材料", Roles: clerks, Stage: nursery.StageSubmitted, Form: "review",
		Outcomes: []definition.Outcome{
			{
				Code: nursery.OutcomeAccept, Title: "材料齐全，予以受理", Optional: note,
				Follow: []definition.Step{{Activity: "AcceptMaterials", Name: "accepted"}, {Activity: "IssueReceipt", Name: "receipt", Final: true}},
				Papers: []definition.Paper{activities.FilingAcceptance, activities.FilingReceipt, activities.FilingBasicConditions},
			},
			requestCorrections,
		},
	}
	requestCorrections = definition.Outcome{
		Code: nursery.OutcomeCorrect, Title: "一次性告知补正", Required: []string{"findings"}, Optional: note, Alone: true,
		Follow: []definition.Step{{Activity: "RequestCorrections", Name: "corrections"}}, Papers: []definition.Paper{activities.FilingCorrection},
	}
	filingCorrections = definition.TaskKind{
		Name: "filing.corrections", Title: "补正备案材料", Short: "补正", Roles: institution, Stage: nursery.StageCorrections, Form: "note",
		Outcomes: []definition.Outcome{{
			Code: nursery.OutcomeResubmit, Title: "提交补正材料", Optional: note,
			Follow: []definition.Step{{Activity: "ResumeReview", Name: "resumed"}},
		}},
	}
	filingVisit = definition.TaskKind{
		Name: "filing.site_visit", Title: "现场核查", Roles: inspectors, Form: "finding",
		Outcomes: []definition.Outcome{
			{
				Code: nursery.OutcomeConform, Title: "现场核查符合", Optional: []string{"visited_on", "attachments", "note"},
				Follow: []definition.Step{{Activity: "RecordConformity", Name: "verified"}}, Ends: nursery.StageVerified,
			},
			notifyNonconformity,
		},
	}
	filingRecheck = definition.TaskKind{
		Name: "filing.recheck", Title: "整改复查", Roles: inspectors, Form: "finding",
		Outcomes: []definition.Outcome{
			{
				Code: nursery.OutcomeConform, Title: "现场核查符合", Optional: []string{"visited_on", "attachments", "note"},
				Follow: []definition.Step{{Activity: "CloseRectified", Name: "rectified"}}, Ends: nursery.StageClosed, Papers: []definition.Paper{activities.FilingRectified},
			},
			notifyNonconformity,
			{
				Code: nursery.OutcomeReferPenalty, Title: "移送处罚", Required: []string{"findings"}, Optional: []string{"visited_on", "attachments", "note"},
				Follow: []definition.Step{{Activity: "ReferPenalty", Name: "referred"}}, Ends: nursery.StagePenaltyReferred,
			},
		},
	}
	notifyNonconformity = definition.Outcome{
		Code: nursery.OutcomeNonconform, Title: "现场核查不符合", Required: []string{"findings"},
		Optional: []string{"visited_on", "rectify_working_days", "attachments", "note"},
		Follow:   []definition.Step{{Activity: "RecordNonconformity", Name: "nonconformity"}}, Papers: []definition.Paper{activities.FilingNonconformity},
	}
	filingVisitCountersign   = countersign(filingVisit)
	filingRecheckCountersign = countersign(filingRecheck)
	filingRectify            = definition.TaskKind{
		Name: "filing.rectify", Title: "整改并提交证明", Short: "整改", Roles: institution, Stage: nursery.StageRectifying, Form: "proof",
		Outcomes: []definition.Outcome{proof},
	}
)

// countersign returns the task by which a second officer agrees to the finding of the first one.
func countersign(first definition.TaskKind) definition.TaskKind {
	return definition.TaskKind{
		Name: first.Name + "_countersign", Title: first.Title + "核签", Roles: first.Roles, Form: "note", Confirms: first.Name,
		Outcomes: []definition.Outcome{
			{Code: nursery.OutcomeAgree, Title: "核签同意", Optional: note},
			{Code: nursery.OutcomeDisagree, Title: "核签不同意", Optional: note},
		},
	}
}

// filing is the state of the workflow of one filing.
type filing struct {
	*caseFile
	assessment activities.Assessment
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
	f.print()
	conforms, err := f.verifyOnSite(filingVisit, filingVisitCountersign, activities.ClockFinding)
	switch {
	case err != nil:
		return f.fail(err)
	case conforms:
		return f.closeBy(filingVisit, f.first)
	}
	return f.rectify()
}

func (f *filing) assessAgain() (err error) {
	f.assessment, err = f.assess()
	return err
}

// confirmRegistration has a clerk confirm the certificate, since the registrar has not sent its data yet (art. 4–6);
// the registrar's own data completes the task as well.
func (f *filing) confirmRegistration() error {
	answer, err := f.ask(filingRegistration, humantask.Spec{
		Excluded: []string{f.in.SubmittedBy}, Clock: activities.ClockReceipt, Decision: f.assessment.Decision,
	})
	if err != nil {
		return err
	}
	if answer.Outcome == nursery.OutcomeConfirm {
		return f.assessAgain()
	}
	return f.correct(answer)
}

// review opens the task of a clerk who did not submit the papers and reports whether they were accepted as complete.
// Gaps found by the rules can only be answered with a request for corrections. If the office does not answer, the rules
// decide: a complete filing counts as accepted if the county has set so, and the applicant is notified of gaps.
func (f *filing) review() (accepted bool, err error) {
	spec := humantask.Spec{Excluded: []string{f.in.SubmittedBy}, Decision: f.assessment.Decision, Clock: activities.ClockReceipt}
	if f.assessment.Gaps > 0 {
		spec.Outcomes = []nursery.Outcome{nursery.OutcomeCorrect}
	}
	if f.terms.SilenceAccepts {
		spec.Silence = f.terms.SilenceDays
	}
	answer, err := f.ask(filingReview, spec)
	switch {
	case err != nil:
		return false, err
	case answer.Outcome == nursery.OutcomeAccept, answer.Silent && f.assessment.Gaps == 0:
		return true, f.follow(f.ctx, filingReview, nursery.OutcomeAccept, answer, nil)
	}
	return false, f.correct(answer)
}

// correct notifies the applicant of every gap at once and waits for the corrected papers, with the clocks paused.
func (f *filing) correct(reviewed humantask.Answer) error {
	if err := f.follow(f.ctx, filingReview, nursery.OutcomeCorrect, reviewed, nil); err != nil {
		return err
	}
	f.print()
	answer, err := f.ask(filingCorrections, humantask.Spec{Decision: f.assessment.Decision, Reminder: f.terms.CorrectionDays})
	if err != nil {
		return err
	}
	if err := f.followed(filingCorrections, answer, nil); err != nil {
		return err
	}
	return f.assessAgain()
}

// verifyOnSite opens the task of one officer for the finding and that of a second one to countersign it (行政处罚法 art.
// 42: no fewer than two); if they disagree, the site is visited again. It reports whether the site conforms.
func (f *filing) verifyOnSite(visit, countersign definition.TaskKind, clock string) (bool, error) {
	spec := humantask.Spec{Excluded: []string{f.in.SubmittedBy}, Clock: clock, Decision: f.assessment.Decision, Days: recheckDays(clock)}
	for {
		first, err := f.ask(visit, spec)
		if err != nil {
			return false, err
		}
		confirm := spec
		confirm.Excluded = []string{f.in.SubmittedBy, first.Actor}
		second, err := f.ask(countersign, confirm)
		if err != nil {
			return false, err
		}
		if second.Outcome == nursery.OutcomeAgree {
			f.first = first
			return first.Outcome == nursery.OutcomeConform, nil
		}
	}
}

// recheckDays returns the working days an office has for a recheck, for which no regulation sets a limit: as many as
// for the first finding.
func recheckDays(clock string) int {
	if clock != "" {
		return 0
	}
	return 15
}

// rectify issues the notice of nonconformity, waits for proof and has two officers check again, until the site conforms
// or the case is referred for a penalty (人口与计划生育法 art. 41).
func (f *filing) rectify() (CaseResult, error) {
	for {
		var ordered activities.Rectification
		if err := f.follow(f.ctx, filingVisit, nursery.OutcomeNonconform, f.first, &ordered); err != nil {
			return f.fail(err)
		}
		f.print()
		if _, err := f.ask(filingRectify, humantask.Spec{Days: ordered.Days}); err != nil {
			return f.fail(err)
		}
		conforms, err := f.verifyOnSite(filingRecheck, filingRecheckCountersign, "")
		switch {
		case err != nil:
			return f.fail(err)
		case conforms, f.first.Outcome == nursery.OutcomeReferPenalty:
			return f.closeBy(filingRecheck, f.first)
		}
	}
}
