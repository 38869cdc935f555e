package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"

	"tuoyu/procedures"
	"tuoyu/workflows/humantask"
	"tuoyu/workflows/procedure"
)

// cause does what leaves a stage by a result, unless the stage has been left by it already.
func (pl *player) cause(g procedures.Goes) time.Duration {
	pl.m.mu.Lock()
	defer pl.m.mu.Unlock()
	if pl.passed(g) || pl.over {
		return 0
	}
	i := slices.IndexFunc(pl.m.active, func(e entered) bool { return pl.m.p.Plan.Stages[e.stage].Name == g.Stage })
	if i < 0 {
		return 0
	}
	at, s := pl.m.active[i], &pl.m.p.Plan.Stages[pl.m.active[i].stage]
	until := at.until
	switch g.Result {
	case procedures.ResultSent:
		set := pl.m.p.Plan.Rows[s.Collect.Rows[0]].Name
		pl.env.SignalWorkflow(procedure.RowsSignal, procedure.RowsWritten{Set: set, Rows: pl.m.collected(set), Sent: true})
		return 0
	case procedures.ResultObjected:
		pl.env.SignalWorkflow(procedure.RowsSignal, procedure.RowsWritten{Set: procedure.ObjectionSet, Rows: 1})
		return 0
	case procedures.ResultEvent:
		return pl.event(s.Wait.Event)
	case procedures.ResultAll, procedures.ResultAny:
		pl.m.sub.Ended = pl.m.sub.Opened
		return pl.event(procedure.SubCaseEnded)
	case procedures.ResultSilence:
		if t := pl.m.openOf(pl.m.p.Plan.Tasks[s.Task].Name); t != nil {
			until = t.silence()
		}
	}
	if until.IsZero() {
		return 0
	}
	return until.Sub(pl.env.Now()) + settle
}

// passed confirms that a stage was left by a result since the passage confirmed before.
func (pl *player) passed(g procedures.Goes) bool {
	i := slices.Index(pl.m.log[min(pl.claimed, len(pl.m.log)):], passage{g.Stage, g.Result})
	return i >= 0
}

// confirm fails unless the stage was left by the result.
func (pl *player) confirm(g procedures.Goes) {
	pl.m.mu.Lock()
	defer pl.m.mu.Unlock()
	rest := pl.m.log[min(pl.claimed, len(pl.m.log)):]
	i := slices.Index(rest, passage{g.Stage, g.Result})
	if i >= 0 {
		pl.claimed += i + 1
		return
	}
	names := make([]string, len(rest))
	for i, p := range rest {
		names[i] = p.String()
	}
	pl.fail(g.Line, "期望从 %s 以 %s 走下去，实际走过的是%s，现在在%s%s", g.Stage, g.Result, list(names), pl.where(), pl.why(g.Stage))
}

// why returns how the rules of a stage decided, or why the case is stuck.
func (pl *player) why(stage string) string {
	if pl.m.stuck != "" {
		return "；办件停住了：" + pl.m.stuck
	}
	for _, s := range pl.m.p.Plan.Stages {
		if s.Name == stage && s.RuleSet >= 0 {
			var reasons []string
			for _, r := range pl.m.rulings[pl.m.p.Plan.RuleSets[s.RuleSet]].Reasons {
				reasons = append(reasons, r.Rule+" "+r.Message)
			}
			return "；规则的理由：" + list(reasons)
		}
	}
	return ""
}

// expect compares the case with what is expected of it, and records the first difference.
func (pl *player) expect(e *procedures.Expectation) {
	pl.m.mu.Lock()
	defer pl.m.mu.Unlock()
	if e.Stage != "" && !slices.Contains(pl.stages(), e.Stage) {
		pl.fail(e.Line, "期望在环节 %s，实际在%s%s", e.Stage, pl.where(), pl.why(""))
		return
	}
	t := pl.m.openOf(e.Task)
	if e.Task != "" && t == nil {
		pl.fail(e.Line, "期望有打开的任务 %s，实际打开的是%s", e.Task, pl.tasks())
		return
	}
	if t == nil && len(pl.m.open()) > 0 {
		t = pl.m.open()[0]
	}
	switch {
	case len(e.Offer) > 0 && (t == nil || !slices.Equal(e.Offer, outcomes(t))):
		pl.fail(e.Line, "期望可以选 %s，实际可以选%s", strings.Join(e.Offer, "、"), list(outcomes(t)))
	case e.Holder != "" && !slices.Contains(pl.holders(e.Task), e.Holder):
		pl.fail(e.Line, "期望轮到 %s，实际轮到%s", e.Holder, list(pl.holders(e.Task)))
	case !e.Due.IsZero() && (t == nil || t.plan.Due.Date != e.Due):
		was := "没有到期日"
		if t != nil && !t.plan.Due.Date.IsZero() {
			was = t.plan.Due.Date.String()
		}
		pl.fail(e.Line, "期望 %s 到期，实际%s", e.Due, was)
	case e.Paper != "" && !slices.Contains(pl.m.papers, e.Paper):
		pl.fail(e.Line, "期望已出具文书 %s，实际已出具%s", e.Paper, list(pl.m.papers))
	case e.Payment != nil && (pl.m.due == nil || *pl.m.due != *e.Payment):
		was := "没有要拨付的金额"
		if pl.m.due != nil {
			was = fmt.Sprintf("是 %d 分", *pl.m.due)
		}
		pl.fail(e.Line, "期望应付 %d 分，实际%s", *e.Payment, was)
	default:
		pl.figures(e)
	}
}

func (pl *player) figures(e *procedures.Expectation) {
	for _, c := range e.Clocks {
		state := "还没有开始"
		if have := pl.m.clocks[c.Name]; have != nil {
			state = string(have.state)
		}
		if state != c.Value {
			pl.fail(c.Line, "期望时限 %s 是 %s，实际%s", c.Name, c.Value, state)
			return
		}
	}
	for _, i := range e.Indicators {
		if figure := pl.m.figure(i.Name); figure != int64(i.Value) {
			pl.fail(i.Line, "期望指标 %s 是 %d，实际是 %d", i.Name, i.Value, figure)
			return
		}
	}
}

func outcomes(t *task) []string {
	if t == nil {
		return nil
	}
	codes := make([]string, len(t.Outcomes))
	for i, o := range t.Outcomes {
		codes[i] = string(o)
	}
	slices.Sort(codes)
	return codes
}

// holders returns the roles whose turn it is: those of open tasks, or of one, and of collections.
func (pl *player) holders(task string) (roles []string) {
	for _, t := range pl.m.open() {
		if task == "" || pl.m.p.Plan.Tasks[t.index].Name == task {
			roles = append(roles, string(t.Role))
		}
	}
	for _, e := range pl.m.active {
		if c := pl.m.p.Plan.Stages[e.stage].Collect; c != nil && task == "" {
			roles = append(roles, string(c.Role))
		}
	}
	return roles
}

func (pl *player) stages() (names []string) {
	for _, e := range pl.m.active {
		names = append(names, pl.m.p.Plan.Stages[e.stage].Name)
	}
	return names
}

func (pl *player) where() string { return list(pl.stages()) }

func (pl *player) tasks() string {
	var names []string
	for _, t := range pl.m.open() {
		names = append(names, pl.m.p.Plan.Tasks[t.index].Name)
	}
	return list(names)
}

// list joins names for a message.
func list(names []string) string {
	if len(names) == 0 {
		return "（无）"
	}
	return " " + strings.Join(names, "、")
}

// reason returns in Chinese why an Update was refused.
func reason(err error) string {
	var refused *temporal.ApplicationError
	if !errors.As(err, &refused) {
		return err.Error()
	}
	switch refused.Type() {
	case humantask.ErrTaskClosed:
		return "任务已经结束"
	case humantask.ErrOutcomeNotOffered:
		return "这时不能选这个结果"
	case humantask.ErrActorExcluded:
		return "这个人不能办理"
	case procedure.ErrTooLate:
		return "这个环节不能做"
	}
	return refused.Message()
}

// figure counts an indicator over the one case of the scenario.
func (m *memory) figure(name string) int64 {
	at := slices.IndexFunc(m.p.Live.Indicators, func(i procedures.Indicator) bool { return i.Name == name })
	if at < 0 {
		return -1
	}
	i := m.p.Live.Indicators[at]
	reached := func(a *procedures.Arrival) bool {
		return a != nil && slices.Contains(m.log, passage{m.p.Plan.Stages[a.Stage].Name, a.Result})
	}
	if i.When != nil && !reached(i.When) || reached(i.Minus) {
		return 0
	}
	if i.Sum != "" {
		if ruling := m.rulings[i.RuleSet()]; ruling.Fen != nil {
			return *ruling.Fen
		}
		return 0
	}
	rows, ok := m.rows[i.Of]
	if !ok {
		return 1
	}
	if i.Count == i.Of {
		return int64(len(rows))
	}
	seen := map[string]bool{}
	for _, row := range rows {
		if fields, ok := row.(map[string]any); ok && fields[i.Count] != nil {
			seen[fmt.Sprint(fields[i.Count])] = true
		}
	}
	return int64(len(seen))
}

var _ procedure.Outside = (*memory)(nil)
