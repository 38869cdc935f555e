package tests

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
	"tuoyu/processes/targets"
)

func (d *fixture) target(p nursery.Principal, id string) targets.Target {
	d.t.Helper()
	list, err := d.Targets(d.t.Context(), p)
	require.NoError(d.t, err)
	for _, target := range list {
		if target.ID == id {
			return target
		}
	}
	d.t.Fatalf("no target %s", id)
	return targets.Target{}
}

func TestNoTargetOfThePlanIsLeftOut(t *testing.T) {
	d := newFixture(t)
	list, err := d.Targets(t.Context(), city)
	require.NoError(t, err)
	projects, ids := map[string]bool{}, map[string]bool{}
	for _, target := range list {
		require.False(t, ids[target.ID], target.ID)
		ids[target.ID], projects[target.Project] = true, true
		require.Equal(t, "长治市普惠托育服务发展示范项目实施方案", target.Source.Document)
		require.NotEmpty(t, target.Source.Article, target.ID)
		require.NotEmpty(t, target.Goal, target.ID)
		require.Regexp(t, regexp.MustCompile(`^2024-(07-31|12-31)$`), target.By.String(), target.ID)
		if target.Unavailable != "" {
			require.Empty(t, target.Value, "%s: no figure is made up", target.ID)
			require.False(t, target.Met || target.Verified, target.ID)
			continue
		}
		require.NotEmpty(t, target.Value, target.ID)
		require.NotEmpty(t, target.Basis, target.ID)
		require.NotEmpty(t, target.Link, target.ID)
	}
	for n := 1; n <= 15; n++ {
		require.True(t, projects[fmt.Sprintf("项目%d", n)], "项目%d", n)
	}
	require.Equal(t, "还没有经核定的填报", d.target(city, "P05-incentive").Unavailable)
	require.Equal(t, "建设计划尚未启动", d.target(city, "P01-seats").Unavailable)
	require.Equal(t, "尚无应计的对象", d.target(city, "P08-signed").Unavailable, "nothing of nothing is not all of it")
}

func TestTargetsAreHeldAgainstTodayExactly(t *testing.T) {
	d, caseNo := building(t)
	d.exec(`INSERT INTO institutions (id, county, name, site_kind, inclusive, seats, status, filed_on, updated_at) VALUES
		('a', '140403', '甲', 'community', true, 100, 'filed', '2024-05-01', now()),
		('b', '140403', '乙', 'employer', false, 100, 'rectifying', '2023-12-31', now()),
		('c', '140404', '丙', 'family_point', true, 100, 'filed', '2024-01-01', now()),
		('d', '140404', '丁', 'community', true, 900, 'cancelled', '2024-05-01', now()),
		('e', '140404', '戊', 'community', NULL, 33, 'filed', '2024-05-01', now())`)
	d.exec(`UPDATE build_sites SET seats_counted = 200, receipt_on = '2026-11-01' WHERE case_no = $1`, caseNo)

	seats := d.target(city, "P01-seats")
	require.Equal(t, []any{200, 1460, "200 个", false, false}, []any{seats.Numerator, seats.Denominator, seats.Value, seats.Met, seats.Verified})
	seats = d.target(countyOffice, "P01-seats")
	require.Equal(t, []any{200, 200, true, false}, []any{seats.Numerator, seats.Denominator, seats.Met, seats.CityGoal}, "its own share of the plan")
	require.Equal(t, 1, d.target(admin, "P01-counties").Numerator)
	require.True(t, d.target(countyOffice, "P01-counties").Met)

	points := d.target(auditor, "P02-points")
	require.Equal(t, []any{2, 67, false}, []any{points.Numerator, points.Denominator, points.Met})
	points = d.target(countyOffice, "P02-points")
	require.Equal(t, []any{1, 67, false, true}, []any{points.Numerator, points.Denominator, points.Met, points.CityGoal})
	require.Zero(t, d.target(city, "P04-pilots").Numerator, "filed before the plan's year")

	inclusive := d.target(city, "I07")
	require.Equal(t, []any{200, 333, "20000/333", "60.1%", true, true},
		[]any{inclusive.Numerator, inclusive.Denominator, inclusive.Exact, inclusive.Value, inclusive.Met, inclusive.Verified})
	d.exec(`UPDATE institutions SET seats = 34 WHERE id = 'e'`) // 59.88 %
	require.False(t, d.target(city, "I07").Met)
	require.Equal(t, "50.0%", d.target(countyOffice, "I07").Value)
	require.Equal(t, []any{"0.0%", false}, []any{d.target(city, "I11").Value, d.target(city, "I11").Met})
	signed := d.target(city, "P08-signed")
	require.Equal(t, []any{0, 4, false, true}, []any{signed.Numerator, signed.Denominator, signed.Met, signed.Verified})
}
