package insurance

import (
	"strconv"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// KindTitle is the Chinese name of the batch's kind.
func (s InsuranceBatch) KindTitle() string {
	return map[string]string{"monthly": "月度", "newborn": "新生儿补报", "supplementary": "更正补报"}[s.Kind]
}

// StateTitle returns the Chinese name of the claim's state.
func (c InsuranceClaimView) StateTitle() string {
	return map[string]string{"reported": "已报案", "accepted": "待赔付", "paid": "已赔付", "refused": "不予赔付"}[c.State]
}

// MonthFile returns a workbook of the progress of an insurance month: counts, reasons and batches, and no names.
func MonthFile(d InsuranceMonthDetail) (casework.File, error) {
	counts := sheets.Table{
		Name: "人数", Notes: [][]any{{d.CountyName + d.Month + "婴幼儿意外伤害险"}, {"办件编号", d.CaseNo, "承保机构", nameOr(d.InsurerName, d.Insurer), "编号", d.Insurer, "保险起始日", d.CoverFrom.String()}},
		Head: []string{"状态", "原因", "人数"}, Wide: 2,
	}
	for _, c := range d.Counts {
		counts.Rows = append(counts.Rows, []any{c.StatusTitle, "合计", c.Children})
	}
	for _, c := range d.Reasons {
		counts.Rows = append(counts.Rows, []any{c.StatusTitle, c.ReasonTitle, c.Children})
	}
	sends := sheets.Table{
		Name: "批次", Head: []string{"批次", "类别", "人数", "保险费（元）", "承保", "未承保", "待答复", "核签人", "内容哈希"},
	}
	for _, s := range d.Sends {
		sends.Rows = append(sends.Rows, []any{s.Number, s.KindTitle(), s.Lines, casework.Fen(s.PremiumFen).String(), s.Insured, s.Refused, s.Pending, s.SignedBy, s.Hash})
	}
	return casework.WorkbookOf(d.CountyName+d.Month+"投保情况", counts, sends)
}

// RosterFaultFile returns a workbook of the rows of a roster that were not taken, and why.
func RosterFaultFile(r InsuranceRoster) (casework.File, error) {
	table := FaultSheet.Table(r.Faults)
	table.Notes = [][]any{{"第", r.Number, "次导入", "共", r.Rows, "行", "未接收", r.Refused, "行"}}
	return casework.WorkbookOf(table.Name, table)
}

// LinesFile returns a batch as a workbook for the insurer, who answers in its last two columns.
func LinesFile(list InsuranceLinesPage) (casework.File, error) {
	kinds := map[nursery.IdentityKind]string{
		nursery.ByResidentID: "居民身份证", nursery.ByBirthCertificate: "出生医学证明", nursery.ByPermit: "居住证", nursery.ByPassport: "护照",
	}
	sexes := map[nursery.Sex]string{nursery.Male: "男", nursery.Female: "女"}
	table := sheets.Table{Name: "投保明细", Head: linesHead(), Wide: 4}
	for _, l := range list.Items {
		table.Rows = append(table.Rows, []any{
			l.Ref, l.Name, kinds[l.IdentityKind], l.Identity, l.BornOn.String(), sexes[l.Sex], l.CoverFrom.String(), l.CoverUntil.String(), "", "",
		})
	}
	return casework.WorkbookOf("投保明细 "+list.CaseNo+" 第"+strconv.Itoa(list.Send)+"批", table)
}

func linesHead() []string {
	return []string{columnRef, children.ColumnName, children.ColumnKind, children.ColumnIdentity, children.ColumnBirth, children.ColumnSex, "保险起始日", "保险终止日", columnPolicy, columnReason}
}

// FaultSheet is the table of the rows of a file that were not taken, and why.
var FaultSheet = casework.Sheet[InsuranceFault]{Title: "未接收的行", Columns: []casework.Column[InsuranceFault]{
	{Title: "行号", Value: func(f InsuranceFault) any { return f.Row }},
	{Title: "单元格", FilesOnly: true, Value: func(f InsuranceFault) any { return f.Cell }},
	{Title: "栏目", Value: func(f InsuranceFault) any { return f.Column }},
	{Title: "原因", Value: func(f InsuranceFault) any { return f.Message }},
}}

// ReconciliationSheet returns the table of what came of an insurance month, county by county.
func ReconciliationSheet(month string) casework.Sheet[InsuranceReconciled] {
	return casework.Sheet[InsuranceReconciled]{Title: "投保对账 " + month, Columns: []casework.Column[InsuranceReconciled]{
		{Title: "县区", Value: func(r InsuranceReconciled) any { return r.CountyName }},
		{Title: "办件编号", FilesOnly: true, Value: func(r InsuranceReconciled) any { return r.CaseNo }},
		{Title: "承保机构", FilesOnly: true, Value: func(r InsuranceReconciled) any { return nameOr(r.InsurerName, r.Insurer) }},
		{Title: "承保机构编号", FilesOnly: true, Value: func(r InsuranceReconciled) any { return r.Insurer }},
		{Title: "名册人数", Head: "名册", Value: func(r InsuranceReconciled) any { return r.Rostered }},
		{Title: "已送", Value: func(r InsuranceReconciled) any { return r.Sent }},
		{Title: "承保", Value: func(r InsuranceReconciled) any { return r.Insured }},
		{Title: "未承保", Value: func(r InsuranceReconciled) any { return r.Refused }},
		{Title: "待答复", Value: func(r InsuranceReconciled) any { return r.Pending }},
		{Title: "保险费（元）", Value: func(r InsuranceReconciled) any { return casework.Fen(r.PremiumFen) }},
	}}
}
