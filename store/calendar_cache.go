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

// CalendarCache provides the published holiday years: those compiled into the program, and those loaded into the database
// since. It caches them.
type CalendarCache struct {
	db  *DB
	mu  sync.Mutex
	now calendar.Years
	at  time.Time
}

// almanacAge is how long a loaded set is cached.
const almanacAge = time.Minute

// NewCalendarCache returns an Almanac that reads from db.
func NewCalendarCache(db *DB) *CalendarCache { return &CalendarCache{db: db} }

// Years returns the published years, at most a minute old. Within a transaction use YearsIn: a second connection taken while the first
// is held can exhaust the pool.
func (a *CalendarCache) Years(ctx context.Context) (calendar.Years, error) {
	if years, fresh := a.cached(); fresh {
		return years, nil
	}
	return a.Reload(ctx)
}

// YearsIn returns the published years, at most a minute old, read in the transaction of q if they must be read.
func (a *CalendarCache) YearsIn(ctx context.Context, q *Queries) (calendar.Years, error) {
	if years, fresh := a.cached(); fresh {
		return years, nil
	}
	var years calendar.Years
	err := q.AsEngine(ctx, func() (err error) {
		years, err = a.read(ctx, q)
		return err
	})
	return years, err
}

// Reload reads the published years from the database, bypassing the cache, and returns them.
func (a *CalendarCache) Reload(ctx context.Context) (calendar.Years, error) {
	var years calendar.Years
	err := a.db.As(ctx, nursery.Engine, func(q *Queries) (err error) {
		years, err = a.read(ctx, q)
		return err
	})
	return years, err
}

func (a *CalendarCache) cached() (calendar.Years, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now, time.Since(a.at) < almanacAge
}

// read loads the years and caches them. It holds no lock while it loads: two concurrent loads read the same years.
func (a *CalendarCache) read(ctx context.Context, q *Queries) (calendar.Years, error) {
	years := calendar.Published()
	rows, err := q.AllCalendarYears(ctx)
	if err != nil {
		return years, fmt.Errorf("read calendar years: %w", err)
	}
	for _, row := range rows {
		year, err := calendar.Load(row.Days)
		if err != nil {
			return years, fmt.Errorf("read calendar year %d: %w", row.Year, err)
		}
		years = years.With(year)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now, a.at = years, time.Now()
	return years, nil
}

// Legal returns the clock with its pauses as a calendar.Clock.
func (c Clock) Legal() (calendar.Clock, error) {
	legal := calendar.Clock{Start: c.StartedOn, Limit: int(c.LimitDays)}
	if err := json.Unmarshal(c.Pauses, &legal.Pauses); err != nil {
		return calendar.Clock{}, fmt.Errorf("read pauses of clock %s: %w", c.Name, err)
	}
	return legal, nil
}
