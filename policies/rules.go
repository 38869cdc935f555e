package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"tuoyu/nursery"
)

// rule is the METADATA of a rule id: its title and its legal basis.
type rule struct {
	id       string
	title    string
	basis    []nursery.Citation
	penalty  *nursery.Citation
	verified bool
	at       *ast.Location
}

// metadata is the custom part of an annotation.
type metadata struct {
	Rule    string          `json:"rule"`
	Basis   json.RawMessage `json:"basis"`
	Penalty json.RawMessage `json:"penalty"`
}

// readRules reads the METADATA of all rules, in order of their ids. It reports every error, not only the first.
func readRules(modules []*ast.Module) (map[string]rule, error) {
	rules := map[string]rule{}
	var faults []error
	for _, m := range modules {
		for _, a := range m.Annotations {
			if a.Custom["rule"] == nil {
				continue
			}
			r, err := readRule(a)
			if err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", a.Location, err))
				continue
			}
			if other, ok := rules[r.id]; ok {
				faults = append(faults, fmt.Errorf("%s: rule %s has METADATA already at %s", a.Location, r.id, other.at))
				continue
			}
			rules[r.id] = r
		}
	}
	return rules, errors.Join(faults...)
}

func readRule(a *ast.Annotations) (rule, error) {
	raw, err := json.Marshal(a.Custom)
	if err != nil {
		return rule{}, fmt.Errorf("read METADATA: %w", err)
	}
	var m metadata
	if err := strict(raw, &m); err != nil {
		return rule{}, fmt.Errorf("read METADATA: %w", err)
	}
	r := rule{id: m.Rule, title: a.Title, at: a.Location, verified: true}
	if r.title == "" {
		return rule{}, fmt.Errorf("rule %s has no title", r.id)
	}
	if r.basis, err = citationsJSON(m.Basis); err != nil {
		return rule{}, fmt.Errorf("rule %s: basis: %w", r.id, err)
	}
	for _, c := range r.basis {
		r.verified = r.verified && c.Verified
	}
	if m.Penalty != nil {
		penalty, err := citationsJSON(m.Penalty)
		if err != nil {
			return rule{}, fmt.Errorf("rule %s: penalty: %w", r.id, err)
		}
		if len(penalty) != 1 {
			return rule{}, fmt.Errorf("rule %s: penalty must be one citation, got %d", r.id, len(penalty))
		}
		if penalty[0].Binding > "L3" {
			return rule{}, fmt.Errorf("rule %s: a penalty rests on a law, regulation or order, not on %s", r.id, penalty[0].Document)
		}
		r.penalty = &penalty[0]
	}
	return r, nil
}

// cited is a citation as written in rules.
type cited struct {
	Doc      string          `json:"doc"`
	No       string          `json:"no"`
	Article  string          `json:"article"`
	Binding  nursery.Binding `json:"binding"`
	Verified *bool           `json:"verified"`
}

func citations(v any) ([]nursery.Citation, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("read citation: %w", err)
	}
	return citationsJSON(raw)
}

func citationsJSON(raw json.RawMessage) ([]nursery.Citation, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, errors.New("no citation")
	}
	if raw[0] != '[' {
		raw = slices.Concat([]byte("["), raw, []byte("]"))
	}
	var list []cited
	if err := strict(raw, &list); err != nil {
		return nil, fmt.Errorf("read citation: %w", err)
	}
	if len(list) == 0 {
		return nil, errors.New("no citation")
	}
	chain := make([]nursery.Citation, len(list))
	for i, c := range list {
		switch {
		case c.Doc == "":
			return nil, errors.New("a citation names no document")
		case c.Verified == nil:
			return nil, fmt.Errorf("citation of %s does not say whether it is verified", c.Doc)
		case len(c.Binding) != 2 || c.Binding < "L1" || c.Binding > "L8":
			return nil, fmt.Errorf("citation of %s: binding %q, want L1 to L8", c.Doc, c.Binding)
		case c.Binding == "L8":
			return nil, fmt.Errorf("citation of %s: a default of the engine (L8) is no legal ground", c.Doc)
		}
		chain[i] = nursery.Citation{Document: c.Doc, Number: c.No, Article: c.Article, Binding: c.Binding, Verified: *c.Verified}
	}
	return chain, nil
}

// mayFail returns an error for a chain of citations without a binding one: a recommended standard (L6) cannot make a
// decision fail alone.
func mayFail(basis []nursery.Citation) error {
	for _, c := range basis {
		if c.Binding <= "L5" || c.Binding == "L7" {
			return nil
		}
	}
	return errors.New("may fail, but rests on recommended standards alone (want one of L1–L5 or L7)")
}

// use is one place where a rule set creates a reason.
type use struct {
	id    string
	warns bool // it can create nothing but warnings
	at    *ast.Location
}

// reasonUses finds the calls that create reasons in compiled modules.
func reasonUses(modules []*ast.Module) ([]use, error) {
	var uses []use
	var faults []error
	for _, m := range modules {
		if m.Package.Path.Equal(libPath) {
			continue
		}
		ast.WalkExprs(m, func(e *ast.Expr) bool {
			if !e.IsCall() {
				return false
			}
			name := e.Operator()
			if len(name) != 3 || !name.HasPrefix(libPath) {
				return false
			}
			function := text(name[2])
			if function != "reason" && function != "missing" && function != "missing_paper" {
				return false
			}
			id, ok := e.Operand(0).Value.(ast.String)
			if !ok {
				faults = append(faults, fmt.Errorf("%s: the rule id given to lib.%s must be a literal", e.Location, function))
				return false
			}
			uses = append(uses, use{id: string(id), at: e.Location, warns: function == "reason" && warns(e.Operand(1))})
			return false
		})
	}
	return uses, errors.Join(faults...)
}

func warns(found *ast.Term) bool {
	object, ok := found.Value.(ast.Object)
	if !ok {
		return false
	}
	result := object.Get(keyResult)
	return result != nil && text(result) == string(nursery.Warn)
}

// checkUses returns an error for reasons without METADATA, METADATA without reasons, and fails without a binding
// citation.
func checkUses(rules map[string]rule, uses []use) error {
	var faults []error
	used := map[string]bool{}
	for _, u := range uses {
		used[u.id] = true
		r, ok := rules[u.id]
		if !ok {
			faults = append(faults, fmt.Errorf("%s: rule %s has no METADATA", u.at, u.id))
			continue
		}
		if err := mayFail(r.basis); err != nil && !u.warns {
			faults = append(faults, fmt.Errorf("%s: rule %s: %w", u.at, u.id, err))
		}
	}
	for id, r := range rules {
		if !used[id] {
			faults = append(faults, fmt.Errorf("%s: rule %s gives no reason", r.at, id))
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(faults...)
}
