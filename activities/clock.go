package activities

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/calendar"
	"tuoyu/store"
)

// The legal clocks of a filing (托育机构登记和备案办法(试行) art. 9): the receipt, and the finding on site.
const (
	ClockReceipt = "receipt"
	ClockFinding = "finding"
)

// clocks returns the clocks of the case.
func (s *step) clocks(ctx context.Context) (rows []store.Clock, err error) {
	if s.readClocks == nil {
		s.readClocks, err = s.q.ClocksOfCase(ctx, s.c.CaseNo)
	}
	return s.readClocks, err
}

func (s *step) clock(ctx context.Context, name string) (store.Clock, error) {
	rows, err := s.clocks(ctx)
	if err != nil {
		return store.Clock{}, err
	}
	for _, row := range rows {
		if row.Name == name {
			return row, nil
		}
	}
	return store.Clock{}, fmt.Errorf("case %s has no clock %s", s.c.CaseNo, name)
}

func (s *step) startClock(ctx context.Context, years calendar.Years, name string, limit int) error {
	return s.putClock(ctx, years, store.Clock{Name: name}, calendar.Clock{Start: s.today(), Limit: limit})
}

// updateClocks pauses or resumes every running clock of the case.
func (s *step) updateClocks(ctx context.Context, years calendar.Years, turn func(calendar.Clock) calendar.Clock) error {
	rows, err := s.clocks(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if !row.EndedOn.IsZero() {
			continue
		}
		legal, err := row.Legal()
		if err != nil {
			return err
		}
		if err := s.putClock(ctx, years, row, turn(legal)); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) endClocks(ctx context.Context, years calendar.Years, names ...string) error {
	for _, name := range names {
		row, err := s.clock(ctx, name)
		if err != nil {
			return err
		}
		legal, err := row.Legal()
		if err != nil {
			return err
		}
		row.EndedOn = s.today()
		if err := s.putClock(ctx, years, row, legal); err != nil {
			return err
		}
	}
	return nil
}

// putClock stores the clock with its current due date; while it is paused the last due date remains.
func (s *step) putClock(ctx context.Context, years calendar.Years, row store.Clock, legal calendar.Clock) error {
	s.readClocks = nil
	pauses, err := json.Marshal(orNone(legal.Pauses))
	if err != nil {
		return fmt.Errorf("encode pauses: %w", err)
	}
	due := legal.Due(years)
	if due.Date.IsZero() {
		due = calendar.Due{Date: row.DueOn, Provisional: row.Provisional}
	}
	err = s.q.PutClock(ctx, store.PutClockParams{
		CaseNo: s.c.CaseNo, Name: row.Name, County: s.c.County, Institution: s.c.Institution,
		StartedOn: legal.Start, LimitDays: int32(legal.Limit), Pauses: pauses, DueOn: due.Date,
		Provisional: due.Provisional, EndedOn: row.EndedOn,
	})
	if err != nil {
		return fmt.Errorf("put clock %s: %w", row.Name, err)
	}
	return nil
}

func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
