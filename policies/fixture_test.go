package policies_test

import (
	"maps"
	"testing"
	"testing/fstest"

	"tuoyu/nursery"
)

// smallRules returns a minimal rule set with one parameter, with changes to its files.
func smallRules(changes map[string]string) fstest.MapFS {
	files := map[string]string{
		"packs/data.json": `[{"name": "first", "from": "2020-01-01", "until": null, "sources": ["lib", "rules"], "params": "params"}]`,
		"params/class/data.json": `{
			"seats": {"value": 20, "unit": "seats", "direction": "max", "verified": true, "rule": "T-1"},
			"carers": {"value": 2, "unit": "persons", "direction": "min", "verified": true, "rule": "T-1"},
			"papers": {"value": ["plan"], "unit": "papers", "direction": "add", "verified": true, "rule": "T-1"},
			"since": {"value": "2020-01-01", "unit": "date", "direction": "fixed", "verified": true, "rule": "T-1"}}`,
		"lib/lib.rego": `package lib
reason(rule, found) := object.union({"rule": rule, "result": "fail"}, found)
missing(rule, subject, field, label) := {"rule": rule, "result": "unknown", "subject": subject, "fields": [field], "message": label}`,
		"rules/seats.rego": `package rules.seats
import data.lib
facts_used := {"/application/classes/*/seats", "/application/family/children", "/application/site_kind"}
applicable := false if input.application.site_kind == "other"
applicable := false if input.application.family.children == 0
# METADATA
# title: 托位数
# custom:
#   rule: T-1
#   basis: {doc: 设置标准, no: 58号, article: "19", binding: L4, verified: true}
#   penalty: {doc: 人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("T-1", {"subject": class.id, "fields": [sprintf("/classes/%s/seats", [class.id])], "seen": class.seats, "limit": limit, "message": "超过"}) if {
	some class in input.application.classes
	limit := data.params.class.seats.value
	class.seats > limit
}
reasons contains lib.missing("T-1", class.id, sprintf("/classes/%s/seats", [class.id]), "托位数") if {
	some class in input.application.classes
	not class.seats
}
# METADATA
# title: 建议托位数
# custom:
#   rule: T-2
#   basis: {doc: 质量评估标准, no: WS/T 821, article: "4", binding: L6, verified: false}
reasons contains lib.reason("T-2", {"result": "warn", "subject": class.id, "seen": class.seats, "message": "偏多"}) if {
	some class in input.application.classes
	class.seats > 15
}`,
	}
	maps.Copy(files, changes)
	fsys := fstest.MapFS{}
	for path, text := range files {
		if text != "" {
			fsys[path] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return fsys
}

func seats(n ...int) nursery.FilingFacts {
	facts := nursery.FilingFacts{Application: nursery.Application{SiteKind: nursery.Community}}
	for i := range n {
		facts.Application.Classes = append(facts.Application.Classes, nursery.Class{ID: "c" + string(rune('1'+i)), Seats: &n[i]})
	}
	return facts
}

func date(t *testing.T, s string) nursery.Date {
	t.Helper()
	d, err := nursery.ParseDate(s)
	if err != nil {
		t.Fatalf("date %s: %v", s, err)
	}
	return d
}
