package procedures

import (
	"fmt"
	"strings"
	"time"

	"tuoyu/calendar"
	"tuoyu/nursery"
)

// At is what a moment is computed from.
type At struct {
	Today    nursery.Date
	Received nursery.Date // of the case, in whose period it is
	Facts    map[string]any
	Years    calendar.Years
	Limit    func(*Limit) (int, bool) // the value of a limit; false if its parameter is not set
}

// Over returns the instant at which the day of the moment is over. The error states in Chinese what is missing.
func (m Moment) Over(at At) (time.Time, error) {
	day := at.Today
	switch {
	case m.Path != "":
		value, _ := at.Facts[strings.TrimPrefix(m.Path, "facts.")].(string)
		var err error
		if day, err = nursery.ParseDate(value); err != nil {
			return time.Time{}, fmt.Errorf("没有填写日期 %s", m.Path)
		}
	case m.EndOf != "":
		day = LastDay(m.EndOf, at.Received)
	}
	if m.Days != nil {
		n, ok := at.Limit(m.Days)
		if !ok {
			return time.Time{}, fmt.Errorf("没有设定 %s 的天数", m.Days.Param)
		}
		day = at.Years.AddWorkingDays(day, n).Date
	}
	return day.AddDays(1).In(nursery.Shanghai), nil
}

// periodMonths is the number of months of each kind of period.
var periodMonths = map[string]int{"month": 1, "quarter": 3, "half_year": 6, "year": 12}

// FirstDay returns the first day of the month, quarter, half_year or year in which a day is.
func FirstDay(period string, day nursery.Date) nursery.Date {
	months := periodMonths[period]
	return nursery.NewDate(day.Year, time.Month((int(day.Month)-1)/months*months+1), 1)
}

// LastDay returns the last day of the month, quarter, half_year or year in which a day is.
func LastDay(period string, day nursery.Date) nursery.Date {
	return FirstDay(period, day).AddMonths(periodMonths[period]).AddDays(-1)
}

// PeriodName returns the name of the period in which a day is, as 2026-03, 2026-Q1, 2026-H1 or 2026.
func PeriodName(period string, day nursery.Date) string {
	switch first := FirstDay(period, day); period {
	case "month":
		return fmt.Sprintf("%04d-%02d", first.Year, first.Month)
	case "quarter":
		return fmt.Sprintf("%04d-Q%d", first.Year, (int(first.Month)+2)/3)
	case "half_year":
		return fmt.Sprintf("%04d-H%d", first.Year, (int(first.Month)+5)/6)
	}
	return fmt.Sprintf("%04d", day.Year)
}
