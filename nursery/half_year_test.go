package nursery_test

import (
	"testing"

	"pgregory.net/rapid"

	"tuoyu/nursery"
)

func TestHalfYears(t *testing.T) {
	first, second := nursery.HalfYear{Year: 2026, Half: 1}, nursery.HalfYear{Year: 2026, Half: 2}
	for _, c := range []struct {
		day  nursery.Date
		want nursery.HalfYear
	}{
		{nursery.NewDate(2026, 1, 1), first}, {nursery.NewDate(2026, 6, 30), first},
		{nursery.NewDate(2026, 7, 1), second}, {nursery.NewDate(2026, 12, 31), second},
	} {
		if got := nursery.HalfYearOf(c.day); got != c.want || !c.want.Contains(c.day) {
			t.Errorf("%s is in %s, want %s", c.day, got, c.want)
		}
	}
	if first.First() != nursery.NewDate(2026, 1, 1) || first.Last() != nursery.NewDate(2026, 6, 30) ||
		second.First() != nursery.NewDate(2026, 7, 1) || second.Last() != nursery.NewDate(2026, 12, 31) {
		t.Errorf("%s to %s, %s to %s", first.First(), first.Last(), second.First(), second.Last())
	}
	if second.Title() != "2026年下半年" || second.String() != "2026H2" {
		t.Errorf("%s is called %s", second, second.Title())
	}
	for _, wrong := range []string{"", "2026", "2026H0", "2026H3", "2026h1", "2026H12", "26H1", "2026-1"} {
		if got, err := nursery.ParseHalfYear(wrong); err == nil {
			t.Errorf("%q is read as %s", wrong, got)
		}
	}
}

func TestHalfYearsFollowEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := nursery.HalfYear{Year: rapid.IntRange(2000, 2100).Draw(t, "year"), Half: rapid.IntRange(1, 2).Draw(t, "half")}
		if h.Next().Previous() != h || h.Last().AddDays(1) != h.Next().First() {
			t.Fatalf("%s, %s", h.Next(), h.Last())
		}
		if back, err := nursery.ParseHalfYear(h.String()); err != nil || back != h {
			t.Fatalf("%s is read back as %s, %v", h, back, err)
		}
	})
}
