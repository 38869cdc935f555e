// Package activities implements the side effects of workflows. What changes a case is a local activity: one transaction
// keyed by (case, step), so a retry writes nothing twice. Documents are rendered by a regular activity, so that an
// unavailable renderer delays documents and never a decision.
package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"tuoyu/calendar"
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/sealing"
	"tuoyu/store"
)

// Engine implements the activities as its methods.
type Engine struct {
	DB            *store.DB
	Rules         *policies.Engine
	CalendarCache *store.CalendarCache
	Applications  *ApplicationCache // may be nil
	Renderer      *documents.Renderer
	Blobs         store.Blobs
	Fields        *sealing.Fields // nil without a keyset: no data of children can then be read
	PublicURL     string          // the base URL for verifying documents, without a trailing slash
	Processes     *definition.Set // the steps that follow an answer to a task, and its titles

	// Interpreted runs in a preview what follows an answer to a task of a procedure; nil: nothing is shown.
	Interpreted func(ctx context.Context, e *Engine, task store.Task, a Answer) error

	trial *trial // for a preview, which is rolled back; see Preview
}

// untilDone is the time limit of all attempts of a step together. It must be set: without it the SDK applies the limit
// of one attempt to all, and ten seconds without Postgres would end the case.
const untilDone = 366 * 24 * time.Hour

// Local returns ctx with the options of a step in the database: retried until it succeeds, since an unavailable
// Postgres must not lose a step.
func Local(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: untilDone,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumInterval: time.Minute},
	})
}

// PapersQueue is the task queue of rendering. It is separate from the queue of the processes, so a backlog of documents
// never delays a decision and a city may render on another machine.
const PapersQueue = "tuoyu-papers"

// Printing returns ctx with the options of rendering: retried for as long as the renderer is unavailable. Heartbeats
// detect a worker that dies while it renders.
func Printing(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:           PapersQueue,
		StartToCloseTimeout: 2 * time.Minute,
		HeartbeatTimeout:    10 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 2 * time.Second, MaximumInterval: 10 * time.Minute},
	})
}

// step is one step of a case inside its transaction.
type step struct {
	q    *store.Queries
	c    store.Case
	name string
	at   time.Time

	applications *ApplicationCache
	application  knownApplication // the latest version if upToDate, otherwise one that may have been replaced
	upToDate     bool
	readClocks   []store.Clock // of the case, once read and until one is written

	deferred bool // the case row and the events are written at the end of the step
	moved    *store.MoveCaseParams
	events   []store.InsertEventParams
}

// inStep runs do once for (case, name): if the step's event is already stored, it does not run do and returns false, so
// that the caller reads the earlier result. The reads in ahead, those with which do begins, are sent together with the lock.
func (e *Engine) inStep(ctx context.Context, caseNo, name string, at time.Time, do func(context.Context, *step) error, ahead ...read) (bool, error) {
	var done bool
	within := func(do func(*store.Queries) error) error { return e.DB.As(ctx, nursery.Engine, do) }
	if e.trial != nil {
		within = func(do func(*store.Queries) error) error { return do(e.trial.q) }
	}
	err := within(func(q *store.Queries) error {
		s := &step{q: q, name: name, at: at, deferred: true, applications: e.Applications, application: e.Applications.find(caseNo)}
		var written bool
		lock := func(q *store.Queries) error {
			row, err := q.CaseOfStep(ctx, store.CaseOfStepParams{CaseNo: caseNo, Step: name})
			s.c, written = row.Case, row.Written
			return err
		}
		reads := []func(*store.Queries) error{lock}
		for _, read := range ahead {
			reads = append(reads, func(q *store.Queries) error { return read(ctx, q, caseNo, s.application.version) })
		}
		err := q.Ahead(reads...)
		if err == nil {
			err = lock(q)
		}
		if err != nil || written {
			return err
		}
		done = true
		if err := do(ctx, s); err != nil {
			return err
		}
		return s.write(ctx)
	})
	if err != nil {
		if e.doneMeanwhile(ctx, caseNo, name) {
			return false, nil
		}
		return false, fmt.Errorf("step %s of %s: %w", name, caseNo, err)
	}
	return done, nil
}

// doneMeanwhile reports whether a step that failed is written: by another attempt that held the lock on the case while this
// one waited for it, and whose event this one did not see.
func (e *Engine) doneMeanwhile(ctx context.Context, caseNo, name string) (written bool) {
	if e.trial != nil {
		return false
	}
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		written, err = q.StepDone(ctx, store.StepDoneParams{CaseNo: caseNo, Step: name})
		return err
	})
	return err == nil && written // otherwise the error of the step counts
}

// read is a query of a case that a step begins with. known is the version of the application that is remembered.
type read func(ctx context.Context, q *store.Queries, caseNo string, known int32) error

func readClocks(ctx context.Context, q *store.Queries, caseNo string, _ int32) error {
	_, err := q.ClocksOfCase(ctx, caseNo)
	return err
}

func readApplication(ctx context.Context, q *store.Queries, caseNo string, known int32) error {
	_, err := q.LatestApplicationSince(ctx, store.LatestApplicationSinceParams{CaseNo: caseNo, Known: known})
	return err
}

// event is the timeline entry of a step 留痕.
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
	s.events = append(s.events, store.InsertEventParams{
		CaseNo: s.c.CaseNo, County: s.c.County, Institution: s.c.Institution, Step: s.name, Kind: ev.kind,
		Actor: ev.actor, ActorRole: string(ev.role), Note: ev.note, Data: data, Internal: ev.internal, At: s.at,
	})
	if s.deferred {
		return nil
	}
	return s.write(ctx)
}

// write writes the case row and the events that the step has left, both in one statement where there are both.
func (s *step) write(ctx context.Context) error {
	if m := s.moved; m != nil && len(s.events) > 0 {
		ev := s.events[0]
		err := s.q.MoveCaseWithEvent(ctx, store.MoveCaseWithEventParams{
			CaseNo: m.CaseNo, Stage: m.Stage, Status: m.Status, Outcome: m.Outcome, Holder: m.Holder, DueOn: m.DueOn,
			DueProvisional: m.DueProvisional, Overdue: m.Overdue, ReceivedOn: m.ReceivedOn, UpdatedAt: m.UpdatedAt, EndedAt: m.EndedAt,
			County: ev.County, Institution: ev.Institution, Step: ev.Step, Kind: ev.Kind, Actor: ev.Actor, ActorRole: ev.ActorRole,
			Note: ev.Note, Data: ev.Data, Internal: ev.Internal, At: ev.At,
		})
		if err != nil {
			return err
		}
		s.moved, s.events = nil, s.events[1:]
	}
	if s.moved != nil {
		if err := s.q.MoveCase(ctx, *s.moved); err != nil {
			return err
		}
	}
	for _, ev := range s.events {
		if err := s.q.InsertEvent(ctx, ev); err != nil {
			return err
		}
	}
	s.moved, s.events = nil, nil
	return nil
}

func orEmpty(v any) any {
	if v == nil {
		return struct{}{}
	}
	return v
}

// saveCase stores the case row as the step left it. A case that has ended has no open tasks: those opened by a lost
// attempt of the workflow are cancelled too.
func (s *step) saveCase(ctx context.Context) error {
	s.c.UpdatedAt = s.at
	if s.c.Status == string(nursery.CaseEnded) {
		if err := s.cancelTasks(ctx, -1); err != nil {
			return err
		}
	}
	s.moved = &store.MoveCaseParams{
		CaseNo: s.c.CaseNo, Stage: s.c.Stage, Status: s.c.Status, Outcome: s.c.Outcome, Holder: s.c.Holder,
		DueOn: s.c.DueOn, DueProvisional: s.c.DueProvisional, Overdue: s.c.Overdue, ReceivedOn: s.c.ReceivedOn,
		UpdatedAt: s.c.UpdatedAt, EndedAt: s.c.EndedAt,
	}
	if s.deferred {
		return nil
	}
	return s.write(ctx)
}

func (s *step) today() nursery.Date { return nursery.DateOf(s.at) }

// latest returns the latest version of the application of the case, which must not be changed.
func (s *step) latest(ctx context.Context) (nursery.Application, error) {
	if s.upToDate {
		return s.application.content, nil
	}
	row, err := s.q.LatestApplicationSince(ctx, store.LatestApplicationSinceParams{CaseNo: s.c.CaseNo, Known: s.application.version})
	switch {
	case store.IsNotFound(err) && s.application.version > 0: // the one that is remembered is the latest
	case err != nil:
		return nursery.Application{}, err
	default:
		a := knownApplication{caseNo: s.c.CaseNo, version: row.Version}
		if err := json.Unmarshal(row.Facts, &a.content); err != nil {
			return a.content, fmt.Errorf("decode application: %w", err)
		}
		s.applications.add(a)
		s.application = a
	}
	s.upToDate = true
	return s.application.content, nil
}

// Named is an activity with its name in histories, and its own task queue if it does not run on that of the processes.
type Named struct {
	Name  string
	Run   any
	Queue string
}

// Names returns every activity of e with its name; those of a process are listed beside its steps. A name never changes:
// running cases are replayed against it, and the server retries a step under it. A method may be renamed; its name here may
// not, and the name of a removed method is never reused.
func Names(e *Engine) []Named {
	return slices.Concat([]Named{
		{"Assess", e.Assess, ""},
		{"OpenCase", e.OpenCase, ""},
		{"PrintPapers", e.PrintPapers, PapersQueue},
		{"OpenTask", e.OpenTask, ""},
		{"RescheduleTask", e.RescheduleTask, ""},
		{"MarkTask", e.MarkTask, ""},
		{"CloseTask", e.CloseTask, ""},
		{"CancelTask", e.CancelTask, ""},
		{"CancelUnasked", e.CancelUnasked, ""},
		{"MarkStuck", e.MarkStuck, ""},
		{"ClearStuck", e.ClearStuck, ""},
	},
		filingNames(e), changeNames(e), buildNames(e), contractNames(e), checkupNames(e), referralNames(e),
		inspectionNames(e), inspectionPlanNames(e), complaintNames(e), insuranceNames(e), claimNames(e),
	)
}

// ByName returns the activity of that name, for a workflow to call; nil if there is none.
func ByName(name string) any { return byName[name] }

var byName = func() map[string]any {
	all := map[string]any{}
	for _, a := range Names(nil) {
		all[a.Name] = a.Run
	}
	return all
}()

// Step is a step of a case for packages that implement steps of their own, inside its transaction.
type Step struct {
	*step
	engine *Engine
	Years  calendar.Years
}

// TakeStep runs do as the step of that name, once, and stores the case as do leaves it. It returns false without running do if
// the step was taken before. In a preview, it runs in the transaction that is rolled back.
func TakeStep(ctx context.Context, e *Engine, caseNo, name string, at time.Time, do func(context.Context, *Step) error) (bool, error) {
	years, err := e.years(ctx)
	if err != nil {
		return false, err
	}
	return e.inStep(ctx, caseNo, name, at, func(ctx context.Context, s *step) error {
		if err := do(ctx, &Step{s, e, years}); err != nil {
			return err
		}
		return s.saveCase(ctx)
	})
}

// Queries returns the queries of the step's transaction.
func (s *Step) Queries() *store.Queries { return s.q }

// Case returns the case, which the step may change; it is stored at the end of the step.
func (s *Step) Case() *store.Case { return &s.c }

// At returns the time of the step.
func (s *Step) At() time.Time { return s.at }

// Today returns the day of the step.
func (s *Step) Today() nursery.Date { return s.today() }

// Trial reports whether the step is that of a preview.
func (s *Step) Trial() bool { return s.engine.trial != nil }

// Receive records that the workflow of the case has started: its start is delivered, and it is received on this day.
func (s *Step) Receive(ctx context.Context) error { return s.take(ctx) }

// End closes the case in a stage.
func (s *Step) End(stage nursery.Stage) { s.end(stage) }

// Entry is an entry of the timeline. Without an actor it is the engine's.
type Entry struct {
	Kind, Actor, Note string
	Role              nursery.Role
	Internal          bool // not shown to the institution
	Data              any
}

// Record adds the entry of the step to the timeline.
func (s *Step) Record(ctx context.Context, e Entry) error {
	return s.record(ctx, event{kind: e.Kind, actor: e.Actor, role: e.Role, note: e.Note, internal: e.Internal, data: e.Data})
}

// Notify records what the applicant has to correct.
func (s *Step) Notify(ctx context.Context, gaps []nursery.Reason) error {
	return s.notifyGaps(ctx, gaps)
}

// Answered decodes the answer that closed a task.
func (s *Step) Answered(ctx context.Context, task string, into any) error {
	return s.answer(ctx, task, into)
}

// RequestPaper issues a document. Head is completed from the case and what is known of the institution.
func (s *Step) RequestPaper(ctx context.Context, kind definition.Paper, content documents.Content) error {
	return s.engine.requestDocument(ctx, s.step, kind, content)
}

// Clock returns a legal clock of the case.
func (s *Step) Clock(ctx context.Context, name string) (store.Clock, error) {
	return s.clock(ctx, name)
}

// StartClock starts a legal clock with a limit in working days.
func (s *Step) StartClock(ctx context.Context, name string, days int) error {
	return s.startClock(ctx, s.Years, name, days)
}

// TurnClock changes a legal clock of the case, such as to pause it.
func (s *Step) TurnClock(ctx context.Context, name string, turn func(calendar.Clock) calendar.Clock) error {
	row, err := s.clock(ctx, name)
	if err != nil {
		return err
	}
	legal, err := row.Legal()
	if err != nil {
		return err
	}
	return s.putClock(ctx, s.Years, row, turn(legal))
}

// EndClock stops a legal clock for good.
func (s *Step) EndClock(ctx context.Context, name string) error {
	return s.endClocks(ctx, s.Years, name)
}
