package workflows

import (
	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
)

// inspectionProcess defines a visit to an institution 督导评估.
var inspectionProcess = definition.Process{
	Kind: nursery.KindInspection, Title: "督导评估", Prefix: nursery.InspectionPrefix, Workflow: "Inspection", Guide: inspectionGuide, Files: definition.Attachments,
	Page:        definition.Page{Path: "/inspections/", Title: "检查"},
	FileReaders: []nursery.Role{nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleAuditor},
	Acts: []definition.Act{
		{Name: "inspection.list", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Scope: definition.List},
		{Name: "inspection.read", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Shows: true},
		{Name: "inspection.start", Roles: []nursery.Role{nursery.RoleSupervisor}, Scope: definition.Begins},
		{Name: "inspection.visit", Roles: []nursery.Role{nursery.RoleInspector}},
	},
	Papers: []definition.Paper{activities.InspectionRecord, activities.InspectionOrder, activities.InspectionClosed, activities.InspectionReferral},
	Stages: []definition.Stage{
		{Code: nursery.StageAssigning, Title: "落实检查人员", Holder: nursery.RoleInspector, Next: "正在落实两名检查人员。"},
		{Code: nursery.StageScheduling, Title: "商定日期", Holder: nursery.RoleInspector, Next: "请确认检查日期。"},
		{Code: nursery.StageVisiting, Title: "待现场检查", Holder: nursery.RoleInspector, Next: "两名检查人员将到场，请配合检查。"},
		{Code: nursery.StageSigning, Title: "待签字确认", Holder: nursery.RoleInstitution, Next: "请核对检查记录并签字；有异议的可以写明。"},
		{Code: nursery.StageOrdered, Title: "责令限期改正", Holder: nursery.RoleInstitution, Next: "请在期限内整改并提交证明。"},
		{Code: nursery.StageReinspected, Title: "待复查", Holder: nursery.RoleInspector, Next: "检查人员将到场复查。"},
		{Code: nursery.StageDeciding, Title: "复查不合格", Holder: nursery.RoleSupervisor, Next: "复查仍不合格，正在研究后续处理。"},
		{Code: nursery.StageInspected, Title: "检查办结", Next: "本次检查办结，请持续符合标准。"},
		{Code: nursery.StageCorrected, Title: "整改合格，办结", Next: "整改合格，本次检查办结。"},
		{Code: nursery.StagePenaltyReferred, Title: "移送处罚程序", Next: "请按处罚程序的通知办理。"},
	},
	HappyPath: []nursery.Stage{
		nursery.StageAssigning, nursery.StageScheduling, nursery.StageVisiting, nursery.StageSigning, nursery.StageInspected,
	},
	Tasks: []definition.TaskKind{
		inspectionAssignment, inspectionName, inspectionDay, inspectionDayOffer, inspectionVisit, inspectionHazard, inspectionSign,
		inspectionCountersign, inspectionRefusal, inspectionDecide, inspectionCorrect,
	},
}

// The tasks of a visit.
var (
	inspectionAssignment = definition.TaskKind{
		Name: "inspection.assignment", Title: "接受检查指派", Roles: inspectors, Stage: nursery.StageAssigning, Form: "note",
		Outcomes: []definition.Outcome{
			{Code: nursery.OutcomeTakeOn, Title: "接受指派", Optional: note},
			{Code: nursery.OutcomeDecline, Title: "不能承担", Required: note},
		},
	}
	inspectionName = definition.TaskKind{
		Name: "inspection.name", Title: "另行指派检查人员", Short: "另行指派", Roles: supervisors, Form: "inspector",
		Outcomes: []definition.Outcome{{Code: nursery.OutcomeName, Title: "另行指派", Required: []string{"inspector"}, Optional: note}},
	}
	inspectionDay = definition.TaskKind{
		Name: "inspection.day", Title: "定下到场日期", Short: "定检查日期", Roles: inspectors, Stage: nursery.StageScheduling, Form: "visit_day",
		Outcomes: []definition.Outcome{{
			Code: nursery.OutcomePropose, Title: "定下日期", Required: []string{"visit_on", "visit_time"}, Optional: note,
			Follow: []definition.Step{{Activity: "SetVisitDay", Name: "day"}},
		}},
	}
	inspectionDayOffer = definition.TaskKind{
		Name: "inspection.day_offer", Title: "确认检查日期", Roles: institution, Form: "note",
		Outcomes: []definition.Outcome{
			{Code: nursery.OutcomeAgreeDay, Title: "同意日期", Optional: note},
			{Code: nursery.OutcomeAnother, Title: "请求改期", Required: note},
		},
	}
	inspectionVisit = definition.TaskKind{
		Name: "inspection.visit", Title: "现场检查并送交记录", Short: "检查", Roles: inspectors, Stage: nursery.StageVisiting, Form: "note",
		Outcomes: []definition.Outcome{{Code: nursery.OutcomeVisited, Title: "送交现场记录", Optional: note}},
	}
	inspectionHazard = definition.TaskKind{
		Name: "inspection.hazard", Title: "重大隐患，请立即处置", Short: "重大隐患", Form: "note",
		Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice}, Outcomes: []definition.Outcome{noted},
	}
	inspectionSign = definition.TaskKind{
		Name: "inspection.sign", Title: "核对检查记录并签字", Short: "检查签字", Roles: inspectors, Stage: nursery.StageSigning, Form: "signature", Joint: true,
		Outcomes: []definition.Outcome{
			signed(definition.Outcome{Code: nursery.OutcomeSign, Title: "签字确认", Optional: []string{"note", "signature"}}),
			{Code: nursery.OutcomeDispute, Title: "记录有误，退回重填", Required: note},
		},
	}
	inspectionCountersign = definition.TaskKind{
		Name: "inspection.countersign", Title: "核对检查记录并签字", Short: "检查签字", Roles: institution, Stage: nursery.StageSigning, Form: "signature", Joint: true,
		Outcomes: []definition.Outcome{
			signed(definition.Outcome{Code: nursery.OutcomeSign, Title: "签字确认", Optional: []string{"note", "signature"}}),
			signed(definition.Outcome{Code: nursery.OutcomeObject, Title: "签字并提出异议", Required: note, Optional: []string{"signature"}}),
			{Code: nursery.OutcomeRefused, Title: "拒绝签字", Optional: []string{"note", "signature"}},
		},
	}
	inspectionRefusal = definition.TaskKind{
		Name: "inspection.refusal", Title: "注明机构未签字的情况", Short: "未签字注明", Roles: inspectors, Form: "note",
		Outcomes: []definition.Outcome{noted},
	}
	inspectionDecide = definition.TaskKind{
		Name: "inspection.decide", Title: "复查不合格，请决定后续处理", Short: "复查不合格", Roles: supervisors, Stage: nursery.StageDeciding, Form: "note",
		Outcomes: []definition.Outcome{
			{
				Code: nursery.OutcomeOrder, Title: "再次责令改正", Optional: note,
				Follow: []definition.Step{orderCorrection}, Papers: []definition.Paper{activities.InspectionOrder},
			},
			{
				Code: nursery.OutcomeReferPenalty, Title: "移送处罚", Optional: note,
				Follow: []definition.Step{{Activity: "ReferInspection", Name: "referred"}}, Ends: nursery.StagePenaltyReferred, Papers: []definition.Paper{activities.InspectionReferral},
			},
		},
	}
	inspectionCorrect = definition.TaskKind{
		Name: "inspection.correct", Title: "整改并提交证明", Short: "检查整改", Roles: institution, Stage: nursery.StageOrdered, Form: "proof",
		Outcomes: []definition.Outcome{proof},
	}
	orderCorrection = definition.Step{Activity: "OrderCorrection", Name: "ordered"}
)

// signed returns the outcome followed by the steps that record the signatures of all parties, and by those for the
// findings of the visit.
func signed(o definition.Outcome) definition.Outcome {
	order := orderCorrection
	order.When = activities.VisitOrders
	o.Follow = []definition.Step{
		{Activity: "RecordVisit", Name: "recorded"},
		{Activity: "CloseInspection", Name: "closed", When: activities.VisitClean},
		order,
	}
	o.Papers = []definition.Paper{activities.InspectionRecord, activities.InspectionClosed, activities.InspectionOrder}
	return o
}
