package tests

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"

	"tuoyu/api"
	"tuoyu/api/apitest"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/processes"
	"tuoyu/sealing/sealingtest"
	"tuoyu/store"
	"tuoyu/store/storetest"
)

// harness is an API over casework and a database of its own, with its issuer, over HTTP. The workflow engine is away, so what is
// started is delivered later.
type harness struct {
	*httptest.Server
	db      *store.DB
	issuer  *apitest.Issuer
	log     *bytes.Buffer
	metrics *prometheus.Registry
	broken  atomic.Bool // calls of casework that read the time panic
}

var rules = sync.OnceValues(func() (*policies.Engine, error) { return policies.New(context.Background()) })

func newHouse(t testing.TB, change func(*api.Deps)) *harness {
	t.Helper()
	h := &harness{db: storetest.New(t), issuer: apitest.NewIssuer(t, apitest.NewSigner(t, "ES256")), log: &bytes.Buffer{}, metrics: prometheus.NewRegistry()}
	services := h.service(t)
	d := api.Deps{
		Service: services.Service, Operations: services.Operations, Verifier: api.NewVerifier(h.issuer.Accepted(), nil), Log: slog.New(slog.NewJSONHandler(&locked{w: h.log}, nil)),
		Metrics: h.metrics, PublicURL: "http://127.0.0.1", MaxBody: 64 << 10, MaxUpload: 1 << 20,
	}
	if change != nil {
		change(&d)
	}
	handler, err := api.New(d)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = httptest.NewServer(handler)
	t.Cleanup(h.Close)
	return h
}

// service returns casework over the database.
func (h *harness) service(t testing.TB) *processes.Services {
	t.Helper()
	loaded, err := rules()
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := store.NewDiskBlobs(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	away, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(away.Close)
	now := func() time.Time {
		if h.broken.Load() {
			panic("broken")
		}
		return time.Now()
	}
	return processes.New(casework.Deps{
		DB: h.db, Temporal: away, Rules: loaded, CalendarCache: store.NewCalendarCache(h.db), Blobs: blobs, Fields: sealingtest.Fields(t),
		Log: slog.New(slog.DiscardHandler), Now: now,
	})
}

// commands counts the commands that casework has taken.
func (h *harness) commands(t testing.TB) int {
	t.Helper()
	var n int
	err := h.db.As(t.Context(), nursery.Principal{Account: "engine", Role: nursery.RoleEngine}, func(q *store.Queries) error {
		keys, err := q.Strings(t.Context(), "SELECT key FROM idempotency_keys")
		n = len(keys)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// ask sends a request as a clerk; headers are alternating names and values, and an empty value removes one.
func (h *harness) ask(t testing.TB, method, path, body string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, content)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.issuer.Token(t, nil))
	r.Header.Set("Idempotency-Key", "k-1")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return h.send(t, r)
}

func (h *harness) send(t testing.TB, r *http.Request) (*http.Response, []byte) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, raw
}

// refused checks that a response is a complete problem with that status and code.
func refused(t testing.TB, what string, response *http.Response, body []byte, status int, code string) api.Problem {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatalf("%s: %d, no problem document: %.300s", what, response.StatusCode, body)
	}
	if response.StatusCode != status || p.Status != status || p.Code != code {
		t.Errorf("%s: %d %s, want %d %s: %s", what, response.StatusCode, p.Code, status, code, body)
	}
	if got := response.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("%s: content type is %q", what, got)
	}
	if p.Type != "/docs#problem-"+code || p.Title == "请求未完成" || p.Detail == "" || p.RequestID == "" || p.RequestID != response.Header.Get("X-Request-Id") {
		t.Errorf("%s: problem is not whole: %s", what, body)
	}
	return p
}

const filing = `{"institution":"inst-140403-01","application":{"site_kind":"community","institution":{"county":"140403"},"premises":{},"fire":{},"hygiene":{}}}`

// named is a filing that is complete enough to be taken.
var named = strings.Replace(filing, `"county":"140403"`, `"county":"140403","name":"潞州区阳光托育园"`, 1)

func TestACommandReachesCaseworkWithItsKeyAndWhoAsks(t *testing.T) {
	h := newHouse(t, nil)
	var first, again casework.Started
	response, body := h.ask(t, "POST", "/api/v1/filings", named)
	if err := json.Unmarshal(body, &first); err != nil || response.StatusCode != http.StatusCreated || first.CaseNo == "" {
		t.Fatalf("%d %v: %s", response.StatusCode, err, body)
	}
	if got := response.Header.Get("Location"); got != "/api/v1/cases/"+first.CaseNo {
		t.Errorf("Location is %q", got)
	}
	_, body = h.ask(t, "POST", "/api/v1/filings", named)
	if err := json.Unmarshal(body, &again); err != nil || again != first || h.commands(t) != 1 {
		t.Errorf("the same key once more: %+v after %+v, %v, %d commands", again, first, err, h.commands(t))
	}
	var read casework.CaseDetail
	response, body = h.ask(t, "GET", "/api/v1/cases/"+first.CaseNo, "")
	if err := json.Unmarshal(body, &read); err != nil || read.Application == nil || read.Application.SiteKind != nursery.Community {
		t.Errorf("the case: %d %v: %s", response.StatusCode, err, body)
	}
	response, body = h.ask(t, "POST", "/api/v1/tasks/t-1/claim", "")
	refused(t, "another command with that key", response, body, http.StatusConflict, casework.CodeKeyReused)
	if response, body = h.ask(t, "GET", "/api/v1/tasks?view=mine&limit=3", ""); response.StatusCode != http.StatusOK || !strings.Contains(string(body), `"items":[]`) {
		t.Errorf("a list: %d: %s", response.StatusCode, body)
	}
}

func TestWithoutATokenNothingIsDone(t *testing.T) {
	h := newHouse(t, nil)
	for what, header := range map[string]string{"no header": "", "another scheme": "Basic YTpi", "an empty token": "Bearer ", "rubbish": "Bearer abc"} {
		response, body := h.ask(t, "POST", "/api/v1/filings", filing, "Authorization", header)
		code := casework.CodeTokenInvalid
		if header == "" {
			code = casework.CodeUnauthenticated
		}
		refused(t, what, response, body, http.StatusUnauthorized, code)
		if !strings.HasPrefix(response.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s: WWW-Authenticate is %q", what, response.Header.Get("WWW-Authenticate"))
		}
	}
	response, body := h.ask(t, "GET", "/api/v1/me", "", "Authorization", "Bearer "+h.issuer.Token(t, map[string]any{"roles": []string{"clerk", "auditor"}}))
	refused(t, "two roles", response, body, http.StatusForbidden, casework.CodeRoleAmbiguous)
	if n := h.commands(t); n != 0 {
		t.Errorf("casework took %d commands", n)
	}
}

func TestWhereNothingIsTheAnswerIsAProblemToo(t *testing.T) {
	h := newHouse(t, nil)
	for _, c := range []struct {
		method, path, header, value string
		status                      int
		code                        string
	}{
		{"GET", "/nothing", "", "", 404, casework.CodeNoSuchPath},
		{"GET", "/", "", "", 404, casework.CodeNoSuchPath},
		{"GET", "/api/v1/filings/x/y/z", "", "", 404, casework.CodeNoSuchPath},
		{"DELETE", "/api/v1/filings", "", "", 405, casework.CodeMethodNotAllowed},
		{"BREW", "/api/v1/cases", "", "", 405, casework.CodeMethodNotAllowed},
		{"GET", "/api/v1/me", "Accept", "text/html", 406, casework.CodeNotAcceptable},
		{"GET", "/api/v1/documents/d", "Accept", "application/json", 406, casework.CodeNotAcceptable},
		{"GET", "/api/v1/cases?colour=red", "", "", 422, casework.CodeInvalid},
		{"GET", "/api/v1/cases?limit=1000", "", "", 422, casework.CodeInvalid},
		{"GET", "/api/v1/cases?limit=ten", "", "", 422, casework.CodeInvalid},
		{"GET", "/api/v1/public/institutions", "", "", 422, casework.CodeInvalid},
	} {
		response, body := h.ask(t, c.method, c.path, "", c.header, c.value)
		p := refused(t, c.method+" "+c.path, response, body, c.status, c.code)
		if c.status == 405 && response.Header.Get("Allow") == "" {
			t.Errorf("%s %s: no Allow", c.method, c.path)
		}
		if c.status == 422 && (len(p.Errors) != 1 || p.Errors[0].Message == "填写有误" || strings.Contains(p.Errors[0].Location, "query")) {
			t.Errorf("%s %s: faults are %v", c.method, c.path, p.Errors)
		}
	}
	for _, accept := range []string{"*/*", "application/*;q=0.5, text/html", "application/json", "application/json;q=0.1"} {
		if response, body := h.ask(t, "GET", "/api/v1/me", "", "Accept", accept); response.StatusCode != 200 {
			t.Errorf("Accept %q: %d: %s", accept, response.StatusCode, body)
		}
	}
}

func TestAPanicIsAnAnswerAndALogLine(t *testing.T) {
	h := newHouse(t, nil)
	h.broken.Store(true)
	response, body := h.ask(t, "GET", "/api/v1/tasks", "")
	h.broken.Store(false)
	refused(t, "a panic", response, body, http.StatusInternalServerError, casework.CodeInternal)
	if !strings.Contains(h.log.String(), `"panic":"broken"`) {
		t.Errorf("no log line for the panic: %s", h.log)
	}
	if response, _ := h.ask(t, "GET", "/api/v1/me", ""); response.StatusCode != 200 {
		t.Errorf("after the panic: %d", response.StatusCode)
	}
}
