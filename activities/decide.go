package activities

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/nursery"
	"tuoyu/store"
)

// decideOn asks one rule set about facts as of a day and stores the decision with its input, under the case and the
// step.
func (e *Engine) decideOn(ctx context.Context, s *step, ruleSet string, facts any, asOf nursery.Date) (nursery.Decision, error) {
	input, err := json.Marshal(facts)
	if err != nil {
		return nursery.Decision{}, fmt.Errorf("encode facts: %w", err)
	}
	d, err := e.Rules.Decide(ctx, ruleSet, facts, asOf, s.c.County)
	if err != nil {
		return d, fmt.Errorf("decide %s: %w", ruleSet, err)
	}
	d.ID = s.c.CaseNo + "/" + s.name + "/" + ruleSet
	output, err := json.Marshal(d)
	if err != nil {
		return d, fmt.Errorf("encode decision: %w", err)
	}
	err = s.q.InsertDecision(ctx, store.InsertDecisionParams{
		ID: d.ID, CaseNo: s.c.CaseNo, County: s.c.County, Institution: s.c.Institution, RuleSet: ruleSet, AsOf: d.AsOf,
		Revision: d.Revision, Result: string(d.Result), Input: input, Output: output,
		DurationUs: d.Duration.Microseconds(), DecidedAt: s.at,
	})
	if err != nil {
		return d, fmt.Errorf("store decision: %w", err)
	}
	return d, nil
}
