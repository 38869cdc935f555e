// Package worker registers the workflows and activities with Temporal, and nothing else.
package worker

import (
	"go.temporal.io/sdk/worker"

	"tuoyu/activities"
	"tuoyu/workflows"
)

// Register makes w, which listens on workflows.TaskQueue, able to run every process with the activities of e.
func Register(w worker.Registry, e *activities.Engine) {
	for _, p := range workflows.Processes() {
		w.RegisterWorkflow(p.Workflow)
	}
	w.RegisterWorkflow(workflows.Print)
	w.RegisterActivity(e)
}

// RegisterPapers makes w, which listens on activities.PapersQueue, able to print.
func RegisterPapers(w worker.ActivityRegistry, e *activities.Engine) {
	w.RegisterActivity(e.PrintPapers)
}

// RegisterCounties makes w, which listens on activities.CountiesQueue, able to do the steps over all the children of a county.
func RegisterCounties(w worker.ActivityRegistry, e *activities.Engine) {
	w.RegisterActivity(e.CheckInsurance)
	w.RegisterActivity(e.SignInsurance)
	w.RegisterActivity(e.ReturnInsurance)
	w.RegisterActivity(e.SettleInsurance)
	w.RegisterActivity(e.CloseInsurance)
}
