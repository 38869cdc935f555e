package scenarios

import (
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
	"pgregory.net/rapid"

	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/workflows/humantask"
	"tuoyu/workflows/procedure"
)

// wandering is the number of choices of a walk that are left to chance; those after it take the shortest way to an end.
const wandering = 60

// walker takes a case on a way that chance decides.
type walker struct {
	player
	chance   *rand.Rand
	distance []int // of each stage from an end
	steps    int
	events   int // of the history, about
	runs     int
	tried    int // answers of people who are excluded
	wrong    []string
}

func (w *walker) choose(n int) int {
	w.steps++
	return w.chance.IntN(n)
}

func (w *walker) walk(t *rapid.T) {
	in := procedure.Input{CaseNo: caseNo, County: county, Hash: w.m.p.Hash, SubmittedBy: applicant}
	for now := w.m.received.In(nursery.Shanghai).Add(10 * time.Hour); ; now = w.env.Now() {
		w.env = newEnvironment(w.m, now)
		w.env.SetOnLocalActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) { w.events++ })
		w.env.RegisterDelayedCallback(w.step, settle)
		w.env.ExecuteWorkflow(procedure.Procedure, in)
		w.runs++
		err := w.env.GetWorkflowError()
		var again *workflow.ContinueAsNewError
		if !errors.As(err, &again) {
			require.NoError(t, err)
			return
		}
		in = procedure.Input{}
		require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &in))
		require.NotNil(t, in.Cursor)
	}
}

// step does something that is possible now, and something that must be refused from time to time.
func (w *walker) step() {
	w.events += 5 // about those of an Update or a signal and its workflow task
	open := w.m.open()
	for i, t := range open {
		if slices.ContainsFunc(open[:i], func(other *task) bool { return other.Kind == t.Kind }) {
			w.wrong = append(w.wrong, "two tasks of the kind "+t.Kind+" are open")
		}
	}
	if w.events > 2000 {
		w.wrong = append(w.wrong, "more than 2000 events")
		w.env.CancelWorkflow()
		return
	}
	w.env.RegisterDelayedCallback(w.step, max(w.something(), settle))
}

func (w *walker) something() time.Duration {
	chance := w.choose(16)
	if w.steps < wandering {
		switch {
		case chance == 0:
			w.env.SetContinueAsNewSuggested(true)
		case chance == 1:
			w.excluded()
			return 0
		case chance == 2 && len(w.m.p.Plan.Anytime) > 0:
			w.interrupt()
			return 0
		case chance == 3 && len(w.m.p.Plan.Anytime) > 0:
			if event := w.m.p.Plan.Anytime[w.choose(len(w.m.p.Plan.Anytime))].Event; event != "" {
				return w.event(event)
			}
		}
	}
	var active []int
	for _, e := range w.m.active {
		if w.m.p.Plan.Stages[e.stage].Together == nil {
			active = append(active, e.stage)
		}
	}
	if len(active) == 0 {
		return 0
	}
	s := &w.m.p.Plan.Stages[active[w.choose(len(active))]]
	on := slices.Clone(s.On)
	slices.SortStableFunc(on, func(a, b procedures.Transition) int { return w.from(s, a) - w.from(s, b) })
	if w.steps < wandering {
		// Most of the time the case goes on, so that walks come far.
		further := slices.DeleteFunc(slices.Clone(on), func(t procedures.Transition) bool { return w.from(s, t) == 0 })
		if len(further) == 0 || w.choose(8) == 0 {
			further = on
		}
		on = append([]procedures.Transition{further[w.choose(len(further))]}, on...)
	}
	for _, t := range on {
		if t.Result == procedures.ResultAny && w.m.sub.Opened == 0 {
			continue // none of no sub-cases ends: the time runs out
		}
		if s.Task < 0 || t.Result == procedures.ResultSilence {
			w.claimed = len(w.m.log)
			return w.cause(procedures.Goes{Stage: s.Name, Result: t.Result})
		}
		if w.answered(s, t.Result) {
			return 0
		}
	}
	return 0
}

// answered answers the open task of a stage so that it is left by the result, if that is possible.
func (w *walker) answered(s *procedures.Stage, result string) bool {
	planned := &w.m.p.Plan.Tasks[s.Task]
	t := w.m.openOf(planned.Name)
	if t == nil && planned.Countersign >= 0 {
		planned = &w.m.p.Plan.Tasks[planned.Countersign]
		if t = w.m.openOf(planned.Name); result != procedures.ResultDisagree {
			result = "agree"
		}
	}
	if t == nil || !slices.Contains(t.Outcomes, nursery.Outcome(result)) {
		return false
	}
	f := &procedures.Filled{Name: planned.Name, Outcome: result}
	if planned.Form == w.m.p.Plan.Start.Facts {
		f.Form = complete()
	}
	w.answer(f)
	return true
}

// excluded answers as somebody who must not, which must be refused.
func (w *walker) excluded() {
	for _, t := range w.m.open() {
		banned := w.banned(w.m.p.Plan.Tasks[t.index].Exclude)
		if banned == "" {
			continue
		}
		w.tried++
		w.env.UpdateWorkflow(humantask.CompleteUpdate, "excluded-"+strconv.Itoa(w.tried), &testsuite.TestUpdateCallback{
			OnAccept:   func() { w.wrong = append(w.wrong, "an excluded person answered "+t.Kind) },
			OnReject:   func(error) {},
			OnComplete: func(any, error) {},
		}, humantask.Completion{ID: "excluded", Task: t.Task, Outcome: t.Outcomes[0], Actor: banned, Role: t.Role})
		return
	}
}

// banned returns somebody who may not answer because of what they did before, "" if nobody has done any of it.
func (w *walker) banned(tasks []int) string {
	for _, done := range w.m.tasks {
		if done.actor != "" && done.actor != nursery.Engine.Account && slices.Contains(tasks, done.index) {
			return done.actor
		}
	}
	if slices.Contains(tasks, procedures.Submitter) {
		return applicant
	}
	return ""
}

// interrupt asks for what may be done anytime; it must be refused exactly where the plan does not permit it.
func (w *walker) interrupt() {
	a := w.m.p.Plan.Anytime[w.choose(len(w.m.p.Plan.Anytime))]
	if a.Role == "" {
		return
	}
	allowed := slices.ContainsFunc(w.m.active, func(e entered) bool { return slices.Contains(a.In, e.stage) })
	check := func(taken bool) {
		if taken != allowed {
			w.wrong = append(w.wrong, "anytime "+a.Name+" was not decided as the plan does")
		}
	}
	w.env.UpdateWorkflow(procedure.AnytimeUpdate, w.file(map[string]any{"reason": "price_over_cap"}), &testsuite.TestUpdateCallback{
		OnAccept: func() { check(true) }, OnReject: func(error) { check(false) }, OnComplete: func(any, error) {},
	}, procedure.Anytime{ID: "anytime", Name: a.Name, Actor: "somebody", Role: a.Role})
}

// from returns the distance from an end that a transition leads to.
func (w *walker) from(s *procedures.Stage, t procedures.Transition) int {
	if t.To == procedures.Joined {
		return w.distance[s.Branch.Of]
	}
	return w.distance[t.To]
}

// left returns how often stages with a verb were left.
func (w *walker) left(verb procedures.Verb) (n int) {
	for _, p := range w.m.log {
		if at := w.m.p.Plan.StageNamed(p.stage); at >= 0 && w.m.p.Plan.Stages[at].Verb == verb {
			n++
		}
	}
	return n
}

func (w *walker) measure() {
	w.distance = make([]int, len(w.m.p.Plan.Stages))
	for i, s := range w.m.p.Plan.Stages {
		if s.Verb != procedures.VerbEnd {
			w.distance[i] = 1000
		}
	}
	for range w.distance {
		for i := range w.m.p.Plan.Stages {
			s := &w.m.p.Plan.Stages[i]
			for _, t := range s.On {
				w.distance[i] = min(w.distance[i], 1+w.from(s, t))
			}
		}
	}
}

// complete returns an application for rent relief that lacks nothing.
func complete() map[string]any {
	return map[string]any{
		"year": 2024, "account": "6222000000000000", "classes": 2, "rent_fen": 7000000, "inclusive_price": true, "lease_until": "2026-12-31",
		"commitment_until": "2025-12-31",
	}
}

// facts returns an application for rent relief that may lack something.
func facts(t *rapid.T) map[string]any {
	all := complete()
	for _, field := range []string{"classes", "rent_fen", "inclusive_price"} {
		if rapid.IntRange(0, 3).Draw(t, "without "+field) == 0 {
			delete(all, field)
		}
	}
	if rapid.IntRange(0, 5).Draw(t, "not inclusive") == 0 {
		all["inclusive_price"] = false
	}
	return all
}

// walks takes a case on a random way and checks what must hold on every way.
func walks(t *rapid.T, p *procedures.Procedure, rules *procedures.Evaluator, applied map[string]any) *walker {
	w := &walker{player: *newPlayer(p, rules, procedures.Scenario{File: "walk", Facts: applied})}
	w.chance = rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	w.measure()
	w.walk(t)
	require.Empty(t, w.failures)
	require.Empty(t, w.wrong)
	require.NotEmpty(t, w.m.ended, "in%s, stuck: %q", w.where(), w.m.stuck)
	require.LessOrEqual(t, len(w.m.paid), 1)
	require.Empty(t, w.m.open(), "tasks open after the end")
	if p.Plan.Kind == "rent_relief" && len(w.m.paid) > 0 {
		require.True(t, slices.ContainsFunc(w.m.log, func(p passage) bool { return strings.HasPrefix(p.String(), "publicity.") }), "paid without publicity")
	}
	return w
}

func TestEveryWalkThroughAFixtureEndsAndPaysOnceAndAsksNobodyExcluded(t *testing.T) {
	for _, name := range []string{"device_alarm", "family_lectures", "joint_check", "rent_relief"} {
		t.Run(name, func(t *testing.T) {
			p, rules := loaded(t, "../testdata/"+name)
			var paid, again, tried int
			rapid.Check(t, func(t *rapid.T) {
				w := walks(t, p, rules, facts(t))
				paid, again, tried = paid+len(w.m.paid), again+w.runs-1, tried+w.tried
			})
			t.Logf("%d walks paid, %d runs continued as new, %d excluded people tried to answer", paid, again, tried)
			require.Positive(t, again, "no walk continued as new")
			require.Equal(t, name == "rent_relief", paid > 0)
			require.Equal(t, name == "rent_relief" || name == "joint_check", tried > 0)
		})
	}
}

func lib(t testing.TB) map[string][]byte {
	raw, err := os.ReadFile("../../policies/lib/lib.rego")
	require.NoError(t, err)
	return map[string][]byte{"lib/lib.rego": raw}
}

func loaded(t testing.TB, folder string) (*procedures.Procedure, *procedures.Evaluator) {
	p, _ := procedures.Load(t.Context(), os.DirFS(folder), procedures.Options{Library: lib(t)})
	rules, err := p.Evaluator(t.Context(), lib(t))
	require.NoError(t, err)
	return p, rules
}
