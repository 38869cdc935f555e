// Package scenarios runs the scenarios of a procedure: the real workflow in the test environment of Temporal with skipped
// time, the real rules, and everything else in memory. It needs no service.
package scenarios

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tuoyu/procedures"
)

// Report is the result of the scenarios of one procedure.
type Report struct {
	Scenarios   []Outcome
	Transitions int      // that the procedure has, with what may be done anytime
	Missing     []string // of them, those that no scenario takes, as stage.result or anytime.name
}

// Outcome is the result of one scenario.
type Outcome struct {
	Name     string
	File     string
	Failures []Failure
	Took     time.Duration
}

// Failure is what a scenario expected and what was, in Chinese.
type Failure struct {
	File    string
	Line    int
	Message string
}

// String returns the failure as one line with file and line.
func (f Failure) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Message) }

// Passed reports whether every scenario went as described.
func (r Report) Passed() bool {
	return !slices.ContainsFunc(r.Scenarios, func(o Outcome) bool { return len(o.Failures) > 0 })
}

// Run runs every scenario of a procedure without errors. The library is that of procedures.Options.
func Run(ctx context.Context, p *procedures.Procedure, library map[string][]byte) (Report, error) {
	rules, err := p.Evaluator(ctx, library)
	if err != nil {
		return Report{}, err
	}
	var report Report
	var taken []string
	for _, s := range p.Scenarios() {
		start := time.Now()
		of, decided := p, rules
		if len(s.Params) > 0 {
			of = p.WithParameters(s.Params)
			if decided, err = of.Evaluator(ctx, library); err != nil {
				return report, fmt.Errorf("%s: %w", s.File, err)
			}
		}
		pl := newPlayer(of, decided, s)
		if err := pl.play(); err != nil {
			return report, fmt.Errorf("%s: %w", s.File, err)
		}
		report.Scenarios = append(report.Scenarios, Outcome{Name: s.Name, File: s.File, Failures: pl.failures, Took: time.Since(start)})
		for _, step := range pl.m.log {
			taken = append(taken, step.String())
		}
	}
	all := Transitions(&p.Plan)
	report.Transitions = len(all)
	report.Missing = slices.DeleteFunc(all, func(t string) bool { return slices.Contains(taken, t) })
	return report, nil
}

// Transitions returns the names of every way on of a plan, sorted.
func Transitions(p *procedures.Plan) (list []string) {
	for _, s := range p.Stages {
		for _, t := range s.On {
			list = append(list, passage{s.Name, t.Result}.String())
		}
	}
	for _, a := range p.Anytime {
		list = append(list, passage{"anytime", a.Name}.String())
	}
	slices.SortFunc(list, strings.Compare)
	return list
}

func (p passage) String() string { return p.stage + "." + p.result }
