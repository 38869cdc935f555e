package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

func half() nursery.HalfYear { return nursery.HalfYearOf(today()) }

// longInCare enrols a child in the institution since before the half-year began, with the consents of its guardian.
func longInCare(t *testing.T, a *roleplay.Applicant, months int, class string, consents ...nursery.ConsentPurpose) string {
	t.Helper()
	return careSince(t, a, newChild(a.County(), months), class, consents...)
}

func careSince(t *testing.T, a *roleplay.Applicant, c nursery.Child, class string, consents ...nursery.ConsentPurpose) string {
	t.Helper()
	return careFrom(t, a, c, class, half().First().AddDays(-20), consents...)
}

func careFrom(t *testing.T, a *roleplay.Applicant, c nursery.Child, class string, from nursery.Date, consents ...nursery.ConsentPurpose) string {
	t.Helper()
	if from.Before(c.BornOn) {
		from = c.BornOn
	}
	id, err := a.Enrol(t.Context(), key(), c, class, from)
	if err != nil {
		t.Fatal(err)
	}
	for _, purpose := range consents {
		if err := a.Consent(t.Context(), key(), id, purpose, today()); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

// roundOf waits for the round of an institution in this half-year.
func roundOf(t *testing.T, who *roleplay.Actor, institution string) roleplay.Checkup {
	t.Helper()
	var round roleplay.Checkup
	eventually(t, func(ctx context.Context) error {
		rounds, err := who.Checkups(ctx, half())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(rounds, func(r roleplay.Checkup) bool { return r.Institution == institution })
		if i < 0 {
			return fmt.Errorf("no round of %s", institution)
		}
		round = rounds[i]
		return nil
	})
	return round
}

func classSheet(t *testing.T, who *roleplay.Actor, caseNo, class string) roleplay.ClassSheet {
	t.Helper()
	s, err := who.CheckupClass(t.Context(), caseNo, class)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// checked records everything due for a class as done, after applying change to each record.
func checked(t *testing.T, clinic *roleplay.Actor, caseNo, class string, change func(*nursery.Checkup)) roleplay.ClassRecorded {
	t.Helper()
	var records []nursery.Checkup
	for _, c := range classSheet(t, clinic, caseNo, class).Children {
		if !c.Consent || c.Leave != "" || len(c.Items) == 0 {
			continue
		}
		r := roleplay.Healthy(c, today())
		if change != nil {
			change(&r)
		}
		records = append(records, r)
	}
	done, err := clinic.RecordClass(t.Context(), key(), caseNo, class, records)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestARoundChecksEveryChildAndRefersOne(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	a, _ := receipted(t, h, "community")
	p := partiesOf(t, h, a, "1")
	for _, class := range []string{"c1", "c2"} {
		for months := range 3 {
			longInCare(t, a, 13+5*months, class, nursery.ConsentCheckup)
		}
	}
	silent := longInCare(t, a, 20, "c3")
	contract := p.propose(t, begun())
	p.sign(t, contract)
	round := roundOf(t, p.clinic, a.Institution())
	task := open(t, p.clinic, round.CaseNo, "checkup_round.record")
	if round.Contract != contract || round.Clinic != p.clinicID() {
		t.Errorf("the round is of %s and %s", round.Contract, round.Clinic)
	}

	// Nothing is recorded without consent, for a child elsewhere, or for a fee; and a rejected submission has no
	// effect.
	sheet := classSheet(t, p.clinic, round.CaseNo, "c3")
	if len(sheet.Children) != 1 || sheet.Children[0].Consent || sheet.Children[0].Name == "" {
		t.Fatalf("class c3 is %+v", sheet)
	}
	record := roleplay.Healthy(sheet.Children[0], today())
	_, err := p.clinic.RecordClass(t.Context(), key(), round.CaseNo, "c3", []nursery.Checkup{record})
	refused(t, err, http.StatusConflict, "consent_missing")
	record.FeeFen = 1
	_, err = p.clinic.RecordClass(t.Context(), key(), round.CaseNo, "c3", []nursery.Checkup{record})
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	_, err = p.clinic.RecordClass(t.Context(), key(), round.CaseNo, "c1", []nursery.Checkup{roleplay.Healthy(sheet.Children[0], today())})
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	_, err = p.clinic.Complete(t.Context(), key(), task.ID, nursery.OutcomeComplete, map[string]string{})
	refused(t, err, http.StatusConflict, "checkups_open")

	// A typing error is answered with a request to measure again.
	heavy := roleplay.Healthy(classSheet(t, p.clinic, round.CaseNo, "c1").Children[0], today())
	heavy.Items[0].Value = 40
	_, err = p.clinic.RecordClass(t.Context(), key(), round.CaseNo, "c1", []nursery.Checkup{heavy})
	refused(t, err, http.StatusConflict, "measure_again")

	checked(t, p.clinic, round.CaseNo, "c1", nil)
	first := true
	done := checked(t, p.clinic, round.CaseNo, "c2", func(r *nursery.Checkup) {
		for i := range r.Items {
			if first && r.Items[i].Item == nursery.ItemDevelopment {
				r.Items[i].Result, r.Items[i].Signs, first = nursery.FoundAbnormal, []int{1}, false
			}
		}
	})
	referral := ""
	for _, c := range done.Children {
		if c.Referral != "" && referral != "" {
			t.Error("two referrals")
		}
		referral += c.Referral
	}
	if referral == "" {
		t.Fatal("no referral")
	}
	// The guardian of the last one refuses.
	refusal := roleplay.Healthy(sheet.Children[0], today())
	for i := range refusal.Items {
		refusal.Items[i] = nursery.CheckedItem{Item: refusal.Items[i].Item, Reason: nursery.NotDoneRefused}
	}
	if _, err := p.clinic.RecordClass(t.Context(), key(), round.CaseNo, "c3", []nursery.Checkup{refusal}); err != nil {
		t.Fatal(err)
	}
	now, err := p.office.Checkup(t.Context(), round.CaseNo)
	if err != nil {
		t.Fatal(err)
	}
	if now.Settled != now.Duties || now.Referrals != 1 || len(now.Classes) != 3 || now.Classes[2].NoConsent != 1 {
		t.Errorf("the round stands at %+v", now)
	}
	readAsAllowed(t, h, p, round.CaseNo, done.Children[0].Child, silent)
	referredAndBack(t, p, referral)
	if _, err := p.clinic.Complete(t.Context(), key(), task.ID, nursery.OutcomeComplete, map[string]string{}); err != nil {
		t.Fatal(err)
	}
	c := await(t, p.a.Actor, round.CaseNo, roleplay.Printed(nursery.StageRoundClosed))
	genuinePDF(t, p.clinic, paperOf(t, c, "checkup_report"))
	for _, d := range contractOf(t, p.a.Actor, contract).Duties {
		if d.Duty == nursery.DutyRecords && (d.Promised != 7 || d.Done != 6) {
			t.Errorf("records: %d of %d", d.Done, d.Promised)
		}
	}
	_, err = p.clinic.RecordClass(t.Context(), key(), round.CaseNo, "c3", []nursery.Checkup{refusal})
	refused(t, err, http.StatusConflict, "checkup_closed")
}

// readAsAllowed asserts that the findings of a child can be read by the authorized roles, and by nobody else.
func readAsAllowed(t *testing.T, h *harness, p parties, caseNo, child, unchecked string) {
	t.Helper()
	at := "/api/v1/checkup-rounds/" + caseNo + "/children/" + child
	var told struct {
		Lines []string `json:"lines"`
	}
	if err := p.a.Get(t.Context(), at+"/summary", &told); err != nil {
		t.Fatal(err)
	}
	if len(told.Lines) < 4 || !slices.Contains(told.Lines, "这份说明不是诊断，有疑问请问签约医生。") {
		t.Errorf("the guardian is told %q", told.Lines)
	}
	printed, err := p.clinic.Send(t.Context(), roleplay.Request{Method: http.MethodGet, Path: at + "/summary.pdf"})
	if err != nil || !bytes.HasPrefix(printed.Body, []byte("%PDF-")) {
		t.Errorf("the sheet for the guardian is %.20q, %v", printed.Body, err)
	}
	var found struct {
		Judgements []struct {
			RuleSet string `json:"rule_set"`
		} `json:"judgements"`
	}
	if err := p.clinic.Get(t.Context(), at, &found); err != nil || len(found.Judgements) != 3 {
		t.Errorf("the clinic reads %+v, %v", found, err)
	}
	refused(t, p.office.Get(t.Context(), at, nil), http.StatusForbidden, "forbidden")
	other := h.users.As("clinic-" + p.a.County() + "-2")
	refused(t, other.Get(t.Context(), at, nil), http.StatusNotFound, "not_found")
	refused(t, p.clinic.Get(t.Context(), "/api/v1/checkup-rounds/"+caseNo+"/children/CAAAAAAAAAAAAAAAAAAAA", nil), http.StatusNotFound, "not_found")
	var reads struct {
		Items []struct {
			Reader string   `json:"reader"`
			Fields []string `json:"fields"`
		} `json:"items"`
	}
	if err := h.users.As("auditor").Get(t.Context(), "/api/v1/record-reads?child="+child, &reads); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(reads.Items, func(r struct {
		Reader string   `json:"reader"`
		Fields []string `json:"fields"`
	}) bool {
		return r.Reader == p.clinic.Account && slices.Contains(r.Fields, "findings")
	}) {
		t.Errorf("the register of readings holds %+v", reads.Items)
	}
}

// referredAndBack completes the referral of a child that does not come at first, and is traced.
func referredAndBack(t *testing.T, p parties, referral string) {
	t.Helper()
	answer(t, p.clinic, referral, "referral.take", nursery.OutcomeTake, map[string]string{})
	answer(t, p.clinic, referral, "referral.seen", nursery.OutcomeNoShow, map[string]string{})
	answer(t, p.clinic, referral, "referral.trace", nursery.OutcomeRebook, map[string]string{})
	task := open(t, p.clinic, referral, "referral.seen")
	if _, err := p.clinic.Complete(t.Context(), key(), task.ID, nursery.OutcomeSeen, map[string]any{"seen_on": today()}); err != nil {
		t.Fatal(err)
	}
	result := open(t, p.clinic, referral, "referral.result")
	_, err := p.clinic.Complete(t.Context(), key(), result.ID, nursery.OutcomeComplete, map[string]string{})
	refused(t, err, http.StatusConflict, "result_missing")
	if err := p.clinic.PutReferralResult(t.Context(), key(), referral, today()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.clinic.Complete(t.Context(), key(), result.ID, nursery.OutcomeComplete, map[string]string{}); err != nil {
		t.Fatal(err)
	}
	await(t, p.clinic, referral, roleplay.Stage(nursery.StageReferralDone))
	var seen struct {
		Cause  []string `json:"cause"`
		Result string   `json:"result"`
		Traces int      `json:"traces"`
	}
	if err := p.a.Get(t.Context(), "/api/v1/referrals/"+referral, &seen); err != nil {
		t.Fatal(err)
	}
	if len(seen.Cause) != 1 || seen.Result != "" || seen.Traces != 1 {
		t.Errorf("the institution reads %+v", seen)
	}
	if err := p.office.Get(t.Context(), "/api/v1/referrals/"+referral, &seen); err != nil {
		t.Fatal(err)
	}
}

func TestARoundWaitsForAContractAndFollowsWhoIsInCare(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	a, _ := receipted(t, h, "other")
	p := partiesOf(t, h, a, "2")
	longInCare(t, a, 14, "c1", nursery.ConsentCheckup)
	if _, err := p.office.OpenHalf(t.Context(), key(), half().Previous()); err == nil {
		t.Error("a half-year that is over is opened")
	}
	opened, err := p.office.OpenHalf(t.Context(), key(), half())
	if err != nil || len(opened) == 0 {
		t.Fatalf("opened %v, %v", opened, err)
	}
	round := roundOf(t, p.office, a.Institution())
	if round.State != "blocked" {
		t.Errorf("a round without a contract is %s", round.State)
	}
	open(t, p.office, round.CaseNo, "checkup_round.blocked")
	p.sign(t, p.propose(t, begun()))
	await(t, p.office, round.CaseNo, roleplay.Stage(nursery.StageRecording))
	open(t, p.clinic, round.CaseNo, "checkup_round.record")

	// A child is enrolled, another one leaves.
	moving := newChild(a.County(), 16)
	leaves := careSince(t, a, moving, "c1", nursery.ConsentCheckup)
	stays := longInCare(t, a, 18, "c1", nursery.ConsentCheckup)
	await(t, p.clinic, round.CaseNo, func(roleplay.Case) bool { return len(classSheet(t, p.clinic, round.CaseNo, "c1").Children) == 3 })
	moved := half().First().AddDays(half().First().DaysUntil(today()) / 2)
	if err := a.EndEnrolment(t.Context(), key(), leaves, nursery.LeaveTransferred, moved); err != nil {
		t.Fatal(err)
	}
	await(t, p.clinic, round.CaseNo, func(roleplay.Case) bool {
		return slices.ContainsFunc(classSheet(t, p.clinic, round.CaseNo, "c1").Children, func(c roleplay.ClassChild) bool {
			return c.Leave == "transferred" && c.Items[0].Status == nursery.DutyTransferred
		})
	})

	// An institution of another county enrols it: its duties exist there, once.
	b, _ := receipted(t, h, "employer")
	q := partiesOf(t, h, b, "2")
	q.sign(t, q.propose(t, begun()))
	there := roundOf(t, q.clinic, b.Institution())
	if id := careFrom(t, b, moving, "c9", moved, nursery.ConsentCheckup); id != leaves {
		t.Errorf("the child is %s there and %s here", id, leaves)
	}
	await(t, q.clinic, there.CaseNo, func(roleplay.Case) bool {
		c, err := q.clinic.Checkup(t.Context(), there.CaseNo)
		return err == nil && c.Duties > 0
	})
	for _, c := range classSheet(t, p.clinic, round.CaseNo, "c1").Children {
		if c.ID == leaves && len(c.Items) > 0 {
			t.Errorf("the child owes here as well: %+v", c.Items)
		}
	}
	checked(t, q.clinic, there.CaseNo, "c9", nil)
	if c, err := q.clinic.Checkup(t.Context(), there.CaseNo); err != nil || c.Settled != c.Duties {
		t.Errorf("%d of %d settled, %v", c.Settled, c.Duties, err)
	}

	// Withdrawn consent prevents recording, and is shown.
	if err := a.WithdrawConsent(t.Context(), key(), stays, nursery.ConsentCheckup); err != nil {
		t.Fatal(err)
	}
	for _, c := range classSheet(t, p.clinic, round.CaseNo, "c1").Children {
		if c.ID == stays && c.Consent {
			t.Error("a withdrawn consent is shown as standing")
		}
	}
	// Nobody records the rest: at first it may be recorded late, then it is missed, and the county reviews it.
	h.skipTo(t, round.CaseNo, round.UntilOn.AddDays(1))
	answer(t, p.office, round.CaseNo, "checkup_round.missed", nursery.OutcomeReply, map[string]string{"note": "已督促补检"})
	await(t, p.office, round.CaseNo, roleplay.Stage(nursery.StageRoundClosed))
}

// checkupRows returns the operations on check-ups, for the matrix of roles.
func checkupRows(t *testing.T, h *harness, a *roleplay.Applicant, seen [2]string) []row {
	t.Helper()
	p := partiesOf(t, h, a, "1") // their contract is in force
	round := roundOf(t, p.clinic, a.Institution())
	open(t, p.clinic, round.CaseNo, "checkup_round.record")
	done := checked(t, p.clinic, round.CaseNo, "c1", func(r *nursery.Checkup) {
		for i := range r.Items {
			if r.Items[i].Item == nursery.ItemDevelopment {
				r.Items[i].Result, r.Items[i].Signs = nursery.FoundAbnormal, []int{1}
			}
		}
	})
	if len(done.Children) != 1 || done.Children[0].Child != seen[0] || done.Children[0].Referral == "" {
		t.Fatalf("recorded %+v", done)
	}
	other := classSheet(t, p.clinic, round.CaseNo, "c2").Children[0]
	var (
		at      = "/api/v1/checkup-rounds/" + round.CaseNo
		child   = at + "/children/" + seen[0]
		list    = only(nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital)
		parties = only(nursery.RoleInstitution, nursery.RoleHospital)
		clinic  = only(nursery.RoleHospital)
		refer   = only(nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital)
		sent    = "/api/v1/referrals/" + done.Children[0].Referral
	)
	return []row{
		{op: "POST /api/v1/checkup-rounds", path: "/api/v1/checkup-rounds", allowed: only(nursery.RoleCountyOffice), body: says(map[string]any{"half": half()})},
		{op: "GET /api/v1/checkup-rounds", path: "/api/v1/checkup-rounds", allowed: list},
		{op: "GET /api/v1/checkup-rounds/{case_no}", path: at, allowed: list, ofCase: true},
		{op: "GET /api/v1/checkup-rounds/{case_no}/progress.xlsx", path: at + "/progress.xlsx", allowed: list, ofCase: true},
		{op: "GET /api/v1/checkup-rounds/{case_no}/classes/{class}", path: at + "/classes/c1", allowed: clinic, ofCase: true},
		{op: "POST /api/v1/checkup-rounds/{case_no}/classes/{class}/records", path: at + "/classes/c2/records", allowed: clinic, ofCase: true,
			body: says(map[string]any{"records": []nursery.Checkup{roleplay.Healthy(other, today())}})},
		{op: "GET /api/v1/checkup-rounds/{case_no}/children/{child}", path: child, allowed: parties, ofCase: true},
		{op: "GET /api/v1/checkup-rounds/{case_no}/children/{child}/summary", path: child + "/summary", allowed: parties, ofCase: true},
		{op: "GET /api/v1/checkup-rounds/{case_no}/children/{child}/summary.pdf", path: child + "/summary.pdf", allowed: parties, ofCase: true},
		{op: "GET /api/v1/indicators/checkup-rate", path: "/api/v1/indicators/checkup-rate",
			allowed: only(nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor)},
		{op: "GET /api/v1/referrals", path: "/api/v1/referrals", allowed: refer},
		{op: "GET /api/v1/referrals/{case_no}", path: sent, allowed: refer, ofCase: true},
		{op: "POST /api/v1/referrals/{case_no}/result", path: sent + "/result", allowed: clinic, ofCase: true,
			body: says(map[string]any{"result": "核对权限", "result_on": today()})},
	}
}
