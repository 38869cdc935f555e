package nursery

import "testing"

// everyDay counts every day as a working day, so that the cases below can be read by their dates.
func everyDay(from, to Date) int { return max(from.DaysUntil(to), 0) }

func TestADutyStandsByItsFactsAndTheDay(t *testing.T) {
	first, due, until := NewDate(2026, 7, 1), NewDate(2026, 12, 31), NewDate(2027, 1, 30)
	owed := CheckupDuty{From: first, Due: due, Until: until}
	with := func(change func(*CheckupDuty)) CheckupDuty {
		d := owed
		change(&d)
		return d
	}
	for _, c := range []struct {
		name string
		duty CheckupDuty
		day  Date
		want DutyStatus
	}{
		{"the day before the first", owed, NewDate(2026, 6, 30), DutyFuture},
		{"the first day", owed, first, DutyOpen},
		{"sixteen days before the last", owed, NewDate(2026, 12, 15), DutyOpen},
		{"fifteen days before the last", owed, NewDate(2026, 12, 16), DutyDue},
		{"the last day", owed, due, DutyDue},
		{"the day after the last", owed, NewDate(2027, 1, 1), DutyOverdue},
		{"the last day of grace", owed, until, DutyOverdue},
		{"the day after it", owed, NewDate(2027, 1, 31), DutyMissed},
		{"done on the last day", with(func(d *CheckupDuty) { d.DoneOn = due }), NewDate(2027, 3, 1), DutyDoneOnTime},
		{"done a day later", with(func(d *CheckupDuty) { d.DoneOn = NewDate(2027, 1, 1) }), NewDate(2027, 3, 1), DutyDoneLate},
		{"refused", with(func(d *CheckupDuty) { d.WaivedOn = first }), NewDate(2027, 3, 1), DutyWaived},
		{"left within the half-year", with(func(d *CheckupDuty) { d.LeftOn, d.Leave = due, LeaveLeft }), NewDate(2027, 3, 1), DutyNotApplicable},
		{"left after it", with(func(d *CheckupDuty) { d.LeftOn, d.Leave = NewDate(2027, 1, 1), LeaveLeft }), NewDate(2027, 3, 1), DutyMissed},
		{"went to another institution", with(func(d *CheckupDuty) { d.LeftOn, d.Leave = first, LeaveTransferred }), first, DutyTransferred},
		{"done before it went", with(func(d *CheckupDuty) { d.DoneOn, d.LeftOn, d.Leave = first, due, LeaveTransferred }), due, DutyDoneOnTime},
	} {
		if got := c.duty.StatusOn(c.day, everyDay); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	for _, s := range DutyStatuses() {
		if s.Title() == string(s) {
			t.Errorf("%s has no title", s)
		}
	}
}

func TestARecordThatCannotBeIsRefusedFieldByField(t *testing.T) {
	today := NewDate(2026, 11, 26)
	good := Checkup{Child: "C" + "ABCDEFGHIJKLMNOPQRST", CheckedOn: today, Items: []CheckedItem{
		{Item: ItemWeight, Done: true, Value: 10.2}, {Item: ItemHearing, Done: true, Result: FoundNormal},
		{Item: ItemDevelopment, Done: true, Result: FoundAbnormal, Signs: []int{2}}, {Item: ItemTeeth, Reason: NotDoneIll},
	}}
	if faults := good.Validate(today); len(faults) > 0 {
		t.Fatalf("a good record has faults: %v", faults)
	}
	for _, c := range []struct {
		name   string
		change func(*Checkup)
		want   string
	}{
		{"a fee", func(c *Checkup) { c.FeeFen = 1 }, "/fee_fen"},
		{"tomorrow", func(c *Checkup) { c.CheckedOn = today.AddDays(1) }, "/checked_on"},
		{"a name in place of the identifier", func(c *Checkup) { c.Child = "张" }, "/child"},
		{"no item", func(c *Checkup) { c.Items = nil }, "/items"},
		{"an item twice", func(c *Checkup) { c.Items = append(c.Items, c.Items[0]) }, "/items/4/item"},
		{"half a kilogram less than anybody", func(c *Checkup) { c.Items[0].Value = 0.4 }, "/items/0/value"},
		{"a weight in grams", func(c *Checkup) { c.Items[0].Value = 10200 }, "/items/0/value"},
		{"hearing without a result", func(c *Checkup) { c.Items[1].Result = "" }, "/items/1/result"},
		{"a fifth sign", func(c *Checkup) { c.Items[2].Signs = []int{5} }, "/items/2/signs/0"},
		{"signs and normal", func(c *Checkup) { c.Items[2].Result = FoundNormal }, "/items/2/signs"},
		{"not done for no reason", func(c *Checkup) { c.Items[3].Reason = "" }, "/items/3/reason"},
		{"done elsewhere without proof", func(c *Checkup) { c.Items[3].Reason, c.Items[3].ProofOn = NotDoneElsewhere, today }, "/items/3/proof"},
		{"another reason not said", func(c *Checkup) { c.Items[3].Reason = NotDoneOther }, "/items/3/note"},
		{"not done with a result", func(c *Checkup) { c.Items[3].Result = FoundNormal }, "/items/3/done"},
	} {
		record := good
		record.Items = append([]CheckedItem{}, good.Items...)
		c.change(&record)
		faults := record.Validate(today)
		if len(faults) != 1 || faults[0].Location != c.want {
			t.Errorf("%s: %v, want %s", c.name, faults, c.want)
		}
	}
}

func TestAChildIsHeldAgainstTheLastRowOfSignsItHasReached(t *testing.T) {
	for months, want := range map[int]int{3: 3, 5: 3, 6: 6, 11: 8, 12: 12, 17: 12, 18: 18, 35: 30, 36: 36} {
		if age, signs, ok := WarningSigns(months); !ok || age != want || signs[3] == "" {
			t.Errorf("%d months: row %d, want %d", months, age, want)
		}
	}
	if _, _, ok := WarningSigns(2); ok {
		t.Error("two months have a row")
	}
}

func TestTheTableOfCheckupItems(t *testing.T) {
	columns := map[int]bool{}
	for _, item := range Items() {
		if item.Title == "" || columns[item.Column] || item.Column < 1 || item.Column > len(Items()) {
			t.Errorf("%+v has no title, or no column of its own", item)
		}
		columns[item.Column] = true
		if item.Measured() != (item.Max > item.Min) || item.Measured() != (item.Symbol != "") {
			t.Errorf("%+v has a unit, a symbol and limits, or none of them", item)
		}
	}
	if got := CheckItem("iodine").Title(); got != "iodine" {
		t.Errorf("an unknown item is called %q", got)
	}
}
