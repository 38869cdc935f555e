package library_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/procedures"
)

// month returns a child-month; changes replace or remove fields.
func month(child string, number int, changes object) any {
	return with(object{
		"child": child, "month": fmt.Sprintf("2026-%02d", number), "class_kind": "toddler", "age_months": 20, "days": 20, "half_day": false,
	}, changes)
}

// months returns n months of each of so many children, from January.
func months(children, n int, changes object) (rows []any) {
	for c := range children {
		for m := range n {
			rows = append(rows, month(fmt.Sprintf("c%03d", c), m+1, changes))
		}
	}
	return rows
}

var stated = object{"period": "2026", "filing_no": "BA-140403-2025-000001", "inclusive_price": true, "serious_violation": false, "host": "independent"}

// The parameters of other cities, section 10a of the rulebook of November 2026.
var (
	hunan = object{
		"child_month.rate_key": "class", "child_month.class_rates": object{"infant": 10000, "toddler": 10000, "older_toddler": 10000, "mixed": 10000},
		"child_month.min_days": 15, "child_month.short_month_rule": "zero", "child_month.half_day_factor": 50, "child_month.max_months": 12, "child_month.seat_cap": true,
	}
	xiamen = object{
		"child_month.rate_key": "class", "child_month.class_rates": object{"infant": 60000, "toddler": 40000, "older_toddler": 30000},
		"child_month.min_days": 15, "child_month.short_month_rule": "half", "child_month.max_months": 12,
	}
	hangzhou     = with(xiamen, object{"child_month.short_month_rule": "pro_rata", "child_month.full_days": 20})
	shijiazhuang = object{
		"child_month.rate_key": "age", "child_month.age_rates": []any{object{"from": 0, "fen": 50000}, object{"from": 12, "fen": 40000}, object{"from": 24, "fen": 30000}},
		"child_month.quality_factor": object{"excellent": 115, "pass": 100, "below": 0}, "child_month.max_months": 12,
	}
	chengdu = object{"child_month.unit": "seat_month", "child_month.host_rates": object{"independent": 30000}, "child_month.max_months": 12}
	jining  = object{"child_month.unit": "child_year", "child_month.rate_key": "class", "child_month.class_rates": object{"infant": 300000, "toddler": 200000, "older_toddler": 200000}}
)

func TestChildMonthsOfTheWorkedPacks(t *testing.T) {
	p := load(t, "child_month")
	pass, fail, unknown := procedures.ResultPass, procedures.ResultFail, procedures.ResultUnknown
	for _, c := range []struct {
		pack   string
		params object
		facts  object
		rows   []any
		result string
		yuan   int64
	}{
		{"P-CM-SX independent", nil, nil, months(40, 10, nil), pass, 200000},
		{"P-CM-SX 12 months", nil, nil, months(1, 12, nil), pass, 5000},
		{"P-CM-SX 10 months", nil, nil, months(1, 10, nil), pass, 5000},
		{"P-CM-SX 9 months", nil, nil, months(1, 9, nil), pass, 4500},
		{"P-CM-SX kindergarten", nil, object{"host": "kindergarten"}, months(12, 9, nil), pass, 32400},
		{"P-CM-SX 8 months paid before", nil, nil, months(1, 3, object{"paid_months": 8}), pass, 1000},
		{"P-CM-SX 10 months paid before", nil, nil, months(1, 3, object{"paid_months": 10}), fail, 0},
		{"P-CM-SX 35 months old", nil, nil, months(1, 1, object{"age_months": 35}), pass, 500},
		{"P-CM-SX 36 months old", nil, nil, months(1, 1, object{"age_months": 36}), fail, 0},
		{"P-CM-SX host not stated", nil, object{"host": nil}, months(1, 1, nil), unknown, 0},
		{"P-CM-SX half day not set", nil, nil, months(1, 1, object{"half_day": true}), unknown, 0},
		{"P-CM-SX preschool money", nil, nil, append(months(1, 2, nil), month("other", 1, object{"other_fund": "preschool"})), pass, 1000},
		{"P-CM-SX city money", nil, nil, months(1, 1, object{"other_fund": "city"}), pass, 500},

		{"P-CM-HN 709 months", hunan, object{"seats": 101}, append(months(100, 7, nil), months(1, 9, object{"child": "other"})...), pass, 70900},
		{"P-CM-HN 15 days", hunan, object{"seats": 1}, months(1, 1, object{"days": 15}), pass, 100},
		{"P-CM-HN 14 days", hunan, object{"seats": 1}, months(1, 1, object{"days": 14}), fail, 0},
		{"P-CM-HN half day", hunan, object{"seats": 1}, months(1, 1, object{"half_day": true}), pass, 50},
		{"P-CM-HN as many as seats", hunan, object{"seats": 3}, months(3, 2, nil), pass, 600},
		{"P-CM-HN more than seats", hunan, object{"seats": 2}, months(3, 2, nil), pass, 400},
		{"P-CM-HN seats not stated", hunan, nil, months(3, 2, nil), unknown, 0},

		{"P-CM-XM 14 days", xiamen, nil, months(1, 1, object{"days": 14}), pass, 200},
		{"P-CM-XM 15 days", xiamen, nil, months(1, 1, object{"days": 15}), pass, 400},
		{"P-CM-XM infant", xiamen, nil, months(1, 1, object{"class_kind": "infant"}), pass, 600},
		{"P-CM-XM mixed class", xiamen, nil, months(1, 1, object{"class_kind": "mixed"}), unknown, 0},
		{"by days", hangzhou, nil, months(1, 1, object{"days": 14}), pass, 280},
		{"by days, 15", hangzhou, nil, months(1, 1, object{"days": 15}), pass, 400},

		{"P-CM-SJZ 11 months old, excellent", shijiazhuang, object{"quality": "excellent"}, months(1, 1, object{"age_months": 11}), pass, 575},
		{"P-CM-SJZ 12 months old, pass", shijiazhuang, object{"quality": "pass"}, months(1, 1, object{"age_months": 12}), pass, 400},
		{"P-CM-SJZ 24 months old, pass", shijiazhuang, object{"quality": "pass"}, months(1, 1, object{"age_months": 24}), pass, 300},
		{"P-CM-SJZ below pass", shijiazhuang, object{"quality": "below"}, months(1, 1, object{"age_months": 12}), fail, 0},
		{"P-CM-SJZ quality not stated", shijiazhuang, nil, months(1, 1, nil), unknown, 0},

		{"seats", chengdu, object{"seats": 50}, months(3, 2, nil), pass, 30000},
		{"seats not stated", chengdu, nil, months(3, 2, nil), unknown, 0},
		{"once a year", jining, nil, append(months(2, 3, nil), months(1, 3, object{"child": "infant", "class_kind": "infant"})...), pass, 7000},
		{"once a year, paid before", jining, nil, append(months(1, 3, nil), months(1, 3, object{"child": "before", "paid_months": 1})...), pass, 2000},
		{"a unit that nobody uses", object{"child_month.unit": "visit"}, nil, months(1, 1, nil), unknown, 0},

		{"a quarter", nil, object{"period": "2026-Q1"}, months(2, 3, nil), pass, 3000},
		{"a month outside the quarter", nil, object{"period": "2026-Q1"}, months(2, 4, nil), fail, 0},
		{"the fourth quarter", nil, object{"period": "2026-Q4"}, []any{month("c", 10, nil), month("c", 12, nil)}, pass, 1000},
		{"one month", nil, object{"period": "2026-02"}, []any{month("c", 2, nil)}, pass, 500},
		{"another month", nil, object{"period": "2026-02"}, []any{month("c", 3, nil)}, fail, 0},
		{"the same child and month twice", nil, nil, append(months(2, 3, nil), month("c001", 2, nil)), fail, 0},
		{"no rows", nil, nil, []any{}, fail, 0},
		{"not filed", nil, object{"filing_no": nil}, months(1, 1, nil), unknown, 0},
		{"no inclusive price", nil, object{"inclusive_price": false}, months(1, 1, nil), fail, 0},
		{"violation", nil, object{"serious_violation": true}, months(1, 1, nil), fail, 0},
	} {
		r := ruling(t, p, "child_month.amount", c.params, object{"facts": with(stated, c.facts), "rows": object{"child_months": c.rows}, "as_of": "2026-04-01"})
		require.Equal(t, c.result, r.Result, "%s: %v", c.pack, r.Reasons)
		switch c.result {
		case pass:
			require.NotNil(t, r.Fen, c.pack)
			require.Equal(t, c.yuan*100, *r.Fen, c.pack)
		case unknown:
			if c.facts["filing_no"] != nil || c.facts == nil {
				require.Nil(t, r.Fen, c.pack)
			}
		}
	}
}

// What the register knows of an institution replaces what it would have to state.
func TestChildMonthsOfAnInstitutionThatStatesNothing(t *testing.T) {
	p := load(t, "child_month")
	known := object{"status": "filed", "inclusive": true, "serious_findings": 0, "site_kind": "community", "seats": 40}
	for _, c := range []struct {
		changes object
		result  string
		route   string
	}{
		{nil, procedures.ResultPass, ""},
		{object{"status": "cancelled"}, procedures.ResultFail, "ineligible"},
		{object{"inclusive": false}, procedures.ResultFail, "ineligible"},
		{object{"serious_findings": 1}, procedures.ResultFail, "ineligible"},
		{object{"serious_findings": nil}, procedures.ResultUnknown, ""},
		{object{"site_kind": nil}, procedures.ResultUnknown, ""},
		{object{"site_kind": "kindergarten_class"}, procedures.ResultPass, ""},
	} {
		r := ruling(t, p, "child_month.amount", nil, object{
			"facts": object{"period": "2026-Q1"}, "institution": with(known, c.changes), "rows": object{"child_months": months(3, 3, nil)}, "as_of": "2026-04-01",
		})
		require.Equal(t, c.result, r.Result, "%v: %v", c.changes, r.Reasons)
		require.Equal(t, c.route, r.Route, "%v", c.changes)
	}
}

// No figure is taken as zero because it is not set: what passes has an amount.
func TestAFigureThatIsNotSetNeverPassesWithoutAnAmount(t *testing.T) {
	p := load(t, "child_month")
	in := object{"facts": with(stated, object{"seats": 40, "quality": "pass"}), "rows": object{"child_months": months(3, 3, object{"days": 10, "half_day": true})}, "as_of": "2026-04-01"}
	for _, pack := range []object{nil, hunan, xiamen, hangzhou, shijiazhuang, chengdu, jining} {
		for _, name := range slices.Sorted(maps.Keys(pack)) {
			params := maps.Clone(pack)
			params[name] = nil
			r := ruling(t, p, "child_month.amount", params, in)
			require.NotEqual(t, procedures.ResultPass, r.Result, "%s of %v", name, pack)
		}
	}
}

// BenchmarkChildMonths decides a quarter of a nursery with 140 child-months.
func BenchmarkChildMonths(b *testing.B) {
	p := load(b, "child_month")
	rules, err := p.Evaluator(b.Context(), imported(b))
	require.NoError(b, err)
	in := object{"facts": stated, "rows": object{"child_months": months(47, 3, nil)[:140]}, "as_of": "2026-04-01"}
	for b.Loop() {
		r, err := rules.Decide(b.Context(), "child_month.amount", in)
		require.NoError(b, err)
		require.Equal(b, int64(140*50000), *r.Fen)
	}
}
