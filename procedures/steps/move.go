package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tuoyu/activities"
	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/store"
	"tuoyu/workflows/procedure"
)

// mover moves one case in one step.
type mover struct {
	*activities.Step
	steps    *Steps
	revision *published.Revision
	in       procedure.MoveCase
	moved    procedure.Moved
	facts    *Known
}

// passage is the timeline's record of a stage that was entered.
type passage struct {
	Stage  string          `json:"stage,omitempty"`
	Left   string          `json:"left,omitempty"`
	Result string          `json:"result,omitempty"`
	Moved  procedure.Moved `json:"moved"`
}

func (s *Steps) move(ctx context.Context, st *activities.Step, in procedure.MoveCase) (procedure.Moved, error) {
	if st.Case().ReceivedOn.IsZero() {
		if err := st.Receive(ctx); err != nil {
			return procedure.Moved{}, err
		}
	}
	revision, err := s.revision(*st.Case())
	if err != nil {
		return procedure.Moved{}, err
	}
	m := &mover{Step: st, steps: s, revision: revision, in: in}
	var p passage
	if in.Left != nil {
		p.Left, p.Result = revision.Plan.Stages[in.Left.Stage].Name, in.Left.Result
		if err := m.leave(ctx, *in.Left); err != nil {
			return m.moved, fmt.Errorf("leave stage %s: %w", p.Left, err)
		}
		if err := m.pass(ctx, p); err != nil {
			return m.moved, err
		}
	}
	note := ""
	if in.Stage != procedures.None {
		p.Stage = revision.Plan.Stages[in.Stage].Name
		note = "进入环节：" + revision.Live.Stages[in.Stage].Title
		if err := m.enter(ctx); err != nil {
			return m.moved, fmt.Errorf("enter stage %s: %w", p.Stage, err)
		}
	}
	p.Moved = m.moved
	return m.moved, st.Record(ctx, activities.Entry{Kind: "stage_entered", Note: note, Internal: in.Stage == procedures.None, Data: p})
}

// pass records for the indicators how a stage was left.
func (m *mover) pass(ctx context.Context, p passage) error {
	c := m.Case()
	err := m.Queries().RecordPassage(ctx, store.RecordPassageParams{
		CaseNo: c.CaseNo, Stage: p.Left, Result: p.Result, Kind: c.Kind, County: c.County, Institution: c.Institution, At: m.At(),
	})
	if err != nil {
		return fmt.Errorf("record how stage %s was left: %w", p.Left, err)
	}
	return nil
}

// known returns what the case has, which is read once.
func (m *mover) known(ctx context.Context) (*Known, error) {
	if m.facts == nil {
		k, err := Know(ctx, m.Queries(), m.revision, *m.Case())
		if err != nil {
			return nil, err
		}
		m.facts = &k
	}
	return m.facts, nil
}

// leave records how a stage was left: an application that was corrected has a new version, a publication is over, and a payment
// that was not paid is no longer requested.
func (m *mover) leave(ctx context.Context, left procedure.Left) error {
	plan := m.revision.Plan
	s := plan.Stages[left.Stage]
	if name, ok := strings.CutPrefix(left.Result, "anytime."); ok {
		if err := m.interrupted(ctx, name, left); err != nil {
			return err
		}
	} else if s.Task >= 0 && left.Task != "" && plan.Tasks[s.Task].Form == plan.Start.Facts {
		if err := m.correct(ctx, left); err != nil {
			return err
		}
	}
	switch s.Verb {
	case procedures.VerbPublish:
		at := m.At()
		return m.Queries().EndPublicity(ctx, store.EndPublicityParams{CaseNo: m.Case().CaseNo, Step: left.Step, EndedAt: at, Result: left.Result})
	case procedures.VerbPay:
		return m.steps.releasePayment(ctx, m, left.Step, left.Result)
	}
	return nil
}

// correct stores the answer as a new version of the application.
func (m *mover) correct(ctx context.Context, left procedure.Left) error {
	var form json.RawMessage
	if err := m.Answered(ctx, left.Task, &form); err != nil {
		return err
	}
	if len(form) == 0 || string(form) == "{}" {
		return nil
	}
	c, q := m.Case(), m.Queries()
	c.Version++
	err := q.InsertApplicationVersion(ctx, store.InsertApplicationVersionParams{
		CaseNo: c.CaseNo, Version: c.Version, County: c.County, Institution: c.Institution, Facts: form, EnteredBy: left.Actor, EnteredAt: m.At(),
	})
	if err != nil {
		return fmt.Errorf("insert application version %d: %w", c.Version, err)
	}
	if err := q.NewVersion(ctx, store.NewVersionParams{CaseNo: c.CaseNo, Version: c.Version}); err != nil {
		return err
	}
	return q.CloseGaps(ctx, c.CaseNo)
}

// interrupted records what was done anytime, with the form that was stored under the ID of its Update.
func (m *mover) interrupted(ctx context.Context, name string, left procedure.Left) error {
	c, q := m.Case(), m.Queries()
	done := interruption{ID: left.Task, Name: name}
	if left.Task != "" {
		row, err := q.OutboxPayload(ctx, left.Task)
		if err != nil && !store.IsNotFound(err) {
			return fmt.Errorf("read form of %s: %w", name, err)
		}
		var stored struct {
			Answer map[string]any `json:"answer"`
		}
		if err == nil {
			if err := json.Unmarshal(row, &stored); err != nil {
				return fmt.Errorf("decode form of %s: %w", name, err)
			}
		}
		done.Form = stored.Answer
	}
	data, err := json.Marshal(done)
	if err != nil {
		return fmt.Errorf("encode form of %s: %w", name, err)
	}
	title := name
	if i := slices.IndexFunc(m.revision.Plan.Anytime, func(a procedures.Interruption) bool { return a.Name == name }); i >= 0 {
		title = m.revision.Live.Anytime[i]
	}
	return q.InsertEvent(ctx, store.InsertEventParams{
		CaseNo: c.CaseNo, County: c.County, Institution: c.Institution, Step: m.in.Step + "/" + name, Kind: "procedure_anytime",
		Actor: left.Actor, ActorRole: string(left.Role), Note: title, Data: data, At: m.At(),
	})
}

// turn changes the clocks.
func (m *mover) turn(ctx context.Context) error {
	for _, t := range m.in.Turns {
		c := m.revision.Plan.Clocks[t.Clock]
		var err error
		switch t.To {
		case procedure.ClockRunning:
			err = m.run(ctx, c)
		case procedure.ClockPaused:
			err = m.TurnClock(ctx, c.Name, func(legal calendar.Clock) calendar.Clock { return legal.Pause(m.Today()) })
		case procedure.ClockStopped:
			err = m.EndClock(ctx, c.Name)
		}
		if err != nil {
			return fmt.Errorf("clock %s: %w", c.Name, err)
		}
	}
	return nil
}

// run starts a clock, or lets one that is paused go on.
func (m *mover) run(ctx context.Context, c procedures.Clock) error {
	row, err := m.clockOrNone(ctx, c.Name)
	if err != nil {
		return err
	}
	if row != nil && row.EndedOn.IsZero() {
		return m.TurnClock(ctx, c.Name, func(legal calendar.Clock) calendar.Clock {
			if legal.PausedOn(m.Today()) || len(legal.Pauses) > 0 && legal.Pauses[len(legal.Pauses)-1].Until.IsZero() {
				return legal.Resume(m.Today())
			}
			return legal
		})
	}
	days, ok := m.limit(&c.Days)
	if !ok {
		return stuck("procedure_limit")
	}
	return m.StartClock(ctx, c.Name, days)
}

func (m *mover) clockOrNone(ctx context.Context, name string) (*store.Clock, error) {
	rows, err := m.Queries().ClocksOfCase(ctx, m.Case().CaseNo)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(rows, func(row store.Clock) bool { return row.Name == name }); i >= 0 {
		return &rows[i], nil
	}
	return nil, nil
}

// limit returns the value of a limit by the parameters of the revision; false if nothing is set.
func (m *mover) limit(l *procedures.Limit) (int, bool) { return m.revision.LimitValue(l) }

// endClocks stops the clocks that still run when the case ends.
func (m *mover) endClocks(ctx context.Context) error {
	rows, err := m.Queries().ClocksOfCase(ctx, m.Case().CaseNo)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.EndedOn.IsZero() {
			if err := m.EndClock(ctx, row.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// holder returns who has to act in a stage before a task is opened.
func holder(s procedures.Stage) nursery.Role {
	if s.Collect != nil {
		return s.Collect.Role
	}
	return nursery.RoleEngine
}
