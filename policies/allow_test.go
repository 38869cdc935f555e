package policies_test

import (
	"context"
	"strings"
	"testing"

	"tuoyu/nursery"
	"tuoyu/policies"
)

const clerkRules = `package authz
default allow := false
allow if {
	input.principal.role == "clerk"
	input.principal.county == input.case.county
	input.act in {"task.claim", "task.complete"}
}
deny_reason := "case.county" if input.principal.county != input.case.county
`

type act struct {
	Principal nursery.Principal `json:"principal"`
	Act       string            `json:"act"`
	Case      struct {
		County string `json:"county,omitempty"`
	} `json:"case"`
}

func claimIn(county string) act {
	a := act{Principal: nursery.Principal{Account: "clerk-140403", Role: nursery.RoleClerk, County: "140403"}, Act: "task.claim"}
	a.Case.County = county
	return a
}

func TestAllowAnswersWithTheReason(t *testing.T) {
	e := load(t, map[string]string{"authz/authz.rego": clerkRules})
	other := claimIn("140403")
	other.Act = "rules.replace"
	for name, c := range map[string]struct {
		input   any
		allowed bool
		reason  string
	}{
		"own county":       {claimIn("140403"), true, ""},
		"another county":   {claimIn("140404"), false, "case.county"},
		"no county at all": {claimIn(""), false, ""},
		"another act":      {other, false, ""},
	} {
		allowed, reason, err := e.Allow(t.Context(), c.input)
		if err != nil || allowed != c.allowed || reason != c.reason {
			t.Errorf("%s: %v %q %v, want %v %q", name, allowed, reason, err, c.allowed, c.reason)
		}
	}
}

func TestAllowRefusesWhatRulesLeaveOpen(t *testing.T) {
	undefined := load(t, map[string]string{"authz/authz.rego": "package authz\nallow if input.act == \"none\"\n"})
	if allowed, _, err := undefined.Allow(t.Context(), claimIn("140403")); allowed || err != nil {
		t.Errorf("undefined: allowed %v, error %v, want refused", allowed, err)
	}
	if _, _, err := undefined.Allow(t.Context(), "an act"); err == nil {
		t.Error("a string was taken for an input")
	}
	if _, _, err := load(t, nil).Allow(t.Context(), claimIn("140403")); err == nil || !strings.Contains(err.Error(), "no package authz") {
		t.Errorf("without authz: %v", err)
	}
	if _, err := policies.Load(t.Context(), smallRules(map[string]string{"authz/authz.rego": "package authz\nallow if time.now_ns() > 0\n"})); err == nil {
		t.Error("authz that reads the clock was loaded")
	}
}

func TestNothingIsDecidedAfterItsContext(t *testing.T) {
	e := load(t, map[string]string{"authz/authz.rego": clerkRules})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Decide(ended, "rules.seats", seats(1), date(t, "2024-05-06"), ""); err == nil {
		t.Error("decided after the context ended")
	}
	if allowed, _, err := e.Allow(ended, claimIn("140403")); allowed || err == nil {
		t.Error("allowed after the context ended")
	}
}

// BenchmarkAllow measures one authorization; the goal is 60 µs.
func BenchmarkAllow(b *testing.B) {
	e, err := policies.Load(b.Context(), smallRules(map[string]string{"authz/authz.rego": clerkRules}))
	if err != nil {
		b.Fatal(err)
	}
	input := claimIn("140403")
	cpu(b, func() {
		if allowed, _, err := e.Allow(b.Context(), input); !allowed || err != nil {
			b.Fatalf("%v, %v", allowed, err)
		}
	})
}
