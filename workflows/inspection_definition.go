package workflows

import (
	"tuoyu/definition"
	"tuoyu/nursery"
)

// inspectionProcess defines a visit to an institution 督导评估.
var inspectionProcess = definition.Process{
	Kind: nursery.KindInspection, Title: "督导评估", Prefix: nursery.InspectionPrefix, Workflow: "Inspection", Files: definition.Attachments,
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
}
