package workflows

import (
	"context"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
)

// Print renders the documents of a case that are not rendered yet: for a document that is issued again after its case
// has ended.
func Print(ctx workflow.Context, caseNo string) error {
	return activities.DoLong(activities.Printing(ctx), caseNo, nil, engine.PrintPapers, caseNo)
}

// printing tracks the documents of a case that are being rendered while it continues.
type printing struct{ papers int }

// print starts rendering the documents requested so far. A document that cannot be rendered does not block the case; it
// is logged.
func (p *printing) print(ctx workflow.Context, caseNo string) {
	p.papers++
	workflow.Go(ctx, func(ctx workflow.Context) {
		defer func() { p.papers-- }()
		if err := Print(ctx, caseNo); err != nil {
			workflow.GetLogger(ctx).Error("papers not printed", "case", caseNo, "error", err)
		}
	})
}

// finish waits until everything is rendered and answered, at the end of a workflow.
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
