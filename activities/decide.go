package activities

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/nursery"
	"tuoyu/store"
)

// decideOn evaluates one rule set on facts as of a day and stores the decision with its input, under the case and the
// step.
func (e *Engine) decideOn(ctx context.Context, s *step, ruleSet string, facts any, asOf nursery.Date) (nursery.Decision, error) {
	made, err := e.decideAll(ctx, s, []string{ruleSet}, facts, asOf)
	if err != nil {
		return nursery.Decision{}, err
	}
	return made[0], nil
}

// decideAll asks several rule sets about the same facts and stores the decisions; the first one has the input of all.
func (e *Engine) decideAll(ctx context.Context, s *step, ruleSets []string, facts any, asOf nursery.Date) ([]nursery.Decision, error) {
	input, err := json.Marshal(facts)
	if err != nil {
		return nil, fmt.Errorf("encode facts: %w", err)
	}
	var inputOf *string
	var made []nursery.Decision
	for _, ruleSet := range ruleSets {
		d, err := e.Rules.Decide(ctx, ruleSet, facts, asOf, s.c.County)
		if err != nil {
			return nil, fmt.Errorf("decide %s: %w", ruleSet, err)
		}
		d.ID = s.c.CaseNo + "/" + s.name + "/" + ruleSet
		output, err := json.Marshal(d)
		if err != nil {
			return nil, fmt.Errorf("encode decision: %w", err)
		}
		err = s.q.InsertDecision(ctx, store.InsertDecisionParams{
			ID: d.ID, CaseNo: s.c.CaseNo, County: s.c.County, Institution: s.c.Institution, RuleSet: ruleSet, AsOf: d.AsOf,
			Revision: d.Revision, Result: string(d.Result), Input: input, InputOf: inputOf, Output: output,
			DurationUs: d.Duration.Microseconds(), DecidedAt: s.at,
		})
		if err != nil {
			return nil, err
		}
		made = append(made, d)
		input, inputOf = nil, &made[0].ID
	}
	return made, nil
}
