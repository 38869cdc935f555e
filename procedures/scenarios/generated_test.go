package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tuoyu/procedures"
)

// generator writes a procedure of random stages, each of which leads to the next, to an end or back to a person.
type generator struct {
	t      *rapid.T
	flow   strings.Builder
	forms  map[string][]string // outcomes of each task
	people []string            // stages that ask a person
	judges []string            // tasks of offices, of which nobody pays
	rules  bool                // a stage decides by the rules
}

// Rules that decide on the amount that was applied for: unknown without one, a failure for nothing.
const generatedRules = `# METADATA
# title: 核定金额
package gen.amount

import data.lib

facts_used := {"/facts/amount"}

fen := input.facts.amount * 100

# METADATA
# title: 金额是否填写
# custom:
#   rule: SC-01
#   basis: {doc: 托育机构管理规范(试行), article: 第二条, binding: L4, verified: true}
reasons contains lib.missing("SC-01", "", "/facts/amount", "金额") if not input.facts.amount

# METADATA
# title: 金额大于零
# custom:
#   rule: SC-02
#   basis: {doc: 托育机构管理规范(试行), article: 第二条, binding: L4, verified: true}
reasons contains lib.reason("SC-02", {
	"fields": ["/facts/amount"],
	"seen": input.facts.amount,
	"message": "没有可以拨付的金额。",
	"remedy": "请核对金额。",
}) if {
	input.facts.amount == 0
}
`

// procedure returns the files of a valid procedure.
func (g *generator) procedure() fstest.MapFS {
	n := rapid.IntRange(2, 6).Draw(g.t, "stages")
	g.forms = map[string][]string{}
	// The first stage makes every end reachable.
	g.forms["first"], g.people, g.judges = []string{"go_on", "refuse"}, []string{"s0"}, []string{"first"}
	g.line("  s0:\n    title: 环节\n    ask: {task: first, role: supervisor, form: first, days: 5, silence: {days: 2, to: lapsed}, on: {go_on: s1, refuse: refused}}")
	for i := 1; i < n; i++ {
		next := fmt.Sprintf("s%d", i+1)
		if i == n-1 {
			next = "settling"
		}
		g.stage(fmt.Sprintf("s%d", i), next)
	}
	if rapid.Bool().Draw(g.t, "pays") {
		g.payment()
	} else {
		g.line("  settling:\n    title: 环节\n    wait: {days: 1, on: {reached: closed}}")
	}
	files := fstest.MapFS{
		"procedure.yaml": {Data: []byte(`procedure: generated
title: 生成的事项
prefix: SC
label: 2026-01
from: 2026-01-01
needs: {interpreter: 1}
basis: [{doc: 托育机构管理规范(试行), binding: L4, verified: true}]
start: {by: [api], role: institution, facts: facts, to: s0}
rows: {item: {title: 条目, form: facts, key: [name]}}
stages:
` + g.flow.String() + `anytime: {withdraw: {title: 撤回, role: institution, in: [s0], to: withdrawn}}
ends: {closed: {title: 办结}, refused: {title: 不予办理}, withdrawn: {title: 撤回}, lapsed: {title: 逾期}}
`)},
		"forms/facts.json": {Data: []byte(`{"title": "内容", "type": "object", "properties": {"name": {"title": "名称", "type": "string"}, "amount": {"title": "金额", "type": "integer"}}}`)},
		"papers/list.html": {Data: []byte(`{{define "title"}}公示{{end}}{{define "body"}}<p>公示</p>{{end}}`)},
	}
	if g.rules {
		files["rules/amount.rego"] = &fstest.MapFile{Data: []byte(generatedRules)}
	}
	for task, outcomes := range g.forms {
		var list []string
		for _, o := range outcomes {
			list = append(list, fmt.Sprintf(`%q: {"title": "结果"}`, o))
		}
		files["forms/"+task+".json"] = &fstest.MapFile{Data: fmt.Appendf(nil,
			`{"title": "办理", "type": "object", "properties": {"note": {"title": "说明", "type": "string"}}, "outcomes": {%q: {%s}}}`, task, strings.Join(list, ", "))}
	}
	return files
}

func (g *generator) line(format string, args ...any) { fmt.Fprintf(&g.flow, format+"\n", args...) }

// stage writes one stage that leads to the next.
func (g *generator) stage(name, next string) {
	g.line("  %s:\n    title: 环节", name)
	switch kind := rapid.IntRange(0, 9).Draw(g.t, "verb of "+name); kind {
	case 0:
		g.line("    wait: {days: %d, on: {reached: %s}}", rapid.IntRange(1, 9).Draw(g.t, "days"), next)
	case 1:
		g.line("    wait: {event: outside.came, days: 5, on: {event: %s, late: lapsed}}", next)
	case 2:
		g.line("    publish: {paper: list, days: 5, objection: {role: public, form: facts}, on: {quiet: %s, objected: refused}}", next)
	case 3:
		g.line("    collect: {rows: [item], role: institution, until: {end_of: month, days: 2}, most: 5, on: {sent: %s, reached: %s}}", next, next)
	case 4:
		join := rapid.SampledFrom([]string{"all", "any"}).Draw(g.t, "join")
		g.line("    together:\n      join: %s\n      branches:", join)
		for _, branch := range []string{"a", "b"} {
			task := name + branch
			g.forms[task], g.judges = []string{"done"}, append(g.judges, task)
			g.line("        %s: {title: 分支, to: %s, stages: {%s: {title: 环节, ask: {task: %s, role: clerk, form: %s, days: 3, on: {done: joined}}}}}", branch, task, task, task, task)
		}
		g.line("      on: {joined: %s}", next)
	case 5:
		g.decide(name, next)
	case 6, 7:
		g.open(name, next)
	default:
		g.ask(name, next, kind == 8)
	}
}

// decide has the rules decide; what fails or lacks something goes back to a person, or is refused.
func (g *generator) decide(name, next string) {
	g.rules = true
	g.line("    decide: gen.amount\n    on: {pass: %s, fail: %s, unknown: %s}", next, g.back("fail"), g.back("unknown"))
}

// back returns where a case goes that does not go on: to a person who acted before, or to its end.
func (g *generator) back(what string) string {
	return rapid.SampledFrom(append([]string{"refused"}, g.people...)).Draw(g.t, what)
}

// open opens sub-cases, and waits for all or any of them, or for none.
func (g *generator) open(name, next string) {
	each := ""
	if rapid.Bool().Draw(g.t, "each row") {
		each = ", each: item, most: 5"
	}
	switch join := rapid.SampledFrom([]string{"all", "any", "none"}).Draw(g.t, "awaits"); join {
	case "none":
		g.line("    open: {procedure: part%s, wait: none, on: {opened: %s}}", each, next)
	default:
		g.line("    open: {procedure: part%s, wait: %s, until: {days: 5}, on: {%s: %s, reached: %s}}", each, join, join, next, g.back("reached"))
	}
}

// payment writes the end of a procedure that pays: nothing is paid that was not decided and published, and nobody pays who checked.
func (g *generator) payment() {
	g.line("  settling:\n    title: 环节")
	g.decide("settling", "publishing")
	g.line("  publishing:\n    title: 环节\n    publish: {paper: list, days: 5, objection: {role: public, form: facts}, on: {quiet: paying, objected: %s}}", g.back("objected"))
	payers := make([]string, len(g.judges))
	for i, task := range g.judges {
		payers[i] = task + ".actor"
	}
	g.line("  paying:\n    title: 环节\n    pay: {amount: gen.amount.fen, fund: generated, role: finance, exclude: [%s], form: paying, days: 5, on: {paid: watched, bounced: account, duplicate: refused}}", strings.Join(payers, ", "))
	g.line("  account:\n    title: 环节\n    ask: {task: account, role: institution, form: account, days: 5, silence: {days: 2, to: lapsed}, on: {again: paying}}")
	g.line("  watched:\n    title: 环节\n    wait: {days: 3, on: {reached: closed}}")
	g.forms["paying"], g.forms["account"] = []string{"paid", "bounced"}, []string{"again"}
}

// ask writes a question, with a countersignature or not, that may lead back.
func (g *generator) ask(name, next string, countersigned bool) {
	task := name + "_task"
	g.forms[task] = []string{"go_on", "refuse"}
	on := "go_on: " + next + ", refuse: refused"
	if len(g.people) > 0 && rapid.Bool().Draw(g.t, "back") {
		g.forms[task] = append(g.forms[task], "back")
		on += ", back: " + rapid.SampledFrom(g.people).Draw(g.t, "to")
	}
	g.people, g.judges = append(g.people, name), append(g.judges, task)
	more := ""
	if rapid.Bool().Draw(g.t, "silence") {
		more = ", silence: {days: 2, to: lapsed}"
	}
	if countersigned {
		g.forms[task+"2"], g.judges = []string{"agree", "disagree"}, append(g.judges, task+"2")
		more += fmt.Sprintf(", countersign: {task: %s2, role: supervisor, form: %s2, exclude: [%s.actor], days: 3, disagree: %s}", task, task, task, name)
	}
	g.line("    ask: {task: %s, role: supervisor, exclude: [submitter], form: %s, days: 5%s, on: {%s}}", task, task, more, on)
}

func TestEveryWalkThroughAGeneratedProcedureEndsPaysOnceAndAsksNobodyExcluded(t *testing.T) {
	var decided, opened, paid, tried int
	rapid.Check(t, func(rt *rapid.T) {
		g := &generator{t: rt}
		files := g.procedure()
		p, problems := procedures.Load(t.Context(), files, procedures.Options{Library: lib(t)})
		for _, problem := range problems {
			// No scenarios are generated, and what no stage happens to use is a file too many.
			if !problem.Notice && !strings.HasPrefix(problem.Code, "cover.") {
				rt.Fatalf("%s\n%s", problem, files["procedure.yaml"].Data)
			}
		}
		rules, err := p.Evaluator(t.Context(), lib(t))
		require.NoError(rt, err)
		applied := map[string]any{"name": "名称"}
		if amount := rapid.IntRange(-1, 8).Draw(rt, "amount"); amount >= 0 {
			applied["amount"] = amount
		}
		w := walks(rt, p, rules, applied)
		decided, opened, paid, tried = decided+len(w.m.rulings), opened+w.left(procedures.VerbOpen), paid+len(w.m.paid), tried+w.tried
	})
	t.Logf("%d rule sets decided, %d stages with sub-cases were left, %d walks paid, %d excluded people tried to answer", decided, opened, paid, tried)
	require.Positive(t, decided)
	require.Positive(t, opened)
	require.Positive(t, paid)
}
