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
}

// procedure returns the files of a valid procedure.
func (g *generator) procedure() fstest.MapFS {
	n := rapid.IntRange(2, 6).Draw(g.t, "stages")
	g.forms = map[string][]string{}
	// The first stage makes every end reachable.
	g.forms["first"], g.people = []string{"go_on", "refuse"}, []string{"s0"}
	g.line("  s0:\n    title: 环节\n    ask: {task: first, role: supervisor, form: first, days: 5, silence: {days: 2, to: lapsed}, on: {go_on: s1, refuse: refused}}")
	for i := 1; i < n; i++ {
		next := fmt.Sprintf("s%d", i+1)
		if i == n-1 {
			next = "closed"
		}
		g.stage(fmt.Sprintf("s%d", i), next)
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
		"forms/facts.json": {Data: []byte(`{"title": "内容", "type": "object", "properties": {"name": {"title": "名称", "type": "string"}}}`)},
		"papers/list.html": {Data: []byte(`{{define "title"}}公示{{end}}{{define "body"}}<p>公示</p>{{end}}`)},
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
	switch kind := rapid.IntRange(0, 6).Draw(g.t, "verb of "+name); kind {
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
			g.forms[task] = []string{"done"}
			g.line("        %s: {title: 分支, to: %s, stages: {%s: {title: 环节, ask: {task: %s, role: clerk, form: %s, days: 3, on: {done: joined}}}}}", branch, task, task, task, task)
		}
		g.line("      on: {joined: %s}", next)
	default:
		g.ask(name, next, kind == 5)
	}
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
	g.people = append(g.people, name)
	more := ""
	if rapid.Bool().Draw(g.t, "silence") {
		more = ", silence: {days: 2, to: lapsed}"
	}
	if countersigned {
		g.forms[task+"2"] = []string{"agree", "disagree"}
		more += fmt.Sprintf(", countersign: {task: %s2, role: supervisor, form: %s2, exclude: [%s.actor], days: 3, disagree: %s}", task, task, task, name)
	}
	g.line("    ask: {task: %s, role: supervisor, exclude: [submitter], form: %s, days: 5%s, on: {%s}}", task, task, more, on)
}

func TestEveryWalkThroughAGeneratedProcedureEnds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := &generator{t: rt}
		files := g.procedure()
		p, problems := procedures.Load(t.Context(), files, procedures.Options{})
		for _, problem := range problems {
			// No scenarios are generated, and what no stage happens to use is a file too many.
			if !problem.Notice && !strings.HasPrefix(problem.Code, "cover.") {
				rt.Fatalf("%s\n%s", problem, files["procedure.yaml"].Data)
			}
		}
		rules, err := p.Evaluator(t.Context(), nil)
		require.NoError(rt, err)
		walks(rt, p, rules, map[string]any{"name": "名称"})
	})
}
