package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

func TestARepeatedCommandGivesTheFirstAnswerAndActsOnce(t *testing.T) {
	h := sharedHouse(t)
	a := newApplicant(t, h, "employer")
	app := prepare(t, a, "employer")
	k := key()
	first, err := a.File(t.Context(), k, app, false)
	if err != nil {
		t.Fatal(err)
	}
	again, err := a.File(t.Context(), k, app, false)
	if err != nil || again != first {
		t.Errorf("the repeat: %+v, %v, want %+v", again, err, first)
	}
	other := app
	other.Institution.Phone = "0355-7230099"
	_, err = a.File(t.Context(), k, other, false)
	refused(t, err, http.StatusConflict, "idempotency_key_reused")
	_, err = a.File(t.Context(), "", app, false)
	refused(t, err, http.StatusBadRequest, "idempotency_key_required")
	_, err = a.File(t.Context(), key(), app, false)
	refused(t, err, http.StatusConflict, "filing_already_open")
	if n := h.number(t, "SELECT count(*) FROM cases WHERE institution = $1 AND status = 'open'", a.Institution()); n != 1 {
		t.Errorf("%d cases are open, want 1", n)
	}

	// A key belongs to an account: another account may use the same one.
	b := newApplicant(t, h, "other")
	if _, err := b.File(t.Context(), k, prepare(t, b, "other"), true); err != nil {
		t.Errorf("another account with the same key: %v", err)
	}
	if err := a.Withdraw(t.Context(), key(), first.CaseNo, "测试结束"); err != nil {
		t.Error(err)
	}
}

func TestApplicantsWhoHaveNotFiledYetAreDifferentInstitutions(t *testing.T) {
	h := sharedHouse(t)
	first, second := newApplicant(t, h, "employer"), newApplicant(t, h, "employer")
	if first.Institution() == second.Institution() {
		t.Errorf("both are %s", first.Institution())
	}
}

func TestAClosedTaskSaysWhoClosedItAndWhen(t *testing.T) {
	h := sharedHouse(t)
	a, caseNo := filed(t, h, "other")
	task := open(t, a.Clerk(), caseNo, "filing.review")
	k := key()
	done := delivered(t, a.Clerk(), k, task.ID, nursery.OutcomeAccept, noFindings)
	again, err := a.Clerk().Complete(t.Context(), k, task.ID, nursery.OutcomeAccept, noFindings)
	if err != nil || !again.At.Equal(done.At) || !again.Delivered {
		t.Errorf("the repeat: %+v, %v, want %+v", again, err, done)
	}
	_, err = h.users.As("clerk-"+a.County()+"-2").Complete(t.Context(), key(), task.ID, nursery.OutcomeAccept, noFindings)
	r := refused(t, err, http.StatusConflict, "task_closed")
	when := done.At.In(nursery.Shanghai).Format("2006-01-02 15:04")
	if !strings.Contains(r.Detail, a.Clerk().Account) || !strings.Contains(r.Detail, when) {
		t.Errorf("%q does not name %s and %s", r.Detail, a.Clerk().Account, when)
	}
}

func TestAnswersAreCheckedBeforeTheyAreTaken(t *testing.T) {
	h := sharedHouse(t)
	a, caseNo := receipted(t, h, "other")
	task := open(t, a.Inspector(1), caseNo, "filing.site_visit")
	for name, c := range map[string]struct {
		outcome nursery.Outcome
		form    any
		code    string
	}{
		"an outcome of another task":      {nursery.OutcomeAccept, visit(), "outcome_not_offered"},
		"an outcome there is not":         {"perhaps", visit(), "outcome_not_offered"},
		"nonconforming without a finding": {nursery.OutcomeNonconform, visit(), "invalid"},
		"a field the form does not have":  {nursery.OutcomeConform, map[string]any{"mood": "good"}, "invalid"},
		"a rectification of a thousand days": {nursery.OutcomeNonconform, roleplay.Visit{
			Findings: []roleplay.Finding{{Message: "甲"}}, RectifyDays: 1000, VisitedOn: today(), Attachments: []string{},
		}, "invalid"},
	} {
		_, err := a.Inspector(1).Complete(t.Context(), key(), task.ID, c.outcome, c.form)
		if r := refused(t, err, http.StatusUnprocessableEntity, c.code); len(r.Errors) == 0 {
			t.Errorf("%s: no field is named", name)
		}
	}
	if _, err := a.Actor.Complete(t.Context(), key(), task.ID, nursery.OutcomeConform, visit()); err == nil {
		t.Error("an institution found its own site to conform")
	}
}

func TestWhatIsNotOnesOwnAnswersAsIfItWereNotThere(t *testing.T) {
	h := sharedHouse(t)
	a, caseNo := receipted(t, h, "other")
	c := await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageReceiptIssued))
	task := open(t, a.Inspector(1), caseNo, "filing.site_visit")
	absent, err := nursery.NewCaseNumber("BA", a.County(), today().Year, 999999)
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range []string{
		"clerk-140403", "supervisor-140403", "inspector-140403", "institution-140403-01", "institution-140431-12",
	} {
		who := h.users.As(account)
		_, errOther := who.Case(t.Context(), caseNo)
		_, errAbsent := who.Case(t.Context(), string(absent))
		there := refused(t, errOther, http.StatusNotFound, "not_found")
		gone := refused(t, errAbsent, http.StatusNotFound, "not_found")
		if there.Detail != gone.Detail {
			t.Errorf("%s can tell %q from %q", account, there.Detail, gone.Detail)
		}
		_, err := who.Paper(t.Context(), c.Documents[0].ID)
		refused(t, err, http.StatusNotFound, "not_found")
		_, err = who.Complete(t.Context(), key(), task.ID, nursery.OutcomeConform, visit())
		refused(t, err, http.StatusNotFound, "not_found")
		refused(t, who.Post(t.Context(), "/api/v1/tasks/"+task.ID+"/claim", key(), nil, nil), http.StatusNotFound, "not_found")
	}
	stranger := newApplicant(t, h, "employer")
	app := prepare(t, stranger, "employer")
	app.Papers[0].Attachment = a.Uploaded(nursery.FilingForm)
	_, err = stranger.File(t.Context(), key(), app, false)
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
}

func TestTheWorstInputLeavesNoHalfMadeCase(t *testing.T) {
	h := sharedHouse(t)
	a := newApplicant(t, h, "employer")
	app := prepare(t, a, "employer")
	const rows = "SELECT (SELECT count(*) FROM cases) + (SELECT count(*) FROM applications) + (SELECT count(*) FROM outbox)"
	before := h.number(t, rows)
	good, err := json.Marshal(map[string]any{"application": app})
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(*nursery.Application)) []byte {
		bad := app
		change(&bad)
		raw, err := json.Marshal(map[string]any{"application": bad})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	smuggle := func(where, what string) []byte { return bytes.Replace(good, []byte(where), []byte(what+where), 1) }
	minus := -5
	for _, c := range []struct {
		name   string
		body   []byte
		status int
	}{
		{"nothing", []byte{}, http.StatusBadRequest},
		{"no JSON", []byte("备案"), http.StatusBadRequest},
		{"half of it", good[:len(good)/2], http.StatusBadRequest},
		{"a list", []byte("[1,2]"), http.StatusUnprocessableEntity},
		{"an unknown field", smuggle(`"site_kind"`, `"approve_me":true,`), http.StatusUnprocessableEntity},
		{"an unknown field at the top", smuggle(`"application"`, `"case_no":"x",`), http.StatusUnprocessableEntity},
		{"more than the limit", smuggle(`"application"`, `"note":"`+strings.Repeat("甲", 400_000)+`",`), http.StatusRequestEntityTooLarge},
		{"a wrong credit code", with(func(a *nursery.Application) { a.Institution.USCC = "91140423MA0T00044X" }), http.StatusUnprocessableEntity},
		{"a township elsewhere", with(func(a *nursery.Application) { a.Institution.Township = "140403001" }), http.StatusUnprocessableEntity},
		{"another city", with(func(a *nursery.Application) { a.Institution.County = "140105" }), http.StatusUnprocessableEntity},
		{"a county that is not the account's", with(func(a *nursery.Application) {
			a.Institution.County, a.Institution.Township = "140403", "140403001"
		}), http.StatusUnprocessableEntity},
		{"a site kind there is not", with(func(a *nursery.Application) { a.SiteKind = "palace" }), http.StatusUnprocessableEntity},
		{"seats below none", with(func(a *nursery.Application) { a.Classes = []nursery.Class{{ID: "c", Seats: &minus}} }), http.StatusUnprocessableEntity},
		{"an attachment nobody uploaded", with(func(a *nursery.Application) {
			a.Papers = []nursery.Paper{{Kind: nursery.FilingForm, Attachment: "none"}}
		}), http.StatusUnprocessableEntity},
		{"a zero byte", with(func(a *nursery.Application) { a.Institution.Name = "托育\x00园" }), http.StatusBadRequest},
	} {
		res := send(t, a.Actor, roleplay.Request{Method: http.MethodPost, Path: "/api/v1/filings", Key: key(), Body: c.body})
		if res.Status != c.status {
			t.Errorf("%s: got %d, want %d: %.300s", c.name, res.Status, c.status, res.Body)
			continue
		}
		var problem roleplay.Refusal
		if err := json.Unmarshal(res.Body, &problem); err != nil || problem.Code == "" || !chinese(problem.Detail) {
			t.Errorf("%s: no problem document: %s", c.name, res.Body)
		}
		if c.status == http.StatusUnprocessableEntity && len(problem.Errors) == 0 {
			t.Errorf("%s: no place is named: %s", c.name, res.Body)
		}
	}
	if after := h.number(t, rows); after != before {
		t.Errorf("%d rows were left behind", after-before)
	}
}

func TestUploadsAreSniffedAndCapped(t *testing.T) {
	h := sharedHouse(t)
	a := h.users.As("institution-140403-12")
	_, err := a.Upload(t.Context(), "备案书.pdf", "application/pdf", []byte("<html><script>alert(1)</script></html>"))
	refused(t, err, http.StatusUnprocessableEntity, "attachment_type")
	_, err = a.Upload(t.Context(), "备案书.pdf", "application/pdf", append(testdata.PDF("big"), make([]byte, 3<<20)...))
	refused(t, err, http.StatusRequestEntityTooLarge, "attachment_too_large")
	id, err := a.Upload(t.Context(), "备案书.txt", "text/plain", testdata.PDF("named wrongly"))
	if err != nil {
		t.Fatalf("a PDF under a wrong name: %v", err)
	}
	res := send(t, a, roleplay.Request{Method: http.MethodGet, Path: "/api/v1/attachments/" + id})
	if res.Status != ok || res.Header.Get("Content-Type") != "application/pdf" || !bytes.Equal(res.Body, testdata.PDF("named wrongly")) {
		t.Errorf("got %d %s, %d bytes", res.Status, res.Header.Get("Content-Type"), len(res.Body))
	}
	if res.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", res.Header)
	}
	for _, other := range []string{"institution-140403-11", "clerk-140404", "institution-140404-12"} {
		err := h.users.As(other).Get(t.Context(), "/api/v1/attachments/"+id, nil)
		refused(t, err, http.StatusNotFound, "not_found")
	}
}

func TestWhoDoesNotSignInIsTurnedAway(t *testing.T) {
	h := sharedHouse(t)
	for name, token := range map[string]string{
		"no token":   "",
		"no JWT":     "secret",
		"not signed": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjbGVyay0xNDA0MDMifQ.",
		// Signed with a key other than the issuer's.
		"a foreign signature": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjbGVyay0xNDA0MDMiLCJhdWQiOiJ0dW95dSJ9.c2lnbmF0dXJl",
	} {
		res := send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: "/api/v1/cases", Token: token})
		var problem roleplay.Refusal
		if err := json.Unmarshal(res.Body, &problem); res.Status != http.StatusUnauthorized || err != nil || problem.Code == "" {
			t.Errorf("%s: %d %s", name, res.Status, res.Body)
		}
	}
}

func TestTheApplicantAsksForTheStatusWithoutSigningIn(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a := newApplicant(t, h, "other")
	register(t, a)
	started := file(t, a, prepare(t, a, "other"))
	open(t, a.Clerk(), started.CaseNo, "filing.review")
	ask := func(caseNo, code string) roleplay.Response {
		return send(t, h.users.As(""), roleplay.Request{
			Method: http.MethodPost, Path: "/api/v1/public/cases/" + caseNo + "/status", Body: map[string]string{"code": code},
		})
	}
	res := ask(started.CaseNo, started.TrackingCode)
	if res.Status != ok {
		t.Fatalf("got %d %s", res.Status, res.Body)
	}
	var shown map[string]any
	if err := json.Unmarshal(res.Body, &shown); err != nil {
		t.Fatal(err)
	}
	if shown["stage"] != "submitted" || shown["due_on"] != workingDay(t, today(), 5).String() || shown["holder_title"] == "" {
		t.Errorf("got %s", res.Body)
	}
	for _, secret := range []string{a.Registration.USCC, "clerk-140431", "s-01", "tracking"} {
		if strings.Contains(string(res.Body), secret) {
			t.Errorf("the public reads %s: %s", secret, res.Body)
		}
	}
	absent, err := nursery.NewCaseNumber("BA", "140431", today().Year, 999999)
	if err != nil {
		t.Fatal(err)
	}
	wrongCode, wrongNumber := ask(started.CaseNo, "0000-0000-0000-0000"), ask(string(absent), started.TrackingCode)
	if wrongCode.Status != http.StatusNotFound || wrongNumber.Status != http.StatusNotFound ||
		withoutNumber(t, wrongCode) != withoutNumber(t, wrongNumber) {
		t.Errorf("a wrong code answers %d %s, a wrong number %d %s", wrongCode.Status, wrongCode.Body, wrongNumber.Status, wrongNumber.Body)
	}
	limited := false
	for range 200 {
		if res := ask(started.CaseNo, "0000-0000-0000-0000"); res.Status == http.StatusTooManyRequests {
			limited = res.Header.Get("Retry-After") != ""
			break
		}
	}
	if !limited {
		t.Error("200 guesses were not limited")
	}
}

// withoutNumber returns a problem document without the request ID, which is unique for every request.
func withoutNumber(t *testing.T, res roleplay.Response) string {
	t.Helper()
	var problem map[string]any
	if err := json.Unmarshal(res.Body, &problem); err != nil {
		t.Fatal(err)
	}
	delete(problem, "request_id")
	raw, err := json.Marshal(problem)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
