package activities

import "context"

// OpenRoundOfContract opens the check-up round that a contract owes for the half-year of In.At.
func (e *Engine) OpenRoundOfContract(ctx context.Context, in Move) error {
	_, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		return s.record(ctx, event{kind: "round_due", note: "本半年度应开展健康体检", internal: true})
	})
	return err
}
