package calendar_test

import (
	"testing"

	"tuoyu/calendar"
	"tuoyu/nursery"
)

// FuzzLoad checks that a loaded year can be counted in and that each of its days is in the permitted range.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(`{"year": 2026, "source": ["https://example.org"], "days": [{"date": "2026-01-01", "name": "元旦", "off": true}]}`))
	f.Add([]byte(`{"year": 2026, "source": [], "days": null} {}`))
	f.Add([]byte(`{"year": 1e9, "days": [{"date": "0000-00-00"}]}`))
	f.Add([]byte(`{"year": 2026, "unknown": [[[[]]]]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		year, err := calendar.Load(raw)
		if err != nil {
			return
		}
		years := calendar.Years{}.With(year)
		for _, d := range year.Days() {
			if !d.Date.Valid() {
				t.Fatalf("%v is no day", d.Date)
			}
		}
		first := nursery.NewDate(year.Number(), 1, 1)
		if due := years.AddWorkingDays(first, 5); !due.Date.After(first) {
			t.Fatalf("five working days from %v end on %v", first, due.Date)
		}
	})
}
