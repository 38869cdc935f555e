package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/contract"
)

func registerContracts(a *api) {
	registerClinics(a)
	start := creating(operation(http.MethodPost, "/api/v1/contracts", "startContract", tagContracts, "发起签约"))
	start.Description = "托育机构提出需求，或医疗卫生机构、县区专班邀请。条件按规则核对，结论见办件的裁定。"
	register(a, start, func(ctx context.Context, in *struct {
		Command
		Body nursery.ContractTerms
	}) (*made[casework.Started], error) {
		started, err := a.service.StartContract(ctx, principal(ctx), in.Key, in.Body)
		return newAt(started, err, func(s casework.Started) string { return pathOf("contracts", s.CaseNo) })
	})

	register(a, operation(http.MethodGet, "/api/v1/contracts", "listContracts", tagContracts, "签约列表"), func(ctx context.Context, in *struct {
		Listing
		contract.ContractFilter
	}) (*answer[casework.Page[contract.ContractSummary]], error) {
		return reply(contract.Contracts.Page(ctx, a.service.Service, principal(ctx), in.ContractFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/contracts", "Contracts", tagContracts, "签约列表", contract.Contracts)

	type candidates struct {
		Candidates []contract.ClinicCandidate `json:"candidates" doc:"候选，符合条件的在前"`
	}
	pairing := operation(http.MethodGet, "/api/v1/contracts/candidates", "listContractCandidates", tagContracts, "配对候选", http.StatusNotFound)
	pairing.Description = "本县区医疗卫生机构逐家按签约条件核对：符合的在前，同一乡镇街道的优先，其次按还能承担的人数。没有登记坐标，不计算距离。"
	register(a, pairing, func(ctx context.Context, in *struct {
		Institution string `query:"institution" maxLength:"64" doc:"托育机构编号；托育机构不填"`
	}) (*answer[candidates], error) {
		list, err := a.service.Candidates(ctx, principal(ctx), in.Institution)
		return reply(candidates{list}, err)
	})
	registerContract(a)
}

func registerClinics(a *api) {
	register(a, operation(http.MethodPut, "/api/v1/clinics/{id}", "putClinic", tagContracts, "登记医疗卫生机构", http.StatusNotFound), func(ctx context.Context, in *struct {
		Command
		ID   string `path:"id" maxLength:"64" doc:"编号"`
		Body nursery.Clinic
	}) (*answer[nursery.Clinic], error) {
		in.Body.ID = in.ID
		return reply(a.service.PutClinic(ctx, principal(ctx), in.Key, in.Body))
	})

	register(a, operation(http.MethodGet, "/api/v1/clinics", "listClinics", tagContracts, "医疗卫生机构名册", http.StatusNotFound), func(ctx context.Context, in *struct {
		Listing
		contract.ClinicFilter
	}) (*answer[casework.Page[nursery.Clinic]], error) {
		return reply(contract.Clinics.Page(ctx, a.service.Service, principal(ctx), in.ClinicFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/clinics", "Clinics", tagContracts, "医疗卫生机构名册", contract.Clinics, http.StatusNotFound)
}

func registerContract(a *api) {
	one := operation(http.MethodGet, "/api/v1/contracts/{case_no}", "getContract", tagContracts, "签约详情", http.StatusNotFound)
	one.Description = "含各稿文本及其哈希、双方签署、技术指导和履约进度。签署在待办中进行，须填写所签文本的哈希。"
	register(a, one, func(ctx context.Context, in *CaseNumber) (*answer[contract.ContractDetail], error) {
		return reply(a.service.Contract(ctx, principal(ctx), in.CaseNo))
	})

	amend := operation(http.MethodPost, "/api/v1/contracts/{case_no}/texts", "amendContract", tagContracts, "修改协议文本", http.StatusNotFound)
	amend.Description = "另起一稿，已有的签署失效，双方重新签署。"
	register(a, amend, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body contract.ContractAmendment
	}) (*answer[contract.ContractDetail], error) {
		return reply(a.service.AmendContract(ctx, principal(ctx), in.Key, in.CaseNo, in.Body))
	})

	register(a, operation(http.MethodPost, "/api/v1/contracts/{case_no}/termination", "terminateContract", tagContracts, "终止签约", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Command
			CaseNumber
			Body contract.Termination
		}) (*answer[contract.ContractDetail], error) {
			return reply(a.service.TerminateContract(ctx, principal(ctx), in.Key, in.CaseNo, in.Body))
		})

	visit := creating(operation(http.MethodPost, "/api/v1/contracts/{case_no}/visits", "recordGuidance", tagContracts, "记录技术指导", http.StatusNotFound))
	visit.Description = "由医疗卫生机构记录，托育机构确认后计入履约。"
	register(a, visit, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body contract.GuidanceVisit
	}) (*made[contract.GuidanceEntry], error) {
		entry, err := a.service.RecordVisit(ctx, principal(ctx), in.Key, in.CaseNo, in.Body)
		return newAt(entry, err, func(contract.GuidanceEntry) string { return pathOf("contracts", in.CaseNo) })
	})

	register(a, operation(http.MethodPost, "/api/v1/contracts/{case_no}/visits/{visit}/confirmation", "confirmGuidance", tagContracts, "确认技术指导", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Command
			CaseNumber
			Visit int64 `path:"visit" minimum:"1" doc:"技术指导编号"`
		}) (*answer[contract.GuidanceEntry], error) {
			return reply(a.service.ConfirmVisit(ctx, principal(ctx), in.Key, in.CaseNo, in.Visit))
		})

	register(a, operation(http.MethodGet, "/api/v1/indicators/signed-rate", "getSignedRate", tagContracts, "签约指导率"), func(ctx context.Context, in *struct {
		On nursery.Date `query:"on" doc:"日期，不填为今天"`
	}) (*answer[casework.Indicator], error) {
		return reply(a.service.SignedRate(ctx, principal(ctx), in.On))
	})
}
