package library_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/procedures"
)

func county(code string, progress, enrolled, quality int) any {
	return object{"county": code, "progress": progress, "enrolled": enrolled, "quality": quality}
}

// places returns the places that a ranking notes, by county.
func places(r procedures.Ruling) map[string]string {
	at := map[string]string{}
	for _, reason := range r.Reasons {
		if reason.Result == "warn" {
			at[reason.Subject] = reason.Message[:len("第1名")]
		}
	}
	return at
}

func TestTheRankingOfCounties(t *testing.T) {
	p := load(t, "county_award")
	first, second, third, fourth := county("140403", 9000, 1200, 900), county("140404", 10000, 800, 850), county("140405", 8000, 600, 880), county("140406", 5000, 500, 700)
	twin := county("140407", 9000, 1200, 900)
	amounts := object{"county_award.amounts": []any{30000000, 20000000, 10000000}}
	for _, c := range []struct {
		name   string
		rows   []any
		params object
		result string // of the ranking
		route  string
		yuan   int64 // of the award; -1: unknown
	}{
		{"in order", []any{first, second, third, fourth}, amounts, procedures.ResultPass, "", 600000},
		{"amounts not set", []any{first, second, third}, nil, procedures.ResultPass, "", -1},
		{"too few amounts", []any{first, second, third}, object{"county_award.amounts": []any{30000000}}, procedures.ResultPass, "", -1},
		{"a weight not set", []any{first, second, third}, object{"county_award.amounts": []any{3, 2, 1}, "county_award.quality_weight": nil}, procedures.ResultUnknown, "unset", -1},
		{"two counties", []any{first, second}, amounts, procedures.ResultFail, "", 500000},
		{"a county twice", []any{first, second, third, first}, amounts, procedures.ResultFail, "", 0},
		{"no rule for the same score", []any{first, twin, third}, amounts, procedures.ResultUnknown, "unset", -1},
		{"the same score after the awards", []any{first, second, third, fourth, county("140407", 5000, 500, 700)}, amounts, procedures.ResultPass, "", 600000},
		{"by what is the same too", []any{first, twin, third}, with(amounts, object{"county_award.tie": "enrolled"}), procedures.ResultUnknown, "", -1},
		{"shared", []any{first, twin, third}, with(amounts, object{"county_award.tie": "shared"}), procedures.ResultPass, "", 700000},
		{"a figure not known", []any{first, second, third, object{"county": "140406", "enrolled": 500, "quality": 700}}, amounts, procedures.ResultUnknown, "", -1},
		{"nothing is set aside", []any{first, second, third}, object{"county_award.amounts": []any{0, 0, 0}}, procedures.ResultPass, "", 0},
	} {
		in := object{"facts": object{"period": "2025"}, "rows": object{"counties": c.rows}}
		r := ruling(t, p, "county_award.ranking", c.params, in)
		require.Equal(t, c.result, r.Result, "%s: %v", c.name, r.Reasons)
		require.Equal(t, c.route, r.Route, c.name)
		award := ruling(t, p, "county_award.amount", c.params, in)
		switch {
		case c.yuan < 0:
			require.Equal(t, procedures.ResultUnknown, award.Result, c.name)
			require.Nil(t, award.Fen, c.name)
		case c.result == procedures.ResultPass:
			require.NotNil(t, award.Fen, c.name)
			require.Equal(t, c.yuan*100, *award.Fen, c.name)
		}
	}
	ranked := ruling(t, p, "county_award.ranking", nil, object{"rows": object{"counties": []any{third, fourth, first, second}}})
	require.Equal(t, map[string]string{"140403": "第1名", "140404": "第2名", "140405": "第3名", "140406": "第4名"}, places(ranked))
}

// With the same score, the figure that the tie rule names decides, and not the points that are rounded.
func TestTheTieRuleDecidesBetweenCountiesWithTheSameScore(t *testing.T) {
	p := load(t, "county_award")
	rows := []any{county("140403", 10000, 500, 1000), county("140404", 5000, 1000, 1000), county("140405", 100, 100, 100)}
	for tie, want := range map[string]string{"progress": "140403", "enrolled": "140404"} {
		r := ruling(t, p, "county_award.ranking", object{"county_award.tie": tie}, object{"rows": object{"counties": rows}})
		require.Equal(t, procedures.ResultPass, r.Result, tie)
		require.Equal(t, "第1名", places(r)[want], tie)
	}
}

func TestWhatACountyRepays(t *testing.T) {
	p := load(t, "county_award")
	for _, c := range []struct {
		decision object
		fen      int64
	}{
		{object{"county": "140404", "reason": "fraud"}, 20000000},
		{object{"county": "140404", "reason": "misuse", "over_fen": 5}, 5},
		{object{"county": "140404", "reason": "over_count", "over_fen": 90000000}, 20000000},
	} {
		r := ruling(t, p, "county_award.claw_back", object{"county_award.amounts": []any{30000000, 20000000, 10000000}}, object{
			"rows":    object{"counties": []any{county("140403", 9000, 1200, 900), county("140404", 10000, 800, 850), county("140405", 8000, 600, 880)}},
			"answers": object{"claw_decide": c.decision},
		})
		require.Equal(t, procedures.ResultFail, r.Result)
		require.NotNil(t, r.Fen)
		require.Equal(t, c.fen, *r.Fen, "%v", c.decision)
	}
}
