package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

func TestACleanFilingGetsItsReceiptAndIsVerified(t *testing.T) {
	h := sharedHouse(t)
	a := newApplicant(t, h, "public_comprehensive")
	register(t, a)
	app := prepare(t, a, "public_comprehensive")

	checked, err := a.Precheck(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	wantDecisions(t, checked, nursery.Pass)

	started := file(t, a, app)
	number, err := nursery.ParseCaseNumber(started.CaseNo)
	if err != nil || number.Kind() != "BA" || number.County() != "140403" || number.Year() != today().Year || started.TrackingCode == "" {
		t.Fatalf("got %+v", started)
	}
	open(t, a.Clerk(), started.CaseNo, "filing.review")
	c := await(t, a.Clerk(), started.CaseNo, roleplay.Stage(nursery.StageSubmitted))
	due := workingDay(t, today(), 5)
	if c.Holder != "clerk" || c.DueOn != due || c.Overdue || c.Status != nursery.CaseOpen || c.SiteKind != "public_comprehensive" {
		t.Errorf("under review: %s due %s, overdue %t, want clerk due %s", c.Holder, c.DueOn, c.Overdue, due)
	}
	wantClock(t, c, "receipt", 5, due, "running")
	wantClock(t, c, "finding", 15, workingDay(t, today(), 15), "running")
	wantDecisions(t, c.Decisions, nursery.Pass)

	answer(t, a.Clerk(), started.CaseNo, "filing.review", nursery.OutcomeAccept, noFindings)
	c = await(t, a.Actor, started.CaseNo, roleplay.Printed(nursery.StageReceiptIssued))
	if c.Holder != "inspector" || c.DueOn != workingDay(t, today(), 15) {
		t.Errorf("after the receipt: %s due %s", c.Holder, c.DueOn)
	}
	wantClock(t, c, "receipt", 5, due, "ended")
	wantList(t, "papers", papersOf(c), "filing_acceptance in_force", "filing_basic_conditions in_force",
		"filing_receipt in_force")
	for _, d := range c.Documents {
		genuinePDF(t, a.Actor, d)
		wantVerified(t, h, d, true)
	}

	answer(t, a.Inspector(1), started.CaseNo, "filing.site_visit", nursery.OutcomeConform, visit())
	countersign := open(t, a.Inspector(2), started.CaseNo, "filing.site_visit_countersign")
	_, err = a.Inspector(1).Complete(t.Context(), key(), countersign.ID, nursery.OutcomeAgree, seen)
	refused(t, err, http.StatusForbidden, "conflict_of_interest")
	answer(t, a.Inspector(2), started.CaseNo, "filing.site_visit_countersign", nursery.OutcomeAgree, seen)

	c = await(t, a.Actor, started.CaseNo, roleplay.Printed(nursery.StageVerified))
	if c.Status != nursery.CaseEnded || c.Holder != "" || !c.DueOn.IsZero() {
		t.Errorf("at the end: status %s, holder %q, due %s", c.Status, c.Holder, c.DueOn)
	}
	wantList(t, "events", h.events(t, started.CaseNo), "submitted", "received", "assessed", "task_opened", "task_closed",
		"materials_complete", "receipt_issued", "task_opened", "task_closed", "task_opened", "task_closed", "verified")
}

// wantDecisions asserts that the latest decision of each rule set has the result, under a revision, as of today. The
// latest come first.
func wantDecisions(t *testing.T, made []nursery.Decision, result nursery.Result) {
	t.Helper()
	last := map[string]nursery.Decision{}
	for _, d := range slices.Backward(made) {
		last[d.RuleSet] = d
	}
	for _, set := range []string{"registration.route", "filing.complete", "filing.conform"} {
		d, ok := last[set]
		if !ok || d.Result != result || d.Revision == "" || d.AsOf != today() {
			t.Errorf("%s: got %s as of %s under %q, want %s", set, d.Result, d.AsOf, d.Revision, result)
		}
	}
}

func wantClock(t *testing.T, c roleplay.Case, name string, limit int, due nursery.Date, state string) {
	t.Helper()
	i := slices.IndexFunc(c.Clocks, func(k roleplay.Clock) bool { return k.Name == name })
	if i < 0 {
		t.Fatalf("case %s has no clock %s", c.CaseNo, name)
	}
	if k := c.Clocks[i]; k.LimitDays != limit || k.DueOn != due || k.State != state {
		t.Errorf("clock %s: %d days until %s, %s; want %d until %s, %s", name, k.LimitDays, k.DueOn, k.State, limit, due, state)
	}
}

func TestElevenGapsAreNamedAtOnceAndCorrectedInTwoRounds(t *testing.T) {
	h := sharedHouse(t)
	a := newApplicant(t, h, "community")
	started := file(t, a, prepare(t, a, "eleven_gaps"))
	open(t, a.Clerk(), started.CaseNo, "filing.registration")
	c := await(t, a.Clerk(), started.CaseNo, roleplay.Stage(nursery.StageRegistration))
	if c.Holder != "clerk" {
		t.Errorf("the registration is with %s", c.Holder)
	}
	answer(t, a.Clerk(), started.CaseNo, "filing.registration", nursery.OutcomeConfirm, a.Registration)

	review := open(t, a.Clerk(), started.CaseNo, "filing.review")
	if len(review.Outcomes) != 1 || review.Outcomes[0].Outcome != nursery.OutcomeCorrect {
		t.Errorf("with gaps the clerk may %+v", review.Outcomes)
	}
	_, err := a.Clerk().Complete(t.Context(), key(), review.ID, nursery.OutcomeAccept, noFindings)
	refused(t, err, http.StatusUnprocessableEntity, "outcome_not_offered")
	answer(t, a.Clerk(), started.CaseNo, "filing.review", nursery.OutcomeCorrect, noFindings)

	c = inCorrections(t, a, started.CaseNo, 11)
	if c.Holder != "institution" {
		t.Errorf("the ball is with %s", c.Holder)
	}
	for _, k := range c.Clocks {
		if k.State != "paused" {
			t.Errorf("clock %s is %s while the ball is with the applicant", k.Name, k.State)
		}
	}
	wantList(t, "papers", papersOf(c), "filing_correction in_force")
	genuinePDF(t, a.Actor, c.Documents[0])

	wrong := prepare(t, a, "eleven_gaps_round_1")
	wrong.Institution.Address += "乙"
	seats := 16
	wrong.Classes[1].Seats = &seats
	r := refused(t, a.Correct(t.Context(), key(), started.CaseNo, c.Version, wrong, true), http.StatusUnprocessableEntity, "field_not_open")
	wantList(t, "fields not open", locations(r), "/application/classes/c-2/seats", "/application/institution/address")

	round := prepare(t, a, "eleven_gaps_round_1")
	refused(t, a.Correct(t.Context(), key(), started.CaseNo, c.Version+7, round, true), http.StatusConflict, "version_stale")
	if err := a.Correct(t.Context(), key(), started.CaseNo, c.Version, round, true); err != nil {
		t.Fatal(err)
	}
	answer(t, a.Clerk(), started.CaseNo, "filing.review", nursery.OutcomeCorrect, noFindings)
	c = inCorrections(t, a, started.CaseNo, 4)
	if err := a.Correct(t.Context(), key(), started.CaseNo, c.Version, prepare(t, a, "eleven_gaps_round_2"), true); err != nil {
		t.Fatal(err)
	}
	review = open(t, a.Clerk(), started.CaseNo, "filing.review")
	if len(review.Outcomes) != 2 {
		t.Errorf("without gaps the clerk may %+v", review.Outcomes)
	}
	answer(t, a.Clerk(), started.CaseNo, "filing.review", nursery.OutcomeAccept, noFindings)
	c = await(t, a.Actor, started.CaseNo, roleplay.Printed(nursery.StageReceiptIssued))
	wantList(t, "papers", papersOf(c), "filing_acceptance in_force", "filing_basic_conditions in_force",
		"filing_correction in_force", "filing_correction in_force", "filing_receipt in_force")
	wantDecisions(t, c.Decisions, nursery.Pass)
	if len(c.Gaps) != 0 {
		t.Errorf("gaps still open: %+v", c.Gaps)
	}
	var way []string
	for _, s := range c.Stages {
		way = append(way, s.Place+" "+string(s.Stage))
	}
	wantList(t, "stages", way, "past registration", "past submitted", "past corrections", "past materials_complete", "here receipt_issued", "ahead verified")
}

// inCorrections waits until a number of gaps is notified, each with its legal basis and remedy.
func inCorrections(t *testing.T, a *roleplay.Applicant, caseNo string, gaps int) roleplay.Case {
	t.Helper()
	open(t, a.Actor, caseNo, "filing.corrections")
	c := await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageCorrections))
	if len(c.Gaps) != gaps {
		t.Fatalf("%d gaps are told, want %d: %+v", len(c.Gaps), gaps, c.Gaps)
	}
	for _, g := range c.Gaps {
		if len(g.Basis) == 0 || g.Basis[0].Document == "" || !chinese(g.Message) || !chinese(g.Remedy) || len(g.Fields) == 0 {
			t.Errorf("gap %s says too little: %+v", g.Rule, g)
		}
	}
	return c
}

func locations(r *roleplay.Refusal) []string {
	var list []string
	for _, f := range r.Errors {
		list = append(list, strings.TrimPrefix(f.Location, "body."))
	}
	slices.Sort(list)
	return list
}

func TestANonconformityIsPublishedRectifiedAndClosed(t *testing.T) {
	h := sharedHouse(t)
	a, caseNo := filed(t, h, "short_video")
	c := await(t, a.Clerk(), caseNo, roleplay.Stage(nursery.StageSubmitted))
	conform := c.Decisions[slices.IndexFunc(c.Decisions, func(d nursery.Decision) bool { return d.RuleSet == "filing.conform" })]
	if conform.Result != nursery.Fail || len(conform.Reasons) != 1 || conform.Reasons[0].Rule != "MN-32c" || len(conform.Reasons[0].Basis) == 0 {
		t.Errorf("the standards say %s: %+v", conform.Result, conform.Reasons)
	}
	// A standard that is not met does not prevent the receipt: the finding on site is a separate decision.
	answer(t, a.Clerk(), caseNo, "filing.review", nursery.OutcomeAccept, noFindings)
	await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageReceiptIssued))

	found := visit(roleplay.Finding{Rule: "MN-32c", Field: "/premises/video_days", Message: "监控录像只保存60天。"},
		roleplay.Finding{Message: "二层防火门不能自行关闭。"})
	found.Attachments = []string{picture(t, a.Inspector(1), a.Institution())}
	answer(t, a.Inspector(1), caseNo, "filing.site_visit", nursery.OutcomeNonconform, found)
	answer(t, a.Inspector(2), caseNo, "filing.site_visit_countersign", nursery.OutcomeAgree, seen)

	open(t, a.Actor, caseNo, "filing.rectify")
	c = await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageRectifying))
	if c.Holder != "institution" || c.DueOn != workingDay(t, today(), 10) {
		t.Errorf("rectifying: %s due %s", c.Holder, c.DueOn)
	}
	receipt := paperOf(t, c, "filing_receipt")
	if receipt.State != "in_force" {
		t.Errorf("the receipt is %s", receipt.State)
	}
	genuinePDF(t, a.Actor, paperOf(t, c, "filing_nonconformity"))
	if n := h.number(t, "SELECT count(*) FROM publications WHERE case_no = $1 AND kind = 'nonconformity'", caseNo); n != 1 {
		t.Errorf("published %d times", n)
	}

	answer(t, a.Actor, caseNo, "filing.rectify", nursery.OutcomeProve,
		roleplay.Note{Note: "录像机已扩容，防火门已修复。", Attachments: []string{picture(t, a.Actor, "")}})
	answer(t, a.Inspector(2), caseNo, "filing.recheck", nursery.OutcomeConform, visit())
	answer(t, a.Inspector(3), caseNo, "filing.recheck_countersign", nursery.OutcomeAgree, seen)
	c = await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageClosed))
	if c.Status != nursery.CaseEnded {
		t.Errorf("status %s", c.Status)
	}
	wantList(t, "papers", papersOf(c), "filing_acceptance in_force", "filing_basic_conditions in_force",
		"filing_nonconformity in_force", "filing_receipt in_force", "filing_rectified in_force")
}

func TestAFamilyPointOfSixIsReroutedAndFilesAsAnInstitution(t *testing.T) {
	h := sharedHouse(t)
	a := newApplicant(t, h, "family_point_six_children")
	register(t, a)
	started := file(t, a, prepare(t, a, "family_point_six_children"))
	c := await(t, a.Actor, started.CaseNo, roleplay.Printed(nursery.StageRerouted))
	if c.Status != nursery.CaseEnded || len(c.Children) != 1 || c.Children[0].Stage != nursery.StageDraft {
		t.Fatalf("rerouted: status %s, children %+v", c.Status, c.Children)
	}
	wantList(t, "papers", papersOf(c), "filing_reroute in_force")

	draft := c.Children[0].CaseNo
	d := await(t, a.Actor, draft, roleplay.Stage(nursery.StageDraft))
	if d.SiteKind != "other" || d.Application.Institution.Name != "上党区示例家庭托育点" || len(d.Application.Staff) != 2 {
		t.Errorf("the draft does not carry over what was entered: %s, %s", d.SiteKind, d.Application.Institution.Name)
	}
	reg, err := a.RegistrationOf("family_point_as_institution")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Registrar().Register(t.Context(), key(), reg); err != nil {
		t.Fatal(err)
	}
	if err := a.Correct(t.Context(), key(), draft, d.Version, prepare(t, a, "family_point_as_institution"), true); err != nil {
		t.Fatal(err)
	}
	answer(t, a.Clerk(), draft, "filing.review", nursery.OutcomeAccept, noFindings)
	await(t, a.Actor, draft, roleplay.Printed(nursery.StageReceiptIssued))
}

func TestAFamilyPointOfFiveIsFiledAsOne(t *testing.T) {
	h := sharedHouse(t)
	a, caseNo := receipted(t, h, "family_point")
	if c := await(t, a.Actor, caseNo, roleplay.Stage(nursery.StageReceiptIssued)); c.SiteKind != "family_point" {
		t.Errorf("filed as %s", c.SiteKind)
	}
}

func TestAnApplicantWithdrawsUntilTheReceiptAndNotAfter(t *testing.T) {
	h := sharedHouse(t)
	a, caseNo := filed(t, h, "employer")
	if err := a.Withdraw(t.Context(), key(), caseNo, "园区改建，暂缓开办"); err != nil {
		t.Fatal(err)
	}
	c := await(t, a.Actor, caseNo, roleplay.Stage(nursery.StageWithdrawn))
	if c.Status != nursery.CaseEnded || len(c.Documents) != 0 {
		t.Errorf("withdrawn: status %s, papers %v", c.Status, papersOf(c))
	}
	for _, task := range c.Tasks {
		if task.State == "open" {
			t.Errorf("task %s is still open", task.Kind)
		}
	}
	b, filedNo := receipted(t, h, "employer")
	refused(t, b.Withdraw(t.Context(), key(), filedNo, "想撤回"), http.StatusConflict, "too_late_to_withdraw")
}

func TestAChangeSupersedesTheReceiptAndACancellationRevokesIt(t *testing.T) {
	h := sharedHouse(t)
	a, caseNo := verified(t, h, "community")
	receipt := paperOf(t, await(t, a.Actor, caseNo, roleplay.Stage(nursery.StageVerified)), "filing_receipt")

	change, err := a.Change(t.Context(), key(), caseNo, prepare(t, a, "community_changed"), "增加计时托，更换联系电话")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(change.CaseNo, "BG-140403-") {
		t.Errorf("the change is %s", change.CaseNo)
	}
	answer(t, a.Clerk(), change.CaseNo, "filing_change.review", nursery.OutcomeApprove, map[string]string{"reason": "变更内容属实"})
	c := await(t, a.Actor, change.CaseNo, roleplay.Printed(nursery.StageChanged))
	changed := paperOf(t, c, "filing_change")
	genuinePDF(t, a.Actor, changed)
	wantVerified(t, h, changed, true)
	wantVerified(t, h, receipt, false)
	if d := paperOf(t, await(t, a.Actor, caseNo, roleplay.Stage(nursery.StageVerified)), "filing_receipt"); d.State != "superseded" {
		t.Errorf("the receipt is %s", d.State)
	}

	cancel, err := a.Cancel(t.Context(), key(), caseNo, nursery.Cancellation{
		Reason: "房屋租赁到期", ChildrenSettled: true, StaffSettled: true, Plan: "在托婴幼儿转入邻近机构。",
	})
	if err != nil {
		t.Fatal(err)
	}
	answer(t, a.Clerk(), cancel.CaseNo, "filing_cancel.review", nursery.OutcomeApprove, map[string]string{"reason": "已妥善安置"})
	c = await(t, a.Actor, cancel.CaseNo, roleplay.Printed(nursery.StageCancelled))
	genuinePDF(t, a.Actor, paperOf(t, c, "filing_cancellation"))
	wantVerified(t, h, changed, false)
	if n := h.number(t, "SELECT count(*) FROM institutions WHERE filing_case = $1 AND status = 'cancelled'", caseNo); n != 1 {
		t.Errorf("%d institutions are cancelled, want 1", n)
	}
}

func TestAClerkWhoFiledForAnInstitutionDoesNotReviewIt(t *testing.T) {
	h := sharedHouse(t)
	a := newApplicant(t, h, "public_comprehensive")
	register(t, a)
	app := testdata.WithAttachments(prepare(t, a, "public_comprehensive"), func(kind nursery.PaperKind) string { // scanned at the counter
		id, err := a.Clerk().UploadFor(t.Context(), a.Institution(), string(kind)+".pdf", "application/pdf", testdata.PDF(string(kind)))
		if err != nil {
			t.Fatal(err)
		}
		return id
	})
	var started roleplay.Started
	err := a.Clerk().Post(t.Context(), "/api/v1/filings", key(), map[string]any{"institution": a.Institution(), "application": app}, &started)
	if err != nil {
		t.Fatal(err)
	}
	task := open(t, a.Supervisor(), started.CaseNo, "filing.review")
	_, err = a.Clerk().Complete(t.Context(), key(), task.ID, nursery.OutcomeAccept, noFindings)
	refused(t, err, http.StatusForbidden, "conflict_of_interest")
	answer(t, h.users.As("clerk-140403-2"), started.CaseNo, "filing.review", nursery.OutcomeAccept, noFindings)
	await(t, a.Actor, started.CaseNo, roleplay.Printed(nursery.StageReceiptIssued))
}

func TestAPaperIsReissuedNeverSilentlyAndRevoked(t *testing.T) {
	h := sharedHouse(t)
	a, caseNo := receipted(t, h, "community")
	receipt := paperOf(t, await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageReceiptIssued)), "filing_receipt")
	act := func(who *roleplay.Actor, id, act string) error {
		return who.Post(t.Context(), "/api/v1/documents/"+id+"/"+act, key(), map[string]string{"reason": "机构名称有误字"}, nil)
	}
	refused(t, act(a.Clerk(), receipt.ID, "reissue"), http.StatusForbidden, "forbidden")
	if err := act(a.Supervisor(), receipt.ID, "reissue"); err != nil {
		t.Fatal(err)
	}
	wantVerified(t, h, receipt, false)
	c := await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageReceiptIssued))
	i := slices.IndexFunc(c.Documents, func(d roleplay.Document) bool { return d.Kind == receipt.Kind && d.State == "in_force" })
	if i < 0 {
		t.Fatalf("no receipt in force: %v", papersOf(c))
	}
	again := c.Documents[i]
	if again.ID == receipt.ID || again.Number == receipt.Number || again.Code == receipt.Code {
		t.Errorf("the new paper is %s, code %s; the old one %s, code %s", again.Number, again.Code, receipt.Number, receipt.Code)
	}
	genuinePDF(t, a.Actor, again)
	genuinePDF(t, a.Actor, receipt) // issued documents remain readable
	wantVerified(t, h, again, true)
	if err := act(a.Supervisor(), again.ID, "revoke"); err != nil {
		t.Fatal(err)
	}
	wantVerified(t, h, again, false)
	refused(t, act(a.Supervisor(), again.ID, "revoke"), http.StatusConflict, "document_ended")
}
