package activities

import (
	"context"
	"encoding/json"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/store"
)

// OpenInsuranceClaim opens a claim at the insurer and returns the parameters of the month of its cover.
func (e *Engine) OpenInsuranceClaim(ctx context.Context, in OpenInsurance) (nursery.InsuranceTerms, error) {
	_, err := e.inStep(ctx, in.CaseNo, "opened", in.At, func(ctx context.Context, s *step) error {
		if err := s.q.MarkDelivered(ctx, store.MarkDeliveredParams{ID: "start/" + in.CaseNo, DeliveredAt: &in.At}); err != nil {
			return err
		}
		s.c.Stage, s.c.Status, s.c.ReceivedOn = string(nursery.StageReported), string(nursery.CaseOpen), s.today()
		s.c.Holder = string(nursery.RoleInsurer)
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "claim_reported", note: "已报案，转承保机构核定"})
	})
	if err != nil {
		return nursery.InsuranceTerms{}, err
	}
	var terms nursery.InsuranceTerms
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		claim, err := q.InsuranceClaim(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		b, err := q.InsuranceBatch(ctx, claim.CoverCase)
		if err != nil {
			return err
		}
		return json.Unmarshal(b.Terms, &terms)
	})
	return terms, err
}

// ClaimAnswer is the form that the insurer and the county fill in for a claim.
type ClaimAnswer struct {
	AmountFen int64        `json:"amount_fen"`
	PaidOn    nursery.Date `json:"paid_on,omitzero"`
	Reason    string       `json:"reason"`
}

// moveClaim changes the claim according to the answer of in.Tasks[0].
func (e *Engine) moveClaim(ctx context.Context, in Move, kind string, change func(*step, *store.InsuranceClaim, ClaimAnswer) string) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		var said ClaimAnswer
		if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
			return err
		}
		claim, err := s.q.InsuranceClaim(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		note := change(s, &claim, said)
		err = s.q.MoveInsuranceClaim(ctx, store.MoveInsuranceClaimParams{
			CaseNo: claim.CaseNo, State: claim.State, AcceptedFen: claim.AcceptedFen, PaidFen: claim.PaidFen, PaidOn: claim.PaidOn,
			Reason: claim.Reason, UpdatedAt: s.at,
		})
		if err != nil {
			return err
		}
		return s.record(ctx, in.event(kind, note))
	})
}

// AdmitClaim records what the insurer will pay.
func (e *Engine) AdmitClaim(ctx context.Context, in Move) error {
	return e.moveClaim(ctx, in, "claim_admitted", func(s *step, c *store.InsuranceClaim, said ClaimAnswer) string {
		c.State, c.AcceptedFen, c.Reason = "accepted", &said.AmountFen, ""
		s.c.Stage = string(nursery.StageAccepted)
		return "承保机构受理赔付"
	})
}

// ContestClaim records why the insurer refuses; the county reviews it.
func (e *Engine) ContestClaim(ctx context.Context, in Move) error {
	return e.moveClaim(ctx, in, "claim_contested", func(s *step, c *store.InsuranceClaim, said ClaimAnswer) string {
		c.Reason = said.Reason
		s.c.Stage = string(nursery.StageContested)
		return "承保机构不予赔付，转县区核对理由"
	})
}

// RefuseClaim ends a claim that is not paid.
func (e *Engine) RefuseClaim(ctx context.Context, in Move) error {
	return e.moveClaim(ctx, in, "claim_refused", func(s *step, c *store.InsuranceClaim, _ ClaimAnswer) string {
		c.State = "refused"
		s.end(nursery.StageClaimEnded)
		return "不予赔付，办结"
	})
}

// PayClaim ends a claim that was paid.
func (e *Engine) PayClaim(ctx context.Context, in Move) error {
	return e.moveClaim(ctx, in, "claim_paid", func(s *step, c *store.InsuranceClaim, said ClaimAnswer) string {
		c.State, c.PaidFen, c.PaidOn = "paid", c.AcceptedFen, said.PaidOn
		if c.PaidOn.IsZero() {
			c.PaidOn = s.today()
		}
		s.end(nursery.StagePaid)
		return "已赔付，办结"
	})
}

// claimNames are the activities of claims.
func claimNames(e *Engine) []Named {
	return []Named{
		{"OpenInsuranceClaim", e.OpenInsuranceClaim, ""},
		{"AdmitClaim", e.AdmitClaim, ""},
		{"ContestClaim", e.ContestClaim, ""},
		{"RefuseClaim", e.RefuseClaim, ""},
		{"PayClaim", e.PayClaim, ""},
	}
}
