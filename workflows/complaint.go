package workflows

import (
	"go.temporal.io/sdk/workflow"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows/humantask"
)

// complaintProcess defines a complaint 投诉举报.
var complaintProcess = definition.Process{
	Kind: nursery.KindComplaint, Title: "投诉举报", Prefix: nursery.ComplaintPrefix, Workflow: "Complaint", Guide: complaintGuide, Files: definition.Attachments, Owner: "complaints-", Repeatable: true,
	Page:        definition.Page{Path: "/complaints/", Title: "投诉内容", Roles: supervisors},
	FileReaders: []nursery.Role{nursery.RoleSupervisor},
	Acts: []definition.Act{
		{Name: "complaint.file", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleHospital}, Scope: definition.Unowned},
		{Name: "complaint.read", Roles: []nursery.Role{nursery.RoleSupervisor}, Shows: true},
	},
	Stages: []definition.Stage{
		{Code: nursery.StageTriage, Title: "待处理", Holder: nursery.RoleSupervisor, Next: "主管部门正在处理。"},
		{Code: nursery.StageVisitOpened, Title: "已安排现场检查", Next: "已安排现场检查，结果将向社会公示。"},
		{Code: nursery.StageAnswered, Title: "已答复", Next: "请查看答复。"},
		{Code: nursery.StageNotOurs, Title: "不属于受理范围", Next: "请查看理由。"},
	},
	HappyPath: []nursery.Stage{nursery.StageTriage, nursery.StageAnswered},
	Tasks:     []definition.TaskKind{complaintTriage},
}

var complaintTriage = definition.TaskKind{
	Name: "complaint.triage", Title: "处理投诉举报", Short: "投诉举报", Roles: supervisors, Stage: nursery.StageTriage, Form: "triage",
	Outcomes: []definition.Outcome{
		{Code: nursery.OutcomeVisit, Title: "现场检查", Required: []string{"first_inspector", "second_inspector"}, Optional: note, Ends: nursery.StageVisitOpened},
		{Code: nursery.OutcomeReplied, Title: "书面答复", Required: note, Ends: nursery.StageAnswered},
		{Code: nursery.OutcomeNotOurs, Title: "不属于受理范围", Required: note, Ends: nursery.StageNotOurs},
	},
}

// triageDays is the number of working days in which an office reviews a complaint; no regulation for nurseries sets it.
const triageDays = 5

// Complaint has the county's supervisor review a complaint 投诉举报 and opens a visit, answers it, or declares with a
// reason that the office is not competent.
func Complaint(ctx workflow.Context, in CaseInput) (CaseResult, error) {
	c, err := newCase(ctx, in)
	if err != nil {
		return CaseResult{}, err
	}
	if err := c.do(engine.TakeUpComplaint, c.move("opened"), nil); err != nil {
		return CaseResult{}, err
	}
	answer, err := c.ask(complaintTriage, humantask.Spec{Days: triageDays})
	if err != nil {
		return CaseResult{}, err
	}
	ending := complaintTriage.Ends(answer.Outcome)
	err = activities.Do(ctx, nil, engine.SettleComplaint, c.moveBy(answer, "settled"), ending)
	if err != nil {
		return CaseResult{}, err
	}
	return CaseResult{Stage: ending}, workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}
