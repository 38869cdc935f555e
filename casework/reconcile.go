package casework

import (
	"context"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
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

// StuckReasons lists the reasons why a case may be stuck.
func StuckReasons() []string {
	return []string{StuckMissing, StuckFailed, store.FaultRefused, store.FaultUnreadable, store.FaultMissing, store.FaultStep, store.FaultUnprintable}
}

const (
	// reconcileInterval is the interval at which an open case is compared.
	reconcileInterval = time.Hour
	// lookAtOnce is the number of cases in a batch, and lookPause the pause between two requests to Temporal.
	lookAtOnce = 50
	lookPause  = 50 * time.Millisecond
)

// Reconcile compares the open cases with the workflows in Temporal, each about once an hour, until ctx ends. A case
// whose workflow is missing or has failed is marked as stuck: otherwise it would remain open forever. Any number of
// processes may run it.
func (s *Service) Reconcile(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		for {
			n, err := s.ReconcileOnce(ctx, s.Now().Add(-reconcileInterval))
			if err != nil && ctx.Err() == nil {
				s.Log.WarnContext(ctx, "cases not compared with their workflows", "error", err)
			}
			if err != nil || n < lookAtOnce {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ReconcileOnce compares some of the open cases not compared since before and returns how many.
func (s *Service) ReconcileOnce(ctx context.Context, before time.Time) (int, error) {
	var cases []store.Case
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		cases, err = q.TakeCasesToLookAt(ctx, store.TakeCasesToLookAtParams{Before: before, Now: s.Now(), PageSize: lookAtOnce})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read open cases: %w", err)
	}
	for _, c := range cases {
		if err := s.look(ctx, c); err != nil {
			return 0, fmt.Errorf("look at %s: %w", c.CaseNo, err)
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(lookPause):
		}
	}
	return len(cases), nil
}

// look requests the workflow of an open case from Temporal and marks the case as stuck, or no longer stuck,
// accordingly.
func (s *Service) look(ctx context.Context, c store.Case) error {
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
	status, err := s.workflowStatus(ctx, caseNo)
	switch {
	case isGone(err):
		return StuckMissing, nil
	case err != nil:
		return "", err
	case status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING || status == enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW:
		return "", nil
	}
	return StuckFailed, nil
}

func (s *Service) workflowStatus(ctx context.Context, caseNo string) (enumspb.WorkflowExecutionStatus, error) {
	d, err := s.describe(ctx, caseNo)
	if err != nil {
		return 0, err
	}
	return d.GetWorkflowExecutionInfo().GetStatus(), nil
}

func (s *Service) describe(ctx context.Context, caseNo string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	d, err := s.Temporal.DescribeWorkflowExecution(ctx, caseNo, "")
	if err != nil {
		return nil, fmt.Errorf("describe workflow: %w", err)
	}
	return d, nil
}
