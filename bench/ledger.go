package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/sdk/client"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/processes"
	"tuoyu/store"
	"tuoyu/testdata"
)

const (
	ledgerRounds = 12
	ledgerCalls  = 20
)

// buildPlans fills a database with $1 plans of a site in each county, each monitored for two years: its milestones, a
// report of each a quarter, and an assessment a month. Foreign keys are not checked during the insertion.
const buildPlans = `
WITH plan AS (SELECT 'load-' || p AS name, p FROM generate_series(1, $1::integer) p)
, place AS (SELECT county, i FROM unnest(array['140403','140404','140405','140406','140423','140425','140426','140427','140428','140429',
	'140430','140431']) WITH ORDINALITY c (county, i))
, site AS (SELECT name AS plan, county, p, i, 'JS-' || county || '-2026-' || lpad(p::text, 6, '0') AS case_no,
	'site-' || name || '-' || i AS institution FROM plan, place)
, planned AS (
	INSERT INTO build_plans (name, title, seats, deadline, document, started_by, started_at)
	SELECT name, '示例计划', 1460, '2026-12-31', jsonb_set($2::jsonb, '{name}', to_jsonb(name)), 'city-office', now() FROM plan
), institution AS (
	INSERT INTO institutions (id, county, name, updated_at) SELECT institution, county, '示例建设点', now() FROM site
), opened AS (
	INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
	SELECT case_no, 'build', county, institution, 'building', 'open', 'county_office', '\x00', now(), now() FROM site
), built AS (
	INSERT INTO build_sites (case_no, plan, county, institution, name, seats, mode, light, light_on, reds, updated_at)
	SELECT case_no, plan, county, institution, '示例建设点', 100 + i, 'public', (array['green','amber','red'])[1 + i % 3], '2026-11-01',
		i % 4, now() FROM site
), milestone AS (
	INSERT INTO build_milestones (case_no, kind, county, position, planned_start, planned_end, weight, evidence, percent)
	SELECT case_no, kind, county, k - 1, '2025-01-01', '2026-10-31', (array[30,20,10,10,15,15])[k], '{验收单}', (10 * (i + k))::integer % 101
	FROM site, unnest(array['fit_out','facilities','materials','teaching_aids','registration','filing']) WITH ORDINALITY m (kind, k)
), reported AS (
	INSERT INTO build_reports (case_no, county, milestone, percent, note, evidence, state, reported_by, reported_at)
	SELECT case_no, county, kind, 10 * q, '按节点推进', '[]', 'accepted', 'county-office-' || county, now() - q * interval '90 days'
	FROM site, unnest(array['fit_out','facilities','materials','teaching_aids']) kind, generate_series(1, 8) q
)
INSERT INTO build_assessments (case_no, as_of, county, version, light, planned, actual, reds_running, decision)
SELECT case_no, '2025-01-01'::date + m * interval '1 month', county, 1, 'green', '50', '50', 0, 'load' FROM site, generate_series(0, 23) m`

// ledgers requests the ledger and the wall map of one plan among one, and among ten, alternately.
func (b *bench) ledgers(ctx context.Context) (err error) {
	rules, err := policies.New(ctx)
	if err != nil {
		return err
	}
	plan, err := testdata.Plan("changzhi-2024")
	if err != nil {
		return err
	}
	document, err := json.Marshal(plan)
	if err != nil {
		return err
	}
	var services []*processes.Services
	for _, plans := range []int{1, 10} {
		h, err := b.install(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, h.close()) }()
		if err := fillWith(ctx, h, buildPlans, plans, document); err != nil {
			return err
		}
		db, err := store.Open(ctx, environmentOf(h, "TUOYU_DATABASE_URL"), store.Options{})
		if err != nil {
			return err
		}
		defer db.Close()
		var temporal client.Client // reading needs none
		services = append(services, processes.New(casework.Deps{DB: db, Temporal: temporal, Rules: rules, CalendarCache: store.NewCalendarCache(db)}))
	}
	city := nursery.Principal{Account: "city-office", Role: nursery.RoleCityOffice, County: "140400"}
	ways := []struct {
		name string
		ask  func(*processes.Services) (int, error)
	}{
		{"wall map", func(s *processes.Services) (int, error) {
			counties, err := s.BuildMap(ctx, city, "load-1")
			return len(counties), err
		}},
		{"ledger", func(s *processes.Services) (int, error) {
			ledger, err := s.BuildLedger(ctx, city, "load-1")
			return len(ledger.Lines), err
		}},
	}
	for _, way := range ways {
		var turns [2][]time.Duration
		for round := range ledgerRounds + 1 {
			for i, s := range services {
				t, err := ledgerTurn(s, way.ask)
				if err != nil {
					return fmt.Errorf("%s: %w", way.name, err)
				}
				if round > 0 {
					turns[i] = append(turns[i], t)
				}
			}
		}
		b.atMost(way.name+" at 10 times the data", 2, median(ratios(turns[1], turns[0])), "%.2f",
			fmt.Sprintf("One plan of twelve sites, six milestones and two years each, as the city's office under row-level security, alone and "+
				"among ten such plans; %d rounds by turns of %d requests through casework, one at a time.", ledgerRounds, ledgerCalls))
		for i, plans := range []int{1, 10} {
			b.report(fmt.Sprintf("%s, %d plans, p50", way.name, plans), fmt.Sprintf("%.2f ms", milliseconds(median(turns[i]))), "")
		}
	}
	return nil
}

func ledgerTurn(s *processes.Services, ask func(*processes.Services) (int, error)) (time.Duration, error) {
	var times []time.Duration
	for range ledgerCalls {
		begun := time.Now()
		lines, err := ask(s)
		if err != nil {
			return 0, err
		}
		if lines != 12 {
			return 0, fmt.Errorf("%d counties, want 12", lines)
		}
		times = append(times, time.Since(begun))
	}
	return median(times), nil
}

// fillWith runs a statement that fills a database, without checking foreign keys, and updates the statistics.
func fillWith(ctx context.Context, h *installation, statement string, args ...any) error {
	err := pgx.BeginFunc(ctx, h.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL session_replication_role = replica"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, statement, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("fill the database: %w", err)
	}
	if _, err := h.db.Exec(ctx, "VACUUM ANALYZE"); err != nil {
		return fmt.Errorf("gather statistics: %w", err)
	}
	_, err = h.db.Exec(ctx, "CHECKPOINT")
	return err
}
