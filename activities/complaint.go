package activities

import (
	"context"
	"fmt"

	"tuoyu/calendar"
	"tuoyu/nursery"
	"tuoyu/store"
)

// ComplaintVerdict is a supervisor's decision on a complaint.
type ComplaintVerdict struct {
	Note   string `json:"note"`
	First  string `json:"first_inspector"`
	Second string `json:"second_inspector"`
}

// TakeUpComplaint opens the case of a complaint 投诉举报 at the county's office.
func (e *Engine) TakeUpComplaint(ctx context.Context, in Move) error {
	_, err := e.inStep(ctx, in.CaseNo, "opened", in.At, func(ctx context.Context, s *step) error {
		if err := s.q.MarkDelivered(ctx, store.MarkDeliveredParams{ID: "start/" + in.CaseNo, DeliveredAt: &in.At}); err != nil {
			return err
		}
		s.c.Stage, s.c.Status, s.c.ReceivedOn = string(nursery.StageTriage), string(nursery.CaseOpen), s.today()
		if err := s.saveCase(ctx); err != nil {
			return err
		}
		return s.record(ctx, event{kind: "complaint_received", note: "收到投诉举报"})
	})
	return err
}

// SettleComplaint executes the answer of in.Tasks[0]: it opens a visit, answers the complaint, or declares with a
// reason that the office is not competent. Ending is the stage that follows from the outcome.
func (e *Engine) SettleComplaint(ctx context.Context, in Move, ending nursery.Stage) error {
	return e.move(ctx, in, func(ctx context.Context, s *step, _ calendar.Years) error {
		var said ComplaintVerdict
		if err := s.answer(ctx, in.Tasks[0], &said); err != nil {
			return err
		}
		row, err := s.q.Complaint(ctx, s.c.CaseNo)
		if err != nil {
			return err
		}
		answer := store.AnswerComplaintParams{CaseNo: s.c.CaseNo, Answer: said.Note}
		ev := in.event("complaint_"+string(ending), said.Note)
		if ending == nursery.StageVisitOpened {
			if row.About == nil {
				return fmt.Errorf("complaint %s is about a place that was not filed: no inspection can be opened", s.c.CaseNo)
			}
			opened, err := OpenInspection(ctx, s.q, PlannedInspection{
				ID: "complaint/" + s.c.CaseNo, County: s.c.County, Institution: *row.About, Half: nursery.HalfYearOf(s.today()).String(),
				Kind: nursery.InspectComplaint, FirstInspector: said.First, SecondInspector: said.Second, PlanCase: s.c.CaseNo,
			}, s.at)
			if err != nil {
				return err
			}
			answer.Inspection, ev.note = &opened, "已安排现场检查"
		}
		if err := s.q.AnswerComplaint(ctx, answer); err != nil {
			return err
		}
		s.end(ending)
		return s.record(ctx, ev)
	})
}

// complaintNames are the activities of complaints.
func complaintNames(e *Engine) []Named {
	return []Named{
		{"TakeUpComplaint", e.TakeUpComplaint, ""},
		{"SettleComplaint", e.SettleComplaint, ""},
	}
}
