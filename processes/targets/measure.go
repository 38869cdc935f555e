package targets

import (
	"context"
	"fmt"
	"strconv"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/buildsite"
	"tuoyu/processes/checkup"
	"tuoyu/processes/contract"
	"tuoyu/processes/inspection"
	"tuoyu/processes/insurance"
	"tuoyu/store"
)

// Count is a part of a whole; a plain number has no whole.
type Count struct{ Part, Whole int }

// figure is the current figure of a target, by county.
type figure struct {
	counties map[string]Count
	basis    string
	none     string // why there is no value
	share    int    // the county's share of the city's target, if it is divided
}

// sum returns the figure of a county, or of all for "".
func (f figure) sum(county string) Count {
	if county != "" {
		return f.counties[county]
	}
	var sum Count
	for _, one := range f.counties {
		sum.Part += one.Part
		sum.Whole += one.Whole
	}
	return sum
}

// measured is the current figures, by target.
type measured map[string]figure

// value returns how a count of the target is shown, and its exact value.
func (t planTarget) value(c Count) (text, exact string) {
	if t.Percent {
		if c.Whole == 0 {
			return "—", ""
		}
		rate := nursery.ShareOf(c.Part, c.Whole)
		return rate.Text + "%", rate.Exact
	}
	exact = strconv.Itoa(c.Part)
	return exact + " " + t.unit(), exact
}

// planStart is the first day that counts as new, since the plan is for 2024.
var planStart = nursery.NewDate(2024, 1, 1)

// reader returns p as it reads aggregate counts, for which the administrator has the auditor's access.
func reader(p nursery.Principal) nursery.Principal {
	if p.Role == nursery.RoleAdministrator {
		p.Role = nursery.RoleAuditor
	}
	return p
}

// measure reads the figure of every target that has one.
func (s *Service) measure(ctx context.Context, p nursery.Principal) (measured, error) {
	p = reader(p)
	measures, all := map[string]figure{}, measured{}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		for _, read := range []func(context.Context, *store.Queries, nursery.Principal, map[string]figure) error{
			s.measureBuilding, s.measureRegister, s.measureRates, s.measureInsurance,
		} {
			if err := read(ctx, q, p, measures); err != nil {
				return err
			}
		}
		return s.measureEntries(ctx, q, p, all)
	})
	for _, line := range thePlan().Targets {
		if f, ok := measures[line.Measure]; ok {
			all[line.ID] = f
		}
	}
	return all, err
}

// measureBuilding reads the building plan that was started last.
func (s *Service) measureBuilding(ctx context.Context, q *store.Queries, p nursery.Principal, figures map[string]figure) error {
	name, err := q.LatestBuildPlan(ctx)
	if store.IsNotFound(err) {
		none := figure{none: "建设计划尚未启动"}
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
	seats := figure{counties: map[string]Count{}, basis: "已发回执且班级设置符合设置标准第十九条的托位"}
	covered := figure{counties: map[string]Count{}, basis: "已有取得备案回执的公办示范机构的县区"}
	for _, c := range buildsite.ByCounty(ledger.Lines) {
		seats.counties[c.County] = Count{Part: c.SeatsCounted}
		covered.counties[c.County] = Count{Part: min(c.Filed, 1)}
	}
	if p.Role == nursery.RoleCountyOffice {
		seats.share, covered.share = ledger.Seats, 1
	}
	figures["built_seats"], figures["covered_counties"] = seats, covered
	return nil
}

// measureRegister counts the register, and the children in care. The latter are counted as the engine, since the city's
// office may not see children.
func (s *Service) measureRegister(ctx context.Context, q *store.Queries, p nursery.Principal, figures map[string]figure) error {
	county := casework.CountyOf(p, "")
	filed, err := q.FiledCounts(ctx, store.FiledCountsParams{County: county, Since: planStart})
	if err != nil {
		return fmt.Errorf("count filed institutions: %w", err)
	}
	var care []store.InCareCountsRow
	err = q.AsEngine(ctx, func() (err error) {
		care, err = q.InCareCounts(ctx, store.InCareCountsParams{County: county, OnDay: s.Today()})
		return err
	})
	if err != nil {
		return fmt.Errorf("count children in care: %w", err)
	}
	put := func(name, basis, county string, part, whole int32) {
		f, ok := figures[name]
		if !ok {
			f = figure{counties: map[string]Count{}, basis: "已备案且未注销的" + basis}
			figures[name] = f
		}
		if county != "" {
			f.counties[county] = Count{Part: int(part), Whole: int(whole)}
		}
	}
	children := map[string]store.InCareCountsRow{}
	for _, row := range care {
		children[row.County] = row
	}
	for _, row := range append(filed, store.FiledCountsRow{}) { // the last one only names the figures
		put("seats", "机构的托位", row.County, row.Seats, 0)
		put("inclusive_institutions", "普惠机构", row.County, row.Inclusive, 0)
		put("inclusive_seats", "普惠机构的托位，占全部托位", row.County, row.InclusiveSeats, row.Seats)
		put("community_points", "普惠社区托育机构和家庭托育点", row.County, row.CommunityPoints, 0)
		put("employer_pilots", "用人单位办托机构", row.County, row.EmployerPilots, 0)
		put("used_seats", "机构的在托婴幼儿，占其托位", row.County, children[row.County].Children, row.Seats)
		put("recorded", "机构的在托婴幼儿中，已建健康档案的", row.County, children[row.County].Recorded, children[row.County].Children)
	}
	return nil
}

// measureRates reads the rates that processes compute by county.
func (s *Service) measureRates(ctx context.Context, q *store.Queries, p nursery.Principal, figures map[string]figure) error {
	for name, ask := range map[string]func() (nursery.Indicator, error){
		"signed": func() (nursery.Indicator, error) {
			return contract.For(s.Service).SignedRateIn(ctx, q, p, nursery.Date{})
		},
		"checked": func() (nursery.Indicator, error) { return checkup.For(s.Service).CheckupRateIn(ctx, q, p, "") },
		"inspected": func() (nursery.Indicator, error) {
			return inspection.For(s.Service).InspectionCoverageIn(ctx, q, p, "")
		},
	} {
		indicator, err := ask()
		if err != nil {
			return fmt.Errorf("measure %s: %w", name, err)
		}
		f := figure{counties: map[string]Count{}, basis: indicator.Basis}
		for _, c := range indicator.Counties {
			f.counties[c.County] = Count{Part: c.Numerator, Whole: c.Denominator}
		}
		figures[name] = f
	}
	return nil
}

// measureInsurance counts the insured children, as the engine.
func (s *Service) measureInsurance(ctx context.Context, q *store.Queries, p nursery.Principal, figures map[string]figure) error {
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
	insured := figure{counties: map[string]Count{}, basis: "今日在保的婴幼儿，占应参保的"}
	for _, rate := range rates {
		insured.counties[rate.County] = Count{Part: rate.Insured, Whole: rate.Residents}
	}
	figures["insured"] = insured
	return nil
}

// measureEntries reads what was entered and accepted: the sum of the quarters, those of this year where the goal is a yearly one, and
// of a rate the quarter entered last.
func (s *Service) measureEntries(ctx context.Context, q *store.Queries, p nursery.Principal, figures measured) error {
	rows, err := q.AcceptedTargetEntries(ctx, casework.CountyOf(p, ""))
	if err != nil {
		return fmt.Errorf("read accepted entries: %w", err)
	}
	year := s.Today().Year
	for _, line := range thePlan().Targets {
		if line.Entry == nil {
			continue
		}
		f := figure{counties: map[string]Count{}, basis: "县区和市级主管部门填报、经市级核定的" + line.Entry.Part, none: "还没有经核定的填报"}
		if line.Entry.Whole != "" {
			f.basis += "，占" + line.Entry.Whole
		}
		for _, row := range rows { // by quarter
			if row.Target != line.ID || line.Entry.Yearly && row.Quarter.Year != year {
				continue
			}
			c := Count{Part: int(row.Part), Whole: int(row.Whole)}
			if !line.Percent {
				c.Part += f.counties[row.County].Part
			}
			f.counties[row.County], f.none = c, ""
		}
		figures[line.ID] = f
	}
	return nil
}
