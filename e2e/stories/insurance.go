package stories

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

const (
	insuranceProject = "长治市普惠托育服务发展示范项目实施方案项目11"
	privacyLaw       = "个人信息保护法"
)

// insuranceMonth plays an insurance month of one county: a rejected row, a child named twice, a settled exception, a
// newborn, and a paid claim.
func insuranceMonth(ctx context.Context, sc *scene) error {
	today := nursery.DateOf(time.Now())
	caseNo, county, err := sc.openInsurance(ctx, nursery.MonthText(today))
	if err != nil {
		return err
	}
	if caseNo == "" {
		sc.say(nil, "各县区本月均已开始投保，每县区每月一件", "")
		return nil
	}
	office, insurer := sc.Users.As("county-office-"+county), sc.Users.As("insurer")
	sc.reader = office
	if err := sc.handInRoster(ctx, office, caseNo, county, today); err != nil {
		return err
	}
	if err := sc.sendBatch(ctx, office, insurer, caseNo, 1, insuranceProject); err != nil {
		return err
	}
	if _, err := office.AwaitTask(ctx, caseNo, "insurance.exceptions"); err != nil {
		return err
	}
	n, err := office.SettleExceptions(ctx, sc.key(), caseNo, nursery.OutcomeCorrected, today)
	if err != nil {
		return err
	}
	err = sc.answer(ctx, office, caseNo, "insurance.exceptions", nursery.OutcomeComplete, roleplay.Note{},
		fmt.Sprintf("补告知监护人并补记，处理例外 %d 名", n), privacyLaw+"第三十条、第三十一条")
	if err != nil {
		return err
	}
	if err := sc.sendBatch(ctx, office, insurer, caseNo, 2, "更正补报"); err != nil {
		return err
	}
	if _, err := office.Await(ctx, caseNo, roleplay.Stage(nursery.StageStanding)); err != nil {
		return err
	}
	newborn := testdata.InsuredChild(county, 900, today, 1)
	newborn[slices.Index(testdata.RosterHead, "新生儿")] = "是"
	if _, err := office.SendRoster(ctx, sc.key(), caseNo, newborn); err != nil {
		return err
	}
	sc.say(office, "补报新生儿 1 名", insuranceProject)
	if err := sc.sendBatch(ctx, office, insurer, caseNo, 3, "新生儿补报"); err != nil {
		return err
	}
	if err := sc.claim(ctx, office, insurer, caseNo, today); err != nil {
		return err
	}
	return sc.endMonth(ctx, office, caseNo)
}

// openInsurance opens the month in the first county that has not opened it yet: each county can do so once. If there is
// none, it returns no case.
func (sc *scene) openInsurance(ctx context.Context, month string) (caseNo, county string, err error) {
	city := sc.Users.As("city-office")
	if err := city.PutInsurers(ctx); err != nil {
		return "", "", err
	}
	sc.say(city, "登记承保机构", insuranceProject)
	for _, c := range nursery.Counties() {
		office := sc.Users.As("county-office-" + c.Code)
		caseNo, err = office.StartInsurance(ctx, sc.key(), c.Code, month)
		var refused *roleplay.Refusal
		switch {
		case err == nil:
			sc.cases = append(sc.cases, caseNo)
			sc.say(office, "开始"+c.Name+" "+month+" 投保，登记提供信息的依据", privacyLaw+"第十三条、第二十三条")
			return caseNo, c.Code, nil
		case !errors.As(err, &refused) || refused.Code != "insurance_started":
			return "", "", err
		}
	}
	return "", "", nil
}

func (sc *scene) handInRoster(ctx context.Context, office *roleplay.Actor, caseNo, county string, today nursery.Date) error {
	lines := [][]string{}
	for n := range 6 {
		lines = append(lines, testdata.InsuredChild(county, n+1, today, 30))
	}
	lines[3][slices.Index(testdata.RosterHead, "告知日期")] = ""
	wrong := testdata.InsuredChild(county, 8, today, 30)
	wrong[slices.Index(testdata.RosterHead, "出生日期")] = "2026-02-30"
	report, err := office.SendRoster(ctx, sc.key(), caseNo, append(lines, wrong, lines[0])...)
	if err != nil {
		return err
	}
	sc.say(office, fmt.Sprintf("报送名册：接收 %d 名，未接收 %d 行", report.Added, report.Refused), insuranceProject)
	for _, f := range report.Faults {
		sc.say(nil, fmt.Sprintf("名册第 %d 行未接收：%s %s", f.Row, f.Column, f.Message), "")
	}
	return sc.answer(ctx, office, caseNo, "insurance.roster", nursery.OutcomeComplete, roleplay.Note{}, "名册已齐，送核对", insuranceProject)
}

// sendBatch has the county approve a batch and the insurer answer it.
func (sc *scene) sendBatch(ctx context.Context, office, insurer *roleplay.Actor, caseNo string, send int, article string) error {
	if err := sc.answer(ctx, office, caseNo, "insurance.sign", nursery.OutcomeSign, roleplay.Note{}, fmt.Sprintf("核签第 %d 批，送承保机构", send), article); err != nil {
		return err
	}
	if _, err := insurer.AwaitTask(ctx, caseNo, "insurance.answers"); err != nil {
		return err
	}
	m, err := office.Insurance(ctx, caseNo)
	if err != nil {
		return err
	}
	batch := m.Sends[len(m.Sends)-1]
	sc.say(nil, fmt.Sprintf("第 %d 批 %d 名，保险费 %d 分，内容哈希 %.12s…", send, batch.Lines, batch.PremiumFen, batch.Hash), "")
	if err := insurer.AnswerInsurance(ctx, sc.key(), caseNo, send); err != nil {
		return err
	}
	return sc.answer(ctx, insurer, caseNo, "insurance.answers", nursery.OutcomeComplete, roleplay.Note{}, "逐名答复，全部承保", insuranceProject)
}

func (sc *scene) claim(ctx context.Context, office, insurer *roleplay.Actor, caseNo string, today nursery.Date) error {
	if _, err := office.Await(ctx, caseNo, roleplay.Stage(nursery.StageStanding)); err != nil {
		return err
	}
	lines, err := insurer.InsuranceLines(ctx, caseNo, 1)
	if err != nil {
		return err
	}
	claim, err := office.ReportClaim(ctx, sc.key(), lines[0].Ref, today, 80_000)
	if err != nil {
		return err
	}
	sc.cases = append(sc.cases, claim)
	sc.say(office, "报案：人身伤亡，申请 800.00 元，办件 "+claim, insuranceProject)
	err = sc.answer(ctx, insurer, claim, "insurance_claim.review", nursery.OutcomeAdmit, map[string]any{"amount_fen": 75_000}, "核定赔付 750.00 元", insuranceProject)
	if err != nil {
		return err
	}
	if err := sc.answer(ctx, insurer, claim, "insurance_claim.pay", nursery.OutcomePay, map[string]any{}, "已赔付", insuranceProject); err != nil {
		return err
	}
	_, err = office.Await(ctx, claim, roleplay.Stage(nursery.StagePaid))
	return err
}

// endMonth advances the case's clock to the end of the month, when the case ends by itself.
func (sc *scene) endMonth(ctx context.Context, office *roleplay.Actor, caseNo string) error {
	left := time.Until(nursery.MonthEnd(nursery.DateOf(time.Now()))) + time.Minute
	skipped := roleplay.Skip(ctx, sc.Temporal, sc.Namespace, caseNo, left)
	if _, err := office.Await(ctx, caseNo, roleplay.Stage(nursery.StageMonthDone)); err != nil {
		return errors.Join(err, skipped)
	}
	m, err := office.Insurance(ctx, caseNo)
	if err != nil {
		return err
	}
	sc.say(nil, fmt.Sprintf("本月投保办结：承保 %d 名", m.Children(nursery.Insured)), insuranceProject)
	return nil
}
