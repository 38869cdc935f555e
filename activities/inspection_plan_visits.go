package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/store"
)

// PlannedOpened is the day on which the next visits of a plan are opened; zero if none is left.
type PlannedOpened struct{ Next nursery.Date }

// OpenPlannedInspections opens the visits that are due. It drops an institution that is no longer filed.
func (e *Engine) OpenPlannedInspections(ctx context.Context, in Move) (PlannedOpened, error) {
	err := e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		plan, err := s.q.InspectionPlan(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		due, err := s.q.PlannedToOpen(ctx, store.PlannedToOpenParams{CaseNo: plan.CaseNo, Today: s.today(), Most: plannedAtOnce})
		if err != nil {
			return err
		}
		dropped := 0
		for _, p := range due {
			was := store.PlannedOpenedParams{CaseNo: p.CaseNo, Kind: p.Kind, Institution: p.Institution}
			caseNo, err := OpenInspection(ctx, s.q, PlannedInspection{
				ID: p.CaseNo + "/" + p.Kind + "/" + p.Institution, County: p.County, Institution: p.Institution, Half: plan.Half, Kind: p.Kind,
				FirstInspector: p.FirstInspector, SecondInspector: p.SecondInspector, PlanCase: p.CaseNo,
			}, s.at)
			switch {
			case errors.Is(err, ErrNotInspectable):
				was.Dropped = true
				dropped++
			case err != nil:
				return fmt.Errorf("open planned visit: %w", err)
			default:
				was.Inspection = &caseNo
			}
			if err := s.q.PlannedOpened(ctx, was); err != nil {
				return err
			}
		}
		s.c.Stage, s.c.Holder = string(nursery.StagePlanRunning), string(nursery.RoleInspector)
		ev := in.event("visits_opened", fmt.Sprintf("开始检查 %d 家，不再备案而免于检查 %d 家", len(due)-dropped, dropped))
		ev.internal = true
		return s.record(ctx, ev)
	})
	if err != nil {
		return PlannedOpened{}, err
	}
	var opened PlannedOpened
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		opened.Next, err = q.NextPlanned(ctx, in.CaseNo)
		if store.IsNotFound(err) {
			err = nil
		}
		return err
	})
	return opened, err
}

// TallyInspectionPlan counts, when the half-year is over, the institutions that were not visited in it.
func (e *Engine) TallyInspectionPlan(ctx context.Context, in Move) (late int, err error) {
	err = e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		_, names, planned, err := s.late(ctx)
		if err != nil {
			return err
		}
		ev := in.event("plan_tallied", fmt.Sprintf("半年度结束：应检查 %d 家次，未检查 %d 家次", planned, len(names)))
		ev.data = map[string]any{"planned": planned, "late": names}
		return s.record(ctx, ev)
	})
	if err != nil {
		return 0, err
	}
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		_, names, _, err := (&step{q: q, c: store.Case{CaseNo: in.CaseNo}}).late(ctx)
		late = len(names)
		return err
	})
	return late, err
}

// late returns the names of the institutions whose visit was not made in the half-year.
func (s *step) late(ctx context.Context) (plan store.InspectionPlan, names []string, planned int, err error) {
	if plan, err = s.q.InspectionPlan(ctx, s.c.CaseNo); err != nil {
		return plan, nil, 0, fmt.Errorf("read plan: %w", err)
	}
	half, err := nursery.ParseHalfYear(plan.Half)
	if err != nil {
		return plan, nil, 0, err
	}
	rows, err := s.q.PlannedOfPlan(ctx, s.c.CaseNo)
	if err != nil {
		return plan, nil, 0, err
	}
	for _, p := range rows {
		if p.Dropped {
			continue
		}
		planned++
		if p.VisitedOn.IsZero() || p.VisitedOn.After(half.Last()) {
			names = append(names, p.Kind+"/"+p.Institution)
		}
	}
	return plan, names, planned, nil
}

// CloseInspectionPlan closes the plan of a half-year that is over: it reveals the random draw and publishes what was
// visited. In.Tasks, if any, is the task in which the supervisor explained the missing visits.
func (e *Engine) CloseInspectionPlan(ctx context.Context, in Move) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		plan, names, planned, err := s.late(ctx)
		if err != nil {
			return err
		}
		_, _, random, nonces, err := s.opened(ctx, plan, plan.DrawnOn)
		if err != nil {
			return err
		}
		raw, err := json.Marshal(random)
		if err != nil {
			return fmt.Errorf("encode random visits: %w", err)
		}
		late := int32(len(names))
		err = s.q.RevealRandom(ctx, store.RevealRandomParams{
			CaseNo: plan.CaseNo, RandomNonce: nonces.Random, Random: raw, Late: &late, ClosedOn: s.today(), UpdatedAt: s.at,
		})
		if err != nil {
			return err
		}
		text := fmt.Sprintf("计划 %s：应检查 %d 家次，按期检查 %d 家次，未按期检查 %d 家次。随机抽查名单已公开，可以自行核验。",
			plan.CaseNo, planned, planned-len(names), len(names))
		if err := s.publish(ctx, "inspection_plan", "执行情况", text); err != nil {
			return err
		}
		s.end(nursery.StagePlanClosed)
		var said struct {
			Note string `json:"note"`
		}
		if len(in.Tasks) > 0 {
			if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
				return err
			}
		}
		note := "半年度检查计划办结"
		if said.Note != "" {
			note += "：" + said.Note
		}
		ev := in.event("plan_closed", note)
		ev.data = map[string]any{"planned": planned, "late": len(names)}
		return s.record(ctx, ev)
	})
}
