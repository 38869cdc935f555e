package children

import (
	"context"
	"fmt"
	"time"

	"tuoyu/activities"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// PastImport is an import of a roster, and what of it can be undone.
type PastImport struct {
	ID         int64       `json:"id" doc:"导入的编号"`
	Enrolled   int         `json:"enrolled" doc:"新登记入托人数"`
	Already    int         `json:"already" doc:"已在本机构在托，未变动"`
	Refused    int         `json:"refused_rows" doc:"未登记的行数"`
	ImportedBy string      `json:"imported_by" doc:"导入人"`
	ImportedAt time.Time   `json:"imported_at" doc:"导入时间"`
	Undone     int         `json:"undone" doc:"已撤销人数"`
	Undoable   int         `json:"undoable" doc:"现在可以撤销的人数"`
	Kept       []KeptChild `json:"kept" doc:"不能撤销的，及其原因"`
}

// KeptChild is a child whose enrolment an import cannot undo.
type KeptChild struct {
	Row    int    `json:"row" doc:"文件中的行号"`
	Child  string `json:"child" doc:"婴幼儿编号"`
	Name   string `json:"name,omitempty" doc:"姓名，查阅留痕"`
	Reason string `json:"reason" doc:"不能撤销的原因"`
}

var keptReasons = map[string]string{
	"left": "已登记离托", "attendance": "已有考勤", "checkup": "已有体检或转诊记录", "consent": "已登记监护人同意", "corrected": "之后更正过信息",
	"insurance": "已列入投保名册", "resealed": "密钥已更换，原监护人信息不能恢复",
}

// Import returns an import of p's institution, with what of it can be undone now. Error: not_found.
func (s *Service) Import(ctx context.Context, p nursery.Principal, id int64) (PastImport, error) {
	if err := s.AuthorizeAtHome(ctx, p, "child.unimport"); err != nil {
		return PastImport{}, err
	}
	return casework.ReadAs(ctx, s.Service, p, func(q *store.Queries) (PastImport, error) {
		row, err := q.ImportByID(ctx, store.ImportByIDParams{ID: id, Kind: importKind})
		if err != nil {
			return PastImport{}, noImport(err)
		}
		past, _, err := s.pastImport(ctx, q, p, row)
		return past, err
	})
}

// ImportsToday returns the imports of p's institution today, the latest first.
func (s *Service) ImportsToday(ctx context.Context, p nursery.Principal) ([]PastImport, error) {
	list := []PastImport{}
	err := s.DB.As(ctx, p, func(q *store.Queries) error {
		rows, err := q.ImportsSince(ctx, store.ImportsSinceParams{Institution: p.Institution, Kind: importKind, Since: s.Today().In(nursery.Shanghai)})
		for _, row := range rows {
			list = append(list, importOf(row))
		}
		return err
	})
	return list, err
}

// UndoImport removes the enrolments that an import of today made, and the records of the children that it entered, except where
// something was written since that depends on them: those stay, and the answer has the reason. Guardians that the import replaced are
// restored. Errors: not_found, import_undone, import_final.
func (s *Service) UndoImport(ctx context.Context, p nursery.Principal, key string, id int64) (PastImport, error) {
	if err := s.AuthorizeAtHome(ctx, p, "child.unimport"); err != nil {
		return PastImport{}, err
	}
	return casework.Command(ctx, s.Service, p, key, fmt.Sprintf("child.unimport %d", id), nil, func(q *store.Queries) (PastImport, error) {
		row, err := q.ImportForUndo(ctx, store.ImportForUndoParams{ID: id, Kind: importKind})
		switch {
		case err != nil:
			return PastImport{}, noImport(err)
		case row.Undone == row.Added:
			return PastImport{}, casework.NewError(casework.CodeImportUndone, "这次导入已经撤销。")
		case nursery.DateOf(row.ImportedAt) != s.Today():
			return PastImport{}, casework.NewError(casework.CodeImportFinal, "导入只能在当日撤销。登记有误的，请逐名更正或者办理离托。")
		}
		if err := s.undo(ctx, q, p, &row); err != nil {
			return PastImport{}, fmt.Errorf("undo import: %w", err)
		}
		past, _, err := s.pastImport(ctx, q, p, row)
		return past, err
	})
}

func (s *Service) undo(ctx context.Context, q *store.Queries, p nursery.Principal, row *store.Import) error {
	err := q.AsEngine(ctx, func() error {
		_, err := q.LockImportedChildren(ctx, row.ID)
		return err
	})
	if err != nil {
		return err
	}
	_, gone, err := s.pastImport(ctx, q, p, *row)
	if err != nil || len(gone) == 0 {
		return err
	}
	var entered, all []string
	for _, child := range gone {
		if all = append(all, child.Child); child.Entered {
			entered = append(entered, child.Child)
		}
	}
	return q.AsEngine(ctx, func() error {
		if err := q.DropImportedDuties(ctx, entered); err != nil {
			return err
		}
		if err := q.DropImportedPlaces(ctx, entered); err != nil {
			return err
		}
		if _, err := q.DropImportedStays(ctx, store.DropImportedStaysParams{Import: row.ID, Children: all}); err != nil {
			return err
		}
		if _, err := q.DropImportedChildren(ctx, store.DropImportedChildrenParams{Import: row.ID, Children: all}); err != nil {
			return err
		}
		if err := q.RestoreGuardians(ctx, store.RestoreGuardiansParams{Import: row.ID, Children: all}); err != nil {
			return err
		}
		if err := q.DropImportRows(ctx, store.DropImportRowsParams{Import: row.ID, Children: all}); err != nil {
			return err
		}
		by, at := p.Account, s.Now()
		row.Undone, row.UndoneBy, row.UndoneAt = row.Undone+int32(len(all)), &by, &at
		if err := q.UndoneImport(ctx, store.UndoneImportParams{ID: row.ID, Undone: int32(len(all)), UndoneBy: &by, UndoneAt: &at}); err != nil {
			return err
		}
		for _, child := range all {
			if err := activities.NoteEnrolment(ctx, q, p.Institution, child, at); err != nil {
				return err
			}
		}
		return nil
	})
}

// pastImport returns an import with what of it can be undone now, and the rows of those that can.
func (s *Service) pastImport(ctx context.Context, q *store.Queries, p nursery.Principal, row store.Import) (PastImport, []store.ImportedStaysRow, error) {
	past := importOf(row)
	if nursery.DateOf(row.ImportedAt) != s.Today() {
		return past, nil, nil
	}
	var rows []store.ImportedStaysRow
	err := q.AsEngine(ctx, func() (err error) {
		rows, err = q.ImportedStays(ctx, row.ID)
		return err
	})
	if err != nil {
		return past, nil, err
	}
	var undoable []store.ImportedStaysRow
	var kept []string
	for _, r := range rows {
		if r.Because == "" {
			undoable = append(undoable, r)
			continue
		}
		kept = append(kept, r.Child)
		past.Kept = append(past.Kept, KeptChild{Row: int(r.Line), Child: r.Child, Reason: keptReasons[r.Because]})
	}
	past.Undoable = len(undoable)
	names, err := s.CareNames(ctx, q, p, CarePurpose(p), "名册", kept)
	for i := range past.Kept {
		past.Kept[i].Name = names[past.Kept[i].Child]
	}
	return past, undoable, err
}

func importOf(row store.Import) PastImport {
	return PastImport{
		ID: row.ID, Enrolled: int(row.Added), Already: int(row.Same), Refused: int(row.Refused), ImportedBy: row.ImportedBy, ImportedAt: row.ImportedAt,
		Undone: int(row.Undone), Kept: []KeptChild{},
	}
}

func noImport(err error) error {
	if store.IsNotFound(err) {
		return casework.NewNotFound()
	}
	return fmt.Errorf("read import: %w", err)
}
