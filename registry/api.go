package registry

import (
	"context"

	"tuoyu/api"
	"tuoyu/nursery"
)

// Tag is the group of operations about the register of institutions.
var Tag = api.Tag{Name: "机构名册", Description: "账号可见的托育机构"}

// Operations registers the operations about the register of institutions and about what is published of them.
func (s *Service) Operations(a *api.API) {
	g := a.Group(Tag)
	api.List(g, "/api/v1/institutions", "Institutions", "机构名册", "机构只见本机构，医疗机构只见其服务的机构。", Institutions, func(in *struct {
		api.Listing
		InstitutionFilter
	}) (api.Listing, InstitutionFilter) {
		return in.Listing, in.InstitutionFilter
	})
	api.Handle(g.Op("GET /api/v1/institutions/{institution}", "getInstitution", "机构", ""), func(ctx context.Context, in *struct {
		Institution string `path:"institution" maxLength:"64" doc:"机构标识"`
	}) (RegisteredInstitution, error) {
		return s.Institution(ctx, api.Principal(ctx), in.Institution)
	})

	public := a.Group(api.TagPublic)
	api.Page(public.Op("GET /api/v1/public/publications", "listPublications", "公示", "").ForEverybody(), Publications,
		func(in *api.PublicCounty) (api.Listing, PublicationFilter) {
			return in.Listing, PublicationFilter{County: in.County}
		})
	api.Page(public.Op("GET /api/v1/public/institutions", "listFiledInstitutions", "已备案托育机构名录", "含收费、各类班级的空余托位和最近公示的检查结果。").ForEverybody(), FiledInstitutions,
		func(in *struct {
			api.PublicCounty
			Name      string            `query:"name" maxLength:"60" doc:"名称中的文字"`
			Township  string            `query:"township" pattern:"^[0-9]{9}$" patternDescription:"乡镇街道代码" doc:"乡镇街道代码"`
			ClassKind nursery.ClassKind `query:"class_kind" enum:"infant,toddler,older_toddler,mixed" doc:"有此类班级的"`
		}) (api.Listing, FiledFilter) {
			return in.Listing, FiledFilter{in.County, in.Name, in.Township, in.ClassKind}
		})
}
