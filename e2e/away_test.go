package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tuoyu/documents"
	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/store/storetest"
	"tuoyu/testdata"
)

// second starts another serve over the database of h, reached through a proxy, with files in a folder of its own, and
// waits until it responds.
func (h *harness) second(t *testing.T, settings ...string) (way *storetest.Proxy, users *roleplay.Users, blobs string) {
	t.Helper()
	way, address := storetest.Proxied(t, inDatabase(os.Getenv("TUOYU_DATABASE_URL"), h.database))
	listen, blobs := freeAddress(), filepath.Join(t.TempDir(), "blobs")
	p, err := h.startUnready("serve", append([]string{
		"TUOYU_DATABASE_URL=" + address, "TUOYU_LISTEN=" + listen, "TUOYU_BLOB_DIR=" + blobs,
	}, settings...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := poll(ctx, func(ctx context.Context) error { return get(ctx, "http://"+listen+"/readyz") }); err != nil {
		t.Fatal(err)
	}
	return way, roleplay.NewUsers("http://"+listen, os.Getenv("TUOYU_OIDC_ISSUER")), blobs
}

// unavailable asserts that a request was rejected as temporarily unavailable, with a code.
func unavailable(t *testing.T, what string, res roleplay.Response, code string) {
	t.Helper()
	var refused roleplay.Refusal
	err := json.Unmarshal(res.Body, &refused)
	if err != nil || res.Status != http.StatusServiceUnavailable || refused.Code != code || res.Header.Get("Retry-After") == "" || refused.Detail == "" {
		t.Errorf("%s: %d %.300s, Retry-After %q, want 503 %s", what, res.Status, res.Body, res.Header.Get("Retry-After"), code)
	}
}

// Without Postgres every operation of the API responds to every authorized caller that it is temporarily unavailable.
func TestWithoutPostgresEveryOperationAnswersThatItIsUnavailable(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	way, users, _ := h.second(t, "TUOYU_TRUSTED_PROXIES=127.0.0.0/8,::1/128")
	a := newApplicant(t, h, "community")
	app := prepare(t, a, "community")
	number := func(kind string) string {
		n, err := nursery.NewCaseNumber(kind, "140403", 2019, 987654)
		if err != nil {
			t.Fatal(err)
		}
		return string(n)
	}
	fill := strings.NewReplacer("/funds/{id}", "/funds/1", "{case_no}", number("BA"), "{child}", nursery.NewChildID(), "{institution}", "inst-140403-01", "{id}", "A1", "{county}", "140403",
		"{code}", string(documents.NewCode()), "{visit}", "1", "{class}", "c1", "{account}", "inspector-140403", "{merge}", "1", "{import}", "1", "{number}", "1", "{token}", "none", "{plan}", "2026", "{date}", "2026-03-02")
	bodies := map[string]any{
		"POST /api/v1/filings":                           map[string]any{"application": app, "draft": true},
		"PATCH /api/v1/filings/{case_no}":                map[string]any{"application": app, "version": 1},
		"POST /api/v1/filings/{case_no}/withdraw":        map[string]string{"reason": "不再办理"},
		"POST /api/v1/cases/{case_no}/comments":          map[string]any{"text": "您好"},
		"POST /api/v1/tasks/{id}/complete":               map[string]any{"outcome": "accept", "answer": map[string]any{}},
		"POST /api/v1/tasks/{id}/assign":                 map[string]string{"account": "inspector-140403-2"},
		"POST /api/v1/public/cases/{case_no}/status":     map[string]string{"code": "ABCDEFGHJK"},
		"PUT /api/v1/counties/{county}/contact":          map[string]string{"name": "办理机关"},
		"PUT /api/v1/counties/{county}/settings":         map[string]any{"name": "filing.receipt_days", "value": 4, "reason": "核对"},
		"POST /api/v1/documents/{id}/revoke":             map[string]string{"reason": "核对"},
		"POST /api/v1/documents/{id}/reissue":            map[string]string{"reason": "核对"},
		"POST /api/v1/filings/{case_no}/submit":          nil,
		"POST /api/v1/tasks/{id}/claim":                  nil,
		"POST /api/v1/tasks/{id}/release":                nil,
		"POST /api/v1/inspection-plans/{case_no}/commit": nil,
	}
	queries := map[string]string{
		"GET /api/v1/attendance": "?class=c1&on=2026-03-02", "GET /api/v1/children/consents": "?class=c1", "GET /api/v1/attendance/month": "?on=2026-03-01",
		"GET /api/v1/children/{child}": "?purpose=guardian_request", "GET /api/v1/children/roster.xlsx": "?purpose=enrolment",
		"GET /api/v1/saved-filters": "?room=tasks", "GET /api/v1/public/publications": "?county=140403",
		"GET /api/v1/public/publicity": "?county=140403", "GET /api/v1/public/institutions": "?county=140403", "GET /api/v1/public/inspections": "?county=140403", "GET /api/v1/insurance-reconciliation": "?month=2026-03",
		"GET /api/v1/fund-statement": "?by=county", "GET /api/v1/fund-statement.xlsx": "?by=county",
	}
	// What is answered without Postgres; of procedures as long as none is published.
	inMemory := []string{"GET /api/v1/me", "GET /api/v1/processes", "GET /api/v1/procedures", "GET /api/v1/procedures/{kind}", "GET /api/v1/procedures/{kind}/map",
		"GET /api/v1/procedures/{kind}/figures", "GET /api/v1/procedures/{kind}/figures.xlsx", "GET /api/v1/procedure-revisions/{id}/cases"}
	accounts := []string{""}
	for _, role := range nursery.Roles() {
		accounts = append(accounts, accountOf(role, "140403", a))
	}
	for _, account := range accounts[1:] { // so that the provider's keys are loaded, which another test covers
		if res := send(t, users.As(account), roleplay.Request{Method: http.MethodGet, Path: "/api/v1/me"}); res.Status != ok {
			t.Fatalf("%s: %d %s", account, res.Status, res.Body)
		}
	}
	way.Sever()
	for op := range declaredStatuses(t, h) {
		method, path, _ := strings.Cut(op, " ")
		body, known := bodies[op]
		delete(bodies, op)
		away := 0
		for _, account := range accounts {
			res := send(t, users.As(account), roleplay.Request{Method: method, Path: fill.Replace(path) + queries[op], Key: key(), Body: body, Forwarded: forwarded()})
			switch {
			case res.Status == http.StatusServiceUnavailable:
				away++
				unavailable(t, op+" of "+account, res, "database_unavailable")
			case res.Status >= 500:
				t.Errorf("%s of %q: %d %s", op, account, res.Status, res.Body)
			}
		}
		if away == 0 && (method == http.MethodGet || known) && !strings.HasSuffix(path, "-template.xlsx") && !slices.Contains(inMemory, op) {
			t.Errorf("%s: nobody is told that it is unavailable", op)
		}
	}
	for op := range bodies {
		t.Errorf("there is no operation %s", op)
	}
	way.Mend()
	if res := send(t, users.As(a.Account), roleplay.Request{Method: http.MethodGet, Path: "/api/v1/cases"}); res.Status != ok {
		t.Errorf("with Postgres back: %d %s", res.Status, res.Body)
	}
}

// With a blob folder that cannot be written, uploads are temporarily unavailable and readiness is degraded.
func TestWithoutTheBlobFolderUploadsAreUnavailable(t *testing.T) {
	t.Parallel()
	h := sharedHouse(t)
	_, users, blobs := h.second(t)
	a := newApplicant(t, h, "community")
	upload := func() roleplay.Response {
		body := "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n" + string(testdata.PDF("away")) + "\r\n--edge--\r\n"
		return send(t, users.As(a.Account), roleplay.Request{
			Method: http.MethodPost, Path: "/api/v1/attachments", Key: key(), Body: []byte(body), ContentType: "multipart/form-data; boundary=edge",
		})
	}
	taken := upload()
	if taken.Status >= 300 {
		t.Fatalf("%d %s", taken.Status, taken.Body)
	}
	var file struct{ ID string }
	if err := json.Unmarshal(taken.Body, &file); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(blobs, blobs+"-away"); err != nil {
		t.Fatal(err)
	}
	unavailable(t, "an upload", upload(), "storage_unavailable")
	open := roleplay.Request{Method: http.MethodGet, Path: "/api/v1/attachments/" + url.PathEscape(file.ID)}
	unavailable(t, "opening a file", send(t, users.As(a.Account), open), "storage_unavailable")
	if err := os.Rename(blobs+"-away", blobs); err != nil {
		t.Fatal(err)
	}
	if res := upload(); res.Status >= 300 {
		t.Errorf("with the folder back: %d %s", res.Status, res.Body)
	}
	if res := send(t, users.As(a.Account), open); res.Status != ok {
		t.Errorf("with the folder back: %d %s", res.Status, res.Body)
	}
}
