package insurance

import (
	"context"
	"fmt"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// RosterUndo is what of an import of a roster was undone, and what can be.
type RosterUndo struct {
	Undone   int            `json:"undone" doc:"已撤销的行数"`
	Undoable int            `json:"undoable" doc:"现在可以撤销的行数"`
	Kept     []KeptOnRoster `json:"kept" doc:"不能撤销的行，及其原因，最多列出前 200 行"`
}

// KeptOnRoster is a row that an import cannot undo.
type KeptOnRoster struct {
	Row    int    `json:"row" doc:"文件中的行号"`
	Child  string `json:"child" doc:"婴幼儿编号"`
	Reason string `json:"reason" doc:"不能撤销的原因"`
}

var keptOnRoster = map[string]string{
	"judged": "已核对资格或者已处理", "later": "后来的导入又更新过", "corrected": "之后更正过信息", "enrolled": "已登记入托", "resealed": "密钥已更换，原信息不能恢复",
}

// RosterUndoOf returns what of an import of a roster can be undone now. Errors: not_found, forbidden.
func (s *Service) RosterUndoOf(ctx context.Context, p nursery.Principal, caseNo string, number int) (RosterUndo, error) {
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (RosterUndo, error) {
		c, _, err := insuranceCase.Read(ctx, s.Service, q, p, "insurance.unimport", caseNo)
		if err != nil {
			return RosterUndo{}, err
		}
		past, err := importOf(ctx, q, p, uploadOf(c.CaseNo, number))
		if err != nil {
			return RosterUndo{}, err
		}
		undo, _, err := s.undoable(ctx, q, c.CaseNo, past)
		return undo, err
	})
}

func importOf(ctx context.Context, q *store.Queries, p nursery.Principal, about string) (store.Import, error) {
	past, err := q.ImportOf(ctx, store.ImportOfParams{Institution: p.Institution, Kind: rosterKind, About: about})
	if store.IsNotFound(err) {
		return past, casework.NewNotFound()
	}
	if err != nil {
		return past, fmt.Errorf("read import: %w", err)
	}
	return past, nil
}

// undoable returns what of an import can be undone now, and the rows.
func (s *Service) undoable(ctx context.Context, q *store.Queries, caseNo string, past store.Import) (RosterUndo, []store.ImportedPlacesRow, error) {
	undo := RosterUndo{Undone: int(past.Undone), Kept: []KeptOnRoster{}}
	if nursery.DateOf(past.ImportedAt) != s.Today() {
		return undo, nil, nil
	}
	var rows, open []store.ImportedPlacesRow
	err := q.AsEngine(ctx, func() (err error) {
		rows, err = q.ImportedPlaces(ctx, store.ImportedPlacesParams{Import: past.ID, CaseNo: caseNo})
		return err
	})
	for _, r := range rows {
		switch {
		case r.Because == "":
			open = append(open, r)
		case len(undo.Kept) < faultsShown:
			undo.Kept = append(undo.Kept, KeptOnRoster{Row: int(r.Line), Child: r.Child, Reason: keptOnRoster[r.Because]})
		}
	}
	undo.Undoable = len(open)
	return undo, open, err
}

// UndoRoster takes back what an import of today wrote into a month: places on the roster, records of children that it entered or
// changed, and consents. Rows that something depends on stay, and the answer has the reason. Errors: not_found, forbidden, insurance_closed,
// import_undone, import_final.
func (s *Service) UndoRoster(ctx context.Context, p nursery.Principal, key, caseNo string, number int) (RosterUndo, error) {
	return casework.Command(ctx, s.Service, p, key, fmt.Sprintf("insurance.unimport %s/%d", caseNo, number), nil, func(q *store.Queries) (RosterUndo, error) {
		c, _, err := insuranceCase.Lock(ctx, s.Service, q, p, "insurance.unimport", caseNo)
		if err == nil {
			err = monthOpen(c)
		}
		if err != nil {
			return RosterUndo{}, err
		}
		past, err := importOf(ctx, q, p, uploadOf(c.CaseNo, number))
		switch {
		case err != nil:
			return RosterUndo{}, err
		case past.Undone == past.Added+past.Changed:
			return RosterUndo{}, casework.NewError(casework.CodeImportUndone, "这次导入已经撤销。")
		case nursery.DateOf(past.ImportedAt) != s.Today():
			return RosterUndo{}, casework.NewError(casework.CodeImportFinal, "导入只能在当日撤销。")
		}
		undone, err := s.undoRoster(ctx, q, p, c.CaseNo, past)
		if err != nil {
			return RosterUndo{}, fmt.Errorf("undo roster: %w", err)
		}
		past.Undone += int32(undone)
		note := fmt.Sprintf("撤销第 %d 次导入的名册：%d 行", number, undone)
		if err := s.RecordEvent(ctx, q, c, p, fmt.Sprintf("roster/%d/undone/%d", number, past.Undone), "roster_undone", note, false, nil); err != nil {
			return RosterUndo{}, err
		}
		left, _, err := s.undoable(ctx, q, c.CaseNo, past)
		return left, err
	})
}

func (s *Service) undoRoster(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo string, past store.Import) (int, error) {
	undone := 0
	err := q.AsEngine(ctx, func() error {
		if _, err := q.LockImportedChildren(ctx, past.ID); err != nil {
			return err
		}
		_, rows, err := s.undoable(ctx, q, caseNo, past)
		if err != nil || len(rows) == 0 {
			return err
		}
		all := make([]string, len(rows))
		for i, r := range rows {
			all[i] = r.Child
		}
		if err := q.DropImportedConsents(ctx, store.DropImportedConsentsParams{Import: past.ID, Children: all}); err != nil {
			return err
		}
		if err := q.DropImportedRosterPlaces(ctx, store.DropImportedRosterPlacesParams{Import: past.ID, CaseNo: caseNo, Children: all}); err != nil {
			return err
		}
		if err := q.RestoreImportedPlaces(ctx, store.RestoreImportedPlacesParams{Import: past.ID, Children: all}); err != nil {
			return err
		}
		if err := q.RestoreImportedChildren(ctx, store.RestoreImportedChildrenParams{Import: past.ID, Children: all}); err != nil {
			return err
		}
		if _, err := q.DropImportedChildren(ctx, store.DropImportedChildrenParams{Import: past.ID, Children: all}); err != nil {
			return err
		}
		if err := q.DropImportRows(ctx, store.DropImportRowsParams{Import: past.ID, Children: all}); err != nil {
			return err
		}
		undone = len(all)
		by, at := p.Account, s.Now()
		return q.UndoneImport(ctx, store.UndoneImportParams{ID: past.ID, Undone: int32(undone), UndoneBy: &by, UndoneAt: &at})
	})
	return undone, err
}
