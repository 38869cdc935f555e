package policies

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"tuoyu/nursery"
)

var (
	keyRule     = ast.StringTerm("rule")
	keyResult   = ast.StringTerm("result")
	keySubject  = ast.StringTerm("subject")
	keyFields   = ast.StringTerm("fields")
	keySeen     = ast.StringTerm("seen")
	keyLimit    = ast.StringTerm("limit")
	keyMessage  = ast.StringTerm("message")
	keyRemedy   = ast.StringTerm("remedy")
	keyVerified = ast.StringTerm("verified")
)

// decision converts the results of a rule set into a decision. It is the only place where a result is computed.
func (a *area) decision(results rego.ResultSet, input ast.Object, set ruleSet) (nursery.Decision, error) {
	d := nursery.Decision{Result: nursery.Pass, Reasons: []nursery.Reason{}, FactsMissing: []string{}, FactsUsed: used(set, input)}
	if len(results) != 1 {
		return d, fmt.Errorf("%d results, want 1", len(results))
	}
	bindings := results[0].Bindings
	if term, ok := first(bindings, "route"); ok {
		d.Route = text(term)
	}
	if term, ok := first(bindings, "applicable"); ok && term.Equal(ast.InternedTerm(false)) {
		d.Result = nursery.NotApplicable
		return d, nil
	}
	found, ok := bindings["reasons"].(*ast.Term).Value.(ast.Set)
	if !ok {
		return d, fmt.Errorf("reasons is no set")
	}
	for _, term := range found.Slice() {
		r, err := a.reason(term)
		if err != nil {
			return d, err
		}
		switch {
		case r.Result == nursery.Fail:
			d.Result = nursery.Fail
		case r.Result == nursery.Unknown && d.Result == nursery.Pass:
			d.Result = nursery.Unknown
		}
		if r.Result == nursery.Unknown {
			d.FactsMissing = append(d.FactsMissing, r.Fields...)
		}
		d.Reasons = append(d.Reasons, r)
	}
	slices.SortFunc(d.Reasons, func(x, y nursery.Reason) int {
		return cmp.Or(cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Subject, y.Subject), slices.Compare(x.Fields, y.Fields),
			cmp.Compare(x.Result, y.Result), cmp.Compare(x.Message, y.Message))
	})
	slices.Sort(d.FactsMissing)
	d.FactsMissing = slices.Compact(d.FactsMissing)
	return d, nil
}

func (a *area) reason(term *ast.Term) (nursery.Reason, error) {
	object, ok := term.Value.(ast.Object)
	if !ok {
		return nursery.Reason{}, fmt.Errorf("a reason is %s, want an object made by lib.reason", term)
	}
	id := text(object.Get(keyRule))
	ground, ok := a.reasons[id]
	if !ok {
		return nursery.Reason{}, fmt.Errorf("rule %q has no METADATA", id)
	}
	r := nursery.Reason{
		Rule: id, Title: ground.title, Result: nursery.Result(text(object.Get(keyResult))), Subject: text(object.Get(keySubject)),
		Message: text(object.Get(keyMessage)), Remedy: text(object.Get(keyRemedy)),
		Basis: ground.basis, Penalty: ground.penalty, Verified: ground.verified,
	}
	if verified := object.Get(keyVerified); verified != nil && verified.Equal(ast.InternedTerm(false)) {
		r.Verified = false
	}
	switch r.Result {
	case nursery.Fail, nursery.Unknown:
		if err := mayFail(r.Basis); err != nil {
			return r, fmt.Errorf("rule %s: %w", id, err)
		}
	case nursery.Warn:
	default:
		return r, fmt.Errorf("rule %s gives result %q", id, r.Result)
	}
	if fields := object.Get(keyFields); fields != nil {
		if list, ok := fields.Value.(*ast.Array); ok {
			list.Foreach(func(f *ast.Term) { r.Fields = append(r.Fields, text(f)) })
		}
	}
	var err error
	if r.Seen, err = plain(object.Get(keySeen)); err != nil {
		return r, fmt.Errorf("rule %s: value seen: %w", id, err)
	}
	if r.Limit, err = plain(object.Get(keyLimit)); err != nil {
		return r, fmt.Errorf("rule %s: limit: %w", id, err)
	}
	return r, nil
}

// used returns the pointers declared by the rule set for which the facts contain a value.
func used(set ruleSet, input ast.Object) []string {
	pointers := make([]string, 0, len(set.factsUsed))
	root := ast.NewTerm(input)
	for i, pointer := range set.factsUsed {
		if given(root, set.parts[i]) {
			pointers = append(pointers, pointer)
		}
	}
	return pointers
}

func given(t *ast.Term, path []string) bool {
	if len(path) == 0 {
		return true
	}
	switch v := t.Value.(type) {
	case ast.Object:
		next := v.Get(ast.InternedTerm(path[0]))
		return next != nil && given(next, path[1:])
	case *ast.Array:
		for i := range v.Len() {
			if given(v.Elem(i), path[1:]) {
				return true
			}
		}
	}
	return false
}

func first(bindings rego.Vars, name string) (*ast.Term, bool) {
	term, ok := bindings[name].(*ast.Term)
	if !ok {
		return nil, false
	}
	list, ok := term.Value.(*ast.Array)
	if !ok || list.Len() == 0 {
		return nil, false
	}
	return list.Elem(0), true
}

func text(t *ast.Term) string {
	if t == nil {
		return ""
	}
	s, _ := t.Value.(ast.String)
	return string(s)
}

func plain(t *ast.Term) (any, error) {
	if t == nil {
		return nil, nil
	}
	return ast.JSON(t.Value)
}
