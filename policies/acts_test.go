package policies_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"tuoyu/nursery"
	"tuoyu/policies"
)

// asked is what a role may want to act on, by name.
func asked(p map[string]any, kinds []string) map[string]map[string]any {
	role := p["role"].(string)
	own := map[string]any{
		"county": "140403", "institution": "inst-140403-01", "partner": role + "-01", "registrar": "market", "role": role,
		"submitted_by": p["account"], "assignee": p["account"], "escalated": true,
	}
	if role == "supervisor" {
		own["role"] = "clerk"
	}
	with := func(more map[string]any) map[string]any {
		r := maps.Clone(own)
		maps.Copy(r, more)
		return r
	}
	resources := map[string]map[string]any{
		"own":      own,
		"another":  with(map[string]any{"county": "140404", "institution": "inst-140404-01", "partner": "none-01"}),
		"nothing":  {},
		"entered":  with(map[string]any{"submitted_by": "someone", "assignee": "someone", "escalated": false}),
		"excluded": with(map[string]any{"excluded": []string{p["account"].(string)}, "registrar": "civil_affairs", "role": "city_office"}),
		"uploaded": {"county": "140403", "institution": "inst-140403-02", "uploader": p["account"]},
	}
	for _, kind := range kinds {
		resources["file of "+kind] = with(map[string]any{"kind": kind})
	}
	return resources
}

// TestEveryActIsDecidedAsBefore holds the decisions on every act and role to those that were in force when the acts moved to the
// definitions of the processes. An act that came later is not in that table.
func TestEveryActIsDecidedAsBefore(t *testing.T) {
	raw, err := os.ReadFile("testdata/acts.txt")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := policies.Load(t.Context(), policies.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	kinds := []string{"build", "checkup_round", "complaint", "contract", "filing", "filing_cancel", "filing_change", "inspection", "inspection_plan", "insurance", "insurance_claim", "referral"}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if len(lines) < 600 {
		t.Fatalf("only %d lines", len(lines))
	}
	for _, line := range lines {
		head, want, _ := strings.Cut(line, ": ")
		act, thing, _ := strings.Cut(head, " on ")
		if got := decisions(t, engine, act, thing, kinds); got != want {
			t.Errorf("%s:\n got %s\nwant %s", head, got, want)
		}
	}
}

// decisions returns the roles that may do an act to a thing, and those that may not by the reason.
func decisions(t *testing.T, engine *policies.Engine, act, thing string, kinds []string) string {
	t.Helper()
	byReason := map[string][]string{}
	for _, role := range nursery.Roles() {
		if role.Finance() || role == nursery.RoleProcedureAuthor || role == nursery.RoleProcedureApprover {
			continue // these came later
		}
		p := map[string]any{"account": string(role) + "-140403", "role": string(role), "county": "140403", "institution": string(role) + "-01", "registrar": "market"}
		if role == nursery.RoleInstitution {
			p["institution"] = "inst-140403-01"
		}
		allowed, reason, err := engine.Allow(t.Context(), map[string]any{"principal": p, "act": act, "resource": asked(p, kinds)[thing]})
		if err != nil {
			t.Fatal(err)
		}
		if allowed {
			reason = "allowed"
		}
		byReason[reason] = append(byReason[reason], string(role))
	}
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(byReason)) {
		parts = append(parts, fmt.Sprintf("%s %s", reason, strings.Join(byReason[reason], " ")))
	}
	return strings.Join(parts, "; ")
}

func TestRulesThatReadActsAreNotLoadedWithoutThem(t *testing.T) {
	rules := copyFS(t, policies.Embedded())
	delete(rules, "acts/data.json")
	if _, err := policies.Load(t.Context(), rules); err == nil || !strings.Contains(err.Error(), "acts/data.json") {
		t.Fatalf("loaded: %v", err)
	}
}
