package checkup

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/growth"
	"tuoyu/nursery"
	"tuoyu/store"
)

// RecordedItem is the last result of an item, with the check-up it is from.
type RecordedItem struct {
	nursery.CheckedItem
	CheckedOn  nursery.Date `json:"checked_on" doc:"体检日期"`
	Z          *float64     `json:"z,omitempty" doc:"标准差分值"`
	RecordedBy string       `json:"recorded_by" doc:"记录人"`
	RecordedAt time.Time    `json:"recorded_at" doc:"记录时间"`
}

// GrowthPoint is what was measured of a child on a day. A nil value was not measured.
type GrowthPoint struct {
	CheckedOn nursery.Date `json:"checked_on" doc:"体检日期"`
	Days      int          `json:"days" doc:"日龄"`
	WeightKg  *float64     `json:"weight_kg,omitempty" doc:"体重，千克"`
	LengthCm  *float64     `json:"length_cm,omitempty" doc:"身长（身高），厘米"`
	HeadCm    *float64     `json:"head_cm,omitempty" doc:"头围，厘米"`
}

// openedRecord is a record with its content.
type openedRecord struct {
	store.CheckupRecord
	content activities.CheckupContent
}

// history is every record of a child that its reader may see, in the order of the check-ups.
type history []openedRecord

// histories opens the records of the children. The caller logs the reading.
func (s *Service) histories(ctx context.Context, q *store.Queries, children ...string) (map[string]history, error) {
	rows, err := q.RecordsOfChildren(ctx, children)
	if err != nil {
		return nil, fmt.Errorf("read records: %w", err)
	}
	var accounts []string
	for _, row := range rows {
		accounts = append(accounts, row.CheckupRecord.RecordedBy)
	}
	names, err := casework.AccountNames(ctx, q, accounts...)
	if err != nil {
		return nil, err
	}
	all := map[string]history{}
	for _, row := range rows {
		content, err := activities.UnsealCheckup(s.Fields, row.CheckupRecord)
		if err != nil {
			return nil, err
		}
		if name := names[row.CheckupRecord.RecordedBy]; name != "" {
			row.CheckupRecord.RecordedBy = name
		}
		all[row.Now] = append(all[row.Now], openedRecord{row.CheckupRecord, content})
	}
	return all, nil
}

// of returns the records of a round.
func (h history) of(round string) history {
	return slices.DeleteFunc(slices.Clone(h), func(r openedRecord) bool { return r.CaseNo != round })
}

// before returns the records of other rounds, whose check-ups are not after a day.
func (h history) before(round string, day nursery.Date) history {
	return slices.DeleteFunc(slices.Clone(h), func(r openedRecord) bool { return r.CaseNo == round || r.CheckedOn.After(day) })
}

// items returns the last result of each item: of one that was done, the last time it was done.
func (h history) items() []RecordedItem {
	last := map[nursery.CheckItem]RecordedItem{}
	for _, r := range h {
		for _, item := range r.content.Checkup.Items {
			if before, known := last[item.Item]; known && before.Done && !item.Done {
				continue
			}
			last[item.Item] = RecordedItem{
				CheckedItem: item, CheckedOn: r.CheckedOn, Z: scoreOf(r.content.Scores, item.Item), RecordedBy: r.RecordedBy, RecordedAt: r.RecordedAt,
			}
		}
	}
	items := []RecordedItem{}
	for _, code := range nursery.CheckItems() {
		if item, ok := last[code]; ok {
			items = append(items, item)
		}
	}
	return items
}

// oedema reports whether the last record with a weight states an oedema of both feet.
func (h history) oedema() bool {
	for _, r := range slices.Backward(h) {
		if _, weighed := r.content.Checkup.Of(nursery.ItemWeight); weighed {
			return r.content.Checkup.Oedema
		}
	}
	return false
}

func scoreOf(scores growth.Scores, item nursery.CheckItem) *float64 {
	switch item {
	case nursery.ItemWeight:
		return scores.WeightForAge
	case nursery.ItemLength:
		return scores.LengthForAge
	case nursery.ItemHead:
		return scores.HeadForAge
	}
	return nil
}

// growth returns what was measured, a point for each day: what was recorded of a day again replaces what was recorded first.
func (h history) growth(born nursery.Date) []GrowthPoint {
	points := []GrowthPoint{}
	for _, r := range h {
		c := r.content.Checkup
		weight, length, head := measured(c, nursery.ItemWeight), measured(c, nursery.ItemLength), measured(c, nursery.ItemHead)
		if weight == nil && length == nil && head == nil {
			continue
		}
		if n := len(points); n == 0 || points[n-1].CheckedOn != r.CheckedOn {
			points = append(points, GrowthPoint{CheckedOn: r.CheckedOn, Days: born.DaysUntil(r.CheckedOn)})
		}
		p := &points[len(points)-1]
		for _, v := range []struct{ at, new **float64 }{{&p.WeightKg, &weight}, {&p.LengthCm, &length}, {&p.HeadCm, &head}} {
			if *v.new != nil {
				*v.at = *v.new
			}
		}
	}
	return points
}

// judgedBy are the items that a rule is about; a rule that is not named is about growth.
var judgedBy = map[string][]nursery.CheckItem{
	"HR-01": {nursery.ItemDevelopment}, "HR-03": {nursery.ItemHaemoglobin}, "GR-06": {nursery.ItemHaemoglobin},
	"HR-04": {nursery.ItemHearing, nursery.ItemVision},
}

// whole returns the check-up of a round as one record: the last result of each item, and the reasons of the rules except
// those about an item that was done again.
func (h history) whole() activities.CheckupContent {
	whole := h[len(h)-1].content
	whole.Checkup.Items, whole.Judgements = nil, nil
	for _, item := range h.items() {
		whole.Checkup.Items = append(whole.Checkup.Items, item.CheckedItem)
	}
	for n, r := range h {
		for _, j := range r.content.Judgements {
			j.Reasons = slices.DeleteFunc(slices.Clone(j.Reasons), func(reason nursery.Reason) bool {
				about, known := judgedBy[reason.Rule]
				if !known {
					about = []nursery.CheckItem{nursery.ItemWeight, nursery.ItemLength, nursery.ItemHead}
				}
				return h[n+1:].done(about)
			})
			whole.Judgements = append(whole.Judgements, j)
		}
	}
	return whole
}

// done reports whether any of the items was done.
func (h history) done(items []nursery.CheckItem) bool {
	return slices.ContainsFunc(h, func(r openedRecord) bool {
		return slices.ContainsFunc(r.content.Checkup.Items, func(i nursery.CheckedItem) bool { return i.Done && slices.Contains(items, i.Item) })
	})
}
