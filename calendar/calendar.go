// Package calendar counts the working days of legal time limits (法定时限, 工作日) over the holiday years the State Council
// has published, and says so when it had to count in a year that is not published yet. It knows no current time: every
// date comes from the caller.
package calendar

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tuoyu/nursery"
)

// ErrUnpublished says that the notice for a year has not been loaded, so whether a day is a working day is not known.
var ErrUnpublished = errors.New("holiday year not published")

// Years is a set of published years. It never changes: With gives a new set. The zero Years has none.
type Years struct {
	years map[int]Year
	// off holds every day a notice names, by day number: true for a day off, false for a make-up day.
	off map[int]bool
}

// Due is the last day of a time limit. It is provisional when days of an unpublished year were counted; it has to be
// computed again when that year is loaded. The zero Due has no date.
type Due struct {
	Date        nursery.Date `json:"date"`
	Provisional bool         `json:"provisional"`
}

//go:embed holidays/*.json
var holidayFiles embed.FS

var published = mustLoadPublished()

// Published gives the years that come with the program, 2023 to 2026.
func Published() Years { return published }

// With gives the set with year added, in place of the same year when it was there. A notice may also name the last days
// of the December before, so a due date there can move although its own year was published long ago: whoever loads a
// year computes all open due dates again, not only the provisional ones.
func (y Years) With(year Year) Years {
	years := maps.Clone(y.years)
	if years == nil {
		years = map[int]Year{}
	}
	years[year.number] = year
	off := map[int]bool{}
	for _, number := range slices.Sorted(maps.Keys(years)) { // a later notice overrides an earlier one
		for _, d := range years[number].days {
			off[dayNumber(d.Date)] = d.Off
		}
	}
	return Years{years: years, off: off}
}

// Has reports whether the notice for the calendar year is in the set.
func (y Years) Has(year int) bool {
	_, ok := y.years[year]
	return ok
}

// List gives the years of the set in order.
func (y Years) List() []Year {
	list := make([]Year, 0, len(y.years))
	for _, number := range slices.Sorted(maps.Keys(y.years)) {
		list = append(list, y.years[number])
	}
	return list
}

// IsWorkingDay reports whether offices work on d: a weekday that is not off, or a make-up day. For a year that is not in
// the set it gives an error wrapping ErrUnpublished.
func (y Years) IsWorkingDay(d nursery.Date) (bool, error) {
	if !y.Has(d.Year) {
		return false, fmt.Errorf("is %s a working day: %w", d, ErrUnpublished)
	}
	return y.works(dayNumber(d)), nil
}

// AddWorkingDays gives the last day of a limit of n working days that is set off on from: counting starts the next day
// (民法典 art. 201). With n = 0 it gives from itself or, when nobody works that day, the next working day (art. 203); with
// n below 0 it counts back, -1 being the working day before from. In a year that is not published weekends are off, all
// other days work, and the result is provisional. The zero Date gives the zero Due.
func (y Years) AddWorkingDays(from nursery.Date, n int) Due {
	if from.IsZero() {
		return Due{}
	}
	start := dayNumber(from)
	at, step := start, 1
	if n < 0 {
		n, step = -n, -1
	}
	if n == 0 {
		for !y.works(at) {
			at++
		}
		return y.due(start, at)
	}
	for n > 0 {
		at += step
		if y.works(at) {
			n--
		}
	}
	return y.due(start+step, at)
}

// WorkingDaysBetween gives the number of working days after from up to and including to, and whether days of an
// unpublished year were counted by weekday alone. When to is before from it is the same number for the days between,
// negative. A zero Date on either side gives 0.
func (y Years) WorkingDaysBetween(from, to nursery.Date) (days int, provisional bool) {
	if from.IsZero() || to.IsZero() || from == to {
		return 0, false
	}
	if to.Before(from) {
		days, provisional = y.WorkingDaysBetween(to, from)
		return -days, provisional
	}
	first, last := dayNumber(from)+1, dayNumber(to)
	for at := first; at <= last; at++ {
		if y.works(at) {
			days++
		}
	}
	return days, y.due(first, last).Provisional
}

// Reminders gives the two days on which the holder of a task that runs from start to due is reminded: the first on which
// at least half of the working days have passed, and the working day before due. Neither is before start, and half is
// never after dayBefore. A task due at its start or earlier is reminded on due alone.
func (y Years) Reminders(start, due nursery.Date) (half, dayBefore nursery.Date) {
	days, _ := y.WorkingDaysBetween(start, due)
	if days <= 0 {
		return due, due
	}
	dayBefore = y.AddWorkingDays(due, -1).Date
	if dayBefore.Before(start) {
		dayBefore = start
	}
	half = y.AddWorkingDays(start, (days+1)/2).Date
	if half.After(dayBefore) {
		half = dayBefore
	}
	return half, dayBefore
}

func (y Years) works(day int) bool {
	if off, named := y.off[day]; named {
		return !off
	}
	weekday := time.Weekday((day%7 + 7 + int(time.Monday)) % 7)
	return weekday != time.Saturday && weekday != time.Sunday
}

// due gives the date of day number at, provisional when a year between counted and at is not published.
func (y Years) due(counted, at int) Due {
	due := Due{Date: date(at)}
	first, last := date(counted).Year, due.Date.Year
	for year := min(first, last); year <= max(first, last); year++ {
		due.Provisional = due.Provisional || !y.Has(year)
	}
	return due
}

// epoch is a Monday. Counting steps through day numbers from it, which is cheaper than stepping through dates.
var epoch = nursery.NewDate(2001, time.January, 1)

func dayNumber(d nursery.Date) int { return epoch.DaysUntil(d) }

func date(number int) nursery.Date { return epoch.AddDays(number) }

func mustLoadPublished() Years {
	entries, err := holidayFiles.ReadDir("holidays")
	if err != nil {
		panic(fmt.Sprintf("list embedded holiday years: %v", err))
	}
	var years Years
	for _, entry := range entries {
		raw, err := holidayFiles.ReadFile("holidays/" + entry.Name())
		if err != nil {
			panic(fmt.Sprintf("read embedded holiday year %s: %v", entry.Name(), err))
		}
		year, err := Load(raw)
		if err != nil {
			panic(fmt.Sprintf("load embedded holiday year %s: %v", entry.Name(), err))
		}
		years = years.With(year)
	}
	return years
}
