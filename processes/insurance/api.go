package insurance

import (
	"context"
	"net/http"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

// Tag is the group of operations about insurance.
var Tag = api.Tag{Name: "意外伤害险", Description: "婴幼儿意外伤害险的名册、核对、投保、答复与理赔"}

type reconciliation struct {
	Counties []InsuranceReconciled `json:"counties" doc:"各县区"`
}

// Operations registers the operations about the months of insurance, their rosters and lines, and about claims.
func (s *Service) Operations(a *api.API) {
	g := a.Group(Tag)
	api.Create(g.Op("POST /api/v1/insurance-batches", "startInsurance", "开始一个月的投保",
		"每县区每月一件。未登记其他合法依据时，没有监护人单独同意的婴幼儿不送承保机构。"), api.Execute(s.StartInsurance), api.StartedAt("insurance-batches"))
	api.Page(g.Op("GET /api/v1/insurance-batches", "listInsurance", "投保月列表", ""), Months, filtered)
	api.Exports(g, "/api/v1/insurance-batches", "InsuranceMonths", "投保月列表", Months)
	api.Handle(g.Op("GET /api/v1/insurance-batches/{case_no}", "getInsurance", "投保月详情", "人数、原因、各批内容哈希和保险费，不含个人信息。"),
		api.CaseQuery(s.InsuranceMonth))
	api.Download(g.Op("GET /api/v1/insurance-batches/{case_no}/summary.xlsx", "exportInsurance", "导出投保情况", ""), sheets.Media, "投保情况，Excel，不含个人信息",
		func(ctx context.Context, in *api.CaseNumber) (casework.File, error) {
			d, err := s.InsuranceMonth(ctx, api.Principal(ctx), in.CaseNo)
			if err != nil {
				return casework.File{}, err
			}
			return MonthFile(d)
		})
	api.Handle(g.Op("GET /api/v1/insurance-reconciliation", "getInsuranceReconciliation", "对账", ""), func(ctx context.Context, in *struct {
		Month string `query:"month" required:"true" pattern:"^[0-9]{4}-[0-9]{2}$" patternDescription:"如 2026-11" doc:"月份"`
	}) (reconciliation, error) {
		counties, err := s.InsuranceReconciliation(ctx, api.Principal(ctx), in.Month)
		return reconciliation{counties}, err
	})
	api.Handle(g.Op("GET /api/v1/indicators/insured-rate", "getInsuredRate", "参保率", "以分数计算；显示值只舍不入。", http.StatusNotFound), func(ctx context.Context, in *struct {
		County string       `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码；县区角色可不填"`
		On     nursery.Date `query:"on" doc:"截至日期，不填为今天"`
	}) (InsuredRate, error) {
		return s.InsuredRate(ctx, api.Principal(ctx), in.County, in.On)
	})
	s.rosterOperations(g)
	s.lineOperations(g)
	s.insurerOperations(g)
	s.exceptionOperations(g)
	s.claimOperations(g)
}

func filtered(in *struct {
	api.Listing
	InsuranceFilter
}) (api.Listing, InsuranceFilter) {
	return in.Listing, in.InsuranceFilter
}

func (s *Service) claimOperations(g api.Group) {
	api.Create(g.Op("POST /api/v1/insurance-claims", "startInsuranceClaim", "报案", "由在托机构、所在县区或者承保机构报案；事故当日须有生效的保险。"),
		api.Execute(s.StartClaim), api.StartedAt("insurance-claims"))
	api.List(g, "/api/v1/insurance-claims", "InsuranceClaims", "理赔列表", "", Claims, func(in *struct {
		api.Listing
		ClaimFilter
	}) (api.Listing, ClaimFilter) {
		return in.Listing, in.ClaimFilter
	})
	api.Handle(g.Op("GET /api/v1/insurance-claims/{case_no}", "getInsuranceClaim", "理赔详情", ""), api.CaseQuery(s.InsuranceClaim))
}

func (s *Service) insurerOperations(g api.Group) {
	api.Handle(g.Op("PUT /api/v1/insurers/{id}", "putInsurer", "登记承保机构", "全市一份名册。县区专班更改本县区登记的，市级专班可以更改全部。"), func(ctx context.Context, in *struct {
		api.With[nursery.Insurer]
		ID string `path:"id" maxLength:"64" doc:"编号"`
	}) (RegisteredInsurer, error) {
		in.Body.ID = in.ID
		return s.PutInsurer(ctx, api.Principal(ctx), in.Key, in.Body)
	})
	api.List(g, "/api/v1/insurers", "Insurers", "承保机构名册", "", Insurers,
		func(in *api.Listing) (api.Listing, InsurerFilter) { return *in, InsurerFilter{} })
}
