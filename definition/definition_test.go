package definition_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/definition"
	"tuoyu/nursery"
)

var review = definition.TaskKind{Name: "lease.review", Title: "核对租约", Outcomes: []definition.Outcome{
	{Code: nursery.OutcomeAccept, Title: "受理", Optional: []string{"note"}, Follow: []definition.Step{
		{Activity: "Accept", Name: "accepted"}, {Activity: "Grant", Name: "granted", When: "low"},
	}},
	{Code: nursery.OutcomeCorrect, Title: "退回", Required: []string{"findings"}, Optional: []string{"note"}, Alone: true},
}}

func TestASetHasEachNameOnce(t *testing.T) {
	lease := definition.Process{Kind: "lease", Tasks: []definition.TaskKind{review}}
	require.Panics(t, func() { definition.NewSet(lease, definition.Process{Kind: "lease"}) })
	require.Panics(t, func() {
		definition.NewSet(lease, definition.Process{Kind: "rent", Tasks: []definition.TaskKind{review}})
	})
	require.Panics(t, func() {
		definition.NewSet(definition.Process{Kind: "lease", Tasks: []definition.TaskKind{{Name: "lease.countersign", Confirms: "lease.review"}}})
	}, "a task confirms one that is not there")
	task, ok := definition.NewSet(lease).Task("lease.review")
	require.True(t, ok)
	require.Equal(t, []nursery.Outcome{nursery.OutcomeAccept, nursery.OutcomeCorrect}, task.Codes())
}

func TestTheOnlyOutcomeMayLeaveOutWhatTheRulesHaveFound(t *testing.T) {
	correct, _ := review.Outcome(nursery.OutcomeCorrect)
	required, optional := correct.Fields(false)
	require.Equal(t, []string{"findings"}, required)
	require.Equal(t, []string{"note"}, optional)
	required, optional = correct.Fields(true)
	require.Empty(t, required)
	require.Equal(t, []string{"findings", "note"}, optional)
	accept, _ := review.Outcome(nursery.OutcomeAccept)
	required, optional = accept.Fields(true)
	require.Empty(t, required)
	require.Equal(t, []string{"note"}, optional)
}

func TestStepsFollowAlwaysOrByWhatWasFound(t *testing.T) {
	require.Equal(t, []definition.Step{{Activity: "Accept", Name: "accepted"}}, review.Steps(nursery.OutcomeAccept, ""))
	require.Equal(t, []definition.Step{{Activity: "Grant", Name: "granted", When: "low"}}, review.Steps(nursery.OutcomeAccept, "low"))
	require.Empty(t, review.Steps(nursery.OutcomeCorrect, ""))
}

func TestAnOutcomeHasTheTitleOfItsTask(t *testing.T) {
	require.Equal(t, "退回", review.OutcomeTitle(nursery.OutcomeCorrect))
	require.Equal(t, "逾期未答复", review.OutcomeTitle(nursery.OutcomeSilent))
	require.Equal(t, "pay", review.OutcomeTitle(nursery.OutcomePay))
}
