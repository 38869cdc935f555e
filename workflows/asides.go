package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"tuoyu/definition"
	"tuoyu/workflows/humantask"
)

// asides are the questions a process has put to people while it goes on itself.
type asides struct {
	desk   *humantask.Desk
	open   int
	failed error // of an aside, for the process to give back
}

// ask puts a task to people and has then do what follows from their answer. An interruption of the desk by quiet ends it
// without a word.
func (a *asides) ask(ctx workflow.Context, kind definition.TaskKind, spec humantask.Spec, quiet error,
	then func(workflow.Context, humantask.Answer) error,
) {
	a.aside(ctx, kind.Name, quiet, then, func(ctx workflow.Context) (humantask.Answer, error) { return a.desk.Ask(ctx, kind, spec) })
}

// askOn goes on with what the run before has asked.
func (a *asides) askOn(ctx workflow.Context, asked humantask.Asked, quiet error, then func(workflow.Context, humantask.Answer) error) {
	a.aside(ctx, asked.Spec.Kind, quiet, then, func(ctx workflow.Context) (humantask.Answer, error) { return a.desk.AskOn(ctx, asked) })
}

func (a *asides) aside(ctx workflow.Context, kind string, quiet error, then func(workflow.Context, humantask.Answer) error,
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

// restsWhenPrinted is the change by which a workflow that continues as new waits for the papers being printed, too: nobody would
// print them in the next run.
const restsWhenPrinted = "rests-when-printed"

// rest waits until nothing is going on but waiting for people, so that a workflow may continue as new. Papers are those being
// printed beside it, nil for a process without any.
func (a *asides) rest(ctx workflow.Context, papers *printing) error {
	if papers != nil && workflow.GetVersion(ctx, restsWhenPrinted, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		papers = nil
	}
	return workflow.Await(ctx, func() bool {
		return a.open == len(a.desk.Open()) && (papers == nil || papers.papers == 0) && workflow.AllHandlersFinished(ctx)
	})
}

// settle waits until nobody is being asked any more.
func (a *asides) settle(ctx workflow.Context) error {
	return workflow.Await(ctx, func() bool { return a.open == 0 && workflow.AllHandlersFinished(ctx) })
}
