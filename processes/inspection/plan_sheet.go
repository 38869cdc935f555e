package inspection

import (
	"tuoyu/casework"
	"tuoyu/sheets"
)

// PlanFile returns a plan as a workbook: its visits, who is left out and who draws.
func PlanFile(d PlanDetail) (casework.File, error) {
	visits := sheets.Table{
		Name: "检查安排", Notes: [][]any{{d.CountyName + d.Half + "检查计划"}, {"办件编号", d.CaseNo, "承诺值", d.Commitment, "抽取日期", d.DrawnOn.String()}},
		Head: []string{"检查方式", "次序", "机构", "乡镇、街道", "检查人员", "检查人员", "开始日期", "检查办件编号", "环节", "定下日期", "到场日期", "未按期"}, Wide: 3, Frozen: 3,
	}
	for _, v := range d.Visits {
		who, late := v.Drawn, ""
		if len(v.Going) == len(v.Drawn) {
			who = v.Going
		}
		if v.Late {
			late = "是"
		}
		visits.Rows = append(visits.Rows, []any{
			KindTitle(v.Kind), v.Position, v.Name, v.Township, who[0], who[1], v.OpensOn.String(), v.Inspection, v.StageTitle, v.VisitOn.String(), v.VisitedOn.String(), late,
		})
	}
	candidates := sheets.Table{Name: "受检机构", Head: []string{"机构编号", "乡镇、街道", "风险分值"}, Wide: 1}
	for _, c := range d.Input.Candidates {
		candidates.Rows = append(candidates.Rows, []any{c.ID, c.Township, c.Risk})
	}
	exclusions := sheets.Table{Name: "不列入的机构", Head: []string{"机构编号", "理由"}, Wide: 2}
	for _, x := range d.Input.Exclusions {
		exclusions.Rows = append(exclusions.Rows, []any{x.ID, x.Reason})
	}
	return casework.WorkbookOf(d.CountyName+d.Half+"检查计划", visits, candidates, exclusions)
}
