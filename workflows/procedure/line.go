package procedure

import (
	"fmt"
	"slices"
	"strconv"

	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/procedures"
)

// line is a Line that is being run.
type line struct {
	Line
	resting bool // it waits for something outside
	stopped bool // it goes no further
	joined  bool // its branch has come to its end
	counted bool // its sub-cases are counted
	over    bool // its coroutine has returned
}

// spawn runs a line in a coroutine of its own.
func (r *run) spawn(ctx workflow.Context, from Line) *line {
	l := &line{Line: from, counted: !from.Entered}
	r.lines = append(r.lines, l)
	workflow.Go(ctx, func(ctx workflow.Context) {
		if err := r.follow(ctx, l); err != nil && !l.stopped && r.err == nil {
			r.err = err
		}
		r.lines = slices.DeleteFunc(r.lines, func(other *line) bool { return other == l })
		l.over = true
	})
	return l
}

// follow takes a line from stage to stage until the case or its branch ends, or it is stopped.
func (r *run) follow(ctx workflow.Context, l *line) error {
	for {
		if !l.Entered {
			if err := r.enter(ctx, l); err != nil {
				return err
			}
		}
		s := &r.plan.Stages[l.Stage]
		if l.stopped || s.Verb == procedures.VerbEnd {
			if !l.stopped {
				r.end = l.Stage
			}
			return nil
		}
		left, err := r.wait(ctx, l, s)
		switch {
		case l.stopped:
			return nil
		case err != nil:
			return fmt.Errorf("stage %s: %w", s.Name, err)
		}
		left = by(left)
		left.Stage, left.Step = l.Stage, l.Step
		to, ok := target(s, left.Result)
		switch {
		case !ok:
			return refusal(ErrPlan, fmt.Sprintf("stage %s does not say where %q leads", s.Name, left.Result))
		case to == procedures.Joined:
			l.joined = true
			r.cursor.Joined = append(r.cursor.Joined, l.Slot)
			return r.move(ctx, MoveCase{Step: l.Step + "/joined", Left: &left, Stage: procedures.None}, nil)
		}
		l.Line = Line{Slot: l.Slot, Stage: to, Left: &left}
	}
}

// target returns where a result of a stage leads.
func target(s *procedures.Stage, result string) (int, bool) {
	for _, t := range s.On {
		if t.Result == result {
			return t.To, t.To >= 0 || t.To == procedures.Joined
		}
	}
	return procedures.None, false
}

// enter enters the stage of a line.
func (r *run) enter(ctx workflow.Context, l *line) error {
	s := &r.plan.Stages[l.Stage]
	r.cursor.Visits[l.Stage]++
	l.Step = s.Name + "." + strconv.Itoa(r.cursor.Visits[l.Stage])
	in := MoveCase{Step: l.Step, Left: l.Left, Stage: l.Stage, Turns: r.turns(s)}
	if s.Verb == procedures.VerbPay {
		if r.cursor.Paid {
			return refusal(ErrPaidTwice, "stage "+s.Name+" would pay a second time")
		}
		if in.Pays = r.cursor.Decided[s.RuleSet].ID; in.Pays == "" {
			return refusal(ErrPlan, "stage "+s.Name+" pays an amount that was not decided")
		}
	}
	if s.Verb == procedures.VerbTogether {
		r.cursor.Joined = nil
	}
	var moved Moved
	if err := r.move(ctx, in, &moved); err != nil {
		return fmt.Errorf("enter stage %s: %w", s.Name, err)
	}
	for _, d := range moved.Decided {
		r.cursor.Decided[d.RuleSet] = d
	}
	l.Twice = moved.Twice
	l.Until, l.SubCases, l.Rows = moved.Until, moved.SubCases, max(l.Rows, moved.Rows)
	l.Entered, l.Left = true, nil
	return nil
}

func (r *run) move(ctx workflow.Context, in MoveCase, moved *Moved) error {
	in.CaseNo, in.Hash, in.At = r.in.CaseNo, r.in.Hash, workflow.Now(ctx)
	if moved == nil {
		moved = &Moved{}
	}
	return activities.Do(ctx, moved, moveActivity, in)
}

// turns returns the changes of the clocks that the entry into a stage causes. A clock is paused while a line is in one of
// its stages.
func (r *run) turns(s *procedures.Stage) (turns []Turn) {
	turn := func(clock int, to ClockState) {
		if r.cursor.Clocks[clock] != to {
			r.cursor.Clocks[clock] = to
			turns = append(turns, Turn{clock, to})
		}
	}
	for i, c := range r.plan.Clocks {
		paused := slices.ContainsFunc(r.lines, func(l *line) bool { return !l.joined && slices.Contains(c.PauseIn, l.Stage) })
		switch state := r.cursor.Clocks[i]; {
		case state == ClockRunning && paused:
			turn(i, ClockPaused)
		case state == ClockPaused && !paused:
			turn(i, ClockRunning)
		}
	}
	for _, e := range s.Do {
		switch {
		case e.Clock < 0:
		case e.Turn == "stop" && r.cursor.Clocks[e.Clock] != "":
			turn(e.Clock, ClockStopped)
		case e.Turn == "start" && r.cursor.Clocks[e.Clock] != ClockPaused:
			turn(e.Clock, ClockRunning)
		}
	}
	return turns
}

// stop cancels what lines wait for and waits until none of them does anything.
func (r *run) stop(ctx workflow.Context, lines []*line) error {
	for _, l := range lines {
		l.stopped = true
		if s := &r.plan.Stages[l.Stage]; s.Task >= 0 {
			task := &r.plan.Tasks[s.Task]
			r.tasks.Stop(r.kind(task).Name, errStopped)
			if task.Countersign >= 0 {
				r.tasks.Stop(r.kind(&r.plan.Tasks[task.Countersign]).Name, errStopped)
			}
		}
	}
	return workflow.Await(ctx, func() bool {
		return !slices.ContainsFunc(lines, func(l *line) bool { return !l.over })
	})
}

// limit returns the value of a limit; false if there is none, or its parameter is not set.
func (r *run) limit(l *procedures.Limit) (int, bool) {
	switch {
	case l == nil:
		return 0, false
	case l.Param == "":
		return l.N, true
	}
	i := slices.IndexFunc(r.params, func(p Param) bool { return p.Name == l.Param })
	if i < 0 {
		return 0, false
	}
	return r.params[i].N, true
}
