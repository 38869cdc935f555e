package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

func TestWhatWasFoundOnTheSiteIsToldToWhoPutsItRight(t *testing.T) {
	d := newFixture(t)
	caseNo, task := d.withTask("inspector", "filing.site_visit", "nonconform")
	found, err := d.SiteFinding(t.Context(), inspector, caseNo)
	require.NoError(t, err)
	require.Nil(t, found, "nothing is found before the visit")
	d.exec(`UPDATE tasks SET state = 'closed', outcome = 'nonconform', closed_by = 'inspector-140403', closed_at = now(),
		answer = '{"visited_on": "2026-11-02", "note": "内部备注", "attachments": ["A1"], "findings": [{"message": "安全出口被堵", "remedy": "清空通道"}]}' WHERE id = $1`, task)
	found, err = d.SiteFinding(t.Context(), inspector, caseNo)
	require.NoError(t, err)
	require.Equal(t, nursery.NewDate(2026, 11, 2), found.VisitedOn)
	require.Equal(t, "内部备注", found.Note)
	require.Equal(t, []string{"A1"}, found.Photos)
	require.Len(t, found.Defects, 1)
	require.Equal(t, "安全出口被堵", found.Defects[0].Message)
	require.Equal(t, "清空通道", found.Defects[0].Remedy)
	require.NotEmpty(t, found.Defects[0].Basis, "the law stands beside it")

	found, err = d.SiteFinding(t.Context(), applicant, caseNo)
	require.NoError(t, err)
	require.Nil(t, found, "what is not countersigned is the officers' own")
	d.exec(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, excluded, due_on, opened_at)
		VALUES ('rectify', $1, 'filing.rectify', '整改并提交证明', '140403', 'inst-140403-01', 'institution', '{prove}', '{}', '2026-12-02', now())`, caseNo)
	found, err = d.SiteFinding(t.Context(), applicant, caseNo)
	require.NoError(t, err)
	require.Equal(t, "安全出口被堵", found.Defects[0].Message)
	require.Empty(t, found.Note)
	_, err = d.SiteFinding(t.Context(), stranger, caseNo)
	code(t, err, "not_found")
}
