package scenarios

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/converter"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/workflows/humantask"
	"tuoyu/workflows/procedure"
)

// The case of every scenario.
const (
	caseNo    = "SC-000000-2000-000001-X"
	applicant = "applicant"
	county    = "140403"
)

// settle is the time that passes between two steps, in which everything that they cause happens.
const settle = time.Second

// player plays one scenario.
type player struct {
	m        *memory
	env      *testsuite.TestWorkflowEnvironment
	s        procedures.Scenario
	acts     []act
	at       int // the next act
	claimed  int // passages that goes has confirmed
	sent     int
	over     bool // the case has ended
	failures []Failure
}

// act is a part of a step: it returns the time that passes before the next one.
type act struct {
	line int
	run  func() time.Duration
}

func newPlayer(p *procedures.Procedure, rules *procedures.Evaluator, s procedures.Scenario) *player {
	received := s.Received
	if received.IsZero() {
		received = p.Live.From
	}
	if s.County == "" {
		s.County = county
	}
	pl := &player{m: newMemory(p, rules, s, received), s: s}
	for _, step := range s.Steps {
		pl.acts = append(pl.acts, pl.parts(step)...)
	}
	return pl
}

// play runs the workflow, as often as it continues as new, and then what is left of the scenario.
func (pl *player) play() error {
	in := procedure.Input{CaseNo: caseNo, County: pl.s.County, Hash: pl.m.p.Hash}
	if pl.m.p.Plan.Start.Role != "" {
		in.SubmittedBy = applicant
	}
	for now := pl.m.received.In(nursery.Shanghai).Add(10 * time.Hour); ; now = pl.env.Now() {
		pl.env = newEnvironment(pl.m, now)
		pl.env.RegisterDelayedCallback(pl.tick, settle)
		pl.env.ExecuteWorkflow(procedure.Procedure, in)
		err := pl.env.GetWorkflowError()
		var again *workflow.ContinueAsNewError
		switch {
		case errors.As(err, &again):
			in = procedure.Input{}
			if err := converter.GetDefaultDataConverter().FromPayloads(again.Input, &in); err != nil {
				return fmt.Errorf("continue as new: %w", err)
			}
			continue
		case len(pl.failures) > 0 || pl.at >= len(pl.acts) && pl.m.ended == "":
			return nil // cancelled
		case err != nil:
			return err
		}
		break
	}
	for pl.over = true; pl.at < len(pl.acts) && len(pl.failures) == 0; pl.at++ {
		pl.acts[pl.at].run()
	}
	return nil
}

func newEnvironment(m *memory, now time.Time) *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(now)
	env.SetTestTimeout(time.Minute)
	// A busy machine may take longer than a second to run a goroutine, after which a deadlock would be reported.
	env.SetWorkerOptions(sdkworker.Options{DeadlockDetectionTimeout: time.Minute})
	env.RegisterWorkflow(procedure.Procedure)
	procedure.Register(env, m)
	procedure.RegisterTasks(env, m)
	return env
}

// tick does the next act.
func (pl *player) tick() {
	if pl.at >= len(pl.acts) || len(pl.failures) > 0 {
		pl.env.CancelWorkflow()
		return
	}
	wait := pl.acts[pl.at].run()
	pl.at++
	pl.env.RegisterDelayedCallback(pl.tick, max(wait, settle))
}

// fail records a failure. The scenario ends with the first.
func (pl *player) fail(line int, format string, args ...any) {
	pl.failures = append(pl.failures, Failure{pl.s.File, line, fmt.Sprintf(format, args...)})
}

// parts returns the acts of a step.
func (pl *player) parts(s procedures.Step) (list []act) {
	add := func(line int, run func() time.Duration) { list = append(list, act{line, run}) }
	// acting is for what the case must be running for.
	acting := func(line int, run func() time.Duration) {
		add(line, func() time.Duration {
			if pl.over {
				pl.fail(line, "办件这时已经结束（%s），不能再做这一步", pl.m.ended)
				return 0
			}
			return run()
		})
	}
	if s.Expect != nil {
		add(s.Expect.Line, func() time.Duration { pl.expect(s.Expect); return 0 })
	}
	if s.Answer != nil {
		acting(s.Answer.Line, func() time.Duration { return pl.answer(s.Answer) })
	}
	if s.Days > 0 {
		acting(s.Line, func() time.Duration { return pl.days(s.Days) })
	}
	if s.Minutes > 0 {
		acting(s.Line, func() time.Duration { return time.Duration(s.Minutes) * time.Minute })
	}
	if s.Event != "" {
		acting(s.Line, func() time.Duration { return pl.event(s.Event) })
	}
	if s.Rows != nil {
		acting(s.Rows.Line, func() time.Duration { return pl.write(s.Rows) })
	}
	if s.Anytime != nil {
		acting(s.Anytime.Line, func() time.Duration { return pl.anytime(s.Anytime) })
	}
	for _, g := range s.Goes {
		add(g.Line, func() time.Duration { return pl.cause(g) })
		add(g.Line, func() time.Duration { pl.confirm(g); return 0 })
	}
	return list
}

// days returns the time until the same hour of a later working day.
func (pl *player) days(n int) time.Duration {
	now := pl.env.Now().In(nursery.Shanghai)
	today := nursery.DateOf(now)
	return time.Duration(today.DaysUntil(pl.m.years.AddWorkingDays(today, n).Date)) * 24 * time.Hour
}

// answer answers an open task as the account named, or as somebody who may.
func (pl *player) answer(f *procedures.Filled) time.Duration {
	pl.m.mu.Lock()
	defer pl.m.mu.Unlock()
	t := pl.m.openOf(f.Name)
	if t == nil {
		pl.fail(f.Line, "期望有打开的任务 %s，实际打开的是%s", f.Name, pl.tasks())
		return 0
	}
	as := f.As
	if as == "" {
		as = pl.m.someone(t)
	}
	id := pl.file(f.Form)
	pl.update(f.Line, humantask.CompleteUpdate, id, fmt.Sprintf("%s 办理 %s（%s）", as, f.Name, f.Outcome), humantask.Completion{
		ID: id, Task: t.Task, Outcome: nursery.Outcome(f.Outcome), Actor: as, Role: t.Role,
	})
	return 0
}

// file stores what is filled in, as the service does before it sends it.
func (pl *player) file(form map[string]any) string {
	pl.sent++
	id := "completion-" + strconv.Itoa(pl.sent)
	pl.m.forms[id] = form
	return id
}

// update sends an Update whose refusal is a failure.
func (pl *player) update(line int, name, id, what string, arg any) {
	refused := func(err error) { pl.fail(line, "期望%s，实际没有被接受：%s", what, reason(err)) }
	pl.env.UpdateWorkflow(name, id, &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: refused,
		OnComplete: func(_ any, err error) {
			if err != nil {
				refused(err)
			}
		},
	}, arg)
}

// event sends an event.
func (pl *player) event(name string) time.Duration {
	pl.sent++
	pl.env.SignalWorkflow(procedure.EventSignal, procedure.Event{ID: "event-" + strconv.Itoa(pl.sent), Name: name})
	return 0
}

// write adds rows and notifies the case.
func (pl *player) write(r *procedures.RowsFilled) time.Duration {
	pl.m.mu.Lock()
	defer pl.m.mu.Unlock()
	pl.m.rows[r.Set] = slices.Concat(pl.m.rows[r.Set], r.Rows)
	pl.env.SignalWorkflow(procedure.RowsSignal, procedure.RowsWritten{Set: r.Set, Rows: pl.m.collected(r.Set)})
	return 0
}

// anytime does what may be done anytime.
func (pl *player) anytime(f *procedures.Filled) time.Duration {
	pl.m.mu.Lock()
	defer pl.m.mu.Unlock()
	id := pl.file(f.Form)
	i := slices.IndexFunc(pl.m.p.Plan.Anytime, func(a procedures.Interruption) bool { return a.Name == f.Name })
	if i < 0 {
		pl.fail(f.Line, "没有随时可以做的事 %s", f.Name)
		return 0
	}
	role := pl.m.p.Plan.Anytime[i].Role
	as := f.As
	if as == "" {
		as = string(role)
	}
	pl.update(f.Line, procedure.AnytimeUpdate, id, as+" 做 "+f.Name, procedure.Anytime{ID: id, Name: f.Name, Actor: as, Role: role})
	return 0
}

// collected returns the number of rows of the sets that are collected with a set.
func (m *memory) collected(set string) (n int) {
	for _, e := range m.active {
		c := m.p.Plan.Stages[e.stage].Collect
		if c == nil || !slices.ContainsFunc(c.Rows, func(i int) bool { return m.p.Plan.Rows[i].Name == set }) {
			continue
		}
		for _, i := range c.Rows {
			n += len(m.rows[m.p.Plan.Rows[i].Name])
		}
	}
	return n
}

// silence returns when a task ends by silence, zero if it does not.
func (t *task) silence() time.Time {
	for _, moment := range t.plan.Moments {
		if moment.Kind == activities.MomentSilence {
			return moment.At
		}
	}
	return time.Time{}
}
