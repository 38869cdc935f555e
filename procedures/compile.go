package procedures

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tuoyu/nursery"
)

// declared is where a stage of the plan is declared: as a stage, in a branch or not, or as an end.
type declared struct {
	name   text
	title  text
	next   text
	do     []effectFile
	stage  *stageFile // nil for an end
	parent string     // the stage with the verb together whose branch it is in
	branch string
}

// builder compiles a procedure. Its maps serve the compilation only.
type builder struct {
	src      *source
	p        *Procedure
	out      *problems
	stages   map[string]int
	tasks    map[string]int
	ruleSets []string // that may be referred to
}

// compile compiles what was read. References to what does not exist are problems, and None in the plan.
func compile(ctx context.Context, src *source, options Options, out *problems) *Procedure {
	p := &Procedure{file: src.file, forms: src.forms, papers: src.papers, params: src.params, tests: src.tests, migrate: src.migrate, rego: src.rego}
	forms, papers := src.file.used()
	p.unused = src.unused(forms, papers)
	p.forms = slices.DeleteFunc(slices.Clone(p.forms), func(f *form) bool { return !slices.Contains(forms, f.name) })
	p.papers = slices.DeleteFunc(slices.Clone(p.papers), func(x *paper) bool { return !slices.Contains(papers, x.name) })
	slices.SortFunc(p.forms, func(a, b *form) int { return strings.Compare(a.name, b.name) })
	slices.SortFunc(p.papers, func(a, b *paper) int { return strings.Compare(a.name, b.name) })
	if p.rules = src.rules; p.rules == nil {
		p.rules = compileRules(src.rego, options.Library, out)
	}
	b := &builder{src: src, p: p, out: out, stages: map[string]int{}, tasks: map[string]int{}}
	b.ruleSets = p.rules.names()
	if options.RuleSets != nil && !src.file.From.d.IsZero() {
		b.ruleSets = append(b.ruleSets, options.RuleSets(src.file.From.d)...)
	}
	b.head()
	b.declare()
	b.tables()
	b.questions()
	for i := range p.Plan.Stages {
		b.stage(i)
	}
	b.interruptions()
	b.start()
	b.live()
	hash, err := p.Plan.hash()
	if err != nil {
		out.add("read.file", place{"procedure.yaml", 1, 1}, err.Error())
	}
	p.Hash = hash
	return p
}

func (b *builder) head() {
	f, plan := b.src.file, &b.p.Plan
	plan.Format, plan.Kind, plan.Prefix, plan.Period = PlanFormat, f.Procedure.s, f.Prefix.s, f.Period.s
	plan.Interpreter = max(1, f.Needs.Interpreter.n)
	for _, e := range f.Needs.Effects {
		plan.Acts = append(plan.Acts, Act{e.Name.s, e.Version.n})
	}
	slices.SortFunc(plan.Acts, func(x, y Act) int { return strings.Compare(x.Name, y.Name) })
	for _, f := range b.p.forms {
		plan.Forms = append(plan.Forms, Form{f.name, f.hash})
	}
	for _, p := range b.p.papers {
		plan.Papers = append(plan.Papers, PinnedPaper{p.name, hashBytes(p.raw)})
	}
	for _, name := range b.referredRuleSets() {
		if slices.Contains(b.ruleSets, name) {
			plan.RuleSets = append(plan.RuleSets, name)
		}
	}
}

// referredRuleSets returns the names of the rule sets that the flow uses, sorted.
func (b *builder) referredRuleSets() (list []string) {
	f := b.src.file
	list = append(list, f.Start.Precheck.s)
	visit := func(s *stageFile) {
		list = append(list, s.Decide.s)
		for _, e := range s.Do {
			list = append(list, e.Decide.s)
		}
		if s.Ask != nil && s.Ask.Offer != nil {
			list = append(list, s.Ask.Offer.Of.s)
		}
		if s.Pay != nil {
			list = append(list, amountSet(s.Pay.Amount.s))
		}
	}
	f.eachStage(visit)
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// amountSet returns the rule set of an amount such as rent.amount.fen.
func amountSet(amount string) string {
	set, ok := strings.CutSuffix(amount, ".fen")
	if !ok {
		return ""
	}
	return set
}

// declare assigns the indexes of stages.
func (b *builder) declare() {
	var list []declared
	add := func(d declared) {
		if d.name.s == "" {
			return
		}
		if slices.ContainsFunc(list, func(have declared) bool { return have.name.s == d.name.s }) || d.name.s == ResultJoined {
			b.out.add("shape.twice", d.name.at, d.name.s)
			return
		}
		list = append(list, d)
	}
	f := b.src.file
	for i := range f.Stages {
		s := &f.Stages[i]
		add(declared{name: s.Name, title: s.Title, next: s.Next, do: s.Do, stage: s})
		if s.Together == nil {
			continue
		}
		for _, branch := range s.Together.Branches {
			for k := range branch.Stages {
				in := &branch.Stages[k]
				if in.Together != nil {
					b.out.add("shape.nested", in.Together.At)
				}
				add(declared{name: in.Name, title: in.Title, next: in.Next, do: in.Do, stage: in, parent: s.Name.s, branch: branch.Name.s})
			}
		}
	}
	for i := range f.Ends {
		e := &f.Ends[i]
		add(declared{name: e.Name, title: e.Title, next: e.Next, do: e.Do})
	}
	slices.SortFunc(list, func(x, y declared) int { return strings.Compare(x.name.s, y.name.s) })
	b.p.stages = list
	for i, d := range list {
		b.stages[d.name.s] = i
		b.p.Plan.Stages = append(b.p.Plan.Stages, Stage{Name: d.name.s, Task: None, RuleSet: None})
	}
}

// tables compiles clocks, row sets and registers.
func (b *builder) tables() {
	f, plan := b.src.file, &b.p.Plan
	clocks := slices.SortedFunc(slices.Values(f.Clocks), func(x, y clockFile) int { return strings.Compare(x.Name.s, y.Name.s) })
	for _, c := range clocks {
		clock := Clock{Name: c.Name.s, Days: b.limit(c.Days, WorkingDays)}
		for _, in := range c.PauseIn {
			if i := b.stageIndex(in); i >= 0 {
				clock.PauseIn = append(clock.PauseIn, i)
			}
		}
		slices.Sort(clock.PauseIn)
		plan.Clocks = append(plan.Clocks, clock)
	}
	plan.Rows, plan.Registers = b.rowSets(f.Rows), b.rowSets(f.Registers)
}

func (b *builder) rowSets(files []rowsFile) (sets []RowSet) {
	files = slices.SortedFunc(slices.Values(files), func(x, y rowsFile) int { return strings.Compare(x.Name.s, y.Name.s) })
	have := namesOf(files, func(r rowsFile) string { return r.Name.s })
	for _, r := range files {
		set := RowSet{Name: r.Name.s, Form: b.form(r.Form), In: None, Key: names(r.Key), Sealed: r.Sealed.b, States: names(r.States), Most: cmp.Or(r.Most.n, 200)}
		if r.In.is() {
			if set.In = slices.Index(have, r.In.s); set.In < 0 {
				b.out.unknown("rows", r.In, have)
			}
		}
		sets = append(sets, set)
	}
	return sets
}

// form returns the index of a form, None for no name and, with a problem, for an unknown one.
func (b *builder) form(name text) int {
	if !name.is() {
		return None
	}
	i := slices.IndexFunc(b.p.forms, func(f *form) bool { return f.name == name.s })
	if i < 0 {
		b.out.unknown("form", name, namesOf(b.src.forms, func(f *form) string { return f.name }))
	}
	return i
}

func (b *builder) paper(name text) int {
	if !name.is() {
		return None
	}
	i := slices.IndexFunc(b.p.papers, func(p *paper) bool { return p.name == name.s })
	if i < 0 {
		b.out.unknown("paper", name, namesOf(b.src.papers, func(p *paper) string { return p.name }))
	}
	return i
}

func (b *builder) ruleSet(name text) int {
	if !name.is() {
		return None
	}
	i := slices.Index(b.p.Plan.RuleSets, name.s)
	if i < 0 {
		b.out.unknown("rules", name, b.ruleSets)
	}
	return i
}

func (b *builder) clock(name text) int {
	if !name.is() {
		return None
	}
	have := namesOf(b.p.Plan.Clocks, func(c Clock) string { return c.Name })
	i := slices.Index(have, name.s)
	if i < 0 {
		b.out.unknown("clock", name, have)
	}
	return i
}

func (b *builder) stageIndex(name text) int {
	if i, ok := b.stages[name.s]; ok {
		return i
	}
	if name.is() {
		b.out.unknown("stage", name, sortedKeys(b.stages))
	}
	return None
}

// target returns the index of a stage to which a result of a stage, or the start, leads. It may not lead into or out of a branch.
func (b *builder) target(from declared, to text) int {
	if to.s == ResultJoined && from.branch != "" {
		return Joined
	}
	i := b.stageIndex(to)
	if i < 0 {
		return None
	}
	if d := b.p.stages[i]; d.parent != from.parent || d.branch != from.branch {
		b.out.add("shape.jump", to.at, from.name.s, to.s)
		return None
	}
	return i
}

// The units of durations.
const (
	WorkingDays  = "工作日"
	CalendarDays = "日历日"
	Minutes      = "分钟"
	YesOrNo      = "是否" // of a choice
	count        = ""
)

// limit compiles a duration whose parameter must have the unit.
func (b *builder) limit(q quantity, unit string) Limit {
	if !q.param.is() {
		return Limit{N: q.n}
	}
	i := slices.IndexFunc(b.p.params, func(p *param) bool { return p.name == q.param.s })
	if i < 0 {
		b.out.unknown("param", q.param, namesOf(b.p.params, func(p *param) string { return p.name }))
		return Limit{Param: q.param.s}
	}
	leaf := b.p.params[i].leaf
	if unit != count && leaf.Unit.s != unit {
		b.out.add("time.unit", q.param.at, q.param.s, leaf.Unit.s, unit)
	}
	if unit != count && leaf.Value.at.is() && leaf.Value.value == nil {
		b.out.add("time.unset", q.param.at, q.param.s)
	}
	return Limit{Param: q.param.s}
}

// switched compiles a choice; nil if it is not made. Its parameter must hold true or false.
func (b *builder) switched(c choice) *Switch {
	if !c.at.is() {
		return nil
	}
	if !c.param.is() {
		return &Switch{On: c.b}
	}
	l := b.limit(quantity{at: c.at, param: c.param}, YesOrNo)
	if p := b.p.Parameter(l.Param); p.Name != "" && p.Value != nil {
		if _, ok := p.Value.(bool); !ok {
			b.out.add("time.unit", c.param.at, c.param.s, p.String(), "true 或者 false")
		}
	}
	return &Switch{Param: l.Param}
}

// limitOf is limit for a duration that may be missing.
func (b *builder) limitOf(q quantity, unit string) *Limit {
	if !q.is() {
		return nil
	}
	l := b.limit(q, unit)
	return &l
}

func namesOf[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = name(item)
	}
	return out
}

// role checks a role and returns it.
func (b *builder) role(t text) nursery.Role {
	if !t.is() {
		return ""
	}
	if _, ok := scopeOf(nursery.Role(t.s)); !ok {
		b.out.add("people.role", t.at, t.s, didYouMean(t.s, roleNames()))
		return ""
	}
	return nursery.Role(t.s)
}
