package stories

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/testdata"
)

// cohort is the nurseries of a county that are paid by child-months.
type cohort struct {
	county, application, class string
	age                        int // of the children, in months
	children                   int // of each nursery
	nurseries                  []*claimant
}

// claimant is a nursery and its case of the quarter.
type claimant struct {
	*roleplay.Applicant
	caseNo string
	months int // child-months that were proposed
}

const (
	nurseriesOfCohort = 15
	besideEachOther   = 6 // nurseries that act at the same time
)

// childMonths plays a quarter of child-months of thirty nurseries in two counties: they file, record attendance, confirm what the system
// proposes at the end of the quarter, and are checked, published and paid. A quarter is paid once: a system that has paid it stays as
// it is.
func childMonths(ctx context.Context, sc *scene) error {
	quarter := procedures.PeriodName("quarter", nursery.DateOf(time.Now()))
	cohorts := []*cohort{
		{county: "140423", application: "employer", class: "托小一班", age: 16, children: 5},
		{county: "140406", application: "kindergarten_class", class: "托大一班", age: 26, children: 6},
	}
	for _, g := range cohorts {
		cases, err := sc.Users.As("county-office-"+g.county).Cases(ctx, url.Values{"limit": {"100"}})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(cases, func(c roleplay.Case) bool { return c.Kind == "child_month" }) {
			sc.say(nil, quarter+" 的补助已经由系统拟出，每家机构每季一件", "")
			return nil
		}
	}
	for _, g := range cohorts {
		if err := sc.gather(ctx, g); err != nil {
			return err
		}
	}
	fund, err := sc.funded(ctx, nursery.PurposeChildMonth, 10_000_000, cohorts[0].county, cohorts[1].county)
	if err != nil {
		return err
	}
	if err := sc.publish(ctx, "child_month"); err != nil {
		return err
	}
	for _, g := range cohorts {
		if err := sc.claimed(ctx, g, quarter); err != nil {
			return err
		}
	}
	return sc.reconciled(ctx, fund.ID)
}

// gather has the nurseries of a cohort filed, and their children enrolled and present.
func (sc *scene) gather(ctx context.Context, g *cohort) error {
	for range nurseriesOfCohort {
		a, err := sc.applicant(ctx, g.application)
		if err != nil {
			return err
		}
		g.nurseries = append(g.nurseries, &claimant{Applicant: a})
	}
	if err := g.each(func(c *claimant) error { return sc.opened(ctx, g, c) }); err != nil {
		return err
	}
	sc.say(g.nurseries[0].CountyOffice(), fmt.Sprintf("%s备案 %d 家机构，每家 %d 名婴幼儿，按日登记考勤", nursery.CountyName(g.county), len(g.nurseries), g.children), measures+"第九条")
	return nil
}

// each does something for the nurseries of a cohort, some of them at the same time.
func (g *cohort) each(do func(*claimant) error) error {
	var all sync.WaitGroup
	errs, places := make([]error, len(g.nurseries)), make(chan struct{}, besideEachOther)
	for i, c := range g.nurseries {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			errs[i] = do(c)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// opened has a nursery filed, with children who were there on the first and the last day that may still be entered.
func (sc *scene) opened(ctx context.Context, g *cohort, c *claimant) error {
	if err := c.Registrar().Register(ctx, sc.key(), c.Registration); err != nil {
		return err
	}
	app, err := c.Prepare(ctx, g.application)
	if err != nil {
		return err
	}
	started, err := c.File(ctx, sc.key(), app, false)
	if err != nil {
		return err
	}
	today := nursery.DateOf(time.Now())
	for _, step := range []struct {
		who     *roleplay.Actor
		kind    string
		outcome nursery.Outcome
		form    any
	}{
		{c.Clerk(), "filing.review", nursery.OutcomeAccept, roleplay.Review{Findings: []roleplay.Finding{}}},
		{c.Inspector(1), "filing.site_visit", nursery.OutcomeConform, roleplay.Visit{Findings: []roleplay.Finding{}, VisitedOn: today, Attachments: []string{}}},
		{c.Inspector(2), "filing.site_visit_countersign", nursery.OutcomeAgree, roleplay.Note{Note: "核签属实"}},
	} {
		task, err := step.who.AwaitTask(ctx, started.CaseNo, step.kind)
		if err != nil {
			return err
		}
		if _, err := step.who.Complete(ctx, sc.key(), task.ID, step.outcome, step.form); err != nil {
			return err
		}
	}
	if _, err := c.Await(ctx, started.CaseNo, roleplay.Stage(nursery.StageVerified)); err != nil {
		return err
	}
	if err := c.PutAccount(ctx, sc.key(), c.Institution(), c.Registration.Name, rightAccount); err != nil {
		return err
	}
	return sc.attended(ctx, g, c, today)
}

func (sc *scene) attended(ctx context.Context, g *cohort, c *claimant, today nursery.Date) error {
	var children []nursery.Child
	for n := range g.children {
		children = append(children, testdata.ChildBorn(g.county, c.FirstChild()+n, today.AddMonths(-g.age)))
	}
	since := today.AddDays(-31)
	report, err := c.ImportRoster(ctx, sc.key(), roleplay.Roster(children, g.class, since))
	if err != nil {
		return err
	}
	if report.Enrolled != len(children) {
		return fmt.Errorf("%d of %d children of %s are enrolled: %v", report.Enrolled, len(children), c.Institution(), report.Refused)
	}
	for _, day := range []nursery.Date{since, today} {
		if err := c.Attend(ctx, sc.key(), g.class, day); err != nil {
			return err
		}
	}
	return nil
}

// claimed has the proposals of a cohort confirmed, checked, published and paid.
func (sc *scene) claimed(ctx context.Context, g *cohort, quarter string) error {
	if err := g.each(func(c *claimant) error { return sc.confirmed(ctx, c) }); err != nil {
		return err
	}
	first, months := g.nurseries[0], 0
	var cases []string
	for _, c := range g.nurseries {
		months, cases = months+c.months, append(cases, c.caseNo)
	}
	sc.say(first.Actor, fmt.Sprintf("%s %s：系统按考勤拟出 %d 个人月，%d 家机构逐家确认", nursery.CountyName(g.county), quarter, months, len(cases)), project5)
	if err := g.each(func(c *claimant) error { return sc.checked(ctx, c, g.county) }); err != nil {
		return err
	}
	sc.say(first.CountyOffice(), "抽查考勤，市级复核，公示期满没有异议", project5)
	if _, err := sc.paid(ctx, g.county, cases, nil); err != nil {
		return err
	}
	for _, c := range g.nurseries {
		if _, err := c.Await(ctx, c.caseNo, roleplay.Stage("watched")); err != nil {
			return err
		}
	}
	sc.reader = sc.Users.As("city-office")
	sc.cases = append(sc.cases, cases[0])
	return nil
}

// confirmed waits until the case of the quarter is opened, lets the quarter pass, and confirms what the system proposes.
func (sc *scene) confirmed(ctx context.Context, c *claimant) error {
	if err := c.caseOfQuarter(ctx); err != nil {
		return err
	}
	if _, err := c.Await(ctx, c.caseNo, roleplay.Stage("recording")); err != nil {
		return err
	}
	over := procedures.LastDay("quarter", nursery.DateOf(time.Now())).AddDays(1).In(nursery.Shanghai).Add(time.Hour)
	if err := sc.skipTo(ctx, c.caseNo, over); err != nil {
		return err
	}
	if _, err := c.Await(ctx, c.caseNo, roleplay.Stage("confirming")); err != nil {
		return err
	}
	rows, err := c.Rows(ctx, c.caseNo, "child_months")
	if err != nil {
		return err
	}
	if c.months = len(rows); c.months == 0 {
		return fmt.Errorf("nothing is proposed in %s", c.caseNo)
	}
	return c.SendRows(ctx, sc.key(), c.caseNo, "child_months")
}

// caseOfQuarter waits for the case that the schedule opens.
func (c *claimant) caseOfQuarter(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, roleplay.Patience)
	defer cancel()
	for {
		cases, err := c.Cases(ctx, url.Values{"kind": {"child_month"}, "limit": {"100"}})
		if err != nil {
			return err
		}
		if at := slices.IndexFunc(cases, func(one roleplay.Case) bool { return one.Status != nursery.CaseEnded }); at >= 0 {
			c.caseNo = cases[at].CaseNo
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no case of child-months is opened for %s after %s: %w", c.Institution(), roleplay.Patience, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// checked has the county and the city check a case, and lets its publicity pass.
func (sc *scene) checked(ctx context.Context, c *claimant, county string) error {
	for _, step := range []struct {
		who  *roleplay.Actor
		kind string
		form any
	}{
		{c.CountyOffice(), "child_month.county_check", map[string]any{"attendance_checked": 2}},
		{sc.Users.As("city-office"), "child_month.city_check", nil},
	} {
		task, err := step.who.AwaitTask(ctx, c.caseNo, step.kind)
		if err != nil {
			return err
		}
		if _, err := step.who.Complete(ctx, sc.key(), task.ID, "approve", step.form); err != nil {
			return err
		}
	}
	return sc.pass(ctx, c.Actor, c.caseNo, county, "publicity", 1)
}
