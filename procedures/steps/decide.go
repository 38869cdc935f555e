package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/store"
	"tuoyu/workflows/procedure"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// subject is what the rules read of an institution under the name institution.
func subject(row store.SubjectFactsRow) map[string]any {
	filed := ""
	if !row.FiledOn.IsZero() {
		filed = row.FiledOn.String()
	}
	return map[string]any{
		"id": row.ID, "name": row.Name, "county": row.County, "nature": row.Nature, "site_kind": row.SiteKind, "status": row.Status,
		"inclusive": row.Inclusive, "seats": row.Seats, "filed_on": filed, "enrolled": row.Enrolled,
		"serious_findings": row.SeriousFindings,
	}
}

// Input returns what the rules of a procedure decide on: facts, answers, rows, earlier decisions, the institution as it is on the
// register, the county, and the day of receipt, whose law applies.
func Input(ctx context.Context, q *store.Queries, c store.Case, received nursery.Date, k Known) (map[string]any, error) {
	row, err := q.SubjectFacts(ctx, c.Institution)
	if err != nil {
		return nil, fmt.Errorf("read institution: %w", err)
	}
	rows, decisions := map[string]any{}, map[string]any{}
	for _, name := range sorted(k.Rows) {
		rows[name] = k.Rows[name]
	}
	for _, name := range sorted(k.Decisions) {
		decision := map[string]any{"result": string(k.Decisions[name].Result)}
		if fen := k.Decisions[name].Fen; fen != nil {
			decision["fen"] = *fen
		}
		decisions[name] = decision
	}
	return map[string]any{
		"facts": k.Facts, "answers": k.Answers, "rows": rows, "decisions": decisions, "institution": subject(row),
		"as_of": received.String(), "county": c.County,
	}, nil
}

// Decide decides by a rule set of the revision on an input, or by one of the program. The error of rules that cannot be
// evaluated is permanent.
func Decide(ctx context.Context, r *published.Revision, set string, input map[string]any, asOf nursery.Date, other func(context.Context, string, any) (nursery.Decision, error)) (nursery.Decision, error) {
	rules, err := r.Rules()
	if err != nil {
		return nursery.Decision{}, fmt.Errorf("prepare rules of %s: %w", r.ID, err)
	}
	if !rules.Has(set) {
		return other(ctx, set, input)
	}
	started := time.Now()
	ruling, err := rules.Decide(ctx, set, input)
	if err != nil {
		return nursery.Decision{}, fmt.Errorf("decide %s: %w", set, err)
	}
	return nursery.Decision{
		RuleSet: set, AsOf: asOf, Revision: r.Plan.Kind + "@" + r.ID[:12], Result: nursery.Result(ruling.Result), Reasons: ruling.Reasons,
		Route: ruling.Route, Fen: ruling.Fen, FactsUsed: []string{}, FactsMissing: []string{}, Duration: time.Since(started),
	}, nil
}

// decide decides by a rule set of the plan, stores the decision and adds it to what is known.
func (m *mover) decide(ctx context.Context, index int) error {
	set, c := m.revision.Plan.RuleSets[index], m.Case()
	k, err := m.known(ctx)
	if err != nil {
		return err
	}
	input, err := Input(ctx, m.Queries(), *c, c.ReceivedOn, *k)
	if err != nil {
		return err
	}
	d, err := Decide(ctx, m.revision, set, input, c.ReceivedOn, func(ctx context.Context, set string, facts any) (nursery.Decision, error) {
		return m.steps.Rules.Decide(ctx, set, facts, c.ReceivedOn, c.County)
	})
	if err != nil {
		return stuckOn(err)
	}
	result := string(d.Result)
	if d.Result != nursery.Pass && d.Result != nursery.Fail {
		result = procedures.ResultUnknown
	}
	d.ID = strings.Join([]string{c.CaseNo, m.in.Step, set}, "/")
	if err := m.store(ctx, d, input); err != nil {
		return err
	}
	k.Decisions[set] = d
	m.moved.Decided = append(m.moved.Decided, procedure.Decided{RuleSet: index, ID: d.ID, Result: result, Route: d.Route})
	return nil
}

func (m *mover) store(ctx context.Context, d nursery.Decision, input map[string]any) error {
	output, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode decision: %w", err)
	}
	facts, err := json.Marshal(input)
	if err != nil {
		return fmt.Errorf("encode facts: %w", err)
	}
	c := m.Case()
	return m.Queries().InsertDecisions(ctx, store.InsertDecisionsParams{
		CaseNo: c.CaseNo, County: c.County, Institution: c.Institution, AsOf: d.AsOf, Input: facts, DecidedAt: m.At(), First: d.ID,
		Ids: []string{d.ID}, RuleSets: []string{d.RuleSet}, Revisions: []string{d.Revision}, Results: []string{string(d.Result)},
		Outputs: []string{string(output)}, DurationsUs: []int64{d.Duration.Microseconds()},
	})
}
