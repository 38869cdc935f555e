// Package calendar counts the working days of legal time limits (法定时限, 工作日) over the holiday years that the State
// Council has published, and marks a result as provisional if it depends on a year that is not published yet. It reads
// no clock: every date is passed in by the caller.
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

// ErrUnpublished is the error for a year whose notice has not been loaded, so that its working days are unknown.
var ErrUnpublished = errors.New("holiday year not published")

// Years is an immutable set of published years: With returns a new set. The zero Years is empty.
type Years struct {
	years map[int]Year
	// off maps the number of every day that a notice names to true for a day off and false for a make-up day.
	off map[int]bool
}

// Due is the last day of a time limit. It is provisional if days of an unpublished year were counted; it must be
// recomputed when that year is loaded. The zero Due has no date.
type Due struct {
	Date        nursery.Date `json:"date"`
	Provisional bool         `json:"provisional"`
}

//go:embed holidays/*.json
var holidayFiles embed.FS

var published = mustLoadPublished()

// Published returns the years compiled into the program, 2023 to 2026.
func Published() Years { return published }

// With returns the set with year added, replacing the same year if present. A notice may also name the last days of the
// December before, so a due date there can change although its own year was published long ago: after loading a year,
// recompute all open due dates, not only the provisional ones.
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

// List returns the years of the set in ascending order.
func (y Years) List() []Year {
	list := make([]Year, 0, len(y.years))
	for _, number := range slices.Sorted(maps.Keys(y.years)) {
		list = append(list, y.years[number])
	}
	return list
}

// IsWorkingDay reports whether offices work on d: a weekday that is not off, or a make-up day. It returns an error
// wrapping ErrUnpublished for a year that is not in the set.
func (y Years) IsWorkingDay(d nursery.Date) (bool, error) {
	if !y.Has(d.Year) {
		return false, fmt.Errorf("is %s a working day: %w", d, ErrUnpublished)
	}
	return y.works(dayNumber(d)), nil
}

// AddWorkingDays returns the last day of a limit of n working days that starts on from: counting begins the next day
// (民法典 art. 201). For n = 0 it returns from itself or, if that is not a working day, the next working day (art. 203);
// for n < 0 it counts back, -1 being the working day before from. In an unpublished year weekends are off, all other
// days work, and the result is provisional. It returns the zero Due for the zero Date.
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

// WorkingDaysBetween returns the number of working days after from up to and including to, and whether days of an
// unpublished year were counted by weekday alone. If to is before from, it is the negated number for the days between.
// It returns 0 if either date is zero.
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

// Reminders returns the two days on which the holder of a task that runs from start to due is reminded: the first on
// which at least half of the working days have passed, and the working day before due. Neither is before start, and
// half is never after dayBefore. For a task due at its start or earlier both are due.
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

// due returns the date of day number at, provisional if a year between counted and at is not published.
func (y Years) due(counted, at int) Due {
	due := Due{Date: date(at)}
	first, last := date(counted).Year, due.Date.Year
	for year := min(first, last); year <= max(first, last); year++ {
		due.Provisional = due.Provisional || !y.Has(year)
	}
	return due
}

// epoch is a Monday, day number 0. Counting in day numbers is cheaper than in dates.
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
