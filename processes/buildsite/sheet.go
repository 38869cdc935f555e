package buildsite

import "tuoyu/casework"

// LedgerFile returns the ledger of a plan as a workbook of one sheet: a line for each site, its milestones side by side.
func LedgerFile(ledger BuildLedger) (casework.File, error) {
	table := LedgerSheet(ledger).Table(ledger.Lines)
	table.Frozen, table.Wide = 2, 3
	table.Notes = [][]any{
		{ledger.Title + "工作台账"},
		{"截至", ledger.AsOf.String(), "完成期限", ledger.Deadline.String(), "计划托位", ledger.Seats, "计入托位", ledger.SeatsCounted},
	}
	return casework.WorkbookOf(ledger.Title+"工作台账 "+ledger.AsOf.String(), table)
}

// LedgerSheet returns the table of the sites of a ledger.
func LedgerSheet(ledger BuildLedger) casework.Sheet[BuildLine] {
	sheet := casework.Sheet[BuildLine]{Title: "工作台账", Columns: []casework.Column[BuildLine]{
		{Title: "县区", FilesOnly: true, Value: func(l BuildLine) any { return l.CountyName }},
		{Title: "建设点", Value: func(l BuildLine) any { return l.Name }},
		{Title: "办件编号", FilesOnly: true, Value: func(l BuildLine) any { return l.CaseNo }},
		{Title: "运营方式", FilesOnly: true, Value: func(l BuildLine) any { return l.ModeTitle }},
		{Title: "灯", Value: func(l BuildLine) any { return l.LightTitle }},
		{Title: "红灯次数", FilesOnly: true, Value: func(l BuildLine) any { return l.Reds }},
		{Title: "计划进度%", Head: "计划", Value: func(l BuildLine) any { return l.Planned.Text }},
		{Title: "核定进度%", Head: "核定", Value: func(l BuildLine) any { return l.Actual.Text }},
		{Title: "待核定报送", Head: "待核定", Value: func(l BuildLine) any { return l.Waiting }},
		{Title: "计入托位", Head: "托位", Value: func(l BuildLine) any { return l.SeatsCounted }},
		{Title: "计划托位", FilesOnly: true, Value: func(l BuildLine) any { return l.Seats }},
		{Title: "备案回执日期", FilesOnly: true, Value: func(l BuildLine) any { return l.ReceiptOn }},
		{Title: "销号日期", Head: "销号", Value: func(l BuildLine) any { return l.CompletedOn }},
	}}
	if len(ledger.Lines) > 0 {
		for i, m := range ledger.Lines[0].Milestones {
			sheet.Columns = append(sheet.Columns,
				casework.Column[BuildLine]{Title: m.Title + "%", FilesOnly: true, Value: func(l BuildLine) any { return l.Milestones[i].Percent }},
				casework.Column[BuildLine]{Title: m.Title + "计划完成日", FilesOnly: true, Value: func(l BuildLine) any { return l.Milestones[i].PlannedEnd }})
		}
	}
	return sheet
}
