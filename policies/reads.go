package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// reads is the set of input fields that rules can read, by field name, with anyElement for the elements of a list; nil
// is all of the input. Rules read the input through references alone, which are known at compile time. So only the
// facts that a rule set can read are converted to terms: a filing has hundreds of values, most of them irrelevant to
// any one set.
type reads map[string]reads

const anyElement = "*"

// readsOf collects the references to input of all rules reachable from the rule set. A variable bound to an element of
// a list is followed as long as rules access its fields; any other use counts as reading the whole element.
func readsOf(compiler *ast.Compiler, set string) reads {
	collected := reads{}
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
		if !(&ruleReads{into: collected, elements: elementsOf(rule)}).collect(rule) {
			return nil
		}
		for dependency := range compiler.Graph.Dependencies(rule) {
			if next, ok := dependency.(*ast.Rule); ok {
				open = append(open, next)
			}
		}
	}
	return collected
}

// elementsOf returns the local variables bound to parts of the input: x in `x = input.application.classes[_]`, and y in
// `y = x.rooms[_]`.
func elementsOf(rule *ast.Rule) map[ast.Var][][]string {
	elements := map[ast.Var][][]string{}
	for known := -1; known < len(elements); {
		known = len(elements)
		ast.WalkExprs(rule, func(e *ast.Expr) bool {
			if v, ref, ok := definition(e); ok {
				if paths := pathsOf(ref, elements); paths != nil && elements[v] == nil {
					elements[v] = paths
				}
			}
			return false
		})
	}
	return elements
}

// definition returns the variable and the reference of an equation between the two, in either order.
func definition(e *ast.Expr) (ast.Var, ast.Ref, bool) {
	if !e.IsEquality() || len(e.With) > 0 {
		return "", nil, false
	}
	left, right := e.Operand(0).Value, e.Operand(1).Value
	if v, ok := left.(ast.Var); ok {
		ref, ok := right.(ast.Ref)
		return v, ref, ok
	}
	if v, ok := right.(ast.Var); ok {
		ref, ok := left.(ast.Ref)
		return v, ref, ok
	}
	return "", nil, false
}

// lookup returns object.get(x, "name", …) and object.get(x, ["name", "name"], …) as the reference x.name.name.
func lookup(e *ast.Expr) (ast.Ref, bool) {
	if !e.IsCall() || e.Operator().String() != ast.ObjectGet.Name || len(e.With) > 0 {
		return nil, false
	}
	var ref ast.Ref
	switch from := e.Operand(0).Value.(type) {
	case ast.Var:
		ref = ast.Ref{e.Operand(0)}
	case ast.Ref:
		ref = slices.Clone(from)
	default:
		return nil, false
	}
	switch key := e.Operand(1).Value.(type) {
	case ast.String:
		return append(ref, e.Operand(1)), true
	case *ast.Array:
		for i := range key.Len() {
			if _, ok := key.Elem(i).Value.(ast.String); !ok {
				return nil, false
			}
			ref = append(ref, key.Elem(i))
		}
		return ref, key.Len() > 0
	}
	return nil, false
}

// pathsOf returns the input paths that a reference addresses, resolving the known variables; nil if it is not a
// reference to the input.
func pathsOf(ref ast.Ref, elements map[ast.Var][][]string) [][]string {
	var starts [][]string
	switch head, _ := ref[0].Value.(ast.Var); {
	case ref[0].Equal(ast.InputRootDocument):
		starts = [][]string{nil}
	default:
		starts = elements[head]
	}
	var paths [][]string
	for _, start := range starts {
		path := slices.Clone(start)
		for _, term := range ref[1:] {
			if name, ok := term.Value.(ast.String); ok {
				path = append(path, string(name))
			} else {
				path = append(path, anyElement)
			}
		}
		paths = append(paths, path)
	}
	return paths
}

// ruleReads collects the reads of one rule.
type ruleReads struct {
	into     reads
	elements map[ast.Var][][]string
	whole    bool // the rule reads all of the input
}

func (r *ruleReads) collect(rule *ast.Rule) bool {
	ast.NewGenericVisitor(r.visit).Walk(rule)
	return !r.whole
}

func (r *ruleReads) visit(x any) bool {
	switch x := x.(type) {
	case *ast.Expr:
		if v, ref, ok := definition(x); ok && r.elements[v] != nil {
			r.inside(ref)
			return true
		}
		if ref, ok := lookup(x); ok {
			r.see(pathsOf(ref, r.elements))
			for _, operand := range x.Operands()[2:] {
				ast.NewGenericVisitor(r.visit).Walk(operand)
			}
			return true
		}
	case ast.Ref:
		r.see(pathsOf(x, r.elements))
		r.inside(x)
		return true
	case ast.Var:
		r.see(r.elements[x])
	}
	return false
}

// inside visits the terms inside the brackets of a reference.
func (r *ruleReads) inside(ref ast.Ref) {
	for _, term := range ref[1:] {
		ast.NewGenericVisitor(r.visit).Walk(term)
	}
}

func (r *ruleReads) see(paths [][]string) {
	for _, path := range paths {
		r.whole = r.whole || len(path) == 0
		r.into.add(path)
	}
}

// add adds a path below this node; a node that is read as a whole remains so.
func (r reads) add(path []string) {
	if len(path) == 0 {
		return
	}
	child, known := r[path[0]]
	switch {
	case known && child == nil:
		return
	case len(path) == 1:
		r[path[0]] = nil
		return
	case child == nil:
		child = reads{}
		r[path[0]] = child
	}
	child.add(path[1:])
}

// below reports whether a field is read, and returns which parts of it are. If a rule iterates over all fields, each is
// read as a whole.
func (r reads) below(name string) (reads, bool) {
	if r == nil {
		return nil, true
	}
	if _, any := r[anyElement]; any {
		return nil, true
	}
	child, ok := r[name]
	return child, ok
}

// element returns which parts of the elements of a list are read.
func (r reads) element() reads {
	if len(r) == 1 {
		return r[anyElement]
	}
	return nil
}

// pointers returns the paths that are read as JSON Pointers.
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

// checkFactsUsed returns an error if the facts that a rule set declares differ from those that its rules can read.
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
		if s == "/as_of" || s == "/county" || strings.HasSuffix(s, "/*/id") || strings.HasSuffix(s, "/*/number") {
			continue // the name of a case or element is not a fact about it
		}
		if !slices.ContainsFunc(set.factsUsed, func(pointer string) bool { return within(pointer, s) || within(s, pointer) }) {
			return fmt.Errorf("rule set %s: facts_used lacks %s, which a rule reads", set.name, s)
		}
	}
	return nil
}
