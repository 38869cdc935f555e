package workflows

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"tuoyu/workflows/humantask"
)

func TestARunRestsUntilThePapersBesideItArePrinted(t *testing.T) {
	env := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		tasks, err := humantask.NewTasks(ctx, "HT", 0)
		if err != nil {
			return err
		}
		a, papers, begun := backgroundTasks{tasks: tasks}, printing{papers: 1}, workflow.Now(ctx)
		workflow.Go(ctx, func(ctx workflow.Context) {
			_ = workflow.Sleep(ctx, time.Hour)
			papers.papers--
		})
		if err := a.waitIdle(ctx, &papers); err != nil {
			return err
		}
		if rested := workflow.Now(ctx).Sub(begun); rested != time.Hour {
			return errors.New("rested for " + rested.String())
		}
		return nil
	})
	require.NoError(t, env.GetWorkflowError())
}

func TestTheFirstErrorIsReturnedOnceAllThatRunTogetherHaveEnded(t *testing.T) {
	env := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	failed := errors.New("failed")
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		tasks, err := humantask.NewTasks(ctx, "DC", 0)
		if err != nil {
			return err
		}
		i := &inspection{caseFile: &caseFile{ctx: ctx, tasks: tasks}}
		ended := false
		err = i.together(2, func(ctx workflow.Context, n int) error {
			if n == 0 {
				return failed
			}
			defer func() { ended = true }()
			return workflow.Sleep(ctx, time.Hour)
		})
		if !errors.Is(err, failed) || !ended {
			return errors.New("returned while another was running")
		}
		return nil
	})
	require.NoError(t, env.GetWorkflowError())
}
