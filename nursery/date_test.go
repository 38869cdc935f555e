package nursery_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

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

func wantCode(t testing.TB, what string, err error, code string) {
	t.Helper()
	var bad *nursery.InvalidError
	if !errors.As(err, &bad) {
		t.Fatalf("%s: got error %v, want code %s", what, err, code)
	}
	if bad.Code != code || bad.Message == "" {
		t.Errorf("%s: got code %s and message %q, want code %s and a message", what, bad.Code, bad.Message, code)
	}
}

func anyDate() *rapid.Generator[nursery.Date] {
	return rapid.Custom(func(t *rapid.T) nursery.Date {
		return nursery.NewDate(1900, time.January, 1).AddDays(rapid.IntRange(0, 80000).Draw(t, "days"))
	})
}

func TestParseDateRefusesWhatIsNotADate(t *testing.T) {
	for in, code := range map[string]string{
		"": "date.format", "2026-1-01": "date.format", "2026/01/01": "date.format", "26-01-01": "date.format",
		"2026-01-01T00:00:00Z": "date.format", " 2026-01-0": "date.format", "+026-01-01": "date.format",
		"2026-02-29": "date.day", "2026-13-01": "date.day", "2026-00-10": "date.day", "2026-04-31": "date.day",
		"0000-01-01": "date.day", "1900-02-29": "date.day",
	} {
		_, err := nursery.ParseDate(in)
		wantCode(t, in, err, code)
	}
	if got, want := day(t, "2024-02-29"), (nursery.Date{Year: 2024, Month: time.February, Day: 29}); got != want {
		t.Errorf("leap day: got %+v, want %+v", got, want)
	}
}

func TestAddMonthsEndsOnTheLastDayOfAShorterMonth(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2024-01-31", 1, "2024-02-29"}, {"2026-01-31", 3, "2026-04-30"},
		{"2026-03-31", -1, "2026-02-28"}, {"2026-11-15", 2, "2027-01-15"}, {"2026-01-15", -1, "2025-12-15"},
		{"2024-02-29", 12, "2025-02-28"}, {"2026-05-20", 0, "2026-05-20"}, {"2026-01-01", -13, "2024-12-01"},
	} {
		if got := day(t, c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s plus %d months: got %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestMonthsSinceCountsCompletedMonths(t *testing.T) {
	for _, c := range []struct {
		birth, on string
		want      int
	}{
		{"2025-03-10", "2025-03-10", 0}, {"2025-03-10", "2025-04-09", 0}, {"2025-03-10", "2025-04-10", 1},
		{"2025-03-10", "2028-03-09", 35}, {"2025-03-10", "2028-03-10", 36}, {"2025-01-31", "2025-02-27", 0},
		{"2025-01-31", "2025-02-28", 1}, {"2025-01-31", "2025-03-30", 1}, {"2025-03-10", "2025-03-09", -1},
	} {
		if got := day(t, c.on).MonthsSince(day(t, c.birth)); got != c.want {
			t.Errorf("born %s, on %s: got %d months, want %d", c.birth, c.on, got, c.want)
		}
	}
}

func TestMonthsSinceIsTheLastMonthlyDayReached(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		birth, on := anyDate().Draw(t, "birth"), anyDate().Draw(t, "on")
		n := on.MonthsSince(birth)
		if birth.AddMonths(n).After(on) || !birth.AddMonths(n+1).After(on) {
			t.Fatalf("born %s, on %s: %d months is not the last monthly day reached", birth, on, n)
		}
	})
}

func TestDaysAddAndSubtract(t *testing.T) {
	if got := day(t, "2026-12-28").AddDays(5).String(); got != "2027-01-02" {
		t.Errorf("five days after 2026-12-28: got %s", got)
	}
	if got := day(t, "2024-03-01").DaysUntil(day(t, "2024-02-28")); got != -2 {
		t.Errorf("days from 2024-03-01 back to 2024-02-28: got %d, want -2", got)
	}
	if got := day(t, "2026-02-17").Weekday(); got != time.Tuesday {
		t.Errorf("2026-02-17: got %s, want Tuesday", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate().Draw(t, "date"), rapid.IntRange(-50000, 50000).Draw(t, "n")
		later := d.AddDays(n)
		if got := d.DaysUntil(later); got != n {
			t.Fatalf("%s plus %d days is %s, but they are %d apart", d, n, later, got)
		}
		if before := n > 0; d.Before(later) != before || later.After(d) != before || (d.Compare(later) == 0) != (n == 0) {
			t.Fatalf("%s and %s are not in order", d, later)
		}
	})
}

func TestDateOfIsTheDayInChina(t *testing.T) {
	for instant, want := range map[string]string{
		"2026-03-01T15:59:59Z": "2026-03-01", "2026-03-01T16:00:00Z": "2026-03-02", "2026-03-01T23:00:00-05:00": "2026-03-02",
	} {
		at, err := time.Parse(time.RFC3339, instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := nursery.DateOf(at).String(); got != want {
			t.Errorf("%s: got %s, want %s", instant, got, want)
		}
	}
	if got := nursery.DateOf(time.Time{}); !got.IsZero() {
		t.Errorf("zero time: got %s, want no date", got)
	}
	if got := day(t, "2026-03-02").In(nursery.Shanghai).UTC().Format(time.RFC3339); got != "2026-03-01T16:00:00Z" {
		t.Errorf("start of 2026-03-02 in China: got %s", got)
	}
}

func TestDateTravelsThroughJSON(t *testing.T) {
	type paper struct {
		Issued  nursery.Date         `json:"issued"`
		Expires nursery.Date         `json:"expires"`
		Revoked nursery.Date         `json:"revoked,omitzero"`
		ByDay   map[nursery.Date]int `json:"by_day"`
	}
	in := paper{Issued: day(t, "2026-05-01"), ByDay: map[nursery.Date]int{day(t, "2026-05-09"): 2}}
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"issued":"2026-05-01","expires":"","by_day":{"2026-05-09":2}}`; string(raw) != want {
		t.Errorf("got %s, want %s", raw, want)
	}
	var out paper
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	if out.Issued != in.Issued || !out.Expires.IsZero() || out.ByDay[day(t, "2026-05-09")] != 2 {
		t.Errorf("got back %+v, want %+v", out, in)
	}
	wantCode(t, "30 February in JSON", json.Unmarshal([]byte(`{"issued":"2026-02-30"}`), &out), "date.day")
	if _, err := json.Marshal(nursery.Date{Year: 2026, Month: 2, Day: 30}); err == nil {
		t.Error("30 February was written to JSON")
	}
}

func TestDateTravelsThroughSQL(t *testing.T) {
	value, err := day(t, "2026-05-01").Value()
	if err != nil || value != time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC) {
		t.Errorf("value of a date: got %v, %v", value, err)
	}
	if value, err := (nursery.Date{}).Value(); value != nil || err != nil {
		t.Errorf("value of no date: got %v, %v, want NULL", value, err)
	}
	if _, err := (nursery.Date{Year: 2026, Month: 2, Day: 30}).Value(); err == nil {
		t.Error("30 February was given to the database")
	}
	for name, src := range map[string]any{
		"text": "2026-05-01", "bytes": []byte("2026-05-01"), "UTC midnight": time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC),
		"local midnight": time.Date(2026, 5, 1, 0, 0, 0, 0, nursery.Shanghai),
	} {
		var d nursery.Date
		if err := d.Scan(src); err != nil || d != day(t, "2026-05-01") {
			t.Errorf("scan %s: got %s, %v", name, d, err)
		}
	}
	d := day(t, "2026-05-01")
	for name, src := range map[string]any{
		"an instant": time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC), "a number": int64(20260501), "other text": "1 May",
	} {
		if err := d.Scan(src); err == nil {
			t.Errorf("scan %s: no error", name)
		}
	}
	if d != day(t, "2026-05-01") {
		t.Errorf("a refused scan changed the date to %s", d)
	}
	if err := d.Scan(nil); err != nil || !d.IsZero() {
		t.Errorf("scan NULL: got %s, %v", d, err)
	}
}
