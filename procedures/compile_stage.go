package procedures

import (
	"cmp"
	"slices"
	"strings"

	"tuoyu/nursery"
)

// verbs returns the verbs that a stage is written with.
func (s *stageFile) verbs() (list []Verb) {
	for _, v := range []struct {
		verb Verb
		set  bool
	}{
		{VerbAsk, s.Ask != nil}, {VerbDecide, s.Decide.is()}, {VerbCollect, s.Collect != nil}, {VerbPublish, s.Publish != nil},
		{VerbPay, s.Pay != nil}, {VerbOpen, s.Open != nil}, {VerbWait, s.Wait != nil}, {VerbTogether, s.Together != nil},
	} {
		if v.set {
			list = append(list, v.verb)
		}
	}
	return list
}

// stage compiles the stage of an index.
func (b *builder) stage(i int) {
	d, s := b.p.stages[i], &b.p.Plan.Stages[i]
	s.Do = b.effects(d.do)
	if d.stage == nil {
		s.Verb = VerbEnd
		return
	}
	if d.branch != "" {
		of := b.stages[d.parent]
		s.Branch = &Branch{Of: of, Slot: slices.Index(branchNames(b.p.stages[of].stage.Together), d.branch)}
	}
	f := d.stage
	verbs := f.verbs()
	if len(verbs) != 1 {
		b.out.add("shape.verb", f.At.or(d.name.at), d.name.s, len(verbs))
	}
	if f.Decide.s == "" && len(f.On)+len(f.Routes) > 0 {
		b.out.add("shape.on", slices.Concat(f.On, f.Routes)[0].Name.at, d.name.s)
	}
	if len(verbs) == 0 {
		return
	}
	s.Verb = verbs[0]
	switch s.Verb {
	case VerbAsk:
		b.ask(d, s)
	case VerbDecide:
		s.RuleSet = b.ruleSet(f.Decide)
		b.transitions(d, s, f.On, []string{ResultPass, ResultFail, ResultUnknown}, nil)
		for _, route := range f.Routes {
			s.On = append(s.On, Transition{routePrefix + route.Name.s, b.target(d, route.To)})
		}
	case VerbCollect:
		c := f.Collect
		s.Collect = &Collect{Role: b.role(c.Role), Until: b.moment(c.Until), Enough: b.limitOf(c.Enough, count), Most: cmp.Or(c.Most.n, 200)}
		for _, r := range c.Rows {
			s.Collect.Rows = append(s.Collect.Rows, b.rows(r))
		}
		slices.Sort(s.Collect.Rows)
		b.transitions(d, s, c.On, []string{ResultSent, ResultReached}, nil)
	case VerbPublish:
		p := f.Publish
		s.Publish = &Publish{
			Paper: b.paper(p.Paper), Days: b.limit(p.Days, WorkingDays), Calendar: b.limitOf(p.Calendar, CalendarDays), FirstDay: b.switched(p.FirstDay),
			Hide: sortedNames(p.Hide), Objection: None,
		}
		if !p.Days.is() && !p.Calendar.is() {
			b.out.add("time.publicity", p.At.or(d.name.at), d.name.s)
		}
		if p.Objection != nil {
			s.Publish.Objection, s.Publish.Role = b.form(p.Objection.Form), b.role(p.Objection.Role)
		}
		b.transitions(d, s, p.On, []string{ResultQuiet, ResultObjected}, nil)
	case VerbPay:
		b.pay(d, s)
	case VerbOpen:
		b.open(d, s)
	case VerbWait:
		b.wait(d, s)
	case VerbTogether:
		b.together(d, s)
	}
	slices.SortFunc(s.On, func(x, y Transition) int { return strings.Compare(x.Result, y.Result) })
}

func sortedNames(list []text) []string {
	sorted := names(list)
	slices.Sort(sorted)
	return sorted
}

func branchNames(t *togetherFile) (list []string) {
	for _, branch := range t.Branches {
		list = append(list, branch.Name.s)
	}
	slices.Sort(list)
	return list
}

// transitions compiles on. The results owed must be answered; those allowed may be.
func (b *builder) transitions(d declared, s *Stage, on []target, owed, allowed []string) {
	var answered []string
	for _, t := range on {
		answered = append(answered, t.Name.s)
		if !slices.Contains(owed, t.Name.s) && !slices.Contains(allowed, t.Name.s) {
			b.out.add("shape.extra", t.Name.at, d.name.s, t.Name.s, didYouMean(t.Name.s, append(slices.Clone(owed), allowed...)))
			continue
		}
		s.On = append(s.On, Transition{t.Name.s, b.target(d, t.To)})
	}
	for _, result := range owed {
		if !slices.Contains(answered, result) {
			b.out.add("shape.owed", d.name.at, d.name.s, result)
		}
	}
}

func (b *builder) ask(d declared, s *Stage) {
	a := d.stage.Ask
	s.Task = b.taskIndex(a.Task.s)
	for _, t := range a.On {
		s.On = append(s.On, Transition{t.Name.s, b.target(d, t.To)})
	}
	if a.Silence != nil {
		s.On = append(s.On, Transition{ResultSilence, b.target(d, a.Silence.To)})
	}
	if a.Countersign != nil {
		s.On = append(s.On, Transition{ResultDisagree, b.target(d, a.Countersign.Disagree)})
	}
	if a.Offer == nil {
		return
	}
	of := a.Offer.Of
	for _, e := range d.do {
		if !a.Offer.Of.is() && e.Decide.is() {
			of = e.Decide
		}
	}
	if !of.is() {
		b.out.add("read.missing", a.Offer.At, "of", "按哪个规则集的裁定")
	}
	s.Offer = &Offer{RuleSet: b.ruleSet(of), Pass: sortedNames(a.Offer.Pass), Fail: sortedNames(a.Offer.Fail), Unknown: sortedNames(a.Offer.Unknown)}
	offered := slices.Concat(a.Offer.Pass, a.Offer.Fail, a.Offer.Unknown)
	for _, o := range offered {
		if !slices.ContainsFunc(a.On, func(t target) bool { return t.Name.s == o.s }) {
			b.out.add("shape.offer", o.at, a.Task.s, o.s, " offer ")
		}
	}
	for _, t := range a.On {
		if !slices.ContainsFunc(offered, func(o text) bool { return o.s == t.Name.s }) {
			b.out.add("shape.offer", t.Name.at, a.Task.s, t.Name.s, " on ")
		}
	}
}

func (b *builder) pay(d declared, s *Stage) {
	p := d.stage.Pay
	s.Task, s.Fund = b.taskIndex(d.name.s), p.Fund.s
	set := amountSet(p.Amount.s)
	s.RuleSet = slices.Index(b.p.Plan.RuleSets, set)
	own := b.p.rules.set(set)
	if set == "" || s.RuleSet < 0 || own != nil && !slices.Contains(own.exports, "fen") {
		b.out.add("law.amount", p.Amount.at.or(d.name.at), p.Amount.s)
	}
	b.transitions(d, s, p.On, []string{ResultPaid, ResultBounced, ResultDuplicate}, nil)
}

func (b *builder) open(d declared, s *Stage) {
	o := d.stage.Open
	s.Open = &Open{Kind: o.Procedure.s, Each: o.Each.s, Join: o.Wait.s, Until: b.momentOf(o.Until), Most: cmp.Or(o.Most.n, 400)}
	if o.Each.is() && o.Each.s != "institution" && o.Each.s != "county" {
		b.rows(o.Each)
	}
	if o.Each.s == "" {
		s.Open.Most = 1
	}
	switch o.Wait.s {
	case "none":
		b.transitions(d, s, o.On, []string{ResultOpened}, nil)
		return
	case "any":
		b.transitions(d, s, o.On, []string{ResultAny, ResultReached}, nil)
	default:
		b.transitions(d, s, o.On, []string{ResultAll, ResultReached}, nil)
	}
	if s.Open.Until == nil {
		b.out.add("time.wait", o.At, d.name.s)
	}
}

func (b *builder) wait(d declared, s *Stage) {
	w := d.stage.Wait
	s.Wait = &Wait{Until: b.momentOf(w.Until), Days: b.limitOf(w.Days, WorkingDays), Event: w.Event.s}
	limited := s.Wait.Until != nil || s.Wait.Days != nil
	switch {
	case w.Event.is() && limited:
		b.transitions(d, s, w.On, []string{ResultEvent, ResultLate}, nil)
	case w.Event.is():
		b.transitions(d, s, w.On, []string{ResultEvent}, nil)
		if !w.NoLimit.is() {
			b.out.add("time.wait", w.At, d.name.s)
		}
	default:
		b.transitions(d, s, w.On, []string{ResultReached}, nil)
		if !limited {
			b.out.add("time.wait", w.At, d.name.s)
		}
	}
}

func (b *builder) together(d declared, s *Stage) {
	t := d.stage.Together
	s.Together = &Together{Join: t.Join.s}
	for _, branch := range t.Branches {
		inside := declared{name: branch.Name, parent: d.name.s, branch: branch.Name.s}
		s.Together.Branches = append(s.Together.Branches, Slot{branch.Name.s, b.target(inside, branch.To)})
	}
	slices.SortFunc(s.Together.Branches, func(x, y Slot) int { return strings.Compare(x.Name, y.Name) })
	b.transitions(d, s, t.On, []string{ResultJoined}, nil)
}

func (b *builder) moment(m momentFile) Moment {
	if m.At.is() && !m.Path.is() && !m.EndOf.is() && !m.Days.is() {
		b.out.add("read.missing", m.At, "end_of", "哪个周期结束，或者写 days")
	}
	return Moment{Path: m.Path.s, EndOf: m.EndOf.s, Days: b.limitOf(m.Days, WorkingDays)}
}

func (b *builder) momentOf(m momentFile) *Moment {
	if !m.At.is() {
		return nil
	}
	moment := b.moment(m)
	return &moment
}

// rows returns the index of a row set of the case.
func (b *builder) rows(name text) int {
	var have []string
	for _, r := range b.p.Plan.Rows {
		have = append(have, r.Name)
	}
	i := slices.Index(have, name.s)
	if i < 0 {
		b.out.unknown("rows", name, have)
	}
	return i
}

func (b *builder) effects(list []effectFile) (effects []Effect) {
	for _, f := range list {
		e := Effect{Clock: b.clock(f.Clock), Turn: f.Turn.s, Tell: f.Tell.s, Paper: b.paper(f.Paper), RuleSet: b.ruleSet(f.Decide), Act: None, Emit: f.Emit.s}
		kinds := 0
		for _, set := range []bool{f.Clock.is(), f.Tell.is(), f.Decide.is(), f.Effect.is(), f.Emit.is(), f.Paper.is() && !f.Tell.is()} {
			if set {
				kinds++
			}
		}
		if kinds != 1 {
			b.out.add("shape.effect", f.At)
		}
		if f.Clock.is() != f.Turn.is() {
			b.out.add("shape.turn", f.At)
		}
		if f.Effect.is() {
			e.Act = slices.IndexFunc(b.p.Plan.Acts, func(a Act) bool { return a.Name == f.Effect.s })
			if e.Act < 0 {
				var have []string
				for _, a := range b.p.Plan.Acts {
					have = append(have, a.Name)
				}
				b.out.unknown("effect", f.Effect, have)
			}
		}
		effects = append(effects, e)
	}
	return effects
}

func (b *builder) interruptions() {
	list := slices.SortedFunc(slices.Values(b.src.file.Anytime), func(x, y anytimeFile) int { return strings.Compare(x.Name.s, y.Name.s) })
	for _, a := range list {
		act := Interruption{Name: a.Name.s, Role: b.role(a.Role), Event: a.Event.s, Form: b.form(a.Form), To: b.target(declared{name: a.Name}, a.To)}
		if !a.Role.is() && !a.Event.is() {
			b.out.add("people.anytime", a.At, a.Name.s)
		}
		for _, in := range a.In {
			if i := b.stageIndex(in); i >= 0 {
				act.In = append(act.In, i)
			}
		}
		slices.Sort(act.In)
		b.p.Plan.Anytime = append(b.p.Plan.Anytime, act)
	}
}

func (b *builder) start() {
	f := b.src.file.Start
	s := Start{
		By: sortedNames(f.By), Role: b.role(f.Role), Facts: b.form(f.Facts), Subject: cmp.Or(f.Subject.s, string(nursery.RoleInstitution)),
		OneOpen: sortedNames(f.OneOpen), Precheck: b.ruleSet(f.Precheck), Event: f.Event.s, To: b.target(declared{name: text{s: "start"}}, f.To),
	}
	if f.Fold != nil {
		s.Fold = b.limitOf(f.Fold.Minutes, Minutes)
	}
	if f.Schedule != nil {
		s.Every, s.Each = f.Schedule.Every.s, f.Schedule.Each.s
	}
	b.p.Plan.Start = s
	for _, by := range f.By {
		switch {
		case (by.s == "page" || by.s == "api") && !f.Role.is():
			b.out.add("people.starter", by.at)
		case by.s == "event" && !f.Event.is(), by.s == "schedule" && f.Schedule == nil:
			b.out.add("people.start", by.at, by.s, by.s)
		}
	}
}
