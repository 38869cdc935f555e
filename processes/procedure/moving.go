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
	Revision string `json:"revision" minLength:"1" maxLength:"64" doc:"已发布的版本的标识"`
	Reason   string `json:"reason" minLength:"1" maxLength:"500" doc:"为什么转移，写入办件记录"`
}

// MoveDone is the result of a move.
type MoveDone struct {
	CaseNo    string `json:"case_no" doc:"办件编号"`
	Delivered bool   `json:"delivered" doc:"办件已经转移；否则在引擎恢复后转移"`
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

// CaseToMove is an open case of a procedure under an earlier revision.
type CaseToMove struct {
	CaseNo     string        `json:"case_no" doc:"办件编号"`
	County     string        `json:"county" doc:"县区代码"`
	CountyName string        `json:"county_name" doc:"县区"`
	Stage      nursery.Stage `json:"stage" doc:"环节"`
	StageTitle string        `json:"stage_title" doc:"环节名称"`
	Label      string        `json:"label" doc:"现在按哪个版本办理"`
	To         string        `json:"to" doc:"转到的事项和版本"`
	Hindrance  string        `json:"hindrance,omitempty" doc:"不能转移的原因"`
}

// RevisionCases names a published revision.
type RevisionCases struct {
	Revision string `query:"revision" maxLength:"64" doc:"版本标识"`
}

// CasesToMove is the list of the open cases of the procedure of a revision that go on under other plans, with why some cannot be moved to it.
func (s *Service) CasesToMove() casework.List[RevisionCases, CaseToMove] {
	return casework.List[RevisionCases, CaseToMove]{
		Act: "procedure.move", Indexes: []string{"cases_by_kind_created"}, Default: 50, Most: 200,
		Check: func(_ context.Context, _ *casework.Service, _ nursery.Principal, f *RevisionCases) error {
			if _, err := s.Catalogue.ByID(f.Revision); err != nil {
				return casework.NewNotFound()
			}
			return nil
		},
		Read: func(ctx context.Context, r casework.ListReading[RevisionCases]) (list []casework.ListRow[CaseToMove], err error) {
			to, err := s.Catalogue.ByID(r.Filter.Revision)
			if err != nil {
				return nil, casework.NewNotFound()
			}
			var rows []store.Case
			err = r.Q.AsEngine(ctx, func() (err error) { // who approves revisions reads no cases
				rows, err = r.Q.CasesToMove(ctx, store.CasesToMoveParams{Kind: to.Plan.Kind, Plans: s.Catalogue.Plans(to.ID), After: r.After.ID, PageSize: r.Limit})
				return err
			})
			return casework.ListRows(rows, err, func(c store.Case) (CaseToMove, casework.Cursor) {
				return s.caseToMove(c, to), casework.Cursor{ID: c.CaseNo}
			})
		},
		Sheet: casework.Sheet[CaseToMove]{Title: "按以前版本办理的办件", Columns: []casework.Column[CaseToMove]{
			{Title: "办件编号", Head: "办件", Value: func(c CaseToMove) any { return c.CaseNo }},
			{Title: "县区", Value: func(c CaseToMove) any { return c.CountyName }},
			{Title: "环节", Value: func(c CaseToMove) any { return c.StageTitle }},
			{Title: "现在的版本", Value: func(c CaseToMove) any { return c.Label }},
			{Title: "转到", Value: func(c CaseToMove) any { return c.To }},
			{Title: "不能转移的原因", Head: "能否转移", Value: func(c CaseToMove) any { return c.Hindrance }},
		}},
	}
}

// caseToMove returns a case as the list has it.
func (s *Service) caseToMove(c store.Case, to *published.Revision) CaseToMove {
	of := CaseToMove{
		CaseNo: c.CaseNo, County: c.County, CountyName: nursery.AreaName(c.County), Stage: nursery.Stage(c.Stage), StageTitle: c.Stage,
		To: to.Live.Title + " " + to.Live.Label,
	}
	if from, err := s.Catalogue.Known(c); err == nil {
		of.Label = from.Live.Label
		if at := from.Plan.StageNamed(c.Stage); at >= 0 {
			of.StageTitle = from.Live.Stages[at].Title
		}
	}
	if _, _, err := s.shift(c, to.ID); err != nil {
		of.Hindrance = err.Error()
		var refused *casework.Error
		if errors.As(err, &refused) {
			of.Hindrance = refused.Message
		}
	}
	return of
}
