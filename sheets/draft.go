package sheets

import (
	"encoding/json"
	"fmt"
	"slices"
)

// storedSheet is a sheet as JSON: what was read of a file, without how its columns are read.
type storedSheet struct {
	Columns  []string    `json:"columns"`
	At       []int       `json:"at"`
	Headings []string    `json:"headings"`
	Rows     []storedRow `json:"rows"`
	Blank    int         `json:"blank,omitempty"`
}

type storedRow struct {
	Number int      `json:"n"`
	Cells  []string `json:"c"`
	Flaws  []Flaw   `json:"f,omitempty"`
}

// MarshalJSON encodes the rows of the sheet, to be read again by ReadStored.
func (s *Sheet) MarshalJSON() ([]byte, error) {
	stored := storedSheet{At: s.head.at, Headings: s.head.headings, Blank: s.Blank, Rows: make([]storedRow, len(s.Rows))}
	for _, c := range s.columns {
		stored.Columns = append(stored.Columns, c.Name)
	}
	for i, r := range s.Rows {
		stored.Rows[i] = storedRow{r.Number, r.cells, r.Flaws}
	}
	return json.Marshal(stored)
}

// ReadStored decodes a sheet that was encoded as JSON. A column that columns does not have is left out.
func ReadStored(raw []byte, columns []Column) (*Sheet, error) {
	var stored storedSheet
	if err := json.Unmarshal(raw, &stored); err != nil {
		return nil, fmt.Errorf("decode sheet: %w", err)
	}
	s := &Sheet{Blank: stored.Blank, columns: columns, head: head{at: make([]int, len(columns)), headings: make([]string, len(columns))}}
	from := make([]int, len(columns))
	for i, c := range columns {
		from[i] = slices.Index(stored.Columns, c.Name)
		s.head.at[i], s.head.headings[i] = -1, c.Name
		if from[i] >= 0 {
			s.head.at[i], s.head.headings[i] = stored.At[from[i]], stored.Headings[from[i]]
		}
	}
	for _, r := range stored.Rows {
		row := Row{Number: r.Number, Flaws: r.Flaws, cells: make([]string, len(columns)), of: s}
		for i, at := range from {
			if at >= 0 {
				row.cells[i] = r.Cells[at]
			}
		}
		s.Rows = append(s.Rows, row)
	}
	return s, nil
}

// Keep removes the other rows.
func (s *Sheet) Keep(keep func(Row) bool) {
	s.Rows = slices.DeleteFunc(s.Rows, func(r Row) bool { return !keep(r) })
}

// Columns returns the columns that are read.
func (s *Sheet) Columns() []Column { return s.columns }

// Has reports whether the file has a column.
func (s *Sheet) Has(column string) bool {
	i := slices.IndexFunc(s.columns, func(c Column) bool { return c.Name == column })
	return i >= 0 && s.head.at[i] >= 0
}

// Correct writes a cell of a row as if the file had it. It reports whether that changes the row.
func (s *Sheet) Correct(row *Row, column, text string) bool {
	i := slices.IndexFunc(s.columns, func(c Column) bool { return c.Name == column })
	if i < 0 {
		return false
	}
	text, problem := clean(s.columns[i].Kind, text)
	flaw := slices.IndexFunc(row.Flaws, func(f Flaw) bool { return f.Column == column })
	if text == row.cells[i] && problem == "" && (flaw < 0 || text == "") {
		return false
	}
	if flaw >= 0 {
		row.Flaws = slices.Delete(slices.Clone(row.Flaws), flaw, flaw+1)
	}
	if row.cells[i] = text; problem != "" {
		row.Flaws = append(row.Flaws, Flaw{column, problem})
	}
	return true
}
