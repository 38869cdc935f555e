package procedures

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// rules are the rule sets of a procedure: the packages below rules/ that have reasons.
type rules struct {
	sets []ruleSet
	ids  []string // of the rules, sorted
}

// ruleSet is one package of rules.
type ruleSet struct {
	name    string
	at      place
	exports []string // names of its rules
	reads   []ruleRead
}

// ruleRead is a reference to the input, as in input.facts.year; a list's elements have no name.
type ruleRead struct {
	path []string
	at   place
}

// Rules returns the names of the rules, sorted, and the modules of Rego by their paths.
func (p *Procedure) Rules() (ids []string, modules map[string][]byte) { return p.rules.ids, p.rego }

// set returns the rule set of a name; nil if there is none.
func (r *rules) set(name string) *ruleSet {
	i := slices.IndexFunc(r.sets, func(s ruleSet) bool { return s.name == name })
	if i < 0 {
		return nil
	}
	return &r.sets[i]
}

// compileRules compiles the rules strictly and checks that each reason has a rule with a citation.
func compileRules(files, library map[string][]byte, out *problems) *rules {
	r := &rules{}
	if len(files) == 0 {
		return r
	}
	own, all := map[string]*ast.Module{}, map[string]*ast.Module{}
	for _, path := range sortedKeys(library) {
		m, err := parseRego(path, library[path])
		if err != nil {
			regoProblems(err, path, out)
			continue
		}
		all[path] = m
	}
	for _, path := range sortedKeys(files) {
		m, err := parseRego(path, files[path])
		if err != nil {
			regoProblems(err, path, out)
			continue
		}
		own[path], all[path] = m, m
	}
	// The compiler rewrites modules, so they are read before.
	cited := citedRules(own, out)
	for _, path := range sortedKeys(own) {
		r.add(own[path])
		checkReasons(own[path], path, cited, out)
		checkNegations(own[path], path, out)
	}
	r.ids = sortedKeys(cited)
	compiler := ast.NewCompiler().WithStrict(true).WithCapabilities(capabilities()).WithDefaultRegoVersion(ast.RegoV1)
	if compiler.Compile(all); compiler.Failed() {
		regoProblems(compiler.Errors, "rules", out)
	}
	return r
}

func parseRego(path string, raw []byte) (*ast.Module, error) {
	return ast.ParseModuleWithOpts(path, string(raw), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
}

// capabilities returns the builtins that rules may use: those of package policies, without network, clock and random numbers.
var capabilities = sync.OnceValue(func() *ast.Capabilities {
	all := ast.CapabilitiesForThisVersion()
	all.Builtins = slices.DeleteFunc(slices.Clone(all.Builtins), func(b *ast.Builtin) bool {
		return b.Nondeterministic || strings.HasPrefix(b.Name, "time.")
	})
	all.AllowNet = []string{}
	return all
})

func regoProblems(err error, path string, out *problems) {
	var list ast.Errors
	if !errors.As(err, &list) {
		out.add("law.rego", place{path, 1, 1}, err.Error())
		return
	}
	for _, e := range list {
		at := place{path, 1, 1}
		if e.Location != nil {
			at = location(e.Location)
		}
		out.add("law.rego", at, e.Message)
	}
}

func location(l *ast.Location) place { return place{l.File, l.Row, l.Col} }

// add adds the package of a module; several files may form one package.
func (r *rules) add(m *ast.Module) {
	name := strings.TrimPrefix(m.Package.Path.String(), "data.")
	set := r.set(name)
	if set == nil {
		r.sets = append(r.sets, ruleSet{name: name, at: location(m.Package.Location)})
		set = &r.sets[len(r.sets)-1]
	}
	for _, rule := range m.Rules {
		head := string(rule.Head.Name)
		if head == "" && len(rule.Head.Reference) > 0 {
			head = strings.Trim(rule.Head.Reference[0].String(), `"`)
		}
		if !slices.Contains(set.exports, head) {
			set.exports = append(set.exports, head)
		}
	}
	ast.WalkRefs(m, func(ref ast.Ref) bool {
		if head, ok := ref[0].Value.(ast.Var); !ok || string(head) != "input" {
			return false
		}
		read := ruleRead{at: location(ref[0].Location)}
		for _, part := range ref[1:] {
			s, ok := part.Value.(ast.String)
			if !ok {
				s = ""
			}
			read.path = append(read.path, string(s))
		}
		set.reads = append(set.reads, read)
		return false
	})
}

// names returns the names of the packages that have reasons, and so are rule sets.
func (r *rules) names() (list []string) {
	for _, s := range r.sets {
		if slices.Contains(s.exports, "reasons") {
			list = append(list, s.name)
		}
	}
	return list
}

// citedRules returns the ids of the rules with METADATA, each with whether it may fail: whether it cites more than recommended
// standards.
func citedRules(modules map[string]*ast.Module, out *problems) map[string]bool {
	ids := map[string]bool{}
	for _, path := range sortedKeys(modules) {
		for _, a := range modules[path].Annotations {
			id, ok := a.Custom["rule"].(string)
			if !ok {
				continue
			}
			at := location(a.Location)
			if _, twice := ids[id]; twice {
				out.add("law.rule_twice", at, id)
			}
			if a.Title == "" {
				out.add("law.rule_title", at, id)
			}
			mayFail, why := cites(a.Custom["basis"])
			if why != "" {
				out.add("law.cite", at, id, why)
			}
			ids[id] = mayFail || why != ""
		}
	}
	return ids
}

// cites reads the citations of a rule. It reports whether one of them is binding, and what is wrong with them.
func cites(basis any) (binding bool, why string) {
	list, ok := basis.([]any)
	if !ok {
		list = []any{basis}
	}
	for _, item := range list {
		c, ok := item.(map[string]any)
		if !ok {
			return false, "没有依据（basis）"
		}
		level, _ := c["binding"].(string)
		_, verified := c["verified"].(bool)
		switch {
		case c["doc"] == nil || c["doc"] == "":
			return false, "依据没有写文件名称（doc）"
		case !verified:
			return false, "依据没有写是否已核对（verified）"
		case len(level) != 2 || level < "L1" || level > "L7":
			return false, "依据的约束力（binding）应当是 L1 到 L7"
		}
		binding = binding || level != "L6"
	}
	return binding, ""
}

// checkReasons checks the calls that create reasons: the rule is a literal with METADATA, and a fail has a binding citation.
func checkReasons(m *ast.Module, path string, cited map[string]bool, out *problems) {
	for _, rule := range m.Rules {
		if rule.Head.Name != "reasons" || rule.Head.Key == nil {
			continue
		}
		ast.WalkTerms(rule, func(t *ast.Term) bool {
			call, ok := t.Value.(ast.Call)
			if !ok || len(call) < 3 || !slices.Contains([]string{"lib.reason", "lib.missing", "lib.missing_paper"}, call[0].String()) {
				return false
			}
			at := place{path, t.Location.Row, t.Location.Col}
			id, ok := call[1].Value.(ast.String)
			if !ok {
				out.add("law.literal", at)
				return false
			}
			mayFail, known := cited[string(id)]
			switch {
			case !known:
				out.add("law.uncited", at, string(id))
			case !mayFail && !warns(call):
				out.add("law.cite", at, string(id), "只依据推荐性标准（L6），不能据此不予通过")
			}
			return false
		})
	}
}

// checkNegations checks that no call is negated on what the input may lack: it is undefined then, and so is its negation, so that
// the rule is silent where something is missing. It may be negated where the body reads the same elsewhere.
func checkNegations(m *ast.Module, path string, out *problems) {
	defined := definedIn(m)
	ast.WalkBodies(m, func(body ast.Body) bool {
		read := map[string]bool{}
		for _, e := range body {
			if !e.Negated {
				for _, ref := range mayLack(e, defined) {
					read[ref.String()] = true
				}
			}
		}
		for _, e := range body {
			if !e.Negated || !e.IsCall() {
				continue
			}
			for _, ref := range mayLack(e, defined) {
				if !read[ref.String()] {
					out.add("law.negated", place{path, e.Location.Row, e.Location.Col}, ref.String())
				}
			}
		}
		return false
	})
}

// definedIn returns the first names of what is there whatever the input has: data, imports, the rules of the module and the functions of
// Rego.
func definedIn(m *ast.Module) map[string]bool {
	defined := map[string]bool{"data": true}
	for _, i := range m.Imports {
		defined[string(i.Name())] = true
	}
	for _, r := range m.Rules {
		defined[string(r.Head.Name)] = true
	}
	for _, b := range capabilities().Builtins {
		name, _, _ := strings.Cut(b.Name, ".")
		defined[name] = true
	}
	return defined
}

// mayLack returns what an expression reads of the input and the input may lack, also by the name of a row.
func mayLack(e *ast.Expr, defined map[string]bool) (list []ast.Ref) {
	ast.WalkRefs(e, func(ref ast.Ref) bool {
		head, ok := ref[0].Value.(ast.Var)
		parts := 1
		if ok && string(head) == "input" {
			parts = 2 // facts, answers and rows are always there
		}
		if ok && len(ref) > parts && !defined[string(head)] {
			list = append(list, ref)
		}
		return false
	})
	return list
}

// warns reports whether a call creates nothing but warnings.
func warns(call ast.Call) bool {
	found, ok := call[2].Value.(ast.Object)
	if !ok {
		return false
	}
	result := found.Get(ast.StringTerm("result"))
	return result != nil && result.Value.Compare(ast.String("warn")) == 0
}
