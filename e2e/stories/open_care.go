package stories

import (
	"context"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// leaveCare leaves a class of twenty for the child-health team and an inspection whose day is set, so that the tablet
// and the phone have something to fill in, unless a visit already waits for the officer.
func leaveCare(ctx context.Context, sc *scene) error {
	a, err := sc.applicant(ctx, "other")
	if err != nil {
		return err
	}
	a.Leave()
	switch waiting, err := a.Inspector(1).HasTask(ctx, "inspection.visit"); {
	case err != nil:
		return err
	case waiting:
		sc.say(nil, a.Inspector(1).Account+" 已有这样的待办", "")
		return nil
	}
	if a, err = sc.filed(ctx, "other"); err != nil {
		return err
	}
	office, clinic := sc.Users.As("county-office-"+a.County()), sc.Users.As("clinic-"+a.County()+"-1")
	today := nursery.DateOf(time.Now())
	half := nursery.HalfYearOf(today)
	if err := office.PutClinic(ctx, sc.key(), roleplay.Clinic(a.County(), "1", today.AddMonths(36))); err != nil {
		return err
	}
	for n := range 20 {
		child := testdata.ChildBorn(a.County(), a.FirstChild()+n, half.First().AddMonths(-20).AddDays(-n))
		id, err := a.Enrol(ctx, sc.key(), child, "托小班", half.First().AddDays(-10))
		if err != nil {
			return err
		}
		if err := a.Consent(ctx, sc.key(), id, nursery.ConsentCheckup, today); err != nil {
			return err
		}
	}
	contract, err := sc.signed(ctx, a, clinic, office, roleplay.Terms("", clinic.Account, today.AddDays(-1)))
	if err != nil {
		return err
	}
	round, err := sc.roundOf(ctx, clinic, contract, half)
	if err != nil {
		return err
	}
	sc.say(nil, "待 "+clinic.Account+" 为托小班 20 名婴幼儿体检："+round, "")
	one, two := a.Inspector(1), a.Inspector(2)
	inspection, err := a.Supervisor().StartInspection(ctx, sc.key(), a.Institution(), nursery.InspectRandom, one.Account, two.Account)
	if err != nil {
		return err
	}
	if err := roleplay.Arrange(ctx, sc.key, inspection, one, two, visitDay()); err != nil {
		return err
	}
	sc.say(nil, "待 "+one.Account+" 现场检查："+inspection, "")
	return nil
}
