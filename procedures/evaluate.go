package procedures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"tuoyu/nursery"
)

// Evaluator decides by the rules of one procedure.
type Evaluator struct {
	queries map[string]rego.PreparedEvalQuery
	rules   map[string]citedRule
	amounts []string // the rule sets that decide on an amount
}

// citedRule is what the METADATA of a rule state.
type citedRule struct {
	title string
	basis []nursery.Citation
}

// Ruling is what a rule set decides.
type Ruling struct {
	Result  string // pass, fail or unknown; what is not applicable is unknown
	Route   string
	Fen     *int64 // the amount, if the rules have one
	Reasons []nursery.Reason
}

// Evaluator prepares the rule sets of the procedure. The library is that of Options.
func (p *Procedure) Evaluator(ctx context.Context, library map[string][]byte) (*Evaluator, error) {
	modules := map[string]*ast.Module{}
	cited := map[string]citedRule{}
	for _, files := range []map[string][]byte{library, p.rego} {
		for _, path := range sortedKeys(files) {
			m, err := parseRego(path, files[path])
			if err != nil {
				return nil, fmt.Errorf("parse rules: %w", err)
			}
			modules[path] = m
			for _, a := range m.Annotations {
				if id, ok := a.Custom["rule"].(string); ok {
					cited[id] = citedRule{a.Title, citations(a.Custom["basis"])}
				}
			}
		}
	}
	compiler := ast.NewCompiler().WithStrict(true).WithCapabilities(capabilities()).WithDefaultRegoVersion(ast.RegoV1)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, fmt.Errorf("compile rules: %w", compiler.Errors)
	}
	store := inmem.NewFromObject(map[string]any{"params": p.parameterData()})
	e := &Evaluator{queries: map[string]rego.PreparedEvalQuery{}, rules: cited}
	for _, name := range p.rules.names() {
		at := "data." + name
		query, err := rego.New(
			rego.Query(fmt.Sprintf("reasons = %s.reasons; applicable = [x | x = %s.applicable]; route = [x | x = %s.route]; fen = [x | x = %s.fen]", at, at, at, at)),
			rego.Compiler(compiler), rego.Store(store), rego.StrictBuiltinErrors(true),
		).PrepareForEval(ctx)
		if err != nil {
			return nil, fmt.Errorf("prepare %s: %w", name, err)
		}
		e.queries[name] = query
		if slices.Contains(p.rules.set(name).exports, "fen") {
			e.amounts = append(e.amounts, name)
		}
	}
	return e, nil
}

// parameterData returns the parameters as the rules read them below data.params.
func (p *Procedure) parameterData() map[string]any {
	root := map[string]any{}
	for _, param := range p.params {
		at, path := root, strings.Split(param.name, ".")
		for _, name := range path[:len(path)-1] {
			below, ok := at[name].(map[string]any)
			if !ok {
				below = map[string]any{}
				at[name] = below
			}
			at = below
		}
		at[path[len(path)-1]] = map[string]any{"value": param.leaf.Value.value}
	}
	return root
}

// Decide evaluates a rule set. Nulls and empty texts of the input are dropped, so that a missing fact is undefined.
func (e *Evaluator) Decide(ctx context.Context, set string, input map[string]any) (Ruling, error) {
	query, ok := e.queries[set]
	if !ok {
		return Ruling{}, fmt.Errorf("the procedure has no rule set %s of its own", set)
	}
	results, err := query.Eval(ctx, rego.EvalInput(given(input)))
	if err != nil {
		return Ruling{}, fmt.Errorf("evaluate %s: %w", set, err)
	}
	if len(results) != 1 {
		return Ruling{}, fmt.Errorf("evaluate %s: %d results, want 1", set, len(results))
	}
	raw, err := json.Marshal(results[0].Bindings)
	if err != nil {
		return Ruling{}, fmt.Errorf("evaluate %s: %w", set, err)
	}
	var found struct {
		Reasons    []nursery.Reason
		Applicable []bool
		Route      []string
		Fen        []json.Number
	}
	if err := json.Unmarshal(raw, &found); err != nil {
		return Ruling{}, fmt.Errorf("evaluate %s: %w", set, err)
	}
	r, err := e.ruling(found.Reasons, slices.Contains(found.Applicable, false), found.Route, found.Fen)
	if r.Result == ResultPass && r.Fen == nil && slices.Contains(e.amounts, set) {
		// Nothing is paid by a rule set that found nothing amiss and no amount either.
		r.Result = ResultUnknown
		r.Reasons = append(r.Reasons, nursery.Reason{
			Rule: "amount", Title: "核定金额", Result: nursery.Unknown, Basis: []nursery.Citation{}, Message: "规则没有算出金额。", Remedy: "请补全申请内容；内容齐全的，请联系主管部门核对规则和标准。",
		})
	}
	return r, err
}

// Has reports whether the procedure has a rule set of its own of that name.
func (e *Evaluator) Has(set string) bool {
	_, ok := e.queries[set]
	return ok
}

func (e *Evaluator) ruling(reasons []nursery.Reason, inapplicable bool, route []string, fen []json.Number) (Ruling, error) {
	r := Ruling{Result: ResultPass, Reasons: reasons}
	for i, reason := range reasons {
		rule := e.rules[reason.Rule]
		reasons[i].Title, reasons[i].Basis = rule.title, rule.basis
		reasons[i].Verified = !slices.ContainsFunc(rule.basis, func(c nursery.Citation) bool { return !c.Verified })
		switch {
		case reason.Result == ResultFail:
			r.Result = ResultFail
		case reason.Result == ResultUnknown && r.Result == ResultPass:
			r.Result = ResultUnknown
		}
	}
	if inapplicable {
		r.Result, r.Reasons = ResultUnknown, nil
	}
	if len(route) > 0 {
		r.Route = route[0]
	}
	if len(fen) > 0 {
		amount, err := fen[0].Int64()
		if err != nil || amount < 0 {
			return r, errors.New("an amount must be a whole number of fen, and not negative")
		}
		r.Fen = &amount
	}
	return r, nil
}

// given returns a value without nulls and empty texts.
func given(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if inside := given(v[name]); inside != nil && inside != "" {
				out[name] = inside
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, item := range v {
			out = append(out, given(item))
		}
		return out
	}
	return value
}

// citations reads the basis of a rule, which is one citation or a list.
func citations(basis any) (list []nursery.Citation) {
	items, ok := basis.([]any)
	if !ok {
		items = []any{basis}
	}
	for _, item := range items {
		c, ok := item.(map[string]any)
		if !ok {
			continue
		}
		text := func(name string) string {
			if c[name] == nil {
				return ""
			}
			return fmt.Sprint(c[name])
		}
		list = append(list, nursery.Citation{
			Document: text("doc"), Number: text("no"), Article: text("article"), Binding: nursery.Binding(text("binding")), Verified: c["verified"] == true,
		})
	}
	return list
}
