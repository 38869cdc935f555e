package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
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

// applicant is an institution with uploaded papers, which others are copied from: each filing of the benchmark is that
// of an institution of its own.
type applicant struct {
	*roleplay.Applicant
	application nursery.Application
}

// newApplicant registers an institution for the application of that name and uploads its papers, all over HTTP.
func newApplicant(ctx context.Context, d *roleplay.Users, name string) (*applicant, error) {
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

// filing is an application ready to be submitted by the county's second clerk for an institution of its own.
type filing struct {
	*applicant
	institution string
	application nursery.Application
}

// filings is a stock of prepared filings.
type filings chan *filing

func (s filings) next() (*filing, error) {
	f, ok := <-s
	if !ok {
		return nil, fmt.Errorf("all %d filings in stock are used up", cap(s))
	}
	return f, nil
}

// decide takes the next filing to its decision.
func (s filings) decide(ctx context.Context, d *roleplay.Users, w *watch) (string, error) {
	f, err := s.next()
	if err != nil {
		return "", err
	}
	return f.decide(ctx, d, w)
}

// stock creates n filings, of each applicant's kind in turn: credit code, registration and uploaded papers are copies
// of the applicant's under another name, inserted directly into the database, since creating them is not measured.
func stock(ctx context.Context, db *pgxpool.Pool, like []*applicant, n int) (filings, error) {
	made := make(filings, n)
	var rows pgx.Batch
	for i := range n {
		f, err := like[i%len(like)].another(&rows)
		if err != nil {
			return nil, err
		}
		made <- f
	}
	if err := db.SendBatch(ctx, &rows).Close(); err != nil {
		return nil, fmt.Errorf("stock filings: %w", err)
	}
	close(made)
	return made, nil
}

func (a *applicant) another(rows *pgx.Batch) (*filing, error) {
	serial := int(serials.Add(1))
	app, reg, err := testdata.Another(a.application, a.Registration, serial)
	if err != nil {
		return nil, err
	}
	facts, err := json.Marshal(reg)
	if err != nil {
		return nil, err
	}
	f := &filing{applicant: a, institution: fmt.Sprintf("bench-%s-%04d", a.County(), serial)}
	rows.Queue(`INSERT INTO registrations (uscc, county, facts, source, confirmed_by, updated_at)
		VALUES ($1, $2, $3, 'registrar', $4, now())`, reg.USCC, a.County(), facts, a.Registrar().Account)
	uploaded := map[string]string{}
	f.application = testdata.WithAttachments(app, func(k nursery.PaperKind) string {
		old := a.Uploaded(k)
		uploaded[old] = fmt.Sprintf("%s-%s", f.institution, k)
		return uploaded[old]
	})
	for old, id := range uploaded {
		rows.Queue(`INSERT INTO attachments (id, sha256, file_key, county, institution, name, media_type, size, scan, uploaded_by, uploaded_at)
			SELECT $2, sha256, file_key, county, $3, name, media_type, size, scan, $4, uploaded_at FROM attachments WHERE id = $1`,
			old, id, f.institution, clerkAtCounter(a.County()))
	}
	return f, nil
}

// clerkAtCounter returns the account of the clerk who enters the filings, and so uploads their papers.
func clerkAtCounter(county string) string { return "clerk-" + county + "-2" }

// hand submits the filing and returns its case number.
func (f *filing) hand(ctx context.Context, d *roleplay.Users) (string, error) {
	var started roleplay.Started
	err := d.As(clerkAtCounter(f.County())).Post(ctx, "/api/v1/filings", key(),
		map[string]any{"institution": f.institution, "application": f.application}, &started)
	return started.CaseNo, err
}

// kinds returns the names of the clean applications of the six site kinds.
func kinds() []string {
	var list []string
	for _, name := range testdata.Names() {
		if name != "family_point_as_institution" {
			list = append(list, name)
		}
	}
	return list
}

// decide takes a clean filing from the start to the decision on site: it is submitted, a clerk accepts, one officer
// visits and another countersigns. It returns the case number.
func (f *filing) decide(ctx context.Context, d *roleplay.Users, w *watch) (string, error) {
	caseNo, err := f.hand(ctx, d)
	if err != nil {
		return "", err
	}
	for i, r := range accepted(f.applicant) {
		task := fmt.Sprintf("%s.%d", caseNo, i+1)
		if err := w.await(ctx, task); err != nil {
			return "", err
		}
		done, err := r.who.Complete(ctx, key(), task, r.outcome, r.form)
		if err != nil {
			return "", err
		}
		if !done.Delivered {
			return "", fmt.Errorf("answer to %s was kept and not delivered", task)
		}
	}
	return caseNo, w.await(ctx, caseNo)
}

// watch notifies clients when a task is open or a case decided. It queries the database once for all of them, so that
// polling does not affect the measurement.
type watch struct {
	mu      sync.Mutex
	waiting map[string]chan struct{}
	stop    context.CancelFunc
	stopped chan error
}

const lookEvery = 15 * time.Millisecond

// papersToo after a case number waits until the case has ended and all its documents are rendered.
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

// lookups are the queries for what clients wait for. Each is planned once, and only those that somebody waits for are sent.
var lookups = map[string]string{
	"task": `SELECT id FROM tasks WHERE id = ANY ($1) AND state = 'open'`,
	"case": `SELECT case_no FROM cases WHERE case_no = ANY ($1) AND status = 'ended'`,
	"papers": `SELECT case_no || '+' FROM cases c WHERE case_no = ANY ($1) AND status = 'ended'
		AND NOT EXISTS (SELECT FROM documents d WHERE d.case_no = c.case_no AND d.state = 'pending')`,
}

func (w *watch) look(ctx context.Context, db *pgxpool.Pool) error {
	conn, err := db.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SET plan_cache_mode = force_generic_plan"); err != nil {
		return err
	}
	for ctx.Err() == nil {
		time.Sleep(lookEvery)
		awaited := map[string][]string{}
		w.mu.Lock()
		for number := range w.waiting {
			switch caseNo, papers := strings.CutSuffix(number, papersToo); {
			case papers:
				awaited["papers"] = append(awaited["papers"], caseNo)
			case strings.Contains(number, "."):
				awaited["task"] = append(awaited["task"], number)
			default:
				awaited["case"] = append(awaited["case"], number)
			}
		}
		w.mu.Unlock()
		for what, numbers := range awaited {
			rows, err := conn.Query(ctx, lookups[what], numbers)
			if err != nil {
				return err
			}
			came, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				return err
			}
			w.mu.Lock()
			for _, number := range came {
				close(w.waiting[number])
				delete(w.waiting, number)
			}
			w.mu.Unlock()
		}
	}
	return nil
}

// end stops polling and returns any error in the meantime.
func (w *watch) end(ctx context.Context) error {
	w.stop()
	if err := <-w.stopped; err != nil && ctx.Err() == nil && !strings.Contains(err.Error(), "context canceled") {
		return fmt.Errorf("watch the database: %w", err)
	}
	return nil
}

// throughput has the clients call do repeatedly until the time is over, and returns the number of calls per second and
// in total. Calls in progress at the end are completed, and counted with the time they took.
func throughput(ctx context.Context, most time.Duration, do func(context.Context) error) (rate, count float64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var done atomic.Int64
	var busy atomic.Int64 // client time in nanoseconds
	var all sync.WaitGroup
	begun := time.Now()
	for range clients {
		all.Go(func() {
			for time.Since(begun) < most && ctx.Err() == nil {
				if err := do(ctx); err != nil {
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
		return 0, 0, err
	}
	// While the last calls complete, fewer clients are busy: count the time that clients worked.
	count = float64(done.Load())
	return count * clients / (float64(busy.Load()) / float64(time.Second)), count, nil
}
