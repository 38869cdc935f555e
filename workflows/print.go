package workflows

import (
	"context"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
)

// Print prints the papers of a case that are still to be printed: for a paper issued again after its case has
// ended.
func Print(ctx workflow.Context, caseNo string) error {
	return activities.DoLong(activities.Printing(ctx), caseNo, nil, engine.PrintPapers, caseNo)
}

// printing is the papers of a case that are being printed while it goes on.
type printing struct{ papers int }

// print has the papers ordered so far printed. Paper that cannot be printed holds nothing up; the log says so.
func (p *printing) print(ctx workflow.Context, caseNo string) {
	p.papers++
	workflow.Go(ctx, func(ctx workflow.Context) {
		defer func() { p.papers-- }()
		if err := Print(ctx, caseNo); err != nil {
			workflow.GetLogger(ctx).Error("papers not printed", "case", caseNo, "error", err)
		}
	})
}

// finish waits until everything is printed and answered, at the end of a workflow.
func (p *printing) finish(ctx workflow.Context) error {
	return workflow.Await(ctx, func() bool { return p.papers == 0 && workflow.AllHandlersFinished(ctx) })
}

// StartPrinting starts Print once for id.
func StartPrinting(ctx context.Context, c client.Client, caseNo, id string) error {
	_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: "print/" + id, TaskQueue: TaskQueue, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, printName, caseNo)
	if err != nil {
		return fmt.Errorf("start printing: %w", err)
	}
	return nil
}
