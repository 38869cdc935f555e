package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/client"

	"tuoyu/casework"
	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/processes"
	"tuoyu/processes/funds"
	"tuoyu/sealing"
	"tuoyu/store"
	"tuoyu/testdata"
	"tuoyu/workflows"
)

const (
	subsidyNurseries = 25 // of each of twelve counties
	subsidyChildren  = 47 // of each nursery, about fourteen thousand
	subsidyTeams     = 2  // of each county, or one person at a time in each of two nurseries
)

// subsidyMonths fills a county with $2 filed nurseries of $3 children each, who were present on twenty days of each month of the
// quarter that begins on $4. Foreign keys are not checked during the insertion.
const subsidyMonths = `
WITH institution AS (
	INSERT INTO institutions (id, county, name, nature, site_kind, status, inclusive, seats, filed_on, application, updated_at)
	SELECT 'nursery-' || $1 || '-' || n, $1, '示例托育园' || n, 'social_service', 'community', 'filed', true, 60, '2023-09-01', $5::jsonb, now() FROM generate_series(1, $2::integer) n
	RETURNING id
), child AS (
	INSERT INTO children (id, county, born_on, sex, identity_kind, identity_index, identity, name, source, created_by, created_at, updated_at)
	SELECT i.id || '-' || c, $1, ($4::date - make_interval(months => 6 + c % 27))::date, 'female', 'passport', convert_to(i.id || '-' || c, 'UTF8'), '\x00', '\x00', 'civil', 'bench', now(), now()
	FROM institution i, generate_series(1, $3::integer) c
), enrolled AS (
	INSERT INTO enrolments (child, county, institution, class, entered_on, entered_by)
	SELECT i.id || '-' || c, $1, i.id, '托小班', $4::date - 60, 'bench' FROM institution i, generate_series(1, $3::integer) c
)
INSERT INTO attendance (child, day, county, institution, class, state, entered_by, entered_at)
SELECT i.id || '-' || c, ($4::date + make_interval(months => m))::date + d, $1, i.id, '托小班', 'present', 'bench', now()
FROM institution i, generate_series(1, $3::integer) c, generate_series(0, 2) m, generate_series(0, 19) d`

// quarter is the cases of all nurseries for the quarter before the present one.
type quarter struct {
	*installation
	services *processes.Services // of this process, for the accounts that the provider does not have
	first    nursery.Date        // of the quarter
	phases   []string            // and the seconds that each took
	since    time.Time           // when the last phase began
}

// subsidies has a quarter of child-months drafted, confirmed by each nursery, checked twice, published and paid.
func (b *bench) subsidies(ctx context.Context) (err error) {
	h, err := b.install(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	id, err := proposed(ctx, h, "child_month")
	if err != nil {
		return err
	}
	if err := h.users.As("procedure-approver").Post(ctx, "/api/v1/procedure-revisions/"+id+"/decision", key(), map[string]any{"publish": true}, nil); err != nil {
		return err
	}
	if err := h.startCases(ctx); err != nil {
		return err
	}
	q := &quarter{installation: h, first: procedures.FirstDay("quarter", procedures.FirstDay("quarter", nursery.DateOf(time.Now())).AddDays(-1))}
	closing, err := q.open(ctx)
	if err != nil {
		return err
	}
	defer closing()
	if err := q.fill(ctx, b); err != nil {
		return err
	}
	begun := time.Now()
	q.since = begun
	if err := q.run(ctx, b); err != nil {
		return err
	}
	took := time.Since(begun)
	return q.judge(ctx, b, took)
}

// open makes the services of this process as they were at the end of the quarter.
func (q *quarter) open(ctx context.Context) (closing func(), err error) {
	db, err := store.Open(ctx, environmentOf(q.installation, "TUOYU_DATABASE_URL"), store.Options{})
	if err != nil {
		return nil, err
	}
	rules, err := policies.New(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := sealing.Open(environmentOf(q.installation, "TUOYU_KEYSET_FILE"))
	if err != nil {
		return nil, err
	}
	fields, err := sealing.NewFields(keys)
	if err != nil {
		return nil, err
	}
	o := client.Options{HostPort: environmentOf(q.installation, "TUOYU_TEMPORAL_ADDRESS"), Namespace: q.namespace, Logger: quiet{}}
	if err := sealing.Seal(&o, keys); err != nil {
		return nil, err
	}
	temporal, err := client.DialContext(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("connect to Temporal: %w", err)
	}
	options, err := published.Options(rules)
	if err != nil {
		return nil, err
	}
	catalogue := published.New(db, options, workflows.Definitions(), slog.New(slog.DiscardHandler))
	if err := catalogue.Refresh(ctx); err != nil {
		return nil, err
	}
	q.services = processes.New(casework.Deps{
		DB: db, Temporal: temporal, Rules: rules, CalendarCache: store.NewCalendarCache(db), Fields: fields, Catalogue: catalogue, Log: slog.New(slog.DiscardHandler),
	})
	return func() { temporal.Close(); db.Close() }, nil
}

func (q *quarter) fill(ctx context.Context, b *bench) error {
	b.say("filling twelve counties")
	filed, err := testdata.Application("community")
	if err != nil {
		return err
	}
	application, err := json.Marshal(filed)
	if err != nil {
		return err
	}
	finance, today := q.users.As("city-finance"), nursery.DateOf(time.Now())
	const share = 200_000_000 // fen, more than a county's nurseries get
	fund, err := finance.CreateFund(ctx, key(), "托育服务发展专项资金", today, share*int64(len(nursery.Counties())), string(nursery.PurposeChildMonth))
	if err != nil {
		return err
	}
	for _, c := range nursery.Counties() {
		if err := fillWith(ctx, q.installation, subsidyMonths, c.Code, subsidyNurseries, subsidyChildren, q.first.String(), application); err != nil {
			return err
		}
		if err := finance.Allocate(ctx, key(), fund.ID, c.Code, share); err != nil {
			return err
		}
	}
	return q.each(func(county string, n int) error {
		p := nurseryOf(county, n)
		_, err := q.services.PutAccount(ctx, p, key(), p.Institution, funds.BankAccount{Holder: "示例托育有限公司", Bank: "示例银行营业部", Number: "6200000000000026"})
		return err
	})
}

// nurseryOf returns the account of a nursery.
func nurseryOf(county string, n int) nursery.Principal {
	id := fmt.Sprintf("nursery-%s-%d", county, n)
	return nursery.Principal{Account: id, Role: nursery.RoleInstitution, County: county, Institution: id}
}

// each does something for every nursery, in each county by the teams.
func (q *quarter) each(do func(county string, n int) error) error {
	var all sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for _, c := range nursery.Counties() {
		for team := range subsidyTeams {
			all.Go(func() {
				for n := team + 1; n <= subsidyNurseries; n += subsidyTeams {
					if err := do(c.Code, n); err != nil {
						mu.Lock()
						errs = append(errs, fmt.Errorf("nursery %d of %s: %w", n, c.Code, err))
						mu.Unlock()
						return
					}
				}
			})
		}
	}
	all.Wait()
	return errors.Join(errs...)
}

// phase ends a phase.
func (q *quarter) phase(b *bench, name string) {
	took := time.Since(q.since)
	q.since = time.Now()
	q.phases = append(q.phases, fmt.Sprintf("%s %.1f s", name, took.Seconds()))
	b.say("%s", q.phases[len(q.phases)-1])
}

// reaches waits until all cases are in a stage, and returns their numbers by institution.
func (q *quarter) reaches(ctx context.Context, stage string) (map[string]string, error) {
	numbers := map[string]string{}
	err := poll(ctx, 3*time.Minute, func() error {
		rows, err := q.db.Query(ctx, "SELECT institution, case_no FROM cases WHERE kind = 'child_month' AND stage = $1", stage)
		if err != nil {
			return err
		}
		defer rows.Close()
		clear(numbers)
		for rows.Next() {
			var institution, number string
			if err := rows.Scan(&institution, &number); err != nil {
				return err
			}
			numbers[institution] = number
		}
		if want := subsidyNurseries * len(nursery.Counties()); len(numbers) != want {
			return fmt.Errorf("%d cases are in %s, want %d", len(numbers), stage, want)
		}
		return rows.Err()
	})
	return numbers, err
}

// tasks waits until every case has an open task of a kind, and returns the tasks by institution.
func (q *quarter) tasks(ctx context.Context, stage, task string) (map[string]string, error) {
	if _, err := q.reaches(ctx, stage); err != nil {
		return nil, err
	}
	ids := map[string]string{}
	err := poll(ctx, time.Minute, func() error {
		var institutions, numbers []string
		err := q.db.QueryRow(ctx, "SELECT coalesce(array_agg(institution), '{}'), coalesce(array_agg(id), '{}') FROM tasks WHERE kind = $1 AND state = 'open'",
			"child_month."+task).Scan(&institutions, &numbers)
		if err == nil && len(numbers) != subsidyNurseries*len(nursery.Counties()) {
			err = fmt.Errorf("%d tasks %s are open", len(numbers), task)
		}
		for i := range numbers {
			ids[institutions[i]] = numbers[i]
		}
		return err
	})
	return ids, err
}

func (q *quarter) run(ctx context.Context, b *bench) error {
	past := casework.Deps{
		DB: q.services.DB, Temporal: q.services.Temporal, Rules: q.services.Rules, CalendarCache: q.services.CalendarCache, Fields: q.services.Fields,
		Catalogue: q.services.Catalogue, Log: q.services.Log, Now: func() time.Time { return q.first.AddDays(10).In(nursery.Shanghai).Add(10 * time.Hour) },
	}
	if err := processes.New(past).OpenPeriod(ctx, "child_month"); err != nil {
		return err
	}
	cases, err := q.reaches(ctx, "recording")
	if err != nil {
		return err
	}
	q.phase(b, "opened")
	over := procedures.LastDay("quarter", nursery.DateOf(time.Now())).AddDays(1).In(nursery.Shanghai)
	err = q.each(func(county string, n int) error {
		return roleplay.Skip(ctx, q.temporal, q.namespace, cases[nurseryOf(county, n).Institution], time.Until(over)+time.Hour)
	})
	if err != nil {
		return err
	}
	if _, err := q.reaches(ctx, "confirming"); err != nil {
		return err
	}
	q.phase(b, "the rest of the quarter skipped, drafted")
	err = q.each(func(county string, n int) error {
		p := nurseryOf(county, n)
		_, err := q.services.SendRows(ctx, p, key(), cases[p.Institution], "child_months")
		return err
	})
	if err != nil {
		return err
	}
	tasks, err := q.tasks(ctx, "county_check", "county_check")
	if err != nil {
		return err
	}
	q.phase(b, "confirmed and computed")
	if err := q.approve(ctx, tasks, "county-office-", map[string]any{"attendance_checked": 5}); err != nil {
		return err
	}
	if tasks, err = q.tasks(ctx, "city_check", "city_check"); err != nil {
		return err
	}
	if err := q.approve(ctx, tasks, "", map[string]any{}); err != nil {
		return err
	}
	if _, err := q.reaches(ctx, "publicity"); err != nil {
		return err
	}
	q.phase(b, "checked twice")
	err = q.each(func(county string, n int) error {
		return roleplay.Skip(ctx, q.temporal, q.namespace, cases[nurseryOf(county, n).Institution], 15*24*time.Hour)
	})
	if err != nil {
		return err
	}
	if _, err := q.tasks(ctx, "paying", "paying"); err != nil {
		return err
	}
	q.phase(b, "published, the days skipped")
	if err := q.pay(ctx); err != nil {
		return err
	}
	_, err = q.reaches(ctx, "watched")
	q.phase(b, "paid")
	return err
}

// approve has offices approve the tasks of all nurseries: those of the counties by a prefix of their accounts, or that of the city.
func (q *quarter) approve(ctx context.Context, tasks map[string]string, prefix string, form any) error {
	raw, err := json.Marshal(form)
	if err != nil {
		return err
	}
	return q.each(func(county string, n int) error {
		p := nursery.Principal{Account: "city-office", Role: nursery.RoleCityOffice, County: nursery.CityCode}
		if prefix != "" {
			p = nursery.Principal{Account: prefix + county, Role: nursery.RoleCountyOffice, County: county}
		}
		_, err := q.services.Complete(ctx, p, key(), tasks[nurseryOf(county, n).Institution], casework.Completion{Outcome: "approve", Answer: raw})
		return err
	})
}

// pay has each county pay in one run over HTTP.
func (q *quarter) pay(ctx context.Context) error {
	var all sync.WaitGroup
	errs := make([]error, len(nursery.Counties()))
	for i, c := range nursery.Counties() {
		all.Go(func() { errs[i] = q.payCounty(ctx, c.Code) })
	}
	all.Wait()
	return errors.Join(errs...)
}

func (q *quarter) payCounty(ctx context.Context, county string) error {
	first, second := q.users.As("finance-"+county), q.users.As("finance-"+county+"-2")
	payments, err := first.ReadyPayments(ctx)
	if err != nil {
		return err
	}
	run, err := first.DrawRun(ctx, key(), payments)
	if err != nil {
		return err
	}
	if err := second.ApproveRun(ctx, key(), run); err != nil {
		return err
	}
	if _, err := second.BankFile(ctx, run); err != nil {
		return err
	}
	_, err = second.TakeReturns(ctx, key(), run, roleplay.Returns(payments, nil))
	return err
}

// judge checks the ledger and reports the time and the histories.
func (q *quarter) judge(ctx context.Context, b *bench, took time.Duration) error {
	if err := q.do(ctx, "funds", "check"); err != nil {
		return err
	}
	cases, err := q.reaches(ctx, "watched")
	if err != nil {
		return err
	}
	var events, skips int64
	var last shape
	for _, number := range cases {
		described, err := q.temporal.DescribeWorkflowExecution(ctx, number, "")
		if err != nil {
			return fmt.Errorf("describe %s: %w", number, err)
		}
		events += described.GetWorkflowExecutionInfo().GetHistoryLength()
		if last, err = shapeOf(ctx, q.temporal, number); err != nil {
			return err
		}
		skips += int64(last.Skips)
	}
	var paid, months int
	err = q.db.QueryRow(ctx, `SELECT (SELECT count(*) FROM payments WHERE state = 'paid'), (SELECT count(*) FROM procedure_rows WHERE set_name = 'child_months' AND NOT removed)`).Scan(&paid, &months)
	if err != nil {
		return fmt.Errorf("count payments: %w", err)
	}
	if paid != len(cases) {
		return fmt.Errorf("%d nurseries are paid, want %d", paid, len(cases))
	}
	n := float64(len(cases))
	b.atMost("a quarter of child-months computed, confirmed, published, paid", 60, took.Seconds(), "%.1f s",
		fmt.Sprintf("%d nurseries in twelve counties with %d children each, %d child-months drafted from the attendance of the quarter before; nothing printed. Nurseries and offices act through casework in the "+
			"process of the benchmark, finance over HTTP in a run of each county, with the bank's file and its return. %s.", len(cases), subsidyChildren, months, strings.Join(q.phases, ", ")))
	b.atMost("events of history of a nursery", 40, (float64(events)-float64(skips))/n, "%.1f",
		fmt.Sprintf("Until the money is paid and the watch period runs: %s. The events by which the server skips the days of publicity, %.1f a nursery, are not counted.", last, float64(skips)/n))
	b.report("nurseries per second", fmt.Sprintf("%.1f", n/took.Seconds()), "")
	return nil
}
