package activities

import (
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/nursery"
	"tuoyu/store"
)

// VisitAssessment is the part of a completed checklist that a workflow needs.
type VisitAssessment struct {
	Decision string
	Serious  bool
	Days     int  // working days for rectification; zero if nothing is ordered
	Penalty  bool // a repeated finding may be referred, since a law provides a penalty
}

// The results of a visit, on which the next step depends.
const (
	VisitClean  = "clean"  // nothing to rectify
	VisitOrders = "orders" // something to rectify, for the first time
	VisitAgain  = "again"  // something that was ordered, or is found at a re-inspection
)

// Then returns the result of a visit of that round.
func (a VisitAssessment) Then(round int) string {
	switch {
	case a.Days == 0:
		return VisitClean
	case round == 0:
		return VisitOrders
	}
	return VisitAgain
}

// AssessVisit evaluates inspect.case on the last submitted visit.
func (e *Engine) AssessVisit(ctx context.Context, in Move) (VisitAssessment, error) {
	_, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		i, v, sent, err := s.lastVisit(ctx)
		if err != nil {
			return err
		}
		items, err := ItemsOfRound(ctx, s.q, i)
		if err != nil {
			return err
		}
		decision, err := e.decideOn(ctx, s, RulesInspection, VisitFacts(i, items, v, sent.SentBy), s.today())
		if err != nil {
			return err
		}
		bad := 0
		for _, item := range v.Items {
			if item.Result == nursery.ItemNotOK {
				bad++
			}
		}
		ev := in.event("visit_assessed", fmt.Sprintf("收到现场记录：%d 项，不合格 %d 项", len(v.Items), bad))
		ev.data = map[string]any{"version": sent.Version, "hash": sent.Hash, "decision": decision.ID}
		return s.record(ctx, ev)
	})
	if err != nil {
		return VisitAssessment{}, err
	}
	return e.visitAssessed(ctx, in)
}

// visitAssessed reads the result of an earlier step.
func (e *Engine) visitAssessed(ctx context.Context, in Move) (VisitAssessment, error) {
	var a VisitAssessment
	err := e.read(ctx, func(q *store.Queries) error {
		rows, err := q.DecisionsOfStep(ctx, store.DecisionsOfStepParams{CaseNo: in.CaseNo, Step: in.Step})
		if err != nil {
			return fmt.Errorf("read decision of %s: %w", in.Step, err)
		}
		if len(rows) != 1 {
			return fmt.Errorf("%d decisions of %s, want 1", len(rows), in.Step)
		}
		var d nursery.Decision
		var f nursery.InspectionFacts
		if err := json.Unmarshal(rows[0].Output, &d); err != nil {
			return fmt.Errorf("decode decision: %w", err)
		}
		if err := json.Unmarshal(rows[0].Input, &f); err != nil {
			return fmt.Errorf("decode decision input: %w", err)
		}
		a = VisitAssessment{Decision: rows[0].ID, Serious: f.SeriousFlagged != nil && *f.SeriousFlagged}
		for _, r := range d.Reasons {
			switch r.Rule {
			case "IN-10":
				if days := wholeDays(r.Limit); a.Days == 0 || days < a.Days {
					a.Days = days
				}
			case "IN-12":
				a.Penalty = true
			}
		}
		return nil
	})
	return a, err
}

func wholeDays(limit any) int {
	n, _ := limit.(float64)
	return int(n)
}

func (s *step) lastVisit(ctx context.Context) (i store.Inspection, v nursery.Visit, sent store.InspectionVisit, err error) {
	if i, err = s.q.Inspection(ctx, s.c.CaseNo); err != nil {
		return i, v, sent, fmt.Errorf("read inspection: %w", err)
	}
	sent, err = s.q.VisitVersion(ctx, store.VisitVersionParams{CaseNo: i.CaseNo, Version: i.Version})
	if err != nil {
		return i, v, sent, err
	}
	if err = json.Unmarshal(sent.Content, &v); err != nil {
		err = fmt.Errorf("decode visit: %w", err)
	}
	return i, v, sent, err
}

// putFindings stores each defect with the legal basis of its item, and marks what has been rectified.
func (s *step) putFindings(ctx context.Context, i store.Inspection, items []nursery.ChecklistItem, v nursery.Visit, d nursery.Decision) error {
	ordered := map[string]nursery.Reason{}
	for _, r := range d.Reasons {
		if r.Rule == "IN-10" {
			ordered[r.Subject] = r
		}
	}
	byRule := map[string]nursery.ChecklistItem{}
	for _, item := range items {
		byRule[item.Rule] = item
	}
	for _, said := range v.Items {
		item := byRule[said.Rule]
		if said.Result != nursery.ItemNotOK {
			err := s.q.CorrectFinding(ctx, store.CorrectFindingParams{CaseNo: i.CaseNo, Item: said.Rule, CorrectedOn: v.VisitedOn})
			if err != nil {
				return err
			}
			continue
		}
		order, binds := ordered[said.Rule]
		reason := nursery.Reason{
			Rule: item.Rule, Title: item.Title, Result: nursery.Warn, Message: said.Note, Remedy: "建议改进。", Basis: item.Basis,
			Verified: item.Verified,
		}
		if binds {
			reason.Result, reason.Remedy, reason.Penalty = nursery.Fail, order.Remedy, item.Penalty
		}
		raw, err := json.Marshal(reason)
		if err != nil {
			return fmt.Errorf("encode finding: %w", err)
		}
		err = s.q.PutFinding(ctx, store.PutFindingParams{
			CaseNo: i.CaseNo, Item: item.Rule, County: i.County, Institution: i.Institution, Severity: string(item.Severity),
			Ordered: binds, Reason: raw, FoundRound: i.Round,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Signing is the input of SignVisit. Tasks are those of the first inspector, the second and the institution, in that
// order; an institution whose task was not answered in time has not signed.
type Signing struct{ Move }

// signatureSaid is the form filled in with a signature.
type signatureSaid struct {
	Note      string `json:"note"`
	Signature string `json:"signature"`
}

// SignVisit stores the signatures, reports whether an inspector disputed the record, and numbers the round.
func (e *Engine) SignVisit(ctx context.Context, in Signing) (disputed bool, err error) {
	read := func(ctx context.Context, q *store.Queries, sign func(party, manner, by string, said signatureSaid) error) error {
		for n, party := range []string{"first", "second", "institution"} {
			if in.Tasks[n] == "" {
				continue
			}
			row, err := q.TaskAnswer(ctx, in.Tasks[n])
			if err != nil {
				return err
			}
			var said signatureSaid
			if len(row.Answer) > 0 {
				if err := json.Unmarshal(row.Answer, &said); err != nil {
					return fmt.Errorf("decode signature: %w", err)
				}
			}
			outcome, by := "", ""
			if row.Outcome != nil {
				outcome = *row.Outcome
			}
			if row.ClosedBy != nil {
				by = *row.ClosedBy
			}
			manner := map[string]string{
				string(nursery.OutcomeSign): "signed", string(nursery.OutcomeObject): "objected", string(nursery.OutcomeDispute): "disputed",
			}[outcome]
			if manner == "" {
				manner = "refused"
			}
			disputed = disputed || manner == "disputed"
			if err := sign(party, manner, by, said); err != nil {
				return err
			}
		}
		return nil
	}
	done, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		_, _, sent, err := s.lastVisit(ctx)
		if err != nil {
			return err
		}
		err = read(ctx, s.q, func(party, manner, by string, said signatureSaid) error {
			return s.q.InsertSignature(ctx, store.InsertSignatureParams{
				CaseNo: s.c.CaseNo, Version: sent.Version, Party: party, County: s.c.County, Institution: s.c.Institution, Manner: manner,
				Account: by, Note: said.Note, Hash: sent.Hash, Picture: said.Signature, At: s.at,
			})
		})
		if err != nil {
			return err
		}
		note := "检查记录已由双方签字"
		if disputed {
			note = "检查人员认为记录有误，退回重填"
		}
		return s.record(ctx, event{kind: "visit_signed", note: note, data: map[string]any{"version": sent.Version, "hash": sent.Hash}})
	})
	if err == nil && !done {
		err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
			return read(ctx, q, func(string, string, string, signatureSaid) error { return nil })
		})
	}
	return disputed, err
}
