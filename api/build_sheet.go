package api

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"

	"tuoyu/casework"
)

const sheetMedia = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// ledgerSheet writes the ledger of a plan as a workbook of one sheet: a line for each site, its milestones side by
// side. Texts are cells of text, so that nothing a person typed is taken for a formula.
func ledgerSheet(ledger casework.BuildLedger) ([]byte, error) {
	const sheet = "工作台账"
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return nil, fmt.Errorf("name sheet: %w", err)
	}
	rows := [][]any{
		{ledger.Title + "工作台账"},
		{"截至", ledger.AsOf.String(), "完成期限", ledger.Deadline.String(), "计划托位", ledger.Seats, "计入托位", ledger.SeatsCounted},
		{"县区", "建设点", "办件编号", "运营方式", "计划托位", "计入托位", "计划进度%", "核定进度%", "灯", "红灯次数", "备案回执日期"},
	}
	if len(ledger.Lines) > 0 {
		for _, m := range ledger.Lines[0].Milestones {
			rows[2] = append(rows[2], m.Title+"%", m.Title+"计划完成日")
		}
	}
	for _, line := range ledger.Lines {
		row := []any{
			line.CountyName, line.Name, line.CaseNo, line.ModeTitle, line.Seats, line.SeatsCounted, line.Planned.Text, line.Actual.Text,
			line.LightTitle, line.Reds, line.ReceiptOn.String(),
		}
		for _, m := range line.Milestones {
			row = append(row, m.Percent, m.PlannedEnd.String())
		}
		rows = append(rows, row)
	}
	for i := range rows {
		if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &rows[i]); err != nil {
			return nil, fmt.Errorf("write row %d: %w", i+1, err)
		}
	}
	if err := f.SetColWidth(sheet, "A", "C", 24); err != nil {
		return nil, fmt.Errorf("set widths: %w", err)
	}
	err := f.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: 2, YSplit: 3, TopLeftCell: "C4", ActivePane: "bottomRight"})
	if err != nil {
		return nil, fmt.Errorf("freeze heads: %w", err)
	}
	var out bytes.Buffer
	if _, err := f.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return out.Bytes(), nil
}
