package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tuoyu/draw"
	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// drafted registers the officers of a county and opens its plan of a half-year.
func drafted(t *testing.T, h *harness, a *roleplay.Applicant, half nursery.HalfYear) string {
	t.Helper()
	caseNo, err := a.Supervisor().StartInspectionPlan(t.Context(), key(), half)
	if err != nil {
		t.Fatal(err)
	}
	open(t, a.Supervisor(), caseNo, "inspection_plan.commit")
	return caseNo
}

func commit(t *testing.T, a *roleplay.Applicant, caseNo string) {
	t.Helper()
	open(t, a.Supervisor(), caseNo, "inspection_plan.commit")
	if err := a.Supervisor().Commit(t.Context(), key(), caseNo); err != nil {
		t.Fatal(err)
	}
}

// drawnPlan has the county's office witness the draw and returns the plan once its regular visits are open.
func drawnPlan(t *testing.T, h *harness, a *roleplay.Applicant, caseNo string) roleplay.Plan {
	t.Helper()
	office := h.users.As("county-office-" + a.County())
	open(t, office, caseNo, "inspection_plan.draw")
	if err := office.Witness(t.Context(), key(), caseNo, "3391.76", time.Now()); err != nil {
		t.Fatal(err)
	}
	return planAt(t, a, caseNo, nursery.StagePlanRunning)
}

func planAt(t *testing.T, a *roleplay.Applicant, caseNo string, stage nursery.Stage) roleplay.Plan {
	t.Helper()
	plan, err := a.Supervisor().AwaitPlan(t.Context(), caseNo, func(p roleplay.Plan) bool { return p.Stage == stage })
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// verifies repeats the draw from the public record, with the library and with the program.
func verifies(t *testing.T, h *harness, caseNo string, want draw.Verified) draw.Record {
	t.Helper()
	raw, err := h.users.Published(t.Context(), caseNo)
	if err != nil {
		t.Fatal(err)
	}
	var r draw.Record
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	got := draw.Verify(r)
	if got.Commitment != want.Commitment || got.Pairs != want.Pairs || got.Random != want.Random || len(got.Differences) > 0 {
		t.Errorf("verified %+v, want %+v", got, want)
	}
	name := filepath.Join(t.TempDir(), "draw.json")
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.do(t.Context(), "draw", "verify", name); err != nil {
		t.Errorf("tuoyu draw verify: %v", err)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(raw), `"random_size":1`, `"random_size":2`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.do(t.Context(), "draw", "verify", name); err == nil {
		t.Error("tuoyu draw verify takes a record that was changed")
	}
	return r
}

// visited has the officers of a drawn visit make it without findings.
func visited(t *testing.T, h *harness, v roleplay.PlannedVisit) {
	t.Helper()
	first, second := h.users.As(v.Drawn[0]), h.users.As(v.Drawn[1])
	if err := roleplay.Arrange(t.Context(), key, v.Inspection, first, second, workingDay(t, today(), 1)); err != nil {
		t.Fatal(err)
	}
	institution := h.users.As("institution-" + strings.TrimPrefix(v.Institution, "inst-"))
	if v.Kind == nursery.InspectRegular {
		if err := institution.AnswerOwn(t.Context(), key(), v.Inspection, "inspection.day_offer", nursery.OutcomeAgreeDay, roleplay.Note{Note: "可以"}); err != nil {
			t.Fatal(err)
		}
	}
	inspect(t, first, v.Inspection, false)
	if err := roleplay.Sign(t.Context(), key, v.Inspection, first, second, institution); err != nil {
		t.Fatal(err)
	}
	await(t, first, v.Inspection, roleplay.Printed(nursery.StageInspected))
}

func regular(p roleplay.Plan) []roleplay.PlannedVisit {
	return slices.DeleteFunc(slices.Clone(p.Visits), func(v roleplay.PlannedVisit) bool { return v.Kind != nursery.InspectRegular })
}

func TestAYearOfInspectionsIsDrawnVisitedAndVerifiedByAnybody(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := receipted(t, h, "community")
	b, _ := receipted(t, h, "community")
	half := nursery.HalfYearOf(today())
	head, office := a.Supervisor(), h.users.As("county-office-"+a.County())
	caseNo := drafted(t, h, a, half)
	_, err := head.StartInspectionPlan(t.Context(), key(), half)
	refused(t, err, http.StatusConflict, "plan_started")
	if _, err := h.users.Published(t.Context(), caseNo); err == nil {
		t.Error("a draft is published")
	}

	// Too few officers: the rules name every institution.
	r := refused(t, head.Commit(t.Context(), key(), caseNo), http.StatusUnprocessableEntity, "invalid")
	if len(r.Errors) != 2 || !strings.Contains(r.Errors[0].Message, "可选派的检查人员只有0人") {
		t.Errorf("%+v", r.Errors)
	}
	if err := head.RegisterInspectors(t.Context(), key, a.County(), 4); err != nil {
		t.Fatal(err)
	}
	plan, err := head.Exclude(t.Context(), key(), caseNo, b.Institution(), true, "停业装修至下半年度")
	if err != nil || len(plan.Input.Candidates) != 1 || len(plan.Input.Exclusions) != 1 || len(plan.Reasons) != 0 {
		t.Fatalf("%+v, %v", plan, err)
	}
	if plan, err = head.Exclude(t.Context(), key(), caseNo, b.Institution(), false, "提前开业"); err != nil || len(plan.Input.Candidates) != 2 {
		t.Fatalf("%+v, %v", plan, err)
	}
	refused(t, office.Witness(t.Context(), key(), caseNo, "1", time.Now()), http.StatusConflict, "plan_not_committed")

	before := time.Now()
	commit(t, a, caseNo)
	refused(t, head.Commit(t.Context(), key(), caseNo), http.StatusConflict, "plan_committed")
	_, err = head.Exclude(t.Context(), key(), caseNo, b.Institution(), true, "太迟")
	refused(t, err, http.StatusConflict, "plan_committed")
	if r := verifies(t, h, caseNo, draw.Verified{Commitment: true}); r.PairsNonce != "" || r.PublicValue != "" || len(r.Pairs) != 0 {
		t.Errorf("before the draw %+v is published", r)
	}
	refused(t, head.Witness(t.Context(), key(), caseNo, "1", time.Now()), http.StatusForbidden, "conflict_of_interest")
	refused(t, office.Witness(t.Context(), key(), caseNo, "1", before), http.StatusUnprocessableEntity, "invalid")
	plan = drawnPlan(t, h, a, caseNo)
	visits := regular(plan)
	if len(visits) != 2 || len(plan.Visits) != 3 || visits[0].Inspection == "" || visits[1].Inspection == "" {
		t.Fatalf("visits %+v", plan.Visits)
	}
	if record := verifies(t, h, caseNo, draw.Verified{Commitment: true, Pairs: true}); record.RandomNonce != "" || len(record.Random) != 0 || len(record.Pairs) != 2 {
		t.Errorf("at the draw %+v is published", record)
	}

	const at = 0
	feed, old := calendarOf(t, h, visits[at].Drawn[0]), ""
	visited(t, h, visits[at])
	if text := calendarText(t, h, feed); !strings.Contains(text, "UID:"+visits[at].Inspection+"@tuoyu") || !strings.Contains(text, "SUMMARY:督导评估：") {
		t.Errorf("calendar %s", text)
	}
	old, feed = feed, calendarOf(t, h, visits[at].Drawn[0])
	if res := send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: old}); res.Status != http.StatusNotFound {
		t.Errorf("the calendar's old address answers %d", res.Status)
	}
	calendarText(t, h, feed)
	var day struct {
		Visits []struct {
			CaseNo string `json:"case_no"`
		}
	}
	if err := head.Get(t.Context(), "/api/v1/inspection-days/"+workingDay(t, today(), 1).String(), &day); err != nil || len(day.Visits) != 1 || day.Visits[0].CaseNo != visits[at].Inspection {
		t.Errorf("day %+v, %v", day, err)
	}
	if rate := coverage(t, office); rate.Numerator != 1 || rate.Denominator != 2 || rate.Rate.Exact != "50" {
		t.Errorf("coverage %+v", rate)
	}
	if sheet := send(t, head, roleplay.Request{Method: http.MethodGet, Path: "/api/v1/inspection-plans/" + caseNo + "/plan.xlsx"}); sheet.Status != ok || len(sheet.Body) < 3000 {
		t.Errorf("sheet: %d, %d bytes", sheet.Status, len(sheet.Body))
	}

	// The half-year ends: the random visit was opened in the meantime, and the missing ones are accounted for.
	h.skipTo(t, caseNo, half.Next().First().AddDays(1))
	answer(t, head, caseNo, "inspection_plan.late", nursery.OutcomeReply, map[string]string{"note": "机构停业，已列入下半年度"})
	plan = planAt(t, a, caseNo, nursery.StagePlanClosed)
	if plan.Late == nil || *plan.Late != 2 || !plan.Visits[2].Late || plan.Visits[2].Inspection == "" {
		t.Errorf("closed %+v", plan)
	}
	if record := verifies(t, h, caseNo, draw.Verified{Commitment: true, Pairs: true, Random: true}); len(record.Random) != 1 {
		t.Errorf("at the end %+v is published", record)
	}

	// The second half-year: no officer visits the same institution twice in a row.
	last := map[string][]string{visits[0].Institution: visits[0].Drawn, visits[1].Institution: visits[1].Drawn}
	last[plan.Visits[2].Institution] = plan.Visits[2].Drawn
	next := drafted(t, h, a, half.Next())
	commit(t, a, next)
	plan = drawnPlan(t, h, a, next)
	if opens := regular(plan)[0].OpensOn; opens != half.Next().First() {
		t.Errorf("regular visits open on %s", opens)
	}
	for _, v := range regular(plan) {
		for _, officer := range v.Drawn {
			if slices.Contains(last[v.Institution], officer) {
				t.Errorf("%s goes to %s twice running", officer, v.Institution)
			}
		}
	}
	h.skipTo(t, next, half.Next().Next().First().AddDays(1))
	if plan = planAt(t, a, next, nursery.StagePlanLate); slices.ContainsFunc(plan.Visits, func(v roleplay.PlannedVisit) bool { return v.Inspection == "" }) {
		t.Errorf("not every visit was opened: %+v", plan.Visits)
	}
	answer(t, head, next, "inspection_plan.late", nursery.OutcomeReply, map[string]string{"note": "已说明"})
	planAt(t, a, next, nursery.StagePlanClosed)
	verifies(t, h, next, draw.Verified{Commitment: true, Pairs: true, Random: true})
	if n := len(h.events(t, next)); n > 60 {
		t.Errorf("%d events on the timeline", n)
	}
}

// calendarOf returns the path of an officer's new calendar.
func calendarOf(t *testing.T, h *harness, account string) string {
	t.Helper()
	var feed struct{ URL string }
	if err := h.users.As(account).Post(t.Context(), "/api/v1/inspectors/me/calendar", key(), nil, &feed); err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(feed.URL)
	if err != nil {
		t.Fatal(err)
	}
	return address.Path
}

func calendarText(t *testing.T, h *harness, path string) string {
	t.Helper()
	res := send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: path})
	if res.Status != ok || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/calendar") {
		t.Fatalf("%d %s", res.Status, res.Body)
	}
	return strings.ReplaceAll(string(res.Body), "\r\n ", "")
}

type countyRate struct {
	Numerator, Denominator int
	Rate                   struct{ Exact, Text string }
}

func coverage(t *testing.T, who *roleplay.Actor) countyRate {
	t.Helper()
	var indicator struct{ Total countyRate }
	if err := who.Get(t.Context(), "/api/v1/indicators/inspection-coverage", &indicator); err != nil {
		t.Fatal(err)
	}
	return indicator.Total
}

// inspectionPlanRows returns the operations on plans and inspectors, for the matrix of roles.
func inspectionPlanRows(t *testing.T, h *harness, a *roleplay.Applicant) []row {
	t.Helper()
	if err := a.Supervisor().RegisterInspectors(t.Context(), key, a.County(), 4); err != nil {
		t.Fatal(err)
	}
	caseNo := drafted(t, h, a, nursery.HalfYearOf(today()))
	feed := calendarOf(t, h, a.Inspector(2).Account)
	var (
		at       = "/api/v1/inspection-plans/" + caseNo
		heads    = only(nursery.RoleSupervisor)
		seers    = only(nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor)
		officers = only(nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice)
	)
	return []row{
		{op: "POST /api/v1/inspection-plans", path: "/api/v1/inspection-plans", allowed: heads, body: says(map[string]string{"half": nursery.HalfYearOf(today()).Next().String()})},
		{op: "GET /api/v1/inspection-plans", path: "/api/v1/inspection-plans", allowed: seers},
		{op: "GET /api/v1/inspection-plans/{case_no}", path: at, allowed: seers, ofCase: true},
		{op: "GET /api/v1/inspection-plans/{case_no}/plan.xlsx", path: at + "/plan.xlsx", allowed: seers, ofCase: true},
		{op: "POST /api/v1/inspection-plans/{case_no}/exclusions", path: at + "/exclusions", allowed: heads, ofCase: true,
			body: says(map[string]any{"institution": a.Institution(), "excluded": false, "reason": "核对权限"})},
		{op: "POST /api/v1/inspection-plans/{case_no}/commit", path: at + "/commit", allowed: heads, ofCase: true},
		// The supervisor of the county made the commitment and so cannot witness.
		{op: "POST /api/v1/inspection-plans/{case_no}/draw", path: at + "/draw", allowed: seers[1:], ofCase: true,
			ready: func() { open(t, h.users.As("county-office-"+a.County()), caseNo, "inspection_plan.draw") },
			body: func(nursery.Role, string) any {
				return map[string]any{"public_value": "3391.76", "public_source": "示例", "public_at": time.Now()}
			}},
		{op: "GET /api/v1/inspection-plans/{case_no}/published", path: at + "/published", allowed: everybody},
		{op: "PUT /api/v1/inspectors/{account}", path: "/api/v1/inspectors/" + a.Inspector(4).Account, allowed: heads,
			body: says(map[string]any{"on_duty": true, "conflicts": []string{}, "version": 1})},
		{op: "GET /api/v1/inspectors", path: "/api/v1/inspectors", allowed: append(only(nursery.RoleCityOffice, nursery.RoleAuditor), officers...)},
		{op: "POST /api/v1/inspectors/me/calendar", path: "/api/v1/inspectors/me/calendar", allowed: only(nursery.RoleInspector)},
		{op: "GET /api/v1/inspectors/{me}/calendar.ics", path: feed, allowed: everybody},
		{op: "GET /api/v1/inspection-days/{date}", path: "/api/v1/inspection-days/2026-11-05", allowed: officers},
		{op: "GET /api/v1/indicators/inspection-coverage", path: "/api/v1/indicators/inspection-coverage", allowed: seers},
	}
}

func TestAWorkerKilledInEachStepOfAPlanLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := receipted(t, h, "community")
	head, office := a.Supervisor(), h.users.As("county-office-"+a.County())
	if err := head.RegisterInspectors(t.Context(), key, a.County(), 4); err != nil {
		t.Fatal(err)
	}
	half := nursery.HalfYearOf(today())
	// Each is done while the worker is killed within the resulting step.
	dying := func(n int, do func() error) {
		t.Helper()
		h.worker.killIn(time.Duration(n) * 10 * time.Millisecond)
		if err := do(); err != nil {
			t.Fatal(err)
		}
		<-h.worker.done
		h.startWorker(t)
	}
	caseNo := ""
	dying(0, func() (err error) {
		caseNo, err = head.StartInspectionPlan(t.Context(), key(), half)
		return err
	})
	open(t, head, caseNo, "inspection_plan.commit")
	dying(1, func() error { return head.Commit(t.Context(), key(), caseNo) })
	open(t, office, caseNo, "inspection_plan.draw")
	dying(3, func() error { return office.Witness(t.Context(), key(), caseNo, "3391.76", time.Now()) })
	plan := planAt(t, a, caseNo, nursery.StagePlanRunning)
	verifies(t, h, caseNo, draw.Verified{Commitment: true, Pairs: true})
	// The random visit opens on its day, and the plan is closed after the last day of the half-year.
	opens := today().AddDays(h.number(t, "SELECT opens_on - $2::date FROM planned_inspections WHERE case_no = $1 AND kind = 'random'", caseNo, today().String()))
	if opens.After(today()) {
		h.skipTo(t, caseNo, opens)
		h.skipDying(t, caseNo, opens.In(nursery.Shanghai).Add(10*time.Hour), 30*time.Millisecond)
	}
	if n := h.number(t, "SELECT count(*) FROM planned_inspections WHERE case_no = $1 AND inspection IS NULL", caseNo); n != 0 {
		await(t, head, caseNo, func(roleplay.Case) bool {
			return h.number(t, "SELECT count(*) FROM planned_inspections WHERE case_no = $1 AND inspection IS NULL", caseNo) == 0
		})
	}
	over := half.Next().First()
	h.skipTo(t, caseNo, over)
	h.skipDying(t, caseNo, over.In(nursery.Shanghai).Add(10*time.Hour), 40*time.Millisecond)
	open(t, head, caseNo, "inspection_plan.late")
	dying(2, func() error {
		task := open(t, head, caseNo, "inspection_plan.late")
		_, err := head.Complete(t.Context(), key(), task.ID, nursery.OutcomeReply, map[string]string{"note": "已说明"})
		return err
	})
	await(t, head, caseNo, roleplay.Stage(nursery.StagePlanClosed))
	if n := h.number(t, "SELECT count(*) FROM inspections WHERE plan_case = $1", caseNo); n != 2 || len(plan.Visits) != 2 {
		t.Errorf("%d inspections of %d planned visits, want 2", n, len(plan.Visits))
	}
	events := slices.DeleteFunc(h.events(t, caseNo), func(kind string) bool { return kind == "task_overdue" || strings.HasPrefix(kind, "task_reminded") })
	wantList(t, "events", slices.Compact(events), "submitted", "plan_opened", "task_opened", "task_closed", "plan_committed", "task_opened", "task_closed",
		"plan_drawn", "visits_opened", "plan_tallied", "task_opened", "task_closed", "plan_closed")
	if n := h.number(t, "SELECT count(*) FROM publications WHERE case_no = $1", caseNo); n != 3 {
		t.Errorf("%d publications, want 3", n)
	}
}
