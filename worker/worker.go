// Package worker registers the workflows and activities with Temporal, and nothing else.
package worker

import (
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/workflows"
)

// Register makes w, which listens on workflows.TaskQueue, able to run every process with the activities of e. Each goes by
// the name written for it, not by that of its Go function.
func Register(w worker.Registry, e *activities.Engine) {
	RegisterWorkflows(w)
	for _, a := range activities.Names(e) {
		w.RegisterActivityWithOptions(a.Run, activity.RegisterOptions{Name: a.Name})
	}
}

// RegisterWorkflows makes w able to run, or to replay, every workflow.
func RegisterWorkflows(w worker.WorkflowRegistry) {
	for _, named := range workflows.Names() {
		w.RegisterWorkflowWithOptions(named.Run, workflow.RegisterOptions{Name: named.Name})
	}
}

// RegisterPapers makes w, which listens on activities.PapersQueue, able to print.
func RegisterPapers(w worker.ActivityRegistry, e *activities.Engine) {
	registerQueue(w, e, activities.PapersQueue)
}

// RegisterCounties makes w, which listens on activities.CountiesQueue, able to do the steps over all the children of a county.
func RegisterCounties(w worker.ActivityRegistry, e *activities.Engine) {
	registerQueue(w, e, activities.CountiesQueue)
}

func registerQueue(w worker.ActivityRegistry, e *activities.Engine, queue string) {
	for _, a := range activities.Names(e) {
		if a.Queue == queue {
			w.RegisterActivityWithOptions(a.Run, activity.RegisterOptions{Name: a.Name})
		}
	}
}
