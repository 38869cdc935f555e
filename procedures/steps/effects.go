package steps

import (
	"context"
	"errors"
	"fmt"

	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/store"
)

// Call is what an effect gets: the case, in the transaction of its step.
type Call struct {
	Queries  *store.Queries
	Revision *published.Revision
	Known    *Known
	*mover
}

// Effect is a typed act of the program that procedures may name, with its version. A changed meaning is a new version. It runs
// once for each case and step.
type Effect struct {
	Name    string
	Version int
	Run     func(ctx context.Context, c *Call) error
}

// Effects returns the effects of this program.
func Effects() []Effect { return effects }

var effects = []Effect{
	{Name: "draft.child_months", Version: 1, Run: draftChildMonths},
	{Name: "draft.county_ranking", Version: 1, Run: draftCountyRanking},
}

// KnowsEffect reports whether this program has an effect in a version.
func KnowsEffect(a procedures.Act) bool { return effect(a) != nil }

func effect(a procedures.Act) *Effect {
	for i := range effects {
		if effects[i].Name == a.Name && effects[i].Version == a.Version {
			return &effects[i]
		}
	}
	return nil
}

// act runs an effect.
func (m *mover) act(ctx context.Context, a procedures.Act) error {
	e := effect(a)
	if e == nil {
		return stuck("procedure_effect")
	}
	k, err := m.known(ctx)
	if err != nil {
		return err
	}
	if err := e.Run(ctx, &Call{Queries: m.Queries(), Revision: m.revision, Known: k, mover: m}); err != nil {
		return fmt.Errorf("effect %s: %w", a.Name, err)
	}
	m.facts = nil // it may have changed rows
	return nil
}

// stuckOn marks a case as stuck for rules or a template that cannot be evaluated; the cause is in the log.
func stuckOn(err error) error { return errors.Join(stuck("procedure_rules"), err) }
