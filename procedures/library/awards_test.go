package library_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/procedures"
)

// scheme is a scheme for which an institution applies, with facts that are eligible and whose amount is set.
type scheme struct {
	kind, topic, rule string // rule: the common part of the ids of its rules
	facts             object
	checked           object // what the county finds besides that the institution is filed, inclusive and without violations
	params            object // that make the amount known
}

var general = object{"filing_no": "BA-140403-2025-000001", "inclusive_price": true, "serious_violation": false, "commitment_until": "2027-12-31"}

var schemes = []scheme{
	{kind: "rent_relief", topic: "rent", rule: "P06", facts: with(general, object{
		"year": 2024, "classes": 3, "young_class": false, "rent_fen": 9000000, "lease_from": "2023-09-01", "lease_until": "2028-08-31",
	}), checked: object{"related_landlord": false}},
	{kind: "demonstration_award", topic: "demonstration", rule: "P05", facts: with(general, object{
		"level": "city", "recognised_on": "2024-03-15", "recognition_no": "一号", "earlier_level": "none",
	}), checked: object{"recognition": true}},
	{kind: "chain_award", topic: "chain", rule: "P05", facts: with(general, object{
		"controller": "91140400000000000X", "sites": sites(50, 50, 50), "earlier_award": false,
	}), checked: object{"same_controller": true, "all_filed": true}},
	{kind: "use_award", topic: "use", rule: "P05", facts: with(general, object{"year": 2024, "seats": 60, "months": 1, "child_months": 36}),
		checked: object{"counts_checked": true}, params: object{"use.amount_fen": 2000000}},
	{kind: "idle_space_award", topic: "idle", rule: "P05", facts: with(general, object{
		"site": "原第三小学", "source": "school", "area_m2": 600, "idle_until": "2023-08-31", "running_since": "2023-09-01", "assessment": "good", "assessed_on": "2024-03-01",
	}), checked: object{"was_idle": true}, params: object{"idle.amount_fen": 2000000}},
}

// sites returns nurseries of one controller in the city, with so many seats each.
func sites(seats ...int) (list []any) {
	for i, n := range seats {
		list = append(list, object{"name": "托育园", "filing_no": "BA-0" + string(rune('1'+i)), "county": "140403", "seats": n})
	}
	return list
}

func input(facts, institution, checked object) object {
	return object{"facts": facts, "institution": institution, "answers": object{"county_check": checked}, "as_of": "2024-05-06", "county": "140403"}
}

// Each condition of the base eligibility is met and missed, by what is declared, by what the register knows and by what the county finds.
func TestEligibilityOnBothSides(t *testing.T) {
	for _, s := range schemes {
		t.Run(s.kind, func(t *testing.T) {
			t.Parallel()
			p := load(t, s.kind)
			checked := with(s.checked, object{"filed": true, "inclusive_price": true, "violation": false})
			for _, c := range []struct {
				facts, institution, checked object
				fail, unknown               string
			}{
				{},
				{institution: object{"status": "filed", "inclusive": true, "serious_findings": 0, "seats": 1}},
				{facts: object{"filing_no": nil}, unknown: "-R1"},
				{facts: object{"filing_no": nil}, institution: object{"status": "rectifying"}},
				{institution: object{"status": "applying"}, fail: "-R1"},
				{institution: object{"status": "cancelled"}, fail: "-R1"},
				{checked: object{"filed": false}, fail: "-R1"},
				{facts: object{"inclusive_price": false}, fail: "-R1.1"},
				{facts: object{"inclusive_price": nil}, unknown: "-R1.1"},
				{institution: object{"inclusive": false}, fail: "-R1.1"},
				{checked: object{"inclusive_price": false}, fail: "-R1.1"},
				{facts: object{"serious_violation": true}, fail: "-R1.2"},
				{facts: object{"serious_violation": nil}, unknown: "-R1.2"},
				{institution: object{"serious_findings": 1}, fail: "-R1.2"},
				{checked: object{"violation": true}, fail: "-R1.2"},
				{facts: object{"commitment_until": nil}, unknown: "-R1.3"},
				{facts: object{"commitment_until": "2024-05-06"}, fail: "-R1.3"},
				{facts: object{"commitment_until": "2024-05-07"}},
			} {
				for _, set := range []string{s.topic + ".eligible", s.topic + ".amount"} {
					r := ruling(t, p, set, s.params, input(with(s.facts, c.facts), c.institution, with(checked, c.checked)))
					switch {
					case c.fail != "":
						require.Equal(t, []string{s.rule + c.fail}, rulesOf(r, procedures.ResultFail), "%s %v", set, c)
					case c.unknown != "":
						require.Equal(t, []string{s.rule + c.unknown}, rulesOf(r, procedures.ResultUnknown), "%s %v", set, c)
						require.Equal(t, procedures.ResultUnknown, r.Result)
					default:
						require.Equal(t, procedures.ResultPass, r.Result, "%s %v: %v", set, c, r.Reasons)
					}
				}
			}
		})
	}
}

// The further conditions of each scheme, each on both sides.
func TestConditionsOfEachScheme(t *testing.T) {
	for _, c := range []struct {
		scheme         int
		facts, checked object
		institution    object
		fail, unknown  []string
	}{
		{scheme: 0, facts: object{"lease_until": "2026-08-31"}},
		{scheme: 0, facts: object{"lease_until": "2026-08-30"}, fail: []string{"P06-R2"}},
		{scheme: 0, facts: object{"lease_from": nil}, unknown: []string{"P06-R2"}},
		{scheme: 0, facts: object{"lease_from": "2024-12-31"}},
		{scheme: 0, facts: object{"lease_from": "2025-01-01"}, fail: []string{"P06-R2"}},
		{scheme: 0, facts: object{"lease_from": "2020-01-01", "lease_until": "2024-01-01"}},
		{scheme: 0, facts: object{"lease_from": "2020-01-01", "lease_until": "2023-12-31"}, fail: []string{"P06-R2"}},
		{scheme: 0, facts: object{"related_landlord": true}, fail: []string{"P06-R3"}},
		{scheme: 0, facts: object{"related_landlord": false, "other_support": false}},
		{scheme: 0, checked: object{"related_landlord": true}, fail: []string{"P06-R3"}},
		{scheme: 0, facts: object{"classes": nil}, unknown: []string{"P06-R5"}},
		{scheme: 0, facts: object{"rent_fen": nil}, unknown: []string{"P06-R5"}},
		{scheme: 0, facts: object{"young_class": nil}, unknown: []string{"P06-R5"}},
		{scheme: 0, facts: object{"rent_fen": 0}, fail: []string{"P06-R6"}},
		{scheme: 0, facts: object{"other_support": true}, fail: []string{"P06-R7"}},

		{scheme: 1, facts: object{"recognition_no": nil}, unknown: []string{"P05-R9"}},
		{scheme: 1, facts: object{"recognised_on": "2024-05-06"}},
		{scheme: 1, facts: object{"recognised_on": "2024-05-07"}, fail: []string{"P05-R9"}},
		{scheme: 1, checked: object{"recognition": false}, fail: []string{"P05-R9"}},
		{scheme: 1, facts: object{"earlier_level": nil}, unknown: []string{"P05-R5"}},
		{scheme: 1, facts: object{"earlier_level": "county"}, unknown: []string{"P05-R5"}},
		{scheme: 1, facts: object{"earlier_level": "county", "earlier_fen": 3000000}},
		{scheme: 1, facts: object{"earlier_level": "city", "earlier_fen": 5000000}, fail: []string{"P05-R5"}},

		{scheme: 2, facts: object{"sites": nil}, unknown: []string{"P05-R2"}},
		{scheme: 2, checked: object{"same_controller": false}, fail: []string{"P05-R2"}},
		{scheme: 2, checked: object{"all_filed": false}, fail: []string{"P05-R2"}},
		{scheme: 2, facts: object{"earlier_award": true}, fail: []string{"P05-R5"}},
		{scheme: 2, facts: object{"earlier_award": nil}, unknown: []string{"P05-R5"}},

		{scheme: 3, institution: object{"seats": 60}},
		{scheme: 3, institution: object{"seats": 61}, fail: []string{"P05-R3"}},
		{scheme: 3, checked: object{"counts_checked": false}, fail: []string{"P05-R3"}},
		{scheme: 3, facts: object{"child_months": nil}, unknown: []string{"P05-R3"}},
		{scheme: 3, facts: object{"months": 6, "child_months": 216}},
		{scheme: 3, facts: object{"months": 6, "child_months": 215}, fail: []string{"P05-R3"}},

		{scheme: 4, facts: object{"source": nil}, unknown: []string{"P05-R13"}},
		{scheme: 4, facts: object{"running_since": "2023-08-31"}},
		{scheme: 4, facts: object{"running_since": "2023-08-30"}, fail: []string{"P05-R13"}},
		{scheme: 4, checked: object{"was_idle": false}, fail: []string{"P05-R13"}},
		{scheme: 4, facts: object{"assessment": "not_good"}, fail: []string{"P05-R13.1"}},
		{scheme: 4, facts: object{"assessed_on": nil}, unknown: []string{"P05-R13.1"}},
	} {
		s := schemes[c.scheme]
		r := ruling(t, load(t, s.kind), s.topic+".eligible", s.params, input(with(s.facts, c.facts), c.institution, with(s.checked, c.checked)))
		require.Equal(t, c.fail, rulesOf(r, procedures.ResultFail), "%s %v", s.kind, c)
		require.Equal(t, c.unknown, rulesOf(r, procedures.ResultUnknown), "%s %v", s.kind, c)
	}
}

// The test values of the worked packs, section 11 of the rulebook of November 2026.
func TestAmountsOfTheWorkedPacks(t *testing.T) {
	rent := func(classes int, young bool, yuan int) object {
		return object{"classes": classes, "young_class": young, "rent_fen": yuan * 100}
	}
	for _, c := range []struct {
		pack   string
		scheme int
		facts  object
		params object
		result string
		yuan   int64 // of a pass
	}{
		{"P-RENT-CS", 0, rent(3, false, 90000), nil, procedures.ResultPass, 40000},
		{"P-RENT-CS", 0, rent(3, false, 70000), nil, procedures.ResultPass, 35000},
		{"P-RENT-CS", 0, rent(3, true, 120000), nil, procedures.ResultPass, 50000},
		{"P-RENT-CS", 0, rent(5, false, 200000), nil, procedures.ResultPass, 50000},
		{"P-RENT-CS not set", 0, rent(3, false, 90000), object{"rent.rent_percent": nil}, procedures.ResultUnknown, 0},

		{"P-CHAIN-JN", 2, object{"sites": sites(50, 50, 49)}, nil, procedures.ResultFail, 0},
		{"P-CHAIN-JN", 2, object{"sites": sites(50, 50, 50)}, nil, procedures.ResultPass, 100000},
		{"P-CHAIN-JN", 2, object{"sites": sites(149)}, nil, procedures.ResultFail, 0},
		{"P-CHAIN-JN", 2, object{"sites": sites(150)}, nil, procedures.ResultPass, 100000},
		{"P-CHAIN-JN both", 2, object{"sites": sites(150, 50, 50)}, nil, procedures.ResultPass, 100000},
		{"P-CHAIN-JN twice the same", 2, object{"sites": append(sites(50, 50), sites(50)...)}, nil, procedures.ResultFail, 0},
		{"P-CHAIN-JN without seats", 2, object{"sites": sites(20, 20, 20)}, object{"chain.site_seats": 0, "chain.single_seats": nil}, procedures.ResultPass, 100000},
		{"P-CHAIN-JN without seats", 2, object{"sites": sites(150)}, object{"chain.site_seats": 0, "chain.single_seats": nil}, procedures.ResultFail, 0},

		{"P-DEMO-SX", 1, object{"level": "province"}, nil, procedures.ResultPass, 100000},
		{"P-DEMO-SX", 1, object{"level": "city"}, nil, procedures.ResultPass, 50000},
		{"P-DEMO-SX", 1, object{"level": "county"}, nil, procedures.ResultPass, 30000},
		{"P-DEMO-SX upgrade not set", 1, object{"earlier_level": "county", "earlier_fen": 3000000}, nil, procedures.ResultUnknown, 0},
		{"P-DEMO-SX difference", 1, object{"earlier_level": "county", "earlier_fen": 3000000}, object{"demonstration.upgrade": "difference"}, procedures.ResultPass, 20000},
		{"P-DEMO-SX full", 1, object{"earlier_level": "county", "earlier_fen": 3000000}, object{"demonstration.upgrade": "full"}, procedures.ResultPass, 50000},
		{"P-DEMO-SX none", 1, object{"earlier_level": "county", "earlier_fen": 3000000}, object{"demonstration.upgrade": "none"}, procedures.ResultFail, 0},

		{"P-USE-60", 3, object{"child_months": 36}, object{"use.amount_fen": 2000000}, procedures.ResultPass, 20000},
		{"P-USE-60", 3, object{"child_months": 35}, object{"use.amount_fen": 2000000}, procedures.ResultFail, 0},
		{"P-USE-60 not set", 3, object{"child_months": 36}, nil, procedures.ResultUnknown, 0},
		{"idle space not set", 4, nil, nil, procedures.ResultUnknown, 0},
	} {
		s := schemes[c.scheme]
		r := ruling(t, load(t, s.kind), s.topic+".amount", c.params, input(with(s.facts, c.facts), nil, s.checked))
		require.Equal(t, c.result, r.Result, "%s %v: %v", c.pack, c.facts, r.Reasons)
		switch c.result {
		case procedures.ResultPass:
			require.NotNil(t, r.Fen, c.pack)
			require.Equal(t, c.yuan*100, *r.Fen, "%s %v", c.pack, c.facts)
		case procedures.ResultUnknown:
			require.Nil(t, r.Fen, "%s: what is not set is not zero", c.pack)
		}
	}
}

// What is reclaimed is what was counted too much, and everything that was paid for other reasons.
func TestClawBackAmounts(t *testing.T) {
	for _, s := range schemes {
		p := load(t, s.kind)
		for _, c := range []struct {
			decision object
			fen      int64 // -1: not known
		}{
			{object{"reason": "fraud"}, 3000},
			{object{"reason": "over_count", "over_fen": 100}, 100},
			{object{"reason": "over_count", "over_fen": 3001}, 3000},
			{object{"reason": "over_count"}, -1},
		} {
			r := ruling(t, p, s.topic+".claw_back", nil, object{
				"facts": s.facts, "answers": object{"claw_decide": c.decision}, "decisions": object{s.topic + ".amount": object{"result": "pass", "fen": 3000}},
			})
			require.Equal(t, procedures.ResultFail, r.Result, "%s %v", s.kind, c.decision)
			if c.fen < 0 {
				require.Nil(t, r.Fen, "%s %v", s.kind, c.decision)
				continue
			}
			require.NotNil(t, r.Fen, "%s %v", s.kind, c.decision)
			require.Equal(t, c.fen, *r.Fen, "%s %v", s.kind, c.decision)
		}
	}
}
