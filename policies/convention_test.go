package policies_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"tuoyu/policies"
)

func copyFS(t *testing.T, from fs.FS) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(from, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(from, path)
		out[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatalf("copy rules: %v", err)
	}
	return out
}

const goodBasis = "#   basis: {doc: 设置标准, binding: L4, verified: true}\n"

func ruleFile(custom, body string) map[string]string {
	return map[string]string{"rules/more.rego": "package rules.more\nimport data.lib\nfacts_used := {\"/application/meals\"}\n# METADATA\n# title: 更多\n# custom:\n" + custom + body}
}

func TestRulesThatBreakTheConventionAreRefused(t *testing.T) {
	const reason = `reasons contains lib.reason("T-3", {"message": "不符"}) if input.application.meals`
	for name, c := range map[string]struct {
		changes map[string]string
		want    string
	}{
		"no METADATA":          {map[string]string{"rules/more.rego": "package rules.more\nimport data.lib\nfacts_used := set()\n" + reason}, "rule T-3 has no METADATA"},
		"no basis":             {ruleFile("#   rule: T-3\n", reason), "rule T-3: basis: no citation"},
		"recommendation fails": {ruleFile("#   rule: T-3\n#   basis: {doc: 指南, binding: L6, verified: true}\n", reason), "rests on recommended standards alone"},
		"default of engine":    {ruleFile("#   rule: T-3\n#   basis: {doc: 本系统, binding: L8, verified: true}\n", reason), "no legal ground"},
		"no binding":           {ruleFile("#   rule: T-3\n#   basis: {doc: 设置标准, verified: true}\n", reason), "binding \"\""},
		"not said if verified": {ruleFile("#   rule: T-3\n#   basis: {doc: 设置标准, binding: L4}\n", reason), "does not say whether it is verified"},
		"misspelt basis":       {ruleFile("#   rule: T-3\n#   bases: {doc: 设置标准}\n", reason), "unknown field"},
		"penalty without law":  {ruleFile("#   rule: T-3\n"+goodBasis+"#   penalty: {doc: 设置标准, binding: L4, verified: true}\n", reason), "a penalty rests on a law"},
		"id used twice":        {ruleFile("#   rule: T-1\n"+goodBasis, `reasons contains lib.reason("T-1", {"message": "不符"}) if input.application.meals`), "rule T-1 has METADATA already"},
		"METADATA unused":      {ruleFile("#   rule: T-3\n"+goodBasis, `reasons contains lib.reason("T-1", {"message": "不符"}) if input.application.meals`), "rule T-3 gives no reason"},
		"id computed":          {ruleFile("#   rule: T-3\n"+goodBasis, `reasons contains lib.reason(id, {"message": "不符"}) if id := input.application.site_kind`), "must be a literal"},
		"no facts_used":        {map[string]string{"rules/more.rego": "package rules.more\nimport data.lib\n# METADATA\n# title: 更多\n# custom:\n#   rule: T-3\n" + goodBasis + reason}, "facts_used"},
		"fact no one has":      {ruleFile("#   rule: T-3\n"+goodBasis, strings.Replace(reason, "meals", "meal", 1)), ""},
		"the clock":            {ruleFile("#   rule: T-3\n"+goodBasis, strings.Replace(reason, "input.application.meals", "time.now_ns() > 0", 1)), "undefined function time.now_ns"},
		"nanoseconds":          {ruleFile("#   rule: T-3\n"+goodBasis, strings.Replace(reason, "input.application.meals", `time.parse_ns("2006-01-02", "2300-01-01") > 0`, 1)), "undefined function time.parse_ns"},
		"the network":          {ruleFile("#   rule: T-3\n"+goodBasis, strings.Replace(reason, "input.application.meals", `http.send({"url": "http://localhost"})`, 1)), "undefined function http.send"},
		"parameter, direction": {map[string]string{"params/class/data.json": `{"seats": {"value": 20, "unit": "seats", "verified": true, "rule": "T-1"}}`}, "parameter params.class.seats: direction"},
		"parameter, unit":      {map[string]string{"params/class/data.json": `{"seats": {"value": 20, "direction": "max", "verified": true, "rule": "T-1"}}`}, "params.class.seats: no unit"},
		"parameter, verified":  {map[string]string{"params/class/data.json": `{"seats": {"value": 20, "unit": "seats", "direction": "max", "rule": "T-1"}}`}, "verified must be true or false"},
		"parameter, rule":      {map[string]string{"params/class/data.json": `{"seats": {"value": 20, "unit": "seats", "direction": "max", "verified": true, "rule": "T-9"}}`}, "params.class.seats: no rule T-9"},
		"packs overlap":        {map[string]string{"packs/data.json": `[{"name": "a", "from": "2020-01-01", "until": null, "sources": ["lib", "rules"], "params": "params"}, {"name": "b", "from": "2021-01-01", "until": null, "sources": ["lib", "rules"], "params": "params"}]`}, "before pack a ends"},
		"no pack":              {map[string]string{"packs/data.json": ""}, "names none"},
		"pack without date":    {map[string]string{"packs/data.json": `[{"name": "a", "sources": ["lib"], "params": "params"}]`}, "needs name, from"},
	} {
		if name == "fact no one has" {
			c.changes["rules/more.rego"] = "# METADATA\n# schemas:\n#   - input: schema.filing_facts\n" + c.changes["rules/more.rego"]
			c.want = "undefined ref: input.application.meal"
		}
		_, err := policies.Load(t.Context(), smallRules(c.changes))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestFactsUsedAreTheFactsRead(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"no such field":  {`"/application/family/children"`, `"/application/family/pets"`, "no field /application/family/pets"},
		"not read":       {`"/application/family/children"`, `"/application/family/children", "/application/meals"`, "names /application/meals, which no rule reads"},
		"not named":      {`"/application/family/children", `, ``, "lacks /application/family/children, which a rule reads"},
		"input as whole": {`input.application.site_kind == "other"`, `count(input) == 0`, "reads input as a whole"},
	} {
		body := strings.Replace(string(smallRules(nil)["rules/seats.rego"].Data), c.from, c.to, 1)
		_, err := policies.Load(t.Context(), smallRules(map[string]string{"rules/seats.rego": body}))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}
