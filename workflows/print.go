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
	return workflow.ExecuteActivity(activities.Printing(ctx), engine.PrintPapers, caseNo).Get(ctx, nil)
}

// StartPrinting starts Print once for id.
func StartPrinting(ctx context.Context, c client.Client, caseNo, id string) error {
	_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: "print/" + id, TaskQueue: TaskQueue, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, Print, caseNo)
	if err != nil {
		return fmt.Errorf("start printing: %w", err)
	}
	return nil
}
