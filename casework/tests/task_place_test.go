package tests

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// What a role is offered to claim is counted, listed, and taken when it is claimed; all else is refused.
func TestWhatCanBeClaimedIsWhatIsOffered(t *testing.T) {
	d := newFixture(t)
	caseNo, _ := d.withTask("clerk", "filing.review", "accept")
	d.tasks(caseNo, "clerk", county, nursery.RoleClerk, "", 2, deskToday)
	d.tasks(caseNo, "hers", county, nursery.RoleClerk, otherClerk.Account, 1, deskToday)
	d.tasks(caseNo, "barred", county, nursery.RoleClerk, "", 1, deskToday, clerk.Account, supervisor.Account, countyOffice.Account)
	d.tasks(caseNo, "late", county, nursery.RoleInspector, "", 1, deskToday.AddDays(-9))
	d.tasks(caseNo, "county", county, nursery.RoleCountyOffice, "", 2, deskToday.AddDays(300))
	d.tasks(caseNo, "own", county, nursery.RoleInstitution, "", 1, deskToday)
	d.tasks(caseNo, "far", "140404", nursery.RoleClerk, "", 2, deskToday)
	d.tasks(caseNo, "many", county, nursery.RoleHospital, "", 310, deskToday.AddDays(1)) // more than are counted of all roles
	d.exec(`UPDATE tasks SET escalated_at = now() WHERE id LIKE 'late%'`)
	ids := d.strings(`SELECT id FROM tasks WHERE id NOT LIKE 'many%' ORDER BY id`)
	for _, tt := range []struct {
		who     nursery.Principal
		offered []string
	}{
		{clerk, []string{caseNo + ".1", "clerk1", "clerk2"}},
		{inspector, []string{"late1"}},
		{applicant, []string{"own1"}},
	} {
		t.Run(string(tt.who.Role), func(t *testing.T) {
			var listed []string
			free, err := casework.Tasks.All(t.Context(), d.Service, tt.who, casework.TaskFilter{View: casework.ViewClaimable})
			require.NoError(t, err)
			for _, task := range free {
				require.True(t, task.Claimable && task.Answerable)
				listed = append(listed, task.ID)
			}
			require.ElementsMatch(t, tt.offered, listed)
			counts, err := d.TaskCounts(t.Context(), tt.who, casework.TaskFilter{})
			require.NoError(t, err)
			require.Equal(t, min(len(free), 100), counts.Claimable)
			for _, id := range ids {
				_, err := d.Claim(t.Context(), tt.who, key(), id)
				require.Equal(t, err == nil, slices.Contains(tt.offered, id), "%s: %v", id, err)
				if err == nil {
					_, err = d.Restore(t.Context(), tt.who, key(), id)
					require.NoError(t, err)
				}
			}
		})
	}
}

// A task keeps its place after it left the list; places are counted as far as the list counts.
func TestATaskHasAPlaceInTheList(t *testing.T) {
	d := newFixture(t)
	caseNo, _ := d.withTask("clerk", "filing.review", "accept")
	d.exec(`UPDATE tasks SET state = 'closed'`)
	d.exec(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, due_on, opened_at)
		SELECT 'T' || lpad(n::text, 4, '0'), $1, 'filing.review', '核对备案材料', '140403', 'inst-140403-01', 'clerk', '{accept}',
			CASE WHEN n < 500 THEN '2026-11-01'::date + n / 100 END, now() FROM generate_series(1, 620) n`, caseNo)
	free := casework.TaskFilter{View: casework.ViewClaimable}
	order := casework.Order{}
	at := func(f casework.TaskFilter, n int) (string, casework.Place[casework.TaskSummary]) {
		task, err := d.Task(t.Context(), clerk, fmt.Sprintf("T%04d", n))
		require.NoError(t, err)
		place, err := d.TaskPlace(t.Context(), clerk, f, order, task.TaskSummary, 1)
		require.NoError(t, err)
		before, after := "", ""
		if place.Before != nil {
			before = place.Before.ID
		}
		if len(place.After) > 0 {
			after = place.After[0].ID
		}
		return fmt.Sprintf("%d of %d %t: %s %s", place.No, place.Of, place.More, before, after), place
	}
	for n, want := range map[int]string{
		1: "1 of 100 true:  T0002", 28: "28 of 100 true: T0027 T0029", 100: "100 of 100 true: T0099 T0101", 101: "101 of 500 true: T0100 T0102",
		500: "500 of 500 true: T0499 T0501", 501: "0 of 500 true:  T0502", 620: "0 of 500 true:  ",
	} {
		got, _ := at(free, n)
		require.Equal(t, want, got)
	}
	_, place := at(free, 28)
	page, err := casework.Tasks.Page(t.Context(), d.Service, clerk, free, casework.PageRequest{After: place.Page})
	require.NoError(t, err)
	require.Equal(t, "T0026", page.Items[0].ID, "the page it is on")
	_, place = at(free, 25)
	require.Empty(t, place.Page)

	for _, n := range []int{28, 29} {
		_, err = d.Claim(t.Context(), clerk, key(), fmt.Sprintf("T%04d", n))
		require.NoError(t, err)
	}
	got, _ := at(free, 28)
	require.Equal(t, "28 of 101 true: T0027 T0030", got)
	got, _ = at(casework.TaskFilter{View: casework.ViewMine}, 29)
	require.Equal(t, "2 of 2 false: T0028 ", got)
	d.exec(`UPDATE tasks SET state = 'closed' WHERE id = 'T0029'`)
	got, _ = at(casework.TaskFilter{View: casework.ViewMine}, 29)
	require.Equal(t, "2 of 2 false: T0028 ", got)
	order = casework.Order{By: "办件编号", Desc: true}
	got, _ = at(casework.TaskFilter{View: casework.ViewMine}, 29)
	require.Equal(t, "2 of 2 false: T0028 ", got, "in another order")
	order = casework.Order{}
	got, _ = at(casework.TaskFilter{Query: caseNo}, 3)
	require.Equal(t, "3 of 100 true: T0002 T0004", got)
}

// What somebody did to an assignee can be taken back by the same account until something else was done.
func TestAHandOverIsTakenBack(t *testing.T) {
	d := newFixture(t)
	_, task := d.withTask("clerk", "filing.review", "accept")
	has := func() string { return d.strings(`SELECT coalesce(assignee, '') FROM tasks WHERE id = $1`, task)[0] }
	restore := func(who nursery.Principal) error {
		_, err := d.Restore(t.Context(), who, key(), task)
		return err
	}
	refused(t, restore(clerk), casework.CodeNothingToUndo)
	_, err := d.Claim(t.Context(), clerk, key(), task)
	require.NoError(t, err)
	refused(t, restore(otherClerk), casework.CodeNothingToUndo)
	refused(t, restore(stranger), casework.CodeNotFound)
	require.NoError(t, restore(clerk))
	require.Empty(t, has())

	_, err = d.Assign(t.Context(), supervisor, key(), task, clerk.Account)
	require.NoError(t, err)
	refused(t, restore(clerk), casework.CodeNothingToUndo)
	_, err = d.Delegate(t.Context(), clerk, key(), task, otherClerk.Account, "休假")
	require.NoError(t, err)
	refused(t, restore(supervisor), casework.CodeNothingToUndo)
	require.NoError(t, restore(clerk))
	require.Equal(t, clerk.Account, has(), "what was delegated is back")
	_, err = d.Release(t.Context(), supervisor, key(), task)
	require.NoError(t, err)
	require.NoError(t, restore(supervisor))
	require.Equal(t, clerk.Account, has())
	_, err = d.Release(t.Context(), clerk, key(), task)
	require.NoError(t, err)
	_, err = d.Claim(t.Context(), otherClerk, key(), task)
	require.NoError(t, err)
	refused(t, restore(clerk), casework.CodeNothingToUndo)
	require.Equal(t, otherClerk.Account, has())
	d.exec(`UPDATE tasks SET state = 'closed' WHERE id = $1`, task)
	refused(t, restore(otherClerk), casework.CodeTaskClosed)
}
