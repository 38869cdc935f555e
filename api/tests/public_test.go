package tests

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/store/storetest"
)

const paperCode = "7K3M-9Q2X-T4VB-N8HD"

func TestADocumentIsVerifiedByPeopleAndByPrograms(t *testing.T) {
	h := newHouse(t, nil)
	for _, accept := range []string{"application/json", "*/*", ""} {
		response, raw := h.ask(t, "GET", "/verify/"+paperCode, "", "Authorization", "", "Accept", accept)
		var paper casework.VerifiedPaper
		if err := json.Unmarshal(raw, &paper); err != nil || paper.Genuine || response.Header.Get("Content-Type") != "application/json" {
			t.Errorf("for Accept %q: %v %v: %s", accept, err, response.Header, raw)
		}
	}
	response, raw := h.ask(t, "GET", "/verify/nonsense?from=singlemessage", "", "Authorization", "", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	page := string(raw)
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/html; charset=utf-8" || response.Header.Get("Vary") != "Accept" {
		t.Fatalf("%d %v: %s", response.StatusCode, response.Header, page)
	}
	if !strings.Contains(page, "未查到此核验码") || strings.Contains(page, "nonsense") {
		t.Errorf("a code that is none: %s", page)
	}
	if _, style, _ := strings.Cut(page, "<style>"); !allows(response.Header.Get("Content-Security-Policy"), "style-src", style, "</style>") {
		t.Errorf("the page's style is not allowed by %s", response.Header.Get("Content-Security-Policy"))
	}
}

func TestAPersonTypesTheCodeOfAPaper(t *testing.T) {
	h := newHouse(t, nil)
	response, raw := h.ask(t, "GET", "/verify", "", "Authorization", "")
	if response.StatusCode != 200 || !strings.Contains(string(raw), `name="code"`) ||
		!strings.Contains(response.Header.Get("Content-Security-Policy"), "form-action 'self'") {
		t.Errorf("%d: %s", response.StatusCode, raw)
	}
	code := string(documents.NewCode())
	typed := strings.ToLower(strings.ReplaceAll(code, "-", " "))
	response, _ = h.ask(t, "GET", "/verify?code="+url.QueryEscape(typed), "", "Authorization", "")
	if response.StatusCode != http.StatusSeeOther || response.Header.Get("Location") != "/verify/"+code {
		t.Errorf("%d, to %s", response.StatusCode, response.Header.Get("Location"))
	}
}

func TestThePublicIsLimitedByAddress(t *testing.T) {
	h := newHouse(t, func(d *api.Deps) { d.PublicRate = api.Rate{PerSecond: 0.1, Burst: 3} })
	for i := range 4 {
		response, raw := h.ask(t, "POST", "/api/v1/public/cases/BA-140403-2026-000017-5/status", `{"code":"x"}`,
			"Authorization", "", "X-Forwarded-For", "198.51.100."+strconv.Itoa(i))
		if i < 3 {
			refused(t, "a case that is none", response, raw, http.StatusNotFound, casework.CodeNotFound)
			continue
		}
		refused(t, "the fourth", response, raw, http.StatusTooManyRequests, casework.CodeTooManyRequests)
		if wait, err := strconv.Atoi(response.Header.Get("Retry-After")); err != nil || wait < 8 || wait > 10 {
			t.Errorf("Retry-After is %q, want 10 or a little less", response.Header.Get("Retry-After"))
		}
	}
	response, raw := h.ask(t, "GET", "/verify/"+paperCode, "", "Authorization", "", "Accept", "text/html")
	if response.StatusCode != http.StatusTooManyRequests || !strings.Contains(string(raw), "请求过于频繁") || response.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("to a browser: %d %s: %s", response.StatusCode, response.Header.Get("Content-Type"), raw)
	}
	if response, _ := h.ask(t, "GET", "/api/v1/me", ""); response.StatusCode != 200 {
		t.Errorf("somebody signed in at the same address: %d", response.StatusCode)
	}
}

// Anonymous complaints have a rate limit of their own, far below that of other requests.
func TestComplaintsOfOneAddressAreFew(t *testing.T) {
	h := newHouse(t, nil)
	h.ask(t, "POST", "/api/v1/filings", named)
	storetest.Maintain(t, h.db, `UPDATE institutions SET status = 'filed', filing_case = (SELECT case_no FROM cases)`)
	complaint := `{"county":"140403","institution":"inst-140403-01","topic":"other","said":"门口通道被占"}`
	for i := range 5 {
		response, raw := h.ask(t, "POST", "/api/v1/public/complaints", complaint, "Authorization", "", "Idempotency-Key", "7f1c2c9e-3f55-4d0b-9c43-"+strconv.Itoa(i))
		if i < 3 {
			if response.StatusCode != http.StatusCreated {
				t.Fatalf("complaint %d: %d: %s", i, response.StatusCode, raw)
			}
			continue
		}
		refused(t, "one too many", response, raw, http.StatusTooManyRequests, casework.CodeTooManyRequests)
		if wait, err := strconv.Atoi(response.Header.Get("Retry-After")); err != nil || wait < 60 || !strings.Contains(string(raw), "投诉举报过于频繁") {
			t.Errorf("Retry-After is %q: %s", response.Header.Get("Retry-After"), raw)
		}
	}
	if response, _ := h.ask(t, "GET", "/verify/"+paperCode, "", "Authorization", ""); response.StatusCode != 200 {
		t.Errorf("another question of the public: %d", response.StatusCode)
	}
	if response, raw := h.ask(t, "POST", "/api/v1/complaints", complaint); response.StatusCode != http.StatusCreated {
		t.Errorf("somebody signed in at the same address: %d: %s", response.StatusCode, raw)
	}
}

func TestAnAccountIsLimitedByItself(t *testing.T) {
	h := newHouse(t, func(d *api.Deps) { d.AccountRate = api.Rate{PerSecond: 0.1, Burst: 2} })
	for range 2 {
		if response, _ := h.ask(t, "GET", "/api/v1/me", ""); response.StatusCode != 200 {
			t.Fatalf("within the limit: %d", response.StatusCode)
		}
	}
	response, raw := h.ask(t, "GET", "/api/v1/me", "")
	refused(t, "one more", response, raw, http.StatusTooManyRequests, casework.CodeTooManyRequests)
	another := "Bearer " + h.issuer.Token(t, map[string]any{"sub": "clerk-140403-2"})
	if response, _ := h.ask(t, "GET", "/api/v1/me", "", "Authorization", another); response.StatusCode != 200 {
		t.Errorf("another account: %d", response.StatusCode)
	}
}

func TestWhoSendsForgedTokensIsToldToSlowDownAndNobodyElse(t *testing.T) {
	h := newHouse(t, nil)
	for i := range api.RefusedTokenRate.Burst + 5 {
		response, raw := h.ask(t, "GET", "/api/v1/me", "", "Authorization", "Bearer forged")
		if i < api.RefusedTokenRate.Burst {
			refused(t, "a forged token", response, raw, http.StatusUnauthorized, casework.CodeTokenInvalid)
		}
	}
	response, raw := h.ask(t, "GET", "/api/v1/me", "", "Authorization", "Bearer forged")
	refused(t, "after many", response, raw, http.StatusTooManyRequests, casework.CodeTooManyRequests)
	if response, _ := h.ask(t, "GET", "/api/v1/me", ""); response.StatusCode != 200 {
		t.Errorf("somebody with a good token at the same address: %d", response.StatusCode)
	}
}

func TestLogsMetricsAndSpansKnowRoutesOnly(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	before := otel.GetTracerProvider()
	provider := trace.NewTracerProvider(trace.WithSyncer(spans))
	otel.SetTracerProvider(provider)
	t.Cleanup(func() { otel.SetTracerProvider(before) })
	h := newHouse(t, nil)
	h.ask(t, "GET", "/verify/"+paperCode+"?secret=1", "", "Authorization", "")
	h.ask(t, "GET", "/api/v1/cases/BA-140403-2026-000017-5", "")
	h.ask(t, "GET", "/somewhere/7K3M", "")
	lines := strings.Split(strings.TrimSpace(h.log.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines for 3 requests: %s", len(lines), h.log)
	}
	for i, want := range []map[string]any{
		{"method": "GET", "route": "/verify/{code}", "status": 200.0, "role": ""},
		{"method": "GET", "route": "/api/v1/cases/{case_no}", "status": 404.0, "role": "clerk"},
		{"method": "GET", "route": "none", "status": 404.0, "role": ""},
	} {
		var line map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &line); err != nil {
			t.Fatal(err)
		}
		for field, value := range want {
			if line[field] != value {
				t.Errorf("line %d: %s is %v, want %v", i, field, line[field], value)
			}
		}
	}
	families, err := h.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	routes := map[string]uint64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if label.GetName() == "route" {
					routes[label.GetValue()] += m.GetHistogram().GetSampleCount()
				}
			}
		}
	}
	if len(routes) != 3 || routes["/verify/{code}"] != 1 || routes["/api/v1/cases/{case_no}"] != 1 || routes["none"] != 1 {
		t.Errorf("measured routes are %v", routes)
	}
	if len(spans.GetSpans()) != 3 || spans.GetSpans()[0].Name != "GET /verify/{code}" {
		t.Errorf("spans are %v", spans.GetSpans())
	}
	var said strings.Builder
	for _, span := range spans.GetSpans() {
		said.WriteString(span.Name)
		for _, attribute := range span.Attributes {
			said.WriteString(" " + string(attribute.Key) + "=" + attribute.Value.String())
		}
	}
	for what, text := range map[string]string{"log": h.log.String(), "spans": said.String()} {
		for _, secret := range []string{"7K3M", "000017", "secret"} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s holds %s: %s", what, secret, text)
			}
		}
	}
	if strings.Contains(said.String(), "127.0.0.1:") || strings.Contains(said.String(), "client.address") {
		t.Errorf("spans hold addresses: %s", said.String())
	}
}

func TestEveryAnswerCarriesItsGuards(t *testing.T) {
	h := newHouse(t, func(d *api.Deps) { d.PublicURL = "https://tuoyu.example" })
	for _, path := range []string{"/nothing", "/api/v1/me", "/verify/x", "/docs", "/openapi.json", "/api/v1/documents/d", "/api/v1/processes"} {
		response, _ := h.ask(t, "GET", path, "")
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Strict-Transport-Security": "max-age=31536000", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := response.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if policy := response.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy is %q", path, policy)
		}
		public := path == "/docs" || path == "/openapi.json"
		if got := response.Header.Get("Cache-Control"); (got == "no-store") == public {
			t.Errorf("%s: Cache-Control is %q", path, got)
		}
		if response.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: no request id", path)
		}
	}
}
