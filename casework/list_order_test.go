package casework

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/nursery"
)

type sorted struct {
	name  string
	seats *int
	fee   Fen
	on    nursery.Date
	at    time.Time
	major bool
}

func TestRowsAreSortedByEachKindOfColumn(t *testing.T) {
	one, two := 9, 10
	rows := []sorted{
		{"重点园", &two, 900, nursery.NewDate(2026, 3, 2), time.Unix(20, 0), true}, {"", nil, 1000, nursery.Date{}, time.Time{}, false},
		{"阿姨托育", &one, 80, nursery.NewDate(2026, 3, 10), time.Unix(100, 0), false},
	}
	sheet := Sheet[sorted]{Columns: []Column[sorted]{
		{Title: "名称", Value: func(r sorted) any { return r.name }}, {Title: "托位", Value: func(r sorted) any { return r.seats }},
		{Title: "收费", Value: func(r sorted) any { return r.fee }}, {Title: "日期", Value: func(r sorted) any { return r.on }},
		{Title: "时间", Value: func(r sorted) any { return r.at }}, {Title: "重大", Value: func(r sorted) any { return r.major }},
		{Title: "空", Value: func(r sorted) any { return nil }},
	}}
	for _, c := range []struct {
		by       string
		up, down []int // fees
	}{
		{"名称", []int{80, 900, 1000}, []int{900, 80, 1000}}, // by pronunciation, those without a name last
		{"托位", []int{80, 900, 1000}, []int{900, 80, 1000}},
		{"收费", []int{80, 900, 1000}, []int{1000, 900, 80}},
		{"日期", []int{900, 80, 1000}, []int{80, 900, 1000}},
		{"时间", []int{900, 80, 1000}, []int{80, 900, 1000}},
		{"重大", []int{900, 1000, 80}, []int{1000, 80, 900}},
		{"空", []int{900, 1000, 80}, []int{900, 1000, 80}},
	} {
		for _, desc := range []bool{false, true} {
			list := slices.Clone(rows)
			require.NoError(t, sheet.sort(list, Order{c.by, desc}))
			var fees []int
			for _, r := range list {
				fees = append(fees, int(r.fee))
			}
			want := c.up
			if desc {
				want = c.down
			}
			require.Equal(t, want, fees, "%s %v", c.by, desc)
		}
	}
	var refused *Error
	require.ErrorAs(t, sheet.sort(rows, Order{By: "没有"}), &refused)
	require.Equal(t, CodeInvalid, refused.Code)
}
