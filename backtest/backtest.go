// Package backtest decides stored decisions again 回溯 by rules that are not in force and reports which of them would differ: for a bundle
// of rules, for changed parameters, and for the revision of a procedure. It reads what was decided, writes nothing, and never reports an
// input. Inputs hold no sealed values: what is sealed is never given to rules.
package backtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures"
)

// Stored is a decision as it was stored.
type Stored struct {
	ID, CaseNo, County, RuleSet string
	AsOf                        nursery.Date
	Input, Output               json.RawMessage // the input is empty if it is no longer held
}

// Rules decide a stored decision again. The result is false if they have no such rule set for its day.
type Rules interface {
	Decide(ctx context.Context, of Stored) (nursery.Decision, bool, error)
}

type engineRules struct{ engine *policies.Engine }

// ByEngine returns the rules of a bundle.
func ByEngine(e *policies.Engine) Rules { return engineRules{e} }

// Decide implements Rules.
func (r engineRules) Decide(ctx context.Context, of Stored) (nursery.Decision, bool, error) {
	if !r.engine.Has(of.RuleSet, of.AsOf) {
		return nursery.Decision{}, false, nil
	}
	d, err := r.engine.Decide(ctx, of.RuleSet, of.Input, of.AsOf, of.County)
	return d, true, err
}

type procedureRules struct{ rules *procedures.Evaluator }

// ByProcedure returns the rules of a procedure.
func ByProcedure(rules *procedures.Evaluator) Rules { return procedureRules{rules} }

// Decide implements Rules.
func (r procedureRules) Decide(ctx context.Context, of Stored) (nursery.Decision, bool, error) {
	if !r.rules.Has(of.RuleSet) {
		return nursery.Decision{}, false, nil
	}
	var input map[string]any
	if err := json.Unmarshal(of.Input, &input); err != nil {
		return nursery.Decision{}, true, fmt.Errorf("decode input: %w", err)
	}
	now, err := r.rules.Decide(ctx, of.RuleSet, input)
	return nursery.Decision{
		RuleSet: of.RuleSet, AsOf: of.AsOf, Result: nursery.Result(now.Result), Reasons: now.Reasons, Route: now.Route, Fen: now.Fen,
	}, true, err
}

// Outcome is the part of a decision that is compared.
type Outcome struct {
	Result  nursery.Result `json:"result"`
	Route   string         `json:"route,omitempty"`
	Fen     *int64         `json:"fen,omitempty"`
	Reasons []string       `json:"reasons"` // rule, title and subject, sorted
	Cites   []string       `json:"cites"`   // the articles of all reasons, sorted
}

// The kinds of differences.
const (
	OfResult = "result"
	OfAmount = "amount"
	OfRoute  = "route"
	OfReason = "reasons"
	OfLaw    = "citations"
)

// Kinds lists the kinds of differences with their titles, in the order in which they matter.
func Kinds() []Kind {
	return []Kind{{OfResult, "结论"}, {OfAmount, "金额"}, {OfRoute, "去向"}, {OfReason, "理由"}, {OfLaw, "依据"}}
}

// Kind is a kind of difference.
type Kind struct{ Name, Title string }

// Difference is a decision that the rules would make otherwise.
type Difference struct {
	Decision string       `json:"decision"`
	CaseNo   string       `json:"case_no"`
	County   string       `json:"county"`
	RuleSet  string       `json:"rule_set"`
	AsOf     nursery.Date `json:"as_of"`
	In       []string     `json:"in"` // kinds
	Before   Outcome      `json:"before"`
	After    Outcome      `json:"after"`
}

// Has reports whether the decisions differ in a kind.
func (d Difference) Has(kind string) bool { return slices.Contains(d.In, kind) }

// The states of a comparison.
var (
	// ErrUncovered is returned for a rule set that the rules do not have for its day.
	ErrUncovered = errors.New("the rules have no such rule set on this day")
	// ErrNoInput is returned for a decision whose input is no longer held.
	ErrNoInput = errors.New("the input of the decision is no longer held")
)

// Compare decides a stored decision again and returns the difference, nil if there is none. Errors: ErrUncovered, ErrNoInput, and those of
// rules that cannot be evaluated on the input.
func Compare(ctx context.Context, rules Rules, of Stored) (*Difference, error) {
	if len(of.Input) == 0 {
		return nil, ErrNoInput
	}
	var before nursery.Decision
	if err := json.Unmarshal(of.Output, &before); err != nil {
		return nil, fmt.Errorf("decode decision %s: %w", of.ID, err)
	}
	after, ok, err := rules.Decide(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("decide %s again: %w", of.ID, err)
	}
	if !ok {
		return nil, ErrUncovered
	}
	d := Difference{
		Decision: of.ID, CaseNo: of.CaseNo, County: of.County, RuleSet: of.RuleSet, AsOf: of.AsOf, Before: outcome(before), After: outcome(after),
	}
	for _, c := range []struct {
		kind string
		same bool
	}{
		{OfResult, d.Before.Result == d.After.Result},
		{OfAmount, sameFen(d.Before.Fen, d.After.Fen)},
		{OfRoute, d.Before.Route == d.After.Route},
		{OfReason, slices.Equal(d.Before.Reasons, d.After.Reasons)},
		{OfLaw, slices.Equal(unmarked(d.Before.Cites), unmarked(d.After.Cites))},
	} {
		if !c.same {
			d.In = append(d.In, c.kind)
		}
	}
	if len(d.In) == 0 {
		return nil, nil
	}
	return &d, nil
}

// unmarked returns citations without the mark of those that were not checked, which may be checked meanwhile.
func unmarked(cites []string) []string {
	plain := make([]string, len(cites))
	for i, c := range cites {
		plain[i] = strings.ReplaceAll(c, documents.UnverifiedMark, "")
	}
	slices.Sort(plain)
	return slices.Compact(plain)
}

func sameFen(a, b *int64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// outcome returns what is compared of a decision. A reason is its rule with what it concerns: the words that explain it may change.
func outcome(d nursery.Decision) Outcome {
	o := Outcome{Result: d.Result, Route: d.Route, Fen: d.Fen, Reasons: []string{}, Cites: []string{}}
	for _, r := range d.Reasons {
		o.Reasons = append(o.Reasons, strings.TrimSpace(r.Rule+" "+r.Title+" "+r.Subject))
		for _, c := range r.Basis {
			o.Cites = append(o.Cites, documents.Cite(c))
		}
	}
	slices.Sort(o.Reasons)
	slices.Sort(o.Cites)
	o.Cites = slices.Compact(o.Cites)
	return o
}
