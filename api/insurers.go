package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
)

func registerInsurers(a *api) {
	put := operation(http.MethodPut, "/api/v1/insurers/{id}", "putInsurer", tagInsurance, "登记承保机构", http.StatusNotFound)
	put.Description = "全市一份名册。县区专班更改本县区登记的，市级专班可以更改全部。"
	register(a, put, func(ctx context.Context, in *struct {
		Command
		ID   string `path:"id" maxLength:"64" doc:"编号"`
		Body nursery.Insurer
	}) (*answer[insurance.RegisteredInsurer], error) {
		in.Body.ID = in.ID
		return reply(a.service.PutInsurer(ctx, principal(ctx), in.Key, in.Body))
	})

	register(a, operation(http.MethodGet, "/api/v1/insurers", "listInsurers", tagInsurance, "承保机构名册"), func(ctx context.Context, in *struct {
		Listing
	}) (*answer[casework.Page[insurance.RegisteredInsurer]], error) {
		return reply(insurance.Insurers.Page(ctx, a.service.Service, principal(ctx), insurance.InsurerFilter{}, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/insurers", "Insurers", tagInsurance, "承保机构名册", insurance.Insurers)
}
