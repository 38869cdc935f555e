package api

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func TestWhatCaseworkRefusesBecomesAProblem(t *testing.T) {
	var log bytes.Buffer
	a := &API{log: slog.New(slog.NewJSONHandler(&log, nil))}
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{&casework.Error{Code: casework.CodeFieldNotOpen, Message: "补正时只能修改所列内容。", Fields: []casework.FieldError{{Location: "/application/fire", Message: "不可修改"}}}, 422, "field_not_open"},
		{&casework.Error{Code: casework.CodeKeyRequired, Message: "缺少幂等键。"}, 400, "idempotency_key_required"},
		{&casework.Error{Code: casework.CodeForbidden, Message: "您的角色不能进行此操作。"}, 403, "forbidden"},
		{&casework.Error{Code: casework.CodeNotFound, Message: "没有这项内容。"}, 404, "not_found"},
		{&casework.Error{Code: casework.CodeKeyReused, Message: "该幂等键已用于另一请求。"}, 409, "idempotency_key_reused"},
		{&casework.Error{Code: casework.CodeDocumentPending, Message: "文书制作中。"}, 409, "document_pending"},
		{&casework.Error{Code: casework.CodeEngineUnavailable, Message: "服务暂不可用。"}, 503, "engine_unavailable"},
		{errors.Join(errors.New("while filing"), &casework.Error{Code: casework.CodeAttachmentTooLarge, Message: "文件过大。"}), 413, "attachment_too_large"},
		{context.DeadlineExceeded, 503, "timeout"},
		{errors.New("password of the database is hunter2"), 500, "internal"},
	} {
		p := a.refuse(t.Context(), c.err)
		if p.Status != c.status || p.Code != c.code || p.Type != "/docs#problem-"+c.code || p.Title == "" || p.Detail == "" {
			t.Errorf("%s: %+v", c.code, p)
		}
		if strings.Contains(p.Detail, "hunter2") {
			t.Errorf("an error of ours is told to the world: %s", p.Detail)
		}
		if c.code == "field_not_open" && (len(p.Errors) != 1 || p.Errors[0] != Fault{"/application/fire", "不可修改"}) {
			t.Errorf("faults are %v", p.Errors)
		}
		if wait := p.GetHeaders().Get("Retry-After"); (wait != "") != (c.status == 503 || c.code == "document_pending") {
			t.Errorf("%s: Retry-After is %q", c.code, wait)
		}
	}
	if n := strings.Count(log.String(), "hunter2"); n != 1 {
		t.Errorf("an unknown error is logged %d times, want once", n)
	}
}

func TestAClientIsWhoTheTrustedProxySays(t *testing.T) {
	a := &API{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
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

func TestTheFactsOfAPaperAreShownToPeople(t *testing.T) {
	var b strings.Builder
	err := writeVerified(&b, casework.VerifiedPaper{
		Genuine: true, InForce: true, State: "in_force", Title: "托育机构备案回执", Number: "潞州托备〔2026〕17号", Institution: "潞州区<阳光>托育园",
		County: "潞州区", IssuedOn: nursery.NewDate(2026, 3, 12), SHA256: strings.Repeat("ab", 32),
	}, time.Date(2026, 3, 13, 1, 5, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<html lang="zh-CN">`, "现行有效", "潞州托备〔2026〕17号", "2026年3月12日", "2026年3月13日 09:05", "潞州区&lt;阳光&gt;托育园"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
