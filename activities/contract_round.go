package activities

import (
	"context"

	"tuoyu/nursery"
)

// OpenRoundOfContract opens the check-up round that is due under a contract for the half-year of in.At. A round that
// waits for a contract, or had another one, is notified of this one.
func (e *Engine) OpenRoundOfContract(ctx context.Context, in Move) error {
	years, err := e.CalendarCache.Years(ctx)
	if err != nil {
		return err
	}
	_, err = e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		institution, err := s.q.InstitutionByID(ctx, s.c.Institution)
		if err != nil {
			return err
		}
		half := nursery.HalfYearOf(s.today())
		round, opened, err := StartCheckup(ctx, s.q, e.Rules, years, institution.ID, institution.Name, institution.County, half, nursery.Engine.Account, s.at)
		if err != nil {
			return err
		}
		note := half.Title() + "健康体检已开启，办件 " + round
		if !opened {
			note = half.Title() + "健康体检在办，办件 " + round
			c, err := s.q.CaseByNumber(ctx, round)
			if err != nil {
				return err
			}
			if c.Status == string(nursery.CaseOpen) {
				if err := EnqueueChange(ctx, s.q, c, "contract/"+s.c.CaseNo, s.at); err != nil {
					return err
				}
			}
		}
		return s.record(ctx, event{kind: "round_due", note: note, data: map[string]any{"round": round}})
	})
	return err
}
