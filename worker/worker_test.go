package worker_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/procedures/steps"
	"tuoyu/worker"
	"tuoyu/workflows"
)

// The names that histories contain. Running cases are replayed against them, so no name is removed while a case that
// contains it may be running (docs/versioning.md). New names are added.
const (
	pinnedWorkflows = `Build CheckupRound Complaint Contract Filing FilingCancel FilingChange Inspection InspectionPlan Insurance
	InsuranceClaim Print Procedure Referral`

	pinnedActivities = `AcceptMaterials AdmitClaim ApproveChange Assess AssessBuild AssessContract AssessDuties AssessVisit BeginContract
	Cancel CancelTask CancelUnasked CheckInsurance ClearStuck CloseCheckup CloseContract CloseInspection CloseInspectionPlan CloseInsurance
	CloseRectified CloseTask ContestClaim CountSubCases DrawInspections EndBuild EndCheckup EndContract FileContract FollowCheckup
	InsuranceOpen IssueReceipt LoadProcedure MarkStuck MarkTask MoveCase MoveReferral MoveRevision NameInspector NoteInsurance OpenBuild OpenCase OpenCheckup
	OpenInsurance OpenInsuranceClaim OpenPlannedInspections OpenReferral OpenRoundOfContract OpenTask OrderCorrection
	PayClaim PrintPapers PublishCommitment ReadContract RecordConformity RecordNonconformity RecordVisit ReferInspection
	ReferPenalty RefuseChange RefuseClaim RefuseContract RenewContract RequestCorrections Reroute RescheduleTask
	ResumeReview ReturnInsurance SetVisitDay SettleComplaint SettleInsurance SignInsurance SignVisit StandInsurance
	TakeAnswer TakeReply TakeSignature TakeUpComplaint TakeUpInspection TakeUpInspectionPlan TallyInspectionPlan Withdraw`

	pinnedOnPapers   = `PrintPapers`
	pinnedOnCounties = `CheckInsurance CloseInsurance ReturnInsurance SettleInsurance SignInsurance`
)

// names records the registered names.
type names struct {
	sdkworker.Registry
	workflows, activities []string
}

func (n *names) RegisterWorkflowWithOptions(_ any, o workflow.RegisterOptions) {
	n.workflows = append(n.workflows, o.Name)
}

func (n *names) RegisterActivityWithOptions(_ any, o activity.RegisterOptions) {
	n.activities = append(n.activities, o.Name)
}

func TestNamesInHistoriesDoNotChange(t *testing.T) {
	var all, papers, counties names
	worker.Register(&all, nil, &steps.Steps{})
	worker.RegisterPapers(&papers, nil)
	worker.RegisterCounties(&counties, nil)
	require.Equal(t, strings.Fields(pinnedWorkflows), slices.Sorted(slices.Values(all.workflows)))
	require.Equal(t, strings.Fields(pinnedActivities), slices.Sorted(slices.Values(all.activities)))
	require.Equal(t, strings.Fields(pinnedOnPapers), slices.Sorted(slices.Values(papers.activities)))
	require.Equal(t, strings.Fields(pinnedOnCounties), slices.Sorted(slices.Values(counties.activities)))
	require.Equal(t, "tuoyu", workflows.TaskQueue)
	require.Equal(t, "tuoyu-papers", activities.PapersQueue)
}

// TestEveryActivityHasAName finds exported methods that workflows could call but no worker registers.
func TestEveryActivityHasAName(t *testing.T) {
	require.Equal(t, reflect.TypeFor[*activities.Engine]().NumMethod(), len(activities.Names(&activities.Engine{})),
		"each exported method of Engine is an activity and has a row in activities.Names")
}
