package procedures

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/definition"
	"tuoyu/nursery"
)

// A procedure is the same to generic code as a process that is written in Go.
func TestAProcedureIsADefinition(t *testing.T) {
	var all []definition.Process
	for _, name := range fixtures {
		p := sound(t, name)
		all = append(all, p.Definition())
	}
	set := definition.NewSet(all...)
	d, ok := set.Process("rent_relief")
	require.True(t, ok)
	require.Equal(t, "checking", string(d.First().Code))
	require.Equal(t, nursery.RoleCountyOffice, d.First().Holder)
	require.True(t, d.Withdrawable)
	require.Equal(t, map[string]string{"deciding": "审核期限"}, d.Clocks)

	check, ok := set.Task("rent_relief.county_check")
	require.True(t, ok)
	require.Equal(t, "初审租金减免申请", check.Title)
	require.Equal(t, []nursery.Outcome{"approve", "correct", "refuse"}, check.Codes())
	correct, _ := check.Outcome("correct")
	required, optional := correct.Fields(false)
	require.Equal(t, []string{"findings"}, required)
	require.Equal(t, []string{"note"}, optional)
	require.Equal(t, "一次性告知书", correct.Papers[0].Title)
	require.Equal(t, nursery.Stage("refused"), check.Ends("refuse"))

	second, ok := set.Task("joint_check.conclude_second")
	require.True(t, ok)
	require.Equal(t, "joint_check.conclude", second.Confirms)

	var titles []string
	for _, step := range d.Progress([]nursery.Stage{"checking", "computing"}, "city_check", false) {
		titles = append(titles, step.Title)
	}
	require.Equal(t, []string{"县区初审", "核算金额", "市级复核", "公示中", "待拨付", "已拨付，监管期", "监管期满，办结"}, titles)
}
