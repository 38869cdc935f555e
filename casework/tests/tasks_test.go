package tests

import (
	"cmp"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// withTask returns a case with one open task.
func (d *fixture) withTask(role, kind string, outcomes ...string) (caseNo, task string) {
	d.t.Helper()
	started, err := d.StartFiling(d.t.Context(), applicant, "start", casework.StartFiling{Application: application(d.t)})
	require.NoError(d.t, err)
	task = started.CaseNo + ".1"
	d.exec(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, excluded, due_on, opened_at)
		VALUES ($1, $2, $3, '核对备案材料', '140403', 'inst-140403-01', $4, $5, '{clerk-140403-9}', '2026-11-09', now())`,
		task, started.CaseNo, kind, role, outcomes)
	return started.CaseNo, task
}

func TestATaskIsClaimedOnceAndPassedOn(t *testing.T) {
	d := newFixture(t)
	caseNo, task := d.withTask("clerk", "filing.review", "accept", "correct")
	for _, who := range []nursery.Principal{applicant, stranger} {
		_, err := d.Claim(t.Context(), who, "a", task)
		refused(t, err, casework.CodeNotFound)
	}
	_, err := d.Claim(t.Context(), supervisor, "a", task)
	refused(t, err, casework.CodeForbidden)
	claimed, err := d.Claim(t.Context(), clerk, "c1", task)
	require.NoError(t, err)
	require.Equal(t, clerk.Account, claimed.Assignee)
	require.Equal(t, 5, *claimed.DaysLeft)
	_, err = d.Claim(t.Context(), otherClerk, "c2", task)
	require.Contains(t, refused(t, err, casework.CodeTaskClaimed).Message, clerk.Account)
	_, err = d.Complete(t.Context(), otherClerk, "c3", task, casework.Completion{Outcome: nursery.OutcomeAccept})
	refused(t, err, casework.CodeTaskClaimed)
	_, err = d.Release(t.Context(), otherClerk, "c4", task)
	refused(t, err, casework.CodeForbidden)
	_, err = d.Delegate(t.Context(), clerk, "c5", task, "clerk-140403-9", "休假")
	refused(t, err, casework.CodeConflictOfInterest)
	passed, err := d.Delegate(t.Context(), clerk, "c6", task, otherClerk.Account, "休假")
	require.NoError(t, err)
	require.Equal(t, otherClerk.Account, passed.Assignee)
	assigned, err := d.Assign(t.Context(), supervisor, "c7", task, clerk.Account)
	require.NoError(t, err)
	require.Equal(t, clerk.Account, assigned.Assignee)
	_, err = d.Release(t.Context(), clerk, "c8", task)
	require.NoError(t, err)

	inside, err := d.Case(t.Context(), clerk, caseNo)
	require.NoError(t, err)
	require.Equal(t, []string{"submitted", "task_claim", "task_delegate", "task_assign", "task_release"}, kinds(inside.Timeline))
	outside, err := d.Case(t.Context(), applicant, caseNo)
	require.NoError(t, err)
	require.Equal(t, []string{"submitted"}, kinds(outside.Timeline))
}

func TestAnAnswerIsCheckedThenKeptWhileTheEngineIsAway(t *testing.T) {
	d := newFixture(t)
	_, task := d.withTask("clerk", "filing.review", "accept", "correct")
	_, err := d.Complete(t.Context(), clerk, "c1", task, casework.Completion{Outcome: nursery.OutcomeConform})
	refused(t, err, casework.CodeOutcomeNotOffered)
	_, err = d.Complete(t.Context(), clerk, "c2", task, casework.Completion{Outcome: nursery.OutcomeCorrect})
	require.Equal(t, "/answer/findings", refused(t, err, casework.CodeInvalid).Fields[0].Location)
	_, err = d.Complete(t.Context(), clerk, "c3", task, casework.Completion{Outcome: nursery.OutcomeCorrect,
		Answer: json.RawMessage(`{"findings": [{"message": ""}, {"messages": "x"}]}`)})
	require.Len(t, refused(t, err, casework.CodeInvalid).Fields, 3)
	excluded := nursery.Principal{Account: "clerk-140403-9", Role: nursery.RoleClerk, County: "140403"}
	_, err = d.Complete(t.Context(), excluded, "c4", task, casework.Completion{Outcome: nursery.OutcomeAccept})
	refused(t, err, casework.CodeConflictOfInterest)

	kept, err := d.Complete(t.Context(), clerk, "c5", task, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.NoError(t, err)
	require.False(t, kept.Delivered)
	require.Contains(t, kept.Note, "已收下")
	require.Len(t, d.strings(`SELECT id FROM outbox WHERE kind = 'update' AND delivered_at IS NULL`), 1)

	d.exec(`UPDATE tasks SET state = 'closed', closed_by = 'clerk-140403', closed_at = '2026-11-02T09:30:00+08'`)
	_, err = d.Complete(t.Context(), otherClerk, "c6", task, casework.Completion{Outcome: nursery.OutcomeAccept})
	require.Equal(t, "该待办已由 clerk-140403 于 2026-11-02 09:30 办结。", refused(t, err, casework.CodeTaskClosed).Message)
}

func TestInboxPagesByDueDateWithoutGapsOrRepeats(t *testing.T) {
	d := newFixture(t)
	caseNo, _ := d.withTask("clerk", "filing.review", "accept")
	d.exec(`INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, due_on, opened_at)
		SELECT 'T' || lpad(n::text, 4, '0'), $1, 'filing.review', '核对备案材料', '140403', 'inst-140403-01', 'clerk', '{accept}',
			CASE WHEN n % 7 = 0 THEN NULL ELSE '2026-11-01'::date + n % 5 END, now() FROM generate_series(1, 60) n`, caseNo)
	seen := map[string]bool{}
	var dates []string
	page := casework.PageRequest{Limit: 7}
	for {
		list, err := casework.Tasks.Page(t.Context(), d.Service, clerk, casework.TaskFilter{}, page)
		require.NoError(t, err)
		for _, task := range list.Items {
			require.False(t, seen[task.ID], "task %s twice", task.ID)
			seen[task.ID] = true
			dates = append(dates, cmp.Or(task.DueOn.String(), "none"))
		}
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	require.Len(t, seen, 61)
	require.True(t, slices.IsSorted(dates), "%v", dates)
	late, err := casework.Tasks.Page(t.Context(), d.Service, clerk, casework.TaskFilter{View: casework.ViewOverdue}, casework.PageRequest{})
	require.NoError(t, err)
	for _, task := range late.Items {
		require.Equal(t, "2026-11-01", task.DueOn.String())
		require.Negative(t, *task.DaysLeft)
	}
	require.NotEmpty(t, late.Items)
	_, err = casework.Tasks.Page(t.Context(), d.Service, clerk, casework.TaskFilter{}, casework.PageRequest{After: "!"})
	refused(t, err, casework.CodeInvalid)
	_, err = casework.Tasks.Page(t.Context(), d.Service, clerk, casework.TaskFilter{}, casework.PageRequest{Limit: 101})
	refused(t, err, casework.CodeInvalid)
}
