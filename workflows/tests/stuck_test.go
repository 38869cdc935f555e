package tests

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows"
)

func TestACaseThatIsStuckSaysSoAndGoesOnWhenItIsTold(t *testing.T) {
	o, a := filed(t, "community")
	o.sql(`INSERT INTO applications (case_no, version, county, institution, facts, entered_by, entered_at)
		VALUES ($1, 2, $2, $3, '{"site_kind": 7}', $4, $5)`, o.caseNo, county, institution, applicant, received)
	o.at(hour, func() {
		require.Equal(t, []string{store.FaultUnreadable}, o.ask(`SELECT stuck_reason FROM cases WHERE case_no = $1`, o.caseNo))
		o.corrected(a)
		o.env.SignalWorkflow(activities.RetryStep, nil)
	})
	o.at(2*hour, func() {
		require.Equal(t, []string{""}, o.ask(`SELECT stuck_reason FROM cases WHERE case_no = $1`, o.caseNo))
		o.answer("filing.review", nursery.OutcomeAccept, clerk, nursery.RoleClerk, form{}, "")
	})
	o.visit(3*hour, nursery.OutcomeConform, form{})
	require.Equal(t, nursery.StageVerified, o.run(nursery.Community).Stage)
}

func TestAWithdrawalWhileTheRulesAreAskedEndsTheCaseBeforeAnybodyIs(t *testing.T) {
	o, _ := filed(t, "community")
	o.env.SetOnLocalActivityStartedListener(func(info *activity.Info, _ context.Context, _ []any) {
		if info.ActivityType.Name == "Assess" {
			o.env.UpdateWorkflow(workflows.WithdrawUpdate, "w", &testsuite.TestUpdateCallback{
				OnAccept: func() {}, OnReject: func(err error) { t.Errorf("rejected: %v", err) }, OnComplete: func(any, error) {},
			}, workflows.Withdrawal{ID: "w", Actor: applicant, Role: nursery.RoleInstitution})
		}
	})
	require.Equal(t, nursery.StageWithdrawn, o.run(nursery.Community).Stage)
	require.Empty(t, o.ask(`SELECT id FROM tasks`))
}
