package procedures

import (
	"slices"

	"tuoyu/nursery"
)

// checker checks a compiled procedure.
type checker struct {
	p     *Procedure
	plan  *Plan
	g     graph
	stage []int // of each task
	out   *problems
}

// check does the checks that can be done without running the procedure.
func check(p *Procedure, out *problems) {
	c := checker{p: p, plan: &p.Plan, g: newGraph(&p.Plan), out: out}
	for _, q := range p.questions {
		c.stage = append(c.stage, slices.IndexFunc(p.stages, func(d declared) bool { return d.name.s == q.stage }))
	}
	c.flow()
	c.loops()
	c.clocks()
	c.people()
	c.money()
	c.data()
	c.history()
	c.needs()
	c.migration()
	c.unused()
	c.scenarios()
}

// needs checks that this version of the program can run the procedure.
func (c checker) needs() {
	if n := c.p.file.Needs.Interpreter; n.n > InterpreterVersion {
		c.out.add("needs.interpreter", n.at, InterpreterVersion, n.n)
	}
}

// migration checks that a move of running cases is described.
func (c checker) migration() {
	if c.p.migrate == nil {
		if t := c.p.file.Running; t.s == "map" {
			c.out.add("change.map", t.at, "没有 migrate.yaml")
		}
		return
	}
	for _, m := range c.p.migrate.Stages {
		if c.index(m.To.s) < 0 {
			c.out.unknown("stage", m.To, c.stageNames())
		}
	}
}

func (c checker) at(i int) place { return c.p.stages[i].name.at }

func (c checker) name(i int) string { return c.plan.Stages[i].Name }

// flow checks that every stage is reached from the start and can reach an end.
func (c checker) flow() {
	start := c.plan.Start.To
	if start < 0 {
		return
	}
	reached := c.g.reach(start, all)
	for i := range c.plan.Stages {
		if !reached[i] {
			c.out.add("shape.unreachable", c.at(i), c.name(i))
			continue
		}
		ends := c.g.reach(i, all)
		if !slices.ContainsFunc(c.plan.Stages, func(s Stage) bool { return s.Verb == VerbEnd && ends[c.index(s.Name)] }) {
			c.out.add("shape.no_end", c.at(i), c.name(i))
		}
	}
}

func (c checker) index(name string) int {
	return slices.IndexFunc(c.plan.Stages, func(s Stage) bool { return s.Name == name })
}

// loops checks that a person or time is in each loop, and that somebody can end it.
func (c checker) loops() {
	decides := func(i int) bool { return c.plan.Stages[i].Verb == VerbDecide }
	automatic := func(e edge) bool { return flow(e) && decides(e.from) && decides(e.to) }
	for _, component := range c.g.components(automatic) {
		if c.g.cyclic(component, automatic) {
			c.out.add("shape.decide_loop", c.at(component[0]), c.name(component[0]))
		}
	}
	for _, component := range c.g.components(flow) {
		if !c.g.cyclic(component, flow) {
			continue
		}
		ended := false
		for _, i := range component {
			for _, e := range c.g.from[i] {
				leaves := !slices.Contains(component, e.to)
				ended = ended || leaves && c.endable(i, e)
			}
		}
		if first := c.firstOf(component); !ended {
			c.out.add("shape.endless", c.at(first), c.name(first))
		}
	}
}

// firstOf returns the stage of a component that comes first in the file.
func (c checker) firstOf(component []int) int {
	return slices.MinFunc(component, func(x, y int) int { return c.at(x).line - c.at(y).line })
}

// endable reports whether the edge is taken by a person or by time, and not by the rules or by an event alone.
func (c checker) endable(i int, e edge) bool {
	if e.anytime != None {
		return c.plan.Anytime[e.anytime].Role != ""
	}
	return c.plan.Stages[i].Verb != VerbDecide && e.result != ResultEvent && e.result != "branch"
}

// turns reports whether a stage turns a clock on entry.
func (c checker) turns(i, clock int, turn string) bool {
	return slices.ContainsFunc(c.plan.Stages[i].Do, func(e Effect) bool { return e.Clock == clock && e.Turn == turn })
}

// clocks checks that clocks are started, stopped, and paused only while the applicant has to act.
func (c checker) clocks() {
	for k, clock := range c.plan.Clocks {
		at := c.clockAt(clock.Name)
		starts := func(i int) bool { return c.turns(i, k, "start") }
		if !slices.ContainsFunc(c.plan.Stages, func(s Stage) bool { return starts(c.index(s.Name)) }) {
			c.out.add("time.started", at, clock.Name)
			continue
		}
		if !slices.ContainsFunc(c.plan.Stages, func(s Stage) bool { return c.turns(c.index(s.Name), k, "stop") }) {
			c.out.add("time.stopped", at, clock.Name)
		}
		for _, i := range clock.PauseIn {
			if s := c.plan.Stages[i]; s.Verb != VerbAsk || s.Task < 0 || !c.applicant(c.plan.Tasks[s.Task].Role) {
				c.out.add("time.pause", c.pauseAt(clock.Name, c.name(i)), clock.Name, c.name(i))
			}
		}
		if c.plan.Start.To < 0 {
			continue
		}
		unstarted := c.g.reach(c.plan.Start.To, without(starts))
		for i, s := range c.plan.Stages {
			uses := s.Task >= 0 && c.plan.Tasks[s.Task].Clock == k
			if uses && unstarted[i] && !starts(i) && !starts(c.plan.Start.To) {
				c.out.add("time.running", c.at(i), c.name(i), clock.Name)
			}
		}
	}
}

func (c checker) clockAt(name string) place {
	for _, f := range c.p.file.Clocks {
		if f.Name.s == name {
			return f.Name.at
		}
	}
	return c.p.file.At
}

func (c checker) pauseAt(clock, stage string) place {
	for _, f := range c.p.file.Clocks {
		for _, in := range f.PauseIn {
			if f.Name.s == clock && in.s == stage {
				return in.at
			}
		}
	}
	return c.p.file.At
}

// applicant reports whether the role is on the side of the applicant.
func (c checker) applicant(r nursery.Role) bool { return r == c.plan.Start.Role || !office(r) }

// people checks that those excluded acted earlier, and that who checked never pays.
func (c checker) people() {
	for i, q := range c.p.questions {
		for _, t := range slices.Concat(q.exclude, q.only) {
			j := c.taskOf(t.s)
			if j < 0 || c.plan.Tasks[j].Countersign == i || c.stage[j] < 0 || c.stage[i] < 0 {
				continue
			}
			if !c.follows(c.stage[j], c.stage[i]) {
				c.out.add("people.earlier", t.at, t.s, q.name.s)
			}
		}
	}
	for i, s := range c.plan.Stages {
		if s.Verb != VerbPay || s.Task < 0 {
			continue
		}
		for j, t := range c.plan.Tasks {
			if j == s.Task || !office(t.Role) || c.stage[j] < 0 || c.plan.Stages[c.stage[j]].Verb != VerbAsk || !c.follows(c.stage[j], i) {
				continue
			}
			if !slices.Contains(c.plan.Tasks[s.Task].Exclude, j) {
				c.out.add("people.payer", c.at(i), c.name(i), t.Name)
			}
		}
	}
}

// taskOf returns the index of the task of an actor such as county_check.actor, or None.
func (c checker) taskOf(actor string) int {
	return slices.IndexFunc(c.plan.Tasks, func(t Task) bool { return t.Name+".actor" == actor })
}

// follows reports whether a stage can come after another one.
func (c checker) follows(first, then int) bool {
	for _, e := range c.g.from[first] {
		if c.g.reach(e.to, all)[then] {
			return true
		}
	}
	return false
}

// money checks that publicity precedes payment, that the amount was decided, and that a case pays once.
func (c checker) money() {
	start := c.plan.Start.To
	if start < 0 {
		return
	}
	published := func(i int) bool { return c.plan.Stages[i].Verb == VerbPublish }
	for i, s := range c.plan.Stages {
		if s.Verb != VerbPay {
			continue
		}
		if c.g.reach(start, without(published))[i] && !published(start) {
			c.out.add("law.publish", c.at(i), c.name(i))
		}
		decided := func(j int) bool { return s.RuleSet >= 0 && c.decides(j, s.RuleSet) }
		if s.RuleSet >= 0 && !decided(start) && !decided(i) && c.g.reach(start, without(decided))[i] {
			c.out.add("law.decided", c.at(i), c.plan.RuleSets[s.RuleSet], c.name(i))
		}
		for _, t := range s.On {
			if t.Result != ResultPaid || t.To < 0 {
				continue
			}
			after := c.g.reach(t.To, all)
			for j, other := range c.plan.Stages {
				if other.Verb == VerbPay && after[j] {
					c.out.add("law.pay_once", c.at(i), c.name(i), c.name(j))
				}
			}
		}
	}
}

// decides reports whether a stage has a rule set decide.
func (c checker) decides(i, set int) bool {
	s := c.plan.Stages[i]
	return s.Verb == VerbDecide && s.RuleSet == set || slices.ContainsFunc(s.Do, func(e Effect) bool { return e.RuleSet == set })
}

// The bounds of the history of a case.
const (
	maxEvents  = 2000
	maxUpdates = 1500
)

// cost returns how many events and Updates a stage may add to the history each time it is entered.
func (c checker) cost(s Stage) (events, updates int) {
	events = 4 * len(s.Do)
	switch s.Verb {
	case VerbAsk, VerbPay:
		events, updates = events+14, 1
		if s.Task >= 0 && c.plan.Tasks[s.Task].Countersign >= 0 {
			events, updates = events+14, 2
		}
	case VerbCollect:
		events, updates = events+8+6*s.Collect.Most, s.Collect.Most
	case VerbOpen:
		events += 10
		if s.Open.Join != "none" {
			events += 4 * s.Open.Most
		}
	case VerbPublish:
		events += 16
	case VerbTogether:
		events += 4 * len(s.Together.Branches)
	case VerbWait, VerbDecide, VerbEnd:
		events += 6
	}
	return events, updates
}

// history checks that the longest way and one more turn of each loop stay below the bounds. Stages of a loop count twice; the
// longest way is that through the graph of loops, which has none.
func (c checker) history() {
	if c.plan.Period != "" || c.plan.Start.To < 0 {
		return
	}
	components := c.g.components(all)
	events, updates := make([]int, len(components)), make([]int, len(components))
	of := make([]int, len(c.plan.Stages))
	for k, component := range components { // those that it leads to come before it
		turns := 1
		if c.g.cyclic(component, all) {
			turns = 2
		}
		for _, i := range component {
			of[i] = k
		}
		var onE, onU int
		for _, i := range component {
			e, u := c.cost(c.plan.Stages[i])
			events[k], updates[k] = events[k]+turns*e, updates[k]+turns*u
			for _, next := range c.g.from[i] {
				if of[next.to] != k {
					onE, onU = max(onE, events[of[next.to]]), max(onU, updates[of[next.to]])
				}
			}
		}
		events[k], updates[k] = events[k]+onE, updates[k]+onU
	}
	if k := of[c.plan.Start.To]; events[k] > maxEvents || updates[k] > maxUpdates {
		c.out.add("history.bound", c.p.file.Start.To.at, events[k], updates[k])
	}
}
