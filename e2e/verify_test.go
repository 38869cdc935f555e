package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"tuoyu/e2e/roleplay"
)

// wantVerified asserts the content of the public verification page of a document.
func wantVerified(t *testing.T, h *harness, d roleplay.Document, inForce bool) {
	t.Helper()
	res := send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: "/verify/" + d.Code})
	var said struct {
		Genuine bool   `json:"genuine"`
		InForce bool   `json:"in_force"`
		Number  string `json:"number"`
		SHA256  string `json:"sha256"`
	}
	if err := json.Unmarshal(res.Body, &said); err != nil || res.Status != ok {
		t.Fatalf("verify %s: %d %s", d.Kind, res.Status, res.Body)
	}
	if !said.Genuine || said.InForce != inForce || said.Number != d.Number || said.SHA256 != d.SHA256 {
		t.Errorf("verify %s: got %+v, want in force %t, %s", d.Kind, said, inForce, d.Number)
	}
}

func TestACodeThatStandsOnNoPaperIsNotGenuine(t *testing.T) {
	h := sharedHouse(t)
	for _, code := range []string{"0000-0000-0000-0000", "7ZZZ-ZZZZ-ZZZZ-ZZZZ", "受理"} {
		res := send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: "/verify/" + code})
		if bytes.Contains(res.Body, []byte(`"genuine":true`)) || res.Status >= http.StatusInternalServerError {
			t.Errorf("%s: %d %s", code, res.Status, res.Body)
		}
	}
}

func TestTheAPIDescribesItself(t *testing.T) {
	h := sharedHouse(t)
	res := send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: "/openapi.json"})
	var described struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]any
	}
	if err := json.Unmarshal(res.Body, &described); err != nil || res.Status != ok {
		t.Fatalf("got %d, %v", res.Status, err)
	}
	if !strings.HasPrefix(described.OpenAPI, "3.") || described.Paths["/api/v1/filings"]["post"] == nil {
		t.Errorf("OpenAPI %s with %d paths", described.OpenAPI, len(described.Paths))
	}
	if res := send(t, h.users.As(""), roleplay.Request{Method: http.MethodGet, Path: "/docs"}); res.Status != ok {
		t.Errorf("docs: %d", res.Status)
	}
}
