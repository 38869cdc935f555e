package policies

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/util/channel"
)

// MinCoverage is the minimum percentage of lines covered by the rules' own tests.
const MinCoverage = 95.0

// TestOptions selects what Test runs. The zero value runs all tests of the rules in the program.
type TestOptions struct {
	Filter  string // regular expression over test names; if set, coverage is not checked
	Verbose bool   // print a line for passed tests too
}

// Test runs the tests of the rules compiled into the program and writes failures, coverage and a summary to w. It
// returns an error if tests failed, if there were none, or if coverage is below MinCoverage.
func Test(ctx context.Context, w io.Writer, opts TestOptions) error {
	src, err := readFolder(embedded)
	if err != nil {
		return err
	}
	units, err := src.units()
	if err != nil {
		return err
	}
	var run, failed int
	covered := cover.Report{Files: map[string]*cover.FileReport{}}
	for _, u := range units {
		results, report, err := src.test(ctx, u, opts)
		if err != nil {
			return fmt.Errorf("test %s: %w", u.name, err)
		}
		for _, r := range results {
			run++
			if !r.Pass() {
				failed++
			}
			if opts.Verbose || !r.Pass() {
				fmt.Fprintln(w, strings.TrimSpace(r.String()))
			}
		}
		maps.Copy(covered.Files, report.Files)
	}
	fmt.Fprintf(w, "%d rule tests, %d failed\n", run, failed)
	if failed > 0 {
		return fmt.Errorf("%d of %d rule tests failed", failed, run)
	}
	if run == 0 {
		return fmt.Errorf("no rule test matches %q", opts.Filter)
	}
	if opts.Filter != "" {
		return nil
	}
	return judgeCoverage(w, covered)
}

// unit is a set of folders compiled and tested together: a pack, or authz.
type unit struct {
	name    string
	folders []string // tested
	uses    []string // compiled as well, tested in another unit
	params  map[string]any
}

func (s *source) units() ([]unit, error) {
	entries, err := s.packs()
	if err != nil {
		return nil, err
	}
	var units []unit
	for _, e := range entries {
		params, _, err := s.parameters(e)
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", e.Name, err)
		}
		units = append(units, unit{name: e.Name, folders: e.Sources, params: params})
	}
	if s.has("authz") {
		units = append(units, unit{name: "authz", folders: []string{"authz"}, uses: []string{"lib"}})
	}
	return units, nil
}

// ruleTestTimeout is the time limit of a rule test; long enough for a busy machine.
const ruleTestTimeout = 5 * time.Minute

func (s *source) test(ctx context.Context, u unit, opts TestOptions) ([]*tester.Result, cover.Report, error) {
	modules, err := s.under(u.folders, isAny)
	if err != nil {
		return nil, cover.Report{}, err
	}
	used, err := s.under(u.uses, isPolicy)
	if err != nil {
		return nil, cover.Report{}, err
	}
	policies := maps.Clone(modules)
	maps.DeleteFunc(policies, func(path string, _ *ast.Module) bool { return !isPolicy(path) })
	maps.Copy(modules, used)

	store := inmem.NewFromObject(s.data(u.params))
	coverage := cover.New()
	runner := tester.NewRunner().SetStore(store).SetModules(modules).SetCoverageQueryTracer(coverage).SetCoverageRuns(nil).
		RaiseBuiltinErrors(true).Filter(opts.Filter).SetDefaultRegoVersion(ast.RegoV1).SetTimeout(ruleTestTimeout)
	var results []*tester.Result
	err = storage.Txn(ctx, store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		ch, err := runner.RunTests(ctx, txn)
		if err != nil {
			return err
		}
		results = channel.Collect(ch)
		return nil
	})
	if err != nil {
		return nil, cover.Report{}, err
	}
	// facts_used is evaluated when rules are loaded, so it counts as covered if loading succeeds.
	compiler, err := s.compile(append(slices.Clone(u.folders), u.uses...))
	if err != nil {
		return nil, cover.Report{}, err
	}
	for _, name := range ruleSetNames(slices.Collect(maps.Values(compiler.Modules))) {
		if _, err := readRuleSet(ctx, compiler, name, rego.QueryTracer(coverage)); err != nil {
			return nil, cover.Report{}, err
		}
	}
	slices.SortFunc(results, func(a, b *tester.Result) int { return strings.Compare(a.Package+a.Name, b.Package+b.Name) })
	return results, coverage.Report(policies), nil
}

// judgeCoverage computes the coverage over all policies, prints the lines that no test covers, and returns an error if
// it is too low.
func judgeCoverage(w io.Writer, report cover.Report) error {
	var hit, missed int
	for _, path := range slices.Sorted(maps.Keys(report.Files)) {
		f := report.Files[path]
		hit, missed = hit+f.CoveredLines, missed+f.NotCoveredLines
		for _, r := range f.NotCovered {
			fmt.Fprintf(w, "%s:%d-%d is reached by no test\n", path, r.Start.Row, r.End.Row)
		}
	}
	share := 100 * float64(hit) / float64(max(1, hit+missed))
	fmt.Fprintf(w, "coverage %.1f %% of %d lines\n", share, hit+missed)
	if share < MinCoverage {
		return fmt.Errorf("rule tests cover %.1f %%, want %.0f %%", share, MinCoverage)
	}
	return nil
}
