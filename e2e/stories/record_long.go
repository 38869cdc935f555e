package stories

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// monthsMost is more than the number of months after which a workflow that checks monthly continues as new.
const monthsMost = 24

// RecordLongRunning records what does not occur in the stories: a building site and a contract that nobody works on,
// month after month, until their workflows have continued as new with tasks still open, and a document that is rendered
// again after its case has ended. Each run is a history; the last runs of workflows that continued are in progress.
func (s *Stage) RecordLongRunning(ctx context.Context) error {
	if s.site == "" {
		return errors.New("record histories: no plan was started, so no site is left to itself")
	}
	if err := s.recordYear(ctx, "long-site", s.site); err != nil {
		return err
	}
	sc := &scene{Stage: s, folder: filepath.Join(s.Folder, "long-contract")}
	a, err := sc.filed(ctx, "community")
	if err != nil {
		return fmt.Errorf("record histories: %w", err)
	}
	if err := sc.recordReissue(ctx, a, sc.cases[0]); err != nil {
		return err
	}
	office, clinic := s.Users.As("county-office-"+a.County()), s.Users.As("clinic-"+a.County()+"-1")
	today := nursery.DateOf(time.Now())
	if err := office.PutClinic(ctx, s.key(), roleplay.Clinic(a.County(), "1", today.AddMonths(36))); err != nil {
		return fmt.Errorf("record histories: %w", err)
	}
	terms := roleplay.Terms("", clinic.Account, today.AddDays(-1))
	terms.EndsOn = terms.StartsOn.AddMonths(monthsMost)
	contract, err := sc.signed(ctx, a, clinic, office, terms)
	if err != nil {
		return fmt.Errorf("record histories: %w", err)
	}
	return s.recordYear(ctx, "long-contract", contract)
}

// recordYear skips month after month for a case that nobody works on, until its workflow has continued as new, and
// records its runs.
func (s *Stage) recordYear(ctx context.Context, story, caseNo string) error {
	fmt.Fprintf(s.Out, "\n—— 记录 %s 无人办理的一年 ——\n", caseNo)
	for range monthsMost {
		renewed, err := s.continued(ctx, caseNo)
		if err != nil {
			return err
		}
		if renewed {
			return s.recordCase(ctx, story, caseNo)
		}
		// A run that continues as new takes the rest of its skipped time with it, so the result of the skip is visible
		// in the runs.
		if err := roleplay.Skip(ctx, s.Temporal, s.Namespace, caseNo, 31*24*time.Hour); err != nil {
			if renewed, again := s.continued(ctx, caseNo); again != nil || !renewed {
				return errors.Join(err, again)
			}
		}
	}
	return fmt.Errorf("record histories: %s has not continued as new after %d months", caseNo, monthsMost)
}

// recordReissue has the receipt of an ended filing rendered again, and records the workflow that renders it.
func (sc *scene) recordReissue(ctx context.Context, a *roleplay.Applicant, caseNo string) error {
	if _, err := sc.ends(ctx, caseNo); err != nil {
		return err
	}
	c, err := a.Await(ctx, caseNo, roleplay.AllPrinted)
	if err != nil {
		return err
	}
	for _, d := range c.Documents {
		if d.Kind != "filing_receipt" || d.State != "in_force" {
			continue
		}
		var again roleplay.Document
		if err := a.Supervisor().Post(ctx, "/api/v1/documents/"+d.ID+"/reissue", sc.key(), map[string]string{"reason": "地址印错"}, &again); err != nil {
			return fmt.Errorf("record histories: %w", err)
		}
		sc.say(a.Supervisor(), "办结后重新制发备案回执："+again.Number, "")
		printing := "print/" + strings.TrimPrefix(again.ID, "D") // both contain the identifier of the command
		if ran, err := sc.ends(ctx, printing); err != nil || !ran {
			return errors.Join(err, fmt.Errorf("record histories: nothing printed %s", again.ID))
		}
		return sc.recordCase(ctx, "print", printing)
	}
	return fmt.Errorf("record histories: %s has no receipt in force", caseNo)
}

// continued reports whether the workflow of a case has continued as new.
func (s *Stage) continued(ctx context.Context, caseNo string) (bool, error) {
	described, err := s.Temporal.DescribeWorkflowExecution(ctx, caseNo, "")
	if err != nil {
		return false, fmt.Errorf("find runs of %s: %w", caseNo, err)
	}
	info := described.GetWorkflowExecutionInfo()
	return info.GetExecution().GetRunId() != info.GetFirstRunId(), nil
}
