// Package activities is everything a workflow does to the world. What changes a case is a local activity: one
// transaction keyed by (case, step), so a retry writes nothing twice. Paper is printed by an ordinary activity,
// because a renderer that is down delays paper and never a decision.
package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/sealing"
	"tuoyu/store"
)

// Engine does what workflows ask for. Its methods are the activities.
type Engine struct {
	DB        *store.DB
	Rules     *policies.Engine
	Almanac   *store.Almanac
	Renderer  *documents.Renderer
	Blobs     store.Blobs
	Fields    *sealing.Fields // nil: no keyset, so nothing of children is there to be read
	PublicURL string          // where papers are verified, without a slash at the end
	Processes *definition.Set // what follows an answer to a task, and what it is called

	trial *trial // what is done is taken back; see Preview
}

// untilDone bounds all tries of a step together. It must be set: without it the SDK takes the bound of one try for that of all, and
// ten seconds without Postgres would end the case.
const untilDone = 366 * 24 * time.Hour

// Local gives ctx the options of a step in the database: tried until it is done, since Postgres being away must
// not lose a step.
func Local(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: untilDone,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumInterval: time.Minute},
	})
}

// PapersQueue is the task queue of printing. It is not the queue of the processes, so a backlog of paper never
// holds up a decision and a city may print on another machine.
const PapersQueue = "tuoyu-papers"

// Printing gives ctx the options of printing: tried for as long as the renderer is away. A worker that dies with a
// paper in hand is noticed by its heartbeats.
func Printing(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           PapersQueue,
		StartToCloseTimeout: 2 * time.Minute,
		HeartbeatTimeout:    10 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 2 * time.Second, MaximumInterval: 10 * time.Minute},
	})
}

// step is one move of a case inside its transaction.
type step struct {
	q    *store.Queries
	c    store.Case
	name string
	at   time.Time

	latestVersion *nursery.Application // of the application, once read
	latestStored  json.RawMessage      // the same as it is stored
}

// inStep runs do once for (case, name): when the step's event is already written, do is not run and false is
// returned, so the caller reads back what was done.
func (e *Engine) inStep(ctx context.Context, caseNo, name string, at time.Time, do func(context.Context, *step) error) (bool, error) {
	var done bool
	within := func(do func(*store.Queries) error) error { return e.DB.As(ctx, nursery.Engine, do) }
	if e.trial != nil {
		within = func(do func(*store.Queries) error) error { return do(e.trial.q) }
	}
	err := within(func(q *store.Queries) error {
		q.Ahead(func(q *store.Queries) {
			_, _ = q.CaseForStep(ctx, caseNo)
			_, _ = q.StepDone(ctx, store.StepDoneParams{CaseNo: caseNo, Step: name})
		})
		c, err := q.CaseForStep(ctx, caseNo)
		if err != nil {
			return fmt.Errorf("lock case: %w", err)
		}
		written, err := q.StepDone(ctx, store.StepDoneParams{CaseNo: caseNo, Step: name})
		if err != nil || written {
			return err
		}
		done = true
		return do(ctx, &step{q: q, c: c, name: name, at: at})
	})
	if err != nil {
		return false, fmt.Errorf("step %s of %s: %w", name, caseNo, err)
	}
	return done, nil
}

// event is what a step leaves on the timeline 留痕.
type event struct {
	kind     string
	actor    string
	role     nursery.Role
	note     string
	internal bool
	data     any
}

func (s *step) record(ctx context.Context, ev event) error {
	data, err := json.Marshal(orEmpty(ev.data))
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	if ev.actor == "" {
		ev.actor, ev.role = nursery.Engine.Account, nursery.RoleEngine
	}
	err = s.q.InsertEvent(ctx, store.InsertEventParams{
		CaseNo: s.c.CaseNo, County: s.c.County, Institution: s.c.Institution, Step: s.name, Kind: ev.kind,
		Actor: ev.actor, ActorRole: string(ev.role), Note: ev.note, Data: data, Internal: ev.internal, At: s.at,
	})
	if err != nil {
		return fmt.Errorf("record event %s: %w", ev.kind, err)
	}
	return nil
}

func orEmpty(v any) any {
	if v == nil {
		return struct{}{}
	}
	return v
}

// saveCase writes the case row back as the step left it. A case that has ended leaves nobody a task: what a lost try of the workflow
// opened is cancelled too.
func (s *step) saveCase(ctx context.Context) error {
	s.c.UpdatedAt = s.at
	if s.c.Status == string(nursery.CaseEnded) {
		if err := s.cancelTasks(ctx, -1); err != nil {
			return err
		}
	}
	err := s.q.MoveCase(ctx, store.MoveCaseParams{
		CaseNo: s.c.CaseNo, Stage: s.c.Stage, Status: s.c.Status, Outcome: s.c.Outcome, Holder: s.c.Holder,
		DueOn: s.c.DueOn, DueProvisional: s.c.DueProvisional, Overdue: s.c.Overdue, ReceivedOn: s.c.ReceivedOn,
		UpdatedAt: s.c.UpdatedAt, EndedAt: s.c.EndedAt,
	})
	if err != nil {
		return fmt.Errorf("move case: %w", err)
	}
	return nil
}

func (s *step) today() nursery.Date { return nursery.DateOf(s.at) }

// latest returns the latest version of the application of the case, also as it is stored.
func (s *step) latest(ctx context.Context) (nursery.Application, json.RawMessage, error) {
	if s.latestVersion == nil {
		row, err := s.q.LatestApplication(ctx, s.c.CaseNo)
		if err != nil {
			return nursery.Application{}, nil, err
		}
		var a nursery.Application
		if err := json.Unmarshal(row.Facts, &a); err != nil {
			return a, nil, fmt.Errorf("decode application: %w", err)
		}
		s.latestVersion, s.latestStored = &a, row.Facts
	}
	return *s.latestVersion, s.latestStored, nil
}
