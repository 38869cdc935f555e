package calendar_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"tuoyu/calendar"
	"tuoyu/nursery"
)

// filing returns the clock of a filing received on Wednesday 2026-09-30 with five working days: 8, 9, 10 (make-up
// Saturday), 12 and 13 October.
func filing(t testing.TB) calendar.Clock {
	return calendar.Clock{Start: day(t, "2026-09-30"), Limit: 5}
}

func TestClockOfAFilingWithOneCorrection(t *testing.T) {
	years := calendar.Published()
	sent, back := day(t, "2026-10-09"), day(t, "2026-10-15")
	waiting := filing(t).Pause(sent)
	resumed := waiting.Resume(back)

	if got := filing(t).Due(years); got != (calendar.Due{Date: day(t, "2026-10-13")}) {
		t.Errorf("without corrections: got %+v", got)
	}
	if got := waiting.Due(years); got != (calendar.Due{}) {
		t.Errorf("while waiting there is no due date, got %+v", got)
	}
	// 8 and 9 October are used when the notice goes out; after the answer of the 15th, 16, 19 and 20 October are left.
	if got := resumed.Due(years); got != (calendar.Due{Date: day(t, "2026-10-20")}) {
		t.Errorf("after the correction: got %+v", got)
	}
	for _, c := range []struct {
		on        string
		used      int
		remaining int
		paused    bool
		state     calendar.State
	}{
		{"2026-09-30", 0, 5, false, calendar.Running}, {"2026-10-07", 0, 5, false, calendar.Running},
		{"2026-10-08", 1, 4, false, calendar.Running}, {"2026-10-09", 2, 3, true, calendar.Paused},
		{"2026-10-14", 2, 3, true, calendar.Paused}, {"2026-10-15", 2, 3, false, calendar.Running},
		{"2026-10-16", 3, 2, false, calendar.Running}, {"2026-10-20", 5, 0, false, calendar.Running},
		{"2026-10-21", 6, -1, false, calendar.Late}, {"2026-10-25", 8, -3, false, calendar.Late},
	} {
		on := day(t, c.on)
		if got := resumed.Used(years, on); got != c.used {
			t.Errorf("%s: used %d, want %d", c.on, got, c.used)
		}
		if got := resumed.Remaining(years, on); got != c.remaining {
			t.Errorf("%s: remaining %d, want %d", c.on, got, c.remaining)
		}
		if got := resumed.PausedOn(on); got != c.paused {
			t.Errorf("%s: paused %t, want %t", c.on, got, c.paused)
		}
		if got := resumed.State(years, on); got != c.state {
			t.Errorf("%s: state %s, want %s", c.on, got, c.state)
		}
	}
	if got := waiting.Used(years, day(t, "2027-10-09")); got != 2 {
		t.Errorf("a year of waiting: used %d, want 2", got)
	}
}

func TestAClockThatRanOutStaysLateThroughAPause(t *testing.T) {
	years := calendar.Published()
	clock := filing(t).Pause(day(t, "2026-10-16"))
	if got := clock.Due(years).Date.String(); got != "2026-10-13" {
		t.Errorf("due: got %s", got)
	}
	if on := day(t, "2026-10-19"); clock.State(years, on) != calendar.Late || !clock.PausedOn(on) || clock.Remaining(years, on) != -3 {
		t.Errorf("got %s, remaining %d", clock.State(years, on), clock.Remaining(years, on))
	}
}

func TestAPauseOnTheDueDayChangesNothing(t *testing.T) {
	clock := filing(t).Pause(day(t, "2026-10-13"))
	if got := clock.Due(calendar.Published()).Date.String(); got != "2026-10-13" {
		t.Errorf("got %s", got)
	}
}

func TestPauseAndResumeGiveNewClocks(t *testing.T) {
	first := filing(t).Pause(day(t, "2026-10-09"))
	again := first.Pause(day(t, "2026-10-10"))
	if len(again.Pauses) != 1 || again.Pauses[0].From != day(t, "2026-10-09") {
		t.Errorf("a second notice while waiting: got %+v", again.Pauses)
	}
	resumed := first.Resume(day(t, "2026-10-12")).Resume(day(t, "2026-10-20"))
	if got := resumed.Pauses[0].Until; got != day(t, "2026-10-12") {
		t.Errorf("a second answer moved the first: got %s", got)
	}
	if !first.Pauses[0].Until.IsZero() {
		t.Error("resuming changed the clock it was asked of")
	}
	twice := resumed.Pause(day(t, "2026-10-13"))
	if len(twice.Pauses) != 2 || len(resumed.Pauses) != 1 {
		t.Errorf("got %d and %d pauses", len(twice.Pauses), len(resumed.Pauses))
	}
}

func TestClocksAtTheirEdges(t *testing.T) {
	years := calendar.Published()
	if got := (calendar.Clock{Start: day(t, "2026-10-01")}).Due(years); got.Date.String() != "2026-10-08" {
		t.Errorf("no limit, set off on a holiday: got %s", got.Date)
	}
	empty := calendar.Clock{Limit: 5}
	if empty.Due(years) != (calendar.Due{}) || empty.Used(years, day(t, "2026-10-01")) != 0 {
		t.Error("a clock never set off has a due date or used days")
	}
	end := calendar.Clock{Start: day(t, "2026-12-28"), Limit: 5}
	if got := end.Due(years); got.Date.String() != "2027-01-04" || !got.Provisional {
		t.Errorf("over the end of the published years: got %+v", got)
	}
}

func TestClockTravelsThroughJSON(t *testing.T) {
	clock := filing(t).Pause(day(t, "2026-10-09")).Resume(day(t, "2026-10-12")).Pause(day(t, "2026-10-13"))
	raw, err := json.Marshal(clock)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"start":"2026-09-30","limit":5,"pauses":[{"from":"2026-10-09","until":"2026-10-12"},{"from":"2026-10-13"}]}`
	if string(raw) != want {
		t.Errorf("got %s, want %s", raw, want)
	}
	var again calendar.Clock
	if err := json.Unmarshal(raw, &again); err != nil || len(again.Pauses) != 2 || again.Pauses[1] != clock.Pauses[1] {
		t.Errorf("got back %+v, %v", again, err)
	}
}

func anyClock() *rapid.Generator[calendar.Clock] {
	return rapid.Custom(func(t *rapid.T) calendar.Clock {
		clock := calendar.Clock{Start: anyDay().Draw(t, "start"), Limit: rapid.IntRange(1, 45).Draw(t, "limit")}
		at := clock.Start
		for range rapid.IntRange(0, 3).Draw(t, "pauses") {
			at = at.AddDays(rapid.IntRange(0, 20).Draw(t, "until the notice"))
			clock = clock.Pause(at)
			at = at.AddDays(rapid.IntRange(0, 40).Draw(t, "until the answer"))
			clock = clock.Resume(at)
		}
		return clock
	})
}

func TestAClockWithoutPausesIsDueByPlainCounting(t *testing.T) {
	years := calendar.Published()
	rapid.Check(t, func(t *rapid.T) {
		start, limit := anyDay().Draw(t, "start"), rapid.IntRange(0, 60).Draw(t, "limit")
		got, want := calendar.Clock{Start: start, Limit: limit}.Due(years), years.AddWorkingDays(start, limit)
		if got != want {
			t.Fatalf("%d from %s: got %+v, want %+v", limit, start, got, want)
		}
	})
}

func TestAPauseMovesTheDueDayByItsWorkingDays(t *testing.T) {
	years := calendar.Published()
	rapid.Check(t, func(t *rapid.T) {
		clock := calendar.Clock{Start: anyDay().Draw(t, "start"), Limit: rapid.IntRange(1, 45).Draw(t, "limit")}
		due := clock.Due(years).Date
		from := clock.Start.AddDays(rapid.IntRange(0, clock.Start.DaysUntil(due)-1).Draw(t, "from"))
		until := from.AddDays(rapid.IntRange(0, 90).Draw(t, "days"))
		k, _ := years.WorkingDaysBetween(from, until)
		got := clock.Pause(from).Resume(until).Due(years).Date
		if moved, _ := years.WorkingDaysBetween(due, got); moved != k {
			t.Fatalf("due %s, pause of %d working days from %s: due %s, moved by %d", due, k, from, got, moved)
		}
	})
}

func TestUsedAndRemainingMakeTheLimit(t *testing.T) {
	years := calendar.Published()
	rapid.Check(t, func(t *rapid.T) {
		clock, on := anyClock().Draw(t, "clock"), anyDay().Draw(t, "on")
		if used, left := clock.Used(years, on), clock.Remaining(years, on); used+left != clock.Limit || used < 0 {
			t.Fatalf("on %s: used %d, remaining %d of %d", on, used, left, clock.Limit)
		}
	})
}

func TestALimitIsUsedUpOnItsDueDayAndNotBefore(t *testing.T) {
	years := calendar.Published()
	rapid.Check(t, func(t *rapid.T) {
		clock := anyClock().Draw(t, "clock")
		due := clock.Due(years).Date
		if on, before := clock.Used(years, due), clock.Used(years, due.AddDays(-1)); on != clock.Limit || before != clock.Limit-1 {
			t.Fatalf("due %s: used %d that day and %d the day before, limit %d", due, on, before, clock.Limit)
		}
		if clock.LateOn(years, due) || !clock.LateOn(years, due.AddDays(1)) {
			t.Fatalf("due %s: late that day, or in time the day after", due)
		}
	})
}

func TestTimeNeverRunsBackwards(t *testing.T) {
	years := calendar.Published()
	rapid.Check(t, func(t *rapid.T) {
		clock, on := anyClock().Draw(t, "clock"), anyDay().Draw(t, "on")
		today, tomorrow := clock.Used(years, on), clock.Used(years, on.AddDays(1))
		if tomorrow < today || tomorrow > today+1 {
			t.Fatalf("used %d on %s and %d a day later", today, on, tomorrow)
		}
		longer := clock
		longer.Limit++
		if !longer.Due(years).Date.After(clock.Due(years).Date) {
			t.Fatalf("one more day of limit does not end later")
		}
		if paused := clock.Pause(on).Resume(on.AddDays(30)); paused.Due(years).Date.Before(clock.Due(years).Date) {
			t.Fatalf("a pause from %s ends the limit earlier", on)
		}
		if waiting := clock.Pause(on); on.Before(clock.Due(years).Date) && !waiting.Due(years).Date.IsZero() {
			t.Fatalf("waiting since %s, but due %s", on, waiting.Due(years).Date)
		}
	})
}

func BenchmarkClockDue(b *testing.B) {
	years := calendar.Published()
	clock := filing(b).Pause(day(b, "2026-10-09")).Resume(day(b, "2026-10-15"))
	var due nursery.Date
	for b.Loop() {
		due = clock.Due(years).Date
	}
	if due != day(b, "2026-10-20") {
		b.Fatalf("due %s", due)
	}
}
