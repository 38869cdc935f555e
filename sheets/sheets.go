// Package sheets writes workbooks, and reads rosters from a workbook or from CSV. Text entered by users is never
// written as a formula, and a formula is never read as a value. The cost of reading is bounded, whatever a file claims
// to contain (ADR 0021).
package sheets

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// Media is the media type of a workbook.
const Media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Table is one sheet of a workbook.
type Table struct {
	Name   string   // of the sheet
	Notes  [][]any  // lines above the header row: title, date, sums
	Head   []string // names of the columns
	Frozen int      // number of columns that stay in view
	Wide   int      // number of columns from the left that contain long text
	Rows   [][]any  // a cell is text, a number or nil
}

// Write returns the workbook. Rows are streamed, so a large number of them takes little memory.
func Write(tables ...Table) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	for i, t := range tables {
		if i == 0 {
			if err := f.SetSheetName("Sheet1", t.Name); err != nil {
				return nil, fmt.Errorf("name sheet: %w", err)
			}
		} else if _, err := f.NewSheet(t.Name); err != nil {
			return nil, fmt.Errorf("add sheet: %w", err)
		}
		if err := t.write(f); err != nil {
			return nil, fmt.Errorf("write sheet %s: %w", t.Name, err)
		}
	}
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "tuoyu", LastModifiedBy: "tuoyu"}); err != nil {
		return nil, fmt.Errorf("name creator: %w", err)
	}
	if err := f.SetAppProps(&excelize.AppProperties{Application: "tuoyu"}); err != nil {
		return nil, fmt.Errorf("name application: %w", err)
	}
	var out bytes.Buffer
	if _, err := f.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return out.Bytes(), nil
}

func (t Table) write(f *excelize.File) error {
	w, err := f.NewStreamWriter(t.Name)
	if err != nil {
		return err
	}
	if t.Wide > 0 {
		if err := w.SetColWidth(1, t.Wide, 24); err != nil {
			return err
		}
	}
	headAt := len(t.Notes) + 1
	corner, err := excelize.CoordinatesToCellName(t.Frozen+1, headAt+1)
	if err != nil {
		return err
	}
	pane := "bottomLeft"
	if t.Frozen > 0 {
		pane = "bottomRight"
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, XSplit: t.Frozen, YSplit: headAt, TopLeftCell: corner, ActivePane: pane}); err != nil {
		return err
	}
	head := make([]any, len(t.Head))
	for i, name := range t.Head {
		head[i] = name
	}
	lines := append(append([][]any{}, t.Notes...), head)
	for i, row := range append(lines, t.Rows...) {
		// Text is written to cells of the type text, which no spreadsheet evaluates, whatever its first character.
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
			return err
		}
	}
	return w.Flush()
}
