package store

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"tuoyu/calendar"
	"tuoyu/nursery"
)

// Almanac is the published holiday years as this program and the database know them: those that come with the
// program, and those loaded since.
type Almanac struct {
	db  *DB
	mu  sync.Mutex
	now calendar.Years
	at  time.Time
}

// almanacAge is how long a loaded set is used before the database is asked again.
const almanacAge = time.Minute

// NewAlmanac gives an almanac over db.
func NewAlmanac(db *DB) *Almanac { return &Almanac{db: db} }

// Years gives the published years, at most a minute old.
func (a *Almanac) Years(ctx context.Context) (calendar.Years, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if time.Since(a.at) < almanacAge {
		return a.now, nil
	}
	return a.load(ctx)
}

// Reload gives the published years as they are in the database now.
func (a *Almanac) Reload(ctx context.Context) (calendar.Years, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.load(ctx)
}

func (a *Almanac) load(ctx context.Context) (calendar.Years, error) {
	years := calendar.Published()
	err := a.db.As(ctx, nursery.Engine, func(q *Queries) error {
		rows, err := q.AllCalendarYears(ctx)
		if err != nil {
			return fmt.Errorf("read calendar years: %w", err)
		}
		for _, row := range rows {
			year, err := calendar.Load(row.Days)
			if err != nil {
				return fmt.Errorf("read calendar year %d: %w", row.Year, err)
			}
			years = years.With(year)
		}
		return nil
	})
	if err != nil {
		return calendar.Years{}, err
	}
	a.now, a.at = years, time.Now()
	return years, nil
}

// Legal gives the clock with its pauses as the calendar counts it.
func (c Clock) Legal() (calendar.Clock, error) {
	legal := calendar.Clock{Start: c.StartedOn, Limit: int(c.LimitDays)}
	if err := json.Unmarshal(c.Pauses, &legal.Pauses); err != nil {
		return calendar.Clock{}, fmt.Errorf("read pauses of clock %s: %w", c.Name, err)
	}
	return legal, nil
}
