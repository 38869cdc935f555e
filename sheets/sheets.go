// Package sheets is the tables people exchange: workbooks written for them, and rosters read from a workbook or from CSV.
// Nothing a person typed becomes a formula on the way out, and a formula is no value on the way in. Reading costs little, whatever
// a file claims to hold (ADR 0021).
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
	Notes  [][]any  // lines above the head: title, date, sums
	Head   []string // names of the columns
	Frozen int      // how many columns stay in view
	Wide   int      // how many columns from the left hold long text
	Rows   [][]any  // a cell is text, a number or nil
}

// Write gives the workbook. Rows are streamed, so their number costs little memory.
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
		// Text goes into cells of the type text, which no spreadsheet calculates, whatever it begins with.
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
			return err
		}
	}
	return w.Flush()
}
