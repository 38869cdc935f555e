package steps

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/activities"
	"tuoyu/store"
	"tuoyu/workflows/procedure"
)

// MovedKind is the kind of the event of a case that was moved to another revision.
const MovedKind = "procedure_moved"

// passedOn is the timeline's record of a move.
type passedOn struct {
	ID       string `json:"id"` // of the Update that asked for it
	From     string `json:"from"`
	To       string `json:"to"` // hashes of plans
	Revision string `json:"revision"`
	Stage    string `json:"stage"`
}

// MoveRevision has a case go on under another plan: it changes the plan and the stage of the case, and nothing else. Clocks and tasks stay
// as they are. Its event names who moved it and why.
func (s *Steps) MoveRevision(ctx context.Context, in procedure.MoveRevision) error {
	_, err := activities.TakeStep(ctx, s.Engine, in.CaseNo, in.Step, in.At, func(ctx context.Context, st *activities.Step) error {
		c, q := st.Case(), st.Queries()
		c.Plan = in.To
		if _, err := s.Catalogue.Known(*c); err != nil {
			// It was published a moment ago, or this program cannot run it.
			return stuck("procedure_missing")
		}
		revision, err := s.revision(*c)
		if err != nil {
			return err
		}
		if err := q.SetPlan(ctx, store.SetPlanParams{CaseNo: c.CaseNo, Plan: in.To}); err != nil {
			return fmt.Errorf("change plan: %w", err)
		}
		var why struct {
			Reason string `json:"reason"`
		}
		payload, err := q.OutboxPayload(ctx, in.Move)
		if err == nil {
			err = json.Unmarshal(payload, &why)
		}
		if err != nil && !store.IsNotFound(err) {
			return fmt.Errorf("read reason of move: %w", err)
		}
		c.Stage = revision.Plan.Stages[in.Stage].Name
		return st.Record(ctx, activities.Entry{
			Kind: MovedKind, Actor: in.Actor, Role: in.Role, Note: fmt.Sprintf("转到版本 %s：%s", revision.Live.Label, why.Reason),
			Data: passedOn{ID: in.Move, From: in.From, To: in.To, Revision: revision.ID, Stage: c.Stage},
		})
	})
	return err
}
