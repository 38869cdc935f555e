package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
	"tuoyu/store"
	"tuoyu/web/ui"
)

// CodeRowsFile is the error for a file of rows that cannot be read.
var CodeRowsFile = casework.NewCode(casework.Invalid, "rows_file_unreadable", "填报文件无法读取")

// mostRowsInFile is the number of rows of a file that is imported.
const mostRowsInFile = 2000

// inCell reports whether a field has one value that fits a cell of a workbook.
func inCell(f ui.FormSchema) bool {
	return !slices.Contains([]ui.FieldKind{ui.KindGroup, ui.KindList, ui.KindFile, ui.KindFiles, ui.KindSign, ui.KindHidden}, f.Kind)
}

// columnOf returns the title of the column of a field.
func columnOf(f ui.FormSchema) string {
	if f.Kind == ui.KindMoney {
		return f.Title() + "（元）"
	}
	return f.Title()
}

// rowsSheet returns the table of the rows of a set, a column a field, with the values in words.
func rowsSheet(title string, shape ui.FormSchema) casework.Sheet[Row] {
	sheet := casework.Sheet[Row]{Title: title}
	for _, f := range shape.Fields {
		if inCell(f) {
			sheet.Columns = append(sheet.Columns, casework.Column[Row]{Title: columnOf(f), Value: func(r Row) any {
				return ui.CellText(boundTo(shape, r.Data), f)
			}})
		}
	}
	return sheet
}

// rowsImport returns the kind of file from which the rows of a set of a case are imported. Errors: those of Filling.
func (s *Service) rowsImport(ctx context.Context, p nursery.Principal, caseNo, set string) (*casework.ImportKind, error) {
	of, err := s.Filling(ctx, p, caseNo, set)
	if err != nil {
		return nil, err
	}
	shape, err := ui.ReadSchema(of.Schema)
	if err != nil {
		return nil, err
	}
	k := &casework.ImportKind{
		Name: "rows/" + caseNo + "/" + set, Code: CodeRowsFile, Most: mostRowsInFile,
		Allow: func(ctx context.Context, _ *casework.Service, p nursery.Principal, _ *casework.ImportDraft) error {
			return s.DB.As(ctx, p, func(q *store.Queries) error {
				_, err := s.collected(ctx, q, p, caseNo, set)
				return err
			})
		},
		Check: func(ctx context.Context, _ *casework.Service, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) ([]casework.CheckedRow, error) {
			d.Choices = choicesOf(shape)
			rows, _, err := s.checkRowsFile(ctx, q, p, caseNo, set, shape, d.Sheet)
			return rows, err
		},
		Import: func(ctx context.Context, _ *casework.Service, q *store.Queries, p nursery.Principal, d *casework.ImportDraft) (casework.Imported, []casework.CheckedRow, error) {
			return s.importRows(ctx, q, p, caseNo, set, shape, d)
		},
	}
	for _, f := range shape.Fields {
		if inCell(f) {
			k.Columns = append(k.Columns, sheets.Column{Name: columnOf(f), Also: []string{f.Title(), f.Label, f.Name}, Kind: cellKind(f), Needed: f.Required})
		}
	}
	return k, nil
}

func cellKind(f ui.FormSchema) sheets.Kind {
	switch f.Kind {
	case ui.KindWhole:
		return sheets.Number
	case ui.KindChoice, ui.KindYesNo:
		return sheets.Word
	case ui.KindDate:
		return sheets.Day
	}
	return sheets.Text
}

// choicesOf returns the words that columns take.
func choicesOf(shape ui.FormSchema) map[string][]string {
	choices := map[string][]string{}
	for _, f := range shape.Fields {
		for _, o := range ui.OptionsOf(f) {
			choices[columnOf(f)] = append(choices[columnOf(f)], o.Label)
		}
	}
	return choices
}

// fileRow is a row of a file that was read.
type fileRow struct {
	raw json.RawMessage
	key string
}

// checkRowsFile returns what importing each row does. Read has the rows without a fault.
func (s *Service) checkRowsFile(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo, set string, shape ui.FormSchema, sheet *sheets.Sheet) (rows []casework.CheckedRow, read []fileRow, err error) {
	to, err := s.collected(ctx, q, p, caseNo, set)
	if err != nil {
		return nil, nil, err
	}
	rows, read = make([]casework.CheckedRow, len(sheet.Rows)), make([]fileRow, len(sheet.Rows))
	numbers := map[string]int{}
	var keys []string
	for i, line := range sheet.Rows {
		rows[i] = casework.CheckedRow{Row: line.Number, State: casework.RowNew}
		if read[i], err = s.readLine(to, shape, line, &rows[i]); err != nil {
			return nil, nil, err
		}
		if rows[i].State == casework.RowFaulty {
			continue
		}
		if before := numbers[read[i].key]; before > 0 {
			rows[i].Fault("", fmt.Sprintf("与第 %d 行重复", before))
			continue
		}
		numbers[read[i].key] = line.Number
		keys = append(keys, read[i].key)
	}
	there, err := q.RowsByKey(ctx, store.RowsByKeyParams{CaseNo: caseNo, SetName: set, Keys: keys})
	if err != nil {
		return nil, nil, fmt.Errorf("read rows: %w", err)
	}
	for i := range rows {
		if rows[i].State == casework.RowFaulty {
			continue
		}
		at := slices.IndexFunc(there, func(row store.ProcedureRow) bool { return row.Key == read[i].key })
		if at < 0 {
			continue
		}
		data := there[at].Data
		if to.set.Sealed {
			if data, err = s.opened(caseNo, set, there[at].Key, there[at].Sealed); err != nil {
				return nil, nil, err
			}
		}
		rows[i].Changes = changesOf(shape, data, read[i].raw)
		rows[i].State = casework.RowSame
		if len(rows[i].Changes) > 0 {
			rows[i].State = casework.RowChanged
		}
	}
	return rows, read, nil
}

// readLine reads a line of a file by the form of the set, and adds its faults to the row.
func (s *Service) readLine(to collecting, shape ui.FormSchema, line sheets.Row, row *casework.CheckedRow) (fileRow, error) {
	form, columns := ui.BoundForm{Shape: shape, Values: url.Values{}}, map[string]string{}
	for _, f := range shape.Fields {
		if !inCell(f) {
			continue
		}
		column := columnOf(f)
		columns["/"+f.Name] = column
		values, ok := ui.ReadCell(f, line.Cell(column))
		if !ok {
			row.Fault(column, "不在可选值之内")
		}
		form.Values["/"+f.Name] = values
	}
	for _, flaw := range line.Flaws {
		row.Fault(flaw.Column, string(flaw.Problem))
	}
	raw, err := encoded(&form)
	if err != nil {
		return fileRow{}, err
	}
	for _, f := range form.Faults {
		row.Fault(columns[f.Location], f.Message)
	}
	if len(row.Faults) > 0 {
		return fileRow{}, nil
	}
	data, err := s.checked(to.revision, to.revision.Plan.Forms[to.set.Form].Name, "", raw)
	if err != nil {
		fields, refused := casework.FieldsOf(err)
		if !refused {
			return fileRow{}, err
		}
		for _, f := range fields {
			name, _, _ := strings.Cut(strings.TrimPrefix(f.Location, "/"), "/")
			row.Fault(columns["/"+name], f.Message)
		}
		return fileRow{}, nil
	}
	return fileRow{raw, keyOf(to.set, data)}, nil
}

// changesOf returns the values that importing a row changes.
func changesOf(shape ui.FormSchema, before, after json.RawMessage) (list []casework.RowChange) {
	a, b := boundTo(shape, before), boundTo(shape, after)
	for _, f := range shape.Fields {
		if from, to := ui.CellText(a, f), ui.CellText(b, f); inCell(f) && from != to {
			list = append(list, casework.RowChange{Column: columnOf(f), From: from, To: to})
		}
	}
	return list
}

// importRows writes the rows of a file that have no fault.
func (s *Service) importRows(ctx context.Context, q *store.Queries, p nursery.Principal, caseNo, set string, shape ui.FormSchema, d *casework.ImportDraft) (done casework.Imported, rows []casework.CheckedRow, err error) {
	rows, read, err := s.checkRowsFile(ctx, q, p, caseNo, set, shape, d.Sheet)
	if err != nil {
		return done, nil, err
	}
	to, err := s.collected(ctx, q, p, caseNo, set)
	if err != nil {
		return done, nil, err
	}
	var list []json.RawMessage
	for i, row := range rows {
		done.Count(row.State)
		if row.State == casework.RowNew || row.State == casework.RowChanged {
			list = append(list, read[i].raw)
		}
	}
	for part := range slices.Chunk(list, to.set.Most) {
		keys, contents, sealed, err := s.readRows(to, part)
		if err != nil {
			return done, nil, err
		}
		if err := s.writeRows(ctx, q, p, to, keys, contents, sealed); err != nil {
			return done, nil, err
		}
	}
	_, err = s.wake(ctx, q, to, "import/"+d.ID, false)
	return done, rows, err
}
