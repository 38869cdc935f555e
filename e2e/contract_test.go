package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// parties are the two sides of a contract and the county's office.
type parties struct {
	a              *roleplay.Applicant
	clinic, office *roleplay.Actor
}

// partiesOf returns an institution with its receipt and a registered clinic of its county.
func partiesOf(t *testing.T, h *harness, a *roleplay.Applicant, number string) parties {
	t.Helper()
	p := parties{a: a, clinic: h.users.As("clinic-" + a.County() + "-" + number), office: h.users.As("county-office-" + a.County())}
	if err := p.office.PutClinic(t.Context(), key(), roleplay.Clinic(a.County(), number, today().AddMonths(36))); err != nil {
		t.Fatal(err)
	}
	return p
}

// begun returns the first day of a contract that is in force at any hour at which the tests run, not only after nine.
func begun() nursery.Date { return today().AddDays(-1) }

// propose has the institution propose a contract that begins on a day.
func (p parties) propose(t *testing.T, from nursery.Date) string {
	t.Helper()
	caseNo, err := p.a.Propose(t.Context(), key(), roleplay.Terms("", p.clinicID(), from))
	if err != nil {
		t.Fatal(err)
	}
	return caseNo
}

func (p parties) clinicID() string { return p.clinic.Account }

// sign has both sides sign and the county file the contract.
func (p parties) sign(t *testing.T, caseNo string) {
	t.Helper()
	for _, side := range []*roleplay.Actor{p.a.Actor, p.clinic} {
		open(t, side, caseNo, "contract.sign")
		if err := side.Sign(t.Context(), key(), caseNo); err != nil {
			t.Fatal(err)
		}
	}
	answer(t, p.office, caseNo, "contract.file", nursery.OutcomeConfirm, map[string]string{"note": "已备案"})
}

func contractOf(t *testing.T, who *roleplay.Actor, caseNo string) roleplay.Contract {
	t.Helper()
	c, err := who.Contract(t.Context(), caseNo)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAContractIsSignedOverItsExactTextAndRunsItsYear(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	a, _ := receipted(t, h, "community")
	p := partiesOf(t, h, a, "1")
	inCare(t, p.a.Actor, newChild(p.a.County(), 15), "c1")
	var pairing struct {
		Candidates []struct {
			ID   string `json:"id"`
			Fits bool   `json:"fits"`
		} `json:"candidates"`
	}
	if err := a.Get(t.Context(), "/api/v1/contracts/candidates", &pairing); err != nil {
		t.Fatal(err)
	}
	if len(pairing.Candidates) == 0 || pairing.Candidates[0].ID != p.clinicID() || !pairing.Candidates[0].Fits {
		t.Errorf("the candidates are %+v", pairing.Candidates)
	}
	caseNo := p.propose(t, begun())
	task := open(t, p.a.Actor, caseNo, "contract.sign")
	_, err := p.a.Complete(t.Context(), key(), task.ID, nursery.OutcomeSign, map[string]string{"text_sha256": nursery.TextHash("another")})
	refused(t, err, http.StatusConflict, "text_changed")
	if err := p.a.Sign(t.Context(), key(), caseNo); err != nil {
		t.Fatal(err)
	}
	// The text is changed after one side has signed: both have to sign again.
	terms := roleplay.Terms("", p.clinicID(), begun())
	terms.Mode, terms.Note = nursery.Stationed, "每周三上午到园"
	err = p.clinic.Post(t.Context(), "/api/v1/contracts/"+caseNo+"/texts", key(), map[string]any{
		"institution": "", "clinic": terms.Clinic, "mode": terms.Mode, "services": terms.Services, "starts_on": terms.StartsOn, "ends_on": terms.EndsOn,
		"note": terms.Note, "version": 1,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.sign(t, caseNo)
	c := await(t, p.clinic, caseNo, roleplay.Printed(nursery.StageInForce))
	genuinePDF(t, p.clinic, paperOf(t, c, "contract_agreement"))
	signed := contractOf(t, p.a.Actor, caseNo)
	if signed.Version != 2 || len(signed.Signatures) != 3 || signed.State != "in_force" {
		t.Errorf("version %d, %d signatures, %s", signed.Version, len(signed.Signatures), signed.State)
	}

	// Nothing is done for months: the progress is red before the year is over, and the clinic is notified.
	h.skipTo(t, caseNo, today().AddMonths(7))
	open(t, p.clinic, caseNo, "contract.overdue_duty")
	for range 2 {
		visit, err := p.clinic.Guide(t.Context(), key(), caseNo, today())
		if err != nil {
			t.Fatal(err)
		}
		confirm := "/api/v1/contracts/" + caseNo + "/visits/" + fmt.Sprint(visit) + "/confirmation"
		if err := p.a.Post(t.Context(), confirm, key(), nil, nil); err != nil {
			t.Fatal(err)
		}
		refused(t, p.a.Post(t.Context(), confirm, key(), nil, nil), http.StatusConflict, "visit_confirmed")
	}
	for _, d := range contractOf(t, p.a.Actor, caseNo).Duties {
		if d.Duty == nursery.DutyGuidance && (d.Promised != 2 || d.Done != 2) {
			t.Errorf("guidance: %d of %d", d.Done, d.Promised)
		}
	}
	answer(t, p.clinic, caseNo, "contract.overdue_duty", nursery.OutcomeReply, map[string]string{"note": "已到园两次"})

	// Each half-year of the contract has a round of its own.
	for _, of := range []nursery.HalfYear{half(), half().Next()} {
		rounds, err := p.clinic.Checkups(t.Context(), of)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(rounds, func(r roleplay.Checkup) bool { return r.Contract == caseNo && r.Half == of.String() }) {
			t.Errorf("the contract has no round of %s", of)
		}
	}

	// Sixty days before the end the institution is asked to renew, and the renewal is a contract of its own.
	h.skipTo(t, caseNo, signed.EndsOn.AddDays(-58))
	answer(t, p.a.Actor, caseNo, "contract.renew", nursery.OutcomeRenew, map[string]string{})
	renewal := ""
	await(t, p.a.Actor, caseNo, func(roleplay.Case) bool { renewal = contractOf(t, p.a.Actor, caseNo).Renewal; return renewal != "" })
	next := contractOf(t, p.clinic, renewal)
	if next.StartsOn != signed.EndsOn.AddDays(1) || next.State != "signing" {
		t.Errorf("the renewal starts on %s, after %s, and is %s", next.StartsOn, signed.EndsOn, next.State)
	}
	p.sign(t, renewal)
	await(t, p.office, renewal, roleplay.Stage(nursery.StageContractAwaited))
	h.skipTo(t, caseNo, signed.EndsOn)
	// The workflow ends within the skipped time, which the server reports as an error.
	if err := roleplay.Skip(t.Context(), h.temporal, h.namespace, caseNo, 48*time.Hour); err == nil {
		t.Error("the case has not ended the day after its contract")
	}
	await(t, p.a.Actor, caseNo, roleplay.Stage(nursery.StageContractEnded))
	if runs := h.runs(t, caseNo); runs < 1 {
		t.Errorf("%d runs", runs)
	}
}

func TestAContractThatEndsWithChildrenInCareAlertsEverybody(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	a, _ := receipted(t, h, "other")
	p := partiesOf(t, h, a, "2")
	inCare(t, p.a.Actor, newChild(p.a.County(), 15), "c1")
	caseNo := p.propose(t, begun())
	p.sign(t, caseNo)
	c := await(t, p.a.Actor, caseNo, roleplay.Stage(nursery.StageInForce))
	end := today().AddDays(31)
	err := p.clinic.Post(t.Context(), "/api/v1/contracts/"+caseNo+"/termination", key(), map[string]any{"ends_on": today().AddDays(29), "reason": "人员不足"}, nil)
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	err = p.clinic.Post(t.Context(), "/api/v1/contracts/"+caseNo+"/termination", key(), map[string]any{"ends_on": end, "reason": "人员不足"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.skipTo(t, c.CaseNo, end.AddDays(2))
	for _, who := range []*roleplay.Actor{p.office, p.a.Actor, p.clinic} {
		answer(t, who, caseNo, "contract.uncovered", nursery.OutcomeAcknowledge, map[string]string{"note": "正在联系其他机构"})
	}
	await(t, p.office, caseNo, roleplay.Stage(nursery.StageContractEnded))
}

func TestAContractThatDoesNotFitIsNotSigned(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	a, _ := receipted(t, h, "employer")
	p := partiesOf(t, h, a, "1")
	clinic := roleplay.Clinic(a.County(), "1", today().AddDays(-1))
	if err := p.office.PutClinic(t.Context(), key(), clinic); err != nil {
		t.Fatal(err)
	}
	terms := roleplay.Terms("", p.clinicID(), today())
	terms.Services = terms.Services[:3]
	caseNo, err := a.Propose(t.Context(), key(), terms)
	if err != nil {
		t.Fatal(err)
	}
	task := open(t, p.clinic, caseNo, "contract.sign")
	if len(task.Outcomes) != 1 || task.Outcomes[0].Outcome != nursery.OutcomeNotSign {
		t.Errorf("offered %v", task.Outcomes)
	}
	c := await(t, p.a.Actor, caseNo, roleplay.Stage(nursery.StageSigning))
	rules := map[string]bool{}
	for _, d := range c.Decisions {
		for _, r := range d.Reasons {
			rules[r.Rule] = true
		}
	}
	if !rules["P08-R1"] || !rules["P08-R8"] {
		t.Errorf("reasons %v", rules)
	}
	answer(t, p.clinic, caseNo, "contract.sign", nursery.OutcomeNotSign, map[string]string{"reason": "执业许可到期"})
	await(t, p.a.Actor, caseNo, roleplay.Stage(nursery.StageContractRefused))
}

// contractRows returns the operations on contracts, for the matrix of roles.
func contractRows(t *testing.T, h *harness, a *roleplay.Applicant) []row {
	t.Helper()
	p := partiesOf(t, h, a, "1")
	caseNo := p.propose(t, begun())
	p.sign(t, caseNo)
	await(t, p.clinic, caseNo, roleplay.Stage(nursery.StageInForce))
	visit, err := p.clinic.Guide(t.Context(), key(), caseNo, today())
	if err != nil {
		t.Fatal(err)
	}
	proposal := p.propose(t, today().AddDays(400))
	open(t, a.Actor, proposal, "contract.sign")
	var (
		at      = "/api/v1/contracts/" + caseNo
		list    = only(nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital)
		own     = only(nursery.RoleInstitution)
		parties = only(nursery.RoleInstitution, nursery.RoleHospital)
		people  = append(only(nursery.RoleClerk, nursery.RoleInspector), list...)
		terms   = roleplay.Terms(a.Institution(), p.clinicID(), today().AddDays(400))
	)
	amended := map[string]any{
		"institution": "", "clinic": "", "mode": terms.Mode, "services": terms.Services, "starts_on": terms.StartsOn, "ends_on": terms.EndsOn, "version": 1,
		"note": "每周三上午到园",
	}
	return []row{
		{op: "PUT /api/v1/clinics/{id}", path: "/api/v1/clinics/" + p.clinicID(), ofCase: true, allowed: only(nursery.RoleCountyOffice),
			body: says(roleplay.Clinic("140403", "1", today().AddMonths(36)))},
		{op: "GET /api/v1/clinics", path: "/api/v1/clinics?county=140403", allowed: people, ofCase: true, shared: true},
		{op: "POST /api/v1/contracts", path: "/api/v1/contracts", allowed: only(nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice),
			body: says(roleplay.Terms(a.Institution(), p.clinicID(), today().AddDays(800)))},
		{op: "GET /api/v1/contracts/candidates", path: "/api/v1/contracts/candidates?institution=" + a.Institution(), ofCase: true,
			allowed: only(nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleCityOffice)},
		{op: "GET /api/v1/contracts", path: "/api/v1/contracts", allowed: list},
		{op: "GET /api/v1/contracts/{case_no}", path: at, allowed: list, ofCase: true},
		{op: "POST /api/v1/contracts/{case_no}/texts", path: "/api/v1/contracts/" + proposal + "/texts", allowed: parties, ofCase: true, body: says(amended)},
		{op: "POST /api/v1/contracts/{case_no}/visits", path: at + "/visits", allowed: only(nursery.RoleHospital), ofCase: true,
			body: says(map[string]any{"visited_on": today(), "content": "核对权限"})},
		{op: "POST /api/v1/contracts/{case_no}/visits/{visit}/confirmation", path: fmt.Sprintf("%s/visits/%d/confirmation", at, visit), allowed: own, ofCase: true},
		{op: "POST /api/v1/contracts/{case_no}/termination", path: at + "/termination", allowed: parties, ofCase: true,
			body: says(map[string]any{"ends_on": today().AddDays(60), "reason": "核对权限"})},
		{op: "GET /api/v1/indicators/signed-rate", path: "/api/v1/indicators/signed-rate",
			allowed: only(nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor)},
	}
}

func TestAWorkerKilledInAStepOfAContractLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := receipted(t, h, "community")
	p := partiesOf(t, h, a, "1")
	caseNo := p.propose(t, begun())
	sha := func() string { return contractOf(t, a.Actor, caseNo).Texts[0].SHA256 }
	for i, step := range []struct {
		who     *roleplay.Actor
		kind    string
		outcome nursery.Outcome
		form    func() any
	}{
		{a.Actor, "contract.sign", nursery.OutcomeSign, func() any { return map[string]string{"text_sha256": sha()} }},
		{p.clinic, "contract.sign", nursery.OutcomeSign, func() any { return map[string]string{"text_sha256": sha()} }},
		{p.office, "contract.file", nursery.OutcomeConfirm, func() any { return map[string]string{"note": "已备案"} }},
	} {
		task := open(t, step.who, caseNo, step.kind)
		form := step.form()
		h.worker.killIn(time.Duration(10+15*i) * time.Millisecond)
		if _, err := step.who.Complete(t.Context(), key(), task.ID, step.outcome, form); err != nil {
			t.Fatalf("%s with a worker dying: %v", step.kind, err)
		}
		<-h.worker.done
		h.startWorker(t)
	}
	await(t, p.clinic, caseNo, roleplay.Stage(nursery.StageInForce))
	await(t, p.office, roundOf(t, p.office, a.Institution()).CaseNo, func(c roleplay.Case) bool {
		return slices.ContainsFunc(c.Timeline, func(e roleplay.Event) bool { return e.Kind == "checkup_opened" })
	})
	for what, want := range map[string]int{
		"SELECT count(*) FROM contract_signatures WHERE case_no = $1": 2, "SELECT count(*) FROM documents WHERE case_no = $1": 1,
		"SELECT count(*) FROM tasks WHERE case_no = $1": 3, "SELECT count(*) FROM checkup_rounds WHERE contract = $1": 1,
		"SELECT count(*) FROM case_events WHERE case_no = $1 AND kind = 'contract_in_force'": 1,
	} {
		if n := h.number(t, what, caseNo); n != want {
			t.Errorf("%s: %d, want %d", what, n, want)
		}
	}
}

func TestAWorkerKilledInAStepOfAContractsEndLosesNothingAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := receipted(t, h, "community")
	p := partiesOf(t, h, a, "1")
	inCare(t, a.Actor, newChild(a.County(), 15), "c1")
	caseNo := p.propose(t, begun())
	p.sign(t, caseNo)
	await(t, p.clinic, caseNo, roleplay.Printed(nursery.StageInForce))

	// The termination signals the contract's workflow, which reads its new last day.
	end := today().AddDays(31)
	h.worker.killIn(15 * time.Millisecond)
	err := p.clinic.Post(t.Context(), "/api/v1/contracts/"+caseNo+"/termination", key(), map[string]any{"ends_on": end, "reason": "人员不足"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	<-h.worker.done
	h.startWorker(t)
	// The night before it ends, then its end itself.
	h.skipTo(t, caseNo, end.AddDays(1))
	h.skipDying(t, caseNo, end.AddDays(1).In(nursery.Shanghai).Add(10*time.Hour), 40*time.Millisecond)
	for i, who := range []*roleplay.Actor{p.office, p.a.Actor, p.clinic} {
		task := open(t, who, caseNo, "contract.uncovered")
		h.worker.killIn(time.Duration(5+15*i) * time.Millisecond)
		if _, err := who.Complete(t.Context(), key(), task.ID, nursery.OutcomeAcknowledge, map[string]string{"note": "正在联系其他机构"}); err != nil {
			t.Fatalf("%s acknowledges with a worker dying: %v", who.Account, err)
		}
		<-h.worker.done
		h.startWorker(t)
	}
	await(t, p.office, caseNo, roleplay.Printed(nursery.StageContractEnded))
	h.becomes(t, 0, "SELECT count(*) FROM outbox WHERE case_no = $1 AND delivered_at IS NULL", caseNo)
	for what, want := range map[string]int{
		"SELECT count(*) FROM case_events WHERE case_no = $1 AND kind = 'contract_terminated'":               1,
		"SELECT count(*) FROM case_events WHERE case_no = $1 AND kind = 'contract_ended'":                    1,
		"SELECT count(*) FROM case_events WHERE case_no = $1 AND kind = 'contract_answered'":                 3,
		"SELECT count(*) FROM case_events WHERE case_no = $1 AND kind = 'contract_closed'":                   1,
		"SELECT count(*) FROM tasks WHERE case_no = $1 AND kind = 'contract.uncovered' AND state = 'closed'": 3,
		"SELECT count(*) FROM documents WHERE case_no = $1 AND kind = 'contract_ended'":                      1,
		"SELECT count(*) FROM contracts WHERE case_no = $1 AND state = 'ended'":                              1,
	} {
		if n := h.number(t, what, caseNo); n != want {
			t.Errorf("%s: %d, want %d", what, n, want)
		}
	}
}
