// Package worker registers the workflows and activities with Temporal, and nothing else.
package worker

import (
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/procedures"
	"tuoyu/workflows"
	"tuoyu/workflows/procedure"
)

// Register registers every workflow and activity of e with w, which polls workflows.TaskQueue. Each has an explicit
// name, independent of the name of its Go function. The cases of procedures ask o.
func Register(w worker.Registry, e *activities.Engine, o procedure.Outside) {
	RegisterWorkflows(w)
	procedure.Register(w, o)
	for _, a := range activities.Names(e) {
		w.RegisterActivityWithOptions(a.Run, activity.RegisterOptions{Name: a.Name})
	}
}

// RegisterWorkflows registers every workflow with w, which runs or replays them.
func RegisterWorkflows(w worker.WorkflowRegistry) {
	for _, named := range workflows.Names() {
		w.RegisterWorkflowWithOptions(named.Run, workflow.RegisterOptions{Name: named.Name})
	}
	w.RegisterWorkflowWithOptions(procedure.Procedure, workflow.RegisterOptions{Name: procedures.Workflow})
}

// RegisterPapers registers the activities that render documents with w, which polls activities.PapersQueue.
func RegisterPapers(w worker.ActivityRegistry, e *activities.Engine) {
	registerQueue(w, e, activities.PapersQueue)
}

// RegisterCounties registers the activities that process all the children of a county with w, which polls
// activities.CountiesQueue.
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
