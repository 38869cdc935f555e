package roleplay

import (
	"context"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// skipPatience is the time limit for the server to skip time.
const skipPatience = 5 * time.Minute

// Skip advances the clock of one case: on the real Temporal server the clock of its workflow is advanced by d, firing
// every timer on the way in order. The server must allow time skipping, as devstack's does. The error is that of the
// server, or that the workflow ended before d was over.
func Skip(ctx context.Context, c client.Client, namespace, caseNo string, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, skipPatience)
	defer cancel()
	execution := &commonpb.WorkflowExecution{WorkflowId: caseNo}
	id := fmt.Sprintf("skip-%d", time.Now().UnixNano())
	service := c.WorkflowService()
	err := whileAway(ctx, func() error {
		_, err := service.UpdateWorkflowExecutionOptions(ctx, &workflowservice.UpdateWorkflowExecutionOptionsRequest{
			Namespace: namespace, WorkflowExecution: execution,
			WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
				Enabled: true, FastForwardConfig: &commonpb.FastForwardConfig{Id: id, Duration: durationpb.New(d)},
			}},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("fast-forward %s: %w", caseNo, err)
	}
	for {
		var done *workflowservice.PollWorkflowExecutionTimeSkippingResponse
		err := whileAway(ctx, func() (err error) {
			done, err = service.PollWorkflowExecutionTimeSkipping(ctx, &workflowservice.PollWorkflowExecutionTimeSkippingRequest{
				Namespace: namespace, WorkflowExecution: execution, FastForwardId: id,
			})
			return err
		})
		if err != nil {
			return fmt.Errorf("wait for fast-forward of %s: %w", caseNo, err)
		}
		switch result := done.GetFastForwardPollingResult(); result {
		case enumspb.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED:
			return nil
		case enumspb.FAST_FORWARD_POLLING_RESULT_POLL_TIMEOUT:
		default:
			return fmt.Errorf("fast-forward %s: %s", caseNo, result)
		}
	}
}

// whileAway retries the call for as long as the server or its database is unavailable.
func whileAway(ctx context.Context, call func() error) error {
	for {
		err := call()
		switch status.Code(err) {
		case codes.OK:
			return nil
		case codes.Unavailable, codes.Internal, codes.Unknown, codes.Canceled, codes.DeadlineExceeded, codes.ResourceExhausted:
		default:
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(200 * time.Millisecond):
		}
	}
}
