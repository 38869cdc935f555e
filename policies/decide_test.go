package policies_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"tuoyu/nursery"
	"tuoyu/policies"
)

func load(t *testing.T, changes map[string]string) *policies.Engine {
	t.Helper()
	e, err := policies.Load(t.Context(), smallRules(changes))
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return e
}

func decide(t *testing.T, e *policies.Engine, facts any, on, county string) nursery.Decision {
	t.Helper()
	d, err := e.Decide(t.Context(), "rules.seats", facts, date(t, on), county)
	if err != nil {
		t.Fatalf("decide: %v", err)
	}
	return d
}

func TestADecisionCarriesItsLaw(t *testing.T) {
	d := decide(t, load(t, nil), seats(21, 10), "2024-05-06", "140403")
	if d.Duration <= 0 {
		t.Errorf("duration = %v, want what it took", d.Duration)
	}
	if len(d.Revision) != 12 {
		t.Errorf("revision = %q, want 12 hex digits", d.Revision)
	}
	d.Revision = "r"
	got, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
 "rule_set": "rules.seats",
 "as_of": "2024-05-06",
 "revision": "r",
 "result": "fail",
 "reasons": [
  {
   "rule": "T-1",
   "title": "托位数",
   "result": "fail",
   "subject": "c1",
   "fields": [
    "/classes/c1/seats"
   ],
   "seen": 21,
   "limit": 20,
   "message": "超过",
   "basis": [
    {
     "document": "设置标准",
     "number": "58号",
     "article": "19",
     "binding": "L4",
     "verified": true
    }
   ],
   "penalty_basis": {
    "document": "人口与计划生育法",
    "article": "41",
    "binding": "L1",
    "verified": true
   },
   "verified": true
  },
  {
   "rule": "T-2",
   "title": "建议托位数",
   "result": "warn",
   "subject": "c1",
   "seen": 21,
   "message": "偏多",
   "basis": [
    {
     "document": "质量评估标准",
     "number": "WS/T 821",
     "article": "4",
     "binding": "L6",
     "verified": false
    }
   ],
   "verified": false
  }
 ],
 "facts_used": [
  "/application/classes/*/seats",
  "/application/site_kind"
 ],
 "facts_missing": []
}`
	if string(got) != want {
		t.Errorf("decision:\n%s\nwant:\n%s", got, want)
	}
}

func TestResultIsTheWorstOfItsReasons(t *testing.T) {
	e := load(t, nil)
	withoutSeats := nursery.Class{ID: "c9"}
	unknown := seats(10)
	unknown.Application.Classes = append(unknown.Application.Classes, withoutSeats)
	both := seats(21)
	both.Application.Classes = append(both.Application.Classes, withoutSeats)
	other := seats(21)
	other.Application.SiteKind = nursery.OtherSite
	for name, c := range map[string]struct {
		facts   nursery.FilingFacts
		want    nursery.Result
		missing string
	}{
		"at the limit":       {seats(15), nursery.Pass, ""},
		"a warning passes":   {seats(20), nursery.Pass, ""},
		"over the limit":     {seats(21), nursery.Fail, ""},
		"missing is unknown": {unknown, nursery.Unknown, "/classes/c9/seats"},
		"fail before all":    {both, nursery.Fail, "/classes/c9/seats"},
		"not applicable":     {other, nursery.NotApplicable, ""},
	} {
		d := decide(t, e, c.facts, "2024-05-06", "")
		if d.Result != c.want || strings.Join(d.FactsMissing, " ") != c.missing {
			t.Errorf("%s: %s missing %v, want %s missing %q", name, d.Result, d.FactsMissing, c.want, c.missing)
		}
	}
}

func TestNullIsMissingInEveryFormOfFacts(t *testing.T) {
	e := load(t, nil)
	for name, facts := range map[string]any{
		"struct":   func() any { f := seats(1); f.Application.Classes[0].Seats = nil; return f }(),
		"pointer":  func() any { f := seats(1); f.Application.Classes[0].Seats = nil; return &f }(),
		"raw JSON": json.RawMessage(`{"application": {"classes": [{"id": "c1", "seats": null}]}}`),
		"map":      map[string]any{"application": map[string]any{"classes": []any{map[string]any{"id": "c1", "seats": nil}}}},
	} {
		if d := decide(t, e, facts, "2024-05-06", ""); d.Result != nursery.Unknown {
			t.Errorf("%s: result %s, want unknown", name, d.Result)
		}
	}
	for name, facts := range map[string]any{"nil": nil, "list": []int{1}, "channel": map[string]any{"application": map[string]any{"classes": make(chan int)}}, "broken JSON": json.RawMessage(`{`)} {
		if _, err := e.Decide(t.Context(), "rules.seats", facts, date(t, "2024-05-06"), ""); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestThePackInForceDecides(t *testing.T) {
	e := load(t, map[string]string{
		"packs/data.json": `[
			{"name": "permit", "from": "2027-01-01", "until": "2028-01-01", "sources": ["lib", "permit"], "params": "permit"},
			{"name": "filing", "from": "2020-01-01", "until": "2026-12-01", "sources": ["lib", "rules"], "params": "params"}]`,
		"permit/seats.rego": `package rules.seats
import data.lib
facts_used := {"/application/classes"}
# METADATA
# title: 许可
# custom:
#   rule: N-1
#   basis: {doc: 托育服务法, article: "1", binding: L1, verified: true}
reasons contains lib.reason("N-1", {"message": "须经许可"}) if count(input.application.classes) > data.params.classes.value`,
		"permit/data.json": `{"classes": {"value": 0, "unit": "classes", "direction": "max", "verified": true, "rule": "N-1"}}`,
	})
	first := decide(t, e, seats(21), "2020-01-01", "")
	last := decide(t, e, seats(21), "2026-11-30", "")
	permit := decide(t, e, seats(21), "2027-01-01", "")
	if first.Reasons[0].Rule != "T-1" || last.Reasons[0].Rule != "T-1" || permit.Reasons[0].Rule != "N-1" {
		t.Errorf("rules %s, %s, %s, want T-1, T-1, N-1", first.Reasons[0].Rule, last.Reasons[0].Rule, permit.Reasons[0].Rule)
	}
	if first.Revision == permit.Revision {
		t.Errorf("both packs have revision %s", first.Revision)
	}
	for on, want := range map[string]string{
		"2019-12-31": "no rules are in force on 2019-12-31: the first pack starts on 2020-01-01",
		"2026-12-01": "no rules are in force on 2026-12-01: pack filing ended on 2026-12-01",
		"2028-01-01": "no rules are in force on 2028-01-01: pack permit ended on 2028-01-01",
	} {
		_, err := e.Decide(t.Context(), "rules.seats", seats(1), date(t, on), "")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("on %s: error %v, want %q", on, err, want)
		}
	}
	if _, err := e.Decide(t.Context(), "rules.seats", seats(1), nursery.Date{}, ""); err == nil {
		t.Error("a case without date was decided")
	}
	if _, err := e.Decide(t.Context(), "rules.none", seats(1), date(t, "2024-05-06"), ""); err == nil || !strings.Contains(err.Error(), "no such rule set in pack filing") {
		t.Errorf("unknown rule set: %v", err)
	}
	packs := e.Status().Packs
	if len(packs) != 2 || packs[0].Name != "filing" || packs[1].Until != date(t, "2028-01-01") || packs[1].RuleSets[0] != "rules.seats" {
		t.Errorf("status lists %+v", packs)
	}
}

const countyBasis = `"basis": {"doc": "县区规定", "no": "1号", "binding": "L4", "verified": false}`

func TestACountyMayTightenAndItsDocumentIsCited(t *testing.T) {
	e := load(t, map[string]string{"overlays/140403/data.json": `{"params": {"class": {"seats": {"value": 18, ` + countyBasis + `}}}}`})
	inside, outside := decide(t, e, seats(19), "2024-05-06", "140403"), decide(t, e, seats(19), "2024-05-06", "140404")
	if inside.Result != nursery.Fail || outside.Result != nursery.Pass {
		t.Fatalf("19 seats: %s inside, %s outside, want fail and pass", inside.Result, outside.Result)
	}
	r := inside.Reasons[0]
	if len(r.Basis) != 2 || r.Basis[1].Document != "县区规定" || r.Verified {
		t.Errorf("basis %+v verified %v, want the county's unverified document too", r.Basis, r.Verified)
	}
	if counties := e.Status().Packs[0].Counties; len(counties) != 1 || counties[0] != "140403" {
		t.Errorf("counties %v, want 140403", counties)
	}
}

func TestACountyMayNotLoosen(t *testing.T) {
	for name, c := range map[string]struct{ params, want string }{
		"more seats":       {`{"class": {"seats": {"value": 21, ` + countyBasis + `}}}`, "county 140403: parameter params.class.seats: 21 is looser than 20"},
		"fewer carers":     {`{"class": {"carers": {"value": 1, ` + countyBasis + `}}}`, "county 140403: parameter params.class.carers: 1 is looser than 2"},
		"another date":     {`{"class": {"since": {"value": "2021-01-01", ` + countyBasis + `}}}`, "params.class.since: 2020-01-01 is fixed"},
		"no such name":     {`{"class": {"places": {"value": 1, ` + countyBasis + `}}}`, "county 140403: no parameter params.class.places"},
		"no law":           {`{"class": {"seats": {"value": 18}}}`, "params.class.seats: no citation"},
		"a recommendation": {`{"class": {"seats": {"value": 18, "basis": {"doc": "指南", "binding": "L6", "verified": true}}}}`, "recommended standards alone"},
		"no list":          {`{"class": {"papers": {"value": "plan", ` + countyBasis + `}}}`, "want a list"},
		"no number":        {`{"class": {"seats": {"value": "18", ` + countyBasis + `}}}`, "is no number"},
	} {
		_, err := policies.Load(t.Context(), smallRules(map[string]string{"overlays/140403/data.json": `{"params": ` + c.params + `}`}))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	for name, body := range map[string]string{"another folder": `{"rules": {}}`, "nothing": `{}`} {
		if _, err := policies.Load(t.Context(), smallRules(map[string]string{"overlays/140403/data.json": body})); err == nil {
			t.Errorf("overlay with %s was loaded", name)
		}
	}
}

func TestACountyAddsPapersToTheRealRules(t *testing.T) {
	e, err := policies.Load(t.Context(), withOverlay(t, `{"params": {"papers": {"additional": {"value": [{"name": "平面布局说明"}], `+countyBasis+`}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for county, want := range map[string]bool{"140403": true, "140404": false} {
		d, err := e.Decide(t.Context(), "filing.complete", seats(10), date(t, "2026-03-02"), county)
		if err != nil {
			t.Fatal(err)
		}
		var asked bool
		for _, r := range d.Reasons {
			asked = asked || r.Rule == "RF-08.6" && r.Fields[0] == "/papers/other/平面布局说明"
		}
		if asked != want {
			t.Errorf("county %s: asked for the paper: %v, want %v", county, asked, want)
		}
	}
}

func withOverlay(t *testing.T, overlay string) fstest.MapFS {
	t.Helper()
	fsys := copyFS(t, policies.Embedded())
	fsys["overlays/140403/data.json"] = &fstest.MapFile{Data: []byte(overlay)}
	return fsys
}
