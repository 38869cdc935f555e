package scenarios

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/temporal"

	"tuoyu/activities"
	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/workflows/procedure"
)

// memory is the outside of one case in memory: what Postgres holds for a case that is run in earnest. It implements
// procedure.Outside.
type memory struct {
	p        *procedures.Procedure
	later    *procedures.Procedure // to which the case may be moved
	rules    *procedures.Evaluator
	years    calendar.Years
	scenario procedures.Scenario
	received nursery.Date

	mu       sync.Mutex
	facts    map[string]any
	forms    map[string]map[string]any // by the id of the answer
	answers  map[string]any
	rows     map[string][]any
	rulings  map[string]procedures.Ruling
	clocks   map[string]*clock
	active   []entered
	tasks    []*task
	papers   []string
	emitted  []string
	acts     []string
	log      []passage
	due      *int64   // the amount of the payment that was requested last
	payment  string   // the decision that fixed it
	paid     []string // the steps that paid
	sub      procedure.SubCases
	decision int
	stuck    string
	ended    string
	done     map[string]procedure.Moved // by step
}

// entered is a stage that the case is in.
type entered struct {
	stage int
	until time.Time
}

// passage is a result by which a stage was left.
type passage struct{ stage, result string }

// clock is a legal clock of the case.
type clock struct {
	calendar.Clock
	state procedure.ClockState
}

// task is a question that was asked.
type task struct {
	activities.OpenTask
	index   int // in the plan
	plan    activities.TaskPlan
	open    bool
	overdue bool
	actor   string // who answered
}

func newMemory(p *procedures.Procedure, rules *procedures.Evaluator, s procedures.Scenario, received nursery.Date) *memory {
	m := &memory{
		p: p, rules: rules, years: calendar.Published(), scenario: s, received: received, facts: s.Facts, forms: map[string]map[string]any{},
		answers: map[string]any{}, rows: map[string][]any{}, rulings: map[string]procedures.Ruling{}, clocks: map[string]*clock{},
		done: map[string]procedure.Moved{},
	}
	for _, set := range p.Plan.Rows {
		m.rows[set.Name] = []any{}
	}
	return m
}

// stuck returns an error that marks the case as stuck.
func stuck(format string, args ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, args...), activities.ErrStuck, nil)
}

// LoadProcedure returns the plan and the parameters that are whole numbers.
func (m *memory) LoadProcedure(_ context.Context, in procedure.Load) (procedure.Loaded, error) {
	if in.Hash != m.p.Hash {
		return procedure.Loaded{}, stuck("没有版本 %s", in.Hash)
	}
	loaded := procedure.Loaded{Plan: m.p.Plan}
	for _, parameter := range m.p.Parameters() {
		if n, ok := parameter.Number(); ok {
			loaded.Params = append(loaded.Params, procedure.Param{Name: parameter.Name, N: int(n)})
		}
	}
	return loaded, nil
}

// MoveCase leaves a stage and enters another.
func (m *memory) MoveCase(ctx context.Context, in procedure.MoveCase) (procedure.Moved, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if moved, ok := m.done[in.Step]; ok {
		return moved, nil
	}
	if in.Left != nil {
		m.leave(*in.Left)
	}
	var moved procedure.Moved
	if in.Stage != procedures.None {
		var err error
		if moved, err = m.enter(ctx, in); err != nil {
			return moved, err
		}
	}
	m.done[in.Step] = moved
	return moved, nil
}

func (m *memory) leave(left procedure.Left) {
	s := &m.p.Plan.Stages[left.Stage]
	if name, ok := strings.CutPrefix(left.Result, "anytime."); ok {
		m.active = nil
		m.log = append(m.log, passage{"anytime", name})
		if form := m.forms[left.Task]; form != nil {
			m.answers[name] = form
		}
		return
	}
	m.log = append(m.log, passage{s.Name, left.Result})
	m.active = slices.DeleteFunc(m.active, func(e entered) bool {
		b := m.p.Plan.Stages[e.stage].Branch
		return e.stage == left.Stage || b != nil && b.Of == left.Stage
	})
	if s.Verb == procedures.VerbPay && left.Result == procedures.ResultPaid {
		m.paid = append(m.paid, left.Step)
	}
}

func (m *memory) enter(ctx context.Context, in procedure.MoveCase) (procedure.Moved, error) {
	s := &m.p.Plan.Stages[in.Stage]
	var moved procedure.Moved
	if err := m.turn(in); err != nil {
		return moved, err
	}
	if s.Verb == procedures.VerbPay && m.scenario.AlreadyPaid {
		moved.Twice = true
		m.active = append(m.active, entered{in.Stage, moved.Until})
		return moved, nil
	}
	for _, e := range s.Do {
		if e.Paper >= 0 && (s.Verb != procedures.VerbPay || m.payment != in.Pays) {
			if err := m.issue(e.Paper, nil); err != nil {
				return moved, err
			}
		}
		switch {
		case e.RuleSet >= 0:
			d, err := m.decide(ctx, e.RuleSet)
			if err != nil {
				return moved, err
			}
			moved.Decided = append(moved.Decided, d)
		case e.Act >= 0:
			m.acts = append(m.acts, m.p.Plan.Acts[e.Act].Name)
		case e.Emit != "":
			m.emitted = append(m.emitted, e.Emit)
		}
	}
	var err error
	switch s.Verb {
	case procedures.VerbDecide:
		var d procedure.Decided
		d, err = m.decide(ctx, s.RuleSet)
		moved.Decided = append(moved.Decided, d)
	case procedures.VerbCollect:
		moved.Until, err = m.instant(s.Collect.Until, in.At)
		for _, set := range s.Collect.Rows {
			moved.Rows += len(m.rows[m.p.Plan.Rows[set].Name])
		}
	case procedures.VerbPublish:
		if err = m.issue(s.Publish.Paper, s.Publish.Hide); err == nil {
			moved.Until, err = m.endsOn(s.Publish.Over, in.At)
		}
	case procedures.VerbPay:
		ruling := m.rulings[m.p.Plan.RuleSets[s.RuleSet]]
		m.payment = in.Pays
		if m.due = ruling.Fen; ruling.Fen == nil {
			err = stuck("裁定没有算出金额，不能拨付")
		}
	case procedures.VerbOpen:
		m.sub = procedure.SubCases{Opened: 1}
		if rows, ok := m.rows[s.Open.Each]; ok {
			m.sub.Opened = min(len(rows), s.Open.Most)
		}
		if moved.SubCases = m.sub; s.Open.Until != nil {
			moved.Until, err = m.instant(*s.Open.Until, in.At)
		}
	case procedures.VerbWait:
		switch {
		case s.Wait.Until != nil:
			moved.Until, err = m.instant(*s.Wait.Until, in.At)
		case s.Wait.Days != nil:
			moved.Until, err = m.instant(procedures.Moment{Days: s.Wait.Days}, in.At)
		}
	case procedures.VerbEnd:
		m.ended, m.active = s.Name, nil
	}
	if err != nil {
		return moved, err
	}
	m.active = append(m.active, entered{in.Stage, moved.Until})
	return moved, nil
}

// turn changes the clocks.
func (m *memory) turn(in procedure.MoveCase) error {
	today := nursery.DateOf(in.At)
	for _, t := range in.Turns {
		c := m.p.Plan.Clocks[t.Clock]
		have := m.clocks[c.Name]
		switch {
		case t.To == procedure.ClockRunning && have != nil && have.state == procedure.ClockPaused:
			have.Clock = have.Resume(today)
		case t.To == procedure.ClockRunning:
			days, ok := m.limit(&c.Days)
			if !ok {
				return stuck("没有设定时限 %s 的天数", c.Days.Param)
			}
			have = &clock{Clock: calendar.Clock{Start: today, Limit: days}}
			m.clocks[c.Name] = have
		case t.To == procedure.ClockPaused:
			have.Clock = have.Pause(today)
		}
		have.state = t.To
	}
	return nil
}

func (m *memory) limit(l *procedures.Limit) (int, bool) { return m.p.LimitValue(l) }

// decide decides by the rules of the procedure.
func (m *memory) decide(ctx context.Context, set int) (procedure.Decided, error) {
	name := m.p.Plan.RuleSets[set]
	rows, amounts := map[string]any{}, map[string]any{}
	for _, name := range sortedKeys(m.rows) {
		rows[name] = m.rows[name]
	}
	for _, name := range sortedKeys(m.rulings) {
		decided := map[string]any{"result": m.rulings[name].Result}
		if fen := m.rulings[name].Fen; fen != nil {
			decided["fen"] = *fen
		}
		amounts[name] = decided
	}
	ruling, err := m.rules.Decide(ctx, name, map[string]any{
		"facts": m.facts, "answers": m.answers, "rows": rows, "decisions": amounts, "institution": m.scenario.Institution, "as_of": m.received.String(), "county": m.scenario.County,
	})
	if err != nil {
		return procedure.Decided{}, stuck("按规则集 %s 裁定：%v", name, err)
	}
	m.rulings[name] = ruling
	m.decision++
	return procedure.Decided{RuleSet: set, ID: fmt.Sprintf("decision-%d", m.decision), Result: ruling.Result, Route: ruling.Route}, nil
}

// instant returns when the day of a moment is over.
func (m *memory) instant(moment procedures.Moment, at time.Time) (time.Time, error) {
	return m.endsOn(moment.Over, at)
}

func (m *memory) endsOn(instant func(procedures.At) (time.Time, error), at time.Time) (time.Time, error) {
	over, err := instant(procedures.At{
		Today: nursery.DateOf(at), Received: m.received, Facts: m.facts, Years: m.years, Limit: m.limit, Switch: m.p.SwitchValue,
	})
	if err != nil {
		return over, stuck("%s", err)
	}
	return over, nil
}

// CountSubCases counts the sub-cases.
func (m *memory) CountSubCases(context.Context, procedure.CountCases) (procedure.SubCases, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sub, nil
}

// MoveRevision has the case go on under the later revision. A scenario of a revision has none.
func (m *memory) MoveRevision(_ context.Context, in procedure.MoveRevision) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.later == nil || in.From != m.p.Hash && in.To != m.p.Hash {
		return stuck("没有版本 %s", in.To)
	}
	m.p = m.later
	for i := range m.active {
		m.active[i].stage = in.Stage
	}
	for _, t := range m.tasks {
		t.index = m.taskIndex(strings.TrimPrefix(t.Kind, m.p.Plan.Kind+"."))
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
