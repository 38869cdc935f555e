package e2e

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// plannedFrom returns the city's plan under a unique name, starting so many days ago.
func plannedFrom(t *testing.T, daysAgo int) nursery.BuildPlan {
	t.Helper()
	plan, err := testdata.Plan("changzhi-2024")
	if err != nil {
		t.Fatal(err)
	}
	return testdata.PlanFrom(plan, fmt.Sprintf("plan-%d", keys.Add(1)), today().AddDays(-daysAgo))
}

// building starts a plan and returns the case of the county's site.
func building(t *testing.T, h *harness, plan nursery.BuildPlan, county string) string {
	t.Helper()
	sites, err := h.users.As("city-office").StartPlan(t.Context(), key(), plan)
	if err != nil {
		t.Fatal(err)
	}
	if len(sites) != 12 {
		t.Fatalf("%d sites, want one for each of 12 counties", len(sites))
	}
	return sites[county]
}

// buildRows returns the operations on building sites, for the matrix of roles.
func buildRows(t *testing.T, h *harness, county string) []row {
	t.Helper()
	plan := plannedFrom(t, 0)
	caseNo := building(t, h, plan, county)
	office := h.users.As("county-office-" + county)
	c, err := office.Case(t.Context(), caseNo)
	if err != nil {
		t.Fatal(err)
	}
	report, err := office.Report(t.Context(), key(), caseNo, c.Institution, plan.Milestones[1], 30)
	if err != nil {
		t.Fatal(err)
	}
	var (
		at    = "/api/v1/build-sites/" + caseNo
		of    = "/api/v1/build-plans/" + plan.Name
		seers = only(nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor)
		city  = only(nursery.RoleCityOffice)
		local = only(nursery.RoleCountyOffice)
	)
	return []row{
		{op: "POST /api/v1/build-plans", path: "/api/v1/build-plans", allowed: only(nursery.RoleCityOffice, nursery.RoleAdministrator), body: says(plannedFrom(t, 0))},
		{op: "GET /api/v1/build-plans/{plan}/ledger", path: of + "/ledger", allowed: seers},
		{op: "GET /api/v1/build-plans/{plan}/ledger.xlsx", path: of + "/ledger.xlsx", allowed: seers},
		{op: "GET /api/v1/build-plans/{plan}/map", path: of + "/map", allowed: seers},
		{op: "GET /api/v1/build-plans/{plan}/ranking", path: of + "/ranking", allowed: seers},
		{op: "GET /api/v1/build-sites", path: "/api/v1/build-sites", allowed: seers},
		{op: "GET /api/v1/build-sites/{case_no}", path: at, allowed: seers, ofCase: true},
		{op: "POST /api/v1/build-sites/{case_no}/amendments", path: at + "/amendments", allowed: city, ofCase: true,
			body: says(map[string]any{"version": 1, "seats": 200, "mode": "public", "milestones": plan.Milestones, "reason": "核对权限"})},
		{op: "POST /api/v1/build-sites/{case_no}/filing", path: at + "/filing", allowed: local, ofCase: true, refused: "filing_not_of_site",
			body: says(map[string]string{"filing": "BA-140403-2026-000001-0"})},
		{op: "POST /api/v1/build-sites/{case_no}/reports", path: at + "/reports", allowed: local, ofCase: true,
			body: says(map[string]any{"milestone": "fit_out", "percent": 10, "note": "核对权限"})},
		{op: "POST /api/v1/build-sites/{case_no}/reports/{report}/decision", path: fmt.Sprintf("%s/reports/%d/decision", at, report), allowed: city,
			ofCase: true, body: says(map[string]any{"accept": true})},
	}
}

func TestACountySiteGoesFromItsPlanToTheReceiptWithOneRedMonth(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	a := newApplicant(t, h, "public_comprehensive")
	plan := plannedFrom(t, 21)
	caseNo := building(t, h, plan, a.County())
	city, office := h.users.As("city-office"), h.users.As("county-office-"+a.County())
	await(t, office, caseNo, roleplay.Stage(nursery.StageBuilding))
	h.skipTo(t, caseNo, today().AddMonths(1).AddDays(1))
	await(t, office, caseNo, roleplay.Stage(nursery.StageSupervised))
	answer(t, office, caseNo, "build.supervision", nursery.OutcomeReply, roleplay.Note{Note: "已增加两个班组"})
	c := await(t, office, caseNo, roleplay.Stage(nursery.StageBuilding))
	for _, m := range plan.Milestones {
		if m.Kind.ByFiling() {
			continue
		}
		report, err := office.Report(t.Context(), key(), caseNo, c.Institution, m, 100)
		if err != nil {
			t.Fatal(err)
		}
		if err := city.AcceptReport(t.Context(), key(), caseNo, report); err != nil {
			t.Fatal(err)
		}
	}
	site, err := city.Site(t.Context(), caseNo)
	if err != nil {
		t.Fatal(err)
	}
	if err := city.Amend(t.Context(), key(), site, 10, "施工许可推迟"); err != nil {
		t.Fatal(err)
	}
	register(t, a)
	filing := file(t, a, prepare(t, a, "public_comprehensive")).CaseNo
	if err := office.LinkFiling(t.Context(), key(), caseNo, filing); err != nil {
		t.Fatal(err)
	}
	answer(t, a.Clerk(), filing, "filing.review", nursery.OutcomeAccept, noFindings)
	await(t, office, caseNo, roleplay.Stage(nursery.StageBuilt))
	if site, err = city.Site(t.Context(), caseNo); err != nil {
		t.Fatal(err)
	}
	if site.Reds != 1 || site.SeatsCounted == 0 || site.FilingCase != filing || len(site.Versions) != 2 {
		t.Errorf("%d red months, %d seats counted, filing %s, %d versions", site.Reds, site.SeatsCounted, site.FilingCase, len(site.Versions))
	}
	raw, err := city.LedgerSheet(t.Context(), plan.Name)
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("工作台账")
	if err != nil || len(rows) != 3+12 || !strings.Contains(strings.Join(rows[3], " "), "潞州区") {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestASiteThatSlipsForMoreThanAYearKeepsWhatItHasAsked(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	const county = "140431"
	caseNo := building(t, h, plannedFrom(t, 21), county)
	office, city := h.users.As("county-office-"+county), h.users.As("city-office")
	await(t, office, caseNo, roleplay.Stage(nursery.StageBuilding))
	for month := range 14 {
		h.skipTo(t, caseNo, nursery.NewDate(today().Year, today().Month, 1).AddMonths(month+1).AddDays(1))
	}
	site, err := city.Site(t.Context(), caseNo)
	if err != nil {
		t.Fatal(err)
	}
	if site.Reds != 14 {
		t.Errorf("%d red months of 14", site.Reds)
	}
	c, err := city.Case(t.Context(), caseNo)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]int{}
	for _, task := range c.Tasks {
		if task.State != "open" {
			t.Errorf("task %s is %s", task.ID, task.State)
		}
		asked[task.Kind]++
	}
	if asked["build.supervision"] != 14 || asked["build.escalation"] != 13 {
		t.Errorf("asked %v", asked)
	}
	runs := h.runs(t, caseNo)
	if runs < 2 {
		t.Errorf("the case is still in its first run after 14 months")
	}
	// A task opened in the first run is answered in the second one.
	first := c.Tasks[len(c.Tasks)-1]
	for _, task := range c.Tasks {
		if task.Kind == "build.supervision" && task.ID < first.ID {
			first = task
		}
	}
	delivered(t, office, key(), first.ID, nursery.OutcomeReply, roleplay.Note{Note: "说明原因，明年三月前赶上"})
}
