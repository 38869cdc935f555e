package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

// leaveCare leaves a class of twenty for the child-health team and an inspection whose day is set, so that the tablet and the
// phone have something to be filled in. Where the county has no account left, earlier runs have left enough.
func (s *stage) leaveCare(ctx context.Context) error {
	sc := &scene{stage: s, folder: filepath.Join(s.folder, "open")}
	a, err := sc.filed(ctx, "other")
	if err != nil {
		fmt.Fprintf(s.out, "          %s\n", oneLine(err))
		return nil
	}
	office, clinic := sc.door.As("county-office-"+a.County()), sc.door.As("clinic-"+a.County()+"-1")
	today := nursery.DateOf(time.Now())
	half := nursery.HalfYearOf(today)
	if err := office.PutClinic(ctx, sc.key(), roleplay.Clinic(a.County(), "1", today.AddMonths(36))); err != nil {
		return err
	}
	first := int(time.Now().UnixNano()/1000) % 900
	for n := range 20 {
		child := testdata.ChildBorn(a.County(), first+n, half.First().AddMonths(-20).AddDays(-n))
		id, err := a.Enrol(ctx, sc.key(), child, "托小班", half.First().AddDays(-10))
		if err != nil {
			return err
		}
		if err := a.Consent(ctx, sc.key(), id, nursery.ConsentCheckup, today); err != nil {
			return err
		}
	}
	contract, err := sc.signed(ctx, a, clinic, office, today)
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
	if err := roleplay.Arrange(ctx, sc.key, inspection, one, two, sc.nextMonday()); err != nil {
		return err
	}
	sc.say(nil, "待 "+one.Account+" 现场检查："+inspection, "")
	return nil
}
