package workflows

import (
	"tuoyu/definition"
	"tuoyu/nursery"
)

// contractProcess defines the contract of an institution and a clinic 医育结合签约.
var contractProcess = definition.Process{
	Kind: nursery.KindContract, Title: "医育结合签约", Prefix: nursery.PrefixContract, Workflow: "Contract", Files: definition.Attachments,
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
}
