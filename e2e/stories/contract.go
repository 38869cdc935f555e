package stories

import (
	"context"
	"fmt"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

const project8 = "实施方案项目8"

// contracted plays a contract of a nursery with a clinic: signed over one text, its guidance done and confirmed, and
// ended with notice, after which all parties are notified of the child that no clinic looks after.
func contracted(ctx context.Context, sc *scene) error {
	a, err := sc.filed(ctx, "community")
	if err != nil {
		return err
	}
	office, clinic := sc.Users.As("county-office-"+a.County()), sc.Users.As("clinic-"+a.County()+"-1")
	today := nursery.DateOf(time.Now())
	if err := office.PutClinic(ctx, sc.key(), roleplay.Clinic(a.County(), "1", today.AddMonths(36))); err != nil {
		return err
	}
	sc.say(office, "登记社区卫生服务中心", project8)
	caseNo, err := sc.signed(ctx, a, clinic, office, roleplay.Terms("", clinic.Account, today.AddDays(-1)))
	if err != nil {
		return err
	}
	sc.cases = append(sc.cases, caseNo)
	return sc.performed(ctx, a, clinic, office, caseNo, today)
}

// filed returns an institution whose filing passes every step.
func (sc *scene) filed(ctx context.Context, name string) (*roleplay.Applicant, error) {
	a, err := sc.applicant(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := sc.register(ctx, a, a.Registration); err != nil {
		return nil, err
	}
	filing, err := sc.file(ctx, a, name)
	if err != nil {
		return nil, err
	}
	if err := sc.accept(ctx, a, filing); err != nil {
		return nil, err
	}
	return a, sc.visitConforming(ctx, a, filing)
}

// signed has both sides sign a contract and the county file it, and waits until it is in force: terms from yesterday on
// take effect at any hour of the day.
func (sc *scene) signed(ctx context.Context, a *roleplay.Applicant, clinic, office *roleplay.Actor, terms nursery.ContractTerms) (string, error) {
	caseNo, err := a.Propose(ctx, sc.key(), terms)
	if err != nil {
		return "", err
	}
	sc.say(a.Actor, "发起签约："+caseNo, project8)
	for _, side := range []*roleplay.Actor{a.Actor, clinic} {
		if err := side.Sign(ctx, sc.key(), caseNo); err != nil {
			return "", err
		}
		sc.say(side, "核对文本哈希后签署", "")
	}
	if err := sc.answer(ctx, office, caseNo, "contract.file", nursery.OutcomeConfirm, roleplay.Note{Note: "已备案"}, "签约协议备案", project8); err != nil {
		return "", err
	}
	_, err = a.Await(ctx, caseNo, roleplay.Printed(nursery.StageInForce))
	return caseNo, err
}

// performed has the contract performed for a month and then ended.
func (sc *scene) performed(ctx context.Context, a *roleplay.Applicant, clinic, office *roleplay.Actor, caseNo string, today nursery.Date) error {
	for n := range 2 {
		visit, err := clinic.Guide(ctx, sc.key(), caseNo, today)
		if err != nil {
			return err
		}
		if err := a.Post(ctx, fmt.Sprintf("/api/v1/contracts/%s/visits/%d/confirmation", caseNo, visit), sc.key(), nil, nil); err != nil {
			return err
		}
		sc.say(clinic, fmt.Sprintf("第 %d 次技术指导，托育机构确认", n+1), project8)
	}
	c, err := a.Contract(ctx, caseNo)
	if err != nil {
		return err
	}
	for _, d := range c.Duties {
		sc.say(nil, fmt.Sprintf("履约进度：%s 应完成 %d，已完成 %d，截至 %s", d.Title, d.Promised, d.Done, d.Until), "")
	}
	child := testdata.ChildBorn(a.County(), a.FirstChild(), today.AddMonths(-20))
	if _, err := a.Enrol(ctx, sc.key(), child, "c1", today); err != nil {
		return err
	}
	sc.say(a.Actor, "办理一名婴幼儿入托，信息加密保存", "个人信息保护法第二十八条")
	end := today.AddDays(30)
	err = clinic.Post(ctx, "/api/v1/contracts/"+caseNo+"/termination", sc.key(), map[string]any{"ends_on": end, "reason": "人员调整"}, nil)
	if err != nil {
		return err
	}
	sc.say(clinic, "提前三十天提出于 "+end.String()+" 终止", "")
	until := end.AddDays(1).In(nursery.Shanghai).Add(10 * time.Hour)
	if err := roleplay.Skip(ctx, sc.Temporal, sc.Namespace, caseNo, time.Until(until)); err != nil {
		return err
	}
	for _, who := range []*roleplay.Actor{office, a.Actor, clinic} {
		note := roleplay.Note{Note: "已联系另一家社区卫生服务中心"}
		if err := sc.answer(ctx, who, caseNo, "contract.uncovered", nursery.OutcomeAcknowledge, note, "知悉在托婴幼儿无人接续，联系接续机构", project8); err != nil {
			return err
		}
	}
	_, err = a.Await(ctx, caseNo, roleplay.Stage(nursery.StageContractEnded))
	return err
}
