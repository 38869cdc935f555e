package activities

import (
	"context"
	"time"

	"tuoyu/calendar"
	"tuoyu/nursery"
)

// MomentKind is the kind of a moment in the life of a task.
type MomentKind string

// The moments of a task, in chronological order.
const (
	MomentHalf    MomentKind = "reminded_half" // half of the working days are used
	MomentLastDay MomentKind = "reminded_last" // one working day is left
	MomentRemind  MomentKind = "reminded"      // a task without a due date has been open for long
	MomentOverdue MomentKind = "overdue"       // the due day is over; the task is visible to the supervisor from now on
	MomentSilence MomentKind = "silence"       // the limit of waiting for an answer is reached
)

// Moment is an instant at which an open task changes by itself.
type Moment struct {
	Kind MomentKind
	At   time.Time
}

// TaskPlan is the schedule of a task: its due date and its moments in chronological order.
type TaskPlan struct {
	Due     calendar.Due
	Moments []Moment
	Another bool `json:",omitempty"` // the number is that of another task, which has ended
}

// SilenceWhenDue is the number of working days or minutes of silence of a task that ends as soon as it is overdue.
const SilenceWhenDue = -1

// plan computes the due date from the legal clock, or from the task's own days, and the moments.
func (s *step) plan(ctx context.Context, years calendar.Years, in OpenTask) (TaskPlan, error) {
	if in.Clock == "" {
		return Schedule(years, s.at, calendar.Due{}, in), nil
	}
	row, err := s.clock(ctx, in.Clock)
	if err != nil {
		return TaskPlan{}, err
	}
	legal, err := row.Legal()
	if err != nil {
		return TaskPlan{}, err
	}
	due := legal.Due(years)
	if row.DueOn != due.Date || row.Provisional != due.Provisional {
		if err := s.putClock(ctx, years, row, legal); err != nil {
			return TaskPlan{}, err
		}
	}
	return Schedule(years, s.at, due, in), nil
}

// Schedule returns the due date and the moments of a task that is opened at an instant. Legal is the due date of its clock,
// if it has one.
func Schedule(years calendar.Years, at time.Time, legal calendar.Due, in OpenTask) TaskPlan {
	today := nursery.DateOf(at)
	var plan TaskPlan
	switch {
	case in.Clock != "":
		plan.Due = legal
	case in.Minutes > 0:
		return scheduleMinutes(at, in)
	case in.Days > 0:
		plan.Due = years.AddWorkingDays(today, in.Days)
	case in.Reminder > 0:
		plan.Moments = []Moment{{MomentRemind, morning(years.AddWorkingDays(today, in.Reminder).Date)}}
		return plan
	default:
		return plan
	}
	half, last := years.Reminders(today, plan.Due.Date)
	if half.After(today) && half.Before(last) {
		plan.Moments = append(plan.Moments, Moment{MomentHalf, morning(half)})
	}
	if last.After(today) {
		plan.Moments = append(plan.Moments, Moment{MomentLastDay, morning(last)})
	}
	plan.Moments = append(plan.Moments, Moment{MomentOverdue, plan.Due.Date.AddDays(1).In(nursery.Shanghai)})
	if in.Silence != 0 {
		// A task that opens late, after corrections, still has the whole grace period.
		end := plan.Due.Date
		if end.Before(today) {
			end = today
		}
		if in.Silence > 0 {
			end = years.AddWorkingDays(end, in.Silence).Date
		}
		plan.Moments = append(plan.Moments, Moment{MomentSilence, end.AddDays(1).In(nursery.Shanghai)})
	}
	return plan
}

// scheduleMinutes is Schedule for a task with a limit of wall time.
func scheduleMinutes(at time.Time, in OpenTask) TaskPlan {
	due := at.Add(time.Duration(in.Minutes) * time.Minute)
	plan := TaskPlan{Due: calendar.Due{Date: nursery.DateOf(due)}, Moments: []Moment{{MomentOverdue, due}}}
	if in.Silence != 0 {
		plan.Moments = append(plan.Moments, Moment{MomentSilence, due.Add(time.Duration(max(0, in.Silence)) * time.Minute)})
	}
	return plan
}

// morning returns the time of reminders on a day.
func morning(d nursery.Date) time.Time { return d.In(nursery.Shanghai).Add(9 * time.Hour) }
