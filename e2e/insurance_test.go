package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// insuredChild returns the n-th generated child of a county with columns set, as alternating names and values.
func insuredChild(county string, n int, set ...string) []string {
	line := testdata.InsuredChild(county, n, today(), 30)
	for i := 0; i < len(set); i += 2 {
		line[slices.Index(testdata.RosterHead, set[i])] = set[i+1]
	}
	return line
}

func thisMonth() string { return nursery.MonthText(today()) }

// sent opens the month of a county with a roster of three children, approved and sent.
func sent(t *testing.T, h *harness, county string) string {
	t.Helper()
	office := h.users.As("county-office-" + county)
	if err := h.users.As("city-office").PutInsurers(t.Context()); err != nil {
		t.Fatal(err)
	}
	caseNo, err := office.StartInsurance(t.Context(), key(), county, thisMonth())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := office.SendRoster(t.Context(), key(), caseNo, insuredChild(county, 1), insuredChild(county, 2), insuredChild(county, 3, "告知日期", "")); err != nil {
		t.Fatal(err)
	}
	answer(t, office, caseNo, "insurance.roster", nursery.OutcomeComplete, roleplay.Note{})
	answer(t, office, caseNo, "insurance.sign", nursery.OutcomeSign, roleplay.Note{})
	await(t, office, caseNo, roleplay.Stage(nursery.StageSent))
	return caseNo
}

// insuranceRows returns the operations on insurance, for the matrix of roles.
func insuranceRows(t *testing.T, h *harness, county string) []row {
	t.Helper()
	caseNo := sent(t, h, county)
	var (
		at     = "/api/v1/insurance-batches/" + caseNo
		local  = only(nursery.RoleCountyOffice)
		seers  = only(nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleInsurer)
		theirs = only(nursery.RoleInsurer)
		claims = append(only(nursery.RoleInstitution), seers...)
	)
	office, insurer := h.users.As("county-office-"+county), h.users.As("insurer")
	lines, err := insurer.InsuranceLines(t.Context(), caseNo, 1)
	if err == nil {
		err = insurer.AnswerInsurance(t.Context(), key(), caseNo, 1)
	}
	if err != nil {
		t.Fatal(err)
	}
	answer(t, insurer, caseNo, "insurance.answers", nursery.OutcomeComplete, roleplay.Note{})
	open(t, office, caseNo, "insurance.exceptions")
	reported, err := office.ReportClaim(t.Context(), key(), lines[0].Ref, today(), 60_000)
	if err != nil {
		t.Fatal(err)
	}
	claim := map[string]any{"child": lines[1].Ref, "peril": "injury", "accident_on": today(), "amount_fen": 100, "description": "核对权限"}
	return []row{
		{op: "POST /api/v1/insurance-batches", path: "/api/v1/insurance-batches", allowed: only(nursery.RoleCountyOffice, nursery.RoleCityOffice), ofCase: true,
			body: says(roleplay.InsuranceTerms(county, nursery.MonthText(nursery.NewDate(today().Year, today().Month, 1).AddDays(-1))))},
		{op: "PUT /api/v1/insurers/{id}", path: "/api/v1/insurers/" + roleplay.Insurers()[0].ID, body: says(roleplay.Insurers()[0]),
			allowed: only(nursery.RoleCountyOffice, nursery.RoleCityOffice)},
		{op: "GET /api/v1/insurers", path: "/api/v1/insurers", allowed: seers},
		{op: "GET /api/v1/insurance-batches", path: "/api/v1/insurance-batches", allowed: seers},
		{op: "GET /api/v1/insurance-batches/{case_no}", path: at, allowed: seers, ofCase: true},
		{op: "GET /api/v1/insurance-batches/{case_no}/summary.xlsx", path: at + "/summary.xlsx", allowed: seers, ofCase: true},
		{op: "GET /api/v1/insurance-reconciliation", path: "/api/v1/insurance-reconciliation?month=" + thisMonth(), allowed: seers},
		{op: "GET /api/v1/indicators/insured-rate", path: "/api/v1/indicators/insured-rate?county=" + county, ofCase: true,
			allowed: only(nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor)},
		{op: "POST /api/v1/insurance-batches/{case_no}/roster", path: at + "/roster", allowed: local, ofCase: true,
			body: says(map[string]any{"source": "civil", "rows": []map[string]string{{"name": "无"}}})},
		{op: "GET /api/v1/insurance-batches/roster-template.xlsx", path: "/api/v1/insurance-batches/roster-template.xlsx", allowed: nursery.Roles()},
		{op: "GET /api/v1/insurance-batches/answers-template.xlsx", path: "/api/v1/insurance-batches/answers-template.xlsx", allowed: nursery.Roles()},
		{op: "POST /api/v1/insurance-batches/{case_no}/roster-files", path: at + "/roster-files?source=civil", allowed: local, ofCase: true, media: "text/csv",
			body: says(testdata.RosterCSV([]string{"无"}))},
		{op: "POST /api/v1/insurance-batches/{case_no}/roster-files/check", path: at + "/roster-files/check?source=civil", allowed: local, ofCase: true, media: "text/csv",
			body: says(testdata.RosterCSV([]string{"无"}))},
		{op: "GET /api/v1/insurance-batches/{case_no}/rosters/{number}", path: at + "/rosters/1", allowed: local, ofCase: true},
		{op: "POST /api/v1/insurance-batches/{case_no}/rosters/{number}/undo", path: at + "/rosters/1/undo", allowed: local, ofCase: true},
		{op: "GET /api/v1/insurance-batches/{case_no}/rosters/{number}/faults.xlsx", path: at + "/rosters/1/faults.xlsx", allowed: local, ofCase: true},
		{op: "GET /api/v1/insurance-batches/{case_no}/lines", path: at + "/lines?send=1", allowed: theirs, ofCase: true},
		{op: "GET /api/v1/insurance-batches/{case_no}/lines.xlsx", path: at + "/lines.xlsx?send=1", allowed: theirs, ofCase: true},
		{op: "POST /api/v1/insurance-batches/{case_no}/answers", path: at + "/answers", allowed: theirs, ofCase: true,
			body: says(map[string]any{"send": 1, "lines": []map[string]string{{"ref": "none", "reason": "age"}}})},
		{op: "GET /api/v1/insurance-batches/{case_no}/exceptions", path: at + "/exceptions", allowed: local, ofCase: true},
		{op: "POST /api/v1/insurance-batches/{case_no}/exceptions", path: at + "/exceptions", allowed: local, ofCase: true,
			body: says(map[string]any{"items": []map[string]string{{"child": "none", "outcome": "withdrawn"}}})},
		{op: "POST /api/v1/insurance-claims", path: "/api/v1/insurance-claims", body: says(claim),
			allowed: only(nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleInsurer)},
		{op: "GET /api/v1/insurance-claims", path: "/api/v1/insurance-claims", allowed: claims},
		{op: "GET /api/v1/insurance-claims/{case_no}", path: "/api/v1/insurance-claims/" + reported, allowed: seers, ofCase: true},
	}
}

func TestAnInsuranceMonthOverHTTPFromTheRosterToAClaimPaid(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	const county = "140425"
	office, insurer, city := h.users.As("county-office-"+county), h.users.As("insurer"), h.users.As("city-office")
	if err := h.users.As("city-office").PutInsurers(t.Context()); err != nil {
		t.Fatal(err)
	}
	caseNo, err := office.StartInsurance(t.Context(), key(), county, thisMonth())
	if err != nil {
		t.Fatal(err)
	}
	report, err := office.SendRoster(t.Context(), key(), caseNo, insuredChild(county, 1), insuredChild(county, 2), insuredChild(county, 3, "告知日期", ""),
		insuredChild(county, 4, "证件号码", "140425202401010019"), insuredChild(county, 1))
	if err != nil {
		t.Fatal(err)
	}
	if report.Added != 3 || report.Refused != 2 || report.Faults[1].Message != "与第 2 行证件号码相同" {
		t.Errorf("report %+v", report)
	}
	answer(t, office, caseNo, "insurance.roster", nursery.OutcomeComplete, roleplay.Note{})
	answer(t, office, caseNo, "insurance.sign", nursery.OutcomeSign, roleplay.Note{})
	task := open(t, insurer, caseNo, "insurance.answers")
	_, err = insurer.Complete(t.Context(), key(), task.ID, nursery.OutcomeComplete, roleplay.Note{})
	refused(t, err, http.StatusConflict, "answers_pending")
	lines, err := insurer.InsuranceLines(t.Context(), caseNo, 1)
	if err != nil || len(lines) != 2 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if err := insurer.AnswerInsurance(t.Context(), key(), caseNo, 1); err != nil {
		t.Fatal(err)
	}
	answer(t, insurer, caseNo, "insurance.answers", nursery.OutcomeComplete, roleplay.Note{})
	open(t, office, caseNo, "insurance.exceptions")
	if n, err := office.SettleExceptions(t.Context(), key(), caseNo, nursery.OutcomeCorrected, today()); n != 1 || err != nil {
		t.Fatalf("%d exceptions, %v", n, err)
	}
	answer(t, office, caseNo, "insurance.exceptions", nursery.OutcomeComplete, roleplay.Note{})
	answer(t, office, caseNo, "insurance.sign", nursery.OutcomeSign, roleplay.Note{})
	open(t, insurer, caseNo, "insurance.answers")
	if err := insurer.AnswerInsurance(t.Context(), key(), caseNo, 2); err != nil {
		t.Fatal(err)
	}
	answer(t, insurer, caseNo, "insurance.answers", nursery.OutcomeComplete, roleplay.Note{})
	await(t, office, caseNo, roleplay.Stage(nursery.StageStanding))

	var rate struct {
		Insured   int    `json:"insured"`
		Residents int    `json:"residents"`
		Text      string `json:"text"`
	}
	if err := city.Get(t.Context(), "/api/v1/indicators/insured-rate?county="+county, &rate); err != nil || rate.Insured != 3 || rate.Text != "100.00" {
		t.Errorf("rate %+v, %v", rate, err)
	}
	claim, err := office.ReportClaim(t.Context(), key(), lines[0].Ref, today(), 60_000)
	if err != nil {
		t.Fatal(err)
	}
	answer(t, insurer, claim, "insurance_claim.review", nursery.OutcomeReject, map[string]any{"reason": "材料不全"})
	answer(t, office, claim, "insurance_claim.contest", nursery.OutcomeDisagree, roleplay.Note{Note: "材料已补齐"})
	review := open(t, insurer, claim, "insurance_claim.review")
	_, err = insurer.Complete(t.Context(), key(), review.ID, nursery.OutcomeAdmit, map[string]any{"amount_fen": 60_001})
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	answer(t, insurer, claim, "insurance_claim.review", nursery.OutcomeAdmit, map[string]any{"amount_fen": 50_000})
	answer(t, insurer, claim, "insurance_claim.pay", nursery.OutcomePay, map[string]any{})
	await(t, office, claim, roleplay.Stage(nursery.StagePaid))
	if state, paid, err := office.ClaimState(t.Context(), claim); state != "paid" || paid != 50_000 || err != nil {
		t.Errorf("claim %s %d, %v", state, paid, err)
	}

	// The case ends by its own clock before the skip does, so the test waits for no more than its end.
	_ = roleplay.Skip(t.Context(), h.temporal, h.namespace, caseNo, time.Until(nursery.MonthEnd(today()))+time.Minute)
	c := await(t, office, caseNo, roleplay.Stage(nursery.StageMonthDone))
	if text := fmt.Sprint(c); strings.Contains(text, lines[0].Name) || strings.Contains(text, lines[0].Identity) {
		t.Error("the case names a child")
	}
	described, err := h.temporal.DescribeWorkflowExecution(t.Context(), caseNo, "")
	if err != nil {
		t.Fatal(err)
	}
	if events := described.WorkflowExecutionInfo.HistoryLength; events > 150 {
		t.Errorf("the month left %d events", events)
	} else {
		t.Logf("a month of two batches and an exception left %d events", events)
	}
	m, err := office.Insurance(t.Context(), caseNo)
	if err != nil || len(m.Sends) != 2 || m.Children(nursery.Insured) != 3 || m.Sends[0].PremiumFen != 2*5000 {
		t.Errorf("month %+v, %v", m, err)
	}
}

func TestAWorkerKilledInAStepOfAnInsuranceMonthLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	const county = "140426"
	office, insurer := h.users.As("county-office-"+county), h.users.As("insurer")
	if err := h.users.As("city-office").PutInsurers(t.Context()); err != nil {
		t.Fatal(err)
	}
	caseNo, err := office.StartInsurance(t.Context(), key(), county, thisMonth())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := office.SendRoster(t.Context(), key(), caseNo, insuredChild(county, 1), insuredChild(county, 2), insuredChild(county, 3)); err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		who     *roleplay.Actor
		kind    string
		outcome nursery.Outcome
		before  func() error
	}{
		{office, "insurance.roster", nursery.OutcomeComplete, nil},
		{office, "insurance.sign", nursery.OutcomeSign, nil},
		{insurer, "insurance.answers", nursery.OutcomeComplete, func() error { return insurer.AnswerInsurance(t.Context(), key(), caseNo, 1) }},
	} {
		task := open(t, step.who, caseNo, step.kind)
		if step.before != nil {
			if err := step.before(); err != nil {
				t.Fatal(err)
			}
		}
		h.worker.killIn(time.Duration(10+15*i) * time.Millisecond)
		if _, err := step.who.Complete(t.Context(), key(), task.ID, step.outcome, roleplay.Note{}); err != nil {
			t.Fatalf("%s with a worker dying: %v", step.kind, err)
		}
		<-h.worker.done
		h.startWorker(t)
	}
	await(t, office, caseNo, roleplay.Stage(nursery.StageStanding))
	for what, want := range map[string]int{
		"SELECT count(*) FROM insurance_sends WHERE case_no = $1": 1, "SELECT count(*) FROM insurance_covers WHERE case_no = $1": 3,
		"SELECT count(*) FROM insurance_lines WHERE case_no = $1": 3, "SELECT count(*) FROM decisions WHERE case_no = $1": 1,
		"SELECT count(*) FROM tasks WHERE case_no = $1": 3,
	} {
		if n := h.number(t, what, caseNo); n != want {
			t.Errorf("%s: %d, want %d", what, n, want)
		}
	}
}
