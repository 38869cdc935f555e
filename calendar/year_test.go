package calendar_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"tuoyu/calendar"
	"tuoyu/nursery"
)

// notice2027 is an invented arrangement of 2027 for the tests: the real notice is not published yet.
const notice2027 = `{"year": 2027, "source": ["https://example.invalid/2027"], "days": [
	{"date": "2027-01-01", "name": "元旦", "off": true}, {"date": "2027-01-02", "name": "元旦", "off": true},
	{"date": "2026-12-31", "name": "元旦", "off": true}, {"date": "2026-12-27", "name": "元旦", "off": false},
	{"date": "2027-02-05", "name": "春节", "off": true}, {"date": "2027-02-06", "name": "春节", "off": true},
	{"date": "2027-04-05", "name": "清明节", "off": true}, {"date": "2027-05-01", "name": "劳动节", "off": true},
	{"date": "2027-06-09", "name": "端午节", "off": true}, {"date": "2027-09-15", "name": "中秋节", "off": true},
	{"date": "2027-10-01", "name": "国庆节", "off": true}, {"date": "2027-10-02", "name": "国庆节", "off": true},
	{"date": "2027-10-03", "name": "国庆节", "off": true}]}`

func load(t testing.TB, raw string) calendar.Year {
	t.Helper()
	year, err := calendar.Load([]byte(raw))
	if err != nil {
		t.Fatalf("load year: %v", err)
	}
	return year
}

func TestPublishedYearsAreThoseOfTheNotices(t *testing.T) {
	// The numbers of days off and make-up days in the State Council's notice for each year.
	want := map[int][2]int{2024: {28, 8}, 2025: {28, 5}, 2026: {33, 6}}
	list := calendar.Published().List()
	if len(list) != 4 || list[0].Number() != 2023 || list[3].Number() != 2026 {
		t.Fatalf("got %d years", len(list))
	}
	for _, year := range list[1:] {
		var got [2]int
		for _, d := range year.Days() {
			if d.Off {
				got[0]++
			} else {
				got[1]++
			}
		}
		if got != want[year.Number()] {
			t.Errorf("%d: got %d days off and %d make-up days, want %v", year.Number(), got[0], got[1], want[year.Number()])
		}
	}
}

func TestPublishingAYearSettlesProvisionalDates(t *testing.T) {
	before := calendar.Published()
	after := before.With(load(t, notice2027))
	from := day(t, "2026-12-28")
	if got := before.AddWorkingDays(from, 5); got.Date.String() != "2027-01-04" || !got.Provisional {
		t.Errorf("before the notice: got %+v", got)
	}
	if got := after.AddWorkingDays(from, 5); got.Date.String() != "2027-01-06" || got.Provisional {
		t.Errorf("after the notice: got %+v", got) // 29, 30 December, 4, 5, 6 January
	}
	if before.Has(2027) || !after.Has(2027) || !after.Has(2023) {
		t.Error("adding a year changed the set it was added to, or lost others")
	}
	if works, err := after.IsWorkingDay(day(t, "2026-12-27")); err != nil || !works {
		t.Errorf("the make-up Sunday before the year: got %t, %v", works, err)
	}
}

func TestAnAmendedNoticeReplacesItsYear(t *testing.T) {
	amended := strings.Replace(notice2027, `{"date": "2027-09-15", "name": "中秋节", "off": true}`,
		`{"date": "2027-09-16", "name": "中秋节", "off": true}`, 1)
	years := calendar.Published().With(load(t, notice2027)).With(load(t, amended))
	for date, want := range map[string]bool{"2027-09-15": true, "2027-09-16": false, "2026-10-07": false} {
		if got, err := years.IsWorkingDay(day(t, date)); err != nil || got != want {
			t.Errorf("%s: got %t, %v, want %t", date, got, err, want)
		}
	}
}

func TestAYearIsReadBackAsWritten(t *testing.T) {
	for _, year := range append(calendar.Published().List(), load(t, notice2027)) {
		raw, err := json.Marshal(year)
		if err != nil {
			t.Fatal(err)
		}
		again := load(t, string(raw))
		if len(again.Days()) != len(year.Days()) || again.Number() != year.Number() || again.Sources()[0] != year.Sources()[0] {
			t.Errorf("%d: got back %s", year.Number(), raw)
		}
		for i, d := range again.Days() {
			if d != year.Days()[i] {
				t.Errorf("%d: got back %+v, want %+v", year.Number(), d, year.Days()[i])
			}
		}
	}
	year := load(t, notice2027)
	year.Days()[0].Off, year.Sources()[0] = false, "changed"
	if !year.Days()[1].Off || year.Days()[0].Date != day(t, "2026-12-27") || year.Sources()[0] == "changed" {
		t.Error("days are out of order, or a caller changed the year")
	}
}

func TestLoadRefusesWhatCannotBePublished(t *testing.T) {
	change := func(from, to string) string {
		if !strings.Contains(notice2027, from) {
			t.Fatalf("the notice has no %s", from)
		}
		return strings.Replace(notice2027, from, to, 1)
	}
	for name, c := range map[string]struct{ raw, code string }{
		"empty file":                 {"", "calendar.json"},
		"no object":                  {"[]", "calendar.json"},
		"something after it":         {notice2027 + "{}", "calendar.json"},
		"unknown field":              {change(`"year"`, `"papers": [], "year"`), "calendar.json"},
		"day that is no date":        {change("2027-01-02", "2027-01-32"), "calendar.json"},
		"no year":                    {change(`"year": 2027`, `"year": 0`), "calendar.year"},
		"no source":                  {change(`["https://example.invalid/2027"]`, `[]`), "calendar.source"},
		"empty source":               {change(`https://example.invalid/2027`, ``), "calendar.source"},
		"neither off nor make-up":    {change(`"元旦", "off": true`, `"元旦"`), "calendar.day"},
		"no name":                    {change("劳动节", ""), "calendar.day"},
		"no date":                    {change("2027-06-09", ""), "calendar.day"},
		"day twice":                  {change("2027-01-02", "2027-01-01"), "calendar.day"},
		"day of the next year":       {change("2027-06-09", "2028-01-01"), "calendar.day"},
		"day of the autumn before":   {change("2026-12-31", "2026-11-30"), "calendar.day"},
		"make-up day on a weekday":   {change("2026-12-27", "2026-12-28"), "calendar.day"},
		"fixed holiday not off":      {change("2027-10-03", "2027-10-04"), "calendar.festival"},
		"festival missing":           {change("端午节", "清明节"), "calendar.festival"},
		"not yet published, no days": {`{"year": 2027, "source": ["https://example.invalid"], "days": []}`, "calendar.festival"},
	} {
		_, err := calendar.Load([]byte(c.raw))
		var bad *nursery.InvalidError
		if !errors.As(err, &bad) || bad.Code != c.code || bad.Message == "" {
			t.Errorf("%s: got %v, want %s", name, err, c.code)
		}
	}
}

func TestTheFilesInTheProgramCanBeLoadedByHand(t *testing.T) {
	raw, err := os.ReadFile("holidays/2026.json")
	if err != nil {
		t.Fatal(err)
	}
	year := load(t, string(raw))
	got := calendar.Years{}.With(year).AddWorkingDays(day(t, "2026-02-13"), 15)
	if got.Date.String() != "2026-03-12" || got.Provisional {
		t.Errorf("got %+v", got)
	}
}
