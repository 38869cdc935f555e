package scenarios_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"tuoyu/procedures"
	"tuoyu/procedures/proceduretest"
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

// Each change of a scenario is one that its procedure does not bear out.
// A scenario may set parameters, so that what another city pays, and what nobody has set yet, is tested by the same files.
func TestAScenarioMaySetParameters(t *testing.T) {
	files := proceduretest.Folder(t, "rent_relief")
	proceduretest.Replace(t, files, "tests/refused_by_rules.yaml", "rent_fen: 0,", "rent_fen: 7000000,")
	proceduretest.Replace(t, files, "tests/refused_by_rules.yaml", "facts:", "params: {rent.rent_percent: 0}\nfacts:")
	proceduretest.Replace(t, files, "tests/reclaimed.yaml", "facts:", "params: {rent.year_fen: 4500000, rent.repay_days: 1}\nfacts:")
	proceduretest.Replace(t, files, "tests/reclaimed.yaml", "payment: 5000000", "payment: 4500000")
	proceduretest.Replace(t, files, "tests/reclaimed.yaml", "- answer: {task: repay,", "- expect: {due: 2024-05-14}\n  - answer: {task: repay,")
	p, problems := procedures.Load(t.Context(), files, procedures.Options{Library: library(t)})
	require.False(t, procedures.Faulty(problems), problems)
	report, err := scenarios.Run(t.Context(), p, library(t))
	require.NoError(t, err)
	for _, s := range report.Scenarios {
		require.Empty(t, s.Failures, s.File)
	}
	require.Equal(t, 5000000, p.Parameter("rent.year_fen").Value, "the procedure is as before")
}

func TestAScenarioThatGoesOtherwiseNamesItsLineAndWhatWas(t *testing.T) {
	const folder = "../testdata/rent_relief"
	for _, c := range []struct{ old, with, want string }{
		{"expect: {stage: checking, task: county_check, holder: county_office, offer: [correct]", "expect: {stage: checking, task: county_check, holder: county_office, offer: [approve, correct, refuse]",
			"tests/paid.yaml:6: 期望可以选 approve、correct、refuse，实际可以选 correct"},
		{"payment: 4000000", "payment: 4000001", "期望应付 4000001 分，实际是 4000000 分"},
		{"holder: institution, paper: correction_notice, clocks: {deciding: paused}", "holder: institution, paper: correction_notice, clocks: {deciding: running}", "期望时限 deciding 是 running，实际paused"},
		{"as: city1, outcome: return", "as: county1, outcome: return", "没有被接受：这个人不能办理"},
		{"as: supervisor1, outcome: dismiss", "as: city1, outcome: dismiss", "没有被接受：这个人不能办理"},
		{"relief_paid: 4000000", "relief_paid: 1", "期望指标 relief_paid 是 1，实际是 4000000"},
		{"- goes: {watched: reached}\n  - expect: {stage: closed}", "- goes: {watched: reached}\n  - days: 1", "办件这时已经结束（closed）"},
	} {
		files := fstest.MapFS{}
		require.NoError(t, fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasPrefix(name, "tests/") && name != "tests/paid.yaml" {
				return err
			}
			raw, err := os.ReadFile(folder + "/" + name)
			if name == "tests/paid.yaml" {
				require.Contains(t, string(raw), c.old)
				raw = []byte(strings.Replace(string(raw), c.old, c.with, 1))
			}
			files[name] = &fstest.MapFile{Data: raw}
			return err
		}))
		p, _ := procedures.Load(t.Context(), files, procedures.Options{Library: library(t)})
		report, err := scenarios.Run(t.Context(), p, library(t))
		require.NoError(t, err)
		require.Len(t, report.Scenarios, 1)
		require.Len(t, report.Scenarios[0].Failures, 1, c.with)
		require.Contains(t, report.Scenarios[0].Failures[0].String(), c.want)
	}
}

func TestAPaperThatCannotBeWrittenFailsItsScenario(t *testing.T) {
	files := proceduretest.Folder(t, "rent_relief")
	proceduretest.Replace(t, files, "papers/decision_notice.html", "<p>同意", "<p>{{index .facts.year 1}}同意")
	p, problems := procedures.Load(t.Context(), files, procedures.Options{Library: library(t)})
	require.False(t, procedures.Faulty(problems), problems)
	report, err := scenarios.Run(t.Context(), p, library(t))
	require.NoError(t, err)
	require.False(t, report.Passed())
	var failures []string
	for _, s := range report.Scenarios {
		for _, f := range s.Failures {
			failures = append(failures, f.Message)
		}
	}
	require.Contains(t, strings.Join(failures, "\n"), "文书 decision_notice 写不出来")
}
