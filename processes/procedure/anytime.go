package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/store"
	"tuoyu/workflows/humantask"
	interpreter "tuoyu/workflows/procedure"
)

// AnytimeInput is what is filled in for what may be done anytime.
type AnytimeInput struct {
	Form json.RawMessage `json:"form,omitempty" doc:"要填的内容"`
}

// AnytimeDone is the result of what was done anytime.
type AnytimeDone struct {
	CaseNo    string `json:"case_no" doc:"办件编号"`
	Name      string `json:"name" doc:"做了什么"`
	Delivered bool   `json:"delivered" doc:"办件已经收到；否则系统恢复后自动送达"`
}

// Anytime does what a procedure permits in several stages, such as a withdrawal or a claw-back. Errors: not_found, forbidden, invalid,
// too_late.
func (s *Service) Anytime(ctx context.Context, p nursery.Principal, key, caseNo, name string, in AnytimeInput) (AnytimeDone, error) {
	id := casework.CompletionID(p, key)
	done, replayed, err := casework.CommandReplayed(ctx, s.Service, p, key, "procedure.anytime "+caseNo+" "+name, in, func(q *store.Queries) (AnytimeDone, error) {
		c, err := s.OwnCase(ctx, q, p, "procedure.anytime", caseNo)
		if err != nil {
			return AnytimeDone{}, err
		}
		form, err := s.anytimeForm(ctx, q, p, c, name, in)
		if err != nil {
			return AnytimeDone{}, err
		}
		_, err = s.Enqueue(ctx, q, c.CaseNo, c.County, c.Institution, id, interpreter.AnytimeUpdate, casework.PendingAnswer{
			Outcome: nursery.Outcome(name), Actor: p.Account, Role: p.Role, Answer: form,
		})
		return AnytimeDone{CaseNo: c.CaseNo, Name: name}, err
	})
	if err != nil || replayed && done.Delivered {
		return done, err
	}
	delivered := done
	delivered.Delivered = true
	return sent(ctx, s, p, key, id, done, delivered, casework.NewError(casework.CodeTooLate, "办件已进入其他环节，现在不能这样办理。"))
}

// sent delivers an enqueued answer to the workflow of its case and stores delivered as the response of the command. It returns delivered;
// done where the relay delivers later; or refused where the case takes it no more.
func sent[R any](ctx context.Context, s *Service, p nursery.Principal, key, id string, done, delivered R, refused error) (R, error) {
	err := s.DeliverAnswer(ctx, id, func(ctx context.Context, q *store.Queries, _ humantask.Closed) error {
		return s.SaveResponse(ctx, q, p, key, delivered)
	})
	switch {
	case casework.IsRefused(err):
		var none R
		return none, refused
	case err != nil:
		s.Log.WarnContext(ctx, "not delivered, stored for the relay", "error", err)
		return done, nil
	}
	return delivered, nil
}

// anytimeForm checks whether p may do it in the present stage, and what is filled in.
func (s *Service) anytimeForm(ctx context.Context, q *store.Queries, p nursery.Principal, c store.Case, name string, in AnytimeInput) (json.RawMessage, error) {
	r, err := s.RevisionOf(ctx, q, c.CaseNo)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(r.Plan.Anytime, func(a procedures.Interruption) bool { return a.Name == name && a.Role != "" })
	if i < 0 {
		return nil, casework.NewNotFound()
	}
	a := r.Plan.Anytime[i]
	if a.Role != p.Role {
		return nil, casework.NewError(casework.CodeForbidden, "这件事由"+procedures.RoleTitle(a.Role)+"办理。")
	}
	at := r.Plan.StageNamed(c.Stage)
	if c.Status != string(nursery.CaseOpen) || !slices.Contains(a.In, at) {
		return nil, casework.NewError(casework.CodeTooLate, fmt.Sprintf("“%s”不能在现在的环节办理。", r.Live.Anytime[i]))
	}
	if a.Form < 0 {
		return nil, nil
	}
	form := r.Plan.Forms[a.Form].Name
	if _, err := s.checked(r, form, "/form", in.Form); err != nil {
		return nil, err
	}
	return in.Form, nil
}
