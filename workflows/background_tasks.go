package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"tuoyu/definition"
	"tuoyu/workflows/humantask"
)

// backgroundTasks are the tasks that a process has opened without waiting for their answers.
type backgroundTasks struct {
	tasks  *humantask.Tasks
	open   int
	failed error // the first error of a background task, which the process returns
}

// ask opens a task in the background and calls then with its answer. If the Tasks is interrupted with quiet, the task
// ends without an error.
func (a *backgroundTasks) ask(ctx workflow.Context, kind definition.TaskKind, spec humantask.Spec, quiet error,
	then func(workflow.Context, humantask.Answer) error,
) {
	a.aside(ctx, kind.Name, quiet, then, func(ctx workflow.Context) (humantask.Answer, error) { return a.tasks.Ask(ctx, kind, spec) })
}

// resume resumes a task that the previous run has opened.
func (a *backgroundTasks) resume(ctx workflow.Context, asked humantask.Asked, quiet error, then func(workflow.Context, humantask.Answer) error) {
	a.aside(ctx, asked.Spec.Kind, quiet, then, func(ctx workflow.Context) (humantask.Answer, error) { return a.tasks.AskOn(ctx, asked) })
}

func (a *backgroundTasks) aside(ctx workflow.Context, kind string, quiet error, then func(workflow.Context, humantask.Answer) error,
	ask func(workflow.Context) (humantask.Answer, error),
) {
	a.open++
	workflow.Go(ctx, func(ctx workflow.Context) {
		defer func() { a.open-- }()
		answer, err := ask(ctx)
		if quiet != nil && errors.Is(err, quiet) {
			return
		}
		if err == nil {
			err = then(ctx, answer)
		}
		if err != nil {
			a.failed = fmt.Errorf("ask %s: %w", kind, err)
		}
	})
}

// restsWhenPrinted is the change ID since which a workflow that continues as new also waits for the documents being
// rendered: the next run would not render them.
const restsWhenPrinted = "rests-when-printed"

// waitIdle waits until the workflow only waits for users, so that it may continue as new. Papers are the documents being
// rendered concurrently, nil for a process without any.
func (a *backgroundTasks) waitIdle(ctx workflow.Context, papers *printing) error {
	if papers != nil && workflow.GetVersion(ctx, restsWhenPrinted, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		papers = nil
	}
	return workflow.Await(ctx, func() bool {
		return a.open == len(a.tasks.Open()) && (papers == nil || papers.papers == 0) && workflow.AllHandlersFinished(ctx)
	})
}

// drain waits until no task of the background is open.
func (a *backgroundTasks) drain(ctx workflow.Context) error {
	return workflow.Await(ctx, func() bool { return a.open == 0 && workflow.AllHandlersFinished(ctx) })
}
