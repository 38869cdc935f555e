package steps

import (
	"context"
	"errors"
	"fmt"

	"tuoyu/funds"
	"tuoyu/procedures"
)

// requestPayment requests the payment of the decided amount from the funds for the purpose that the stage names. What is paid is
// identified by the declared key of the case, so that nothing is paid twice.
func (s *Steps) requestPayment(ctx context.Context, m *mover, stage procedures.Stage) error {
	if m.Trial() {
		return nil
	}
	k, err := m.known(ctx)
	if err != nil {
		return err
	}
	c, set := m.Case(), m.revision.Plan.RuleSets[stage.RuleSet]
	d, ok := k.Decisions[set]
	if !ok || d.Fen == nil || d.ID != m.in.Pays {
		return stuck("procedure_amount")
	}
	period := c.About
	if len(m.revision.Plan.Start.OneOpen) == 0 {
		period = c.CaseNo
	}
	_, err = funds.Request(ctx, m.Queries(), funds.Wanted{
		CaseNo: c.CaseNo, Step: m.in.Step, County: c.County, Institution: c.Institution, Scheme: c.Kind, Item: stage.Fund, Period: period,
		Purpose: stage.Fund, Fen: *d.Fen, Decision: d.ID, At: m.At(),
	})
	if errors.Is(err, funds.ErrPaidTwice) || errors.Is(err, funds.ErrInvalid) {
		return errors.Join(stuck("procedure_payment"), err)
	}
	if err != nil {
		return fmt.Errorf("request payment: %w", err)
	}
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
