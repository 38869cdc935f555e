// Package workflows implements the processes, one file each. A workflow is deterministic and small: it requests answers
// by humantask, does everything else by activities, and contains identifiers only.
package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// TaskQueue is the queue that workers poll.
const TaskQueue = "tuoyu"

// CalendarChanged is the signal that a year of the calendar was published.
const CalendarChanged = humantask.CalendarChanged

// CaseInput is the input of a case's workflow. The workflow's ID is the case number.
type CaseInput struct {
	CaseNo      string
	County      string
	Institution string
	SiteKind    nursery.SiteKind
	SubmittedBy string
	Version     int `json:",omitempty"` // of the workflow code it was started with; 0 before versions were recorded

	Hash string `json:",omitempty"` // of the plan, for a case of a procedure

	// For a process that continues as new: the number of tasks that previous runs have opened, and those still open.
	Asked int               `json:",omitempty"`
	Open  []humantask.Asked `json:",omitempty"`
}

// Change is the argument of the Updates activities.CaseChanged and activities.BuildChanged: it only signals that facts
// have changed.
type Change struct{ ID string }

// onCaseChanged registers do to run whenever the facts of a case have changed.
func onCaseChanged(ctx workflow.Context, do func(Change)) error {
	err := workflow.SetUpdateHandler(ctx, activities.CaseChanged, func(_ workflow.Context, c Change) error {
		do(c)
		return nil
	})
	if err != nil {
		return fmt.Errorf("take changes: %w", err)
	}
	return nil
}

// CaseResult is the result of a case.
type CaseResult struct {
	Stage nursery.Stage
}

// processes are all processes, in display order.
var processes = definition.NewSet(
	filingProcess, changeProcess, cancellationProcess, buildProcess, contractProcess, checkupProcess, referralProcess,
	inspectionProcess, inspectionPlanProcess, complaintProcess, insuranceProcess, insuranceClaimProcess,
)

// Definitions returns the processes with an index of their tasks.
func Definitions() *definition.Set { return processes }

// Processes lists every process.
func Processes() []definition.Process { return processes.All() }

// ProcessOf returns the process of a kind of case; false if there is none.
func ProcessOf(kind nursery.CaseKind) (definition.Process, bool) { return processes.Process(kind) }

// ProcessOfTask returns the process that a kind of task belongs to; false if there is none.
func ProcessOfTask(name string) (definition.Process, bool) { return processes.ProcessOfTask(name) }

// TaskOf returns the kind of task of that name; false if no process has it.
func TaskOf(name string) (definition.TaskKind, bool) { return processes.Task(name) }

// PaperOf returns the kind of document of that name; false if no process issues it.
func PaperOf(kind string) (definition.Paper, bool) { return processes.Paper(kind) }

// Sets of one role each.
var (
	clerks        = []nursery.Role{nursery.RoleClerk}
	inspectors    = []nursery.Role{nursery.RoleInspector}
	institution   = []nursery.Role{nursery.RoleInstitution}
	clinics       = []nursery.Role{nursery.RoleHospital}
	insurers      = []nursery.Role{nursery.RoleInsurer}
	supervisors   = []nursery.Role{nursery.RoleSupervisor}
	countyOffices = []nursery.Role{nursery.RoleCountyOffice}
	cityOffices   = []nursery.Role{nursery.RoleCityOffice}
)

// note is the field of the simplest form, which is optional.
var note = []string{"note"}

// The outcomes that several processes offer in the same way.
var (
	reply = definition.Outcome{Code: nursery.OutcomeReply, Title: "书面答复", Required: note, Optional: []string{"catch_up_on"}}
	noted = definition.Outcome{Code: nursery.OutcomeNoted, Title: "知悉并处置", Required: note}
	done  = definition.Outcome{Code: nursery.OutcomeComplete, Title: "办理完毕", Optional: note}
	proof = definition.Outcome{Code: nursery.OutcomeProve, Title: "提交整改证明", Required: note, Optional: []string{"attachments"}}
)

// followedBy returns the outcome with the steps that follow it.
func followedBy(o definition.Outcome, steps ...definition.Step) definition.Outcome {
	o.Follow = steps
	return o
}
