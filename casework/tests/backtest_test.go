package tests

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/backtest"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/offices"
	"tuoyu/procedures/published"
)

// An office compares the decisions of its own county under another value of a parameter, and the city those of all; nothing is changed.
func TestAnOfficeComparesItsDecisionsUnderOtherRules(t *testing.T) {
	h := newFixture(t)
	h.exec(`INSERT INTO institutions (id, county, name, updated_at) SELECT 'i-' || c, c, '示例园', now() FROM unnest(ARRAY['140403', '140404']) c`)
	h.exec(`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
		SELECT 'QY-' || c, 'contract', c, 'i-' || c, 'in_force', 'ended', '', '\x00', now(), now() FROM unnest(ARRAY['140403', '140404']) c`)
	// One visit of two is missing with 70 days left: amber today, red as soon as 40 days are demanded for each.
	h.exec(`INSERT INTO decisions (id, case_no, county, institution, rule_set, as_of, revision, result, input, output, duration_us, decided_at)
		SELECT 'QY-' || c || '/duty', 'QY-' || c, c, 'i-' || c, 'contract.duty', '2026-06-01', 'r', 'pass',
			'{"duties": [{"duty": "guidance", "title": "技术指导", "from": "2026-01-01", "until": "2026-12-31", "promised": 2, "done": 0, "days_left": 70}]}',
			'{"rule_set": "contract.duty", "result": "pass", "reasons": []}', 1, now() FROM unnest(ARRAY['140403', '140404']) c`)
	office := nursery.Principal{Account: "office-140403", Role: nursery.RoleCountyOffice, County: county}
	city := nursery.Principal{Account: "city-office", Role: nursery.RoleCityOffice, County: nursery.CityCode}
	changed := offices.BacktestInput{Parameter: "contract.red_days", Value: "40"}

	own, err := h.Backtest(t.Context(), office, changed)
	require.NoError(t, err)
	require.Equal(t, 1, own.Decided)
	require.Len(t, own.Differences, 1)
	require.Equal(t, "QY-140403", own.Differences[0].CaseNo)
	require.Equal(t, []string{backtest.OfResult, backtest.OfReason, backtest.OfLaw}, own.Differences[0].In)
	changed.County = "140404"
	own, err = h.Backtest(t.Context(), office, changed)
	require.NoError(t, err)
	require.Equal(t, "QY-140403", own.Differences[0].CaseNo, "an office sees its own county only")
	changed.County = ""
	all, err := h.Backtest(t.Context(), city, changed)
	require.NoError(t, err)
	require.Len(t, all.Differences, 2)

	archive, _, err := published.Pack(os.DirFS("../../policies"))
	require.NoError(t, err)
	same, err := h.Backtest(t.Context(), city, offices.BacktestInput{Archive: archive})
	require.NoError(t, err)
	require.Equal(t, 2, same.Decided)
	require.Equal(t, nursery.Pass, same.Differences[0].After.Result)

	for at, wrong := range map[string]offices.BacktestInput{
		"file":   {},
		"/value": {Parameter: "contract.red_days", Value: "20"}, // looser, for a county
	} {
		_, err := h.Backtest(t.Context(), office, wrong)
		require.Equal(t, at, refused(t, err, casework.CodeInvalid).Fields[0].Location)
	}
	_, err = h.Backtest(t.Context(), office, offices.BacktestInput{Archive: []byte("PK")})
	require.Equal(t, "file", refused(t, err, casework.CodeInvalid).Fields[0].Location)
	_, err = h.Backtest(t.Context(), clerk, changed)
	refused(t, err, casework.CodeForbidden)
	require.Equal(t, []string{"2"}, h.strings(`SELECT count(*)::text FROM decisions`))
}
