package procedure

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"tuoyu/nursery"
	"tuoyu/procedures"
)

// The names of the Updates and signals of every procedure, besides those of its tasks. None is of one stage, so that what
// comes early finds a receiver.
const (
	AnytimeUpdate = "anytime"
	MoveUpdate    = "move"
	EventSignal   = "event"
	RowsSignal    = "rows_written"
)

// SubCaseEnded is the event by which a sub-case wakes the case that opened it.
const SubCaseEnded = "sub_case.ended"

// ObjectionSet is the name of the set of rows that holds the objections to a publication.
const ObjectionSet = "objection"

// maxHeard is the number of ids of events by which a repeated one is recognized.
const maxHeard = 32

// Anytime asks for what a procedure permits in several stages, such as a withdrawal. Its ID is the Update's; the form is
// stored in Postgres under it.
type Anytime struct {
	ID, Name, Actor string
	Role            nursery.Role
}

// Event is something that happened outside the case. An event that the plan waits for, and that comes before the case has
// got there, is used then.
type Event struct {
	ID, Name string
}

// RowsWritten reports that rows were written or that a collection was sent.
type RowsWritten struct {
	Set  string
	Rows int  // that the sets of the collection have now
	Sent bool // nothing more will be written
}

// Move asks for a running case to go on under another plan. Its ID is the Update's; the reason is stored in Postgres under it.
type Move struct {
	ID, Hash string
	Actor    string
	Role     nursery.Role
	Shift    procedures.Shift // from the plan of the case to that of the hash
}

// jump is what may be done anytime, as a person or an event asks for it.
type jump struct {
	act     int // of Plan.Anytime
	left    Left
	event   string
	settled bool
	applied bool
}

// handle registers the handlers, before the workflow waits for the first time.
func (r *run) handle(ctx workflow.Context) error {
	err := workflow.SetUpdateHandlerWithOptions(ctx, AnytimeUpdate, r.anytime, workflow.UpdateHandlerOptions{
		Validator: func(a Anytime) error {
			if r.plan == nil {
				return nil
			}
			_, err := r.refuse(a)
			return err
		},
	})
	if err != nil {
		return fmt.Errorf("handle %s: %w", AnytimeUpdate, err)
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, MoveUpdate, r.moveTo, workflow.UpdateHandlerOptions{Validator: r.refuseMove})
	if err != nil {
		return fmt.Errorf("handle %s: %w", MoveUpdate, err)
	}
	workflow.Go(ctx, func(ctx workflow.Context) {
		events := workflow.GetSignalChannel(ctx, EventSignal)
		for e := (Event{}); r.loaded(ctx) && events.Receive(ctx, &e); e = (Event{}) {
			r.hear(e)
		}
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		written := workflow.GetSignalChannel(ctx, RowsSignal)
		for w := (RowsWritten{}); r.loaded(ctx) && written.Receive(ctx, &w); w = (RowsWritten{}) {
			r.written(w)
		}
	})
	return nil
}

// loaded waits for the plan and reports whether it has come.
func (r *run) loaded(ctx workflow.Context) bool {
	return workflow.Await(ctx, func() bool { return r.plan != nil }) == nil
}

// hear holds an event that the plan names, once for each id.
func (r *run) hear(e Event) {
	if e.ID != "" {
		if slices.Contains(r.cursor.Heard, e.ID) {
			return
		}
		r.cursor.Heard = append(r.cursor.Heard[max(0, len(r.cursor.Heard)-maxHeard+1):], e.ID)
	}
	if e.Name == SubCaseEnded {
		for _, l := range r.lines {
			l.counted = false
		}
		return
	}
	named := slices.ContainsFunc(r.plan.Anytime, func(a procedures.Interruption) bool { return a.Event == e.Name }) ||
		slices.ContainsFunc(r.plan.Stages, func(s procedures.Stage) bool { return s.Wait != nil && s.Wait.Event == e.Name })
	if named && !slices.Contains(r.cursor.Events, e.Name) {
		r.cursor.Events = append(r.cursor.Events, e.Name)
	}
}

// use removes an event that was waited for.
func (r *run) use(event string) {
	r.cursor.Events = slices.DeleteFunc(slices.Clone(r.cursor.Events), func(e string) bool { return e == event })
}

// written wakes the line that waits for the rows.
func (r *run) written(w RowsWritten) {
	for _, l := range r.lines {
		s := &r.plan.Stages[l.Stage]
		switch {
		case s.Publish != nil && w.Set == ObjectionSet:
			l.Object = true
		case s.Collect != nil && slices.ContainsFunc(s.Collect.Rows, func(i int) bool { return r.plan.Rows[i].Name == w.Set }):
			l.Rows, l.Sent = max(l.Rows, w.Rows), l.Sent || w.Sent
		}
	}
}

// anytime does what a person asks for and returns when the case has entered the stage to which it leads.
func (r *run) anytime(ctx workflow.Context, a Anytime) error {
	if err := workflow.Await(ctx, func() bool { return r.plan != nil && len(r.lines) > 0 || r.done() }); err != nil {
		return err
	}
	act, err := r.refuse(a)
	if err != nil {
		return err
	}
	j := &jump{act: act, left: Left{Task: a.ID, Actor: a.Actor, Role: a.Role}}
	r.jump = j
	if err := workflow.Await(ctx, func() bool { return j.settled || r.done() }); err != nil {
		return err
	}
	if !j.applied {
		return refusal(ErrTooLate, "the case has gone on meanwhile")
	}
	return nil
}

// refuse returns what is asked for, or why it is refused.
func (r *run) refuse(a Anytime) (int, error) {
	act := slices.IndexFunc(r.plan.Anytime, func(i procedures.Interruption) bool { return i.Name == a.Name && i.Role != "" && i.Role == a.Role })
	switch {
	case act < 0:
		return act, refusal(ErrTooLate, "the procedure does not permit this to this role")
	case r.done() || r.jump != nil || !r.allowed(act):
		return act, refusal(ErrTooLate, "not possible in this stage")
	}
	return act, nil
}

// allowed reports whether a line is in a stage in which the interruption is possible.
func (r *run) allowed(act int) bool {
	return slices.ContainsFunc(r.lines, func(l *line) bool { return !l.joined && slices.Contains(r.plan.Anytime[act].In, l.Stage) })
}

// wanted returns what is to be done at once: what a person asked for, or what an event causes in this stage; nil if nothing is.
func (r *run) wanted() *jump {
	if r.jump != nil {
		return r.jump
	}
	for act, a := range r.plan.Anytime {
		if a.Event != "" && slices.Contains(r.cursor.Events, a.Event) && r.allowed(act) {
			return &jump{act: act, event: a.Event}
		}
	}
	return nil
}

// interrupt cancels what the case waits for and takes it to the stage of an interruption.
func (r *run) interrupt(ctx workflow.Context, j *jump) error {
	defer func() { j.settled, r.jump = true, nil }()
	if !r.allowed(j.act) {
		return nil
	}
	act := &r.plan.Anytime[j.act]
	main := r.lines[slices.IndexFunc(r.lines, func(l *line) bool { return l.Slot == procedures.None })]
	left := by(j.left)
	left.Stage, left.Step, left.Result = main.Stage, main.Step, "anytime."+act.Name
	if err := r.stop(ctx, slices.Clone(r.lines)); err != nil {
		return err
	}
	r.use(j.event)
	l := r.spawn(ctx, Line{Slot: procedures.None, Stage: act.To, Left: &left})
	j.applied = true
	return workflow.Await(ctx, func() bool { return l.Entered || r.done() })
}
