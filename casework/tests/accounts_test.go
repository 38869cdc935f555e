package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/offices"
)

// A task is assigned to nobody who could not claim it.
func TestATaskIsGivenOnlyToWhomMayAnswerIt(t *testing.T) {
	d := newFixture(t)
	_, task := d.withTask("clerk", "filing.review", "accept")
	d.signedIn(nursery.Principal{Account: "clerk-140404", Role: nursery.RoleClerk, County: "140404"})
	for account, code := range map[string]string{
		applicant.Account: casework.CodeAssigneeUnknown, "clerk-140404": casework.CodeAssigneeUnknown, "no-such-person": casework.CodeAssigneeUnknown,
		auditor.Account: casework.CodeAssigneeUnknown, inspector.Account: casework.CodeAssigneeUnfit, supervisor.Account: casework.CodeAssigneeUnfit,
		"clerk-140403-9": casework.CodeConflictOfInterest,
	} {
		_, err := d.Assign(t.Context(), supervisor, key(), task, account)
		e := refused(t, err, code)
		if code != casework.CodeConflictOfInterest {
			require.Equal(t, "/account", e.Fields[0].Location, account)
		}
	}
	_, err := d.Claim(t.Context(), clerk, key(), task)
	require.NoError(t, err, "nobody has it")
	_, err = d.Delegate(t.Context(), clerk, key(), task, "no-such-person", "休假")
	refused(t, err, casework.CodeAssigneeUnknown)
	_, err = d.Delegate(t.Context(), clerk, key(), task, inspector.Account, "休假")
	refused(t, err, casework.CodeAssigneeUnknown) // not visible to a clerk
	d.exec(`UPDATE tasks SET escalated_at = now() WHERE id = $1`, task)
	given, err := d.Assign(t.Context(), supervisor, key(), task, supervisor.Account)
	require.NoError(t, err, "what is escalated a supervisor answers")
	require.Equal(t, supervisor.Account, given.Assignee)
}

func TestADelegateIsOfTheSameOffice(t *testing.T) {
	d := newFixture(t)
	d.signedIn(nursery.Principal{Account: "clerk-140404", Role: nursery.RoleClerk, County: "140404"})
	for delegate, code := range map[string]string{
		applicant.Account: casework.CodeAssigneeUnknown, auditor.Account: casework.CodeAssigneeUnknown, "nobody-at-all": casework.CodeAssigneeUnknown,
		"clerk-140404": casework.CodeAssigneeUnknown, inspector.Account: casework.CodeAssigneeUnfit,
	} {
		_, err := d.SetAbsence(t.Context(), supervisor, key(), offices.AbsenceRequest{
			Account: clerk.Account, FromOn: deskToday, UntilOn: deskToday, Delegate: delegate,
		})
		require.Equal(t, "/delegate", refused(t, err, code).Fields[0].Location, delegate)
	}
	_, err := d.SetAbsence(t.Context(), supervisor, key(), offices.AbsenceRequest{
		Account: "nobody-at-all", FromOn: deskToday, UntilOn: deskToday, Delegate: otherClerk.Account,
	})
	require.Equal(t, "/account", refused(t, err, casework.CodeAssigneeUnknown).Fields[0].Location)
}

func TestColleaguesAreOfferedWithTheirLoad(t *testing.T) {
	d := newFixture(t)
	caseNo, _ := d.withTask("clerk", "filing.review", "accept")
	d.tasks(caseNo, "A", county, nursery.RoleClerk, clerk.Account, 3, deskToday)
	require.NoError(t, d.Seen(t.Context(), otherClerk, "窗口二"))
	_, err := d.SetAbsence(t.Context(), otherClerk, key(), offices.AbsenceRequest{FromOn: deskToday, UntilOn: deskToday.AddDays(2), Delegate: clerk.Account})
	require.NoError(t, err)
	until := deskToday.AddDays(2)
	clerks := []casework.Colleague{
		{Account: clerk.Account, Name: clerk.Account, Role: nursery.RoleClerk, RoleTitle: "受理审核人员", Open: 3},
		{Account: otherClerk.Account, Name: "窗口二", Role: nursery.RoleClerk, RoleTitle: "受理审核人员", AwayUntil: &until},
		{Account: "clerk-140403-3", Name: "clerk-140403-3", Role: nursery.RoleClerk, RoleTitle: "受理审核人员"},
	}
	list, err := d.Colleagues(t.Context(), clerk, "")
	require.NoError(t, err)
	require.Equal(t, clerks, list)
	list, err = d.Colleagues(t.Context(), supervisor, nursery.RoleClerk)
	require.NoError(t, err)
	require.Equal(t, clerks, list)
	list, err = d.Colleagues(t.Context(), clerk, nursery.RoleInspector)
	require.NoError(t, err)
	require.Empty(t, list, "a clerk sees no inspectors")
	list, err = d.Colleagues(t.Context(), otherSuper, "")
	require.NoError(t, err)
	require.Empty(t, list, "nobody of another county")
	_, err = d.Colleagues(t.Context(), applicant, "")
	refused(t, err, casework.CodeForbidden)
}
