package testdata_test

import (
	"os"
	"strings"
	"testing"

	"tuoyu/nursery"
	"tuoyu/testdata"
)

func TestThePlanHasTwelveCountiesAndItsSeats(t *testing.T) {
	plan, err := testdata.Plan("changzhi-2024")
	if err != nil {
		t.Fatal(err)
	}
	counties, seats := map[string]bool{}, 0
	for _, s := range plan.Sites {
		counties[s.County] = true
		seats += s.Seats
	}
	if len(plan.Sites) != 12 || len(counties) != 12 || seats != 1460 || plan.Deadline != nursery.NewDate(2024, 7, 31) {
		t.Errorf("%d sites in %d counties, %d seats until %s", len(plan.Sites), len(counties), seats, plan.Deadline)
	}
	if plan.Terms.Verified {
		t.Error("the plan's terms are assumed, not read")
	}
	for _, a := range plan.Assumptions {
		if a.Verified || a.Note == "" {
			t.Errorf("assumption %s is passed off as verified, or says nothing", a.What)
		}
	}
}

func TestAPlanThatDoesNotAddUpIsRefused(t *testing.T) {
	raw, err := os.ReadFile("plans/changzhi-2024.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"sum":             {"seats: 90, mode: public}", "seats: 91, mode: public}", "合计 1462"},
		"county missing":  {`county: "140431"`, `county: "140430"`, "沁源县没有建设点"},
		"no such county":  {`county: "140431"`, `county: "140499"`, "/sites/11/county"},
		"after deadline":  {`planned_end: "2024-07-31"`, `planned_end: "2024-08-01"`, "完成日不能晚于计划期限"},
		"ends before":     {`planned_end: "2024-06-15"`, `planned_end: "2024-03-14"`, "完成日不能早于开始日"},
		"weights":         {"weight: 40", "weight: 41", "权重合计应为 100"},
		"milestone twice": {"kind: materials", "kind: facilities", "不重复"},
		"no evidence":     {"evidence: [教材清单]", "evidence: []", "佐证材料种类"},
		"mode":            {"mode: brought_in", "mode: leased", "没有这种运营方式"},
		"score":           {"on_time: 10", "on_time: 11", "排名分值合计应为 100"},
		"unknown field":   {"title:", "titel:", "unknown field"},
		"not a day":       {`deadline: "2024-07-31"`, `deadline: "2024-07-32"`, "date.day"},
	} {
		_, err := testdata.ReadPlan([]byte(strings.ReplaceAll(string(raw), c.from, c.to)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestAPlanIsMovedAsAWhole(t *testing.T) {
	plan, err := testdata.Plan("changzhi-2024")
	if err != nil {
		t.Fatal(err)
	}
	moved := testdata.PlanFrom(plan, "changzhi-2026", nursery.NewDate(2026, 3, 15))
	if moved.Deadline != nursery.NewDate(2026, 7, 31) || moved.Milestones[0].PlannedStart != nursery.NewDate(2026, 3, 15) {
		t.Errorf("deadline %s, first start %s", moved.Deadline, moved.Milestones[0].PlannedStart)
	}
	if plan.Milestones[0].PlannedStart != nursery.NewDate(2024, 3, 15) || len(moved.Validate()) > 0 {
		t.Errorf("the plan itself moved, or the moved one is faulty: %v", moved.Validate())
	}
}
