// Package policies is the rules engine 规则引擎: it loads the Rego packs and their parameters, rejects rules without a
// citation, and decides facts by the pack in force on a date. README.md in its folder describes how rules are written.
package policies

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"

	"tuoyu/nursery"
)

//go:embed */*.rego */data.json */*/data.json
var embedded embed.FS

// Embedded returns the rules compiled into the program, tests included.
func Embedded() fs.FS { return embedded }

// Engine decides facts by rules. It is safe for concurrent use; a new bundle replaces the old one between two
// decisions, never within one.
type Engine struct {
	current atomic.Pointer[snapshot]
	remote  *remote
	bounded bool // an evaluation ends with its context, as rules need that nobody has reviewed
	log     *slog.Logger

	mu     sync.Mutex
	status Status
}

// Status describes the loaded rules for an operator: which, since when, and the last error.
type Status struct {
	Source    string       // origin of the rules: "embedded", or the URL of the bundle
	Revision  string       // content hash of everything loaded
	LoadedAt  time.Time    // when these rules came into use
	CheckedAt time.Time    // when a bundle was last requested
	Err       error        // why the newest bundle was rejected; nil if it was not
	Packs     []PackStatus // in order of their first day
}

// PackStatus describes one pack of rules.
type PackStatus struct {
	Name     string
	Title    string
	Revision string
	From     nursery.Date
	Until    nursery.Date // first day no longer in force; zero if open-ended
	RuleSets []string
	Sets     []SetStatus // the same, with their contents
	Counties []string    // with an overlay of their own
	Rules    int         // rules with a citation, of rule sets or shared between them
	Tests    int
}

// SetStatus describes one rule set of a pack.
type SetStatus struct {
	Name  string
	Title string
	Rules int
	Tests int
}

// New loads the rules compiled into the program. An error means that the program was built with rules that violate the
// convention, which Check reports.
func New(ctx context.Context) (*Engine, error) { return load(ctx, embedded, "embedded") }

// Load loads rules from a folder with the layout of this one. It returns an error for rules without citation,
// parameters without direction, and county overlays that loosen a parameter.
func Load(ctx context.Context, fsys fs.FS) (*Engine, error) { return load(ctx, fsys, "folder") }

func load(ctx context.Context, fsys fs.FS, name string) (*Engine, error) {
	src, err := readFolder(fsys)
	if err != nil {
		return nil, err
	}
	snap, err := compile(ctx, src)
	if err != nil {
		return nil, err
	}
	e := &Engine{log: slog.Default()}
	e.use(snap, name)
	return e, nil
}

func (e *Engine) use(snap *snapshot, source string) {
	now := time.Now()
	status := Status{Source: source, Revision: snap.revision, LoadedAt: now, CheckedAt: now}
	for _, p := range snap.packs {
		status.Packs = append(status.Packs, p.status())
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.current.Store(snap)
	e.status = status
}

// Status reports which rules are loaded and whether the last attempt to renew them failed.
func (e *Engine) Status() Status {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.status
}

// neverCancelled saves each evaluation a goroutine that waits for its context: an evaluation takes a fraction of a
// millisecond, so the context is checked once, before it.
var neverCancelled = topdown.NewCancel()

// keepTerm returns results as terms, which are converted directly into a decision.
func keepTerm(t *ast.Term, _ *rego.EvalContext) (any, error) { return t, nil }

// Decide evaluates the rule set on the facts under the pack in force on asOf, the day the case was received, with the
// overlay of the county if it has one. Facts are a struct, map or raw JSON whose fields are those of
// nursery.FilingFacts; a missing fact is unknown, never false. It returns an error for an unknown rule set, a date that
// no pack covers, or facts that are not an object.
func (e *Engine) Decide(ctx context.Context, ruleSet string, facts any, asOf nursery.Date, county string) (nursery.Decision, error) {
	start := time.Now()
	if err := ctx.Err(); err != nil {
		return nursery.Decision{}, fmt.Errorf("decide %s: %w", ruleSet, err)
	}
	p, err := e.current.Load().packOn(asOf)
	if err != nil {
		return nursery.Decision{}, fmt.Errorf("decide %s: %w", ruleSet, err)
	}
	set, ok := p.ruleSets[ruleSet]
	if !ok {
		return nursery.Decision{}, fmt.Errorf("decide %s: no such rule set in pack %s", ruleSet, p.name)
	}
	input, err := toObject(facts, set.reads)
	if err != nil {
		return nursery.Decision{}, fmt.Errorf("decide %s: read facts: %w", ruleSet, err)
	}
	date := asOf.String()
	input.Insert(keyAsOf, ast.StringTerm(date))
	if county != "" {
		input.Insert(keyCounty, ast.StringTerm(county))
	}
	area := p.area(county)
	query := area.queries[ruleSet]
	options := []rego.EvalOption{rego.EvalParsedInput(input), rego.EvalGenerateJSON(keepTerm)}
	if !e.bounded {
		options = append(options, rego.EvalExternalCancel(neverCancelled))
	}
	results, err := query.Eval(ctx, options...)
	if err != nil {
		return nursery.Decision{}, fmt.Errorf("decide %s: evaluate: %w", ruleSet, err)
	}
	decision, err := area.decision(results, input, set)
	if err != nil {
		return nursery.Decision{}, fmt.Errorf("decide %s: %w", ruleSet, err)
	}
	decision.RuleSet, decision.AsOf, decision.Revision = ruleSet, asOf, p.revision
	decision.Duration = time.Since(start)
	return decision, nil
}

// Allow evaluates the authz rules and reports whether an act is allowed, and why not. An undefined result is a denial.
// It returns an error for an input that is not an object, or rules without an authz package.
func (e *Engine) Allow(ctx context.Context, input any) (bool, string, error) {
	if err := ctx.Err(); err != nil {
		return false, "", fmt.Errorf("authorise: %w", err)
	}
	query := e.current.Load().authz
	if query == nil {
		return false, "", fmt.Errorf("authorise: the rules hold no package authz")
	}
	object, err := toObject(input, nil)
	if err != nil {
		return false, "", fmt.Errorf("authorise: read input: %w", err)
	}
	results, err := query.Eval(ctx, rego.EvalParsedInput(object), rego.EvalGenerateJSON(keepTerm), rego.EvalExternalCancel(neverCancelled))
	if err != nil {
		return false, "", fmt.Errorf("authorise: evaluate: %w", err)
	}
	if len(results) != 1 {
		return false, "", fmt.Errorf("authorise: %d results, want 1", len(results))
	}
	if allowed, ok := first(results[0].Bindings, "allow"); ok && allowed.Equal(ast.InternedTerm(true)) {
		return true, "", nil
	}
	reason := ""
	if term, ok := first(results[0].Bindings, "deny_reason"); ok {
		reason = text(term)
	}
	return false, reason, nil
}
