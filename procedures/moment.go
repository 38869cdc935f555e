package procedures

import (
	"errors"
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
	Switch   func(*Switch) (on, set bool)
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

// Over returns the instant at which the last day of a publicity period is over: the one on which both its working days and its
// calendar days have passed, of which either may be zero. They are counted from the day after the publication (民法典 art. 201), or from
// the day itself where that counts. The error states in Chinese what is missing.
func (p Publish) Over(at At) (time.Time, error) {
	from := at.Today
	if p.FirstDay != nil {
		on, set := at.Switch(p.FirstDay)
		if !set {
			return time.Time{}, fmt.Errorf("没有设定 %s：公布当日是否计入", p.FirstDay.Param)
		}
		if on {
			from = from.AddDays(-1)
		}
	}
	last := from
	for _, length := range []struct {
		days *Limit
		add  func(int) nursery.Date
	}{
		{&p.Days, func(n int) nursery.Date { return at.Years.AddWorkingDays(from, n).Date }},
		{p.Calendar, from.AddDays},
	} {
		if length.days == nil {
			continue
		}
		n, set := at.Limit(length.days)
		if !set {
			return time.Time{}, fmt.Errorf("没有设定 %s 的天数", length.days.Param)
		}
		if day := length.add(n); n > 0 && last.Before(day) {
			last = day
		}
	}
	if last == from {
		return time.Time{}, errors.New("没有设定公示的天数")
	}
	return last.AddDays(1).In(nursery.Shanghai), nil
}

// LimitValue returns the value of a limit by the parameters of the procedure; false if nothing is set.
func (p *Procedure) LimitValue(l *Limit) (int, bool) {
	if l.Param == "" {
		return l.N, true
	}
	n, ok := p.Parameter(l.Param).Number()
	return int(n), ok
}

// SwitchValue returns a choice by the parameters of the procedure, and whether it is made.
func (p *Procedure) SwitchValue(s *Switch) (on, set bool) {
	if s.Param == "" {
		return s.On, true
	}
	on, set = p.Parameter(s.Param).Value.(bool)
	return on, set
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
