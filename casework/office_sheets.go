package casework

import (
	"cmp"
	"fmt"

	"tuoyu/documents"
)

// TargetSheet is the table of the plan's targets.
var TargetSheet = Sheet[Target]{Title: "目标与进展", Columns: []Column[Target]{
	{Title: "项目", FilesOnly: true, Value: func(t Target) any { return t.Project }},
	{Title: "目标", Value: func(t Target) any { return t.Title }},
	{Title: "要求", Value: func(t Target) any { return t.Goal }},
	{Title: "时限", Value: func(t Target) any { return t.By }},
	{Title: "分子", FilesOnly: true, Value: func(t Target) any { return t.Numerator }},
	{Title: "分母", FilesOnly: true, Value: func(t Target) any { return t.Denominator }},
	{Title: "进展", Head: "今天", Value: func(t Target) any { return cmp.Or(t.Unavailable, t.Value) }},
	{Title: "是否达到", Value: func(t Target) any { return t.MetTitle() }},
	{Title: "口径", FilesOnly: true, Value: func(t Target) any { return t.Basis }},
	{Title: "出处", FilesOnly: true, Value: func(t Target) any { return documents.Cite(t.Source) }},
}}

// MetTitle returns the Chinese text of whether the target is met.
func (t Target) MetTitle() string {
	switch {
	case t.Unavailable != "":
		return "没有数据"
	case t.Met:
		return "达到"
	}
	return "未达到"
}

// OverdueSheet is the table of what is late, office by office.
var OverdueSheet = Sheet[OverdueLine]{Title: "超期情况", Columns: []Column[OverdueLine]{
	{Title: "县区", Value: func(l OverdueLine) any { return l.CountyName }},
	{Title: "办理方", Value: func(l OverdueLine) any { return l.RoleTitle }},
	{Title: "未办", Value: func(l OverdueLine) any { return l.Open }},
	{Title: "超期", Value: func(l OverdueLine) any { return l.Overdue }},
	{Title: "已升级", Value: func(l OverdueLine) any { return l.Escalated }},
	{Title: "最早期限", Value: func(l OverdueLine) any { return l.OldestDue }},
}}

// WorkloadSheet is the table of what the people of an office have to do.
var WorkloadSheet = Sheet[WorkloadLine]{Title: "工作量", Columns: []Column[WorkloadLine]{
	{Title: "账号", Value: func(l WorkloadLine) any { return cmp.Or(l.Account, "无人领取") }},
	{Title: "角色", Value: func(l WorkloadLine) any { return l.RoleTitle }},
	{Title: "未办", Value: func(l WorkloadLine) any { return l.Open }},
	{Title: "即将到期或超期", Head: "即将到期", Value: func(l WorkloadLine) any { return l.Due }},
	{Title: "超期", Value: func(l WorkloadLine) any { return l.Overdue }},
	{Title: "外出至", Head: "外出", Value: func(l WorkloadLine) any { return l.AbsentUntil }},
	{Title: "代办", FilesOnly: true, Value: func(l WorkloadLine) any { return l.Delegate }},
}}

// AttendanceMonthSheet returns the table of a month's attendance, such as 2026-11.
func AttendanceMonthSheet(month string) Sheet[AttendanceTotal] {
	return Sheet[AttendanceTotal]{Title: month + " 考勤合计", Columns: []Column[AttendanceTotal]{
		{Title: "姓名", Head: "婴幼儿", Value: func(t AttendanceTotal) any { return t.Name }},
		{Title: "婴幼儿编号", FilesOnly: true, Value: func(t AttendanceTotal) any { return t.Child }},
		{Title: "出勤", Value: func(t AttendanceTotal) any { return t.Present }},
		{Title: "病假", Value: func(t AttendanceTotal) any { return t.Sick }},
		{Title: "事假", Value: func(t AttendanceTotal) any { return t.Leave }},
		{Title: "未到", Value: func(t AttendanceTotal) any { return t.Absent }},
	}}
}

// RankingSheet returns the table of the counties' ranks in a building plan, with the parts of their scores.
func RankingSheet(ranking BuildRanking) Sheet[BuildRank] {
	sheet := Sheet[BuildRank]{Title: "县区排名", Columns: []Column[BuildRank]{
		{Title: "名次", Value: func(r BuildRank) any { return r.Rank }},
		{Title: "县区", Value: func(r BuildRank) any { return r.CountyName }},
		{Title: "得分", Value: func(r BuildRank) any { return r.Score.Text }},
	}}
	if len(ranking.Ranks) > 0 {
		for i, part := range ranking.Ranks[0].Parts {
			sheet.Columns = append(sheet.Columns, Column[BuildRank]{
				Title: part.TitleOfPoints(), Value: func(r BuildRank) any { return r.Parts[i].Score.Text },
			})
		}
	}
	return sheet
}

// TitleOfPoints returns the title of the part with the points there are.
func (p ScorePart) TitleOfPoints() string { return fmt.Sprintf("%s（%d）", p.Title, p.Points) }

// InsuranceFaultSheet is the table of the rows of a file that were not taken, and why.
var InsuranceFaultSheet = Sheet[InsuranceFault]{Title: "未接收的行", Columns: []Column[InsuranceFault]{
	{Title: "行号", Value: func(f InsuranceFault) any { return f.Row }},
	{Title: "单元格", FilesOnly: true, Value: func(f InsuranceFault) any { return f.Cell }},
	{Title: "栏目", Value: func(f InsuranceFault) any { return f.Column }},
	{Title: "原因", Value: func(f InsuranceFault) any { return f.Message }},
}}

// ReconciliationSheet returns the table of what came of an insurance month, county by county.
func ReconciliationSheet(month string) Sheet[InsuranceReconciled] {
	return Sheet[InsuranceReconciled]{Title: "投保对账 " + month, Columns: []Column[InsuranceReconciled]{
		{Title: "县区", Value: func(r InsuranceReconciled) any { return r.CountyName }},
		{Title: "办件编号", FilesOnly: true, Value: func(r InsuranceReconciled) any { return r.CaseNo }},
		{Title: "承保机构", FilesOnly: true, Value: func(r InsuranceReconciled) any { return r.Insurer }},
		{Title: "名册人数", Head: "名册", Value: func(r InsuranceReconciled) any { return r.Rostered }},
		{Title: "已送", Value: func(r InsuranceReconciled) any { return r.Sent }},
		{Title: "承保", Value: func(r InsuranceReconciled) any { return r.Insured }},
		{Title: "未承保", Value: func(r InsuranceReconciled) any { return r.Refused }},
		{Title: "待答复", Value: func(r InsuranceReconciled) any { return r.Pending }},
		{Title: "保险费（元）", Value: func(r InsuranceReconciled) any { return Fen(r.PremiumFen) }},
	}}
}
