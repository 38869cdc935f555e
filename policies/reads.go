package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// reads says which parts of the input rules can see, by field name; nil is all of it. Rules see the input through
// references alone, and the constant beginning of each is known when they are compiled. So only what a rule set can
// see is turned into terms: the registration rules never look at staff or papers, which are most of a filing.
type reads map[string]reads

// readsOf collects the references to input of all rules that the rule set reaches.
func readsOf(compiler *ast.Compiler, set string) reads {
	root := reads{}
	whole := false
	seen := map[*ast.Rule]bool{}
	var open []*ast.Rule
	for _, name := range []string{"reasons", "applicable", "route"} {
		open = append(open, compiler.GetRulesExact(ast.MustParseRef("data."+set+"."+name))...)
	}
	for len(open) > 0 {
		rule := open[len(open)-1]
		open = open[:len(open)-1]
		if seen[rule] {
			continue
		}
		seen[rule] = true
		ast.WalkRefs(rule, func(ref ast.Ref) bool {
			if ref[0].Equal(ast.InputRootDocument) {
				whole = whole || !root.add(ref[1:])
			}
			return false
		})
		for dependency := range compiler.Graph.Dependencies(rule) {
			if next, ok := dependency.(*ast.Rule); ok {
				open = append(open, next)
			}
		}
	}
	if whole {
		return nil
	}
	return root
}

// add takes a reference below this node; false says that it sees the whole of it.
func (r reads) add(ref ast.Ref) bool {
	if len(ref) == 0 {
		return false
	}
	name, ok := ref[0].Value.(ast.String)
	if !ok {
		return false
	}
	child, known := r[string(name)]
	if known && child == nil {
		return true
	}
	if child == nil {
		child = reads{}
	}
	if !child.add(ref[1:]) {
		child = nil
	}
	r[string(name)] = child
	return true
}

// below says whether a field is seen, and what of it.
func (r reads) below(name string) (reads, bool) {
	if r == nil {
		return nil, true
	}
	child, ok := r[name]
	return child, ok
}

// pointers lists what is seen as JSON Pointers.
func (r reads) pointers(prefix string) []string {
	if r == nil {
		return []string{prefix}
	}
	var all []string
	for name, child := range r {
		all = append(all, child.pointers(prefix+"/"+name)...)
	}
	slices.Sort(all)
	return all
}

// checkFactsUsed holds what a rule set says it uses against what its rules can see, both ways.
func checkFactsUsed(set ruleSet) error {
	if set.reads == nil {
		return fmt.Errorf("rule set %s reads input as a whole: name the fields it reads", set.name)
	}
	within := func(inner, outer string) bool { return inner == outer || strings.HasPrefix(inner, outer+"/") }
	seen := set.reads.pointers("")
	for _, pointer := range set.factsUsed {
		if !slices.ContainsFunc(seen, func(s string) bool { return within(pointer, s) || within(s, pointer) }) {
			return fmt.Errorf("rule set %s: facts_used names %s, which no rule reads", set.name, pointer)
		}
	}
	for _, s := range seen {
		if s == "/as_of" || s == "/county" {
			continue
		}
		if !slices.ContainsFunc(set.factsUsed, func(pointer string) bool { return within(pointer, s) || within(s, pointer) }) {
			return fmt.Errorf("rule set %s: facts_used lacks %s, which a rule reads", set.name, s)
		}
	}
	return nil
}
