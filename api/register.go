package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/registry"
)

func registerRegister(a *api) {
	list := operation(http.MethodGet, "/api/v1/institutions", "listInstitutions", tagRegister, "机构名册")
	list.Description = "机构只见本机构，医疗机构只见其服务的机构。"
	register(a, list, func(ctx context.Context, in *struct {
		Listing
		registry.InstitutionFilter
	}) (*answer[casework.Page[registry.RegisteredInstitution]], error) {
		return reply(registry.Institutions.Page(ctx, a.service.Service, principal(ctx), in.InstitutionFilter, casework.PageRequest(in.Listing)))
	})

	register(a, operation(http.MethodGet, "/api/v1/institutions/{institution}", "getInstitution", tagRegister, "机构", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Institution string `path:"institution" maxLength:"64" doc:"机构标识"`
		}) (*answer[registry.RegisteredInstitution], error) {
			return reply(a.service.Institution(ctx, principal(ctx), in.Institution))
		})

	exports(a, "/api/v1/institutions", "Institutions", tagRegister, "机构名册", registry.Institutions)
}
