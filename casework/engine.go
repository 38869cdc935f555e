package casework

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// The reasons why an open case is stuck because of its workflow, in addition to the classes of store.FaultClass.
const (
	StuckMissing = "workflow_missing" // Temporal does not know the case
	StuckFailed  = "workflow_failed"  // its workflow failed, was terminated or ended though the case has not
)

// Look requests the workflow of an open case from Temporal and marks the case as stuck, or no longer stuck,
// accordingly.
func (s *Service) Look(ctx context.Context, c store.Case) error {
	reason, err := s.workflowFault(ctx, c.CaseNo)
	if err != nil {
		return err
	}
	return s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		if reason != "" {
			return activities.NoteStuck(ctx, q, c, reason, s.Now())
		}
		if c.StuckReason == StuckMissing || c.StuckReason == StuckFailed {
			return activities.NoteUnstuck(ctx, q, c, nursery.Engine, s.Now())
		}
		return nil
	})
}

// workflowFault returns why the workflow of a case cannot continue it, "" if it runs.
func (s *Service) workflowFault(ctx context.Context, caseNo string) (string, error) {
	d, err := s.Describe(ctx, caseNo)
	status := d.GetWorkflowExecutionInfo().GetStatus()
	switch {
	case IsGone(err):
		return StuckMissing, nil
	case err != nil:
		return "", err
	case status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING || status == enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW:
		return "", nil
	}
	return StuckFailed, nil
}

// Describe returns what Temporal knows of the workflow of a case.
func (s *Service) Describe(ctx context.Context, caseNo string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	d, err := s.Temporal.DescribeWorkflowExecution(ctx, caseNo, "")
	if err != nil {
		return nil, fmt.Errorf("describe workflow: %w", err)
	}
	return d, nil
}

// IsGone reports whether Temporal runs no workflow of the case. Only Postgres records whether the case has ended.
func IsGone(err error) bool {
	var gone *serviceerror.NotFound
	return errors.As(err, &gone)
}
