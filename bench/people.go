package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

var (
	serials atomic.Int64 // of credit codes
	keys    atomic.Int64 // of idempotency keys
)

func key() string { return fmt.Sprintf("bench-%d", keys.Add(1)) }

// applicant is an institution that is registered and has its papers uploaded.
type applicant struct {
	*roleplay.Applicant
	application nursery.Application
}

// newApplicant registers an institution for the application of that name and uploads its papers.
func newApplicant(ctx context.Context, d *roleplay.Door, name string) (*applicant, error) {
	a, err := roleplay.NewApplicant(ctx, d, name, int(serials.Add(1)))
	if err != nil {
		return nil, err
	}
	if err := a.Registrar().Register(ctx, key(), a.Registration); err != nil {
		return nil, err
	}
	app, err := a.Prepare(ctx, name)
	return &applicant{a, app}, err
}

// kinds are the clean applications of the six site kinds.
func kinds() []string {
	var list []string
	for _, name := range testdata.Names() {
		if name != "family_point_as_institution" {
			list = append(list, name)
		}
	}
	return list
}

// fileClean takes a clean filing from the start to the decision on site: the applicant files, a clerk accepts, one
// officer visits and another countersigns. It gives the case number.
func fileClean(ctx context.Context, a *applicant, w *watch) (string, error) {
	started, err := a.File(ctx, key(), a.application, false)
	if err != nil {
		return "", err
	}
	visit := roleplay.Visit{Findings: []roleplay.Finding{}, VisitedOn: nursery.DateOf(time.Now()), Attachments: []string{}}
	for i, step := range []struct {
		who     *roleplay.Actor
		outcome nursery.Outcome
		form    any
	}{
		{a.Clerk(), nursery.OutcomeAccept, roleplay.Review{Findings: []roleplay.Finding{}}},
		{a.Inspector(1), nursery.OutcomeConform, visit},
		{a.Inspector(2), nursery.OutcomeAgree, roleplay.Note{Note: "核签属实"}},
	} {
		task := fmt.Sprintf("%s.%d", started.CaseNo, i+1)
		if err := w.await(ctx, task); err != nil {
			return "", err
		}
		done, err := step.who.Complete(ctx, key(), task, step.outcome, step.form)
		if err != nil {
			return "", err
		}
		if !done.Delivered {
			return "", fmt.Errorf("answer to %s was kept and not delivered", task)
		}
	}
	return started.CaseNo, w.await(ctx, started.CaseNo)
}

// watch tells clients when a task is open or a case decided. It asks the database once for all of them, so that the
// asking is not what is measured.
type watch struct {
	mu      sync.Mutex
	waiting map[string]chan struct{}
	stop    context.CancelFunc
	stopped chan error
}

const lookEvery = 4 * time.Millisecond

// papersToo after a case number waits for the case to have ended with all its papers printed.
const papersToo = "+"

func startWatch(ctx context.Context, db *pgxpool.Pool) *watch {
	ctx, stop := context.WithCancel(ctx)
	w := &watch{waiting: map[string]chan struct{}{}, stop: stop, stopped: make(chan error, 1)}
	go func() { w.stopped <- w.look(ctx, db) }()
	return w
}

// await waits until the task of that number is open, or the case of that number ended.
func (w *watch) await(ctx context.Context, number string) error {
	came := make(chan struct{})
	w.mu.Lock()
	w.waiting[number] = came
	w.mu.Unlock()
	select {
	case <-came:
		return nil
	case <-time.After(30 * time.Second):
		return fmt.Errorf("%s did not come within 30 s", number)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *watch) look(ctx context.Context, db *pgxpool.Pool) error {
	for ctx.Err() == nil {
		time.Sleep(lookEvery)
		w.mu.Lock()
		var tasks, cases, printed []string
		for number := range w.waiting {
			switch caseNo, papers := strings.CutSuffix(number, papersToo); {
			case papers:
				printed = append(printed, caseNo)
			case strings.Contains(number, "."):
				tasks = append(tasks, number)
			default:
				cases = append(cases, number)
			}
		}
		w.mu.Unlock()
		if len(tasks)+len(cases)+len(printed) == 0 {
			continue
		}
		rows, err := db.Query(ctx, `SELECT id FROM tasks WHERE id = ANY ($1) AND state = 'open'
			UNION ALL SELECT case_no FROM cases WHERE case_no = ANY ($2) AND status = 'ended'
			UNION ALL SELECT case_no || '+' FROM cases c WHERE case_no = ANY ($3) AND status = 'ended'
				AND NOT EXISTS (SELECT FROM documents d WHERE d.case_no = c.case_no AND d.state = 'pending')`, tasks, cases, printed)
		if err != nil {
			return err
		}
		var number string
		for rows.Next() {
			if err := rows.Scan(&number); err != nil {
				return err
			}
			w.mu.Lock()
			close(w.waiting[number])
			delete(w.waiting, number)
			w.mu.Unlock()
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

// end stops looking and gives what went wrong meanwhile.
func (w *watch) end(ctx context.Context) error {
	w.stop()
	if err := <-w.stopped; err != nil && ctx.Err() == nil && !strings.Contains(err.Error(), "context canceled") {
		return fmt.Errorf("watch the database: %w", err)
	}
	return nil
}

// eachOf runs do at once for as many clients as there are, until the time is over, and gives how many were done in a
// second. A client under way at the end is let finish, and counted with the time it took.
func eachOf[T any](ctx context.Context, clients []T, most time.Duration, do func(context.Context, T) error) (float64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var done atomic.Int64
	var busy atomic.Int64 // client time in nanoseconds
	var all sync.WaitGroup
	begun := time.Now()
	for _, c := range clients {
		all.Go(func() {
			for time.Since(begun) < most && ctx.Err() == nil {
				if err := do(ctx, c); err != nil {
					cancel(err)
					return
				}
				done.Add(1)
			}
			busy.Add(int64(time.Since(begun)))
		})
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil {
		return 0, err
	}
	// While the last ones finish, fewer clients are at work: count the time that clients worked.
	return float64(done.Load()) * float64(len(clients)) / (float64(busy.Load()) / float64(time.Second)), nil
}
