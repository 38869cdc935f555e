package stories

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

const programme = "长治市普惠托育服务发展示范项目实施方案项目1"

// plansMost is the maximum number of names that are tried for a plan.
const plansMost = 1000

// countySite plays a county's public demonstration nursery from its plan to the filing receipt, with one red month.
func countySite(ctx context.Context, sc *scene) error {
	a, err := sc.applicant(ctx, "public_comprehensive")
	if err != nil {
		return err
	}
	city, county := sc.Users.As("city-office"), sc.Users.As("county-office-"+a.County())
	caseNo, err := sc.startPlan(ctx, city, a.County())
	if err != nil {
		return err
	}
	if err := sc.letTimePass(ctx, a, caseNo, nursery.StageSupervised); err != nil {
		return err
	}
	err = sc.answer(ctx, county, caseNo, "build.supervision", nursery.OutcomeReply, roleplay.Note{Note: "施工队伍已增加两个班组，本月赶上计划。"},
		"书面答复督办", programme)
	if err != nil {
		return err
	}
	if err := sc.finish(ctx, county, city, caseNo); err != nil {
		return err
	}
	if err := sc.register(ctx, a, a.Registration); err != nil {
		return err
	}
	filing, err := sc.file(ctx, a, "public_comprehensive")
	if err != nil {
		return err
	}
	if err := county.LinkFiling(ctx, sc.key(), caseNo, filing); err != nil {
		return err
	}
	sc.say(county, "关联备案办件，登记、备案节点随其完成", programme)
	if err := sc.accept(ctx, a, filing); err != nil {
		return err
	}
	if _, err := a.Clerk().Await(ctx, caseNo, roleplay.Stage(nursery.StageBuilt)); err != nil {
		return err
	}
	site, err := city.Site(ctx, caseNo)
	if err != nil {
		return err
	}
	sc.say(nil, fmt.Sprintf("六个节点全部完成，销号；计划托位 %d 个，计入 %d 个；红灯 %d 次", site.Seats, site.SeatsCounted, site.Reds), programme)
	return sc.visitConforming(ctx, a, filing)
}

// startPlan starts the city's plan under a unique name, three weeks ago, and returns the case of one county's site.
func (sc *scene) startPlan(ctx context.Context, city *roleplay.Actor, county string) (string, error) {
	plan, err := testdata.Plan("changzhi-2024")
	if err != nil {
		return "", err
	}
	sites, err := sc.startFirstFree(ctx, city, testdata.PlanFrom(plan, "demo", nursery.DateOf(time.Now()).AddDays(-21)))
	if err != nil {
		return "", err
	}
	caseNo := sites[county]
	sc.cases = append(sc.cases, caseNo)
	delete(sites, county)
	for _, caseNo := range sites {
		sc.site = caseNo
	}
	sc.say(city, fmt.Sprintf("启动%s：%d 个建设点，%d 个托位，%s前完成", plan.Title, len(sites)+1, plan.Seats, plan.Deadline), programme)
	return caseNo, nil
}

// startFirstFree starts the plan under the first of the names demo-1, demo-2, … that no plan has yet.
func (sc *scene) startFirstFree(ctx context.Context, city *roleplay.Actor, plan nursery.BuildPlan) (map[string]string, error) {
	prefix := plan.Name
	for n := 1; ; n++ {
		plan.Name = fmt.Sprintf("%s-%d", prefix, n)
		sites, err := city.StartPlan(ctx, sc.key(), plan)
		var refused *roleplay.Refusal
		if !errors.As(err, &refused) || refused.Code != "plan_started" || n == plansMost {
			return sites, err
		}
	}
}

// finish has the county report everything except registration and filing, and the city accept it.
func (sc *scene) finish(ctx context.Context, county, city *roleplay.Actor, caseNo string) error {
	c, err := county.Case(ctx, caseNo)
	if err != nil {
		return err
	}
	site, err := county.Site(ctx, caseNo)
	if err != nil {
		return err
	}
	for _, m := range site.Milestones {
		if m.Kind.ByFiling() {
			continue
		}
		report, err := county.Report(ctx, sc.key(), caseNo, c.Institution, m.Milestone, 100)
		if err != nil {
			return err
		}
		if err := city.AcceptReport(ctx, sc.key(), caseNo, report); err != nil {
			return err
		}
		sc.say(city, "核定"+m.Kind.Title()+"进度 100%", programme)
	}
	return nil
}
