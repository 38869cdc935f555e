package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tuoyu/calendar"
	"tuoyu/draw"
	"tuoyu/nursery"
	"tuoyu/store"
)

// RulesDraw is the rule set that checks a half-year's draw.
const RulesDraw = "inspect.draw"

// ParamsDraw is the topic of its parameters, nursery.PlanTerms.
const ParamsDraw = "inspection_draw"

// PlanStamp formats a time as in records and facts of a draw: in UTC, to the millisecond, so that text compares in
// order of time.
func PlanStamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// PlanTimes is the part of a plan that its workflow needs.
type PlanTimes struct {
	Terms nursery.PlanTerms
	Last  nursery.Date // of the half-year
}

// TakeUpInspectionPlan opens the plan of a half-year and returns its times.
func (e *Engine) TakeUpInspectionPlan(ctx context.Context, in Move) (PlanTimes, error) {
	var county string
	_, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		if err := s.take(ctx); err != nil {
			return err
		}
		s.c.Stage, s.c.Holder = string(nursery.StagePlanDrafting), string(nursery.RoleSupervisor)
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, in.event("plan_opened", "拟定受检机构名单"))
	})
	var times PlanTimes
	if err == nil {
		err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
			plan, err := q.InspectionPlan(ctx, in.CaseNo)
			if err != nil {
				return err
			}
			half, err := nursery.ParseHalfYear(plan.Half)
			times.Last, county = half.Last(), plan.County
			return err
		})
	}
	if err != nil {
		return times, err
	}
	return times, e.Rules.Params(ParamsDraw, nursery.DateOf(in.At), county, &times.Terms)
}

// PlanInput returns the current input of a plan's draw: every filed and open institution of the county that is not
// excluded, with its risk, and the officers on duty by their numbers.
func PlanInput(ctx context.Context, q *store.Queries, plan store.InspectionPlan, terms nursery.PlanTerms, at time.Time) (draw.Input, error) {
	in := draw.Input{County: plan.County, Half: plan.Half}
	rows, err := q.PlanCandidates(ctx, store.PlanCandidatesParams{County: plan.County, ComplaintsSince: at.AddDate(-1, 0, 0)})
	if err != nil {
		return in, err
	}
	excluded, err := q.ExclusionsOfPlan(ctx, plan.CaseNo)
	if err != nil {
		return in, err
	}
	officers, err := q.InspectorsOnDuty(ctx, store.InspectorsOnDutyParams{County: plan.County, Half: plan.Half})
	if err != nil {
		return in, err
	}
	numbers := map[string]string{}
	for _, o := range officers {
		numbers[o.Account] = o.Number
		in.Inspectors = append(in.Inspectors, draw.Inspector{ID: o.Number, County: plan.County, Conflicts: o.Conflicts, Load: int(o.Load)})
	}
	reasons := map[string]string{}
	for _, x := range excluded {
		reasons[x.Institution] = x.Reason
	}
	for _, row := range rows {
		if reason, out := reasons[row.ID]; out {
			in.Exclusions = append(in.Exclusions, draw.Exclusion{ID: row.ID, Reason: reason})
			continue
		}
		c := draw.Candidate{ID: row.ID, County: row.County, Township: row.Township, Risk: riskOf(row, terms)}
		for _, account := range []string{row.LastFirst, row.LastSecond} {
			if number, ok := numbers[account]; ok {
				c.Last = append(c.Last, number)
			}
		}
		in.Candidates = append(in.Candidates, c)
	}
	in.RandomSize = terms.RandomSize(len(in.Candidates))
	if plan.RandomSize != nil {
		in.RandomSize = int(*plan.RandomSize)
	}
	return in, nil
}

func riskOf(row store.PlanCandidatesRow, t nursery.PlanTerms) int {
	points := t.RiskComplaint * int(row.Complaints)
	if row.Ordered {
		points += t.RiskFinding
	}
	if row.Serious {
		points += t.RiskSerious
	}
	if row.Status == "rectifying" {
		points += t.RiskRectifying
	}
	return min(points, t.RiskMost)
}

// DrawFacts returns the input of inspect.draw before the draw.
func DrawFacts(in draw.Input) nursery.DrawFacts {
	f := nursery.DrawFacts{RandomSize: in.RandomSize, Candidates: []nursery.DrawCandidate{}}
	for _, c := range in.Candidates {
		regular, random := draw.Available(in, c)
		f.Candidates = append(f.Candidates, nursery.DrawCandidate{ID: c.ID, Available: regular, AvailableRandom: random})
	}
	return f
}

// drawnFacts adds the result of the draw, checked independently of the algorithm.
func drawnFacts(f *nursery.DrawFacts, in draw.Input, pairs, random []draw.Assignment) {
	candidates, officers, regular := map[string]draw.Candidate{}, map[string]draw.Inspector{}, map[string][]string{}
	for _, c := range in.Candidates {
		candidates[c.ID] = c
	}
	for _, i := range in.Inspectors {
		officers[i.ID] = i
	}
	add := func(kind string, a draw.Assignment, last []string) {
		v := nursery.DrawnVisit{ID: a.Candidate, Kind: kind, Officers: len(slices.Compact(slices.Sorted(slices.Values(a.Inspectors))))}
		for _, id := range a.Inspectors {
			v.Conflict = v.Conflict || slices.Contains(officers[id].Conflicts, a.Candidate) || officers[id].County != in.County
			v.Repeated = v.Repeated || slices.Contains(last, id)
		}
		f.Visits = append(f.Visits, v)
	}
	for _, a := range pairs {
		if len(a.Inspectors) > 0 {
			regular[a.Candidate] = a.Inspectors
			add(nursery.InspectRegular, a, candidates[a.Candidate].Last)
		}
	}
	for _, a := range random {
		add(nursery.InspectRandom, a, regular[a.Candidate])
	}
	for i, c := range f.Candidates {
		covered := len(regular[c.ID]) > 0
		f.Candidates[i].Covered = &covered
	}
	spread, improvable := draw.Spread(in, pairs, random), draw.Improvable(in, pairs, random)
	f.LoadSpread, f.Improvable = &spread, &improvable
}

// CommittedOf reads the committed content of a plan.
func CommittedOf(plan store.InspectionPlan) (draw.Committed, error) {
	var c draw.Committed
	if err := json.Unmarshal(plan.Committed, &c); err != nil {
		return c, fmt.Errorf("decode what was committed to: %w", err)
	}
	return c, nil
}

// PublishCommitment publishes the supervisor's commitment.
func (e *Engine) PublishCommitment(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		plan, err := s.q.InspectionPlan(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		c, err := CommittedOf(plan)
		if err != nil {
			return err
		}
		s.c.Stage = string(nursery.StagePlanCommitted)
		text := fmt.Sprintf("计划 %s：受检机构 %d 家，不列入 %d 家，检查人员 %d 名，随机抽查 %d 家。承诺值 %s。", s.c.CaseNo, len(c.Input.Candidates),
			len(c.Input.Exclusions), len(c.Input.Inspectors), c.Input.RandomSize, plan.Commitment)
		if err := s.publish(ctx, "inspection_plan", "抽取承诺", text); err != nil {
			return err
		}
		ev := in.event("plan_committed", "公布受检机构名单和抽取承诺")
		ev.data = map[string]any{"commitment": plan.Commitment, "attempt": plan.Attempt}
		return s.record(ctx, ev)
	})
}

// DrawInspections draws from the nonces and the public value, and reports whether the draw is valid by inspect.draw. An
// invalid draw is void: the list is drawn up and committed to again.
func (e *Engine) DrawInspections(ctx context.Context, in Move) (bool, error) {
	err := e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		plan, err := s.q.InspectionPlan(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		c, pairs, random, nonces, err := s.opened(ctx, plan, s.today())
		if err != nil {
			return err
		}
		facts := DrawFacts(c.Input)
		facts.Committer, facts.Witness = plan.CommittedBy, plan.Witness
		facts.CommittedAt, facts.PublicAt = PlanStamp(*plan.CommittedAt), PlanStamp(*plan.PublicAt)
		drawnFacts(&facts, c.Input, pairs, random)
		decision, err := e.decideOn(ctx, s, RulesDraw, facts, s.today())
		if err != nil {
			return err
		}
		if decision.Result != nursery.Pass {
			return s.void(ctx, in, plan, decision.ID)
		}
		return e.keepDraw(ctx, s, in, plan, pairs, random, nonces.Pairs, decision.ID)
	})
	if err != nil {
		return false, err
	}
	var plan store.InspectionPlan
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		plan, err = q.InspectionPlan(ctx, in.CaseNo)
		return err
	})
	return !plan.DrawnOn.IsZero(), err
}

// opened computes the draw that the plan committed to.
func (s *step) opened(ctx context.Context, plan store.InspectionPlan, on nursery.Date) (c draw.Committed, pairs, random []draw.Assignment, nonces store.InspectionNonce, err error) {
	if nonces, err = s.q.Nonces(ctx, store.NoncesParams{CaseNo: plan.CaseNo, Attempt: plan.Attempt}); err != nil {
		return c, nil, nil, nonces, fmt.Errorf("read nonces: %w", err)
	}
	if c, err = CommittedOf(plan); err != nil {
		return c, nil, nil, nonces, err
	}
	pairs, random = c.Open(plan.Commitment, nonces.Pairs, nonces.Random, plan.PublicValue, on.String())
	return c, pairs, random, nonces, nil
}

func (s *step) void(ctx context.Context, in Move, plan store.InspectionPlan, decision string) error {
	if err := s.q.VoidDraw(ctx, store.VoidDrawParams{CaseNo: plan.CaseNo, UpdatedAt: s.at}); err != nil {
		return err
	}
	s.c.Stage = string(nursery.StagePlanDrafting)
	ev := in.event("draw_void", "抽取结果不合规则，作废后重新拟定")
	ev.data = map[string]any{"commitment": plan.Commitment, "public_value": plan.PublicValue, "attempt": plan.Attempt, "decision": decision}
	return s.record(ctx, ev)
}

// keepDraw stores the visits: the regular ones for now, the random ones spread over the rest of the half-year.
func (e *Engine) keepDraw(ctx context.Context, s *step, in Move, plan store.InspectionPlan, pairs, random []draw.Assignment, nonce, decision string) error {
	half, err := nursery.ParseHalfYear(plan.Half)
	if err != nil {
		return err
	}
	var terms nursery.PlanTerms
	if err := e.Rules.Params(ParamsDraw, s.today(), plan.County, &terms); err != nil {
		return err
	}
	numbers, err := s.q.InspectorNumbers(ctx, plan.County)
	if err != nil {
		return err
	}
	accounts := map[string]string{}
	for _, n := range numbers {
		accounts[n.Number] = n.Account
	}
	begin := s.today()
	if begin.Before(half.First()) {
		begin = half.First()
	}
	span := max(begin.DaysUntil(half.Last().AddDays(-terms.RandomUntilDays)), 0)
	keep := func(kind string, position int, a draw.Assignment, on nursery.Date) error {
		return s.q.InsertPlanned(ctx, store.InsertPlannedParams{
			CaseNo: plan.CaseNo, Kind: kind, Institution: a.Candidate, County: plan.County, Position: int32(position),
			FirstInspector: accounts[a.Inspectors[0]], SecondInspector: accounts[a.Inspectors[1]], OpensOn: on,
		})
	}
	for n, a := range pairs {
		if err := keep(nursery.InspectRegular, n+1, a, begin); err != nil {
			return err
		}
	}
	for n, a := range random {
		if err := keep(nursery.InspectRandom, n+1, a, begin.AddDays((n+1)*span/len(random))); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(pairs)
	if err != nil {
		return fmt.Errorf("encode pairs: %w", err)
	}
	err = s.q.RevealPairs(ctx, store.RevealPairsParams{
		CaseNo: plan.CaseNo, DrawnOn: s.today(), PairsNonce: nonce, Pairs: raw, Decision: decision, UpdatedAt: s.at,
	})
	if err != nil {
		return err
	}
	s.c.Stage = string(nursery.StagePlanDrawn)
	text := fmt.Sprintf("计划 %s：见证人录入公开值后抽取完毕，例行检查 %d 家。抽取记录已公开，可以自行核验；随机抽查名单在半年度结束后公开。", plan.CaseNo, len(pairs))
	if err := s.publish(ctx, "inspection_plan", "抽取结果", text); err != nil {
		return err
	}
	ev := in.event("plan_drawn", fmt.Sprintf("抽取完毕：例行检查 %d 家，随机抽查 %d 家", len(pairs), len(random)))
	ev.data = map[string]any{"regular": len(pairs), "random": len(random), "decision": decision}
	return s.record(ctx, ev)
}

// plannedAtOnce is the number of visits opened in one step, so that a step stays short.
const plannedAtOnce = 40

// inspectionPlanNames are the activities of inspection plans.
func inspectionPlanNames(e *Engine) []Named {
	return []Named{
		{"TakeUpInspectionPlan", e.TakeUpInspectionPlan, ""},
		{"PublishCommitment", e.PublishCommitment, ""},
		{"DrawInspections", e.DrawInspections, ""},
		{"OpenPlannedInspections", e.OpenPlannedInspections, ""},
		{"TallyInspectionPlan", e.TallyInspectionPlan, ""},
		{"CloseInspectionPlan", e.CloseInspectionPlan, ""},
	}
}
