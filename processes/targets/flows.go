package targets

import (
	"context"
	"fmt"
	"math/big"

	"tuoyu/nursery"
	"tuoyu/processes/buildsite"
	"tuoyu/store"
)

// MonthFlow is what was done in a month, counted from the dates of what was done.
type MonthFlow struct {
	Month      string `json:"month" doc:"月份" example:"2026-11"`
	Received   int    `json:"received" doc:"收到材料的备案申请"`
	Receipts   int    `json:"receipts" doc:"其中已发出备案回执的"`
	Days       string `json:"days,omitempty" doc:"自收到材料到发出回执的平均自然日数，一位小数；没有回执的为空"`
	Visits     int    `json:"visits" doc:"现场检查的机构次数"`
	Children   int    `json:"children" doc:"接受体检的婴幼儿"`
	SeatsDue   int    `json:"seats_due" doc:"到月底计划建成的公办示范机构托位"`
	SeatsBuilt int    `json:"seats_built" doc:"到月底已取得备案回执并计入的托位"`

	days int
}

// Flows returns what was done in each of the last months, the current one last: in the city, in the county asked for, or in its own
// county for a county's office. Errors: forbidden, invalid.
func (s *Service) Flows(ctx context.Context, p nursery.Principal, in MonthsQuery) ([]MonthFlow, error) {
	county, err := s.countyFor(ctx, p, in)
	if err != nil {
		return nil, err
	}
	current := monthOf(s.Today())
	return s.flows(ctx, p, county, current.AddMonths(1-MonthsShown), current)
}

// flows reads the months from one to another, in a transaction of p.
func (s *Service) flows(ctx context.Context, p nursery.Principal, county string, from, until nursery.Date) ([]MonthFlow, error) {
	var list []MonthFlow
	at := map[nursery.Date]*MonthFlow{}
	for month := from; !month.After(until); month = month.AddMonths(1) {
		list = append(list, MonthFlow{Month: monthText(month)})
	}
	for i := range list {
		at[from.AddMonths(i)] = &list[i]
	}
	last := s.endOf(until)
	err := s.DB.As(ctx, reader(p), func(q *store.Queries) error {
		filings, err := q.FilingMonths(ctx, store.FilingMonthsParams{FromDay: from, UntilDay: last, County: county})
		if err != nil {
			return fmt.Errorf("count filings: %w", err)
		}
		for _, row := range filings {
			f := at[row.Month]
			f.Received, f.Receipts, f.days = f.Received+int(row.Received), f.Receipts+int(row.Receipts), f.days+int(row.Days)
		}
		visits, err := q.VisitMonths(ctx, store.VisitMonthsParams{FromDay: from, UntilDay: last, County: county})
		if err != nil {
			return fmt.Errorf("count visits: %w", err)
		}
		for _, row := range visits {
			at[row.Month].Visits += int(row.Visits)
		}
		// Counts alone, of children that the city's office may not see.
		var children []store.CheckupMonthsRow
		err = q.AsEngine(ctx, func() (err error) {
			children, err = q.CheckupMonths(ctx, store.CheckupMonthsParams{FromDay: from, UntilDay: last, County: county})
			return err
		})
		if err != nil {
			return fmt.Errorf("count children examined: %w", err)
		}
		for _, row := range children {
			at[row.Month].Children += int(row.Children)
		}
		return s.seatsByMonth(ctx, q, county, from, list)
	})
	for i := range list {
		if f := &list[i]; f.Receipts > 0 {
			f.Days = nursery.RateText(big.NewRat(int64(f.days), int64(f.Receipts)))
		}
	}
	return list, err
}

// seatsByMonth adds the seats that the building plan started last has planned and built by the end of each month.
func (s *Service) seatsByMonth(ctx context.Context, q *store.Queries, county string, from nursery.Date, list []MonthFlow) error {
	name, err := q.LatestBuildPlan(ctx)
	if store.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find building plan: %w", err)
	}
	ledger, _, err := buildsite.For(s.Service).ReadLedger(ctx, q, name)
	if err != nil {
		return err
	}
	for _, site := range ledger.Lines {
		if county != "" && site.County != county {
			continue
		}
		var due nursery.Date
		for _, m := range site.Milestones {
			if m.PlannedEnd.After(due) {
				due = m.PlannedEnd
			}
		}
		for i := range list {
			end := s.endOf(from.AddMonths(i))
			if !due.After(end) {
				list[i].SeatsDue += site.Seats
			}
			if !site.ReceiptOn.IsZero() && !site.ReceiptOn.After(end) {
				list[i].SeatsBuilt += site.SeatsCounted
			}
		}
	}
	return nil
}
