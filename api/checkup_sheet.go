package api

import (
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

var (
	roundStates    = map[string]string{"blocked": "没有签约", "open": "体检中", "closed": "已截止"}
	referralStates = map[string]string{"open": "在办", "done": "已反馈", "ended": "未就诊"}
)

func checkupsSheet(all []casework.CheckupSummary) ([]byte, error) {
	table := sheets.Table{
		Name: "体检轮次", Head: []string{"县区", "办件编号", "托育机构", "医疗卫生机构", "半年度", "状态", "按期截止", "补检截止", "截止日期"}, Frozen: 2, Wide: 3,
	}
	for _, c := range all {
		table.Rows = append(table.Rows, []any{
			c.CountyName, c.CaseNo, c.Institution, c.Clinic, c.Half, roundStates[c.State], c.DueOn.String(), c.UntilOn.String(), c.ClosedOn.String(),
		})
	}
	return sheets.Write(table)
}

// checkupSheet writes how a round stands, by class and by item, without anybody's name.
func checkupSheet(d casework.CheckupDetail) ([]byte, error) {
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
	return sheets.Write(classes, items)
}

func referralsSheet(all []casework.ReferralSummary) ([]byte, error) {
	table := sheets.Table{
		Name: "转诊", Head: []string{"县区", "办件编号", "体检办件", "婴幼儿编号", "托育机构", "医疗卫生机构", "状态", "另约次数", "转诊日期", "就诊日期", "结果日期", "办结日期"}, Frozen: 2, Wide: 3,
	}
	for _, r := range all {
		table.Rows = append(table.Rows, []any{
			r.CountyName, r.CaseNo, r.Round, r.Child, r.Institution, r.Clinic, referralStates[r.State], r.Traces, r.OpenedOn.String(), r.SeenOn.String(), r.ResultOn.String(),
			r.ClosedOn.String(),
		})
	}
	return sheets.Write(table)
}
