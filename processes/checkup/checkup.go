package checkup

import (
	"context"
	"fmt"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// OpenHalf opens the half-year's round of every filed institution of p's county that has none yet. The relay has them begin, for
// a county has many. Errors: invalid for a half-year that is over or has not begun.
func (s *Service) OpenHalf(ctx context.Context, p nursery.Principal, key string, in HalfOpening) (HalfOpened, error) {
	opened, err := casework.Command(ctx, s.Service, p, key, "checkup.start", in, func(q *store.Queries) (HalfOpened, error) {
		answer := HalfOpened{County: p.County, Half: in.Half, Opened: []string{}}
		if err := s.Authorize(ctx, p, "checkup.start", casework.Resource{County: p.County}); err != nil {
			return answer, err
		}
		half := nursery.HalfYearOf(s.Today())
		if in.Half != half.String() {
			return answer, casework.NewError(casework.CodeInvalid, "只能开启当前半年度的体检。", casework.FieldError{Location: "/half", Message: "应为 " + half.String()})
		}
		err := q.AsEngine(ctx, func() error { return s.openHalf(ctx, q, p, half, &answer) })
		return answer, err
	})
	return opened, err
}

func (s *Service) openHalf(ctx context.Context, q *store.Queries, p nursery.Principal, half nursery.HalfYear, answer *HalfOpened) error {
	years, err := s.CalendarCache.YearsIn(ctx, q)
	if err != nil {
		return err
	}
	opened, err := activities.StartCheckups(ctx, q, s.Rules, years, p.County, half, p.Account, s.Now())
	answer.Opened = append(answer.Opened, opened...)
	return err
}

// everyDutySettled refuses to complete a round while duties are open.
func (s *Service) everyDutySettled(ctx context.Context, q *store.Queries, task store.Task, _ casework.Completion) error {
	years, err := s.CalendarCache.YearsIn(ctx, q)
	if err != nil {
		return err
	}
	duties, err := q.DutiesOfRound(ctx, task.CaseNo)
	if err != nil {
		return err
	}
	open := map[string]bool{}
	for _, d := range duties {
		if !activities.StatusOfDuty(d, s.Today(), years).Settled() {
			open[d.Child] = true
		}
	}
	if len(open) > 0 {
		return casework.NewError(casework.CodeCheckupsOpen, fmt.Sprintf("还有 %d 名婴幼儿的项目未检也未免检，请先补检或注明原因。", len(open)))
	}
	return nil
}

// resultWritten refuses to complete a referral without its result.
func resultWritten(ctx context.Context, q *store.Queries, task store.Task, _ casework.Completion) error {
	r, err := q.Referral(ctx, task.CaseNo)
	if err != nil {
		return err
	}
	if r.Result == nil {
		return casework.NewError(casework.CodeResultMissing, "请先填写转诊结果。")
	}
	return nil
}

var roundCase = casework.ProcessCase[store.CheckupRound]{Kind: nursery.KindCheckup, Row: (*store.Queries).CheckupRound}

var referralCase = casework.ProcessCase[store.Referral]{Kind: nursery.KindReferral, Row: (*store.Queries).Referral}
