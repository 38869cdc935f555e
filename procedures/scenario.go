package procedures

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// walk follows a scenario through the plan without running it.
type walk struct {
	checker
	active  []int
	pending map[int]text // outcomes that wait for a countersignature, by stage
	covered map[string]bool
	offers  map[string]bool
}

// scenarios checks that the scenarios go ways that exist, and together all of them.
func (c checker) scenarios() {
	if len(c.p.tests) == 0 {
		c.out.add("cover.none", c.p.file.At)
		return
	}
	w := &walk{checker: c, covered: map[string]bool{}, offers: map[string]bool{}}
	for _, s := range c.p.tests {
		w.follow(s)
	}
	for i, s := range c.plan.Stages {
		for _, t := range s.On {
			if key := s.Name + "." + t.Result; t.To != None && !w.covered[key] {
				c.out.add("cover.transition", c.at(i), key)
			}
		}
		if s.Offer == nil || s.Task < 0 {
			continue
		}
		for _, o := range []struct {
			result string
			list   []string
		}{{ResultPass, s.Offer.Pass}, {ResultFail, s.Offer.Fail}, {ResultUnknown, s.Offer.Unknown}} {
			if task := c.plan.Tasks[s.Task].Name; !w.offers[offerKey(task, o.list)] {
				c.out.add("cover.offer", c.at(i), task, o.result, strings.Join(o.list, ", "))
			}
		}
	}
	for i, a := range c.plan.Anytime {
		if !w.covered["anytime."+a.Name] {
			c.out.add("cover.transition", c.p.file.Anytime[c.anytimeFile(i)].Name.at, "anytime."+a.Name)
		}
	}
}

func (c checker) anytimeFile(i int) int {
	return slices.IndexFunc(c.p.file.Anytime, func(f anytimeFile) bool { return f.Name.s == c.plan.Anytime[i].Name })
}

func offerKey(task string, list []string) string {
	return task + ":" + strings.Join(slices.Sorted(slices.Values(list)), ",")
}

func (w *walk) follow(s *scenarioFile) {
	w.active, w.pending = nil, map[int]text{}
	for _, set := range s.Params {
		if w.p.Parameter(set.Name.s).Name == "" {
			w.out.unknown("param", set.Name, namesOf(w.p.params, func(p *param) string { return p.name }))
		}
	}
	if w.plan.Start.Facts >= 0 && s.Facts.at.is() {
		w.valid(w.p.forms[w.plan.Start.Facts], s.Facts)
	}
	w.enter(w.plan.Start.To)
	for i := range s.Steps {
		step := &s.Steps[i]
		if step.Expect != nil {
			w.expect(step.Expect)
		}
		if step.Answer != nil {
			w.answer(step.Answer)
		}
		if step.Anytime != nil {
			w.interrupt(step.Anytime.Name)
		}
		if step.Event.is() {
			w.event(step.Event)
		}
		if step.Rows != nil {
			w.write(step.Rows)
		}
		for _, g := range step.Goes {
			if at, ok := w.find(g.Name); ok {
				w.move(at, g.To)
			}
		}
	}
}

// enter adds a stage to the active ones, with the first stages of its branches.
func (w *walk) enter(i int) {
	if i < 0 {
		return
	}
	w.active = append(w.active, i)
	if t := w.plan.Stages[i].Together; t != nil {
		for _, slot := range t.Branches {
			w.enter(slot.To)
		}
	}
}

func (w *walk) leave(i int) {
	w.active = slices.DeleteFunc(w.active, func(j int) bool { return i == j })
}

// find returns the active stage of a name, or records that the case is elsewhere.
func (w *walk) find(name text) (int, bool) {
	i := w.index(name.s)
	switch {
	case i < 0:
		w.out.unknown("stage", name, w.stageNames())
	case !slices.Contains(w.active, i):
		w.out.add("cover.walk", name.at, fmt.Sprintf("这时不在“%s”，而在“%s”", name.s, w.where()))
	default:
		return i, true
	}
	return None, false
}

func (w *walk) where() string {
	var list []string
	for _, i := range w.active {
		list = append(list, w.name(i))
	}
	return strings.Join(list, "、")
}

func (c checker) stageNames() (list []string) {
	for _, s := range c.plan.Stages {
		list = append(list, s.Name)
	}
	return list
}

// move takes the transition of a result.
func (w *walk) move(i int, result text) {
	s := w.plan.Stages[i]
	k := slices.IndexFunc(s.On, func(t Transition) bool { return t.Result == result.s })
	if k < 0 {
		var have []string
		for _, t := range s.On {
			have = append(have, s.Name+"."+t.Result)
		}
		w.out.unknown("result", text{result.at, s.Name + "." + result.s}, have)
		return
	}
	w.covered[s.Name+"."+result.s] = true
	w.leave(i)
	if s.Together != nil {
		w.active = slices.DeleteFunc(w.active, func(j int) bool { b := w.plan.Stages[j].Branch; return b != nil && b.Of == i })
	}
	if s.On[k].To != Joined {
		w.enter(s.On[k].To)
		return
	}
	of := s.Branch.Of
	inside := slices.ContainsFunc(w.active, func(j int) bool { b := w.plan.Stages[j].Branch; return b != nil && b.Of == of })
	if !inside || w.plan.Stages[of].Together.Join == "any" {
		w.move(of, text{result.at, ResultJoined})
	}
}

func (w *walk) answer(a *answerFile) {
	k := slices.IndexFunc(w.plan.Tasks, func(t Task) bool { return t.Name == a.Task.s })
	if k < 0 {
		w.out.unknown("task", a.Task, w.taskNames())
		return
	}
	at, ok := w.find(text{a.Task.at, w.name(w.stage[k])})
	if !ok {
		return
	}
	task := w.plan.Tasks[k]
	o := slices.Index(task.Outcomes, a.Outcome.s)
	if o < 0 {
		w.out.unknown("outcome", a.Outcome, task.Outcomes)
		return
	}
	if task.Form >= 0 && a.Form.at.is() {
		w.valid(w.p.forms[task.Form], a.Form)
	}
	given, _ := a.Form.value.(map[string]any)
	for _, name := range w.p.questions[k].outcomes[o].required {
		if given[name] == nil {
			w.out.add("cover.facts", a.At, a.Task.s, "“"+a.Outcome.s+"”必须填 "+name)
		}
	}
	first, waits := w.pending[at]
	switch {
	case task.Countersign >= 0:
		w.pending[at] = a.Outcome
	case waits && w.plan.Stages[at].Task != k:
		if delete(w.pending, at); a.Outcome.s == ResultDisagree {
			first = a.Outcome
		}
		w.move(at, first)
	default:
		w.move(at, a.Outcome)
	}
}

func (c checker) taskNames() (list []string) {
	for _, t := range c.plan.Tasks {
		list = append(list, t.Name)
	}
	return list
}

func (w *walk) interrupt(name text) {
	var have []string
	for _, a := range w.plan.Anytime {
		have = append(have, a.Name)
		if a.Name != name.s {
			continue
		}
		if !slices.ContainsFunc(w.active, func(i int) bool { return slices.Contains(a.In, i) }) {
			w.out.add("cover.walk", name.at, fmt.Sprintf("在“%s”不能做“%s”", w.where(), name.s))
			return
		}
		w.covered["anytime."+a.Name] = true
		w.active = nil
		w.enter(a.To)
		return
	}
	w.out.unknown("result", text{name.at, "anytime." + name.s}, have)
}

func (w *walk) event(event text) {
	for _, a := range w.plan.Anytime {
		if a.Event == event.s && slices.ContainsFunc(w.active, func(i int) bool { return slices.Contains(a.In, i) }) {
			w.interrupt(text{event.at, a.Name})
			return
		}
	}
	for _, i := range w.active {
		if s := w.plan.Stages[i]; s.Wait != nil && s.Wait.Event == event.s {
			w.move(i, text{event.at, ResultEvent})
			return
		}
	}
	if w.plan.Start.Event != event.s {
		w.out.add("cover.walk", event.at, fmt.Sprintf("在“%s”不等事件“%s”", w.where(), event.s))
	}
}

// write checks rows, and moves on from a publicity to which they object.
func (w *walk) write(r *rowsStep) {
	list, _ := r.Write.value.([]any)
	if r.Set.s == "objection" {
		for _, i := range w.active {
			if p := w.plan.Stages[i].Publish; p != nil {
				w.validEach(p.Objection, r, list)
				w.move(i, text{r.At, ResultObjected})
				return
			}
		}
	}
	sets := slices.Concat(w.plan.Rows, w.plan.Registers)
	k := slices.IndexFunc(sets, func(s RowSet) bool { return s.Name == r.Set.s })
	if k < 0 {
		var have []string
		for _, s := range sets {
			have = append(have, s.Name)
		}
		w.out.unknown("rows", r.Set, have)
		return
	}
	w.validEach(sets[k].Form, r, list)
}

func (w *walk) validEach(form int, r *rowsStep, list []any) {
	for _, row := range list {
		if form >= 0 {
			w.valid(w.p.forms[form], anything{r.Write.at, row})
		}
	}
}

// valid checks what a scenario fills in against the form.
func (w *walk) valid(f *form, filled anything) {
	raw, err := json.Marshal(filled.value)
	if err != nil {
		w.out.add("cover.facts", filled.at, f.name, err.Error())
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err == nil {
		err = f.schema.Validate(value)
	}
	var invalid *jsonschema.ValidationError
	switch {
	case errors.As(err, &invalid):
		for len(invalid.Causes) > 0 {
			invalid = invalid.Causes[0]
		}
		w.out.add("cover.facts", filled.at, f.name, "/"+strings.Join(invalid.InstanceLocation, "/")+" "+invalid.Error())
	case err != nil:
		w.out.add("cover.facts", filled.at, f.name, err.Error())
	}
}

func (w *walk) expect(e *expectFile) {
	if e.Stage.is() {
		w.find(e.Stage)
	}
	if e.Task.is() {
		k := slices.IndexFunc(w.plan.Tasks, func(t Task) bool { return t.Name == e.Task.s })
		if k < 0 {
			w.out.unknown("task", e.Task, w.taskNames())
			return
		}
		w.find(text{e.Task.at, w.name(w.stage[k])})
		w.offers[offerKey(e.Task.s, names(e.Offer))] = true
	}
	if e.Paper.is() && !slices.ContainsFunc(w.plan.Papers, func(p PinnedPaper) bool { return p.Name == e.Paper.s }) {
		var have []string
		for _, p := range w.plan.Papers {
			have = append(have, p.Name)
		}
		w.out.unknown("paper", e.Paper, have)
	}
	for _, s := range e.Clocks {
		if !slices.ContainsFunc(w.plan.Clocks, func(c Clock) bool { return c.Name == s.Name.s }) {
			w.out.unknown("clock", s.Name, nil)
		}
	}
	for _, s := range e.Indicators {
		if !slices.ContainsFunc(w.p.Live.Indicators, func(i Indicator) bool { return i.Name == s.Name.s }) {
			w.out.unknown("indicator", s.Name, nil)
		}
	}
}
