package checkup

import (
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// progressFile returns a workbook of the progress of a round, by class and by item, without names.
func progressFile(d CheckupDetail) (casework.File, error) {
	classes := sheets.Table{
		Name: "各班进度", Notes: [][]any{{"办件编号", d.CaseNo, "半年度", d.Half, "应检项次", d.Duties, "已处理", d.Settled, "转诊", d.Referrals}},
		Head: []string{"班级", "在托人数", "已处理人数", "监护人未同意"},
	}
	for _, c := range d.Classes {
		classes.Rows = append(classes.Rows, []any{c.Class, c.Children, c.Settled, c.NoConsent})
	}
	items := sheets.Table{Name: "各项目进度", Head: []string{"项目"}}
	for _, s := range nursery.DutyStatuses() {
		items.Head = append(items.Head, s.Title())
	}
	for _, i := range d.Items {
		row := []any{i.Title}
		for _, s := range nursery.DutyStatuses() {
			n := 0
			for _, count := range i.Statuses {
				if count.Status == s {
					n = count.Duties
				}
			}
			row = append(row, n)
		}
		items.Rows = append(items.Rows, row)
	}
	return casework.WorkbookOf("体检进度 "+d.CaseNo, classes, items)
}
