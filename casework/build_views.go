package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/store"
)

// BuildSites is the list of sites by case number.
var BuildSites = List[BuildFilter, BuildSiteSummary]{
	Act: "build.list", Indexes: []string{"build_sites_by_county", "build_sites_by_plan", "build_sites_pkey"},
	Read: func(ctx context.Context, r reading[BuildFilter]) ([]line[BuildSiteSummary], error) {
		rows, err := r.q.BuildSites(ctx, store.BuildSitesParams{
			County: countyOf(r.p, r.filter.County), Plan: r.filter.Plan, Light: string(r.filter.Light), After: r.after.ID, PageSize: r.limit,
		})
		return linesOf(rows, err, func(row store.BuildSite) (BuildSiteSummary, cursor) { return siteSummary(row), cursor{ID: row.CaseNo} })
	},
	Sheet: Sheet[BuildSiteSummary]{Title: "建设点", Columns: []Column[BuildSiteSummary]{
		{Title: "建设点", Value: func(b BuildSiteSummary) any { return b.Name }},
		{Title: "办件编号", Value: func(b BuildSiteSummary) any { return b.CaseNo }},
		{Title: "县区", Value: func(b BuildSiteSummary) any { return b.CountyName }},
		{Title: "计划", Value: func(b BuildSiteSummary) any { return b.Plan }},
		{Title: "运营方式", Value: func(b BuildSiteSummary) any { return b.ModeTitle }},
		{Title: "计划托位", Value: func(b BuildSiteSummary) any { return b.Seats }},
		{Title: "备案托位", Value: func(b BuildSiteSummary) any { return b.SeatsFiled }},
		{Title: "计入托位", Value: func(b BuildSiteSummary) any { return b.SeatsCounted }},
		{Title: "灯", Value: func(b BuildSiteSummary) any { return lightTitle(b.LightTitle) }},
		{Title: "红灯次数", Value: func(b BuildSiteSummary) any { return b.Reds }},
		{Title: "备案回执日期", Value: func(b BuildSiteSummary) any { return b.ReceiptOn }},
		{Title: "销号日期", Value: func(b BuildSiteSummary) any { return b.CompletedOn }},
	}},
}

func siteSummary(row store.BuildSite) BuildSiteSummary {
	mode, light := nursery.OperationMode(row.Mode), nursery.Light(row.Light)
	summary := BuildSiteSummary{
		CaseNo: row.CaseNo, Plan: row.Plan, County: row.County, CountyName: nursery.CountyName(row.County), Name: row.Name,
		Mode: mode, ModeTitle: mode.Title(), Version: int(row.Version), Seats: int(row.Seats), SeatsFiled: int(row.SeatsFiled),
		SeatsCounted: int(row.SeatsCounted), ReceiptOn: row.ReceiptOn, OperatorContract: row.OperatorContract,
		Light: light, LightTitle: light.Title(), LightOn: row.LightOn, Reds: int(row.Reds), RedsRunning: int(row.RedsRunning),
		CompletedOn: row.CompletedOn,
	}
	if row.FilingCase != nil {
		summary.FilingCase = *row.FilingCase
	}
	return summary
}

func rateOf(r *big.Rat) Rate { return Rate{Exact: r.RatString(), Text: nursery.RateText(r)} }

// readRate reads a rate as it was stored.
func readRate(exact string) (Rate, error) {
	r, ok := new(big.Rat).SetString(exact)
	if !ok {
		return Rate{}, fmt.Errorf("stored rate %q is no fraction", exact)
	}
	return rateOf(r), nil
}

// lineOf returns a site with its curve on a day.
func lineOf(site store.BuildSite, rows []store.BuildMilestone, day nursery.Date) BuildLine {
	milestones, accepted := make([]nursery.Milestone, len(rows)), map[nursery.MilestoneKind]int{}
	line := BuildLine{BuildSiteSummary: siteSummary(site), Milestones: make([]MilestoneView, len(rows))}
	for i, row := range rows {
		milestones[i] = activities.MilestoneOf(row)
		accepted[milestones[i].Kind] = int(row.Percent)
		line.Milestones[i] = MilestoneView{
			Milestone: milestones[i], Title: milestones[i].Kind.Title(), Percent: int(row.Percent), DoneOn: row.DoneOn,
		}
	}
	line.Planned, line.Actual = rateOf(nursery.PlannedOn(milestones, day)), rateOf(nursery.ActualOf(milestones, accepted))
	return line
}

// BuildSite returns the details of a site that p may see.
func (s *Service) BuildSite(ctx context.Context, p nursery.Principal, caseNo string) (BuildSiteDetail, error) {
	var d BuildSiteDetail
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		c, site, err := buildCase.read(ctx, s, q, p, "build.read", caseNo)
		if err != nil {
			return err
		}
		rows, err := q.BuildMilestones(ctx, c.CaseNo)
		if err != nil {
			return fmt.Errorf("read milestones: %w", err)
		}
		d.BuildLine = lineOf(site, rows, s.today())
		if site.SeatsDecision != nil {
			d.SeatsDecision = *site.SeatsDecision
		}
		for _, fill := range []func(context.Context, *store.Queries, string, *BuildSiteDetail) error{fillVersions, fillMonths, fillReports} {
			if err := fill(ctx, q, c.CaseNo, &d); err != nil {
				return fmt.Errorf("read site: %w", err)
			}
		}
		return nil
	})
	return d, err
}

func fillVersions(ctx context.Context, q *store.Queries, caseNo string, d *BuildSiteDetail) error {
	d.Versions = []BuildVersion{}
	rows, err := q.BuildPlanVersions(ctx, caseNo)
	if err != nil {
		return err
	}
	for _, row := range rows {
		v := BuildVersion{
			Version: int(row.Version), Seats: int(row.Seats), Mode: nursery.OperationMode(row.Mode), Reason: row.Reason,
			Author: row.Author, At: row.At,
		}
		if err := json.Unmarshal(row.Milestones, &v.Milestones); err != nil {
			return err
		}
		v.Curve = curveOf(v.Milestones)
		d.Versions = append(d.Versions, v)
	}
	return nil
}

// curveOf returns the planned curve at the start of each month from the first to the day after the last milestone.
func curveOf(milestones []nursery.Milestone) []CurvePoint {
	first, last := milestones[0].PlannedStart, milestones[0].PlannedEnd
	for _, m := range milestones {
		if m.PlannedStart.Before(first) {
			first = m.PlannedStart
		}
		if m.PlannedEnd.After(last) {
			last = m.PlannedEnd
		}
	}
	last = last.AddDays(1)
	points := []CurvePoint{}
	for day := first; day.Before(last); day = nursery.NewDate(day.Year, day.Month+1, 1) {
		points = append(points, CurvePoint{On: day, Planned: rateOf(nursery.PlannedOn(milestones, day))})
	}
	return append(points, CurvePoint{On: last, Planned: rateOf(nursery.PlannedOn(milestones, last))})
}

func fillMonths(ctx context.Context, q *store.Queries, caseNo string, d *BuildSiteDetail) error {
	d.Assessments = []BuildMonth{}
	rows, err := q.BuildAssessments(ctx, caseNo)
	if err != nil {
		return err
	}
	for _, row := range rows {
		light := nursery.Light(row.Light)
		m := BuildMonth{AsOf: row.AsOf, Version: int(row.Version), Light: light, LightTitle: light.Title(), Decision: row.Decision}
		if m.Planned, err = readRate(row.Planned); err != nil {
			return err
		}
		if m.Actual, err = readRate(row.Actual); err != nil {
			return err
		}
		d.Assessments = append(d.Assessments, m)
	}
	return nil
}

func fillReports(ctx context.Context, q *store.Queries, caseNo string, d *BuildSiteDetail) error {
	d.Reports = []BuildReportEntry{}
	rows, err := q.BuildReports(ctx, caseNo)
	if err != nil {
		return err
	}
	for _, row := range rows {
		entry, err := reportOf(row)
		if err != nil {
			return err
		}
		d.Reports = append(d.Reports, entry)
	}
	return nil
}
