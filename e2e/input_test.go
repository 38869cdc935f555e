package e2e

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tuoyu/e2e/roleplay"
)

var inPath = regexp.MustCompile(`\{[^}]+\}`)

// For any path, parameter, header or body the response is a problem with a code and never an internal error.
func TestNoInputIsAFault(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	var spec struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		}
	}
	if err := h.users.As("").Get(t.Context(), "/openapi.json", &spec); err != nil {
		t.Fatal(err)
	}
	deep := strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200)
	bodies := []string{`{"note":"a\u0000b"}`, "{\"note\":\"\xff\"}", `{"value":1e999}`, deep, `[` + strings.Repeat(`"x",`, 100_000) + `"x"]`, `{"on":"9999-12-31"}`, `{"on":"0001-01-01"}`}
	accounts := []string{"supervisor-140403", "administrator", "clinic-140403-1"}
	tried := 0
	try := func(account string, r roleplay.Request) {
		tried++
		res, err := h.users.As(account).Send(t.Context(), r)
		if err != nil {
			t.Errorf("%s %s: %v", r.Method, r.Path, err)
			return
		}
		if res.Status >= http.StatusInternalServerError {
			t.Errorf("%s %s as %s: %d %.200s", r.Method, r.Path, account, res.Status, res.Body)
		}
	}
	for path, methods := range spec.Paths {
		for method, op := range methods {
			method = strings.ToUpper(method)
			for n, bad := range []string{"%00", "%ff", url.PathEscape(strings.Repeat("长", 5000))} {
				if inPath.MatchString(path) {
					try(accounts[n], roleplay.Request{Method: method, Path: inPath.ReplaceAllString(path, bad), Key: key(), Body: map[string]any{}})
				}
				for _, p := range op.Parameters {
					if p.In == "query" {
						try(accounts[n], roleplay.Request{Method: method, Path: inPath.ReplaceAllString(path, "x") + "?" + p.Name + "=" + bad, Key: key()})
					}
				}
			}
			if method != http.MethodGet {
				try(accounts[0], roleplay.Request{Method: method, Path: inPath.ReplaceAllString(path, "x"), Key: "\xe9", Body: map[string]any{}})
				for _, body := range bodies {
					try(accounts[0], roleplay.Request{Method: method, Path: inPath.ReplaceAllString(path, "x"), Key: key(), Body: []byte(body)})
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("%d requests, want at least 500", tried)
	}
}

func TestNoInputOfAPageIsAFault(t *testing.T) {
	t.Parallel()
	h := ownHouse(t)
	nobody, clinic, head := newBrowser(t, h), signIn(t, h, "clinic-140403-1"), signIn(t, h, "supervisor-140403")
	for _, bad := range []string{"%00", "%ff", url.PathEscape(strings.Repeat("长", 5000))} {
		for path, want := range map[string]int{
			"/institutions/" + bad: http.StatusNotFound, "/complaints/new?institution=" + bad: http.StatusUnprocessableEntity,
			"/verify/" + bad: http.StatusNotFound,
		} {
			if p := nobody.get(path); p.Status != want && !(len(bad) > 10 && p.Status == http.StatusOK) {
				t.Errorf("%.40s: %d, want %d", path, p.Status, want)
			}
		}
		for _, path := range []string{
			"/children?class=" + bad, "/tasks/" + bad, "/documents/" + bad, "/attachments/" + bad, "/attendance?class=" + bad, "/checkups/" + bad + "/children/" + bad,
			"/checkups?half=" + bad, "/cases?q=" + bad, "/cases?county=" + bad, "/tasks?q=" + bad, "/kept/" + bad, "/contracts/" + bad, "/inspections/" + bad,
			"/tasks?" + strings.Repeat("a=1&", 1) + bad + "=1", "/children?after=" + bad,
		} {
			for _, b := range []*browser{clinic, head} {
				if p := b.get(path); p.Status >= http.StatusInternalServerError {
					t.Errorf("%.60s: %d", path, p.Status)
				}
			}
		}
	}
	for _, path := range []string{"/tasks/claim", "/tasks/assign", "/complaints", "/tasks/x"} {
		for _, bad := range []string{"a\x00b", "\xff"} {
			if p := head.post(path, "_key", bad, "note", bad, bad, "x", "task", bad, "institution", bad); p.Status >= http.StatusInternalServerError {
				t.Errorf("POST %s: %d", path, p.Status)
			}
		}
	}
}
