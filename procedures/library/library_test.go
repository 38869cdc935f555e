package library_test

import (
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/procedures"
	"tuoyu/procedures/library"
	"tuoyu/procedures/scenarios"
)

// imported are the modules of Rego that the rules may import.
func imported(t testing.TB) map[string][]byte {
	t.Helper()
	raw, err := os.ReadFile("../../policies/lib/lib.rego")
	require.NoError(t, err)
	return map[string][]byte{"lib/lib.rego": raw}
}

// load returns a procedure and fails the test if it has problems other than notices.
func load(t testing.TB, kind string) *procedures.Procedure {
	t.Helper()
	files, err := library.Procedure(kind)
	require.NoError(t, err)
	p, problems := procedures.Load(t.Context(), files, procedures.Options{Library: imported(t)})
	for _, problem := range problems {
		require.True(t, problem.Notice, problem.String())
	}
	return p
}

func TestEveryScenarioHoldsAndTogetherTheyTakeEveryTransition(t *testing.T) {
	for _, kind := range library.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := load(t, kind)
			require.Equal(t, kind, p.Plan.Kind, "the folder is named like its procedure")
			report, err := scenarios.Run(t.Context(), p, imported(t))
			require.NoError(t, err)
			for _, s := range report.Scenarios {
				for _, f := range s.Failures {
					t.Error(f)
				}
			}
			require.Empty(t, report.Missing, "transitions that no scenario takes")
		})
	}
}

func TestNoTwoProceduresHaveTheSamePrefix(t *testing.T) {
	seen := map[string]string{}
	for _, kind := range library.Kinds() {
		prefix := load(t, kind).Plan.Prefix
		require.Empty(t, seen[prefix], "%s has the prefix of another procedure", kind)
		seen[prefix] = kind
	}
	_, err := library.Procedure("no_such_kind")
	require.Error(t, err)
}

// A figure that nobody has set for the city is a sample with its origin, or null; neither is verified.
func TestFiguresThatTheCityHasNotSetAreSamplesWithTheirOrigin(t *testing.T) {
	for _, kind := range library.Kinds() {
		for _, p := range load(t, kind).Parameters() {
			if !p.Verified {
				require.Equal(t, p.Value != nil, p.Sample != "", "%s: a value that is not verified has an origin, and null has none", p.Name)
			}
		}
	}
}

// ruling decides by a rule set of a procedure with other parameters.
func ruling(t *testing.T, p *procedures.Procedure, set string, params, input map[string]any) procedures.Ruling {
	t.Helper()
	for name := range params {
		require.NotEmpty(t, p.Parameter(name).Name, name)
	}
	rules, err := p.WithParameters(params).Evaluator(t.Context(), imported(t))
	require.NoError(t, err)
	r, err := rules.Decide(t.Context(), set, input)
	require.NoError(t, err)
	return r
}

// rulesOf returns the rules that fail or are unknown, sorted.
func rulesOf(r procedures.Ruling, result string) (ids []string) {
	for _, reason := range r.Reasons {
		if string(reason.Result) == result && !slices.Contains(ids, reason.Rule) {
			ids = append(ids, reason.Rule)
		}
	}
	slices.Sort(ids)
	return ids
}

// with returns a copy of facts with some of them changed; nil removes one.
func with(facts map[string]any, changes map[string]any) map[string]any {
	out := maps.Clone(facts)
	maps.Copy(out, changes)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

type object = map[string]any
