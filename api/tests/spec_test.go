package tests

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/processes"
)

// offered are the operations that the API must have.
var offered = []string{
	"GET /api/v1/workload", "GET /api/v1/overdue", "GET /api/v1/targets", "GET /api/v1/targets/months", "GET /api/v1/targets/report",
	"GET /api/v1/targets/report.pdf", "GET /api/v1/targets/report.xlsx", "POST /api/v1/targets/{target}/entries", "GET /api/v1/target-entries",
	"POST /api/v1/target-entries/{id}/decision", "GET /api/v1/tasks/counts", "GET /api/v1/absences", "POST /api/v1/absences",
	"POST /api/v1/absences/{id}/end", "GET /api/v1/saved-filters", "PUT /api/v1/saved-filters", "DELETE /api/v1/saved-filters/{id}",
	"GET /api/v1/cases", "GET /api/v1/cases/{case_no}", "POST /api/v1/cases/{case_no}/retry", "GET /api/v1/stuck-cases",
	"GET /api/v1/counties/{county}/settings", "GET /api/v1/me",
	"GET /api/v1/processes", "GET /api/v1/public/institutions", "GET /api/v1/public/publications", "GET /api/v1/tasks",
	"GET /api/v1/tasks/{id}", "GET /api/v1/attachments/{id}", "GET /api/v1/documents/{id}", "GET /verify/{code}",
	"PATCH /api/v1/filings/{case_no}", "POST /api/v1/attachments", "POST /api/v1/cases/{case_no}/comments",
	"POST /api/v1/documents/{id}/reissue", "POST /api/v1/documents/{id}/revoke", "POST /api/v1/filings", "POST /api/v1/filings/precheck",
	"POST /api/v1/filings/{case_no}/cancel", "POST /api/v1/filings/{case_no}/changes", "POST /api/v1/filings/{case_no}/submit",
	"POST /api/v1/filings/{case_no}/withdraw", "POST /api/v1/public/cases/{case_no}/status", "POST /api/v1/registrations",
	"POST /api/v1/tasks/{id}/assign", "POST /api/v1/tasks/{id}/claim", "POST /api/v1/tasks/{id}/complete",
	"POST /api/v1/tasks/{id}/delegate", "POST /api/v1/tasks/{id}/release", "PUT /api/v1/counties/{county}/settings",
	"GET /api/v1/build-plans/{plan}/ledger", "GET /api/v1/build-plans/{plan}/ledger.xlsx", "GET /api/v1/build-plans/{plan}/map",
	"GET /api/v1/build-plans/{plan}/ranking", "GET /api/v1/build-sites", "GET /api/v1/build-sites/{case_no}",
	"POST /api/v1/build-plans", "POST /api/v1/build-sites/{case_no}/amendments", "POST /api/v1/build-sites/{case_no}/filing",
	"POST /api/v1/build-sites/{case_no}/reports", "POST /api/v1/build-sites/{case_no}/reports/{report}/decision",
	"GET /api/v1/children", "GET /api/v1/children/counts", "GET /api/v1/children/roster-template.xlsx", "GET /api/v1/children/roster.xlsx", "GET /api/v1/children/{child}",
	"GET /api/v1/children/{child}/consents", "POST /api/v1/children", "POST /api/v1/children/roster", "POST /api/v1/children/{child}/class",
	"GET /api/v1/children/alike", "GET /api/v1/children/merges", "POST /api/v1/children/merges", "POST /api/v1/children/merges/{merge}/undo",
	"POST /api/v1/children/{child}/death/withdrawal", "POST /api/v1/children/{child}/identity", "POST /api/v1/children/{child}/release",
	"POST /api/v1/children/{child}/stay/correction", "POST /api/v1/children/{child}/doses",
	"POST /api/v1/children/{child}/consents", "POST /api/v1/children/{child}/consents/{purpose}/withdrawal",
	"POST /api/v1/children/{child}/correction", "POST /api/v1/children/{child}/leave", "GET /api/v1/record-reads",
	"GET /api/v1/colleagues", "GET /api/v1/attendance", "PUT /api/v1/attendance", "GET /api/v1/attendance/month",
	"GET /api/v1/institutions", "GET /api/v1/institutions/{institution}",
	"GET /api/v1/inspections", "POST /api/v1/inspections", "GET /api/v1/inspections/{case_no}",
	"GET /api/v1/inspections/{case_no}/package", "PUT /api/v1/inspections/{case_no}/visit", "POST /api/v1/inspections/{case_no}/drafts",
	"GET /api/v1/children/consents", "POST /api/v1/children/consents", "GET /api/v1/roster-imports/{import}", "POST /api/v1/roster-imports/{import}/undo",
	"POST /api/v1/insurance-batches/{case_no}/roster-files/check", "POST /api/v1/insurance-batches/{case_no}/rosters/{number}/undo",
	"GET /api/v1/public/contacts", "PUT /api/v1/counties/{county}/contact", "POST /api/v1/public/complaints/{case_no}/photos",
	"GET /api/v1/public/inspections", "POST /api/v1/public/complaints", "POST /api/v1/complaints", "GET /api/v1/complaints/{case_no}",
	"POST /api/v1/inspection-plans", "GET /api/v1/inspection-plans", "GET /api/v1/inspection-plans/{case_no}", "GET /api/v1/inspection-plans/{case_no}/plan.xlsx",
	"POST /api/v1/inspection-plans/{case_no}/exclusions", "POST /api/v1/inspection-plans/{case_no}/commit", "POST /api/v1/inspection-plans/{case_no}/draw",
	"GET /api/v1/inspection-plans/{case_no}/published", "GET /api/v1/inspectors", "PUT /api/v1/inspectors/{account}", "POST /api/v1/inspectors/me/calendar",
	"GET /api/v1/inspectors/{me}/calendar.ics", "GET /api/v1/inspection-days/{date}", "GET /api/v1/indicators/inspection-coverage",
	"PUT /api/v1/clinics/{id}", "GET /api/v1/clinics", "POST /api/v1/contracts", "GET /api/v1/contracts", "GET /api/v1/contracts/candidates",
	"GET /api/v1/contracts/{case_no}", "POST /api/v1/contracts/{case_no}/texts", "POST /api/v1/contracts/{case_no}/termination",
	"POST /api/v1/contracts/{case_no}/visits", "POST /api/v1/contracts/{case_no}/visits/{visit}/confirmation", "GET /api/v1/indicators/signed-rate",
	"GET /api/v1/checkup-rounds", "POST /api/v1/checkup-rounds", "GET /api/v1/checkup-rounds/{case_no}",
	"GET /api/v1/checkup-rounds/{case_no}/progress.xlsx", "GET /api/v1/checkup-rounds/{case_no}/classes/{class}",
	"POST /api/v1/checkup-rounds/{case_no}/classes/{class}/records", "GET /api/v1/checkup-rounds/{case_no}/children/{child}",
	"GET /api/v1/checkup-rounds/{case_no}/children/{child}/summary", "GET /api/v1/checkup-rounds/{case_no}/children/{child}/summary.pdf", "GET /api/v1/indicators/checkup-rate", "GET /api/v1/referrals",
	"GET /api/v1/referrals/{case_no}", "POST /api/v1/referrals/{case_no}/result",
	"GET /api/v1/indicators/insured-rate", "GET /api/v1/insurance-batches", "GET /api/v1/insurance-batches/answers-template.xlsx", "GET /api/v1/insurance-batches/roster-template.xlsx",
	"GET /api/v1/insurance-batches/{case_no}",
	"GET /api/v1/insurance-batches/{case_no}/exceptions", "GET /api/v1/insurance-batches/{case_no}/lines",
	"GET /api/v1/insurance-batches/{case_no}/lines.xlsx", "GET /api/v1/insurance-batches/{case_no}/rosters/{number}",
	"GET /api/v1/insurance-batches/{case_no}/rosters/{number}/faults.xlsx", "GET /api/v1/insurance-batches/{case_no}/summary.xlsx",
	"GET /api/v1/insurance-claims", "GET /api/v1/insurance-claims/{case_no}", "GET /api/v1/insurance-reconciliation",
	"PUT /api/v1/insurers/{id}", "GET /api/v1/insurers",
	"GET /api/v1/procedures", "GET /api/v1/procedures/{kind}", "POST /api/v1/procedures/{kind}/cases", "POST /api/v1/procedures/{kind}/precheck",
	"GET /api/v1/procedures/{kind}/map", "GET /api/v1/procedures/{kind}/figures", "GET /api/v1/procedures/{kind}/figures.xlsx", "GET /api/v1/cases/{case_no}/rows", "POST /api/v1/cases/{case_no}/rows/{set}",
	"POST /api/v1/cases/{case_no}/rows/{set}/remove", "POST /api/v1/cases/{case_no}/rows/{set}/send", "POST /api/v1/cases/{case_no}/anytime/{name}",
	"GET /api/v1/procedure-revisions", "POST /api/v1/procedure-revisions", "GET /api/v1/procedure-revisions/{id}",
	"GET /api/v1/procedure-revisions/{id}/cases", "POST /api/v1/cases/{case_no}/move",
	"GET /api/v1/procedure-revisions/{id}/files.zip", "POST /api/v1/procedure-revisions/{id}/decision", "GET /api/v1/public/publicity",
	"POST /api/v1/public/publicity/{case_no}/objections", "GET /api/v1/consultations", "POST /api/v1/consultations/{case_no}/objections",
	"GET /api/v1/funds", "POST /api/v1/funds", "GET /api/v1/funds/{id}", "GET /api/v1/funds/{id}/postings", "POST /api/v1/funds/{id}/allocations",
	"POST /api/v1/funds/{id}/take-backs", "GET /api/v1/fund-statement", "GET /api/v1/fund-statement.xlsx", "GET /api/v1/payments", "GET /api/v1/payments/ready",
	"POST /api/v1/payments/{id}/receipts", "GET /api/v1/money-to-come-back", "GET /api/v1/institutions/{institution}/payee-account",
	"PUT /api/v1/institutions/{institution}/payee-account", "GET /api/v1/payment-runs", "POST /api/v1/payment-runs", "GET /api/v1/payment-runs/{number}",
	"POST /api/v1/payment-runs/{number}/approve", "POST /api/v1/payment-runs/{number}/discard", "GET /api/v1/payment-runs/{number}/bank-file.xlsx",
	"GET /api/v1/payment-runs/{number}/bank-file.csv", "POST /api/v1/payment-runs/{number}/returns", "POST /api/v1/payment-runs/{number}/returns/check",
	"POST /api/v1/insurance-batches", "POST /api/v1/insurance-batches/{case_no}/answers", "POST /api/v1/insurance-batches/{case_no}/exceptions",
	"POST /api/v1/insurance-batches/{case_no}/roster", "POST /api/v1/insurance-batches/{case_no}/roster-files", "POST /api/v1/insurance-claims",
}

// exported are the lists that are a workbook and CSV as well.
var exported = []string{
	"/api/v1/absences", "/api/v1/build-sites", "/api/v1/cases", "/api/v1/checkup-rounds", "/api/v1/clinics", "/api/v1/contracts", "/api/v1/funds", "/api/v1/inspection-plans",
	"/api/v1/inspections", "/api/v1/inspectors", "/api/v1/institutions", "/api/v1/insurance-batches", "/api/v1/insurance-claims", "/api/v1/insurers", "/api/v1/money-to-come-back", "/api/v1/payment-runs", "/api/v1/payments", "/api/v1/procedure-revisions", "/api/v1/record-reads",
	"/api/v1/referrals", "/api/v1/target-entries", "/api/v1/tasks",
}

// open are the operations without authentication.
var open = []string{
	"GET /api/v1/processes", "GET /api/v1/public/institutions", "GET /api/v1/public/publications", "GET /verify/{code}",
	"POST /api/v1/public/cases/{case_no}/status", "GET /api/v1/public/inspections", "POST /api/v1/public/complaints",
	"POST /api/v1/public/complaints/{case_no}/photos", "GET /api/v1/public/contacts",
	"GET /api/v1/inspection-plans/{case_no}/published", "GET /api/v1/inspectors/{me}/calendar.ics",
	"GET /api/v1/public/publicity", "POST /api/v1/public/publicity/{case_no}/objections",
}

// keyedForAll are the paths of the operations without authentication that need an idempotency key, notKeyed those of the operations
// with authentication that need none: they write nothing, or a file that nothing refers to.
var (
	keyedForAll = []string{"/api/v1/public/complaints", "/api/v1/public/publicity/{case_no}/objections"}
	notKeyed    = []string{"/api/v1/filings/precheck", "/api/v1/procedures/{kind}/precheck", "/api/v1/attachments"}
)

type described struct {
	OpenAPI string `json:"openapi"`
	Paths   map[string]map[string]struct {
		OperationID string                `json:"operationId"`
		Summary     string                `json:"summary"`
		Tags        []string              `json:"tags"`
		Security    []map[string][]string `json:"security"`
		Parameters  []struct {
			Name, In, Description string
			Required              bool
		} `json:"parameters"`
		RequestBody *struct {
			Content map[string]any `json:"content"`
		} `json:"requestBody"`
		Responses map[string]struct {
			Description string         `json:"description"`
			Content     map[string]any `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]struct {
			Properties map[string]struct {
				Description string `json:"description"`
			} `json:"properties"`
		} `json:"schemas"`
	} `json:"components"`
}

func isChinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func TestEveryOperationIsDescribed(t *testing.T) {
	h := newHouse(t, nil)
	response, raw := h.ask(t, "GET", "/openapi.json", "", "Authorization", "")
	if response.StatusCode != 200 {
		t.Fatalf("%d: %s", response.StatusCode, raw)
	}
	var spec described
	if err := json.Unmarshal(raw, &spec); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(spec.OpenAPI, "3.1.") {
		t.Errorf("OpenAPI is %s", spec.OpenAPI)
	}
	var found []string
	ids := map[string]bool{}
	for path, item := range spec.Paths {
		for method, op := range item {
			name := strings.ToUpper(method) + " " + path
			found = append(found, name)
			if !isChinese(op.Summary) || len(op.Tags) != 1 || !isChinese(op.Tags[0]) {
				t.Errorf("%s: summary %q, tags %v", name, op.Summary, op.Tags)
			}
			if !regexp.MustCompile(`^[a-z][A-Za-z]+$`).MatchString(op.OperationID) || ids[op.OperationID] {
				t.Errorf("%s: operation id %q", name, op.OperationID)
			}
			ids[op.OperationID] = true
			if public := len(op.Security) == 0; public != slices.Contains(open, name) {
				t.Errorf("%s: open to everybody is %t", name, public)
			}
			for _, status := range []string{"406", "429", "500", "503"} {
				if op.Responses[status].Content["application/problem+json"] == nil {
					t.Errorf("%s: no problem for %s", name, status)
				}
			}
			if len(op.Security) > 0 && (op.Responses["401"].Description == "" || op.Responses["403"].Description == "") {
				t.Errorf("%s: 401 and 403 are not described", name)
			}
			if strings.Contains(path, "{") && path != "/verify/{code}" && op.Responses["404"].Description == "" {
				t.Errorf("%s: 404 is not described", name)
			}
			for status, answer := range op.Responses {
				if !isChinese(answer.Description) {
					t.Errorf("%s: answer %s is described %q", name, status, answer.Description)
				}
			}
			keyed := false
			for _, p := range op.Parameters {
				if !isChinese(p.Description) {
					t.Errorf("%s: parameter %s is described %q", name, p.Name, p.Description)
				}
				keyed = keyed || p.Name == "Idempotency-Key" && p.Required
			}
			free := method == "get" || len(op.Security) == 0 && !slices.Contains(keyedForAll, path) || slices.Contains(notKeyed, path)
			if keyed == free {
				t.Errorf("%s: asks for an idempotency key: %t", name, keyed)
			}
		}
	}
	slices.Sort(found)
	want := slices.Clone(offered)
	for _, path := range exported {
		want = append(want, "GET "+path+".xlsx", "GET "+path+".csv")
	}
	slices.Sort(want)
	if !slices.Equal(found, want) {
		t.Errorf("operations are\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
	for name, schema := range spec.Components.Schemas {
		for field, property := range schema.Properties {
			if !isChinese(property.Description) {
				t.Errorf("schema %s: field %s is described %q", name, field, property.Description)
			}
		}
	}
	for _, ref := range regexp.MustCompile(`"#/components/schemas/([^"]+)"`).FindAllSubmatch(raw, -1) {
		if _, ok := spec.Components.Schemas[string(ref[1])]; !ok {
			t.Errorf("reference to %s leads nowhere", ref[1])
		}
	}
}

func TestEveryOperationDeclaresTheRefusalOfAParameterItDoesNotKnow(t *testing.T) {
	h := newHouse(t, nil)
	spec := specOf(t, h)
	for path, item := range spec.Paths {
		if path == "/verify/{code}" || strings.HasSuffix(path, "/calendar.ics") { // scanning apps and calendars add parameters
			continue
		}
		for method, op := range item {
			method, headers := strings.ToUpper(method), []string{}
			body := ""
			if op.RequestBody != nil {
				body = "{}"
				if op.RequestBody.Content["multipart/form-data"] != nil {
					headers = append(headers, "Content-Type", "multipart/form-data; boundary=b")
				}
			}
			at := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "140403")
			response, raw := h.ask(t, method, at+"?unknown=1", body, headers...)
			if response.StatusCode != 422 || op.Responses["422"].Content["application/problem+json"] == nil {
				t.Errorf("%s %s: answers %d, declares %v: %.200s", method, path, response.StatusCode, op.Responses["422"].Content, raw)
			}
		}
	}
}

func TestTheDescriptionSaysWhereTheAPIIsAndUsesNoWordOfHumasOwn(t *testing.T) {
	raw, err := api.Description("https://tuoyu.invalid/", "1.2.3", processes.New(casework.Deps{}).Operations)
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Servers []struct{ URL string }
		Info    struct{ Version string }
	}
	if err := json.Unmarshal(raw, &spec); err != nil {
		t.Fatal(err)
	}
	if len(spec.Servers) != 1 || spec.Servers[0].URL != "https://tuoyu.invalid" || spec.Info.Version != "1.2.3" {
		t.Errorf("got %+v", spec)
	}
	if strings.Contains(string(raw), `"patternDescription"`) || !strings.Contains(string(raw), `"x-pattern-description": "县区代码"`) {
		t.Error("what a pattern means stands under huma's own word")
	}
	h := newHouse(t, func(d *api.Deps) { d.PublicURL, d.Version, d.MaxUpload = "https://tuoyu.invalid/", "1.2.3", 0 })
	if _, served := h.ask(t, "GET", "/openapi.json", "", "Authorization", ""); string(served) != string(raw) {
		t.Error("the description without services is not the one that is served")
	}
	// The message for a wrong pattern is not lost.
	response, said := h.ask(t, "GET", "/api/v1/counties/changzhi/settings", "")
	p := refused(t, "a county by its name", response, said, 422, "invalid")
	if len(p.Errors) != 1 || !strings.Contains(p.Errors[0].Message, "县区代码") {
		t.Errorf("got %+v", p.Errors)
	}
}

// specOf returns the description served by the API.
func specOf(t *testing.T, h *harness) described {
	t.Helper()
	response, raw := h.ask(t, "GET", "/openapi.json", "", "Authorization", "")
	var spec described
	if err := json.Unmarshal(raw, &spec); response.StatusCode != 200 || err != nil {
		t.Fatalf("%d %v: %.200s", response.StatusCode, err, raw)
	}
	return spec
}

func TestTheDocumentationIsOnePageThatLoadsNothing(t *testing.T) {
	h := newHouse(t, nil)
	response, raw := h.ask(t, "GET", "/docs", "", "Authorization", "")
	page := string(raw)
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %v", response.StatusCode, response.Header)
	}
	for _, name := range offered {
		_, path, _ := strings.Cut(name, " ")
		if !strings.Contains(page, "<code>"+path+"</code>") {
			t.Errorf("%s is not on the page", name)
		}
	}
	for _, c := range casework.ErrorCodes() {
		if !strings.Contains(page, `id="problem-`+c.Code+`"`) {
			t.Errorf("problem %s is not on the page", c.Code)
		}
	}
	ids := regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1)
	known := map[string]bool{}
	for _, id := range ids {
		if known[id[1]] {
			t.Errorf("two elements are called %s", id[1])
		}
		known[id[1]] = true
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !known[link[1]] {
			t.Errorf("link to %s leads nowhere", link[1])
		}
	}
	if loads := regexp.MustCompile(`(?i)<(script|img|iframe|link|object)|\ssrc=|https?://|@import|url\(`).FindString(page); loads != "" {
		t.Errorf("the page loads something: %s", loads)
	}
	if _, style, _ := strings.Cut(page, "<style>"); !allows(response.Header.Get("Content-Security-Policy"), "style-src", style, "</style>") {
		t.Errorf("the page's style is not allowed by %s", response.Header.Get("Content-Security-Policy"))
	}
}

// allows reports whether a policy contains the hash of the text up to end.
// hashOf is the source by which a policy allows an element of this content.
func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func allows(policy, directive, rest, end string) bool {
	content, _, ok := strings.Cut(rest, end)
	return ok && content != "" && strings.Contains(policy, directive+" "+hashOf(content)+";")
}
