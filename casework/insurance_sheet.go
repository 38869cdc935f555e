package casework

import (
	"strconv"

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

// InsuranceFile returns a workbook of the progress of an insurance month: counts, reasons and batches, and no names.
func InsuranceFile(d InsuranceMonthDetail) (File, error) {
	counts := sheets.Table{
		Name: "人数", Notes: [][]any{{d.CountyName + d.Month + "婴幼儿意外伤害险"}, {"办件编号", d.CaseNo, "承保机构", d.Insurer, "保险起始日", d.CoverFrom.String()}},
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
		sends.Rows = append(sends.Rows, []any{s.Number, s.KindTitle(), s.Lines, Fen(s.PremiumFen).String(), s.Insured, s.Refused, s.Pending, s.SignedBy, s.Hash})
	}
	return workbookOf(d.CountyName+d.Month+"投保情况", counts, sends)
}

// RosterFaultFile returns a workbook of the rows of a roster that were not taken, and why.
func RosterFaultFile(r InsuranceRoster) (File, error) {
	table := InsuranceFaultSheet.Table(r.Faults)
	table.Notes = [][]any{{"第", r.Number, "次导入", "共", r.Rows, "行", "未接收", r.Refused, "行"}}
	return workbookOf(table.Name, table)
}

// InsuranceLinesFile returns a batch as a workbook for the insurer, who answers in its last two columns.
func InsuranceLinesFile(list InsuranceLinesPage) (File, error) {
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
	return workbookOf("投保明细 "+list.CaseNo+" 第"+strconv.Itoa(list.Send)+"批", table)
}

func linesHead() []string {
	return []string{columnRef, columnName, columnKind, columnIdentity, columnBirth, columnSex, "保险起始日", "保险终止日", columnPolicy, columnReason}
}
