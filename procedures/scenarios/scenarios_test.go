package scenarios_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/procedures"
	"tuoyu/procedures/scenarios"
)

// fixtures are the procedures in ../testdata.
var fixtures = []string{"device_alarm", "family_lectures", "joint_check", "rent_relief"}

func library(t testing.TB) map[string][]byte {
	t.Helper()
	raw, err := os.ReadFile("../../policies/lib/lib.rego")
	require.NoError(t, err)
	return map[string][]byte{"lib/lib.rego": raw}
}

func loadFolder(t testing.TB, folder string) *procedures.Procedure {
	t.Helper()
	p, problems := procedures.Load(t.Context(), os.DirFS(folder), procedures.Options{Library: library(t)})
	for _, problem := range problems {
		require.True(t, problem.Notice, problem.String())
	}
	return p
}

func TestEveryScenarioOfTheFixturesGoesAsItSaysAndTogetherTheyTakeEveryTransition(t *testing.T) {
	for _, name := range fixtures {
		t.Run(name, func(t *testing.T) {
			report, err := scenarios.Run(t.Context(), loadFolder(t, "../testdata/"+name), library(t))
			require.NoError(t, err)
			for _, s := range report.Scenarios {
				t.Logf("%s %s: %s", s.File, s.Name, s.Took)
				for _, f := range s.Failures {
					t.Error(f)
				}
			}
			require.Empty(t, report.Missing, "transitions that no scenario takes")
		})
	}
}
