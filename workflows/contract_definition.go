package workflows

import (
	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/nursery"
)

// contractProcess defines the contract of an institution and a clinic 医育结合签约.
var contractProcess = definition.Process{
	Kind: nursery.KindContract, Title: "医育结合签约", Prefix: nursery.PrefixContract, Workflow: "Contract", Guide: contractGuide, Files: definition.Attachments,
	Page:        definition.Page{Path: "/contracts/", Title: "签约服务"},
	FileReaders: []nursery.Role{nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleAuditor, nursery.RoleHospital},
	Acts: []definition.Act{
		{Name: "clinic.list", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital}, Shows: true},
		{Name: "clinic.put", Roles: []nursery.Role{nursery.RoleCountyOffice}, Scope: definition.Begins},
		{Name: "contract.amend", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital}},
		{Name: "contract.candidates", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleCityOffice}},
		{Name: "contract.confirm", Roles: []nursery.Role{nursery.RoleInstitution}},
		{Name: "contract.list", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital}, Scope: definition.List},
		{Name: "contract.rate", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Scope: definition.List},
		{Name: "contract.read", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital}, Shows: true},
		{Name: "contract.start", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice}, Scope: definition.Begins},
		{Name: "contract.terminate", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital}},
		{Name: "contract.visit", Roles: []nursery.Role{nursery.RoleHospital}},
	},
	Papers: []definition.Paper{activities.ContractAgreement, activities.ContractEnded},
	Stages: []definition.Stage{
		{Code: nursery.StageSigning, Title: "双方签署", Holder: nursery.RoleInstitution, Next: "请核对协议文本并签署；文本变更后须重新签署。"},
		{Code: nursery.StageContractFiling, Title: "县区备案", Holder: nursery.RoleCountyOffice, Next: "双方已签署，县区正在备案。"},
		{Code: nursery.StageContractAwaited, Title: "待生效", Holder: nursery.RoleEngine, Next: "协议到生效日自动履行。"},
		{Code: nursery.StageInForce, Title: "履行中", Holder: nursery.RoleHospital, Next: "按协议开展技术指导和半年体检，到期前六十日征询续签。"},
		{Code: nursery.StageContractEnded, Title: "已终止", Next: "协议已到期或终止。"},
		{Code: nursery.StageContractRefused, Title: "未签成", Next: "未签成协议，可以重新发起。"},
	},
	HappyPath: []nursery.Stage{
		nursery.StageSigning, nursery.StageContractFiling, nursery.StageContractAwaited, nursery.StageInForce, nursery.StageContractEnded,
	},
	Tasks: []definition.TaskKind{contractSign, contractFile, contractRenew, contractDuty, contractUncovered},
}

// The tasks of a contract.
var (
	contractSign = definition.TaskKind{
		Name: "contract.sign", Title: "签署医育结合签约协议", Short: "签约", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital},
		Stage: nursery.StageSigning, Form: "sign",
		Outcomes: []definition.Outcome{
			{Code: nursery.OutcomeSign, Title: "签字确认", Required: []string{"text_sha256"}},
			{Code: nursery.OutcomeNotSign, Title: "不同意签署", Required: []string{"reason"}, Optional: []string{"text_sha256"}},
		},
	}
	contractFile = definition.TaskKind{
		Name: "contract.file", Title: "备案签约协议", Roles: countyOffices, Stage: nursery.StageContractFiling, Form: "note",
		Outcomes: []definition.Outcome{
			{
				Code: nursery.OutcomeConfirm, Title: "予以备案", Optional: note,
				Follow: []definition.Step{{Activity: "FileContract", Name: "filed"}},
			},
			{Code: nursery.OutcomeRefuse, Title: "不同意", Optional: note},
		},
	}
	contractRenew = definition.TaskKind{
		Name: "contract.renew", Title: "协议将到期，是否续签", Short: "续签", Roles: institution, Form: "note",
		Outcomes: []definition.Outcome{
			{Code: nursery.OutcomeRenew, Title: "续签", Optional: note},
			{Code: nursery.OutcomeEnd, Title: "到期终止", Optional: note},
		},
	}
	contractDuty = definition.TaskKind{
		Name: "contract.overdue_duty", Title: "履约进度红灯，请安排并答复", Short: "履约红灯", Roles: clinics, Form: "reply",
		Outcomes: []definition.Outcome{reply},
	}
	contractUncovered = definition.TaskKind{
		Name: "contract.uncovered", Title: "协议终止，在托婴幼儿无人接续", Short: "无人接续", Form: "note",
		Roles:    []nursery.Role{nursery.RoleCountyOffice, nursery.RoleInstitution, nursery.RoleHospital},
		Outcomes: []definition.Outcome{{Code: nursery.OutcomeAcknowledge, Title: "知悉", Optional: note}},
	}
)
