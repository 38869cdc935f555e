package api

import (
	"testing"
)

func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{`{"institution":"inst-140403-01","application":{"fire":{}}}`, `{}`, `[1,2,{"a":[]}]`, `{"a":1,"a":2}`, `1e999`, `"\ud800"`, `{"a":{"b":{"c":null}}}`, `[[[[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if fault := checkJSON(body); fault != nil && fault.Message == "" {
			t.Errorf("refused without a word: %q", body)
		}
	})
}
