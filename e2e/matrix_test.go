package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// row is an operation of the API and the roles that are authorized for it.
type row struct {
	op       string // method and path as in the API's description
	path     string // with the subject of the test in it
	allowed  []nursery.Role
	body     func(role nursery.Role, county string) any
	media    string   // of the body, if it is not JSON
	ofCase   bool     // on a resource of one county, institution, clinic or insurer: for all others it does not exist
	ready    func()   // waits for what the operation needs, if that is in progress
	shared   bool     // with every institution, clinic and insurer of the county, if it is a resource of a county
	declared []string // the statuses in the API's description
	refused  string   // the error code for authorized callers, if the test cannot make the operation succeed
}

var (
	office    = []nursery.Role{nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice}
	readers   = append([]nursery.Role{nursery.RoleInstitution, nursery.RoleCityOffice, nursery.RoleAuditor}, office...)
	applicant = []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk}
	// listers can request a list, which is restricted to what they are a party of.
	listers   = append([]nursery.Role{nursery.RoleHospital, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}, readers...)
	everybody = append(nursery.Roles(), nursery.RolePublic)
)

func only(roles ...nursery.Role) []nursery.Role { return roles }

func says(body any) func(nursery.Role, string) any {
	return func(nursery.Role, string) any { return body }
}

// accountOf returns the account of a role in a county, if the role has one; in the owner's county it is the party of
// its cases.
func accountOf(role nursery.Role, county string, owner *roleplay.Applicant) string {
	switch role {
	case nursery.RolePublic:
		return ""
	case nursery.RoleHospital:
		return "clinic-" + county + "-1"
	case nursery.RoleInstitution:
		if owner.County() == county {
			return owner.Account
		}
		return "institution-" + county + "-12"
	case nursery.RoleCityOffice:
		return "city-office"
	case nursery.RoleCityFinance:
		return "city-finance"
	case nursery.RoleProcedureAuthor:
		return "procedure-author"
	case nursery.RoleProcedureApprover:
		return "procedure-approver"
	case nursery.RoleCountyOffice:
		return "county-office-" + county
	case nursery.RoleRegistrar:
		return "registrar-civil-" + county
	case nursery.RoleInsurer, nursery.RoleAuditor, nursery.RoleAdministrator:
		return string(role)
	}
	return string(role) + "-" + county
}

// otherParty returns the accounts of the same county and role that are not a party of the owner's cases.
func otherParty(role nursery.Role, county string) []string {
	switch role {
	case nursery.RoleInstitution:
		return []string{"institution-" + county + "-12"}
	case nursery.RoleHospital:
		return []string{"clinic-" + county + "-2", "hospital-" + county}
	case nursery.RoleInsurer:
		return []string{"insurer-2"}
	}
	return nil
}

func cityWide(role nursery.Role) bool {
	return role.CityWide() || role == nursery.RoleInsurer
}

func TestEveryOperationForEveryRoleForItsPartyAndOthers(t *testing.T) {
	t.Parallel()
	h := ownHouse(t, "TUOYU_TRUSTED_PROXIES=127.0.0.0/8,::1/128") // so that callers who do not sign in have many addresses
	a := newApplicant(t, h, "community")
	register(t, a)
	app := prepare(t, a, "community")
	started := file(t, a, app)
	caseNo := started.CaseNo
	answer(t, a.Clerk(), caseNo, "filing.review", nursery.OutcomeAccept, noFindings)
	c := await(t, a.Actor, caseNo, roleplay.Printed(nursery.StageReceiptIssued))
	task := open(t, a.Inspector(1), caseNo, "filing.site_visit")
	draft, err := a.File(t.Context(), key(), app, true)
	if err != nil {
		t.Fatal(err)
	}
	seen := [2]string{longInCare(t, a, 20, "c1", nursery.ConsentCheckup), longInCare(t, a, 14, "c2", nursery.ConsentCheckup)}
	rows := slices.Concat(matrix(c, task, draft.CaseNo, started.TrackingCode, a, app), buildRows(t, h, a.County()), childrenRows(t, a),
		contractRows(t, h, a), checkupRows(t, h, a, seen), inspectionRows(t, h, a), inspectionPlanRows(t, h, a), insuranceRows(t, h, a.County()), deskRows(t, h, a.County()), fundRows(t, h, a), procedureRows(t, h, a))
	rows = append(rows, exportRows(t, rows)...)
	wantEveryOperation(t, h, rows)
	declared := declaredStatuses(t, h)
	for i := range rows {
		rows[i].declared = declared[rows[i].op]
	}
	for _, r := range rows {
		t.Run(r.op, func(t *testing.T) {
			if r.ready != nil {
				r.ready()
			}
			// The authorized roles come last, since their requests have effects.
			roles := slices.Clone(everybody)
			slices.SortStableFunc(roles, func(x, y nursery.Role) int {
				return compareBool(slices.Contains(r.allowed, x), slices.Contains(r.allowed, y))
			})
			for _, role := range roles {
				if role != nursery.RolePublic && !cityWide(role) {
					r.check(t, h, asked{role, "140404", accountOf(role, "140404", a), true}, caseNo)
				}
				for _, account := range otherParty(role, "140403") {
					r.check(t, h, asked{role, "140403", account, !r.shared}, caseNo)
				}
			}
			done := 0
			var codes []string
			for _, role := range roles {
				status, code := r.check(t, h, asked{role, "140403", accountOf(role, "140403", a), false}, caseNo)
				switch {
				case !slices.Contains(r.allowed, role):
				case status < 300:
					done++
				default:
					codes = append(codes, code)
				}
			}
			switch {
			case len(r.allowed) > 0 && r.refused == "" && done == 0:
				t.Errorf("nobody of those who may succeeds: %v", codes)
			case r.refused != "" && (done > 0 || !slices.Contains(codes, r.refused)):
				t.Errorf("%d succeed and the others are refused by %v, want %s", done, codes, r.refused)
			}
		})
	}
}

func compareBool(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}

// asked is the sender of a request.
type asked struct {
	role            nursery.Role
	county, account string
	elsewhere       bool // of another county, or another institution, clinic or insurer
}

// request performs the row's operation at path.
func (r row) request(t *testing.T, h *harness, by asked, path string) roleplay.Response {
	t.Helper()
	method, _, _ := strings.Cut(r.op, " ")
	request := roleplay.Request{Method: method, Path: path, Key: key()}
	if r.body != nil {
		request.Body, request.ContentType = r.body(by.role, by.county), r.media
	}
	request.Forwarded = forwarded()
	res := send(t, h.users.As(by.account), request)
	if !slices.Contains(r.declared, strconv.Itoa(res.Status)) {
		t.Errorf("%s: answers %d, which its description does not have: %.200s", r.op, res.Status, res.Body)
	}
	return res
}

// forwarded returns an address that no recent request came from, as reported by a trusted proxy.
func forwarded() string {
	n := keys.Add(1)
	return fmt.Sprintf("203.0.%d.%d", n/250%250, n%250+1)
}

// requestID matches the only difference between two responses to the same request.
var requestID = regexp.MustCompile(`"request_id":"[A-Z2-7]*"`)

// absent returns the path of a resource of the same form that does not exist; false if the path names none.
func (r row) absent(t *testing.T) (string, bool) {
	t.Helper()
	_, form, _ := strings.Cut(r.op, " ")
	path, query, _ := strings.Cut(r.path, "?")
	names, parts := strings.Split(form, "/"), strings.Split(path, "/")
	if query != "" {
		query = "?" + query
	}
	for i, name := range names {
		switch name {
		case "{case_no}":
			kind, _, _ := strings.Cut(parts[i], "-")
			number, err := nursery.NewCaseNumber(kind, "140403", 2019, 987654)
			if err != nil {
				t.Fatal(err)
			}
			parts[i] = string(number)
		case "{child}":
			parts[i] = nursery.NewChildID()
		case "{institution}":
			parts[i] = "inst-140403-99"
		case "{id}":
			parts[i] = parts[i][:max(len(parts[i])-6, 0)] + "999999"
		default:
			continue
		}
		return strings.Join(parts, "/") + query, true
	}
	return "", false
}

func (r row) check(t *testing.T, h *harness, by asked, caseNo string) (status int, code string) {
	t.Helper()
	res := r.request(t, h, by, r.path)
	role, elsewhere := by.role, by.elsewhere
	who := fmt.Sprintf("%s (%s)", role, by.account)
	var problem roleplay.Refusal
	if res.Status >= 400 && json.Unmarshal(res.Body, &problem) != nil {
		t.Errorf("%s: %d is no problem document: %.200s", who, res.Status, res.Body)
	}
	switch turned := res.Status == http.StatusUnauthorized || res.Status == http.StatusForbidden || res.Status == http.StatusNotFound; {
	case res.Status >= http.StatusInternalServerError:
		t.Errorf("%s: %d %s", who, res.Status, res.Body)
	case slices.Contains(r.allowed, nursery.RolePublic):
		if turned {
			t.Errorf("%s is turned away: %d %s", who, res.Status, problem.Code)
		}
	case role == nursery.RolePublic:
		if res.Status != http.StatusUnauthorized {
			t.Errorf("nobody signed in: got %d %s, want 401", res.Status, problem.Code)
		}
	case elsewhere && r.ofCase && slices.Contains(r.allowed, role):
		if res.Status != http.StatusNotFound || problem.Code != "not_found" {
			t.Errorf("%s: got %d %s, want 404 not_found", who, res.Status, problem.Code)
		}
		if path, named := r.absent(t); named {
			if none := r.request(t, h, by, path); none.Status != res.Status || requestID.ReplaceAllString(string(none.Body), "") != requestID.ReplaceAllString(string(res.Body), "") {
				t.Errorf("%s tells what is another's, %d %s, from what there is not, %d %s", who, res.Status, res.Body, none.Status, none.Body)
			}
		}
	case slices.Contains(r.allowed, role):
		if turned && problem.Code != r.refused {
			t.Errorf("%s is turned away: %d %s %s", who, res.Status, problem.Code, problem.Detail)
		}
	case !turned:
		t.Errorf("%s may not, but got %d %.200s", who, res.Status, res.Body)
	}
	if elsewhere && !slices.Contains(r.allowed, nursery.RolePublic) && strings.Contains(string(res.Body), caseNo) {
		t.Errorf("%s reads of the case: %.300s", who, res.Body)
	}
	return res.Status, problem.Code
}

func matrix(c roleplay.Case, task roleplay.Task, draft, tracking string, a *roleplay.Applicant, app nursery.Application) []row {
	caseAt, taskAt := "/api/v1/cases/"+c.CaseNo, "/api/v1/tasks/"+task.ID
	filingAt, draftAt := "/api/v1/filings/"+c.CaseNo, "/api/v1/filings/"+draft
	paper := func(i int) string { return "/api/v1/documents/" + c.Documents[i].ID }
	start := func(role nursery.Role, county string) any {
		app := testdata.WithAttachments(app, func(nursery.PaperKind) string { return "" })
		app.Institution.County, app.Institution.Township = county, ""
		body := map[string]any{"application": app, "draft": true}
		if role != nursery.RoleInstitution {
			body["institution"] = "inst-" + county + "-11"
		}
		return body
	}
	moved := app
	moved.Institution.Phone = "0355-2020009"
	// An office names the institution of an upload, an institution does not.
	form := func(role nursery.Role, county string) any {
		part := "--edge\r\nContent-Disposition: form-data; name="
		var b bytes.Buffer
		if role != nursery.RoleInstitution {
			b.WriteString(part + "\"institution\"\r\n\r\ninst-" + county + "-11\r\n")
		}
		b.WriteString(part + "\"file\"; filename=\"a.pdf\"\r\n\r\n")
		b.Write(testdata.PDF("matrix"))
		b.WriteString("\r\n--edge--\r\n")
		return b.Bytes()
	}
	reason := says(map[string]string{"reason": "核对权限"})
	return []row{
		{op: "GET /api/v1/me", path: "/api/v1/me", allowed: nursery.Roles()},
		{op: "GET /api/v1/processes", path: "/api/v1/processes", allowed: everybody},
		{op: "POST /api/v1/filings", path: "/api/v1/filings", allowed: applicant, body: start},
		{op: "POST /api/v1/filings/precheck", path: "/api/v1/filings/precheck", body: says(map[string]any{"application": app}),
			allowed: only(nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector)},
		// A clerk may change only what the clerk entered, and the institution entered these.
		{op: "PATCH /api/v1/filings/{case_no}", path: draftAt, allowed: only(nursery.RoleInstitution), ofCase: true,
			body: says(map[string]any{"application": app, "version": 1})},
		{op: "POST /api/v1/filings/{case_no}/submit", path: draftAt + "/submit", allowed: only(nursery.RoleInstitution), ofCase: true,
			refused: "filing_already_open"},
		{op: "POST /api/v1/filings/{case_no}/withdraw", path: draftAt + "/withdraw", allowed: only(nursery.RoleInstitution), ofCase: true, body: reason},
		{op: "POST /api/v1/filings/{case_no}/changes", path: filingAt + "/changes", allowed: applicant, ofCase: true,
			body: says(map[string]any{"application": moved, "reason": "核对权限"})},
		{op: "POST /api/v1/filings/{case_no}/cancel", path: filingAt + "/cancel", allowed: applicant, ofCase: true,
			body: says(nursery.Cancellation{Reason: "核对权限", ChildrenSettled: true, StaffSettled: true})},
		{op: "GET /api/v1/cases", path: "/api/v1/cases", allowed: listers},
		{op: "GET /api/v1/cases/{case_no}", path: caseAt, allowed: readers, ofCase: true},
		{op: "POST /api/v1/cases/{case_no}/comments", path: caseAt + "/comments", allowed: append(only(nursery.RoleInstitution), office...),
			ofCase: true, body: says(map[string]any{"text": "核对权限"})},
		{op: "GET /api/v1/stuck-cases", path: "/api/v1/stuck-cases",
			allowed: only(nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator)},
		{op: "POST /api/v1/cases/{case_no}/retry", path: caseAt + "/retry", allowed: only(nursery.RoleAdministrator)},
		{op: "GET /api/v1/tasks", path: "/api/v1/tasks", allowed: listers},
		{op: "GET /api/v1/tasks/{id}", path: taskAt, allowed: append(only(nursery.RoleCityOffice, nursery.RoleAuditor), office...), ofCase: true},
		{op: "POST /api/v1/tasks/{id}/claim", path: taskAt + "/claim", allowed: only(nursery.RoleInspector), ofCase: true},
		{op: "POST /api/v1/tasks/{id}/delegate", path: taskAt + "/delegate", allowed: only(nursery.RoleInspector), ofCase: true,
			body: says(map[string]string{"account": "inspector-140403-2", "reason": "核对权限"})},
		{op: "POST /api/v1/tasks/{id}/assign", path: taskAt + "/assign", allowed: only(nursery.RoleSupervisor), ofCase: true,
			body: says(map[string]string{"account": "inspector-140403-2"})},
		{op: "GET /api/v1/colleagues", path: "/api/v1/colleagues", allowed: append(only(nursery.RoleHospital, nursery.RoleCityOffice, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance), office...)},
		// The assignee may release the task as well: here that is the second inspector, and the first one sends the
		// request.
		{op: "POST /api/v1/tasks/{id}/release", path: taskAt + "/release", allowed: only(nursery.RoleSupervisor), ofCase: true},
		{op: "POST /api/v1/tasks/{id}/complete", path: taskAt + "/complete", allowed: only(nursery.RoleInspector), ofCase: true,
			body: says(map[string]any{"outcome": "conform", "answer": visit()})},
		{op: "POST /api/v1/attachments", path: "/api/v1/attachments", body: form, media: "multipart/form-data; boundary=edge",
			allowed: only(nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleInspector)},
		{op: "GET /api/v1/attachments/{id}", path: "/api/v1/attachments/" + a.Uploaded(nursery.FilingForm), ofCase: true,
			allowed: only(nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleAuditor)},
		{op: "GET /api/v1/documents/{id}", path: paper(0), allowed: readers, ofCase: true},
		{op: "POST /api/v1/documents/{id}/revoke", path: paper(2) + "/revoke", allowed: only(nursery.RoleSupervisor), ofCase: true, body: reason},
		{op: "POST /api/v1/documents/{id}/reissue", path: paper(1) + "/reissue", allowed: only(nursery.RoleSupervisor), ofCase: true, body: reason},
		{op: "POST /api/v1/registrations", path: "/api/v1/registrations", allowed: only(nursery.RoleRegistrar), ofCase: true, body: says(a.Registration)},
		{op: "GET /api/v1/counties/{county}/settings", path: "/api/v1/counties/140403/settings", ofCase: true,
			allowed: append(only(nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator), office...)},
		{op: "PUT /api/v1/counties/{county}/settings", path: "/api/v1/counties/140403/settings", ofCase: true, allowed: only(nursery.RoleAdministrator),
			body: says(map[string]any{"name": "filing.receipt_days", "value": 4, "reason": "核对权限"})},
		{op: "PUT /api/v1/counties/{county}/contact", path: "/api/v1/counties/140403/contact", ofCase: true,
			allowed: only(nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAdministrator), body: says(map[string]string{"name": "办理机关"})},
		{op: "GET /api/v1/public/contacts", path: "/api/v1/public/contacts", allowed: everybody},
		{op: "POST /api/v1/public/cases/{case_no}/status", path: "/api/v1/public/cases/" + c.CaseNo + "/status", allowed: everybody,
			body: says(map[string]string{"code": tracking})},
		{op: "GET /api/v1/public/publications", path: "/api/v1/public/publications?county=140403", allowed: everybody},
		{op: "GET /api/v1/public/institutions", path: "/api/v1/public/institutions?county=140403", allowed: everybody},
		{op: "GET /verify/{code}", path: "/verify/" + c.Documents[0].Code, allowed: everybody},
	}
}

// exportRows returns a row for each list as a workbook and as CSV, with the roles that may read the list.
func exportRows(t *testing.T, rows []row) []row {
	t.Helper()
	var exports []row
	for _, list := range []string{
		"absences", "build-sites", "cases", "checkup-rounds", "clinics", "contracts", "funds", "inspection-plans", "inspections", "inspectors", "institutions",
		"insurance-batches", "insurance-claims", "insurers", "money-to-come-back", "payment-runs", "payments", "procedure-revisions", "record-reads", "referrals", "target-entries", "tasks",
	} {
		op := "GET /api/v1/" + list
		i := slices.IndexFunc(rows, func(r row) bool { return r.op == op })
		if i < 0 {
			t.Fatalf("no row of %s", op)
		}
		for _, format := range []string{".xlsx", ".csv"} {
			export := rows[i]
			path, query, narrowed := strings.Cut(export.path, "?")
			export.op, export.path = op+format, path+format
			if narrowed {
				export.path += "?" + query
			}
			exports = append(exports, export)
		}
	}
	return exports
}

// declaredStatuses returns the statuses in the API's description for each operation, by method and path.
func declaredStatuses(t *testing.T, h *harness) map[string][]string {
	t.Helper()
	var described struct {
		Paths map[string]map[string]struct {
			Responses map[string]json.RawMessage
		}
	}
	if err := h.users.As("").Get(t.Context(), "/openapi.json", &described); err != nil {
		t.Fatal(err)
	}
	statuses := map[string][]string{}
	for path, methods := range described.Paths {
		for method, op := range methods {
			statuses[strings.ToUpper(method)+" "+path] = slices.Collect(maps.Keys(op.Responses))
		}
	}
	return statuses
}

// wantEveryOperation asserts that the rows are the operations of the API's description, each once.
func wantEveryOperation(t *testing.T, h *harness, rows []row) {
	t.Helper()
	var offered []string
	for op := range declaredStatuses(t, h) {
		offered = append(offered, op)
	}
	var tested []string
	for _, r := range rows {
		tested = append(tested, r.op)
	}
	slices.Sort(offered)
	slices.Sort(tested)
	wantList(t, "operations", tested, offered...)
}
