package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/store"
)

// DuplicateRuleSet names the decision that nothing is paid, since the same was paid for the period or is going to be (P05-R5).
const DuplicateRuleSet = "payment.once"

// Duplicate returns the reason why nothing more is paid to an institution for the declared key of a case: a payment of the procedure
// for the same purpose and period that is not cancelled. It returns nil if there is none, and for a procedure that pays nothing or
// declares no key.
func Duplicate(ctx context.Context, q *store.Queries, r *published.Revision, institution, about string) (*nursery.Reason, error) {
	var items []string
	for _, s := range r.Plan.Stages {
		if s.Verb == procedures.VerbPay {
			items = append(items, s.Fund)
		}
	}
	if len(items) == 0 || len(r.Plan.Start.OneOpen) == 0 {
		return nil, nil
	}
	row, err := q.PaymentAbout(ctx, store.PaymentAboutParams{Scheme: r.Plan.Kind, Institution: institution, Items: items, Period: about})
	if store.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for a payment: %w", err)
	}
	reason := &nursery.Reason{
		Rule: "P05-R5", Title: "同一期间不重复拨付", Result: nursery.Fail, Seen: row.CaseNo, Basis: r.Live.Basis,
		Message: fmt.Sprintf("%s已经由办件 %s 办理拨付（%s），同一期间不重复拨付。", r.Live.Title, row.CaseNo, funds.State(row.State).Title()),
		Remedy:  "请核对申请的期间；上一次拨付有误的，请联系办理部门更正。",
	}
	for _, path := range r.Plan.Start.OneOpen {
		if strings.HasPrefix(path, "facts.") {
			reason.Fields = append(reason.Fields, "/"+strings.ReplaceAll(path, ".", "/"))
		}
	}
	return reason, nil
}

// pay requests the payment of a stage and does what the stage does on entry. A paper of a payment is that of the amount that was
// decided: it is issued once for the decision, not again when the payment is repeated after the bank returned it. If the same was paid
// for the period meanwhile, nothing is requested or issued; a decision has the reason.
func (m *mover) pay(ctx context.Context, s procedures.Stage) error {
	asked, err := m.Queries().PaymentsOfCase(ctx, m.Case().CaseNo)
	if err != nil {
		return fmt.Errorf("read payments: %w", err)
	}
	again := slices.ContainsFunc(asked, func(p store.Payment) bool { return p.Decision == m.in.Pays && p.Step != m.in.Step })
	duplicate, err := m.requestPayment(ctx, s)
	if err != nil {
		return err
	}
	if duplicate != nil {
		m.moved.Twice = true
		return m.refuseDuplicate(ctx, *duplicate)
	}
	for _, e := range s.Do {
		if again {
			e.Paper = procedures.None
		}
		if err := m.effect(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// requestPayment requests the payment of the decided amount from the funds for the purpose that the stage names. What is paid is
// identified by the declared key of the case, so that nothing is paid twice: if it is paid or going to be, requestPayment requests
// nothing and returns the reason.
func (m *mover) requestPayment(ctx context.Context, stage procedures.Stage) (*nursery.Reason, error) {
	k, err := m.known(ctx)
	if err != nil {
		return nil, err
	}
	c, set := m.Case(), m.revision.Plan.RuleSets[stage.RuleSet]
	if m.Trial() {
		return m.duplicate(ctx)
	}
	d, ok := k.Decisions[set]
	if !ok || d.Fen == nil || d.ID != m.in.Pays {
		return nil, stuck("procedure_amount")
	}
	period := c.About
	if len(m.revision.Plan.Start.OneOpen) == 0 {
		period = c.CaseNo
	}
	_, err = funds.Request(ctx, m.Queries(), funds.Wanted{
		CaseNo: c.CaseNo, Step: m.in.Step, County: c.County, Institution: c.Institution, Scheme: c.Kind, Item: stage.Fund, Period: period,
		Purpose: stage.Fund, Fen: *d.Fen, Decision: d.ID, At: m.At(),
	})
	answered := slices.ContainsFunc(stage.On, func(t procedures.Transition) bool { return t.Result == procedures.ResultDuplicate })
	switch {
	case errors.Is(err, funds.ErrPaidTwice) && answered:
		reason, err := m.duplicate(ctx)
		if err == nil && reason == nil {
			err = stuck("procedure_payment")
		}
		return reason, err
	case errors.Is(err, funds.ErrPaidTwice), errors.Is(err, funds.ErrInvalid):
		return nil, errors.Join(stuck("procedure_payment"), err)
	case err != nil:
		return nil, fmt.Errorf("request payment: %w", err)
	}
	return nil, nil
}

// duplicate returns why nothing is paid for the key of the case, if another case was paid for it or is going to be.
func (m *mover) duplicate(ctx context.Context) (*nursery.Reason, error) {
	c := m.Case()
	reason, err := Duplicate(ctx, m.Queries(), m.revision, c.Institution, c.About)
	if err != nil || reason == nil || reason.Seen == c.CaseNo {
		return nil, err
	}
	return reason, nil
}

// refuseDuplicate stores the decision that nothing is paid.
func (m *mover) refuseDuplicate(ctx context.Context, reason nursery.Reason) error {
	c := m.Case()
	k, err := m.known(ctx)
	if err != nil {
		return err
	}
	d := nursery.Decision{
		ID: strings.Join([]string{c.CaseNo, m.in.Step, DuplicateRuleSet}, "/"), RuleSet: DuplicateRuleSet, AsOf: m.Today(),
		Revision: m.revision.Plan.Kind + "@" + m.revision.ID[:12], Result: nursery.Fail, Reasons: []nursery.Reason{reason},
		FactsUsed: reason.Fields, FactsMissing: []string{},
	}
	if d.FactsUsed == nil {
		d.FactsUsed = []string{}
	}
	if err := m.store(ctx, d, map[string]any{"about": c.About, "paid_by": reason.Seen}); err != nil {
		return fmt.Errorf("store decision: %w", err)
	}
	k.Decisions[DuplicateRuleSet] = d
	return nil
}

// releasePayment cancels a payment that was requested by a step and not paid. One that bounced stays covered until it is requested
// again or the case ends.
func (s *Steps) releasePayment(ctx context.Context, m *mover, step, result string) error {
	if m.Trial() || result == procedures.ResultPaid || result == procedures.ResultBounced {
		return nil
	}
	return m.cancelPayment(ctx, step)
}

// cancelPayments cancels what was requested and not paid when the case ends.
func (m *mover) cancelPayments(ctx context.Context) error {
	if m.Trial() {
		return nil
	}
	list, err := m.Queries().PaymentsOfCase(ctx, m.Case().CaseNo)
	if err != nil {
		return fmt.Errorf("read payments: %w", err)
	}
	for _, p := range list {
		if err := m.cancelPayment(ctx, p.Step); err != nil {
			return err
		}
	}
	return nil
}

func (m *mover) cancelPayment(ctx context.Context, step string) error {
	err := funds.Cancel(ctx, m.Queries(), m.Case().CaseNo, step, m.At())
	if errors.Is(err, funds.ErrSent) {
		return errors.Join(stuck("procedure_payment"), err)
	}
	if err != nil {
		return fmt.Errorf("cancel payment: %w", err)
	}
	return nil
}
