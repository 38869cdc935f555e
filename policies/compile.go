package policies

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"tuoyu/nursery"
)

var libPath = ast.MustParseRef("data.lib")

// snapshot is everything compiled from one set of rules. It is immutable.
type snapshot struct {
	src      *source
	revision string
	packs    []*pack // in order of their first day
	authz    *rego.PreparedEvalQuery
}

// pack is the rules of one legal regime, in force from its first day until the next pack begins.
type pack struct {
	packEntry
	name       string
	revision   string
	modules    []*ast.Module
	packages   map[string]string // the package of each file, without data
	ruleSets   map[string]ruleSet
	sets       []SetStatus
	tests      int
	rules      map[string]rule
	checklists map[string][]question
	base       *area
	counties   map[string]*area
}

type ruleSet struct {
	name      string
	factsUsed []string
	parts     [][]string // factsUsed, split
	reads     reads
}

// packEntry is one line of packs/data.json.
type packEntry struct {
	Name    string        `json:"name"`
	Title   string        `json:"title"`
	From    nursery.Date  `json:"from"`
	Until   *nursery.Date `json:"until"`
	Sources []string      `json:"sources"`
	Params  string        `json:"params"`
}

// area is where one set of parameters applies: a county with an overlay, or everywhere else.
type area struct {
	queries map[string]rego.PreparedEvalQuery
	reasons map[string]groundwork
	params  map[string]any
}

// groundwork is the data that the engine adds to each reason of a rule.
type groundwork struct {
	rule
	verified bool // the citations and parameters
}

// packOn returns the pack in force on a date, or an error if there is none.
func (s *snapshot) packOn(d nursery.Date) (*pack, error) {
	if d.IsZero() {
		return nil, errors.New("no date to judge by")
	}
	for _, p := range slices.Backward(s.packs) {
		if !d.Before(p.From) {
			if p.Until != nil && !d.Before(*p.Until) {
				return nil, fmt.Errorf("no rules are in force on %s: pack %s ended on %s", d, p.name, *p.Until)
			}
			return p, nil
		}
	}
	return nil, fmt.Errorf("no rules are in force on %s: the first pack starts on %s", d, s.packs[0].From)
}

func (p *pack) area(county string) *area {
	if a, ok := p.counties[county]; ok {
		return a
	}
	return p.base
}

func (p *pack) status() PackStatus {
	s := PackStatus{
		Name: p.name, Title: p.Title, Revision: p.revision, From: p.From, Sets: p.sets, Rules: len(p.rules), Tests: p.tests,
		RuleSets: slices.Sorted(maps.Keys(p.ruleSets)), Counties: slices.Sorted(maps.Keys(p.counties)),
	}
	if p.Until != nil {
		s.Until = *p.Until
	}
	return s
}

// compile compiles rules for evaluation, and returns an error for rules that violate the convention.
func compile(ctx context.Context, src *source) (*snapshot, error) {
	entries, err := src.packs()
	if err != nil {
		return nil, err
	}
	if err := src.checkOverlays(entries); err != nil {
		return nil, err
	}
	snap := &snapshot{src: src, revision: src.revision()}
	for i, entry := range entries {
		if i > 0 && (entries[i-1].Until == nil || entry.From.Before(*entries[i-1].Until)) {
			return nil, fmt.Errorf("pack %s starts on %s, before pack %s ends", entry.Name, entry.From, entries[i-1].Name)
		}
		p, err := compilePack(ctx, src, entry)
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", entry.Name, err)
		}
		snap.packs = append(snap.packs, p)
	}
	owner := map[string]string{}
	for _, p := range snap.packs {
		for id, r := range p.rules {
			if at, ok := owner[id]; ok && at != r.at.String() {
				return nil, fmt.Errorf("rule %s stands at %s and at %s: an id belongs to one rule", id, at, r.at)
			}
			owner[id] = r.at.String()
		}
	}
	if snap.authz, err = compileAuthz(ctx, src); err != nil {
		return nil, fmt.Errorf("authz: %w", err)
	}
	return snap, nil
}

func compilePack(ctx context.Context, src *source, entry packEntry) (*pack, error) {
	compiler, err := src.compile(entry.Sources)
	if err != nil {
		return nil, err
	}
	p := &pack{packEntry: entry, name: entry.Name, ruleSets: map[string]ruleSet{}, counties: map[string]*area{}}
	for _, path := range slices.Sorted(maps.Keys(compiler.Modules)) {
		p.modules = append(p.modules, compiler.Modules[path])
	}
	params, overlays, err := src.parameters(entry)
	if err != nil {
		return nil, err
	}
	p.revision = src.revisionOf(entry.Sources, params, overlays)
	leaves, err := readParameters(params)
	if err != nil {
		return nil, err
	}
	if p.rules, err = checkLaw(p.modules, leaves); err != nil {
		return nil, err
	}
	if p.checklists, err = readChecklists(src.tree, params, p.rules); err != nil {
		return nil, err
	}
	for _, name := range ruleSetNames(p.modules) {
		set, err := readRuleSet(ctx, compiler, name)
		if err != nil {
			return nil, err
		}
		p.ruleSets[name] = set
	}
	if len(p.ruleSets) == 0 {
		return nil, errors.New("no rule set: no package has reasons")
	}
	p.sets, p.tests = p.contents(src)
	if p.base, err = p.prepare(ctx, compiler, src.data(params), leaves); err != nil {
		return nil, err
	}
	for _, o := range overlays {
		merged, set, err := mergeOverlay(params, o)
		if err != nil {
			return nil, err
		}
		if p.counties[o.County], err = p.prepare(ctx, compiler, src.data(merged), append(slices.Clone(leaves), set...)); err != nil {
			return nil, fmt.Errorf("overlay of county %s: %w", o.County, err)
		}
	}
	return p, nil
}

var testHeads = regexp.MustCompile(`(?m)^test_[a-z0-9_]+`)

// contents counts the rules and tests of each rule set, and the tests of the pack. Rules shared between sets, and
// tested on their own, count for the pack alone.
func (p *pack) contents(src *source) (sets []SetStatus, tests int) {
	rules, titles, tested := map[string]int{}, map[string]string{}, map[string]int{}
	p.packages = map[string]string{}
	for _, m := range p.modules {
		name := strings.TrimPrefix(m.Package.Path.String(), "data.")
		p.packages[m.Package.Location.File] = name
		for _, a := range m.Annotations {
			if a.Scope == "package" && a.Title != "" {
				titles[name] = a.Title
			}
		}
	}
	for _, r := range p.rules {
		rules[p.packages[r.at.File]]++
	}
	for path, raw := range src.files {
		if isPolicy(path) || !inFolders(path, p.Sources) {
			continue
		}
		n := len(testHeads.FindAll(raw, -1))
		tests += n
		tested[strings.TrimSuffix(packageOf(raw), "_test")] += n
	}
	for _, name := range slices.Sorted(maps.Keys(p.ruleSets)) {
		sets = append(sets, SetStatus{Name: name, Title: titles[name], Rules: rules[name], Tests: tested[name]})
	}
	return sets, tests
}

var packageLine = regexp.MustCompile(`(?m)^package ([a-z0-9_.]+)`)

func packageOf(raw []byte) string {
	if found := packageLine.FindSubmatch(raw); found != nil {
		return string(found[1])
	}
	return ""
}

// checkLaw reads the METADATA of the rules and compares it with the reasons they create and the parameters they use.
func checkLaw(modules []*ast.Module, leaves []parameter) (map[string]rule, error) {
	rules, err := readRules(modules)
	if err != nil {
		return nil, err
	}
	uses, err := reasonUses(modules)
	if err != nil {
		return nil, err
	}
	faults := []error{checkUses(rules, uses)}
	for _, leaf := range leaves {
		for _, id := range leaf.rules {
			if _, ok := rules[id]; !ok {
				faults = append(faults, fmt.Errorf("parameter %s: no rule %s", leaf.path, id))
			}
		}
	}
	return rules, errors.Join(faults...)
}

func compileAuthz(ctx context.Context, src *source) (*rego.PreparedEvalQuery, error) {
	if !src.has("authz") {
		return nil, nil
	}
	compiler, err := src.compile([]string{"authz", "lib"})
	if err != nil {
		return nil, err
	}
	if _, there := src.tree["acts"]; !there && readsActs(compiler) {
		return nil, errors.New("the rules read data.acts, and the bundle has no acts/data.json: everything would be refused")
	}
	query, err := rego.New(
		rego.Query("allow = [x | x = data.authz.allow]; deny_reason = [x | x = data.authz.deny_reason]"),
		rego.Compiler(compiler), rego.Store(astStore(src.data(nil))), rego.StrictBuiltinErrors(true),
	).PrepareForEval(ctx)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	return &query, nil
}

// readsActs reports whether a module refers to data.acts.
func readsActs(compiler *ast.Compiler) bool {
	acts, found := ast.MustParseRef("data.acts"), false
	for _, module := range compiler.Modules {
		ast.WalkRefs(module, func(r ast.Ref) bool {
			found = found || r.HasPrefix(acts)
			return found
		})
	}
	return found
}

func (s *source) compile(folders []string) (*ast.Compiler, error) {
	modules, err := s.under(folders, isPolicy)
	if err != nil {
		return nil, err
	}
	compiler := ast.NewCompiler().
		WithStrict(true).
		WithCapabilities(capabilities()).
		WithUseTypeCheckAnnotations(true).
		WithSchemas(inputSchemas()).
		WithDefaultRegoVersion(ast.RegoV1)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, fmt.Errorf("compile rules: %w", compiler.Errors)
	}
	return compiler, nil
}

// capabilities returns the builtins that rules may use, without those that access the network, the clock or random
// numbers. It also excludes the time functions, which count in nanoseconds and end in 2262, so that a later date would
// be an error; lib counts days by the calendar.
func capabilities() *ast.Capabilities {
	all := ast.CapabilitiesForThisVersion()
	all.Builtins = slices.DeleteFunc(slices.Clone(all.Builtins), func(b *ast.Builtin) bool {
		return b.Nondeterministic || strings.HasPrefix(b.Name, "time.")
	})
	all.AllowNet = []string{}
	return all
}

func ruleSetNames(modules []*ast.Module) []string {
	names := map[string]bool{}
	for _, m := range modules {
		for _, r := range m.Rules {
			if r.Head.Name == "reasons" {
				names[strings.TrimPrefix(m.Package.Path.String(), "data.")] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// readRuleSet reads the facts that a package declares as used and checks that each is a field of the input.
func readRuleSet(ctx context.Context, compiler *ast.Compiler, name string, options ...func(*rego.Rego)) (ruleSet, error) {
	options = append(options, rego.Query("x = data."+name+".facts_used"), rego.Compiler(compiler))
	results, err := rego.New(options...).Eval(ctx)
	if err != nil {
		return ruleSet{}, fmt.Errorf("rule set %s: facts_used: %w", name, err)
	}
	if len(results) != 1 {
		return ruleSet{}, fmt.Errorf("rule set %s: facts_used must be a constant set of JSON Pointers", name)
	}
	raw, err := json.Marshal(results[0].Bindings["x"])
	if err != nil {
		return ruleSet{}, fmt.Errorf("rule set %s: facts_used: %w", name, err)
	}
	set := ruleSet{name: name}
	if err := json.Unmarshal(raw, &set.factsUsed); err != nil {
		return ruleSet{}, fmt.Errorf("rule set %s: facts_used: %w", name, err)
	}
	slices.Sort(set.factsUsed)
	for _, pointer := range set.factsUsed {
		parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
		if !fieldExists(factsOf(name), parts) {
			return ruleSet{}, fmt.Errorf("rule set %s: facts_used: no field %s", name, pointer)
		}
		set.parts = append(set.parts, parts)
	}
	set.reads = readsOf(compiler, name)
	return set, checkFactsUsed(set)
}

// prepare prepares the queries of one area.
func (p *pack) prepare(ctx context.Context, compiler *ast.Compiler, data map[string]any, leaves []parameter) (*area, error) {
	a := &area{queries: map[string]rego.PreparedEvalQuery{}, reasons: map[string]groundwork{}}
	a.params, _ = data["params"].(map[string]any)
	for id, r := range p.rules {
		g := groundwork{rule: r, verified: r.verified}
		g.basis = slices.Clone(r.basis)
		for _, leaf := range leaves {
			if !slices.Contains(leaf.rules, id) {
				continue
			}
			g.verified = g.verified && leaf.verified
			for _, c := range leaf.basis {
				g.basis = append(g.basis, c)
				g.verified = g.verified && c.Verified
			}
		}
		a.reasons[id] = g
	}
	store := astStore(data)
	for name := range p.ruleSets {
		query, err := rego.New(
			rego.Query(ruleSetQuery(name)), rego.Compiler(compiler), rego.Store(store), rego.StrictBuiltinErrors(true),
		).PrepareForEval(ctx)
		if err != nil {
			return nil, fmt.Errorf("prepare %s: %w", name, err)
		}
		a.queries[name] = query
	}
	return a, nil
}

// ruleSetQuery returns the query for all exports of a rule set; an undefined export evaluates to an empty list.
func ruleSetQuery(name string) string {
	p := "data." + name
	return fmt.Sprintf("reasons = %s.reasons; applicable = [x | x = %s.applicable]; route = [x | x = %s.route]", p, p, p)
}

// astStore returns a store that holds parameters as terms, so that reading one needs no conversion.
func astStore(data map[string]any) storage.Store {
	return inmem.NewFromObjectWithOpts(data, inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
}
