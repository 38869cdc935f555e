package stories

import (
	"context"
	"fmt"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

const consents = "个人信息保护法第二十九条、第三十一条"

// checkedUp plays a round of a nursery with three classes: a value measured again, a guardian who refuses, and a child
// that is referred, seen and returned.
func checkedUp(ctx context.Context, sc *scene) error {
	a, err := sc.filed(ctx, "public_comprehensive")
	if err != nil {
		return err
	}
	office, clinic := sc.Users.As("county-office-"+a.County()), sc.Users.As("clinic-"+a.County()+"-2")
	today := nursery.DateOf(time.Now())
	half := nursery.HalfYearOf(today)
	if err := office.PutClinic(ctx, sc.key(), roleplay.Clinic(a.County(), "2", today.AddMonths(36))); err != nil {
		return err
	}
	if err := sc.enrolled(ctx, a, half); err != nil {
		return err
	}
	contract, err := sc.signed(ctx, a, clinic, office, roleplay.Terms("", clinic.Account, today.AddDays(-1)))
	if err != nil {
		return err
	}
	round, err := sc.roundOf(ctx, clinic, contract, half)
	if err != nil {
		return err
	}
	sc.cases = append(sc.cases, round)
	sc.say(clinic, half.Title()+"体检已随签约开启："+round, project8)
	referral, err := sc.classes(ctx, clinic, round, today)
	if err != nil {
		return err
	}
	sc.cases = append(sc.cases, referral)
	if err := sc.followed(ctx, clinic, referral, today); err != nil {
		return err
	}
	if err := sc.answer(ctx, clinic, round, "checkup_round.record", nursery.OutcomeComplete, struct{}{}, "三个班体检办理完毕", project8); err != nil {
		return err
	}
	_, err = clinic.Await(ctx, round, roleplay.Printed(nursery.StageRoundClosed))
	return err
}

// enrolled enrols six children since before the half-year began; one guardian does not consent.
func (sc *scene) enrolled(ctx context.Context, a *roleplay.Applicant, half nursery.HalfYear) error {
	for n := range 6 {
		child := testdata.ChildBorn(a.County(), a.FirstChild()+n, half.First().AddMonths(-13-3*n).AddDays(-7))
		id, err := a.Enrol(ctx, sc.key(), child, []string{"乳儿一班", "托小一班", "托大一班"}[n/2], half.First().AddDays(-10))
		if err != nil {
			return err
		}
		if n == 5 {
			continue
		}
		if err := a.Consent(ctx, sc.key(), id, nursery.ConsentCheckup, nursery.DateOf(time.Now())); err != nil {
			return err
		}
	}
	sc.say(a.Actor, "三个班六名婴幼儿入托，五名监护人书面同意体检", consents)
	return nil
}

// roundOf waits for the round that a contract opens, and returns its case.
func (sc *scene) roundOf(ctx context.Context, clinic *roleplay.Actor, contract string, half nursery.HalfYear) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, roleplay.Patience)
	defer cancel()
	for {
		rounds, err := clinic.Checkups(ctx, half)
		if err != nil {
			return "", err
		}
		for _, r := range rounds {
			if r.Contract == contract {
				return r.CaseNo, nil
			}
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("contract %s has no check-up round after %s: %w", contract, roleplay.Patience, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// classes records the three classes and returns the referral.
func (sc *scene) classes(ctx context.Context, clinic *roleplay.Actor, round string, today nursery.Date) (referral string, err error) {
	for n, class := range []string{"乳儿一班", "托小一班", "托大一班"} {
		sheet, err := clinic.CheckupClass(ctx, round, class)
		if err != nil {
			return "", err
		}
		var records []nursery.Checkup
		for i, child := range sheet.Children {
			record := roleplay.Healthy(child, today)
			if !child.Consent {
				for m := range record.Items {
					record.Items[m] = nursery.CheckedItem{Item: record.Items[m].Item, Reason: nursery.NotDoneRefused}
				}
			}
			if n == 1 && i == 0 {
				sign(&record)
			}
			records = append(records, record)
		}
		if n == 0 {
			if err := sc.again(ctx, clinic, round, class, records); err != nil {
				return "", err
			}
		}
		done, err := clinic.RecordClass(ctx, sc.key(), round, class, records)
		if err != nil {
			return "", err
		}
		sc.say(clinic, fmt.Sprintf("%s登记体检结果 %d 名，加密保存", class, len(done.Children)), project8)
		for _, c := range done.Children {
			if c.Referral != "" {
				referral = c.Referral
			}
		}
	}
	return referral, nil
}

// sign adds a warning sign of development to a record.
func sign(record *nursery.Checkup) {
	for i := range record.Items {
		if record.Items[i].Item == nursery.ItemDevelopment {
			record.Items[i].Result, record.Items[i].Signs = nursery.FoundAbnormal, []int{2}
		}
	}
}

// again submits a typing error, which is rejected.
func (sc *scene) again(ctx context.Context, clinic *roleplay.Actor, round, class string, records []nursery.Checkup) error {
	slip := records[0]
	slip.Items = append([]nursery.CheckedItem{}, slip.Items...)
	for i := range slip.Items {
		if slip.Items[i].Item == nursery.ItemWeight {
			slip.Items[i].Value *= 3
		}
	}
	_, err := clinic.RecordClass(ctx, sc.key(), round, class, []nursery.Checkup{slip})
	if err == nil {
		return fmt.Errorf("a weight three times as much as any child's was taken")
	}
	sc.say(clinic, "体重录错，系统请求复测，未保存", "七岁以下儿童生长标准")
	return nil
}

// followed completes the referral of the child.
func (sc *scene) followed(ctx context.Context, clinic *roleplay.Actor, referral string, today nursery.Date) error {
	for _, step := range []struct {
		kind    string
		outcome nursery.Outcome
		note    string
	}{
		{"referral.take", nursery.OutcomeTake, "接收转诊，约定就诊"},
		{"referral.seen", nursery.OutcomeSeen, "已就诊"},
	} {
		if err := sc.answer(ctx, clinic, referral, step.kind, step.outcome, struct{}{}, step.note, ""); err != nil {
			return err
		}
	}
	if err := clinic.PutReferralResult(ctx, sc.key(), referral, today); err != nil {
		return err
	}
	return sc.answer(ctx, clinic, referral, "referral.result", nursery.OutcomeComplete, struct{}{}, "反馈转诊结果，加密保存", "")
}
