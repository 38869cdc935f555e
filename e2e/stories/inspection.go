package stories

import (
	"context"
	"crypto/rand"
	"time"

	"tuoyu/calendar"
	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

const (
	twoOfficers = "行政处罚法第四十二条"
	population  = "人口与计划生育法第四十一条"
)

// inspected plays two inspections of an institution: a defect of its records is rectified, and a serious hazard that
// nobody rectifies is referred for a penalty.
func inspected(ctx context.Context, sc *scene) error {
	a, err := sc.filed(ctx, "public_comprehensive")
	if err != nil {
		return err
	}
	if err := sc.corrected(ctx, a); err != nil {
		return err
	}
	if err := sc.complained(ctx, a); err != nil {
		return err
	}
	return sc.referred(ctx, a)
}

// complained plays a complaint that the supervisor answers in writing.
func (sc *scene) complained(ctx context.Context, a *roleplay.Applicant) error {
	var filed roleplay.Started
	err := sc.Users.As("").Post(ctx, "/api/v1/public/complaints", rand.Text(), map[string]string{
		"county": a.County(), "institution": a.Institution(), "topic": "other", "said": "接送时段门口车辆多，通道被占。",
	}, &filed)
	if err != nil {
		return err
	}
	sc.cases = append(sc.cases, filed.CaseNo)
	sc.say(nil, "公众投诉："+filed.CaseNo+"，内容加密保存，机构看不到", "优化营商环境条例第五十四条")
	err = a.Supervisor().AnswerOwn(ctx, sc.key(), filed.CaseNo, "complaint.triage", nursery.OutcomeReplied, roleplay.Note{Note: "已与社区协调，划定临时停靠区。"})
	if err != nil {
		return err
	}
	sc.say(a.Supervisor(), "书面答复投诉", "")
	_, err = a.Supervisor().Await(ctx, filed.CaseNo, roleplay.Stage(nursery.StageAnswered))
	return err
}

// inspection opens a random visit by two officers who both accept, on the next working day.
func (sc *scene) inspection(ctx context.Context, a *roleplay.Applicant, first, second *roleplay.Actor) (string, error) {
	caseNo, err := a.Supervisor().StartInspection(ctx, sc.key(), a.Institution(), nursery.InspectRandom, first.Account, second.Account)
	if err != nil {
		return "", err
	}
	sc.cases = append(sc.cases, caseNo)
	sc.say(a.Supervisor(), "立项随机抽查："+caseNo+"，指派两名检查人员", "优化营商环境条例第五十四条")
	return caseNo, roleplay.Arrange(ctx, sc.key, caseNo, first, second, visitDay())
}

// visitDay returns the next day on which officers may visit.
func visitDay() nursery.Date {
	return calendar.Published().AddWorkingDays(nursery.DateOf(time.Now()), 1).Date
}

func (sc *scene) corrected(ctx context.Context, a *roleplay.Applicant) error {
	first, second := a.Inspector(1), a.Inspector(2)
	caseNo, err := sc.inspection(ctx, a, first, second)
	if err != nil {
		return err
	}
	if err := first.Visit(ctx, sc.key(), caseNo, nil, false, "MN-36"); err != nil {
		return err
	}
	sc.say(first, "送交现场记录：逐项检查，劳动合同一项不合格", manners)
	if err := roleplay.Sign(ctx, sc.key, caseNo, first, second, a.Actor); err != nil {
		return err
	}
	sc.say(a.Actor, "双方核对检查记录并签字，结果公示", twoOfficers)
	err = sc.answer(ctx, a.Actor, caseNo, "inspection.correct", nursery.OutcomeProve,
		roleplay.Note{Note: "已与全部工作人员签订劳动合同。", Attachments: []string{}}, "按责令限期改正通知书整改并提交证明", population)
	if err != nil {
		return err
	}
	if err := second.Visit(ctx, sc.key(), caseNo, nil, false); err != nil {
		return err
	}
	if err := roleplay.Sign(ctx, sc.key, caseNo, first, second, a.Actor); err != nil {
		return err
	}
	if _, err := a.Await(ctx, caseNo, roleplay.Printed(nursery.StageCorrected)); err != nil {
		return err
	}
	sc.say(second, "两名检查人员复查合格，办结", twoOfficers)
	return nil
}

func (sc *scene) referred(ctx context.Context, a *roleplay.Applicant) error {
	first, second := a.Inspector(1), a.Inspector(3)
	caseNo, err := sc.inspection(ctx, a, first, second)
	if err != nil {
		return err
	}
	if err := first.Visit(ctx, sc.key(), caseNo, testdata.PNG(1), true, "FS-07"); err != nil {
		return err
	}
	sc.say(first, "发现重大隐患：燃气厨房的报警和切断装置失效，随即报告主管和县区专班", "托育机构消防安全指南(试行)")
	office := sc.Users.As("county-office-" + a.County())
	err = office.AnswerOwn(ctx, sc.key(), caseNo, "inspection.hazard", nursery.OutcomeNoted, roleplay.Note{Note: "已要求立即停用燃气厨房。"})
	if err != nil {
		return err
	}
	sc.say(office, "知悉重大隐患并处置", "")
	if err := roleplay.Sign(ctx, sc.key, caseNo, first, second, a.Actor); err != nil {
		return err
	}
	if _, err := a.AwaitTask(ctx, caseNo, "inspection.correct"); err != nil {
		return err
	}
	if err := sc.letTimePass(ctx, a, caseNo, nursery.StageReinspected); err != nil {
		return err
	}
	if err := second.Visit(ctx, sc.key(), caseNo, testdata.PNG(2), true, "FS-07"); err != nil {
		return err
	}
	if err := roleplay.Sign(ctx, sc.key, caseNo, first, second, a.Actor); err != nil {
		return err
	}
	err = sc.answer(ctx, a.Supervisor(), caseNo, "inspection.decide", nursery.OutcomeReferPenalty, roleplay.Note{Note: "逾期不改正。"},
		"复查仍不合格，移送处罚程序", population)
	if err != nil {
		return err
	}
	_, err = a.Await(ctx, caseNo, roleplay.Printed(nursery.StagePenaltyReferred))
	return err
}
