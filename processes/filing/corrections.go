package filing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// opensSomething refuses a notice of corrections that leaves the applicant nothing to change: each finding, and at
// least one of all the reasons in the notice, must name a field or a document of the application that the applicant can
// change. Error: opens_nothing naming each finding.
func (s *Service) opensSomething(ctx context.Context, q *store.Queries, task store.Task, in casework.Completion) error {
	if in.Outcome != nursery.OutcomeCorrect {
		return nil
	}
	var said struct {
		Findings []struct {
			Field string `json:"field"`
		} `json:"findings"`
	}
	if err := casework.FilledIn(in.Answer, &said); err != nil {
		return err
	}
	a, _, err := latestApplication(ctx, q, task.CaseNo)
	if err != nil {
		return err
	}
	var c casework.Checker
	for i, f := range said.Findings {
		if !nursery.Correctable(a, f.Field) {
			c.Add(fmt.Sprintf("/answer/findings/%d/field", i), "请选择申请人可以修改的字段，或者应当补交的材料")
		}
	}
	if len(c.Fields) > 0 {
		return casework.NewError(casework.CodeOpensNothing, "每一项补正都要指明申请人可以修改的字段或者应当补交的材料，否则申请人无从补正。", c.Fields...)
	}
	if len(said.Findings) > 0 {
		return nil
	}
	gaps, err := activities.TaskGaps(ctx, q, task)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(gaps, func(g nursery.Reason) bool { return opensFor(a, g) }) {
		return casework.NewError(casework.CodeOpensNothing, "规则发现的问题申请人都不能修改。请写明申请人应当修改的字段或者应当补交的材料。",
			casework.FieldError{Location: "/answer/findings", Message: "请写明申请人应当补正的内容"})
	}
	return nil
}

// opensFor reports whether the applicant can change something that a gap names.
func opensFor(a nursery.Application, gap nursery.Reason) bool {
	return slices.ContainsFunc(gap.Fields, func(field string) bool { return nursery.Correctable(a, field) })
}

func latestApplication(ctx context.Context, q *store.Queries, caseNo string) (a nursery.Application, version int, err error) {
	row, err := q.LatestApplication(ctx, caseNo)
	if err != nil {
		return a, 0, err
	}
	if err := json.Unmarshal(row.Facts, &a); err != nil {
		return a, 0, fmt.Errorf("decode application: %w", err)
	}
	return a, int(row.Version), nil
}

// sinceTold lists the differences between an application and the version in the last notice to the applicant, and
// reports whether there is such a version.
func sinceTold(ctx context.Context, q *store.Queries, caseNo string, now nursery.Application) (changed []string, told bool, err error) {
	version, err := q.ToldVersion(ctx, caseNo)
	if err != nil || version == 0 {
		return nil, false, err
	}
	changed, err = sinceVersion(ctx, q, caseNo, version, now)
	return changed, err == nil, err
}

// sinceVersion lists the differences between an application and an earlier version of it.
func sinceVersion(ctx context.Context, q *store.Queries, caseNo string, version int32, now nursery.Application) ([]string, error) {
	row, err := q.ApplicationVersion(ctx, store.ApplicationVersionParams{CaseNo: caseNo, Version: version})
	if err != nil {
		return nil, err
	}
	var was nursery.Application
	if err := json.Unmarshal(row.Facts, &was); err != nil {
		return nil, fmt.Errorf("decode version %d of an application: %w", version, err)
	}
	return nursery.Changes(was, now)
}

// handsInChanges refuses corrections that change nothing while a reason in the notice is still open: a finding by a
// person, or one that the rules report today as they did then. If after is nil, the application is read as it was last
// saved. Cases that p may not correct are left for the command to refuse, and keys that have an answer for the command
// to repeat. Error: nothing_changed naming what is still open.
func (s *Service) handsInChanges(ctx context.Context, p nursery.Principal, key, caseNo string, after *nursery.Application) error {
	var told []nursery.Reason
	var a nursery.Application
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		if repeat, err := casework.Answered(ctx, q, p, key); err != nil || repeat {
			return err
		}
		c, err := casework.CaseOf(ctx, q.CaseByNumber, caseNo)
		if err != nil {
			return err
		}
		if c.Stage != string(nursery.StageCorrections) {
			return nil
		}
		if a, _, err = latestApplication(ctx, q, caseNo); err != nil {
			return err
		}
		if after != nil {
			a = *after
		}
		changed, known, err := sinceTold(ctx, q, caseNo, a)
		if err != nil || !known || len(changed) > 0 {
			return err
		}
		var d casework.CaseDetail
		err = casework.FillGaps(ctx, q, p, c, &d)
		told = d.Gaps
		return err
	})
	var refused *casework.Error
	switch {
	case errors.As(err, &refused):
		return nil
	case err != nil:
		return fmt.Errorf("compare with what was told: %w", err)
	case len(told) == 0:
		return nil
	}
	checked, err := s.Precheck(ctx, p, a)
	if errors.As(err, &refused) {
		return nil
	}
	if err != nil {
		return err
	}
	found := activities.Gaps(checked.Decisions)
	var open []casework.FieldError
	for _, g := range told {
		again := func(r nursery.Reason) bool { return r.Rule == g.Rule && r.Subject == g.Subject }
		if opensFor(a, g) && (g.Rule == activities.RuleReviewed || slices.ContainsFunc(found, again)) {
			open = append(open, casework.FieldError{Location: "/application" + g.Fields[0], Message: g.Message})
		}
	}
	if len(open) == 0 {
		return nil
	}
	return casework.NewError(casework.CodeNothingChanged, fmt.Sprintf("还没有补正：一次性告知的内容中有 %d 项没有改动。请先补正，再提交。", len(open)), open...)
}
