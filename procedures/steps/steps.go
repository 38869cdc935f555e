// Package steps does for the cases of procedures what their workflow asks of the world: it reads plans, moves cases from stage
// to stage in Postgres, decides by the rules of the revision, issues papers, publishes, requests payments and opens sub-cases.
package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"

	"tuoyu/activities"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/store"
	"tuoyu/workflows/procedure"
)

// Steps implements procedure.Outside on Postgres. The activities of tasks are those of every process.
type Steps struct {
	*activities.Engine
	Catalogue *published.Catalogue
}

// stuck returns an error that marks the case as stuck for a reason, which names no value.
func stuck(reason string) error {
	return temporal.NewNonRetryableApplicationError(reason, activities.ErrStuck, nil)
}

// LoadProcedure reads a plan by its hash, and the parameters that its limits name as they are for the day of receipt.
func (s *Steps) LoadProcedure(ctx context.Context, in procedure.Load) (procedure.Loaded, error) {
	var loaded procedure.Loaded
	var raw json.RawMessage
	var c store.Case
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		if raw, err = q.PlanByHash(ctx, in.Hash); err == nil {
			c, err = q.CaseByNumber(ctx, in.CaseNo)
		}
		return err
	})
	if err != nil {
		return loaded, fmt.Errorf("read plan of %s: %w", in.CaseNo, err)
	}
	if loaded.Plan, err = procedures.DecodePlan(raw); err != nil {
		return loaded, stuck("procedure_plan")
	}
	if _, err := s.Catalogue.OfCase(ctx, c); err != nil && !errors.Is(err, published.ErrNone) {
		return loaded, err
	}
	revision, err := s.revision(c)
	if err != nil {
		return loaded, err
	}
	for _, p := range revision.Parameters() {
		if n, ok := p.Number(); ok {
			loaded.Params = append(loaded.Params, procedure.Param{Name: p.Name, N: int(n)})
		}
	}
	return loaded, nil
}

// revision returns the revision by which a case is decided.
func (s *Steps) revision(c store.Case) (*published.Revision, error) {
	r, err := s.Catalogue.Known(c)
	if errors.Is(err, published.ErrNone) {
		return nil, stuck("procedure_missing")
	}
	return r, err
}

// MoveCase leaves a stage and enters another, in one transaction.
func (s *Steps) MoveCase(ctx context.Context, in procedure.MoveCase) (procedure.Moved, error) {
	var moved procedure.Moved
	done, err := activities.TakeStep(ctx, s.Engine, in.CaseNo, in.Step, in.At, func(ctx context.Context, st *activities.Step) (err error) {
		moved, err = s.move(ctx, st, in)
		return err
	})
	if err != nil || done {
		return moved, err
	}
	return s.movedBefore(ctx, in)
}

// movedBefore returns the result of a step that an earlier attempt has taken.
func (s *Steps) movedBefore(ctx context.Context, in procedure.MoveCase) (procedure.Moved, error) {
	var before struct{ Moved procedure.Moved }
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		data, err := q.StepData(ctx, store.StepDataParams{CaseNo: in.CaseNo, Step: in.Step})
		if err != nil {
			return err
		}
		return json.Unmarshal(data, &before)
	})
	if err != nil {
		return before.Moved, fmt.Errorf("read result of step %s: %w", in.Step, err)
	}
	return before.Moved, nil
}

// CountSubCases counts the sub-cases that a step has opened and those of them that have ended.
func (s *Steps) CountSubCases(ctx context.Context, in procedure.CountCases) (procedure.SubCases, error) {
	var n store.CountSubCasesRow
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		n, err = q.CountSubCases(ctx, store.CountSubCasesParams{Parent: in.CaseNo, Step: in.Step})
		return err
	})
	if err != nil {
		return procedure.SubCases{}, fmt.Errorf("count sub-cases of %s: %w", in.CaseNo, err)
	}
	return procedure.SubCases{Opened: int(n.Opened), Ended: int(n.Ended)}, nil
}
