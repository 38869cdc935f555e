package contract

import (
	"context"
	"net/http"

	"tuoyu/api"
	"tuoyu/nursery"
)

// Tag is the group of operations about contracts and clinics.
var Tag = api.Tag{Name: "医育结合签约", Description: "医疗卫生机构名册、签约、技术指导与履约进度"}

type candidates struct {
	Candidates []ClinicCandidate `json:"candidates" doc:"候选，符合条件的在前"`
}

// Operations registers the operations about contracts and about the register of clinics.
func (s *Service) Operations(a *api.API) {
	g := a.Group(Tag)
	s.clinicOperations(g)
	api.Create(g.Op("POST /api/v1/contracts", "startContract", "发起签约", "托育机构提出需求，或医疗卫生机构、县区专班邀请。条件按规则核对，结论见办件的裁定。"),
		api.Execute(s.StartContract), api.StartedAt("contracts"))
	api.List(g, "/api/v1/contracts", "Contracts", "签约列表", "", Contracts, func(in *struct {
		api.Listing
		ContractFilter
	}) (api.Listing, ContractFilter) {
		return in.Listing, in.ContractFilter
	})
	api.Handle(g.Op("GET /api/v1/contracts/candidates", "listContractCandidates", "配对候选",
		"本县区医疗卫生机构逐家按签约条件核对：符合的在前，同一乡镇街道的优先，其次按还能承担的人数。没有登记坐标，不计算距离。", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Institution string `query:"institution" maxLength:"64" doc:"托育机构编号；托育机构不填"`
		}) (candidates, error) {
			list, err := s.Candidates(ctx, api.Principal(ctx), in.Institution)
			return candidates{list}, err
		})
	api.Handle(g.Op("GET /api/v1/contracts/{case_no}", "getContract", "签约详情",
		"含各稿文本及其哈希、双方签署、技术指导和履约进度。签署在待办中进行，须填写所签文本的哈希。"), api.CaseQuery(s.Contract))
	api.Handle(g.Op("POST /api/v1/contracts/{case_no}/texts", "amendContract", "修改协议文本", "另起一稿，已有的签署失效，双方重新签署。"),
		api.ExecuteOnCase(s.AmendContract))
	api.Handle(g.Op("POST /api/v1/contracts/{case_no}/termination", "terminateContract", "终止签约", ""), api.ExecuteOnCase(s.TerminateContract))
	api.CreateAt(g.Op("POST /api/v1/contracts/{case_no}/visits", "recordGuidance", "记录技术指导", "由医疗卫生机构记录，托育机构确认后计入履约。"),
		func(ctx context.Context, in *api.OnCaseWith[GuidanceVisit]) (GuidanceEntry, string, error) {
			entry, err := s.RecordVisit(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Body)
			return entry, api.PathOf("contracts", in.CaseNo), err
		})
	api.Handle(g.Op("POST /api/v1/contracts/{case_no}/visits/{visit}/confirmation", "confirmGuidance", "确认技术指导", ""), func(ctx context.Context, in *struct {
		api.OnCase
		Visit int64 `path:"visit" minimum:"1" doc:"技术指导编号"`
	}) (GuidanceEntry, error) {
		return s.ConfirmVisit(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Visit)
	})
	api.Handle(g.Op("GET /api/v1/indicators/signed-rate", "getSignedRate", "签约指导率", ""), func(ctx context.Context, in *struct {
		On nursery.Date `query:"on" doc:"日期，不填为今天"`
	}) (nursery.Indicator, error) {
		return s.SignedRate(ctx, api.Principal(ctx), in.On)
	})
}

func (s *Service) clinicOperations(g api.Group) {
	api.Handle(g.Op("PUT /api/v1/clinics/{id}", "putClinic", "登记医疗卫生机构", ""), func(ctx context.Context, in *struct {
		api.Command
		ID   string `path:"id" maxLength:"64" doc:"编号"`
		Body nursery.Clinic
	}) (nursery.Clinic, error) {
		in.Body.ID = in.ID
		return s.PutClinic(ctx, api.Principal(ctx), in.Key, in.Body)
	})
	api.List(g, "/api/v1/clinics", "Clinics", "医疗卫生机构名册", "", Clinics, func(in *struct {
		api.Listing
		ClinicFilter
	}) (api.Listing, ClinicFilter) {
		return in.Listing, in.ClinicFilter
	}, http.StatusNotFound)
}
