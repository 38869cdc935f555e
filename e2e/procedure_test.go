package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/procedures/published"
	"tuoyu/testdata"
)

// archiveOf returns a form with the archive of a procedure.
func archiveOf(t *testing.T) []byte {
	t.Helper()
	files, err := testdata.OpenDay()
	if err != nil {
		t.Fatal(err)
	}
	archive, _, err := published.Pack(files)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"open_day.zip\"\r\n\r\n")
	b.Write(archive)
	b.WriteString("\r\n--edge--\r\n")
	return b.Bytes()
}

const archiveMedia = "multipart/form-data; boundary=edge"

// publishOpenDay publishes the procedure of testdata by two people, and returns its revision.
func publishOpenDay(t *testing.T, h *harness) string {
	t.Helper()
	res := send(t, h.users.As("procedure-author"), roleplay.Request{
		Method: http.MethodPost, Path: "/api/v1/procedure-revisions", Key: key(), Body: archiveOf(t), ContentType: archiveMedia,
	})
	var proposed struct{ ID string }
	if err := json.Unmarshal(res.Body, &proposed); err != nil || res.Status != http.StatusCreated {
		t.Fatalf("propose: %d %s", res.Status, res.Body)
	}
	res = send(t, h.users.As("procedure-approver"), roleplay.Request{
		Method: http.MethodPost, Path: "/api/v1/procedure-revisions/" + proposed.ID + "/decision", Key: key(), Body: map[string]any{"publish": true},
	})
	if res.Status != http.StatusOK {
		t.Fatalf("publish: %d %s", res.Status, res.Body)
	}
	return proposed.ID
}

// openDay starts a case of the procedure and returns its number.
func openDay(t *testing.T, a *roleplay.Applicant, date string) string {
	t.Helper()
	res := send(t, a.Actor, roleplay.Request{
		Method: http.MethodPost, Path: "/api/v1/procedures/open_day/cases", Key: key(), Body: map[string]any{"facts": map[string]any{"date": date}},
	})
	var started struct {
		CaseNo string `json:"case_no"`
	}
	if err := json.Unmarshal(res.Body, &started); err != nil || res.Status != http.StatusCreated {
		t.Fatalf("start: %d %s", res.Status, res.Body)
	}
	await(t, a.Actor, started.CaseNo, func(c roleplay.Case) bool { return c.Holder == string(nursery.RoleInstitution) })
	return started.CaseNo
}

// procedureRows returns the operations of procedures, for the matrix of roles.
func procedureRows(t *testing.T, h *harness, a *roleplay.Applicant) []row {
	t.Helper()
	revision := publishOpenDay(t, h)
	caseNo, second := openDay(t, a, "2026-12-20"), openDay(t, a, "2026-12-21")
	var (
		at        = "/api/v1/cases/" + caseNo
		own       = only(nursery.RoleInstitution)
		seers     = only(nursery.RoleProcedureAuthor, nursery.RoleProcedureApprover, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator)
		objectors = only(nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleHospital, nursery.RoleCountyOffice, nursery.RoleCityOffice,
			nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance)
		counters = only(nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleFinance, nursery.RoleCityFinance, nursery.RoleAuditor)
		facts    = says(map[string]any{"facts": map[string]any{"date": "2026-12-30"}})
		families = says(map[string]any{"rows": []map[string]any{{"number": 1, "people": 2}, {"number": 2, "people": 3}}})
	)
	return []row{
		{op: "GET /api/v1/procedures", path: "/api/v1/procedures", allowed: nursery.Roles()},
		{op: "GET /api/v1/procedures/{kind}", path: "/api/v1/procedures/open_day", allowed: nursery.Roles()},
		{op: "POST /api/v1/procedures/{kind}/cases", path: "/api/v1/procedures/open_day/cases", allowed: own, body: facts},
		{op: "POST /api/v1/procedures/{kind}/precheck", path: "/api/v1/procedures/open_day/precheck", allowed: own, body: facts},
		{op: "GET /api/v1/procedures/{kind}/map", path: "/api/v1/procedures/open_day/map", allowed: counters},
		{op: "GET /api/v1/procedures/{kind}/figures", path: "/api/v1/procedures/open_day/figures?since=2026-01-01", allowed: counters},
		{op: "GET /api/v1/procedures/{kind}/figures.xlsx", path: "/api/v1/procedures/open_day/figures.xlsx", allowed: counters},
		{op: "GET /api/v1/cases/{case_no}/rows", path: at + "/rows", allowed: readers, ofCase: true},
		{op: "POST /api/v1/cases/{case_no}/rows/{set}", path: at + "/rows/family", allowed: own, ofCase: true, body: families},
		{op: "POST /api/v1/cases/{case_no}/rows/{set}/remove", path: at + "/rows/family/remove", allowed: own, ofCase: true, body: says(map[string]any{"key": "2"})},
		{op: "POST /api/v1/cases/{case_no}/rows/{set}/send", path: at + "/rows/family/send", allowed: own, ofCase: true},
		{op: "POST /api/v1/cases/{case_no}/anytime/{name}", path: "/api/v1/cases/" + second + "/anytime/withdraw", allowed: own, ofCase: true, body: says(map[string]any{})},
		{op: "GET /api/v1/procedure-revisions", path: "/api/v1/procedure-revisions", allowed: seers},
		{op: "POST /api/v1/procedure-revisions", path: "/api/v1/procedure-revisions", allowed: only(nursery.RoleProcedureAuthor), body: says(archiveOf(t)), media: archiveMedia,
			refused: "revision_known"},
		{op: "GET /api/v1/procedure-revisions/{id}", path: "/api/v1/procedure-revisions/" + revision, allowed: seers},
		{op: "GET /api/v1/procedure-revisions/{id}/files.zip", path: "/api/v1/procedure-revisions/" + revision + "/files.zip", allowed: seers},
		{op: "GET /api/v1/procedure-revisions/{id}/cases", path: "/api/v1/procedure-revisions/" + revision + "/cases", allowed: only(nursery.RoleProcedureApprover)},
		{op: "POST /api/v1/cases/{case_no}/move", path: at + "/move", allowed: only(nursery.RoleProcedureApprover), body: says(map[string]any{"revision": revision, "reason": "更正"}), refused: "case_not_moved"},
		{op: "POST /api/v1/procedure-revisions/{id}/decision", path: "/api/v1/procedure-revisions/" + revision + "/decision", allowed: only(nursery.RoleProcedureApprover),
			body: says(map[string]any{"publish": true}), refused: "revision_decided"},
		{op: "GET /api/v1/consultations", path: "/api/v1/consultations", allowed: objectors},
		{op: "POST /api/v1/consultations/{case_no}/objections", path: "/api/v1/consultations/" + caseNo + "/objections", allowed: objectors, refused: "not_found", // it is published to everybody
			body: says(map[string]any{"form": map[string]any{"text": "时间不妥。"}})},
		{op: "GET /api/v1/public/publicity", path: "/api/v1/public/publicity?county=" + a.County(), allowed: everybody},
		{op: "POST /api/v1/public/publicity/{case_no}/objections", path: "/api/v1/public/publicity/" + caseNo + "/objections", allowed: everybody, refused: "publicity_over", // an objection of another county came first
			body: says(map[string]any{"form": map[string]any{"text": "时间不妥。"}}), ready: func() {
				await(t, a.Actor, caseNo, func(c roleplay.Case) bool { return c.Stage == "publicity" })
			}},
	}
}
