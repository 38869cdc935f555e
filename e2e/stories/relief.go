package stories

import (
	"context"
	"fmt"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// rentRelief plays the rent reliefs of two nurseries of a county: one is corrected, objected to and paid; the account of the other is
// wrong, so that its payment bounces and is repeated. The first is reclaimed later, and the money comes back.
func rentRelief(ctx context.Context, sc *scene) error {
	if err := sc.publish(ctx, "rent_relief"); err != nil {
		return err
	}
	var applicants []*roleplay.Applicant
	for range 2 {
		a, err := sc.filed(ctx, "community")
		if err != nil {
			return err
		}
		applicants = append(applicants, a)
	}
	first, second := applicants[0], applicants[1]
	sc.reader = first.CountyOffice()
	fund, err := sc.funded(ctx, nursery.PurposeRentRelief, 20_000_000, first.County())
	if err != nil {
		return err
	}
	one, err := sc.relieved(ctx, first, true)
	if err != nil {
		return err
	}
	two, err := sc.relieved(ctx, second, false)
	if err != nil {
		return err
	}
	payments, err := sc.paid(ctx, first.County(), []string{one, two}, map[string]string{two: "账号与户名不符"})
	if err != nil {
		return err
	}
	if err := sc.bounced(ctx, second, two); err != nil {
		return err
	}
	if err := sc.reclaimed(ctx, first, one, payments[0]); err != nil {
		return err
	}
	return sc.reconciled(ctx, fund.ID)
}

// relief is an application as it is sent. Without its lease it has a gap.
func relief(complete bool) map[string]any {
	today := nursery.DateOf(time.Now())
	facts := map[string]any{
		"year": today.Year, "classes": 3, "young_class": false, "rent_fen": 9_000_000, "area_m2": 300, "seats": 60, "related_landlord": false,
		"other_support": false, "inclusive_price": true, "serious_violation": false, "commitment_until": today.AddMonths(24),
		"lease_from": today.AddMonths(-12),
	}
	if complete {
		facts["lease_until"] = today.AddMonths(48)
	}
	return facts
}

const wrongAccount, rightAccount = "6200000000000018", "6200000000000026"

// relieved has a nursery apply for a relief, which is checked twice and published, and returns the case when it waits to be paid. With
// corrected set the application has a gap that is put right, and somebody objects to what is published.
func (sc *scene) relieved(ctx context.Context, a *roleplay.Applicant, corrected bool) (string, error) {
	const kind = "rent_relief"
	account := map[bool]string{true: rightAccount, false: wrongAccount}[corrected]
	if err := a.PutAccount(ctx, sc.key(), a.Institution(), a.Registration.Name, account); err != nil {
		return "", err
	}
	facts := relief(!corrected)
	checked, err := a.PrecheckProcedure(ctx, kind, facts)
	if err != nil {
		return "", err
	}
	sc.say(a.Actor, fmt.Sprintf("提交前自查：%s，%d 处待补", resultTitles[checked.Result], len(checked.Reasons)), project6)
	started, err := a.Apply(ctx, sc.key(), kind, facts)
	if err != nil {
		return "", err
	}
	caseNo := started.CaseNo
	sc.cases = append(sc.cases, caseNo)
	sc.say(a.Actor, "申请租金减免："+caseNo, project6)
	county, city := a.CountyOffice(), sc.Users.As("city-office")
	if corrected {
		err := sc.answer(ctx, county, caseNo, kind+".county_check", "correct", map[string]any{"findings": "请补充租赁合同的终止日。"}, "退回补正，一次性告知", project6)
		if err != nil {
			return "", err
		}
		if err := sc.answer(ctx, a.Actor, caseNo, kind+".correct", "resubmit", relief(true), "提交补正", ""); err != nil {
			return "", err
		}
	}
	seen := map[string]any{"filed": true, "inclusive_price": true, "violation": false, "related_landlord": false}
	if err := sc.answer(ctx, county, caseNo, kind+".county_check", "approve", seen, "核对合同、票据和面积，送市级复核", project6); err != nil {
		return "", err
	}
	if err := sc.answer(ctx, city, caseNo, kind+".city_check", "approve", nil, "复核同意，公示", project6); err != nil {
		return "", err
	}
	if !corrected {
		return caseNo, sc.pass(ctx, a.Actor, caseNo, a.County(), "publicity", 1)
	}
	if err := sc.pass(ctx, a.Actor, caseNo, a.County(), "publicity", 0); err != nil {
		return "", err
	}
	if err := sc.object(ctx, caseNo, "这家机构没有三个班。"); err != nil {
		return "", err
	}
	if err := sc.skipTo(ctx, caseNo, time.Now().Add(sc.ahead(caseNo)+24*time.Hour)); err != nil {
		return "", err
	}
	found := map[string]any{"note": "现场核对，三个班属实。"}
	return caseNo, sc.answer(ctx, a.Supervisor(), caseNo, kind+".objection", "dismiss", found, "核查异议：不成立，公示期已满", "")
}

// bounced has a payee put its account right, and its payment repeated.
func (sc *scene) bounced(ctx context.Context, a *roleplay.Applicant, caseNo string) error {
	if err := a.PutAccount(ctx, sc.key(), a.Institution(), a.Registration.Name, rightAccount); err != nil {
		return err
	}
	err := sc.answer(ctx, a.Actor, caseNo, "rent_relief.account", "resubmit", nil, "更正收款账户", "")
	if err != nil {
		return err
	}
	if _, err := sc.paid(ctx, a.County(), []string{caseNo}, nil); err != nil {
		return err
	}
	_, err = a.Await(ctx, caseNo, roleplay.Stage("watched"))
	return err
}

// reclaimed has the money of a relief reclaimed after the nursery has stated its view, and received.
func (sc *scene) reclaimed(ctx context.Context, a *roleplay.Applicant, caseNo string, p roleplay.Payment) error {
	const kind = "rent_relief"
	if _, err := a.Await(ctx, caseNo, roleplay.Stage("watched")); err != nil {
		return err
	}
	claim := map[string]any{"reason": "price_over_cap", "note": "抽查发现收费超过普惠价格。"}
	if err := a.Supervisor().Anytime(ctx, sc.key(), caseNo, "claw_back", claim); err != nil {
		return err
	}
	sc.say(a.Supervisor(), "启动追回，告知机构可以陈述和申辩", penalty)
	err := sc.answer(ctx, a.Actor, caseNo, kind+".state", "stated", map[string]any{"note": "已经退还多收的费用。"}, "陈述情况", "")
	if err != nil {
		return err
	}
	err = sc.answer(ctx, sc.Users.As("city-office"), caseNo, kind+".claw_decide", "reclaim", claim, "决定追回", penalty)
	if err != nil {
		return err
	}
	today := nursery.DateOf(time.Now())
	if err := sc.answer(ctx, a.Actor, caseNo, kind+".repay", "repaid", map[string]any{"repaid_on": today}, "退回资金", ""); err != nil {
		return err
	}
	finance := sc.Users.As("finance-" + a.County())
	if _, err := finance.AwaitTask(ctx, caseNo, kind+".returned"); err != nil {
		return err
	}
	if err := finance.Receive(ctx, sc.key(), p, today); err != nil {
		return err
	}
	sc.say(finance, "确认退款到账"+yuan(p.Fen), "")
	_, err = a.Await(ctx, caseNo, roleplay.Stage("reclaimed"))
	return err
}
