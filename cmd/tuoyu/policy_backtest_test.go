package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/backtest"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/store"
	"tuoyu/store/storetest"
)

// duties is the input of contract.duty with one visit of two missing: red with fewer than 60 days left of the 60 that the parameter
// red_days demands for two, amber with fewer than 120.
func duties(daysLeft int) string {
	return fmt.Sprintf(`{"duties": [{"duty": "guidance", "title": "技术指导", "from": "2026-01-01", "until": "2026-12-31", "promised": 2, "done": 0, "days_left": %d}]}`, daysLeft)
}

// decided stores decisions of contract.duty, with their inputs or naming that of the one before.
func decided(t *testing.T, db *store.DB, rows int) {
	t.Helper()
	engine, err := policies.New(t.Context())
	require.NoError(t, err)
	asOf, err := nursery.ParseDate("2026-06-01")
	require.NoError(t, err)
	output := func(days int) string {
		d, err := engine.Decide(t.Context(), "contract.duty", json.RawMessage(duties(days)), asOf, "140403")
		require.NoError(t, err)
		raw, err := json.Marshal(d)
		require.NoError(t, err)
		return string(raw)
	}
	require.NoError(t, db.As(t.Context(), nursery.Engine, func(q *store.Queries) error {
		for _, statement := range []string{
			`INSERT INTO institutions (id, county, name, updated_at) VALUES ('i-1', '140403', '示例园', now())`,
			`INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
			SELECT c, 'contract', '140403', 'i-1', 'in_force', 'ended', '', '\x00', now(), now() FROM unnest(ARRAY['QY-1', 'QY-2']) c`,
		} {
			if err := q.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		insert := `INSERT INTO decisions (id, case_no, county, institution, rule_set, as_of, revision, result, input, input_of, output, duration_us, decided_at)
			SELECT $1 || lpad(g::text, 6, '0') || $2, $1, '140403', 'i-1', $3, '2026-06-01', 'r', 'pass', $4::jsonb, $5, $6::jsonb, 1, now() FROM generate_series(1, $7::int) g`
		for _, d := range []struct {
			caseNo, suffix, set, input, inputOf string
			output                              string
			rows                                int
		}{
			{"QY-1", "a", "contract.duty", duties(200), "", output(200), rows},
			{"QY-1", "b", "contract.duty", duties(70), "", output(70), 5},
			{"QY-2", "a", "contract.duty", duties(70), "", output(70), 1},
			{"QY-2", "b", "contract.duty", "", "QY-2000001a", output(70), 1},
			{"QY-2", "c", "rent.amount", "{}", "", `{"rule_set": "rent.amount", "result": "pass"}`, 2},
			{"QY-2", "d", "contract.duty", "", "QY-2-lost", output(70), 1},
		} {
			null := func(text string) any {
				if text == "" {
					return nil
				}
				return text
			}
			if err := q.Exec(t.Context(), insert, d.caseNo, d.suffix, d.set, null(d.input), null(d.inputOf), d.output, d.rows); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestABacktestShowsTheDecisionsThatOtherRulesWouldMake(t *testing.T) {
	address := storetest.URL(t)
	db, err := store.Open(t.Context(), address, store.Options{MaxConns: 2})
	require.NoError(t, err)
	defer db.Close()
	decided(t, db, 3)
	t.Setenv("TUOYU_DATABASE_URL", address)
	does := func(want int, arguments ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		require.Equal(t, want, run(t.Context(), append([]string{"policy", "backtest"}, arguments...), &out, &errs), "%s%s", out.String(), errs.String())
		return out.String()
	}
	same := does(0, "../../policies")
	require.Equal(t, "签约服务（contract.duty）：裁定 10 次，不同 0 次 \nrent.amount（rent.amount）：裁定 0 次，不同 0 次 \n"+
		"重新裁定 10 次，不同 0 次；没有这个规则集 2 次，没有保存输入 1 次，不能裁定 0 次\n", same)

	changed := does(exitDiffers, "--set", "contract.red_days=40")
	require.Contains(t, changed, "QY-2  contract.duty  结论：符合 → 不符合；理由：P08-R2w 技术指导和半年体检临近期限 guidance/2026-01-01 → P08-R2 签约年内技术指导和半年体检 guidance/2026-01-01\n")
	require.Equal(t, 5, strings.Count(changed, "QY-1  contract.duty"))
	require.Contains(t, changed, "裁定 10 次，不同 7 次 结论 7、理由 7\n")

	require.Contains(t, does(0, "--set", "contract.red_days=40", "--until", "2026-05-31"), "重新裁定 0 次")
	require.Contains(t, does(0, "--set", "contract.red_days=40", "--county", "140404"), "重新裁定 0 次")
	require.Contains(t, does(0, "--set", "contract.red_days=40", "--rule-set", "rent.amount"), "没有这个规则集 2 次")
	require.Contains(t, does(exitDiffers, "--set", "contract.red_days=40", "--most", "6"), "还有更多的裁定没有比较")

	file := filepath.Join(t.TempDir(), "differ.csv")
	require.Contains(t, does(exitDiffers, "--set", "contract.red_days=40", "--format", "csv", "--output", file), "不同 7 次")
	table, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, 8, strings.Count(string(table), "\r\n"))
	require.Contains(t, string(table), "《长治市普惠托育服务发展示范项目实施方案》项目8")
	var first backtest.Difference
	require.NoError(t, json.NewDecoder(strings.NewReader(does(exitDiffers, "--set", "contract.red_days=40", "--format", "json"))).Decode(&first))
	require.Equal(t, "QY-1000001b", first.Decision)
	require.Equal(t, []string{"result", "reasons"}, first.In)

	does(exitFailed, "--set", "contract.none=1")
	does(exitFailed, "--set", "contract.red_days=10", "--county", "140403")
	does(exitFailed, "no-such-folder")
	require.Contains(t, does(exitDiffers, "../../procedures/library/rent_relief"), "rent.amount（rent.amount）：裁定 2 次，不同 2 次")
}

// TestABacktestReadsItsDecisionsInBatches decides ten thousand decisions again and never holds more than some batches of them.
func TestABacktestReadsItsDecisionsInBatches(t *testing.T) {
	db := storetest.New(t)
	decided(t, db, 10_000)
	engine, err := policies.New(t.Context())
	require.NoError(t, err)
	changed, err := engine.With(t.Context(), "", map[string]any{"contract.red_days": json.Number("40")})
	require.NoError(t, err)
	before, most, batches, differ := heap(), uint64(0), 0, 0
	report, err := backtest.Run(t.Context(), db, nursery.Engine, backtest.ByEngine(changed), backtest.Filter{}, func(backtest.Difference) error {
		differ++
		return nil
	}, func(backtest.Report) {
		batches++
		if batches%10 == 0 {
			most = max(most, heap())
		}
	})
	require.NoError(t, err)
	require.Equal(t, 10_007, report.Decided)
	require.Equal(t, 7, differ)
	require.Equal(t, 51, batches)
	require.Less(t, int64(most)-int64(before), int64(16<<20), "bytes held between batches")

	ended, end := context.WithCancel(t.Context())
	end()
	_, err = backtest.Run(ended, db, nursery.Engine, backtest.ByEngine(changed), backtest.Filter{}, nil, func(backtest.Report) {})
	require.ErrorIs(t, err, context.Canceled)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
