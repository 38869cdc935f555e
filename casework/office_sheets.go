package casework

import (
	"cmp"

	"tuoyu/documents"
)

// TargetSheet is the table of the plan's targets.
var TargetSheet = Sheet[Target]{Title: "目标与进展", Columns: []Column[Target]{
	{"项目", func(t Target) any { return t.Project }},
	{"目标", func(t Target) any { return t.Title }},
	{"要求", func(t Target) any { return t.Goal }},
	{"时限", func(t Target) any { return t.By }},
	{"分子", func(t Target) any { return t.Numerator }},
	{"分母", func(t Target) any { return t.Denominator }},
	{"进展", func(t Target) any { return cmp.Or(t.Unavailable, t.Value) }},
	{"是否达到", func(t Target) any { return t.MetTitle() }},
	{"口径", func(t Target) any { return t.Basis }},
	{"出处", func(t Target) any { return documents.Cite(t.Source) }},
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
	{"县区", func(l OverdueLine) any { return l.CountyName }},
	{"办理方", func(l OverdueLine) any { return l.RoleTitle }},
	{"未办", func(l OverdueLine) any { return l.Open }},
	{"超期", func(l OverdueLine) any { return l.Overdue }},
	{"已升级", func(l OverdueLine) any { return l.Escalated }},
	{"最早期限", func(l OverdueLine) any { return l.OldestDue }},
}}

// WorkloadSheet is the table of what the people of an office have to do.
var WorkloadSheet = Sheet[WorkloadLine]{Title: "工作量", Columns: []Column[WorkloadLine]{
	{"账号", func(l WorkloadLine) any { return cmp.Or(l.Account, "无人领取") }},
	{"角色", func(l WorkloadLine) any { return l.RoleTitle }},
	{"未办", func(l WorkloadLine) any { return l.Open }},
	{"即将到期或超期", func(l WorkloadLine) any { return l.Due }},
	{"超期", func(l WorkloadLine) any { return l.Overdue }},
	{"外出至", func(l WorkloadLine) any { return l.AbsentUntil }},
	{"代办", func(l WorkloadLine) any { return l.Delegate }},
}}

// AttendanceMonthSheet returns the table of a month's attendance, such as 2026-11.
func AttendanceMonthSheet(month string) Sheet[AttendanceTotal] {
	return Sheet[AttendanceTotal]{Title: month + " 考勤合计", Columns: []Column[AttendanceTotal]{
		{"姓名", func(t AttendanceTotal) any { return t.Name }},
		{"婴幼儿编号", func(t AttendanceTotal) any { return t.Child }},
		{"出勤", func(t AttendanceTotal) any { return t.Present }},
		{"病假", func(t AttendanceTotal) any { return t.Sick }},
		{"事假", func(t AttendanceTotal) any { return t.Leave }},
		{"未到", func(t AttendanceTotal) any { return t.Absent }},
	}}
}

// RankingSheet is the table of the counties' ranks in a building plan.
var RankingSheet = Sheet[BuildRank]{Title: "县区排名", Columns: []Column[BuildRank]{
	{"名次", func(r BuildRank) any { return r.Rank }},
	{"县区", func(r BuildRank) any { return r.CountyName }},
	{"得分", func(r BuildRank) any { return r.Score.Text }},
}}

// ReconciliationSheet returns the table of what came of an insurance month, county by county.
func ReconciliationSheet(month string) Sheet[InsuranceReconciled] {
	return Sheet[InsuranceReconciled]{Title: "投保对账 " + month, Columns: []Column[InsuranceReconciled]{
		{"县区", func(r InsuranceReconciled) any { return r.CountyName }},
		{"办件编号", func(r InsuranceReconciled) any { return r.CaseNo }},
		{"承保机构", func(r InsuranceReconciled) any { return r.Insurer }},
		{"名册人数", func(r InsuranceReconciled) any { return r.Rostered }},
		{"已送", func(r InsuranceReconciled) any { return r.Sent }},
		{"承保", func(r InsuranceReconciled) any { return r.Insured }},
		{"未承保", func(r InsuranceReconciled) any { return r.Refused }},
		{"待答复", func(r InsuranceReconciled) any { return r.Pending }},
		{"保险费（元）", func(r InsuranceReconciled) any { return Fen(r.PremiumFen) }},
	}}
}
