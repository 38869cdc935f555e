package procedures

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

const overlayPath = "overlays/140403.yaml"

func TestACountyTightens(t *testing.T) {
	base := sound(t, "rent_relief")
	county, list := LoadFor(t.Context(), os.DirFS("testdata/rent_relief"), Options{Library: library(t)}, "140403")
	require.Empty(t, faults(list))
	require.NotEqual(t, base.Hash, county.Hash)

	stageOf := func(p *Procedure, name string) int {
		return slices.IndexFunc(p.Plan.Stages, func(s Stage) bool { return s.Name == name })
	}
	next := func(p *Procedure, stage, result string) string {
		i := stageOf(p, stage)
		k := slices.IndexFunc(p.Plan.Stages[i].On, func(t Transition) bool { return t.Result == result })
		return p.Plan.Stages[p.Plan.Stages[i].On[k].To].Name
	}
	require.Equal(t, "publicity", next(base, "city_check", "approve"))
	require.Equal(t, "site_visit", next(county, "city_check", "approve"))
	require.Equal(t, "publicity", next(county, "site_visit", "found"))
	require.Equal(t, "refused", next(county, "site_visit", "not_found"))

	paying := county.Plan.Tasks[county.Plan.Stages[stageOf(county, "paying")].Task]
	visit := county.Plan.Stages[stageOf(county, "site_visit")].Task
	require.Contains(t, paying.Exclude, visit, "who visited does not pay")
	require.Equal(t, &Limit{N: 8}, county.Plan.Tasks[county.Plan.Stages[stageOf(county, "correcting")].Task].Days)
	days, _ := county.Parameter(county.Plan.Stages[stageOf(county, "publicity")].Publish.Days.Param).Number()
	require.InDelta(t, 7, days, 0)

	other, list := LoadFor(t.Context(), os.DirFS("testdata/rent_relief"), Options{Library: library(t)}, "140404")
	require.Empty(t, faults(list))
	require.Equal(t, base.Hash, other.Hash)
}

func TestACountyNeverLoosens(t *testing.T) {
	for _, c := range []struct{ code, old, with string }{
		{"overlay.kind", "overlay: rent_relief", "overlay: rent_reliefs"},
		{"overlay.basis", "binding: L7", "binding: L6"},
		{"overlay.param", "rent.publicity_days: 7", "rent.publicity_days: 3"},
		{"overlay.param", "rent.rent_percent: 40", "rent.rent_percent: 60"},
		{"overlay.param", "rent.rent_percent: 40", "rent.correct_days: 9"},
		{"overlay.days", "correct: 8", "correct: 12"},
		{"overlay.days", "correct: 8", "city_check: 3"},
		{"overlay.add", "found: next, not_found: refused", "found: publicity, not_found: refused"},
		{"overlay.add", "after: city_check.approve", "after: city_check.approve\n    before: publicity"},
		{"overlay.add", "name: site_visit", "name: city_check"},
		{"ref.param", "rent.publicity_days: 7", "rent.publicity: 7"},
		{"ref.task", "correct: 8", "correcting: 8"},
		{"ref.stage", "not_found: refused", "not_found: rejected"},
		{"ref.stage", "reclaiming: [reminder]", "reclaim: [reminder]"},
		{"ref.result", "after: city_check.approve", "after: city_check.agree"},
		{"people.role", "role: inspector", "role: inspectors"},
		{"read.unknown", "add:", "remove: [publicity]\nadd:"},
	} {
		files := withOverlays(t, "rent_relief")
		replace(t, files, overlayPath, c.old, c.with)
		_, list := load(t, files)
		require.True(t, slices.ContainsFunc(list, func(p Problem) bool { return p.Code == c.code && p.File == overlayPath }), "%s by %s: %v", c.code, c.with, list)
	}
}
