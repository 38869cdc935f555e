package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/casework/stuck"
)

// commentOnCase is a comment on a case.
type commentOnCase struct {
	Text     string `json:"text" minLength:"1" maxLength:"2000" doc:"留言内容"`
	Internal bool   `json:"internal,omitempty" doc:"仅工作人员可见"`
}

func registerCases(a *API) {
	g := a.Group(TagCases)
	List(g, "/api/v1/cases", "Cases", "办件列表", "只列出账号可见的办件，最近的在前。条件可以并用。", casework.Cases, func(in *struct {
		Listing
		casework.CaseFilter
	}) (Listing, casework.CaseFilter) {
		return in.Listing, in.CaseFilter
	})
	Handle(g.Op("GET /api/v1/cases/{case_no}", "getCase", "办件详情",
		"环节、由谁办理、何时到期、时间线、裁定、文书与待补正事项。看不到的办件与不存在的办件答复相同。"), CaseQuery(a.service.Case))

	comment := g.Op("POST /api/v1/cases/{case_no}/comments", "commentOnCase", "留言", "")
	comment.DefaultStatus = http.StatusCreated
	Handle(comment, func(ctx context.Context, in *OnCaseWith[commentOnCase]) (casework.Event, error) {
		return a.service.Comment(ctx, Principal(ctx), in.Key, in.CaseNo, in.Body.Text, in.Body.Internal)
	})

	Handle(g.Op("GET /api/v1/stuck-cases", "listStuckCases", "受阻办件",
		"系统自身不能继续办理的办件，以及半小时仍未生成的文书，时间早的在前。县区看本县区，市级看全市。"), Query(stuck.Of(a.service).Cases))
	Handle(g.Op("POST /api/v1/cases/{case_no}/retry", "retryCase", "重试受阻办件",
		"再次执行受阻的步骤，或者让流程从最近一步继续；已完成的步骤不会重复办理。"), func(ctx context.Context, in *OnCase) (stuck.RetriedCase, error) {
		return stuck.Of(a.service).RetryCommand(ctx, Principal(ctx), in.Key, in.CaseNo)
	})
}
