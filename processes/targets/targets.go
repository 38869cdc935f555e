package targets

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	"tuoyu/casework"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/processes/buildsite"
	"tuoyu/processes/checkup"
	"tuoyu/processes/contract"
	"tuoyu/processes/inspection"
	"tuoyu/processes/insurance"
	"tuoyu/store"
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
	Verified    bool             `json:"verified" doc:"数量和口径是否均出自原文"`
	Basis       string           `json:"basis,omitempty" doc:"口径"`
	CityGoal    bool             `json:"city_goal,omitempty" doc:"目标是全市的，未分解到县区，此数只是本县区的"`
	Link        string           `json:"link,omitempty" doc:"可查看明细的页面"`
	Unavailable string           `json:"unavailable,omitempty" doc:"尚无数据的原因"`
}

// planFile is the targets of the plan. Assumed is what the plan does not define; such a figure is shown as unverified.
type planFile struct {
	Document string `json:"document"`
	Targets  []struct {
		ID          string       `json:"id"`
		Project     string       `json:"project"`
		Title       string       `json:"title"`
		Article     string       `json:"article"`
		Goal        string       `json:"goal"`
		By          nursery.Date `json:"by,omitzero"`
		Quantity    int          `json:"quantity,omitempty"`
		Percent     bool         `json:"percent,omitempty"`
		Measure     string       `json:"measure,omitempty"`
		Assumed     string       `json:"assumed,omitempty"`
		Link        string       `json:"link,omitempty"`
		Unavailable string       `json:"unavailable,omitempty"`
	} `json:"targets"`
}

//go:embed plan/targets.json
var planTargets []byte

var thePlan = sync.OnceValue(func() planFile {
	var plan planFile
	if err := json.Unmarshal(planTargets, &plan); err != nil {
		panic("targets: plan/targets.json: " + err.Error())
	}
	return plan
})

// tally is a current figure; a plain count has no denominator.
type tally struct {
	part, whole int
	basis       string
	none        string // why there is no value
	share       int    // the county's share of the city's target, if it is divided
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
		t := Target{
			ID: line.ID, Project: line.Project, Title: line.Title, By: line.By, Goal: line.Goal, Link: line.Link, Unavailable: line.Unavailable,
			Source: nursery.Citation{Document: plan.Document, Article: line.Article, Binding: "L7", Verified: true},
		}
		if line.Measure != "" {
			figure, ok := figures[line.Measure]
			if !ok {
				return nil, fmt.Errorf("target %s: no measure %s", line.ID, line.Measure)
			}
			t.hold(figure, line.Quantity, line.Percent, p.Role == nursery.RoleCountyOffice)
			t.Verified = line.Assumed == "" && t.Unavailable == ""
			if line.Assumed != "" {
				t.Basis += "；" + line.Assumed
			}
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// hold compares exactly: a rate is never rounded up to its goal.
func (t *Target) hold(figure tally, quantity int, percent, county bool) {
	t.Basis = figure.basis
	switch {
	case figure.none != "":
		t.Unavailable = figure.none
	case percent && figure.whole == 0:
		t.Unavailable = "尚无应计的对象"
	case percent:
		rate := casework.ShareOf(figure.part, figure.whole)
		t.Numerator, t.Denominator, t.Value, t.Exact = figure.part, figure.whole, rate.Text+"%", rate.Exact
		t.Met = figure.part*100 >= quantity*figure.whole
	default:
		t.Numerator, t.Denominator = figure.part, quantity
		if county && figure.share > 0 {
			t.Denominator = figure.share
		}
		t.CityGoal = county && figure.share == 0
		t.Exact = strconv.Itoa(figure.part)
		t.Value = t.Exact + " 个"
		t.Met = !t.CityGoal && figure.part >= t.Denominator
	}
}

// planStart is the first day that counts as new, since the plan is for 2024.
var planStart = nursery.NewDate(2024, 1, 1)

// measure reads every figure, by its name in plan/targets.json.
func (s *Service) measure(ctx context.Context, p nursery.Principal) (map[string]tally, error) {
	// Rates are aggregate counts, for which the administrator has the auditor's access.
	if p.Role == nursery.RoleAdministrator {
		p.Role = nursery.RoleAuditor
	}
	figures := map[string]tally{}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		if err := s.measureBuilding(ctx, q, p, figures); err != nil {
			return err
		}
		if err := s.measureRegister(ctx, q, p, figures); err != nil {
			return err
		}
		for name, ask := range map[string]func() (casework.Indicator, error){
			"signed": func() (casework.Indicator, error) {
				return contract.For(s.Service).SignedRateIn(ctx, q, p, nursery.Date{})
			},
			"checked": func() (casework.Indicator, error) { return checkup.For(s.Service).CheckupRateIn(ctx, q, p, "") },
			"inspected": func() (casework.Indicator, error) {
				return inspection.For(s.Service).InspectionCoverageIn(ctx, q, p, "")
			},
		} {
			indicator, err := ask()
			if err != nil {
				return fmt.Errorf("measure %s: %w", name, err)
			}
			figures[name] = tally{part: indicator.Total.Numerator, whole: indicator.Total.Denominator, basis: indicator.Basis}
		}
		return s.measureInsurance(ctx, q, p, figures)
	})
	return figures, err
}

// measureBuilding reads the building plan that was started last.
func (s *Service) measureBuilding(ctx context.Context, q *store.Queries, p nursery.Principal, figures map[string]tally) error {
	name, err := q.LatestBuildPlan(ctx)
	if store.IsNotFound(err) {
		none := tally{none: "建设计划尚未启动"}
		figures["built_seats"], figures["covered_counties"] = none, none
		return nil
	}
	if err != nil {
		return fmt.Errorf("find building plan: %w", err)
	}
	ledger, _, err := buildsite.For(s.Service).ReadLedger(ctx, q, name)
	if err != nil {
		return err
	}
	seats := tally{part: ledger.SeatsCounted, basis: "已发回执且班级设置符合设置标准第十九条的托位"}
	counties := tally{basis: "已有取得备案回执的公办示范机构的县区"}
	for _, c := range buildsite.ByCounty(ledger.Lines) {
		if c.Filed > 0 {
			counties.part++
		}
	}
	if p.Role == nursery.RoleCountyOffice {
		seats.share, counties.share = ledger.Seats, 1
	}
	figures["built_seats"], figures["covered_counties"] = seats, counties
	return nil
}

// measureRegister counts the register, and the children in care. The latter are counted as the engine, since the city's
// office may not see children.
func (s *Service) measureRegister(ctx context.Context, q *store.Queries, p nursery.Principal, figures map[string]tally) error {
	county := casework.CountyOf(p, "")
	filed, err := q.FiledCounts(ctx, store.FiledCountsParams{County: county, Since: planStart})
	if err != nil {
		return fmt.Errorf("count filed institutions: %w", err)
	}
	var care store.InCareCountsRow
	err = q.AsEngine(ctx, func() (err error) {
		care, err = q.InCareCounts(ctx, store.InCareCountsParams{County: county, OnDay: s.Today()})
		return err
	})
	if err != nil {
		return fmt.Errorf("count children in care: %w", err)
	}
	const filedNow = "已备案且未注销的"
	figures["seats"] = tally{part: int(filed.Seats), basis: filedNow + "机构的托位"}
	figures["inclusive_institutions"] = tally{part: int(filed.Inclusive), basis: filedNow + "普惠机构"}
	figures["inclusive_seats"] = tally{part: int(filed.InclusiveSeats), whole: int(filed.Seats), basis: filedNow + "普惠机构的托位，占全部托位"}
	figures["community_points"] = tally{part: int(filed.CommunityPoints), basis: filedNow + "普惠社区托育机构和家庭托育点"}
	figures["employer_pilots"] = tally{part: int(filed.EmployerPilots), basis: filedNow + "用人单位办托机构"}
	figures["used_seats"] = tally{part: int(care.Children), whole: int(filed.Seats), basis: filedNow + "机构的在托婴幼儿，占其托位"}
	figures["recorded"] = tally{part: int(care.Recorded), whole: int(care.Children), basis: filedNow + "机构的在托婴幼儿中，已建健康档案的"}
	return nil
}

// measureInsurance counts the insured children, as the engine.
func (s *Service) measureInsurance(ctx context.Context, q *store.Queries, p nursery.Principal, figures map[string]tally) error {
	if err := s.Authorize(ctx, p, "insurance.rate", casework.Resource{County: p.County}); err != nil {
		return err
	}
	counties := []string{p.County}
	if casework.CityWide(p.Role) {
		counties = counties[:0]
		for _, d := range nursery.Counties() {
			counties = append(counties, d.Code)
		}
	}
	var rates []insurance.InsuredRate
	err := q.AsEngine(ctx, func() (err error) {
		rates, err = insurance.For(s.Service).InsuredRates(ctx, q, s.Today(), counties...)
		return err
	})
	if err != nil {
		return fmt.Errorf("measure insured: %w", err)
	}
	insured := tally{basis: "今日在保的婴幼儿，占应参保的"}
	for _, rate := range rates {
		insured.part += rate.Insured
		insured.whole += rate.Residents
	}
	figures["insured"] = insured
	return nil
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
	case t.Met:
		return "达到"
	}
	return "未达到"
}
