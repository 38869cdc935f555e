package calendar_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tuoyu/calendar"
	"tuoyu/nursery"
)

func day(t testing.TB, s string) nursery.Date {
	t.Helper()
	d, err := nursery.ParseDate(s)
	if err != nil {
		t.Fatalf("parse date %q: %v", s, err)
	}
	return d
}

// publishedDay generates a day for which limits of a year end within the published years.
func publishedDay() *rapid.Generator[nursery.Date] {
	return dayFrom(nursery.NewDate(2023, time.January, 1), 365*3)
}

// anyDay generates a day before, in or after the published years.
func anyDay() *rapid.Generator[nursery.Date] {
	return dayFrom(nursery.NewDate(2021, time.January, 1), 365*8)
}

func dayFrom(first nursery.Date, days int) *rapid.Generator[nursery.Date] {
	return rapid.Custom(func(t *rapid.T) nursery.Date {
		return first.AddDays(rapid.IntRange(0, days).Draw(t, "days"))
	})
}

func TestWorkingDaysOfThePublishedYears(t *testing.T) {
	for date, want := range map[string]bool{
		"2026-02-13": true,  // an ordinary Friday
		"2026-02-14": true,  // Saturday, make-up day before Spring Festival
		"2026-02-16": false, // Monday, New Year's Eve
		"2026-03-07": false, // an ordinary Saturday
		"2026-10-10": true,  // Saturday, make-up day after National Day
		"2024-04-04": false, "2024-04-07": true, "2024-04-08": true, "2023-12-31": false, "2026-12-31": true,
	} {
		if got, err := calendar.Published().IsWorkingDay(day(t, date)); err != nil || got != want {
			t.Errorf("%s: got %t, %v, want %t", date, got, err, want)
		}
	}
	for _, date := range []string{"2027-01-01", "2027-03-01", "2022-12-30", "2022-12-31"} {
		if _, err := calendar.Published().IsWorkingDay(day(t, date)); !errors.Is(err, calendar.ErrUnpublished) {
			t.Errorf("%s: got %v, want ErrUnpublished", date, err)
		}
	}
}

func TestDueDatesKnownInAdvance(t *testing.T) {
	for _, c := range []struct {
		from        string
		n           int
		due         string
		provisional bool
	}{
		{"2024-04-03", 5, "2024-04-11", false}, {"2024-04-03", 15, "2024-04-25", false}, {"2024-02-08", 5, "2024-02-21", false},
		{"2025-09-26", 5, "2025-10-10", false}, {"2025-09-26", 15, "2025-10-23", false}, {"2026-02-13", 5, "2026-02-27", false},
		{"2026-02-13", 15, "2026-03-12", false}, {"2026-09-30", 5, "2026-10-13", false},
		{"2026-12-28", 3, "2026-12-31", false}, {"2026-12-28", 5, "2027-01-04", true}, {"2026-12-31", 1, "2027-01-01", true},
		{"2022-12-29", 1, "2022-12-30", true}, {"2022-12-30", 1, "2023-01-03", true}, {"2022-12-31", 1, "2023-01-03", false},
		{"2026-10-01", 0, "2026-10-08", false}, {"2026-10-10", 0, "2026-10-10", false}, {"2027-01-02", 0, "2027-01-04", true},
		{"2026-10-08", -1, "2026-09-30", false}, {"2026-10-13", -5, "2026-09-30", false}, {"2023-01-03", -1, "2022-12-30", true},
	} {
		got := calendar.Published().AddWorkingDays(day(t, c.from), c.n)
		if got.Date.String() != c.due || got.Provisional != c.provisional {
			t.Errorf("%d working days after %s: got %s, provisional %t, want %s, %t",
				c.n, c.from, got.Date, got.Provisional, c.due, c.provisional)
		}
	}
	if got := calendar.Published().AddWorkingDays(nursery.Date{}, 5); got != (calendar.Due{}) {
		t.Errorf("five working days after no date: got %+v", got)
	}
}

func TestWorkingDaysBetweenKnownDates(t *testing.T) {
	for _, c := range []struct {
		from, to    string
		want        int
		provisional bool
	}{
		{"2026-02-13", "2026-03-12", 15, false}, {"2026-02-14", "2026-02-23", 0, false}, {"2026-02-13", "2026-02-14", 1, false},
		{"2026-10-13", "2026-09-30", -5, false}, {"2026-12-31", "2027-01-04", 2, true}, {"2026-05-06", "2026-05-06", 0, false},
		{"2027-05-06", "2027-05-06", 0, false}, {"2026-12-30", "2026-12-31", 1, false},
	} {
		got, provisional := calendar.Published().WorkingDaysBetween(day(t, c.from), day(t, c.to))
		if got != c.want || provisional != c.provisional {
			t.Errorf("from %s to %s: got %d, provisional %t, want %d, %t", c.from, c.to, got, provisional, c.want, c.provisional)
		}
	}
	if got, _ := calendar.Published().WorkingDaysBetween(nursery.Date{}, day(t, "2026-01-05")); got != 0 {
		t.Errorf("from no date: got %d", got)
	}
}

func TestEachDueDateIsTheNthWorkingDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, n := publishedDay().Draw(t, "from"), rapid.IntRange(1, 60).Draw(t, "n")
		due := calendar.Published().AddWorkingDays(from, n)
		if due.Provisional {
			t.Fatalf("%d working days after %s: %s is provisional in published years", n, from, due.Date)
		}
		counted, works := 0, false
		for d := from.AddDays(1); !d.After(due.Date); d = d.AddDays(1) {
			var err error
			if works, err = calendar.Published().IsWorkingDay(d); err != nil {
				t.Fatal(err)
			}
			if works {
				counted++
			}
		}
		if counted != n || !works {
			t.Fatalf("%d working days after %s: %s is number %d, working day %t", n, from, due.Date, counted, works)
		}
	})
}

func TestCountingForthAndBackAgree(t *testing.T) {
	years := calendar.Published()
	rapid.Check(t, func(t *rapid.T) {
		from, n := anyDay().Draw(t, "from"), rapid.IntRange(1, 60).Draw(t, "n")
		due := years.AddWorkingDays(from, n)
		if got, provisional := years.WorkingDaysBetween(from, due.Date); got != n || provisional != due.Provisional {
			t.Fatalf("%s to %s: got %d, provisional %t, want %d, %t", from, due.Date, got, provisional, n, due.Provisional)
		}
		if got, _ := years.WorkingDaysBetween(due.Date, from); got != -n {
			t.Fatalf("%s back to %s: got %d, want %d", due.Date, from, got, -n)
		}
		start := years.AddWorkingDays(from, 0).Date
		if got := years.AddWorkingDays(years.AddWorkingDays(start, n).Date, -n).Date; got != start {
			t.Fatalf("%d working days forth and back from %s: got %s", n, start, got)
		}
	})
}

func TestMoreDaysOrALaterStartNeverEndEarlier(t *testing.T) {
	years := calendar.Published()
	rapid.Check(t, func(t *rapid.T) {
		from, n := anyDay().Draw(t, "from"), rapid.IntRange(1, 60).Draw(t, "n")
		due := years.AddWorkingDays(from, n).Date
		if more := years.AddWorkingDays(from, n+1).Date; !more.After(due) {
			t.Fatalf("from %s: %d days end %s, one more ends %s", from, n, due, more)
		}
		if later := years.AddWorkingDays(from.AddDays(1), n).Date; later.Before(due) {
			t.Fatalf("%d days from %s end %s, from the next day %s", n, from, due, later)
		}
	})
}

func TestRemindersKnownInAdvance(t *testing.T) {
	for _, c := range []struct{ start, due, half, dayBefore string }{
		{"2026-09-30", "2026-10-13", "2026-10-10", "2026-10-12"}, // 5: 8, 9, 10, 12, 13 October
		{"2026-02-13", "2026-03-12", "2026-03-03", "2026-03-11"}, // 15: the eighth is 3 March
		{"2026-05-11", "2026-05-13", "2026-05-12", "2026-05-12"}, // 2
		{"2026-05-11", "2026-05-12", "2026-05-11", "2026-05-11"}, // 1: on the day itself
		{"2026-05-09", "2026-05-11", "2026-05-09", "2026-05-09"}, // 1 over a Sunday
		{"2026-05-12", "2026-05-12", "2026-05-12", "2026-05-12"}, {"2026-05-13", "2026-05-12", "2026-05-12", "2026-05-12"},
		{"2026-10-03", "2026-10-08", "2026-10-03", "2026-10-03"}, // starts on a holiday
	} {
		half, dayBefore := calendar.Published().Reminders(day(t, c.start), day(t, c.due))
		if half.String() != c.half || dayBefore.String() != c.dayBefore {
			t.Errorf("%s to %s: got %s and %s, want %s and %s", c.start, c.due, half, dayBefore, c.half, c.dayBefore)
		}
	}
}

func TestRemindersComeInOrderBeforeTheDueDay(t *testing.T) {
	years := calendar.Published()
	rapid.Check(t, func(t *rapid.T) {
		start, n := anyDay().Draw(t, "start"), rapid.IntRange(1, 60).Draw(t, "n")
		due := years.AddWorkingDays(start, n).Date
		half, dayBefore := years.Reminders(start, due)
		if half.Before(start) || dayBefore.Before(half) || !dayBefore.Before(due) {
			t.Fatalf("%s to %s: reminders on %s and %s", start, due, half, dayBefore)
		}
	})
}

func TestTheZeroYearsCountProvisionally(t *testing.T) {
	got := calendar.Years{}.AddWorkingDays(day(t, "2026-09-30"), 5)
	if got.Date.String() != "2026-10-07" || !got.Provisional {
		t.Errorf("got %+v", got)
	}
}

func BenchmarkAddWorkingDays(b *testing.B) {
	years, from := calendar.Published(), day(b, "2026-02-13")
	for b.Loop() {
		years.AddWorkingDays(from, 60)
	}
}
