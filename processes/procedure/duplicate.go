package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/procedures/steps"
	"tuoyu/store"
	"tuoyu/workflows"
)

// notPaid refuses an application for what is paid already, or going to be (P05-R5). Error: already_paid.
func notPaid(ctx context.Context, q *store.Queries, r *published.Revision, o casework.Opening) error {
	var reason *nursery.Reason
	err := q.AsEngine(ctx, func() (err error) {
		reason, err = steps.Duplicate(ctx, q, r, o.Institution, o.About)
		return err
	})
	if err != nil || reason == nil {
		return err
	}
	var fields []casework.FieldError
	for _, field := range reason.Fields {
		fields = append(fields, casework.FieldError{Location: field, Message: "这一期间已经拨付或者正在拨付"})
	}
	return casework.NewError(CodePaidAlready, reason.Message+reason.Remedy, fields...)
}

// addDuplicate adds to a pre-check that the same is paid already, or going to be.
func addDuplicate(ctx context.Context, q *store.Queries, r *published.Revision, institution, about string, d *nursery.Decision) error {
	reason, err := steps.Duplicate(ctx, q, r, institution, about)
	if err != nil || reason == nil {
		return err
	}
	d.Result = nursery.Fail
	d.Reasons = append([]nursery.Reason{*reason}, d.Reasons...)
	return nil
}

// sameKey refuses a correction that changes what the case is about: payments are identified by it, so that another period is another
// application. Error: invalid with each field.
func (s *Service) sameKey(ctx context.Context, q *store.Queries, task store.Task, in casework.Completion) error {
	if process, known := workflows.ProcessOfTask(task.Kind); len(in.Answer) == 0 || !known || process.Workflow != procedures.Workflow {
		return nil
	}
	r, err := s.RevisionOf(ctx, q, task.CaseNo)
	if err != nil {
		return err
	}
	if i := r.Plan.TaskNamed(strings.TrimPrefix(task.Kind, r.Plan.Kind+".")); i < 0 || r.Plan.Tasks[i].Form != r.Plan.Start.Facts {
		return nil
	}
	before, err := q.LatestApplication(ctx, task.CaseNo)
	if err != nil {
		return fmt.Errorf("read application: %w", err)
	}
	var had, has map[string]any
	if err := json.Unmarshal(before.Facts, &had); err != nil {
		return fmt.Errorf("decode application: %w", err)
	}
	if json.Unmarshal(in.Answer, &has) != nil || len(has) == 0 {
		return nil // the form is checked after this
	}
	var c casework.Checker
	for _, path := range r.Plan.Start.OneOpen {
		field, isFact := strings.CutPrefix(path, "facts.")
		if isFact && procedures.KeyText(had[field]) != procedures.KeyText(has[field]) {
			c.Add("/answer/"+field, "补正不能改变办件所属的期间或者对象，需要改变的请撤回后重新申请")
		}
	}
	return c.Err()
}
