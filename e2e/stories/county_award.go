package stories

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// countyAward plays the award to counties of a year: the figures that the system drafts are completed by the city, the counties are
// ranked by a decision, consulted, and the ranking is published. The amounts are not set, so that no money follows.
func countyAward(ctx context.Context, sc *scene) error {
	const kind = "county_award"
	if err := sc.publish(ctx, kind); err != nil {
		return err
	}
	city, second := sc.Users.As("city-office"), sc.Users.As("city-office-2")
	year := strconv.Itoa(nursery.DateOf(time.Now()).Year)
	started, err := city.Apply(ctx, sc.key(), kind, map[string]any{"period": year})
	if err != nil {
		return err
	}
	caseNo := started.CaseNo
	sc.reader, sc.cases = city, append(sc.cases, caseNo)
	sc.say(city, "启动"+year+"年县区评定："+caseNo, project5)
	if err := sc.figures(ctx, city, caseNo); err != nil {
		return err
	}
	if err := city.SendRows(ctx, sc.key(), caseNo, "counties"); err != nil {
		return err
	}
	if err := sc.pass(ctx, city, caseNo, nursery.CityCode, "consulting", 1); err != nil {
		return err
	}
	if err := sc.ranking(ctx, city, caseNo); err != nil {
		return err
	}
	if err := sc.answer(ctx, second, caseNo, kind+".city_check", "approve", nil, "另一人复核名次，公示", project5); err != nil {
		return err
	}
	if err := sc.pass(ctx, city, caseNo, nursery.CityCode, "publicity", 1); err != nil {
		return err
	}
	if _, err := city.Await(ctx, caseNo, roleplay.Stage("announced")); err != nil {
		return err
	}
	sc.say(nil, "公示期满没有异议，公布评定结果", project5)
	skipped := sc.skipTo(ctx, caseNo, time.Now().Add(sc.ahead(caseNo)+10*24*time.Hour))
	unset := map[string]any{"note": "奖补金额尚未公布。"}
	if err := sc.answer(ctx, city, caseNo, kind+".amount", "refuse", unset, "金额没有公布，只通报名次", ""); err != nil {
		return errors.Join(err, skipped)
	}
	_, err = city.Await(ctx, caseNo, roleplay.Stage("commended"))
	return err
}

// figures has the city complete the figures of the counties that take part, those with a filed institution, and remove the others.
func (sc *scene) figures(ctx context.Context, city *roleplay.Actor, caseNo string) error {
	if _, err := city.Await(ctx, caseNo, func(c roleplay.Case) bool {
		return c.Stage == "collecting" && c.Holder == string(nursery.RoleCityOffice)
	}); err != nil {
		return err
	}
	rows, err := city.Rows(ctx, caseNo, "counties")
	if err != nil {
		return err
	}
	var complete []any
	for _, row := range rows {
		var figures map[string]any
		if err := json.Unmarshal(row.Data, &figures); err != nil {
			return fmt.Errorf("read figures of %s: %w", row.Key, err)
		}
		if figures["quality"] == nil {
			if err := city.RemoveRow(ctx, sc.key(), caseNo, "counties", row.Key); err != nil {
				return err
			}
			continue
		}
		if figures["progress"] == nil {
			figures["progress"], figures["note"] = 0, "建设计划中没有本县区的建设点"
		}
		figures["quality"] = 900 - 10*len(complete) // the assessments' average, which is distinct
		complete = append(complete, figures)
	}
	if err := city.PutRows(ctx, sc.key(), caseNo, "counties", complete...); err != nil {
		return err
	}
	sc.say(city, fmt.Sprintf("核对 %d 个县区的进度、入托和质量，补填质量评估的平均分", len(complete)), project5)
	return nil
}

// ranking prints the places that the decision has fixed.
func (sc *scene) ranking(ctx context.Context, city *roleplay.Actor, caseNo string) error {
	c, err := city.Case(ctx, caseNo)
	if err != nil {
		return err
	}
	for _, d := range c.Decisions {
		if d.RuleSet != "county_award.ranking" || d.Result != nursery.Pass {
			continue
		}
		for _, r := range d.Reasons {
			sc.say(nil, "  "+strings.Replace(r.Message, r.Subject, nursery.CountyName(r.Subject), 1), project5)
		}
		return nil
	}
	return fmt.Errorf("case %s has no ranking", caseNo)
}
