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

// BuildSites lists the sites p may see, by case number.
func (s *Service) BuildSites(ctx context.Context, p nursery.Principal, f BuildFilter, page PageRequest) (Page[BuildSiteSummary], error) {
	list := Page[BuildSiteSummary]{Items: []BuildSiteSummary{}}
	if err := s.may(ctx, p, "build.list", resource{}); err != nil {
		return list, err
	}
	limit, after, err := afterID(page)
	if err != nil {
		return list, err
	}
	var rows []store.BuildSite
	err = s.DB.As(ctx, p, func(q *store.Queries) (err error) {
		rows, err = readSites(ctx, q, p, f, after, int32(limit+1))
		return err
	})
	if err != nil {
		return list, fmt.Errorf("list sites: %w", err)
	}
	for i, row := range rows {
		if i == limit {
			list.Next = cursor{ID: rows[i-1].CaseNo}.encode()
			break
		}
		list.Items = append(list.Items, siteSummary(row))
	}
	return list, nil
}

func readSites(ctx context.Context, q *store.Queries, p nursery.Principal, f BuildFilter, after string, size int32) ([]store.BuildSite, error) {
	county := countyOf(p, f.County)
	if county == "" {
		return q.BuildSitesOfCity(ctx, store.BuildSitesOfCityParams{After: after, Plan: f.Plan, Light: string(f.Light), PageSize: size})
	}
	return q.BuildSitesOfCounty(ctx, store.BuildSitesOfCountyParams{County: county, After: after, Plan: f.Plan, Light: string(f.Light), PageSize: size})
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

// lineOf gives a site with its curve on a day.
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

// BuildSite gives everything of a site that p may see.
func (s *Service) BuildSite(ctx context.Context, p nursery.Principal, caseNo string) (BuildSiteDetail, error) {
	var d BuildSiteDetail
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		c, err := caseOf(ctx, q.CaseByNumber, caseNo)
		if err != nil {
			return err
		}
		if c.Kind != string(nursery.KindBuild) {
			return notFound()
		}
		if err := s.may(ctx, p, "build.read", resource{County: c.County}); err != nil {
			return err
		}
		site, err := q.BuildSite(ctx, c.CaseNo)
		if err != nil {
			return fmt.Errorf("read site: %w", err)
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

// curveOf gives the planned curve at the start of each month from the first to the day after the last milestone.
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
