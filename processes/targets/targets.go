package targets

import (
	"cmp"
	"context"
	"fmt"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
)

// Target is one target of the plan, with its current value. If there is no value, Unavailable is the reason; a target
// is never omitted.
type Target struct {
	ID          string           `json:"id" doc:"标识"`
	Project     string           `json:"project" doc:"所属项目"`
	Title       string           `json:"title" doc:"名称"`
	Source      nursery.Citation `json:"source" doc:"出处"`
	By          nursery.Date     `json:"by,omitzero" doc:"完成时限，长期的为空"`
	Goal        string           `json:"goal" doc:"目标，方案原话"`
	Numerator   int              `json:"numerator" doc:"分子，或已有数量"`
	Denominator int              `json:"denominator" doc:"分母，或目标数量"`
	Value       string           `json:"value,omitempty" doc:"显示值"`
	Exact       string           `json:"exact,omitempty" doc:"精确值，比率为百分数"`
	Met         bool             `json:"met" doc:"是否达到"`
	Unjudged    bool             `json:"unjudged,omitempty" doc:"方案未定数量，不判断是否达到"`
	Verified    bool             `json:"verified" doc:"数量和口径是否均出自原文"`
	Basis       string           `json:"basis,omitempty" doc:"口径"`
	CityGoal    bool             `json:"city_goal,omitempty" doc:"目标是全市的，未分解到县区，此数只是本县区的"`
	Entered     bool             `json:"entered,omitempty" doc:"此数由主管部门按季度填报，经市级核定"`
	Link        string           `json:"link,omitempty" doc:"可查看明细的页面"`
	Unavailable string           `json:"unavailable,omitempty" doc:"尚无数据的原因"`
}

// Targets compares the plan's targets with the current figures: of the city, or of its own county for a county's
// office.
func (s *Service) Targets(ctx context.Context, p nursery.Principal) ([]Target, error) {
	if err := s.Authorize(ctx, p, "target.list", casework.Resource{}); err != nil {
		return nil, err
	}
	figures, err := s.measure(ctx, p)
	if err != nil {
		return nil, err
	}
	plan := thePlan()
	targets := make([]Target, 0, len(plan.Targets))
	for _, line := range plan.Targets {
		t, err := targetOf(plan, line, figures, p)
		if err != nil {
			return nil, err
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// targetOf compares one target with its figure.
func targetOf(plan planFile, line planTarget, figures measured, p nursery.Principal) (Target, error) {
	t := Target{
		ID: line.ID, Project: line.Project, Title: line.Title, By: line.By, Goal: line.Goal, Unavailable: line.Unavailable,
		Link: cmp.Or(line.Link, plan.pathOf(line.Project)), Unjudged: line.Unjudged, Entered: line.Entry != nil,
		Source: nursery.Citation{Document: plan.Document, Article: line.Article, Binding: "L7", Verified: true},
	}
	if line.Measure == "" && line.Entry == nil {
		return t, nil
	}
	f, ok := figures[line.ID]
	if !ok {
		return t, fmt.Errorf("target %s: no measure %s", line.ID, line.Measure)
	}
	t.hold(f, line, p.Role == nursery.RoleCountyOffice)
	t.Verified = line.Assumed == "" && t.Unavailable == ""
	if line.Assumed != "" {
		t.Basis += "；" + line.Assumed
	}
	return t, nil
}

// hold compares exactly: a rate is never rounded up to its goal.
func (t *Target) hold(f figure, line planTarget, county bool) {
	sum := f.sum("")
	t.Basis = f.basis
	switch {
	case f.none != "":
		t.Unavailable = f.none
	case line.Percent && sum.Whole == 0:
		t.Unavailable = "尚无应计的对象"
	case line.Percent:
		t.Numerator, t.Denominator = sum.Part, sum.Whole
		t.Met = !line.Unjudged && sum.Part*100 >= line.Quantity*sum.Whole
	default:
		t.Numerator, t.Denominator = sum.Part, line.Quantity
		if county && f.share > 0 {
			t.Denominator = f.share
		}
		t.CityGoal = county && f.share == 0 && !line.Unjudged
		t.Met = !line.Unjudged && !t.CityGoal && sum.Part >= t.Denominator
	}
	if t.Unavailable == "" {
		t.Value, t.Exact = line.value(sum)
	}
}

// Sheet is the table of the plan's targets.
var Sheet = casework.Sheet[Target]{Title: "目标与进展", Columns: []casework.Column[Target]{
	{Title: "项目", FilesOnly: true, Value: func(t Target) any { return t.Project }},
	{Title: "目标", Value: func(t Target) any { return t.Title }},
	{Title: "要求", Value: func(t Target) any { return t.Goal }},
	{Title: "时限", Value: func(t Target) any { return t.By }},
	{Title: "分子", FilesOnly: true, Value: func(t Target) any { return t.Numerator }},
	{Title: "分母", FilesOnly: true, Value: func(t Target) any { return t.Denominator }},
	{Title: "进展", Head: "今天", Value: func(t Target) any { return cmp.Or(t.Unavailable, t.Value) }},
	{Title: "是否达到", Value: func(t Target) any { return t.MetTitle() }},
	{Title: "口径", FilesOnly: true, Value: func(t Target) any { return t.Basis }},
	{Title: "出处", FilesOnly: true, Value: func(t Target) any { return documents.Cite(t.Source) }},
}}

// MetTitle returns the Chinese text of whether the target is met.
func (t Target) MetTitle() string {
	switch {
	case t.Unavailable != "":
		return "没有数据"
	case t.Unjudged:
		return "未定数量"
	case t.Met:
		return "达到"
	}
	return "未达到"
}
