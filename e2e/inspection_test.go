package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// inspecting opens an inspection of an institution by its county's first two officers and arranges it.
func inspecting(t *testing.T, a *roleplay.Applicant) string {
	t.Helper()
	caseNo := opened(t, a)
	if err := roleplay.Arrange(t.Context(), key, caseNo, a.Inspector(1), a.Inspector(2), workingDay(t, today(), 1)); err != nil {
		t.Fatal(err)
	}
	return caseNo
}

func opened(t *testing.T, a *roleplay.Applicant) string {
	t.Helper()
	caseNo, err := a.Supervisor().StartInspection(t.Context(), key(), a.Institution(), "random", a.Inspector(1).Account, a.Inspector(2).Account)
	if err != nil {
		t.Fatal(err)
	}
	return caseNo
}

func inspect(t *testing.T, who *roleplay.Actor, caseNo string, serious bool, bad ...string) {
	t.Helper()
	if err := who.Visit(t.Context(), key(), caseNo, testdata.PNG(uint8(keys.Add(1))), serious, bad...); err != nil {
		t.Fatal(err)
	}
}

func sign(t *testing.T, a *roleplay.Applicant, caseNo string) {
	t.Helper()
	if err := roleplay.Sign(t.Context(), key, caseNo, a.Inspector(1), a.Inspector(2), a.Actor); err != nil {
		t.Fatal(err)
	}
}

// inspectionRows returns the operations on inspections and complaints, for the matrix of roles.
func inspectionRows(t *testing.T, h *harness, a *roleplay.Applicant) []row {
	t.Helper()
	caseNo := inspecting(t, a)
	open(t, a.Inspector(1), caseNo, "inspection.visit")
	visit, err := a.Inspector(1).FillVisit(t.Context(), caseNo, "visit-matrix", today(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	complaint := map[string]string{"county": a.County(), "institution": a.Institution(), "topic": "other", "said": "核对权限的投诉"}
	var filed struct {
		CaseNo string `json:"case_no"`
		Code   string `json:"tracking_code"`
	}
	if err := h.users.As("").Post(t.Context(), "/api/v1/public/complaints", key(), complaint, &filed); err != nil {
		t.Fatal(err)
	}
	var (
		at       = "/api/v1/inspections/" + caseNo
		seers    = only(nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor)
		officers = only(nursery.RoleInspector)
		heads    = only(nursery.RoleSupervisor)
	)
	return []row{
		{op: "GET /api/v1/inspections", path: "/api/v1/inspections", allowed: seers},
		{op: "POST /api/v1/inspections", path: "/api/v1/inspections", allowed: heads, body: says(map[string]string{
			"institution": a.Institution(), "kind": "random", "first_inspector": a.Inspector(3).Account, "second_inspector": a.Inspector(4).Account})},
		{op: "GET /api/v1/inspections/{case_no}/package", path: at + "/package", allowed: officers, ofCase: true},
		{op: "POST /api/v1/inspections/{case_no}/drafts", path: at + "/drafts", allowed: officers, ofCase: true,
			body: says(map[string]any{"visit": "visit-matrix", "content": visit.Content})},
		{op: "PUT /api/v1/inspections/{case_no}/visit", path: at + "/visit", allowed: officers, ofCase: true, body: says(visit)},
		// An unannounced inspection is visible to the institution after the visit.
		{op: "GET /api/v1/inspections/{case_no}", path: at, allowed: seers, ofCase: true},
		{op: "GET /api/v1/public/inspections", path: "/api/v1/public/inspections?county=140403", allowed: everybody},
		{op: "POST /api/v1/public/complaints", path: "/api/v1/public/complaints", allowed: everybody, body: says(complaint)},
		// Callers from elsewhere have added as many as there may be.
		{op: "POST /api/v1/public/complaints/{case_no}/photos", path: "/api/v1/public/complaints/" + filed.CaseNo + "/photos", allowed: everybody, refused: "complaint_photos_full",
			media: "multipart/form-data; boundary=edge", body: says([]byte("--edge\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n" + filed.Code +
				"\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n" + string(testdata.PNG(30)) + "\r\n--edge--\r\n"))},
		{op: "POST /api/v1/complaints", path: "/api/v1/complaints", body: says(complaint), allowed: append(only(nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCityOffice), office...)},
		{op: "GET /api/v1/complaints/{case_no}", path: "/api/v1/complaints/" + filed.CaseNo, allowed: heads, ofCase: true},
	}
}

func TestADefectIsOrderedPutRightAndPublished(t *testing.T) {
	h := sharedHouse(t)
	a, _ := verified(t, h, "community")
	caseNo := inspecting(t, a)
	if _, err := a.Case(t.Context(), caseNo); err == nil {
		t.Error("the institution sees an unannounced visit before it")
	}
	inspect(t, a.Inspector(2), caseNo, false, "MN-24")
	sign(t, a, caseNo)
	answer(t, a.Actor, caseNo, "inspection.correct", nursery.OutcomeProve, roleplay.Note{Note: "已逐日记录晨午检", Attachments: []string{}})
	inspect(t, a.Inspector(1), caseNo, false)
	for _, officer := range []*roleplay.Actor{a.Inspector(1), a.Inspector(2)} {
		answer(t, officer, caseNo, "inspection.sign", nursery.OutcomeSign, roleplay.Note{})
	}
	answer(t, a.Actor, caseNo, "inspection.countersign", nursery.OutcomeSign, map[string]string{"signature": picture(t, a.Actor, a.Institution())})
	c := await(t, a.Supervisor(), caseNo, roleplay.Printed(nursery.StageCorrected))
	drawn := 0
	wantList(t, "papers", papersOf(c), "inspection_closed in_force", "inspection_order in_force", "inspection_record in_force", "inspection_record in_force")
	for _, d := range c.Documents {
		if pdf := genuinePDF(t, a.Supervisor(), d); bytes.Contains(pdf, []byte("/Subtype /Image")) {
			drawn++
		}
	}
	if drawn != 1 {
		t.Errorf("a signature by hand is on %d papers, want that of the last record", drawn)
	}
	var results struct {
		Items []struct{ Title, Text string }
	}
	if err := h.users.As("").Get(t.Context(), "/api/v1/public/inspections?county="+a.County(), &results); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(results.Items, func(p struct{ Title, Text string }) bool {
		return strings.Contains(p.Text, "不合格 1 项：1．晨午检和全日健康观察（《托育机构管理规范（试行）》")
	}) {
		t.Errorf("published %+v", results.Items)
	}
}

func TestAnInstitutionThatStaysSilentIsReferredOnTheRealClock(t *testing.T) {
	h := sharedHouse(t)
	a, _ := verified(t, h, "public_comprehensive")
	caseNo := inspecting(t, a)
	inspect(t, a.Inspector(1), caseNo, true, "FS-07")
	hazard := open(t, a.Supervisor(), caseNo, "inspection.hazard")
	if hazard.Role != "supervisor" && hazard.Role != "county_office" {
		t.Errorf("the hazard is told to %s", hazard.Role)
	}
	sign(t, a, caseNo)
	ordered := open(t, a.Actor, caseNo, "inspection.correct")
	if due := workingDay(t, today(), 5); ordered.DueOn != due {
		t.Errorf("a serious hazard is to be put right by %s, want %s", ordered.DueOn, due)
	}
	h.skipTo(t, caseNo, workingDay(t, ordered.DueOn, 3).AddDays(2))
	await(t, a.Supervisor(), caseNo, roleplay.Stage(nursery.StageReinspected))
	inspect(t, a.Inspector(2), caseNo, true, "FS-07")
	sign(t, a, caseNo)
	answer(t, a.Supervisor(), caseNo, "inspection.decide", nursery.OutcomeReferPenalty, roleplay.Note{Note: "拒不改正"})
	c := await(t, a.Supervisor(), caseNo, roleplay.Printed(nursery.StagePenaltyReferred))
	wantList(t, "papers", papersOf(c), "inspection_order in_force", "inspection_record in_force", "inspection_record in_force", "inspection_referral in_force")
}

func TestTwoOfficersWithoutSignalDoNotOverwriteEachOther(t *testing.T) {
	h := sharedHouse(t)
	a, _ := verified(t, h, "employer")
	caseNo := inspecting(t, a)
	open(t, a.Inspector(1), caseNo, "inspection.visit")
	one, err := a.Inspector(1).FillVisit(t.Context(), caseNo, "visit-one-"+key(), today(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	two := one
	two.Visit, two.Content.Note = "visit-two-"+key(), "另一份"
	first, err := a.Inspector(1).SendVisit(t.Context(), key(), caseNo, one)
	if err != nil {
		t.Fatal(err)
	}
	again, err := a.Inspector(1).SendVisit(t.Context(), key(), caseNo, one)
	if err != nil || again != first {
		t.Errorf("sent again: %+v, %v, want %+v", again, err, first)
	}
	_, err = a.Inspector(2).SendVisit(t.Context(), key(), caseNo, two)
	refusal := refused(t, err, http.StatusConflict, "visit_conflict")
	var both struct {
		Shown struct {
			Stored roleplay.VisitVersion `json:"stored"`
			Sent   roleplay.SentVisit    `json:"sent"`
		} `json:"shown"`
	}
	if err := json.Unmarshal(refusal.Raw.Body, &both); err != nil || both.Shown.Stored != first || both.Shown.Sent.Content.Note != "另一份" {
		t.Errorf("shown %+v, %v", both, err)
	}
}

func TestAComplaintOpensAVisit(t *testing.T) {
	h := sharedHouse(t)
	a, _ := receipted(t, h, "community")
	var filed roleplay.Started
	err := h.users.As("").Post(t.Context(), "/api/v1/public/complaints", key(), map[string]string{
		"county": a.County(), "institution": a.Institution(), "topic": "food", "said": "午餐的米饭发霉", "contact": "留言箱三号",
	}, &filed)
	if err != nil {
		t.Fatal(err)
	}
	answer(t, a.Supervisor(), filed.CaseNo, "complaint.triage", nursery.OutcomeVisit,
		map[string]string{"note": "到场核实", "first_inspector": a.Inspector(1).Account, "second_inspector": a.Inspector(3).Account})
	var seen struct {
		Inspection string `json:"inspection"`
		Contact    string `json:"contact"`
	}
	if err := a.Supervisor().Get(t.Context(), "/api/v1/complaints/"+filed.CaseNo, &seen); err != nil || seen.Contact != "留言箱三号" {
		t.Fatalf("%+v, %v", seen, err)
	}
	open(t, a.Inspector(3), seen.Inspection, "inspection.assignment")
}

func TestAWorkerKilledInAnyStepOfAnInspectionLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := verified(t, h, "community")
	caseNo := opened(t, a)
	one, two := a.Inspector(1), a.Inspector(2)
	answers := func(who *roleplay.Actor, kind string, outcome nursery.Outcome, form any) func() error {
		return func() error { return who.AnswerOwn(t.Context(), key(), caseNo, kind, outcome, form) }
	}
	visits := func(who *roleplay.Actor, bad ...string) func() error {
		return func() error { return who.Visit(t.Context(), key(), caseNo, testdata.PNG(7), false, bad...) }
	}
	note := roleplay.Note{Note: "属实"}
	acts := []func() error{
		answers(one, "inspection.assignment", nursery.OutcomeTakeOn, note), answers(two, "inspection.assignment", nursery.OutcomeTakeOn, note),
		answers(one, "inspection.day", nursery.OutcomePropose, roleplay.VisitDay{On: workingDay(t, today(), 1), Time: "09:30"}),
		visits(one, "MN-24"),
		answers(one, "inspection.sign", nursery.OutcomeSign, note), answers(two, "inspection.sign", nursery.OutcomeSign, note),
		answers(a.Actor, "inspection.countersign", nursery.OutcomeSign, note), answers(a.Actor, "inspection.correct", nursery.OutcomeProve, note),
		visits(two),
		answers(one, "inspection.sign", nursery.OutcomeSign, note), answers(two, "inspection.sign", nursery.OutcomeSign, note),
		answers(a.Actor, "inspection.countersign", nursery.OutcomeSign, note),
	}
	for i, act := range acts {
		// The action waits for its task, so the worker killed within it is the one that has just started.
		h.worker.killIn(time.Duration(200+i%5*10) * time.Millisecond)
		done := make(chan error, 1)
		go func() { done <- act() }()
		<-h.worker.done
		h.startWorker(t)
		if err := <-done; err != nil {
			t.Fatalf("act %d with a worker dying: %v", i, err)
		}
	}
	c := await(t, a.Supervisor(), caseNo, roleplay.Printed(nursery.StageCorrected))
	wantList(t, "papers", papersOf(c), "inspection_closed in_force", "inspection_order in_force", "inspection_record in_force", "inspection_record in_force")
	if n := h.number(t, "SELECT count(*) FROM inspection_signatures WHERE case_no = $1", caseNo); n != 6 {
		t.Errorf("%d signatures, want 6", n)
	}
	if n := h.number(t, "SELECT count(*) FROM publications WHERE case_no = $1", caseNo); n != 2 {
		t.Errorf("%d publications, want 2", n)
	}
	h.becomes(t, 0, "SELECT count(*) FROM outbox WHERE delivered_at IS NULL")
}

func TestAHazardNotedInADraftIsToldBeforeTheVisitIsSent(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	a, _ := receipted(t, h, "community")
	caseNo := inspecting(t, a)
	open(t, a.Inspector(1), caseNo, "inspection.visit")
	draft := map[string]any{"visit": "visit-draft-1", "content": map[string]any{
		"visited_on": today(), "items": []any{}, "serious_hazard": true, "note": "燃气厨房报警失效",
	}}
	for range 2 {
		if err := a.Inspector(1).Post(t.Context(), "/api/v1/inspections/"+caseNo+"/drafts", key(), draft, nil); err != nil {
			t.Fatal(err)
		}
	}
	// The two are opened concurrently, in either order, and a supervisor finds the office's task as well as their own.
	const alerts = "SELECT count(*) FROM tasks WHERE case_no = $1 AND kind = 'inspection.hazard'"
	h.becomes(t, 2, alerts, caseNo)
	open(t, a.Supervisor(), caseNo, "inspection.hazard")
	open(t, h.users.As("county-office-"+a.County()), caseNo, "inspection.hazard")
	h.becomes(t, 0, "SELECT count(*) FROM outbox WHERE case_no = $1 AND delivered_at IS NULL", caseNo)
	if n := h.number(t, alerts, caseNo); n != 2 {
		t.Errorf("%d alerts, want 2", n)
	}
}
