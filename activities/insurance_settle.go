package activities

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"tuoyu/calendar"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/store"
)

// SignInsurance releases a batch to the insurer, who can read its lines from then on.
func (e *Engine) SignInsurance(ctx context.Context, in InsuranceMove) error {
	defer alive(ctx)()
	return e.move(ctx, in.Move, func(ctx context.Context, s *step, _ calendar.Years) error {
		send := int32(in.Send)
		if err := s.q.SignSend(ctx, store.SignSendParams{CaseNo: in.CaseNo, Number: send, SignedBy: &in.Actor, SentAt: &s.at}); err != nil {
			return err
		}
		if err := s.q.SendRoster(ctx, store.SendRosterParams{CaseNo: in.CaseNo, Send: send}); err != nil {
			return err
		}
		row, err := s.q.InsuranceSend(ctx, store.InsuranceSendParams{CaseNo: in.CaseNo, Number: send})
		if err != nil {
			return err
		}
		b, err := s.q.InsuranceBatch(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		addressee, err := insurerName(ctx, s.q, b.Insurer)
		if err != nil {
			return err
		}
		err = e.requestDocument(ctx, s, InsuranceNotice, &InsuranceNoticeContent{
			Head: documents.Head{Addressee: addressee},
			Insurance: InsuranceSheet{
				Month: b.Month, Batch: in.Send, Lines: int(row.Lines), Hash: row.Hash, PremiumFen: row.PremiumFen, CoverFrom: b.CoverFrom,
			},
		})
		if err != nil {
			return err
		}
		s.c.Stage, s.c.Holder = string(nursery.StageSent), string(nursery.RoleInsurer)
		ev := in.event("insurance_sent", fmt.Sprintf("第 %d 批 %d 名已核签送承保机构", send, row.Lines))
		ev.data = map[string]any{"send": send, "kind": row.Kind, "lines": row.Lines, "hash": row.Hash, "premium_fen": row.PremiumFen}
		return s.record(ctx, ev)
	})
}

// insurerName returns the name of an insurer, or its code when it is not registered.
func insurerName(ctx context.Context, q *store.Queries, id string) (string, error) {
	row, err := q.InsurerByID(ctx, id)
	if store.IsNotFound(err) {
		return id, nil
	}
	return row.Name, err
}

// ReturnInsurance returns a prepared batch: its children are decided on again once the roster is complete.
func (e *Engine) ReturnInsurance(ctx context.Context, in InsuranceMove) error {
	defer alive(ctx)()
	return e.move(ctx, in.Move, func(ctx context.Context, s *step, _ calendar.Years) error {
		if err := s.q.ReturnSend(ctx, store.ReturnSendParams{CaseNo: in.CaseNo, Number: int32(in.Send)}); err != nil {
			return err
		}
		if err := s.q.ReturnRoster(ctx, in.CaseNo); err != nil {
			return err
		}
		s.c.Stage = string(nursery.StageCollecting)
		return s.record(ctx, in.event("insurance_returned", fmt.Sprintf("第 %d 批退回，补充名册", in.Send)))
	})
}

// SettleInsurance converts accepted lines into covers and refused ones into exceptions.
func (e *Engine) SettleInsurance(ctx context.Context, in InsuranceMove) error {
	defer alive(ctx)()
	return e.move(ctx, in.Move, func(ctx context.Context, s *step, _ calendar.Years) error {
		send := int32(in.Send)
		if err := s.q.Plan(ctx, store.PlanForAll); err != nil {
			return err
		}
		insured, err := s.q.CoverInsured(ctx, store.CoverInsuredParams{CaseNo: in.CaseNo, Send: send})
		if err != nil {
			return err
		}
		if err := s.q.SettleRoster(ctx, store.SettleRosterParams{CaseNo: in.CaseNo, Send: send}); err != nil {
			return err
		}
		err = s.q.EndSend(ctx, store.EndSendParams{CaseNo: in.CaseNo, Number: send, AnsweredAt: &s.at, Insured: int32(insured)})
		if err != nil {
			return err
		}
		ev := in.event("insurance_answered", fmt.Sprintf("第 %d 批承保 %d 名", send, insured))
		ev.data = map[string]any{"send": send, "insured": insured}
		return s.record(ctx, ev)
	})
}

// InsuranceOpen is the open work of a month.
type InsuranceOpen struct {
	Rostered   int // number of children to decide on
	Exceptions int // number of exceptions the county has to settle
}

// InsuranceOpen returns the open work of a month.
func (e *Engine) InsuranceOpen(ctx context.Context, caseNo string) (InsuranceOpen, error) {
	var open InsuranceOpen
	err := e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		row, err := q.RosterOpen(ctx, caseNo)
		open = InsuranceOpen{Rostered: int(row.Rostered), Exceptions: int(row.Exceptions)}
		return err
	})
	if err != nil {
		return open, fmt.Errorf("read what is open of %s: %w", caseNo, err)
	}
	return open, nil
}

// StandInsurance records that the month has no open work and returns the current counts: after it, every addition to
// the roster notifies the case.
func (e *Engine) StandInsurance(ctx context.Context, in Move) (InsuranceOpen, error) {
	err := e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		s.c.Stage, s.c.Holder = string(nursery.StageStanding), string(nursery.RoleCountyOffice)
		return s.record(ctx, in.event("insurance_standing", "本月名册已全部处理，月底前可补报新生儿"))
	})
	if err != nil {
		return InsuranceOpen{}, err
	}
	return e.InsuranceOpen(ctx, in.CaseNo)
}

// CloseInsurance ends the month: covers of children who have reached 36 months, died or left the city end, and the
// summary of the month is written.
func (e *Engine) CloseInsurance(ctx context.Context, in Move) error {
	defer alive(ctx)()
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		b, err := s.q.InsuranceBatch(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		ended, err := s.q.EndCovers(ctx, store.EndCoversParams{County: b.County, UntilMonths: b.UntilMonths, AsOf: s.today()})
		if err != nil {
			return err
		}
		if err := s.q.EndInsuranceBatch(ctx, store.EndInsuranceBatchParams{CaseNo: in.CaseNo, ClosedOn: s.today()}); err != nil {
			return err
		}
		counts, err := s.q.RosterCounts(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		sends, err := s.q.InsuranceSends(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		covers, roster := map[string]int32{}, map[string]int32{}
		sheet := InsuranceSheet{Month: b.Month}
		for _, row := range ended {
			covers[row.Ended] = row.Covers
			sheet.Ended += int(row.Covers)
		}
		for _, row := range counts {
			roster[row.Status] = row.Children
		}
		for _, send := range sends {
			if send.State == "answered" {
				sheet.Lines, sheet.PremiumFen = sheet.Lines+int(send.Lines), sheet.PremiumFen+send.PremiumFen
			}
		}
		sheet.Insured, sheet.Ineligible = int(roster[string(nursery.Insured)]), int(roster[string(nursery.Ineligible)])
		sheet.Withdrawn = int(roster[string(nursery.TakenOff)])
		err = e.requestDocument(ctx, s, InsuranceSummary, &InsuranceSummaryContent{Insurance: sheet})
		if err != nil {
			return err
		}
		s.end(nursery.StageMonthDone)
		ev := in.event("insurance_closed", fmt.Sprintf("%s投保办结：承保 %d 名", nursery.MonthTitle(b.Month), roster[string(nursery.Insured)]))
		ev.data = map[string]any{"covers_ended": covers, "roster": roster}
		return s.record(ctx, ev)
	})
}

// NoteInsurance records the answer to a task on the timeline.
func (e *Engine) NoteInsurance(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		var said struct {
			Note string `json:"note"`
		}
		if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
			return err
		}
		return s.record(ctx, in.event("insurance_noted", cmp.Or(said.Note, "已办理")))
	})
}

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
