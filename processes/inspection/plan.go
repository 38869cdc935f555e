package inspection

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/draw"
	"tuoyu/nursery"
	"tuoyu/store"
	"tuoyu/workflows/humantask"
)

const (
	taskPlanCommit = "inspection_plan.commit"
	taskPlanDraw   = "inspection_plan.draw"
)

// StartInspectionPlan opens the plan of a county's half-year. Errors: invalid, plan_started, forbidden.
func (s *Service) StartInspectionPlan(ctx context.Context, p nursery.Principal, key string, in PlanRequest) (PlanSummary, error) {
	started, err := casework.Command(ctx, s.Service, p, key, "inspection_plan.start", in, func(q *store.Queries) (casework.Started, error) {
		return s.startInspectionPlan(ctx, q, p, in)
	})
	if err != nil {
		return PlanSummary{}, err
	}
	d, err := s.InspectionPlan(ctx, p, started.CaseNo)
	return d.PlanSummary, err
}

func (s *Service) startInspectionPlan(ctx context.Context, q *store.Queries, p nursery.Principal, in PlanRequest) (casework.Started, error) {
	if err := s.Authorize(ctx, p, "inspection_plan.start", casework.Resource{County: p.County}); err != nil {
		return casework.Started{}, err
	}
	var c casework.Checker
	c.Limits(in)
	half, err := nursery.ParseHalfYear(in.Half)
	c.Invalid("/half", err)
	if now := nursery.HalfYearOf(s.Today()); err == nil && half != now && half != now.Next() {
		c.Add("/half", "只能制定本半年度或下半年度的计划")
	}
	if in.RandomSize != nil && (*in.RandomSize < 0 || *in.RandomSize > 1000) {
		c.Add("/random_size", "应为 0 至 1000")
	}
	if err := c.Err(); err != nil {
		return casework.Started{}, err
	}
	if _, err := q.InspectionPlanOfHalf(ctx, store.InspectionPlanOfHalfParams{County: p.County, Half: in.Half}); err == nil {
		return casework.Started{}, casework.NewError(casework.CodePlanStarted, "本县区该半年度的检查计划已经制定。")
	} else if !store.IsNotFound(err) {
		return casework.Started{}, fmt.Errorf("look for the plan: %w", err)
	}
	institution, name := casework.OwnerName(nursery.KindInspectionPlan, p.County), nursery.CountyName(p.County)+"托育机构检查计划"
	err = q.PutPlanInstitution(ctx, store.PutPlanInstitutionParams{ID: institution, County: p.County, Name: name, UpdatedAt: s.Now()})
	if err != nil {
		return casework.Started{}, err
	}
	started, err := s.OpenCase(ctx, q, p, casework.Opening{
		Kind: nursery.KindInspectionPlan, County: p.County, Institution: institution, Subject: half.Title() + name, About: in.Half, Facts: in,
		Note: "制定" + half.Title() + "检查计划",
	})
	if err != nil {
		return casework.Started{}, err
	}
	row := store.InsertInspectionPlanParams{CaseNo: started.CaseNo, County: p.County, Half: in.Half, StartedAt: s.Now()}
	if in.RandomSize != nil {
		size := int32(*in.RandomSize)
		row.RandomSize = &size
	}
	if err := q.InsertInspectionPlan(ctx, row); err != nil {
		return casework.Started{}, err
	}
	return started, nil
}

// ExcludeFromPlan excludes an institution from a plan with a reason, or revokes the exclusion; earlier entries stay on
// record. Errors: plan_committed, invalid.
func (s *Service) ExcludeFromPlan(ctx context.Context, p nursery.Principal, key, caseNo string, in PlanExclusion) (PlanDetail, error) {
	err := casework.Perform(ctx, s.Service, p, key, "inspection_plan.exclude "+caseNo, in, func(q *store.Queries) error {
		c, plan, err := planCase.Lock(ctx, s.Service, q, p, "inspection_plan.exclude", caseNo)
		if err != nil {
			return err
		}
		if plan.CommittedAt != nil {
			return planCommitted()
		}
		var check casework.Checker
		check.Limits(in)
		if wrong := casework.NeedText("/reason", in.Reason, 500); wrong != nil {
			check.Add(wrong.Location, wrong.Message)
		}
		institution, err := q.InstitutionByID(ctx, in.Institution)
		if err != nil && !store.IsNotFound(err) {
			return fmt.Errorf("read institution: %w", err)
		}
		if err != nil || institution.County != c.County || institution.FilingCase == nil {
			check.Add("/institution", "没有备案的机构")
		}
		if err := check.Err(); err != nil {
			return err
		}
		err = q.InsertExclusion(ctx, store.InsertExclusionParams{
			CaseNo: c.CaseNo, County: c.County, Institution: in.Institution, Excluded: in.Excluded, Reason: in.Reason, SaidBy: p.Account, SaidAt: s.Now(),
		})
		if err != nil {
			return err
		}
		kind, note := "plan_excluded", "不列入机构 "+in.Institution+"："+in.Reason
		if !in.Excluded {
			kind, note = "plan_included", "恢复列入机构 "+in.Institution+"："+in.Reason
		}
		return s.RecordEvent(ctx, q, c, p, "said/"+casework.CompletionID(p, key), kind, note, true, nil)
	})
	if err != nil {
		return PlanDetail{}, err
	}
	return s.InspectionPlan(ctx, p, caseNo)
}

func planCommitted() *casework.Error {
	return casework.NewError(casework.CodePlanCommitted, "承诺已经公布，名单不能再改。")
}

// taskOf finds the plan's open task of a kind; otherwise the plan is not where the act belongs.
func taskOf(ctx context.Context, q *store.Queries, caseNo, kind string, otherwise *casework.Error) (store.Task, error) {
	task, err := q.OpenTaskOfKind(ctx, store.OpenTaskOfKindParams{CaseNo: caseNo, Kind: kind})
	if store.IsNotFound(err) {
		return task, otherwise
	}
	if err != nil {
		return task, fmt.Errorf("find task: %w", err)
	}
	return task, nil
}

// CommitPlan fixes the current list and publishes the commitment to it. The nonces are generated here and nobody sees
// them before the draw. Errors: plan_committed, plan_empty, invalid with the reasons of inspect.draw.
func (s *Service) CommitPlan(ctx context.Context, p nursery.Principal, key, caseNo string) (PlanDetail, error) {
	return s.planStep(ctx, p, key, "inspection_plan.commit", caseNo, nil, nursery.OutcomeCommit, func(q *store.Queries, c store.Case, plan store.InspectionPlan) (store.Task, error) {
		if plan.CommittedAt != nil {
			return store.Task{}, planCommitted()
		}
		task, err := taskOf(ctx, q, c.CaseNo, taskPlanCommit, casework.NewError(casework.CodeNotOpenForChange, "计划当前不在拟定名单环节，请稍后再试。"))
		if err != nil {
			return task, err
		}
		if half, err := nursery.ParseHalfYear(plan.Half); err != nil || s.Today().After(half.Last()) {
			return task, casework.NewError(casework.CodeNotOpenForChange, "该半年度已经结束。")
		}
		in, err := s.planInput(ctx, q, plan)
		if err != nil {
			return task, err
		}
		if len(in.Candidates) == 0 {
			return task, casework.NewError(casework.CodePlanEmpty, "没有受检机构。")
		}
		facts := activities.DrawFacts(in)
		if err := s.drawRefused(ctx, facts, c.County); err != nil {
			return task, err
		}
		return task, s.commitTo(ctx, q, p, plan, in)
	})
}

func (s *Service) planInput(ctx context.Context, q *store.Queries, plan store.InspectionPlan) (draw.Input, error) {
	var terms nursery.PlanTerms
	if err := s.Rules.Params(activities.ParamsDraw, s.Today(), plan.County, &terms); err != nil {
		return draw.Input{}, err
	}
	return activities.PlanInput(ctx, q, plan, terms, s.Now())
}

func (s *Service) commitTo(ctx context.Context, q *store.Queries, p nursery.Principal, plan store.InspectionPlan, in draw.Input) error {
	pairs, random := nonce(), nonce()
	committed, commitment := draw.Commit(in, pairs, random)
	raw, err := json.Marshal(committed)
	if err != nil {
		return fmt.Errorf("encode commitment: %w", err)
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	err = q.CommitPlan(ctx, store.CommitPlanParams{
		CaseNo: plan.CaseNo, Committed: raw, Commitment: commitment, CommittedBy: p.Account, CommittedAt: &now,
	})
	if err != nil {
		return err
	}
	return q.AsEngine(ctx, func() error {
		return q.InsertNonces(ctx, store.InsertNoncesParams{CaseNo: plan.CaseNo, Attempt: plan.Attempt, Pairs: pairs, Random: random})
	})
}

func nonce() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

// drawRefused names what inspect.draw refuses at the places of the body.
func (s *Service) drawRefused(ctx context.Context, facts nursery.DrawFacts, county string) error {
	d, err := s.Rules.Decide(ctx, activities.RulesDraw, facts, s.Today(), county)
	if err != nil {
		return fmt.Errorf("decide draw: %w", err)
	}
	var c casework.Checker
	for _, r := range d.Reasons {
		if r.Result == nursery.Fail {
			c.Add(r.Fields[0], r.Message+r.Remedy)
		}
	}
	return c.Err()
}

// WitnessDraw takes in the public value, from which and the secret nonces the engine draws. Who committed cannot witness.
// Errors: conflict_of_interest, plan_not_committed, invalid when the value is not of after the commitment.
func (s *Service) WitnessDraw(ctx context.Context, p nursery.Principal, key, caseNo string, in PlanWitness) (PlanDetail, error) {
	return s.planStep(ctx, p, key, "inspection_plan.draw", caseNo, in, nursery.OutcomeDraw, func(q *store.Queries, c store.Case, plan store.InspectionPlan) (store.Task, error) {
		if plan.CommittedBy == p.Account {
			return store.Task{}, casework.NewError(casework.CodeConflictOfInterest, "公布承诺的人员不能见证抽取，请由另一名人员办理。")
		}
		var check casework.Checker
		check.Limits(in)
		for location, text := range map[string]string{"/public_value": in.PublicValue, "/public_source": in.Source} {
			if wrong := casework.NeedText(location, text, 200); wrong != nil {
				check.Add(wrong.Location, wrong.Message)
			}
		}
		if in.PublicAt.IsZero() || in.PublicAt.After(s.Now()) {
			check.Add("/public_at", "请填写公开值的发布时间，不能晚于现在")
		}
		if err := check.Err(); err != nil {
			return store.Task{}, err
		}
		otherwise := casework.NewError(casework.CodePlanNotCommitted, "计划当前不在待抽取环节。")
		if plan.CommittedAt == nil {
			return store.Task{}, otherwise
		}
		task, err := taskOf(ctx, q, c.CaseNo, taskPlanDraw, otherwise)
		if err != nil {
			return task, err
		}
		committed, err := activities.CommittedOf(plan)
		if err != nil {
			return task, err
		}
		facts := activities.DrawFacts(committed.Input)
		facts.Committer, facts.Witness = plan.CommittedBy, p.Account
		facts.CommittedAt, facts.PublicAt = activities.PlanStamp(*plan.CommittedAt), activities.PlanStamp(in.PublicAt)
		if err := s.drawRefused(ctx, facts, c.County); err != nil {
			return task, err
		}
		at := in.PublicAt.UTC().Truncate(time.Millisecond)
		err = q.WitnessPlan(ctx, store.WitnessPlanParams{
			CaseNo: c.CaseNo, PublicValue: in.PublicValue, PublicSource: in.Source, PublicAt: &at, Witness: p.Account, UpdatedAt: s.Now(),
		})
		if err != nil {
			return task, err
		}
		return task, nil
	})
}

// planStep does what moves a plan on, and answers the plan's task with it.
func (s *Service) planStep(ctx context.Context, p nursery.Principal, key, act, caseNo string, body any, outcome nursery.Outcome,
	do func(*store.Queries, store.Case, store.InspectionPlan) (store.Task, error),
) (PlanDetail, error) {
	err := casework.Perform(ctx, s.Service, p, key, act+" "+caseNo, body, func(q *store.Queries) error {
		c, plan, err := planCase.Lock(ctx, s.Service, q, p, act, caseNo)
		if err != nil {
			return err
		}
		task, err := do(q, c, plan)
		if err != nil {
			return err
		}
		row, err := s.Enqueue(ctx, q, c.CaseNo, c.County, c.Institution, casework.CompletionID(p, key), humantask.CompleteUpdate,
			casework.PendingAnswer{Task: task.ID, Outcome: outcome, Actor: p.Account, Role: p.Role})
		s.DeliverAfter(ctx, q, row, casework.Late)
		return err
	})
	if err != nil {
		return PlanDetail{}, err
	}
	return s.InspectionPlan(ctx, p, caseNo)
}

var planCase = casework.ProcessCase[store.InspectionPlan]{Kind: nursery.KindInspectionPlan, Row: (*store.Queries).InspectionPlan}
