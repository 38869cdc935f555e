package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/util"

	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/testdata"
)

// rulesRounds is the number of turns of each way of deciding, and rulesTurn the approximate length of a turn.
const (
	rulesRounds = 25
	rulesTurn   = 40 * time.Millisecond
)

// ruleSets are the rule sets evaluated on a filing.
var ruleSets = []string{"registration.route", "filing.complete", "filing.conform"}

// asked is a filing in the form in which a Go program passes it to OPA.
type asked struct {
	nursery.FilingFacts
	AsOf   string `json:"as_of"`
	County string `json:"county"`
}

func factsOf(name string) (asked, error) {
	app, err := testdata.Application(name)
	if err != nil {
		return asked{}, err
	}
	reg, err := testdata.Registration(name)
	if err != nil {
		return asked{}, err
	}
	facts := nursery.FilingFacts{Application: app, Registration: &reg, ReceivedOn: testdata.AsOf}
	return asked{facts, testdata.AsOf.String(), app.Institution.County}, nil
}

// rules compares Decide with OPA's own prepared evaluation of the same rules over the same Go value, and both with
// cel-go for the checks that cel.go lists.
func (b *bench) rules(ctx context.Context) error {
	engine, err := policies.New(ctx)
	if err != nil {
		return err
	}
	modules, data, err := embeddedRules()
	if err != nil {
		return err
	}
	for _, name := range []string{"community", "eleven_gaps"} {
		facts, err := factsOf(name)
		if err != nil {
			return err
		}
		if err := b.decide(ctx, engine, modules, data, name, facts); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return b.cel(ctx, modules, data)
}

func (b *bench) decide(ctx context.Context, engine *policies.Engine, modules map[string]string, data map[string]any, name string, facts asked) error {
	var ways [2]func() error
	queries := make([]rego.PreparedEvalQuery, len(ruleSets))
	for i, set := range ruleSets {
		var err error
		if queries[i], err = prepare(ctx, modules, data, "reasons = data."+set+".reasons"); err != nil {
			return err
		}
		if err := agree(ctx, engine, queries[i], set, facts); err != nil {
			return fmt.Errorf("%s: %w", set, err)
		}
	}
	ways[0] = func() error {
		for _, set := range ruleSets {
			if _, err := engine.Decide(ctx, set, facts.FilingFacts, testdata.AsOf, facts.County); err != nil {
				return err
			}
		}
		return nil
	}
	ways[1] = func() error {
		for _, query := range queries {
			if _, err := query.Eval(ctx, rego.EvalInput(facts)); err != nil {
				return err
			}
		}
		return nil
	}
	times, err := byTurns(ways[:]...)
	if err != nil {
		return err
	}
	title := map[string]string{"community": "clean filing", "eleven_gaps": "filing with eleven gaps"}[name]
	b.atMost("Decide / OPA, "+title+", three rule sets", 1.3, median(ratios(times[0], times[1])), "%.2f",
		"OPA is its prepared query of the same modules, given the same Go value; both asked for registration.route, filing.complete and "+
			"filing.conform. Times are of the processor, one at a time.")
	b.report("Decide, "+title, microseconds(median(times[0])), "")
	b.report("OPA, "+title, microseconds(median(times[1])), "")
	return nil
}

func microseconds(d time.Duration) string {
	return fmt.Sprintf("%.0f µs", float64(d)/float64(time.Microsecond))
}

// agree returns an error unless the engine and OPA's own evaluation find the same rules with the same result.
func agree(ctx context.Context, engine *policies.Engine, query rego.PreparedEvalQuery, set string, facts asked) error {
	decision, err := engine.Decide(ctx, set, facts.FilingFacts, testdata.AsOf, facts.County)
	if err != nil {
		return err
	}
	var ours []string
	for _, r := range decision.Reasons {
		ours = append(ours, r.Rule+" "+r.Subject+" "+string(r.Result))
	}
	results, err := query.Eval(ctx, rego.EvalInput(facts))
	if err != nil {
		return err
	}
	theirs, err := found(results)
	if err != nil {
		return err
	}
	slices.Sort(ours)
	if !slices.Equal(slices.Compact(ours), theirs) {
		return fmt.Errorf("the engine finds %q, OPA %q", ours, theirs)
	}
	return nil
}

// found returns "rule subject result" for every distinct reason in a result, sorted.
func found(results rego.ResultSet) ([]string, error) {
	if len(results) != 1 {
		return nil, fmt.Errorf("%d results", len(results))
	}
	list := []string{}
	for _, value := range results[0].Bindings {
		reasons, ok := value.([]any)
		if !ok {
			return nil, fmt.Errorf("reasons are a %T", value)
		}
		for _, r := range reasons {
			reason, ok := r.(map[string]any)
			if !ok {
				return nil, fmt.Errorf("a reason is a %T", r)
			}
			subject, _ := reason["subject"].(string) // not every reason has one
			list = append(list, fmt.Sprint(reason["rule"], " ", subject, " ", reason["result"]))
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// byTurns runs each way alternately for about rulesTurn, round after round, and returns the processor time of one run
// of each way in each round.
func byTurns(ways ...func() error) ([][]time.Duration, error) {
	runs := make([]int, len(ways))
	for i, way := range ways {
		begun := time.Now()
		for time.Since(begun) < 3*rulesTurn {
			if err := way(); err != nil {
				return nil, err
			}
			runs[i]++
		}
		runs[i] = max(1, runs[i]/3)
	}
	times := make([][]time.Duration, len(ways))
	for range rulesRounds {
		for i, way := range ways {
			runtime.GC() // so that no way is charged for another's garbage
			begun := processorTime()
			for range runs[i] {
				if err := way(); err != nil {
					return nil, err
				}
			}
			times[i] = append(times[i], (processorTime()-begun)/time.Duration(runs[i]))
		}
	}
	return times, nil
}

// embeddedRules returns the modules and the data of the program's rules, by folder.
func embeddedRules() (map[string]string, map[string]any, error) {
	loader := bundle.NewFSLoaderWithRoot(policies.Embedded(), ".").WithFilter(func(path string, info os.FileInfo, _ int) bool {
		return !info.IsDir() && !strings.HasSuffix(path, ".rego") && info.Name() != "data.json"
	})
	read, err := bundle.NewCustomReader(loader).WithSkipBundleVerification(true).WithRegoVersion(ast.RegoV1).Read()
	if err != nil {
		return nil, nil, fmt.Errorf("read rules: %w", err)
	}
	modules := map[string]string{}
	for _, m := range read.Modules {
		path := strings.TrimPrefix(m.Path, "/")
		if !strings.HasSuffix(path, "_test.rego") && (strings.HasPrefix(path, "lib/") || strings.HasPrefix(path, "filing/")) {
			modules[path] = string(m.Raw)
		}
	}
	if len(modules) == 0 {
		return nil, nil, fs.ErrNotExist
	}
	return modules, read.Data, nil
}

// prepare prepares the query as in OPA's documentation, from modules and data.
func prepare(ctx context.Context, modules map[string]string, data map[string]any, query string) (rego.PreparedEvalQuery, error) {
	options := []func(*rego.Rego){rego.Query(query), rego.Store(inmem.NewFromObject(data))}
	for path, text := range modules {
		options = append(options, rego.Module(path, text))
	}
	prepared, err := rego.New(options...).PrepareForEval(ctx)
	if err != nil {
		return prepared, fmt.Errorf("prepare %s: %w", query, err)
	}
	return prepared, nil
}

// plain returns a value as encoding/json encodes and decodes it.
func plain(value any) (any, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var read any
	if err := json.Unmarshal(raw, &read); err != nil {
		return nil, err
	}
	return read, nil
}

func parsed(facts asked) (ast.Value, error) {
	var input any = facts
	if err := util.RoundTrip(&input); err != nil {
		return nil, err
	}
	value, err := ast.InterfaceToValue(input)
	if err != nil {
		return nil, err
	}
	if _, ok := value.(ast.Object); !ok {
		return nil, errors.New("facts are no object")
	}
	return value, nil
}
