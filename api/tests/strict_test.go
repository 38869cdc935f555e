package tests

import (
	"net/http"
	"strings"
	"testing"

	"tuoyu/casework"
)

func TestWhatIsNoPlainJSONIsRefusedWhereItIsWrong(t *testing.T) {
	h := newHouse(t, nil)
	inside := func(s string) string { return strings.Replace(filing, `"county":"140403"`, `"county":"140403",`+s, 1) }
	for _, c := range []struct {
		what, body, location string
		status               int
		code                 string
	}{
		{"trailing data", filing + `{}`, "", 400, casework.CodeMalformed},
		{"half an object", filing[:40], "", 400, casework.CodeMalformed},
		{"a comment", "// hello\n" + filing, "", 400, casework.CodeMalformed},
		{"NaN", inside(`"name":NaN`), "", 400, casework.CodeMalformed},
		{"bytes that are no UTF-8", inside("\"name\":\"\xff\xfe\""), "", 400, casework.CodeMalformed},
		{"half a surrogate pair", inside(`"name":"\ud800"`), "/application/institution/name", 400, casework.CodeMalformed},
		{"a NUL", inside(`"name":"a\u0000b"`), "/application/institution/name", 400, casework.CodeMalformed},
		{"a name said twice", inside(`"name":"甲","name":"乙"`), "/application/institution/name", 400, casework.CodeMalformed},
		{"a huge number", inside(`"name":1e400`), "/application/institution/name", 400, casework.CodeMalformed},
		{"a number that loses digits", inside(`"name":9007199254740993`), "", 422, casework.CodeInvalid},
		{"a number out of range", inside(`"name":90071992547409930`), "/application/institution/name", 400, casework.CodeMalformed},
		{"deep nesting", `{"application":` + strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100) + `}`, "", 400, casework.CodeMalformed},
		{"very deep nesting", strings.Repeat(`[`, 20000) + strings.Repeat(`]`, 20000), "", 400, casework.CodeMalformed},
		{"an unknown field", `{"colour":"red",` + filing[1:], "/colour", 422, casework.CodeInvalid},
		{"an unknown field inside", inside(`"owner":"甲"`), "/application/institution/owner", 422, casework.CodeInvalid},
		{"a field in capitals", strings.Replace(filing, `"fire"`, `"Fire"`, 1), "", 422, casework.CodeInvalid},
		{"a word that is none of the list", strings.Replace(filing, "community", "palace", 1), "/application/site_kind", 422, casework.CodeInvalid},
		{"a missing field", strings.Replace(filing, `,"hygiene":{}`, "", 1), "/application/hygiene", 422, casework.CodeInvalid},
		{"a wrong type", strings.Replace(filing, `"140403"`, `140403`, 1), "/application/institution/county", 422, casework.CodeInvalid},
		{"a day no calendar has", strings.Replace(filing, `"premises":{}`, `"premises":{"lease_from":"2026-02-30"}`, 1), "/application/premises/lease_from", 422, casework.CodeInvalid},
		{"a fraction for a whole number", strings.Replace(filing, `"premises":{}`, `"premises":{"storeys":[1.5]}`, 1), "/application/premises/storeys/0", 422, casework.CodeInvalid},
		{"a list of nothing", `[]`, "", 422, casework.CodeInvalid},
		{"null", `null`, "", 422, casework.CodeInvalid},
	} {
		response, body := h.ask(t, "POST", "/api/v1/filings", c.body)
		p := refused(t, c.what, response, body, c.status, c.code)
		if len(p.Errors) == 0 {
			t.Errorf("%s: no place is named: %s", c.what, body)
			continue
		}
		if c.location != "" && p.Errors[0].Location != c.location {
			t.Errorf("%s: is at %q, want %q", c.what, p.Errors[0].Location, c.location)
		}
		for _, f := range p.Errors {
			if strings.ContainsAny(f.Message, "abcdefghijklmnopqrstuvwxyz") && !strings.Contains(f.Message, "以下之一") && !strings.Contains(f.Message, "JSON") {
				t.Errorf("%s: message is not Chinese: %s", c.what, f.Message)
			}
		}
	}
	if n := h.commands(t); n != 0 {
		t.Errorf("casework took %d commands", n)
	}
}

func TestABodyIsJSONOfALimitedSize(t *testing.T) {
	h := newHouse(t, nil)
	for mediaType, status := range map[string]int{
		"application/json": 201, "application/json; charset=utf-8": 201, "Application/JSON;charset=UTF-8": 201,
		"": 415, "text/plain": 415, "application/json; charset=gbk": 415, "application/merge-patch+json": 415,
		"text/x+application/json": 415, "application/json,": 415,
	} {
		response, body := h.ask(t, "POST", "/api/v1/filings", named, "Content-Type", mediaType)
		if status == 415 {
			refused(t, mediaType, response, body, status, casework.CodeMediaType)
		} else if response.StatusCode != status {
			t.Errorf("%q: %d: %s", mediaType, response.StatusCode, body)
		}
	}
	padded := func(size int) string { return named + strings.Repeat(" ", size-len(named)) }
	if response, body := h.ask(t, "POST", "/api/v1/filings", padded(64<<10)); response.StatusCode != http.StatusCreated {
		t.Errorf("a body of the limit: %d: %s", response.StatusCode, body)
	}
	response, body := h.ask(t, "POST", "/api/v1/filings", padded(64<<10+1))
	refused(t, "a byte more", response, body, http.StatusRequestEntityTooLarge, casework.CodeBodyTooLarge)
	response, body = h.ask(t, "POST", "/api/v1/filings", "", "Content-Type", "application/json")
	refused(t, "no body", response, body, http.StatusBadRequest, casework.CodeBodyRequired)
}
