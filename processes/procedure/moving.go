package procedure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/procedures"
	"tuoyu/procedures/published"
	"tuoyu/store"
	interpreter "tuoyu/workflows/procedure"
)

// CodeNotMoved is the code of a case that cannot be moved to a revision.
var CodeNotMoved = casework.NewCode(casework.Conflict, "case_not_moved", "办件不能转到这个版本")

// MoveInput has a running case go on under another revision.
type MoveInput struct {
	Revision string // its identifier
	Reason   string // stored with the event
}

// MoveDone is the result of a move.
type MoveDone struct {
	CaseNo    string
	Delivered bool // the case has it; else it is sent when the engine is available
}

// Move has a running case go on under a published revision that moves running cases (running: forward or map), from the stage in which it
// waits. A question that the later revision asks otherwise is asked again; clocks, papers, payments and what was decided stay. Who moved it
// and why is on the timeline. Errors: not_found, forbidden, invalid, case_not_moved with the reason.
func (s *Service) Move(ctx context.Context, p nursery.Principal, key, caseNo string, in MoveInput) (MoveDone, error) {
	id := casework.CompletionID(p, key)
	done, replayed, err := casework.CommandReplayed(ctx, s.Service, p, key, "procedure.move "+caseNo, in, func(q *store.Queries) (MoveDone, error) {
		if err := s.Authorize(ctx, p, "procedure.move", casework.Resource{}); err != nil {
			return MoveDone{}, err
		}
		if wrong := casework.NeedText("/reason", in.Reason, 500); wrong != nil {
			return MoveDone{}, casework.NewError(casework.CodeInvalid, "请写明为什么转移。", *wrong)
		}
		return MoveDone{CaseNo: caseNo}, q.AsEngine(ctx, func() error {
			c, err := casework.CaseOf(ctx, q.CaseByNumber, caseNo)
			if err != nil {
				return err
			}
			to, shift, err := s.shift(c, in.Revision)
			if err != nil {
				return err
			}
			answer, err := json.Marshal(shift)
			if err != nil {
				return fmt.Errorf("encode move: %w", err)
			}
			_, err = s.Enqueue(ctx, q, c.CaseNo, c.County, c.Institution, id, interpreter.MoveUpdate, casework.PendingAnswer{
				Outcome: nursery.Outcome(to.Hash), Actor: p.Account, Role: p.Role, Reason: in.Reason, Answer: answer,
			})
			return err
		})
	})
	if err != nil || replayed && done.Delivered {
		return done, err
	}
	delivered := done
	delivered.Delivered = true
	return sent(ctx, s, p, key, id, done, delivered,
		casework.NewError(CodeNotMoved, "办件正在办理或者已经进入别的环节，现在不能转移；由旧版程序发起的办件，到下一个周期才能转移。"))
}

// shift returns how a case is moved to a revision, in its county.
func (s *Service) shift(c store.Case, id string) (*published.Revision, procedures.Shift, error) {
	refuse := func(err error) (*published.Revision, procedures.Shift, error) {
		if errors.Is(err, procedures.ErrStays) {
			err = casework.NewError(CodeNotMoved, err.Error()+"。")
		}
		return nil, procedures.Shift{}, err
	}
	from, err := s.Catalogue.Known(c)
	if err != nil {
		return refuse(fmt.Errorf("revision of %s: %w", c.CaseNo, err))
	}
	to, err := s.Catalogue.For(id, c.County)
	if errors.Is(err, published.ErrNone) {
		return refuse(casework.NewNotFound())
	}
	if err != nil {
		return refuse(err)
	}
	if c.Status != string(nursery.CaseOpen) {
		return refuse(fmt.Errorf("%w：已经办结或者还没有提交", procedures.ErrStays))
	}
	if from.Hash == to.Hash {
		return refuse(fmt.Errorf("%w：已经按这个版本办理", procedures.ErrStays))
	}
	shift, err := to.ShiftFrom(from.Procedure)
	if err == nil {
		err = shift.Permits(from.Procedure, to.Procedure, from.Plan.StageNamed(c.Stage))
	}
	if err != nil {
		return refuse(err)
	}
	return to, shift, nil
}

// CasesToMove lists open cases of the procedure of a revision that are under other plans, after a case number. Errors: not_found, forbidden.
func (s *Service) CasesToMove(ctx context.Context, p nursery.Principal, id, after string) (list []string, err error) {
	if err := s.Authorize(ctx, p, "procedure.move", casework.Resource{}); err != nil {
		return nil, err
	}
	to, err := s.Catalogue.ByID(id)
	if err != nil {
		return nil, casework.NewNotFound()
	}
	err = s.DB.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		list, err = q.CasesToMove(ctx, store.CasesToMoveParams{Kind: to.Plan.Kind, Plans: s.Catalogue.Plans(id), After: after, PageSize: 200})
		return err
	})
	return list, err
}
