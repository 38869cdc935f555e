package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func registerInstitutions(a *api) {
	register(a, operation(http.MethodGet, "/api/v1/institutions", "listInstitutions", tagInstitutions, "备案机构名册"), func(ctx context.Context, in *struct {
		Listing
		County   string           `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
		Status   string           `query:"status" enum:"filed,rectifying,cancelled" doc:"备案状态"`
		SiteKind nursery.SiteKind `query:"site_kind" enum:"public_comprehensive,community,family_point,kindergarten_class,employer,other" doc:"机构类型"`
	}) (*answer[casework.Page[casework.InstitutionLine]], error) {
		return reply(a.door.Institutions(ctx, principal(ctx), casework.InstitutionFilter{County: in.County, Status: in.Status, SiteKind: in.SiteKind},
			casework.PageRequest(in.Listing)))
	})

	register(a, operation(http.MethodGet, "/api/v1/institutions/{id}", "getInstitution", tagInstitutions, "备案机构", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"64" doc:"机构编号"`
		}) (*answer[casework.InstitutionLine], error) {
			return reply(a.door.Institution(ctx, principal(ctx), in.ID))
		})
}
