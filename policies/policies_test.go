package policies_test

import (
	"bytes"
	"testing"

	"tuoyu/policies"
)

func TestTheRulesKeepTheConvention(t *testing.T) {
	var out bytes.Buffer
	if err := policies.Check(t.Context(), &out); err != nil {
		t.Fatalf("policy check:\n%s", out.String())
	}
}

func TestTheRulesPassTheirOwnTests(t *testing.T) {
	var out bytes.Buffer
	if err := policies.Test(t.Context(), &out, policies.TestOptions{}); err != nil {
		t.Fatalf("policy test: %v\n%s", err, out.String())
	}
}
