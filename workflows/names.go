package workflows

const printName = "Print"

// Named is a workflow with its name in histories and starts.
type Named struct {
	Name string
	Run  any
}

// Names returns every workflow with its name: those of the processes and Print. A name never changes, though the
// function behind it may be renamed.
func Names() []Named {
	return []Named{
		{printName, Print},
		{filingProcess.Workflow, Filing},
		{changeProcess.Workflow, FilingChange},
		{cancellationProcess.Workflow, FilingCancel},
		{buildProcess.Workflow, Build},
		{contractProcess.Workflow, Contract},
		{checkupProcess.Workflow, CheckupRound},
		{referralProcess.Workflow, Referral},
		{inspectionProcess.Workflow, Inspection},
		{inspectionPlanProcess.Workflow, InspectionPlan},
		{complaintProcess.Workflow, Complaint},
		{insuranceProcess.Workflow, Insurance},
		{insuranceClaimProcess.Workflow, InsuranceClaim},
	}
}
