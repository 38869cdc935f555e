package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"tuoyu/casework"
	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/processes"
	"tuoyu/store"
)

const (
	inboxRounds = 12
	inboxCalls  = 40
)

// openTasks fills a database with open tasks, one for each case: over the twelve counties by size, over the roles that
// answer them, due from two weeks ago to ten weeks ahead, some without a due date, some claimed. Foreign keys are not
// checked during the insertion.
const openTasks = `
WITH place AS (SELECT array['140403','140403','140403','140403','140404','140404','140405','140406','140406','140423','140425',
	'140426','140427','140428','140428','140429','140430','140431'] AS counties)
, made AS (
	SELECT n, counties[1 + n % array_length(counties, 1)] AS county, (hashint4(n) & 1023) AS spread FROM place, generate_series(1, $1) n
), institution AS (
	INSERT INTO institutions (id, county, name, updated_at) SELECT 'load-' || n, county, '示例托育机构', now() FROM made
), opened AS (
	INSERT INTO cases (case_no, kind, county, institution, stage, status, holder, tracking_hash, created_at, updated_at)
	SELECT 'BA-' || county || '-2026-' || lpad(n::text, 8, '0'), 'filing', county, 'load-' || n, 'submitted', 'open', 'clerk', '\x00',
		now() - n * interval '1 second', now() FROM made
)
INSERT INTO tasks (id, case_no, kind, title, county, institution, role, outcomes, assignee, due_on, opened_at)
SELECT 'BA-' || county || '-2026-' || lpad(n::text, 8, '0') || '.1', 'BA-' || county || '-2026-' || lpad(n::text, 8, '0'),
	CASE WHEN spread % 10 < 5 THEN 'filing.review' WHEN spread % 10 < 8 THEN 'filing.site_visit' ELSE 'filing.corrections' END,
	CASE WHEN spread % 10 < 5 THEN '核对备案材料' WHEN spread % 10 < 8 THEN '现场核查' ELSE '补正备案材料' END,
	county, 'load-' || n, CASE WHEN spread % 10 < 5 THEN 'clerk' WHEN spread % 10 < 8 THEN 'inspector' ELSE 'institution' END,
	CASE WHEN spread % 10 < 5 THEN array['accept', 'correct'] WHEN spread % 10 < 8 THEN array['conform', 'nonconform'] ELSE array['resubmit'] END,
	CASE WHEN spread % 7 = 0 THEN 'clerk-' || county END,
	CASE WHEN spread % 10 < 8 THEN current_date - 14 + spread % 84 END, now() - n * interval '1 second'
FROM made`

// inboxSize is one installation with a number of open tasks.
type inboxSize struct {
	tasks        int
	installation *installation
	services     *processes.Services
	clerk        *roleplay.Actor
	times        map[string][]time.Duration // by access path
	turns        map[string][]time.Duration // their medians, one for each round
}

// inbox requests a clerk's first page in two installations alternately, through casework and over HTTP.
func (b *bench) inbox(ctx context.Context) (err error) {
	rules, err := policies.New(ctx)
	if err != nil {
		return err
	}
	var sizes []*inboxSize
	for _, tasks := range []int{10_000, 1_000_000} {
		begun := time.Now()
		h, err := b.install(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, h.close()) }()
		if err := fillWith(ctx, h, openTasks, tasks); err != nil {
			return err
		}
		db, err := store.Open(ctx, environmentOf(h, "TUOYU_DATABASE_URL"), store.Options{})
		if err != nil {
			return err
		}
		defer db.Close()
		var temporal client.Client // a list needs none
		sizes = append(sizes, &inboxSize{
			tasks: tasks, installation: h, clerk: h.users.As("clerk-140403"), times: map[string][]time.Duration{}, turns: map[string][]time.Duration{},
			services: processes.New(casework.Deps{DB: db, Temporal: temporal, Rules: rules, CalendarCache: store.NewCalendarCache(db)}),
		})
		b.say("%d open tasks written in %s", tasks, time.Since(begun).Round(time.Second))
	}
	for round := range inboxRounds + 1 {
		for way, ask := range inboxWays {
			for _, s := range sizes {
				if err := s.turn(ctx, way, ask, round > 0); err != nil {
					return fmt.Errorf("%s at %d tasks: %w", way, s.tasks, err)
				}
			}
		}
	}
	small, large := sizes[0], sizes[1]
	for _, way := range []string{"casework, by role", "casework, mine", "over HTTP, by role"} {
		b.atMost("first page at 1,000,000 / at 10,000, "+way, 1.5, median(ratios(large.turns[way], small.turns[way])), "%.2f",
			fmt.Sprintf("25 tasks, nearest due first, as clerk-140403 under row-level security; %d rounds by turns of %d requests, one at a time. "+
				"One open task to a case, over twelve counties; statistics gathered.", inboxRounds, inboxCalls))
		for _, s := range sizes {
			b.report(fmt.Sprintf("%s, %d open tasks, p50 / p99", way, s.tasks),
				fmt.Sprintf("%.2f / %.2f ms", milliseconds(percentile(s.times[way], 50)), milliseconds(percentile(s.times[way], 99))), "")
		}
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// inboxWays are the access paths to the first page.
var inboxWays = map[string]func(context.Context, *inboxSize) (int, error){
	"casework, by role": func(ctx context.Context, s *inboxSize) (int, error) { return s.page(ctx, casework.ViewAll) },
	"casework, mine":    func(ctx context.Context, s *inboxSize) (int, error) { return s.page(ctx, casework.ViewMine) },
	"over HTTP, by role": func(ctx context.Context, s *inboxSize) (int, error) {
		var page struct{ Items []roleplay.Task }
		err := s.clerk.Get(ctx, "/api/v1/tasks", &page)
		return len(page.Items), err
	},
}

func (s *inboxSize) page(ctx context.Context, view casework.View) (int, error) {
	clerk := nursery.Principal{Account: "clerk-140403", Role: nursery.RoleClerk, County: "140403"}
	page, err := casework.Tasks.Page(ctx, s.services.Service, clerk, casework.TaskFilter{View: view}, casework.PageRequest{})
	return len(page.Items), err
}

func (s *inboxSize) turn(ctx context.Context, way string, ask func(context.Context, *inboxSize) (int, error), counted bool) error {
	var times []time.Duration
	for range inboxCalls {
		begun := time.Now()
		items, err := ask(ctx, s)
		if err != nil {
			return err
		}
		if items != 25 {
			return fmt.Errorf("a page of %d tasks, want 25", items)
		}
		times = append(times, time.Since(begun))
	}
	if counted {
		s.times[way] = append(s.times[way], times...)
		s.turns[way] = append(s.turns[way], median(times))
	}
	return nil
}
