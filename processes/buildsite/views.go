package buildsite

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Sites is the list of sites by case number.
var Sites = casework.List[BuildFilter, BuildSiteSummary]{
	Act: "build.list", Indexes: []string{"build_sites_by_county", "build_sites_by_plan", "build_sites_pkey"},
	Read: func(ctx context.Context, r casework.ListReading[BuildFilter]) ([]casework.ListRow[BuildSiteSummary], error) {
		rows, err := r.Q.BuildSites(ctx, store.BuildSitesParams{
			County: casework.CountyOf(r.Principal, r.Filter.County), Plan: r.Filter.Plan, Light: string(r.Filter.Light), After: r.After.ID, PageSize: r.Limit,
		})
		return casework.ListRows(rows, err, func(row store.BuildSite) (BuildSiteSummary, casework.Cursor) {
			return siteSummary(row), casework.Cursor{ID: row.CaseNo}
		})
	},
	Sheet: casework.Sheet[BuildSiteSummary]{Title: "建设点", Columns: []casework.Column[BuildSiteSummary]{
		{Title: "建设点", Value: func(b BuildSiteSummary) any { return b.Name }},
		{Title: "办件编号", Value: func(b BuildSiteSummary) any { return b.CaseNo }},
		{Title: "县区", Value: func(b BuildSiteSummary) any { return b.CountyName }},
		{Title: "计划", Value: func(b BuildSiteSummary) any { return b.Plan }},
		{Title: "运营方式", Value: func(b BuildSiteSummary) any { return b.ModeTitle }},
		{Title: "计划托位", Value: func(b BuildSiteSummary) any { return b.Seats }},
		{Title: "备案托位", Value: func(b BuildSiteSummary) any { return b.SeatsFiled }},
		{Title: "计入托位", Value: func(b BuildSiteSummary) any { return b.SeatsCounted }},
		{Title: "灯", Value: func(b BuildSiteSummary) any { return casework.LightTitle(b.LightTitle) }},
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

// readRate reads a rate as it was stored.
func readRate(exact string) (nursery.Rate, error) {
	r, ok := new(big.Rat).SetString(exact)
	if !ok {
		return nursery.Rate{}, fmt.Errorf("stored rate %q is no fraction", exact)
	}
	return nursery.RateOf(r), nil
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
	line.Planned, line.Actual = nursery.RateOf(nursery.PlannedOn(milestones, day)), nursery.RateOf(nursery.ActualOf(milestones, accepted))
	return line
}

// BuildSite returns the details of a site that p may see.
func (s *Service) BuildSite(ctx context.Context, p nursery.Principal, caseNo string) (BuildSiteDetail, error) {
	var d BuildSiteDetail
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		c, site, err := buildCase.Read(ctx, s.Service, q, p, "build.read", caseNo)
		if err != nil {
			return err
		}
		rows, err := q.BuildMilestones(ctx, c.CaseNo)
		if err != nil {
			return fmt.Errorf("read milestones: %w", err)
		}
		d.BuildLine = lineOf(site, rows, s.Today())
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
		points = append(points, CurvePoint{On: day, Planned: nursery.RateOf(nursery.PlannedOn(milestones, day))})
	}
	return append(points, CurvePoint{On: last, Planned: nursery.RateOf(nursery.PlannedOn(milestones, last))})
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

// RankingSheet returns the table of the counties' ranks in a building plan, with the parts of their scores.
func RankingSheet(ranking BuildRanking) casework.Sheet[BuildRank] {
	sheet := casework.Sheet[BuildRank]{Title: "县区排名", Columns: []casework.Column[BuildRank]{
		{Title: "名次", Value: func(r BuildRank) any { return r.Rank }},
		{Title: "县区", Value: func(r BuildRank) any { return r.CountyName }},
		{Title: "得分", Value: func(r BuildRank) any { return r.Score.Text }},
	}}
	if len(ranking.Ranks) > 0 {
		for i, part := range ranking.Ranks[0].Parts {
			sheet.Columns = append(sheet.Columns, casework.Column[BuildRank]{
				Title: part.TitleOfPoints(), Value: func(r BuildRank) any { return r.Parts[i].Score.Text },
			})
		}
	}
	return sheet
}

// TitleOfPoints returns the title of the part with the points there are.
func (p ScorePart) TitleOfPoints() string { return fmt.Sprintf("%s（%d）", p.Title, p.Points) }
