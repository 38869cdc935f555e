package steps

import (
	"context"
	"fmt"
	"time"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/store"
	"tuoyu/workflows/procedure"
)

// enter does everything that the plan defines for the stage that is entered.
func (m *mover) enter(ctx context.Context) error {
	s, c := m.revision.Plan.Stages[m.in.Stage], m.Case()
	c.Stage, c.Holder, c.DueOn, c.DueProvisional, c.Overdue = s.Name, string(holder(s)), nursery.Date{}, false, false
	if err := m.turn(ctx); err != nil {
		return err
	}
	if s.Verb == procedures.VerbPay {
		return m.pay(ctx, s)
	}
	for _, e := range s.Do {
		if err := m.effect(ctx, e); err != nil {
			return err
		}
	}
	switch s.Verb {
	case procedures.VerbDecide:
		return m.decide(ctx, s.RuleSet)
	case procedures.VerbCollect:
		return m.collect(ctx, s.Collect)
	case procedures.VerbPublish:
		return m.publish(ctx, s.Publish)
	case procedures.VerbOpen:
		return m.open(ctx, s.Open)
	case procedures.VerbWait:
		return m.wait(ctx, s.Wait)
	case procedures.VerbEnd:
		return m.end(ctx)
	}
	return nil
}

// effect does one thing of the list that a stage does on entry.
func (m *mover) effect(ctx context.Context, e procedures.Effect) error {
	if e.Tell == "gaps" {
		k, err := m.known(ctx)
		if err != nil {
			return err
		}
		if err := m.Notify(ctx, procedures.Gaps(k.Decisions)); err != nil {
			return fmt.Errorf("notify of gaps: %w", err)
		}
	}
	if e.Paper >= 0 {
		if err := m.paper(ctx, e.Paper); err != nil {
			return err
		}
	}
	switch {
	case e.RuleSet >= 0:
		return m.decide(ctx, e.RuleSet)
	case e.Act >= 0:
		return m.act(ctx, m.revision.Plan.Acts[e.Act])
	case e.Emit != "":
		return m.emit(ctx, e.Emit)
	}
	return nil
}

func (m *mover) collect(ctx context.Context, c *procedures.Collect) error {
	sets := make([]string, len(c.Rows))
	for i, set := range c.Rows {
		sets[i] = m.revision.Plan.Rows[set].Name
	}
	n, err := m.Queries().CountRows(ctx, store.CountRowsParams{CaseNo: m.Case().CaseNo, Sets: sets})
	if err != nil {
		return fmt.Errorf("count rows: %w", err)
	}
	m.moved.Rows = int(n)
	return m.until(ctx, c.Until)
}

func (m *mover) wait(ctx context.Context, w *procedures.Wait) error {
	switch {
	case w.Until != nil:
		return m.until(ctx, *w.Until)
	case w.Days != nil:
		return m.until(ctx, procedures.Moment{Days: w.Days})
	}
	return nil
}

// until sets the instant at which the limit of the stage is over, and the day on which the case is due.
func (m *mover) until(ctx context.Context, moment procedures.Moment) error {
	return m.endsOn(ctx, moment.Over)
}

func (m *mover) endsOn(ctx context.Context, instant func(procedures.At) (time.Time, error)) error {
	k, err := m.known(ctx)
	if err != nil {
		return err
	}
	over, err := instant(procedures.At{
		Today: m.Today(), Received: m.Case().ReceivedOn, Facts: k.Facts, Years: m.Years, Limit: m.limit, Switch: m.revision.SwitchValue,
	})
	if err != nil {
		return stuck("procedure_limit")
	}
	m.moved.Until = over
	m.Case().DueOn = nursery.DateOf(over).AddDays(-1)
	return nil
}

// publish issues the paper of a publicity period and publishes it.
func (m *mover) publish(ctx context.Context, p *procedures.Publish) error {
	if err := m.endsOn(ctx, p.Over); err != nil {
		return err
	}
	body, err := m.write(ctx, p.Paper, p.Hide)
	if err != nil {
		return err
	}
	if err := m.issue(ctx, p.Paper, body); err != nil {
		return err
	}
	c := m.Case()
	err = m.Queries().InsertPublicity(ctx, store.InsertPublicityParams{
		CaseNo: c.CaseNo, Step: m.in.Step, Kind: c.Kind, County: c.County, Institution: c.Institution, Title: m.revision.Live.Papers[p.Paper], Body: body,
		OpenedOn: m.Today(), LastOn: nursery.DateOf(m.moved.Until).AddDays(-1), Audience: string(p.Role),
	})
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// end closes the case, and wakes the one that opened it.
func (m *mover) end(ctx context.Context) error {
	if err := m.endClocks(ctx); err != nil {
		return err
	}
	if err := m.cancelPayments(ctx); err != nil {
		return err
	}
	c := m.Case()
	m.End(nursery.Stage(c.Stage))
	if c.ParentCase == nil {
		return nil
	}
	parent, err := m.Queries().CaseByNumber(ctx, *c.ParentCase)
	if err != nil {
		return fmt.Errorf("read parent case: %w", err)
	}
	if parent.Plan == "" {
		return nil
	}
	return Signal(ctx, m.Queries(), parent, procedure.Event{ID: "ended/" + c.CaseNo, Name: procedure.SubCaseEnded}, m.At())
}

// Signal queues an event for a case of a procedure; once for its ID.
func Signal(ctx context.Context, q *store.Queries, c store.Case, e procedure.Event, at time.Time) error {
	if err := activities.QueueSignal(ctx, q, c, "event/"+c.CaseNo+"/"+e.ID, procedure.EventSignal, e, at); err != nil {
		return fmt.Errorf("signal %s: %w", e.Name, err)
	}
	return nil
}

// emit sends an event to the other open cases of the institution that wait for it or may be interrupted by it.
func (m *mover) emit(ctx context.Context, name string) error {
	c := m.Case()
	open, err := m.Queries().OpenCasesOfInstitution(ctx, c.Institution)
	if err != nil {
		return fmt.Errorf("list open cases: %w", err)
	}
	for _, other := range open {
		if other.CaseNo == c.CaseNo {
			continue
		}
		to := store.Case{CaseNo: other.CaseNo, County: other.County, Institution: other.Institution}
		if err := Signal(ctx, m.Queries(), to, procedure.Event{ID: c.CaseNo + "/" + m.in.Step + "/" + name, Name: name}, m.At()); err != nil {
			return err
		}
	}
	return m.startBy(ctx, name)
}
