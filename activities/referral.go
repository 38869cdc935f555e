package activities

import (
	"context"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/store"
)

// ReferralMove is the input of moving a referral to a stage.
type ReferralMove struct {
	Move
	Stage nursery.Stage
	Trace bool // another appointment was made
}

// OpenReferral opens a referral and returns its limits.
func (e *Engine) OpenReferral(ctx context.Context, in Move) (nursery.CheckupParams, error) {
	_, err := e.inStep(ctx, in.CaseNo, in.Step, in.At, func(ctx context.Context, s *step) error {
		if err := s.take(ctx); err != nil {
			return err
		}
		s.c.Stage, s.c.Holder = string(nursery.StageReferred), string(nursery.RoleHospital)
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "referral_opened", note: "体检后转诊"})
	})
	if err != nil {
		return nursery.CheckupParams{}, err
	}
	var limits nursery.CheckupParams
	err = e.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		referral, err := q.Referral(ctx, in.CaseNo)
		if err != nil {
			return err
		}
		limits, err = CheckupLimits(e.Rules, nursery.DateOf(in.At), referral.County)
		return err
	})
	return limits, err
}

// ReferralAnswer is the form of an answer; it contains no health facts.
type ReferralAnswer struct {
	SeenOn nursery.Date `json:"seen_on,omitzero"`
	Note   string       `json:"note,omitempty"`
}

var referralNotes = map[nursery.Stage]string{
	nursery.StageReferralTaken: "已接收转诊，待就诊", nursery.StageReferralSeen: "已就诊，待反馈结果", nursery.StageReferralTraced: "未按期就诊，由签约医生追访",
	nursery.StageReferralDone: "结果已反馈，办结", nursery.StageReferralEnded: "追访后仍未就诊，办结",
}

// MoveReferral moves a referral according to the answer of in.Tasks, if there is one.
func (e *Engine) MoveReferral(ctx context.Context, in ReferralMove) error {
	return e.move(ctx, in.Move, func(ctx context.Context, s *step, _ calendar.Years) error {
		var said ReferralAnswer
		if len(in.Tasks) > 0 {
			if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
				return err
			}
		}
		r, err := s.q.Referral(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		s.c.Stage, s.c.Holder = string(in.Stage), string(nursery.RoleHospital)
		switch in.Stage {
		case nursery.StageReferralSeen:
			r.SeenOn = said.SeenOn
			if r.SeenOn.IsZero() {
				r.SeenOn = s.today()
			}
		case nursery.StageReferralDone:
			r.State, r.ClosedOn = "done", s.today()
			s.end(in.Stage)
		case nursery.StageReferralEnded:
			r.State, r.ClosedOn = "ended", s.today()
			s.end(in.Stage)
		}
		note := referralNotes[in.Stage]
		if in.Trace {
			r.Traces++
			note = "已另约就诊"
		}
		err = s.q.MoveReferral(ctx, store.MoveReferralParams{CaseNo: r.CaseNo, State: r.State, Traces: r.Traces, SeenOn: r.SeenOn, ClosedOn: r.ClosedOn})
		if err != nil {
			return err
		}
		return s.record(ctx, in.event("referral_moved", note))
	})
}

// referralNames are the activities of referrals.
func referralNames(e *Engine) []Named {
	return []Named{
		{"OpenReferral", e.OpenReferral, ""},
		{"MoveReferral", e.MoveReferral, ""},
	}
}
