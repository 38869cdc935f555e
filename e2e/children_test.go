package e2e

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// childrenRows returns the operations on children and on the register, for the matrix of roles.
func childrenRows(t *testing.T, a *roleplay.Applicant) []row {
	t.Helper()
	child := testdata.Child(a.County(), 7001, today())
	id, err := a.Enrol(t.Context(), key(), child, "乳儿班", today())
	if err != nil {
		t.Fatal(err)
	}
	paper, err := a.Upload(t.Context(), "consent.pdf", "application/pdf", testdata.PDF("consent"))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := a.Upload(t.Context(), "sheet.pdf", "application/pdf", testdata.PDF("sheet"))
	if err != nil {
		t.Fatal(err)
	}
	merge, err := twoRecordsMerged(t, a)
	if err != nil {
		t.Fatal(err)
	}
	report, err := a.ImportRoster(t.Context(), key(), roleplay.Roster([]nursery.Child{testdata.Child(a.County(), 7007, today())}, "乳儿班", today()))
	if err != nil || report.Import == 0 {
		t.Fatal(report, err)
	}
	imported := fmt.Sprintf("/api/v1/roster-imports/%d", report.Import)
	on, other := twoRecords(t, a, 7004, "T970007004")
	died, left := longAgo(t, a, 7005, nursery.LeaveDied), longAgo(t, a, 7006, nursery.LeaveTransferred)
	var (
		at    = "/api/v1/children/" + id
		own   = only(nursery.RoleInstitution)
		carer = only(nursery.RoleInstitution, nursery.RoleHospital)
		seers = only(nursery.RoleCountyOffice, nursery.RoleAuditor)
		form  = slices.Concat([]byte("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n"),
			roleplay.Roster([]nursery.Child{testdata.Child(a.County(), 7003, today())}, "乳儿班", today()), []byte("\r\n--edge--\r\n"))
		serial = 7100
		body   = func(nursery.Role, string) any { // each comes with a child of its own
			serial++
			return map[string]any{"child": testdata.Child(a.County(), serial, today()), "class": "乳儿班", "entered_on": today()}
		}
	)
	return []row{
		{op: "POST /api/v1/children", path: "/api/v1/children", allowed: own, body: body},
		{op: "GET /api/v1/children", path: "/api/v1/children", allowed: carer},
		{op: "GET /api/v1/children/counts", path: "/api/v1/children/counts", allowed: append(carer, nursery.RoleCountyOffice)},
		{op: "GET /api/v1/children/{child}", path: at + "?purpose=enrolment", allowed: own, ofCase: true},
		{op: "POST /api/v1/children/{child}/consents", path: at + "/consents", allowed: own, ofCase: true,
			body: says(map[string]any{"purpose": "checkup", "evidence": paper, "given_on": today()})},
		{op: "POST /api/v1/children/consents", path: "/api/v1/children/consents", allowed: own, body: says(map[string]any{
			"evidence": []string{signed}, "given_on": today(), "consents": []map[string]string{{"child": id, "purpose": "insurance"}},
		})},
		{op: "GET /api/v1/children/consents", path: "/api/v1/children/consents?class=%E4%B9%B3%E5%84%BF%E7%8F%AD", allowed: own},
		// The clinic has a contract in force with the institution.
		{op: "GET /api/v1/children/{child}/consents", path: at + "/consents", allowed: append(carer, nursery.RoleCountyOffice), ofCase: true},
		{op: "POST /api/v1/children/{child}/consents/{purpose}/withdrawal", path: at + "/consents/checkup/withdrawal", allowed: own, ofCase: true},
		{op: "POST /api/v1/children/{child}/stay/correction", path: at + "/stay/correction", allowed: own, ofCase: true,
			body: says(map[string]any{"entered_on": today(), "reason": "核对"})},
		{op: "POST /api/v1/children/{child}/doses", path: at + "/doses", allowed: own, ofCase: true, body: says(map[string]any{"dtap_doses": 3})},
		{op: "POST /api/v1/children/{child}/death/withdrawal", path: "/api/v1/children/" + died + "/death/withdrawal", allowed: append(own, nursery.RoleCountyOffice), ofCase: true,
			body: says(map[string]any{"reason": "误登记"})},
		{op: "POST /api/v1/children/{child}/release", path: "/api/v1/children/" + left + "/release", allowed: own, ofCase: true,
			body: says(map[string]any{"reason": "移交"})},
		{op: "POST /api/v1/children/{child}/identity", path: "/api/v1/children/" + left + "/identity", allowed: only(nursery.RoleCountyOffice), ofCase: true,
			body: says(map[string]any{"identity_kind": "birth_certificate", "identity": "T970007006", "reason": "核验"})},
		{op: "POST /api/v1/children/merges", path: "/api/v1/children/merges", allowed: only(nursery.RoleCountyOffice), ofCase: true,
			body: says(map[string]any{"child": on, "other": other, "reason": "核验"})},
		{op: "POST /api/v1/children/merges/{merge}/undo", path: fmt.Sprintf("/api/v1/children/merges/%d/undo", merge), allowed: only(nursery.RoleCountyOffice), ofCase: true,
			body: says(map[string]any{"reason": "核验"})},
		{op: "GET /api/v1/children/merges", path: "/api/v1/children/merges", allowed: seers},
		{op: "GET /api/v1/children/alike", path: "/api/v1/children/alike", allowed: seers},
		{op: "GET /api/v1/attendance", path: "/api/v1/attendance?class=%E4%B9%B3%E5%84%BF%E7%8F%AD&on=" + today().String(), allowed: own},
		{op: "PUT /api/v1/attendance", path: "/api/v1/attendance", allowed: own,
			body: says(map[string]any{"class": "乳儿班", "on": today(), "version": 0, "children": []map[string]string{{"child": id, "state": "present"}}})},
		{op: "GET /api/v1/attendance/month", path: "/api/v1/attendance/month?on=" + today().String(), allowed: own},
		{op: "POST /api/v1/children/{child}/class", path: at + "/class", allowed: own, ofCase: true, body: says(map[string]any{"class": "托小班"})},
		{op: "POST /api/v1/children/{child}/correction", path: at + "/correction", allowed: own, ofCase: true, body: says(child)},
		{op: "POST /api/v1/children/{child}/leave", path: at + "/leave", allowed: own, ofCase: true,
			body: says(map[string]any{"leave": "left", "left_on": today()})},
		{op: "POST /api/v1/children/roster", path: "/api/v1/children/roster", allowed: own, body: says(form), media: "multipart/form-data; boundary=edge"},
		{op: "GET /api/v1/roster-imports/{import}", path: imported, allowed: own, ofCase: true},
		{op: "POST /api/v1/roster-imports/{import}/undo", path: imported + "/undo", allowed: own, ofCase: true},
		{op: "GET /api/v1/children/roster-template.xlsx", path: "/api/v1/children/roster-template.xlsx", allowed: nursery.Roles()},
		{op: "GET /api/v1/children/roster.xlsx", path: "/api/v1/children/roster.xlsx?purpose=enrolment", allowed: own},
		{op: "GET /api/v1/record-reads", path: "/api/v1/record-reads", allowed: seers},
		{op: "GET /api/v1/institutions", path: "/api/v1/institutions", allowed: append(only(nursery.RoleHospital), readers...)},
		{op: "GET /api/v1/institutions/{institution}", path: "/api/v1/institutions/" + a.Institution(), allowed: append(only(nursery.RoleHospital), readers...), ofCase: true},
	}
}

// longAgo records a child that has already left, and returns its identifier.
func longAgo(t *testing.T, a *roleplay.Applicant, serial int, why nursery.Leave) string {
	t.Helper()
	id, err := a.Enrol(t.Context(), key(), testdata.Child(a.County(), serial, today()), "乳儿班", today().AddDays(-10))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.EndEnrolment(t.Context(), key(), id, why, today().AddDays(-5)); err != nil {
		t.Fatal(err)
	}
	return id
}

// twoRecords records a child under two documents, one after the other.
func twoRecords(t *testing.T, a *roleplay.Applicant, serial int, certificate string) (on, other string) {
	t.Helper()
	on = longAgo(t, a, serial, nursery.LeaveLeft)
	child := testdata.Child(a.County(), serial, today())
	child.IdentityKind, child.Identity = nursery.ByBirthCertificate, certificate
	other, err := a.Enrol(t.Context(), key(), child, "乳儿班", today())
	if err != nil {
		t.Fatal(err)
	}
	return on, other
}

// twoRecordsMerged records a child under two documents, after which the county's office merges the records.
func twoRecordsMerged(t *testing.T, a *roleplay.Applicant) (int64, error) {
	t.Helper()
	on, other := twoRecords(t, a, 7002, "T970007002")
	var merged struct {
		ID int64 `json:"id"`
	}
	err := a.CountyOffice().Post(t.Context(), "/api/v1/children/merges", key(), map[string]any{"child": on, "other": other, "reason": "核验证件原件"}, &merged)
	return merged.ID, err
}

func TestChildrenStayReadableWhileTheKeysAreRotated(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	a, _ := receipted(t, h, "community")
	children := testdata.Children(a.County(), 1, 20, today())
	report, err := a.ImportRoster(t.Context(), key(), roleplay.Roster(children, "乳儿班", today()))
	if err != nil || report.Enrolled != 20 || len(report.Refused) != 0 {
		t.Fatalf("roster: %+v, %v", report, err)
	}
	id, err := a.Enrol(t.Context(), key(), testdata.Child(a.County(), 21, today()), "乳儿班", today())
	if err != nil {
		t.Fatal(err)
	}
	reads := func() {
		t.Helper()
		c, err := a.ReadChild(t.Context(), id, nursery.ReadForEnrolment)
		if err != nil || c.Name != "婴幼儿0021" {
			t.Fatalf("got %+v, %v", c, err)
		}
	}
	reads()
	if err := a.Consent(t.Context(), key(), id, nursery.ConsentCheckup, today()); err != nil {
		t.Error(err)
	}
	if err := a.WithdrawConsent(t.Context(), key(), id, nursery.ConsentCheckup); err != nil {
		t.Error(err)
	}
	paper := consentOf(t, a.Actor, id)
	opens := func() {
		t.Helper()
		res := send(t, a.Actor, roleplay.Request{Method: http.MethodGet, Path: "/api/v1/attachments/" + paper})
		if res.Status != ok || !strings.Contains(string(res.Body), "consent-checkup") {
			t.Fatalf("the consent answers %d", res.Status)
		}
	}
	opens()
	liesSealed(t, h, "consent-checkup")

	var keyset string
	for _, v := range h.env {
		if path, ok := strings.CutPrefix(v, "TUOYU_KEYSET_FILE="); ok {
			keyset = path
		}
	}
	was := regexp.MustCompile(`key (\d+) seals`).FindStringSubmatch(tuoyu(t, h, true, "keys", "list", keyset))[1]
	index := regexp.MustCompile(`key (\d+) indexes`).FindStringSubmatch(tuoyu(t, h, true, "keys", "list", keyset))[1]
	tuoyu(t, h, false, "keys", "drop", keyset, was)
	rotated := killedAt(t, h, "sealed anew", "keys", "rotate", keyset, "--wait=5s")
	opens()
	rotated += tuoyu(t, h, true, "keys", "rotate", keyset, "--wait=5s")
	if !strings.Contains(rotated, "children.identity: 21 sealed anew") || !strings.Contains(rotated, "attachments.file_key: ") {
		t.Errorf("rotation says %s", rotated)
	}
	reads()
	opens()
	if refused := tuoyu(t, h, false, "keys", "drop", keyset, was); !strings.Contains(refused, "--histories-gone") {
		t.Errorf("drop says %s", refused)
	}
	tuoyu(t, h, true, "keys", "drop", keyset, index)
	tuoyu(t, h, true, "keys", "drop", keyset, was, "--histories-gone")
	reads()
	opens()
	report, err = a.ImportRoster(t.Context(), key(), roleplay.Roster(children, "乳儿班", today()))
	if err != nil || report.Already != 20 {
		t.Errorf("the roster again: %+v, %v", report, err)
	}
	secret := children[0]
	logs, err := filepath.Glob(filepath.Join(h.folder, "*.log"))
	if err != nil || len(logs) == 0 {
		t.Fatalf("no logs: %v", err)
	}
	for _, path := range logs {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{secret.Name, secret.Identity, secret.GuardianPhone} {
			if strings.Contains(string(text), s) {
				t.Errorf("%s holds what names a child", filepath.Base(path))
			}
		}
	}
}

// consentOf returns the document of a child's latest consent.
func consentOf(t *testing.T, a *roleplay.Actor, child string) string {
	t.Helper()
	var consents struct {
		Consents []struct {
			Evidence string `json:"evidence"`
		} `json:"consents"`
	}
	if err := a.Get(t.Context(), "/api/v1/children/"+child+"/consents", &consents); err != nil || len(consents.Consents) == 0 {
		t.Fatalf("consents: %+v, %v", consents, err)
	}
	return consents.Consents[len(consents.Consents)-1].Evidence
}

// liesSealed asserts that no file of the blob folder contains a text.
func liesSealed(t *testing.T, h *harness, text string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(h.folder, "blobs", "*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), text) {
			t.Errorf("%s lies clear in %s", text, filepath.Base(path))
		}
	}
}

// tuoyu runs a command of the program with the settings of h and returns its output.
func tuoyu(t *testing.T, h *harness, works bool, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = h.env
	said, err := cmd.CombinedOutput()
	if works == (err != nil) {
		t.Fatalf("tuoyu %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return string(said)
}

// killedAt runs a command of the program and kills it at the first line that contains a text. It returns the output
// until then.
func killedAt(t *testing.T, h *harness, text string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = h.env
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var printed strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(&printed, lines.Text())
		if strings.Contains(lines.Text(), text) {
			_ = cmd.Process.Kill() // it may have ended by itself
			break
		}
	}
	_ = cmd.Wait()
	if !strings.Contains(printed.String(), text) {
		t.Fatalf("tuoyu %s never printed %q:\n%s", strings.Join(args, " "), text, printed.String())
	}
	return printed.String()
}

func TestARosterOfAnotherMediaTypeIsRefused(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	res := send(t, h.users.As("institution-140403-01"), roleplay.Request{
		Method: http.MethodPost, Path: "/api/v1/children/roster", Key: key(), Body: []byte("{}"), ContentType: "application/json",
	})
	if res.Status != http.StatusUnsupportedMediaType {
		t.Errorf("got %d %s", res.Status, res.Body)
	}
}
