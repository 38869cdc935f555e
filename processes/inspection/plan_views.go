package inspection

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/draw"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Plans is the list of inspection plans, newest first.
var Plans = casework.List[PlanFilter, PlanSummary]{
	Act: "inspection_plan.list", Indexes: []string{"inspection_plans_of_county", "inspection_plans_page"}, First: casework.Cursor{On: casework.MaxDate, ID: "~"},
	Read: func(ctx context.Context, r casework.ListReading[PlanFilter]) ([]casework.ListRow[PlanSummary], error) {
		rows, err := r.Q.InspectionPlans(ctx, store.InspectionPlansParams{
			County: casework.CountyOf(r.Principal, r.Filter.County), BeforeHalf: nursery.HalfYearOf(r.After.On).String(), BeforeNo: r.After.ID, PageSize: r.Limit,
		})
		if err != nil {
			return nil, err
		}
		lines := make([]casework.ListRow[PlanSummary], len(rows))
		for i, row := range rows {
			half, err := nursery.ParseHalfYear(row.InspectionPlan.Half)
			if err != nil {
				return nil, fmt.Errorf("half-year of %s: %w", row.InspectionPlan.CaseNo, err)
			}
			lines[i] = casework.ListRow[PlanSummary]{View: planSummary(row.InspectionPlan, row.Stage, row.Status), At: casework.Cursor{On: half.First(), ID: row.InspectionPlan.CaseNo}}
		}
		return lines, nil
	},
	Sheet: casework.Sheet[PlanSummary]{Title: "检查计划", Columns: []casework.Column[PlanSummary]{
		{Title: "办件编号", FilesOnly: true, Value: func(i PlanSummary) any { return i.CaseNo }},
		{Title: "县区", Head: "计划", Value: func(i PlanSummary) any { return i.CountyName }},
		{Title: "半年度", FilesOnly: true, Value: func(i PlanSummary) any { return i.Half }},
		{Title: "环节", Value: func(i PlanSummary) any { return i.StageTitle }},
		{Title: "承诺值", FilesOnly: true, Value: func(i PlanSummary) any { return i.Commitment }},
		{Title: "抽取日期", Head: "抽取", Value: func(i PlanSummary) any { return i.DrawnOn }},
		{Title: "未检查家次", Head: "未检查", Value: func(i PlanSummary) any { return i.Late }},
		{Title: "办结日期", FilesOnly: true, Value: func(i PlanSummary) any { return i.ClosedOn }},
	}},
}

// PlanFilter narrows the list of plans to a county. Only the city chooses it.
type PlanFilter struct {
	County string `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
}

func planSummary(plan store.InspectionPlan, stage, status string) PlanSummary {
	v := PlanSummary{
		CaseNo: plan.CaseNo, County: plan.County, CountyName: nursery.CountyName(plan.County), Half: plan.Half, Stage: nursery.Stage(stage),
		StageTitle: casework.StageOf(nursery.KindInspectionPlan, stage).Title, Status: nursery.CaseStatus(status), Commitment: plan.Commitment,
		CommittedBy: plan.CommittedBy, CommittedAt: plan.CommittedAt, Witness: plan.Witness, DrawnOn: plan.DrawnOn, Decision: plan.Decision,
		ClosedOn: plan.ClosedOn,
	}
	if plan.Late != nil {
		late := int(*plan.Late)
		v.Late = &late
	}
	return v
}

// InspectionPlan returns the details of a plan.
func (s *Service) InspectionPlan(ctx context.Context, p nursery.Principal, caseNo string) (PlanDetail, error) {
	d := PlanDetail{Reasons: []nursery.Reason{}, Visits: []PlannedVisit{}}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		c, plan, err := planCase.Read(ctx, s.Service, q, p, "inspection_plan.read", caseNo)
		if err != nil {
			return err
		}
		d.PlanSummary = planSummary(plan, c.Stage, c.Status)
		if plan.CommittedAt == nil {
			return s.fillDraftPlan(ctx, q, plan, &d)
		}
		committed, err := activities.CommittedOf(plan)
		if err != nil {
			return err
		}
		d.Input = committed.Input
		return s.fillPlannedVisits(ctx, q, plan, &d)
	})
	return d, err
}

// fillDraftPlan shows what would be committed to today.
func (s *Service) fillDraftPlan(ctx context.Context, q *store.Queries, plan store.InspectionPlan, d *PlanDetail) error {
	// Complaints weigh in, which not everybody reads who sees the plan.
	return q.AsEngine(ctx, func() error {
		in, err := s.planInput(ctx, q, plan)
		if err != nil {
			return err
		}
		committed, _ := draw.Commit(in, "", "")
		d.Input = committed.Input
		decision, err := s.Rules.Decide(ctx, activities.RulesDraw, activities.DrawFacts(in), s.Today(), plan.County)
		if err != nil {
			return fmt.Errorf("decide draw: %w", err)
		}
		d.Reasons = append(d.Reasons, decision.Reasons...)
		return nil
	})
}

func (s *Service) fillPlannedVisits(ctx context.Context, q *store.Queries, plan store.InspectionPlan, d *PlanDetail) error {
	rows, err := q.PlannedOfPlan(ctx, plan.CaseNo)
	if err != nil {
		return fmt.Errorf("read planned visits: %w", err)
	}
	half, err := nursery.ParseHalfYear(plan.Half)
	if err != nil {
		return err
	}
	over := s.Today().After(half.Last()) || !plan.ClosedOn.IsZero()
	for _, row := range rows {
		v := PlannedVisit{
			Kind: row.Kind, Position: int(row.Position), Institution: row.Institution, Name: row.Name, Township: row.Township,
			Drawn: []string{row.FirstInspector, row.SecondInspector}, OpensOn: row.OpensOn, VisitOn: row.VisitOn, VisitedOn: row.VisitedOn, Dropped: row.Dropped,
			Late: over && !row.Dropped && (row.VisitedOn.IsZero() || row.VisitedOn.After(half.Last())),
		}
		if row.Inspection != nil && row.GoingFirst != nil && row.GoingSecond != nil && row.Stage != nil {
			v.Inspection, v.Going, v.StageTitle = *row.Inspection, []string{*row.GoingFirst, *row.GoingSecond}, casework.StageOf(nursery.KindInspection, *row.Stage).Title
		}
		d.Visits = append(d.Visits, v)
	}
	return nil
}

// PublishedPlan returns the published record of a draw. It needs no authorization, so that anybody can repeat the draw.
// Error: not_found.
func (s *Service) PublishedPlan(ctx context.Context, caseNo string) (draw.Record, error) {
	number, err := nursery.ParseCaseNumber(caseNo)
	if err != nil {
		return draw.Record{}, casework.NewNotFound()
	}
	var plan store.InspectionPlan
	err = s.DB.AsPublic(ctx, "", func(q *store.Queries) (err error) {
		plan, err = q.InspectionPlan(ctx, string(number))
		return err
	})
	if store.IsNotFound(err) {
		return draw.Record{}, casework.NewNotFound()
	}
	if err != nil {
		return draw.Record{}, fmt.Errorf("read published plan: %w", err)
	}
	return recordOf(plan)
}

func recordOf(plan store.InspectionPlan) (draw.Record, error) {
	r := draw.Record{
		CaseNo: plan.CaseNo, Commitment: plan.Commitment, CommittedAt: stampOf(plan.CommittedAt), PairsNonce: plan.PairsNonce,
		RandomNonce: plan.RandomNonce, Pairs: []draw.Assignment{}, Random: []draw.Assignment{},
	}
	if !plan.DrawnOn.IsZero() { // before the draw the value is nobody's but the witness's
		r.PublicValue, r.Source, r.PublicAt, r.DrawnOn = plan.PublicValue, plan.PublicSource, stampOf(plan.PublicAt), plan.DrawnOn.String()
	}
	var err error
	if r.Committed, err = activities.CommittedOf(plan); err != nil {
		return r, err
	}
	for _, part := range []struct {
		raw  json.RawMessage
		into *[]draw.Assignment
	}{{plan.Pairs, &r.Pairs}, {plan.Random, &r.Random}} {
		if len(part.raw) == 0 {
			continue
		}
		if err := json.Unmarshal(part.raw, part.into); err != nil {
			return r, fmt.Errorf("decode draw: %w", err)
		}
	}
	return r, nil
}

func stampOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return activities.PlanStamp(*t)
}

// InspectionCoverage is the share of the institutions of a half-year's plans that had their regular visit in it 检查覆盖率
// (P07-R3); "" is the half-year of today.
func (s *Service) InspectionCoverage(ctx context.Context, p nursery.Principal, half string) (nursery.Indicator, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (nursery.Indicator, error) { return s.InspectionCoverageIn(ctx, q, p, half) })
}

// InspectionCoverageIn is InspectionCoverage in a transaction of p.
func (s *Service) InspectionCoverageIn(ctx context.Context, q *store.Queries, p nursery.Principal, half string) (nursery.Indicator, error) {
	if err := s.Authorize(ctx, p, "inspection_plan.coverage", casework.Resource{}); err != nil {
		return nursery.Indicator{}, err
	}
	of := nursery.HalfYearOf(s.Today())
	if half != "" {
		var err error
		if of, err = nursery.ParseHalfYear(half); err != nil {
			return nursery.Indicator{}, casework.NewError(casework.CodeInvalid, "半年度填写有误。", casework.FieldOf("half", err))
		}
	}
	rows, err := q.PlanCoverage(ctx, store.PlanCoverageParams{Half: of.String(), County: casework.CountyOf(p, ""), Until: of.Last()})
	if err != nil {
		return nursery.Indicator{}, fmt.Errorf("count visited institutions: %w", err)
	}
	counties := make([]nursery.CountyRate, len(rows))
	for i, row := range rows {
		counties[i] = nursery.CountyRate{County: row.County, Numerator: int(row.Visited), Denominator: int(row.Planned)}
	}
	return nursery.IndicatorOf("检查覆盖率", of.Title()+"计划的受检机构中，半年度内已进行例行检查的机构", s.Today(), counties), nil
}

// InspectionDay lists the agreed visits of a county on a day, along the way.
func (s *Service) InspectionDay(ctx context.Context, p nursery.Principal, on nursery.Date) (InspectionDay, error) {
	day := InspectionDay{County: p.County, On: on, Visits: []DayVisit{}}
	if err := s.Authorize(ctx, p, "inspection_plan.day", casework.Resource{}); err != nil {
		return day, err
	}
	if !on.Valid() {
		return day, casework.NewError(casework.CodeInvalid, "日期填写有误。", casework.FieldError{Location: "date", Message: "没有这一天"})
	}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.VisitsOfDay(ctx, store.VisitsOfDayParams{County: p.County, Day: on})
		for _, row := range rows {
			day.Visits = append(day.Visits, DayVisit{
				CaseNo: row.CaseNo, Township: row.Township, VisitTime: row.VisitTime, Institution: row.Institution, Name: row.Name, Address: row.Address,
				Kind: row.Kind, Inspectors: []string{row.FirstInspector, row.SecondInspector}, StageTitle: casework.StageOf(nursery.KindInspection, row.Stage).Title,
				VisitedOn: row.VisitedOn,
			})
		}
		return err
	})
	if err != nil {
		return day, fmt.Errorf("list visits of the day: %w", err)
	}
	return day, nil
}
