package procedure

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/procedures"
)

// movesFrom is the version of the interpreter that moves running cases. A run that began under an earlier one moves none: the worker that
// runs it again may still be of that version. It takes the newest interpreter when it continues as new.
const movesFrom = 2

// refuseMove returns why a case is not moved now; nil if it is.
func (r *run) refuseMove(m Move) error {
	switch {
	case r.departed(m):
		return nil
	case r.version < movesFrom:
		return refusal(ErrNotMoved, "this run began under an interpreter that moves no cases")
	case r.plan == nil || r.done() || r.jump != nil || r.moving != nil:
		return refusal(ErrNotMoved, "the case is going on, or has ended")
	case m.Hash == r.in.Hash:
		return refusal(ErrNotMoved, "the case has this plan")
	case len(m.Shift.Stages) != len(r.plan.Stages) || len(m.Shift.Tasks) != len(r.plan.Tasks) ||
		len(m.Shift.Clocks) != len(r.plan.Clocks) || len(m.Shift.RuleSets) != len(r.plan.RuleSets):
		return refusal(ErrNotMoved, "the move is not from the plan of the case")
	case !r.mayDepart(m):
		return refusal(ErrNotMoved, "the stage of the case is not in the later plan, or it does not wait in one stage alone")
	}
	return nil
}

// mayDepart reports whether the case waits in one stage alone, and in one that the move names.
func (r *run) mayDepart(m Move) bool {
	return len(r.lines) == 1 && r.atRest() && r.plan.Stages[r.lines[0].Stage].Verb != procedures.VerbTogether && m.Shift.Stages[r.lines[0].Stage] >= 0
}

// moveTo accepts a move. The case departs when nothing is in progress, which is at once unless an answer came together with the move.
func (r *run) moveTo(_ workflow.Context, m Move) error {
	if err := r.refuseMove(m); err != nil || r.departed(m) {
		return err
	}
	r.moving = &m
	return nil
}

// departed reports whether this run begins with the move, which was sent again.
func (r *run) departed(m Move) bool { return r.in.Move != nil && r.in.Move.ID == m.ID }

// departs returns the input of the run under the later plan, nil if the case has gone on to a stage from which it cannot be moved. A
// question that is to be asked again is cancelled before.
func (r *run) departs(ctx workflow.Context) (*Input, error) {
	m := r.moving
	if !r.mayDepart(*m) {
		r.moving = nil
		return nil, nil
	}
	line := r.lines[0].Line
	if slices.Contains(m.Shift.Again, line.Stage) {
		line.First = nil
		if err := r.stop(ctx, slices.Clone(r.lines)); err != nil {
			return nil, err
		}
		if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
			return nil, err
		}
	}
	next := r.in
	next.Cursor, next.Move = r.snapshot(), m
	next.Cursor.Lines = []Line{line}
	return &next, nil
}

// relocate has the case go on under the plan of the move.
func (r *run) relocate(ctx workflow.Context) error {
	m := r.in.Move
	in := MoveRevision{
		CaseNo: r.in.CaseNo, From: r.in.Hash, To: m.Hash, Step: "move/" + m.ID, At: workflow.Now(ctx), Move: m.ID, Actor: m.Actor, Role: m.Role,
		Stage: m.Shift.Stages[r.cursor.Lines[0].Stage],
	}
	if err := activities.Do(ctx, nil, shiftActivity, in); err != nil {
		return err
	}
	r.in.Hash = m.Hash
	return nil
}

// shift turns the cursor of the earlier plan into one of the later plan p. A stage counts the visits of every stage that became it, so
// that no step has the name of an earlier one.
func (r *run) shift(p *procedures.Plan) {
	s, old := r.in.Move.Shift, r.cursor
	r.cursor.Visits, r.cursor.Clocks = make([]int, len(p.Stages)), make([]ClockState, len(p.Clocks))
	r.cursor.Actors, r.cursor.Decided = make([][]string, len(p.Tasks)), make([]Decided, len(p.RuleSets))
	for i, to := range s.Stages {
		if to >= 0 {
			r.cursor.Visits[to] += old.Visits[i]
		}
	}
	for i, to := range s.Clocks {
		if to >= 0 && !slices.Contains(s.Anew, i) {
			r.cursor.Clocks[to] = old.Clocks[i]
		}
	}
	for i, to := range s.Tasks {
		if to >= 0 {
			r.cursor.Actors[to] = old.Actors[i]
		}
	}
	for i, to := range s.RuleSets {
		if to >= 0 {
			r.cursor.Decided[to] = old.Decided[i]
			r.cursor.Decided[to].RuleSet = to
		}
	}
	r.cursor.Lines = slices.Clone(old.Lines)
	for i := range r.cursor.Lines {
		r.cursor.Lines[i].Stage = s.Stages[r.cursor.Lines[i].Stage]
	}
}
