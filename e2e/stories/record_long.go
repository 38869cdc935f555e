package stories

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tuoyu/e2e/roleplay"
)

// monthsMost is more than a building site's workflow takes before it continues as new.
const monthsMost = 24

// RecordLongRunning records what the stories have too little time for: a building site that nobody works on, month after month,
// until its workflow has continued as new with supervisions still open. Each of its runs is a history, the last one in flight.
func (s *Stage) RecordLongRunning(ctx context.Context) error {
	if s.site == "" {
		return errors.New("record histories: no plan was started, so no site is left to itself")
	}
	fmt.Fprintf(s.Out, "\n—— 记录 %s 无人办理的一年 ——\n", s.site)
	for range monthsMost {
		renewed, err := s.continued(ctx, s.site)
		if err != nil {
			return err
		}
		if renewed {
			return s.recordCase(ctx, "long-site", s.site)
		}
		// A run that continues as new takes the rest of its time with it, so what became of the skip is seen in the runs.
		if err := roleplay.Skip(ctx, s.Temporal, s.Namespace, s.site, 31*24*time.Hour); err != nil {
			if renewed, again := s.continued(ctx, s.site); again != nil || !renewed {
				return errors.Join(err, again)
			}
		}
	}
	return fmt.Errorf("record histories: %s has not continued as new after %d months", s.site, monthsMost)
}

// continued reports whether the workflow of a case is in a later run than its first.
func (s *Stage) continued(ctx context.Context, caseNo string) (bool, error) {
	described, err := s.Temporal.DescribeWorkflowExecution(ctx, caseNo, "")
	if err != nil {
		return false, fmt.Errorf("find runs of %s: %w", caseNo, err)
	}
	info := described.GetWorkflowExecutionInfo()
	return info.GetExecution().GetRunId() != info.GetFirstRunId(), nil
}
