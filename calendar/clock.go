package calendar

import (
	"slices"

	"tuoyu/nursery"
)

// Clock is a legal time limit (法定时限) of Limit working days that starts on Start and is paused while the applicant has
// to act (补正, 整改). It is a value: Pause and Resume return a new Clock. All of its results are functions of it, the
// published years and the day passed in.
type Clock struct {
	Start  nursery.Date `json:"start"`
	Limit  int          `json:"limit"`
	Pauses []Pause      `json:"pauses,omitempty"`
}

// Pause is a period in which a Clock is paused. From, the day the notice goes out, still counts if it is a working day
// after Start; the days after it up to and including Until do not, since Until is a day of receipt like Start. A zero
// Until means that no answer has been received yet.
type Pause struct {
	From  nursery.Date `json:"from"`
	Until nursery.Date `json:"until,omitzero"`
}

// State is the state of a Clock on a day.
type State string

// The states of a Clock.
const (
	Running State = "running" // 计时中
	Paused  State = "paused"  // 已中止计时, the applicant has to act
	Late    State = "late"    // 已超期
)

// Pause returns the clock paused from the day on which a notice goes out; it does not change a paused clock.
func (c Clock) Pause(on nursery.Date) Clock {
	if slices.ContainsFunc(c.Pauses, Pause.open) {
		return c
	}
	c.Pauses = append(slices.Clone(c.Pauses), Pause{From: on})
	return c
}

// Resume returns the clock resumed after the day on which the answer was received; it does not change a running clock.
func (c Clock) Resume(on nursery.Date) Clock {
	c.Pauses = slices.Clone(c.Pauses)
	for i := range c.Pauses {
		if c.Pauses[i].open() {
			c.Pauses[i].Until = on
		}
	}
	return c
}

// Due returns the last day of the limit, the day on which its Limit-th working day is used. It returns the zero Due
// while the clock is paused before its limit is used up. A limit of 0 ends as described for AddWorkingDays.
func (c Clock) Due(years Years) Due {
	if c.Start.IsZero() {
		return Due{}
	}
	if c.Limit <= 0 {
		return years.AddWorkingDays(c.Start, 0)
	}
	spans := c.spans()
	start := dayNumber(c.Start)
	at := start
	for used := 0; used < c.Limit; {
		at++
		span, stopped := covering(spans, at)
		switch {
		case stopped && span.open:
			return Due{}
		case !stopped && years.works(at):
			used++
		}
	}
	return years.due(start+1, at)
}

// Used returns the number of working days counted after Start up to and including on; it keeps growing after the due
// day. Days of an unpublished year count by weekday.
func (c Clock) Used(years Years, on nursery.Date) int {
	if c.Start.IsZero() {
		return 0
	}
	spans := c.spans()
	used := 0
	for at, last := dayNumber(c.Start)+1, dayNumber(on); at <= last; at++ {
		if _, stopped := covering(spans, at); !stopped && years.works(at) {
			used++
		}
	}
	return used
}

// Remaining returns the number of working days left after on: 0 on the due day, negative from the first working day
// after it.
func (c Clock) Remaining(years Years, on nursery.Date) int {
	return c.Limit - c.Used(years, on)
}

// PausedOn reports whether the clock is paused at the end of the day on: from the day of the notice until the day
// before the answer was received.
func (c Clock) PausedOn(on nursery.Date) bool {
	return slices.ContainsFunc(c.Pauses, func(p Pause) bool {
		return !on.Before(p.From) && (p.open() || on.Before(p.Until))
	})
}

// LateOn reports whether the limit expired before the day on.
func (c Clock) LateOn(years Years, on nursery.Date) bool {
	due := c.Due(years).Date
	return !due.IsZero() && on.After(due)
}

// State returns the state of the clock on a day. A clock that expired before it was paused is Late.
func (c Clock) State(years Years, on nursery.Date) State {
	switch {
	case c.LateOn(years, on):
		return Late
	case c.PausedOn(on):
		return Paused
	default:
		return Running
	}
}

func (p Pause) open() bool { return p.Until.IsZero() }

// span is a Pause in day numbers: days after from up to and including until do not count.
type span struct {
	from, until int
	open        bool
}

func (c Clock) spans() []span {
	spans := make([]span, len(c.Pauses))
	for i, p := range c.Pauses {
		spans[i] = span{from: dayNumber(p.From), open: p.open()}
		if !p.open() {
			spans[i].until = dayNumber(p.Until)
		}
	}
	return spans
}

// covering returns a span that excludes day from the count, preferring one without an end.
func covering(spans []span, day int) (found span, stopped bool) {
	for _, s := range spans {
		if day > s.from && (s.open || day <= s.until) {
			found, stopped = s, true
			if s.open {
				break
			}
		}
	}
	return found, stopped
}
