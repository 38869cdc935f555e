package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// listener is a fake casework that records its calls; each test sets its results. That the API and casework fit
// together is tested end to end; here the subject is what the API makes of requests and results.
type listener struct {
	Door
	mu     sync.Mutex
	heard  []string
	key    string
	who    nursery.Principal
	filing casework.StartFiling
	file   []byte
	upload casework.Upload
	answer error
	hang   bool
}

func (l *listener) hear(what string, p nursery.Principal, key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard, l.who, l.key = append(l.heard, what), p, key
	return l.answer
}

func (l *listener) calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.heard)
}

func (l *listener) Seen(context.Context, nursery.Principal, string) error { return nil }

func (l *listener) FileComplaint(_ context.Context, p nursery.Principal, key string, _ casework.ComplaintRequest) (casework.Started, error) {
	return casework.Started{CaseNo: "TS-140403-2026-000017-5"}, l.hear("complaint", p, key)
}

func (l *listener) StartFiling(_ context.Context, p nursery.Principal, key string, in casework.StartFiling) (casework.Started, error) {
	l.filing = in
	return casework.Started{CaseNo: "BA-140403-2026-000017-5", TrackingCode: "7K3M-9Q2X-T4VB-N8HD", Stage: nursery.StageSubmitted}, l.hear("start", p, key)
}

func (l *listener) Case(ctx context.Context, p nursery.Principal, _ string) (casework.CaseDetail, error) {
	if l.hang {
		<-ctx.Done()
		return casework.CaseDetail{}, ctx.Err()
	}
	return casework.CaseDetail{}, l.hear("case", p, "")
}

func (l *listener) Tasks(_ context.Context, p nursery.Principal, f casework.TaskFilter, page casework.PageRequest) (casework.Page[casework.TaskSummary], error) {
	if p.Account == "panic" {
		panic("broken")
	}
	return casework.Page[casework.TaskSummary]{Items: []casework.TaskSummary{}, Next: string(f.View)}, l.hear("tasks", p, "")
}

func (l *listener) Claim(_ context.Context, p nursery.Principal, key, id string) (casework.TaskSummary, error) {
	return casework.TaskSummary{ID: id}, l.hear("claim", p, key)
}

func (l *listener) Upload(_ context.Context, p nursery.Principal, in casework.Upload) (casework.Attachment, error) {
	content, err := io.ReadAll(in.Body)
	if err != nil {
		return casework.Attachment{}, err
	}
	l.file, l.upload = content, in
	return casework.Attachment{ID: "A17", Name: in.Name, Size: int64(len(content))}, l.hear("upload", p, "")
}

func (l *listener) OpenDocument(_ context.Context, p nursery.Principal, _ string) (casework.Document, io.ReadCloser, error) {
	d := casework.Document{Number: "潞州托备〔2026〕17号", Title: "托育机构备案回执", Size: 8}
	return d, io.NopCloser(strings.NewReader("%PDF-1.7")), l.hear("document", p, "")
}

func (l *listener) PublicStatus(context.Context, string, string) (casework.PublicCase, error) {
	return casework.PublicCase{CaseNo: "BA-140403-2026-000017-5"}, l.hear("status", nursery.Principal{}, "")
}

func (l *listener) Verify(_ context.Context, code string) (casework.VerifiedPaper, error) {
	if code != "7K3M-9Q2X-T4VB-N8HD" {
		return casework.VerifiedPaper{}, l.hear("verify", nursery.Principal{}, "")
	}
	return casework.VerifiedPaper{
		Genuine: true, InForce: true, State: "in_force", Title: "托育机构备案回执", Number: "潞州托备〔2026〕17号", Institution: "潞州区<阳光>托育园",
		County: "潞州区", IssuedOn: nursery.Date{Year: 2026, Month: 3, Day: 12}, SHA256: strings.Repeat("ab", 32),
	}, l.hear("verify", nursery.Principal{}, "")
}

// house is an API with its issuer, over HTTP.
type house struct {
	*httptest.Server
	door    *listener
	issuer  *issuer
	log     *bytes.Buffer
	metrics *prometheus.Registry
}

func newHouse(t testing.TB, change func(*Deps)) *house {
	t.Helper()
	h := &house{door: &listener{}, issuer: newIssuer(t, newSigner(t, "ES256")), log: &bytes.Buffer{}, metrics: prometheus.NewRegistry()}
	d := Deps{
		Door: h.door, Verifier: NewVerifier(h.issuer.accepted(), nil), Log: slog.New(slog.NewJSONHandler(&locked{w: h.log}, nil)),
		Metrics: h.metrics, PublicURL: "http://127.0.0.1", MaxBody: 64 << 10, MaxUpload: 1 << 20,
	}
	if change != nil {
		change(&d)
	}
	handler, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = httptest.NewServer(handler)
	t.Cleanup(h.Close)
	return h
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
func (h *house) ask(t testing.TB, method, path, body string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, content)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.issuer.token(t, nil))
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

func (h *house) send(t testing.TB, r *http.Request) (*http.Response, []byte) {
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
func refused(t testing.TB, what string, response *http.Response, body []byte, status int, code string) Problem {
	t.Helper()
	var p Problem
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

const filing = `{"application":{"site_kind":"community","institution":{"county":"140403"},"premises":{},"fire":{},"hygiene":{}}}`

func TestACommandReachesCaseworkWithItsKeyAndWhoAsks(t *testing.T) {
	h := newHouse(t, nil)
	response, body := h.ask(t, "POST", "/api/v1/filings", filing)
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("%d: %s", response.StatusCode, body)
	}
	if got := response.Header.Get("Location"); got != "/api/v1/cases/BA-140403-2026-000017-5" {
		t.Errorf("Location is %q", got)
	}
	if want := `{"case_no":"BA-140403-2026-000017-5","tracking_code":"7K3M-9Q2X-T4VB-N8HD","stage":"submitted"}`; strings.TrimSpace(string(body)) != want {
		t.Errorf("answer is %s, want %s", body, want)
	}
	if h.door.key != "k-1" || h.door.who.Account != "clerk-140403" || h.door.who.Role != nursery.RoleClerk || h.door.filing.Application.SiteKind != nursery.Community {
		t.Errorf("casework heard key %q, %+v, %+v", h.door.key, h.door.who, h.door.filing)
	}
	if response, body = h.ask(t, "POST", "/api/v1/tasks/t-1/claim", ""); response.StatusCode != http.StatusOK || h.door.key != "k-1" {
		t.Errorf("a command without a body: %d with key %q: %s", response.StatusCode, h.door.key, body)
	}
	if response, body = h.ask(t, "GET", "/api/v1/tasks?view=mine&limit=3", ""); response.StatusCode != http.StatusOK || !strings.Contains(string(body), `"next":"mine"`) {
		t.Errorf("a list: %d: %s", response.StatusCode, body)
	}
}

func TestWhatCaseworkRefusesBecomesAProblem(t *testing.T) {
	h := newHouse(t, nil)
	for _, c := range []struct {
		said   error
		status int
		code   string
	}{
		{&casework.Error{Code: casework.CodeFieldNotOpen, Message: "补正时只能修改所列内容。", Fields: []casework.FieldError{{Location: "/application/fire", Message: "不可修改"}}}, 422, "field_not_open"},
		{&casework.Error{Code: casework.CodeKeyRequired, Message: "缺少幂等键。"}, 400, "idempotency_key_required"},
		{&casework.Error{Code: casework.CodeForbidden, Message: "您的角色不能进行此操作。"}, 403, "forbidden"},
		{&casework.Error{Code: casework.CodeNotFound, Message: "没有这项内容。"}, 404, "not_found"},
		{&casework.Error{Code: casework.CodeKeyReused, Message: "该幂等键已用于另一请求。"}, 409, "idempotency_key_reused"},
		{&casework.Error{Code: casework.CodeEngineUnavailable, Message: "服务暂不可用。"}, 503, "engine_unavailable"},
		{errors.Join(errors.New("while filing"), &casework.Error{Code: casework.CodeAttachmentTooLarge, Message: "文件过大。"}), 413, "attachment_too_large"},
		{context.DeadlineExceeded, 503, "timeout"},
		{errors.New("password of the database is hunter2"), 500, "internal"},
	} {
		h.door.answer = c.said
		response, body := h.ask(t, "POST", "/api/v1/filings", filing)
		p := refused(t, c.code, response, body, c.status, c.code)
		if strings.Contains(string(body), "hunter2") {
			t.Errorf("an error of ours is told to the world: %s", body)
		}
		if c.code == "field_not_open" && (len(p.Errors) != 1 || p.Errors[0] != Fault{"/application/fire", "不可修改"}) {
			t.Errorf("faults are %v", p.Errors)
		}
		if c.status == 503 && response.Header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", c.code)
		}
	}
	if n := strings.Count(h.log.String(), "hunter2"); n != 1 {
		t.Errorf("an unknown error is logged %d times, want once", n)
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
	response, body := h.ask(t, "GET", "/api/v1/me", "", "Authorization", "Bearer "+h.issuer.token(t, map[string]any{"roles": []string{"clerk", "auditor"}}))
	refused(t, "two roles", response, body, http.StatusForbidden, casework.CodeRoleAmbiguous)
	if h.door.calls() != 0 {
		t.Errorf("casework was asked %d times", h.door.calls())
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
	response, body := h.ask(t, "GET", "/api/v1/tasks", "", "Authorization", "Bearer "+h.issuer.token(t, map[string]any{"sub": "panic"}))
	refused(t, "a panic", response, body, http.StatusInternalServerError, casework.CodeInternal)
	if !strings.Contains(h.log.String(), `"panic":"broken"`) {
		t.Errorf("no log line for the panic: %s", h.log)
	}
	if response, _ := h.ask(t, "GET", "/api/v1/me", ""); response.StatusCode != 200 {
		t.Errorf("after the panic: %d", response.StatusCode)
	}
}

func TestAClientIsWhoTheTrustedProxySays(t *testing.T) {
	a := &api{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.9:4711", "", "203.0.113.9"},
		{"203.0.113.9:4711", "198.51.100.1", "203.0.113.9"},       // the header of an untrusted client is ignored
		{"10.1.1.1:80", "198.51.100.1", "198.51.100.1"},           // the address reported by the proxy
		{"10.1.1.1:80", "1.2.3.4, 198.51.100.1", "198.51.100.1"},  // what the client added itself is not trusted
		{"10.1.1.1:80", "198.51.100.1, 10.2.2.2", "198.51.100.1"}, // through two proxies
		{"10.1.1.1:80", "nonsense", "10.1.1.1"},
		{"10.1.1.1:80", "", "10.1.1.1"},
		{"[2001:db8:1:2:3:4:5:6]:80", "", "2001:db8:1:2::/64"},
		{"[::ffff:10.1.1.1]:80", "198.51.100.7", "198.51.100.7"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := a.client(r); got != c.want {
			t.Errorf("from %s by %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}
