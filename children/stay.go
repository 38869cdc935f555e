package children

import (
	"context"
	"fmt"
	"strings"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// StayCorrection corrects the latest stay of a child. A missing day is not changed.
type StayCorrection struct {
	EnteredOn nursery.Date  `json:"entered_on,omitzero" doc:"入托日期，不变的不填"`
	LeftOn    nursery.Date  `json:"left_on,omitzero" doc:"离托日期，不变的不填"`
	Leave     nursery.Leave `json:"leave,omitempty" enum:"left,transferred,aged_out" doc:"离托原因，不变的不填"`
	Reopen    bool          `json:"reopen,omitempty" doc:"离托登记有误，恢复在托"`
	Reason    string        `json:"reason" minLength:"2" maxLength:"500" doc:"更正理由；超龄入托的一并说明"`
}

// CorrectStay corrects the days on which a child last entered and left this institution, with a reason. A death is
// withdrawn by WithdrawDeath. Errors: invalid, child_not_enrolled, stay_overlaps, child_died.
func (s *Service) CorrectStay(ctx context.Context, p nursery.Principal, key, id string, in StayCorrection) (Enrolled, error) {
	done, err := s.changeChild(ctx, p, key, "child.stay", id, in, func(q *store.Queries, child store.Child) error {
		stay, err := q.LastStay(ctx, store.LastStayParams{Child: child.ID, Institution: p.Institution})
		if store.IsNotFound(err) {
			return ended(0, nil)
		}
		if err != nil {
			return fmt.Errorf("read stay: %w", err)
		}
		if stay.Leave != nil && *stay.Leave == string(nursery.LeaveDied) {
			return casework.NewError(casework.CodeChildDied, "该次离托登记为死亡，请先撤销死亡登记。")
		}
		to, err := s.correctedStay(child, stay, in)
		if err != nil {
			return err
		}
		if err := stayApart(ctx, q, stay.ID, to); err != nil {
			return err
		}
		err = q.CorrectStay(ctx, store.CorrectStayParams{
			ID: stay.ID, EnteredOn: to.EnteredOn, LeftOn: to.LeftOn, Leave: to.Leave, LeftBy: to.LeftBy, AgeReason: to.AgeReason,
		})
		if err != nil {
			return err
		}
		if err := s.NoteCorrection(ctx, q, p, child, "stay", stayDays(stay), stayDays(to), in.Reason); err != nil {
			return err
		}
		return activities.NoteEnrolment(ctx, q, p.Institution, child.ID, s.Now())
	})
	if isChildOpen(err) {
		return Enrolled{}, elsewhere()
	}
	return done, err
}

func stayDays(e store.Enrolment) map[string]any {
	days := map[string]any{"entered_on": e.EnteredOn}
	if !e.LeftOn.IsZero() {
		days["left_on"], days["leave"] = e.LeftOn, e.Leave
	}
	return days
}

// correctedStay returns the corrected stay. Errors: invalid with every validation error.
func (s *Service) correctedStay(child store.Child, stay store.Enrolment, in StayCorrection) (store.Enrolment, error) {
	var c casework.Checker
	c.Limits(in)
	to := stay
	if !in.EnteredOn.IsZero() {
		to.EnteredOn = in.EnteredOn
	}
	open := stay.LeftOn.IsZero()
	switch {
	case in.Reopen && (!in.LeftOn.IsZero() || in.Leave != ""):
		c.Add("/reopen", "恢复在托的，不填离托日期和原因")
	case in.Reopen:
		to.LeftOn, to.Leave, to.LeftBy = nursery.Date{}, nil, nil
	case open && (!in.LeftOn.IsZero() || in.Leave != ""):
		c.Add("/left_on", "该婴幼儿在托，请用“登记离托”")
	case !in.LeftOn.IsZero():
		to.LeftOn = in.LeftOn
	}
	if !open && in.Leave != "" {
		leave := string(in.Leave)
		to.Leave = &leave
	}
	switch {
	case !to.EnteredOn.Valid() || to.EnteredOn.After(s.Today()):
		c.Add("/entered_on", "入托日期不能晚于今天")
	case to.EnteredOn.Before(child.BornOn):
		c.Add("/entered_on", "入托日期早于出生日期")
	}
	if !to.LeftOn.IsZero() && (to.LeftOn.After(s.Today()) || to.LeftOn.Before(to.EnteredOn)) {
		c.Add("/left_on", "离托日期应在入托日期和今天之间")
	}
	if to.EnteredOn.MonthsSince(child.BornOn) >= nursery.CareMonths {
		to.AgeReason = strings.TrimSpace(in.Reason)
	}
	return to, c.Err()
}

// stayApart returns an error if a stay overlaps another of the child, at any institution.
func stayApart(ctx context.Context, q *store.Queries, id int64, to store.Enrolment) error {
	stays, err := staysOf(ctx, q, []string{to.Child})
	if err != nil {
		return err
	}
	for _, other := range stays[to.Child] {
		before := !other.LeftOn.IsZero() && !other.LeftOn.After(to.EnteredOn)
		after := !to.LeftOn.IsZero() && !to.LeftOn.After(other.EnteredOn)
		if other.ID != id && !before && !after {
			return overlaps()
		}
	}
	return nil
}

// WithdrawDeath withdraws a death that was entered by mistake: by the institution that entered it, whose stay
// continues, or by the county's office, which enters the stay. Errors: invalid, child_alive, child_in_care_elsewhere.
func (s *Service) WithdrawDeath(ctx context.Context, p nursery.Principal, key, id string, in ChildReason) (Enrolled, error) {
	done, err := s.changeChild(ctx, p, key, "child.death", id, in, func(q *store.Queries, child store.Child) error {
		if err := in.refusal(); err != nil {
			return err
		}
		alive := casework.NewError(casework.CodeChildAlive, "没有可由您撤销的死亡登记。")
		if child.DiedOn.IsZero() {
			return alive
		}
		var stay store.Enrolment
		err := q.AsEngine(ctx, func() (err error) {
			stay, err = q.LastStay(ctx, store.LastStayParams{Child: child.ID})
			return err
		})
		if err != nil && !store.IsNotFound(err) {
			return fmt.Errorf("read stay: %w", err)
		}
		ours := err == nil && stay.Leave != nil && *stay.Leave == string(nursery.LeaveDied)
		if p.Role == nursery.RoleInstitution && (!ours || stay.Institution != p.Institution) {
			return alive
		}
		return s.withdrawDeath(ctx, q, p, child, stay, ours, in.Reason)
	})
	if isChildOpen(err) {
		return Enrolled{}, elsewhere()
	}
	return done, err
}

func (s *Service) withdrawDeath(ctx context.Context, q *store.Queries, p nursery.Principal, child store.Child, stay store.Enrolment, reopen bool, reason string) error {
	err := q.AsEngine(ctx, func() error {
		if err := q.NoteChildDied(ctx, store.NoteChildDiedParams{ID: child.ID, UpdatedAt: s.Now()}); err != nil {
			return err
		}
		if !reopen {
			return nil
		}
		err := q.CorrectStay(ctx, store.CorrectStayParams{ID: stay.ID, EnteredOn: stay.EnteredOn, AgeReason: stay.AgeReason})
		if err != nil {
			return err
		}
		return activities.NoteEnrolment(ctx, q, stay.Institution, child.ID, s.Now())
	})
	if err != nil {
		return fmt.Errorf("withdraw death: %w", err)
	}
	return s.NoteCorrection(ctx, q, p, child, "death", map[string]any{"died_on": child.DiedOn}, map[string]any{"in_care": reopen}, reason)
}
