package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tuoyu/activities"
	"tuoyu/procedures"
	"tuoyu/store"
	"tuoyu/workflows/procedure"
)

// Preview takes the case of a task to the stage that an answer leads to, within the transaction of a preview. It implements
// activities.Engine.Interpreted.
func (s *Steps) Preview(ctx context.Context, e *activities.Engine, task store.Task, a activities.Answer) error {
	trying := &Steps{Engine: e, Catalogue: s.Catalogue}
	_, err := activities.TakeStep(ctx, e, task.CaseNo, "preview", a.At, func(ctx context.Context, st *activities.Step) error {
		r, err := s.revision(*st.Case())
		if err != nil {
			return err
		}
		plan := r.Plan
		stage := slices.IndexFunc(plan.Stages, func(x procedures.Stage) bool {
			return x.Task >= 0 && plan.Kind+"."+plan.Tasks[x.Task].Name == task.Kind
		})
		if stage < 0 {
			return nil // a countersignature, which follows from the first answer
		}
		to := slices.IndexFunc(plan.Stages[stage].On, func(t procedures.Transition) bool { return t.Result == string(a.Outcome) })
		if to < 0 || plan.Stages[stage].On[to].To < 0 {
			return nil
		}
		in := procedure.MoveCase{
			CaseNo: task.CaseNo, Hash: r.Hash, Step: "preview", At: a.At, Stage: plan.Stages[stage].On[to].To,
			Left: &procedure.Left{Stage: stage, Result: string(a.Outcome), Task: task.ID, Actor: a.Actor, Role: a.Role},
		}
		_, err = trying.move(ctx, st, in)
		return err
	})
	if err != nil {
		return fmt.Errorf("preview %s: %w", strings.TrimPrefix(task.Kind, task.CaseNo), err)
	}
	return nil
}
