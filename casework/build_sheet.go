package casework

import "tuoyu/sheets"

// LedgerFile returns the ledger of a plan as a workbook of one sheet: a line for each site, its milestones side by side.
func LedgerFile(ledger BuildLedger) (File, error) {
	table := sheets.Table{
		Name: "工作台账",
		Notes: [][]any{
			{ledger.Title + "工作台账"},
			{"截至", ledger.AsOf.String(), "完成期限", ledger.Deadline.String(), "计划托位", ledger.Seats, "计入托位", ledger.SeatsCounted},
		},
		Head:   []string{"县区", "建设点", "办件编号", "运营方式", "计划托位", "计入托位", "计划进度%", "核定进度%", "灯", "红灯次数", "备案回执日期", "销号日期"},
		Frozen: 2, Wide: 3,
	}
	if len(ledger.Lines) > 0 {
		for _, m := range ledger.Lines[0].Milestones {
			table.Head = append(table.Head, m.Title+"%", m.Title+"计划完成日")
		}
	}
	for _, line := range ledger.Lines {
		row := []any{
			line.CountyName, line.Name, line.CaseNo, line.ModeTitle, line.Seats, line.SeatsCounted, line.Planned.Text, line.Actual.Text,
			line.LightTitle, line.Reds, line.ReceiptOn.String(), line.CompletedOn.String(),
		}
		for _, m := range line.Milestones {
			row = append(row, m.Percent, m.PlannedEnd.String())
		}
		table.Rows = append(table.Rows, row)
	}
	return workbookOf(ledger.Title+"工作台账 "+ledger.AsOf.String(), table)
}
