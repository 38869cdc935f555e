package calendar

import (
	"slices"

	"tuoyu/nursery"
)

// Clock is a legal time limit (法定时限) of Limit working days set off on Start, which stands still while the ball is with
// the applicant (补正, 整改). It is a value: Pause and Resume give a new Clock. All of its answers follow from it, the
// published years and the day asked about.
type Clock struct {
	Start  nursery.Date `json:"start"`
	Limit  int          `json:"limit"`
	Pauses []Pause      `json:"pauses,omitempty"`
}

// Pause is a time in which a Clock stands still. From, the day the notice goes out, still counts when it is a working
// day after Start; the days after it up to and including Until do not, since Until is a day of receipt like Start. A
// zero Until means that the answer is still awaited.
type Pause struct {
	From  nursery.Date `json:"from"`
	Until nursery.Date `json:"until,omitzero"`
}

// State says how a Clock stands on a day.
type State string

// The states of a Clock.
const (
	Running State = "running" // 计时中
	Paused  State = "paused"  // 已中止计时, the ball is with the applicant
	Late    State = "late"    // 已超期
)

// Pause gives the clock standing still from the day on which a notice goes out; a clock already paused stays as it is.
func (c Clock) Pause(on nursery.Date) Clock {
	if slices.ContainsFunc(c.Pauses, Pause.open) {
		return c
	}
	c.Pauses = append(slices.Clone(c.Pauses), Pause{From: on})
	return c
}

// Resume gives the clock running again after the day on which the answer came in; a clock not paused stays as it is.
func (c Clock) Resume(on nursery.Date) Clock {
	c.Pauses = slices.Clone(c.Pauses)
	for i := range c.Pauses {
		if c.Pauses[i].open() {
			c.Pauses[i].Until = on
		}
	}
	return c
}

// Due gives the last day of the limit, the day on which its Limit-th working day is used. While an answer is awaited and
// the limit is not yet used up there is no such day: the Due is zero. A limit of 0 ends as AddWorkingDays says.
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

// Used gives the working days that have counted after Start up to and including on; it goes on counting after the due
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

// Remaining gives the working days left after on: 0 on the due day, negative from the first working day after it.
func (c Clock) Remaining(years Years, on nursery.Date) int {
	return c.Limit - c.Used(years, on)
}

// PausedOn reports whether the ball is with the applicant at the end of the day on: from the day of the notice until the
// day before the answer came in.
func (c Clock) PausedOn(on nursery.Date) bool {
	return slices.ContainsFunc(c.Pauses, func(p Pause) bool {
		return !on.Before(p.From) && (p.open() || on.Before(p.Until))
	})
}

// LateOn reports whether the limit has run out before the day on.
func (c Clock) LateOn(years Years, on nursery.Date) bool {
	due := c.Due(years).Date
	return !due.IsZero() && on.After(due)
}

// State gives the state of the clock on a day. A clock that ran out before it was paused is late all the same.
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

// span is a Pause by day numbers: days after from up to and including until do not count.
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

// covering gives a span that stops day, an open one before all others.
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
