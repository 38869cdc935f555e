package stories

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tuoyu/draw"
	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

const random = "优化营商环境条例第五十四条"

// drawn plays a county's half-year of inspections: the list is committed to, drawn before a witness and publicly
// verified, one drawn visit is made, and the missing ones are accounted for when the half-year is over.
func drawn(ctx context.Context, sc *scene) error {
	a, err := sc.filed(ctx, "employer")
	if err != nil {
		return err
	}
	head, office := a.Supervisor(), sc.Users.As("county-office-"+a.County())
	half := nursery.HalfYearOf(nursery.DateOf(time.Now()))
	caseNo, err := head.StartInspectionPlan(ctx, sc.key(), half)
	var known *roleplay.Refusal
	if errors.As(err, &known) && known.Code == "plan_started" {
		sc.say(head, half.Title()+"的检查计划已经抽取过，每县区每半年度一件", "")
		return nil
	}
	if err != nil {
		return err
	}
	sc.cases = append(sc.cases, caseNo)
	if err := head.RegisterInspectors(ctx, sc.key, a.County(), 4); err != nil {
		return err
	}
	plan, err := sc.draw(ctx, head, office, caseNo)
	if err != nil {
		return err
	}
	if err := sc.goes(ctx, a, plan); err != nil {
		return err
	}
	over := half.Next().First().AddDays(1).In(nursery.Shanghai).Add(10 * time.Hour)
	skipped := roleplay.Skip(ctx, sc.Temporal, sc.Namespace, caseNo, time.Until(over))
	plan, err = head.AwaitPlan(ctx, caseNo, func(p roleplay.Plan) bool {
		return p.Stage == nursery.StagePlanLate || p.Stage == nursery.StagePlanClosed
	})
	if err != nil {
		return errors.Join(err, skipped) // the server reports a plan that closes within the skipped time as an error
	}
	if plan.Stage == nursery.StagePlanLate {
		note := roleplay.Note{Note: "机构歇业，已列入下半年度。"}
		if err := sc.answer(ctx, head, caseNo, "inspection_plan.late", nursery.OutcomeReply, note, "半年度结束，书面说明未按计划检查的机构", random); err != nil {
			return err
		}
	}
	_, err = head.AwaitPlan(ctx, caseNo, func(p roleplay.Plan) bool { return p.Stage == nursery.StagePlanClosed })
	return err
}

// draw commits to the list, draws before a witness and verifies the published record.
func (sc *scene) draw(ctx context.Context, head, office *roleplay.Actor, caseNo string) (roleplay.Plan, error) {
	if _, err := head.AwaitTask(ctx, caseNo, "inspection_plan.commit"); err != nil {
		return roleplay.Plan{}, err
	}
	if err := head.Commit(ctx, sc.key(), caseNo); err != nil {
		return roleplay.Plan{}, err
	}
	sc.say(head, "公布受检机构名单和抽取承诺："+caseNo, random)
	if _, err := office.AwaitTask(ctx, caseNo, "inspection_plan.draw"); err != nil {
		return roleplay.Plan{}, err
	}
	if err := office.Witness(ctx, sc.key(), caseNo, "3391.76", time.Now()); err != nil {
		return roleplay.Plan{}, err
	}
	plan, err := head.AwaitPlan(ctx, caseNo, func(p roleplay.Plan) bool { return p.Stage == nursery.StagePlanRunning })
	if err != nil {
		return plan, err
	}
	sc.say(office, fmt.Sprintf("录入公开值，抽取检查人员和随机抽查机构，共 %d 家次", len(plan.Visits)), random)
	raw, err := sc.Users.Published(ctx, caseNo)
	if err != nil {
		return plan, err
	}
	var record draw.Record
	if err := json.Unmarshal(raw, &record); err != nil {
		return plan, fmt.Errorf("decode the record of %s: %w", caseNo, err)
	}
	if v := draw.Verify(record); !v.Commitment || !v.Pairs || len(v.Differences) > 0 {
		return plan, fmt.Errorf("the draw of %s does not verify: %+v", caseNo, v)
	}
	sc.say(nil, "任何人都可以用公布的记录重新抽取：结果一致", random)
	return plan, nil
}

// goes has the two drawn officers visit the institution without findings.
func (sc *scene) goes(ctx context.Context, a *roleplay.Applicant, plan roleplay.Plan) error {
	i := slices.IndexFunc(plan.Visits, func(v roleplay.PlannedVisit) bool {
		return v.Institution == a.Institution() && v.Kind == nursery.InspectRegular
	})
	if i < 0 {
		return fmt.Errorf("%s is in no visit of %s", a.Institution(), plan.CaseNo)
	}
	v := plan.Visits[i]
	first, second := sc.Users.As(v.Drawn[0]), sc.Users.As(v.Drawn[1])
	if err := roleplay.Arrange(ctx, sc.key, v.Inspection, first, second, visitDay()); err != nil {
		return err
	}
	if err := a.AnswerOwn(ctx, sc.key(), v.Inspection, "inspection.day_offer", nursery.OutcomeAgreeDay, roleplay.Note{Note: "可以"}); err != nil {
		return err
	}
	sc.say(first, "抽中的两名检查人员接受指派，与机构商定日期", twoOfficers)
	if err := first.Visit(ctx, sc.key(), v.Inspection, nil, false); err != nil {
		return err
	}
	if err := roleplay.Sign(ctx, sc.key, v.Inspection, first, second, a.Actor); err != nil {
		return err
	}
	if _, err := first.Await(ctx, v.Inspection, roleplay.Printed(nursery.StageInspected)); err != nil {
		return err
	}
	sc.say(second, "逐项检查合格，三方签字，结果公示", twoOfficers)
	return nil
}
