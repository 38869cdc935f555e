package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
)

func registerCases(a *api) {
	list := operation(http.MethodGet, "/api/v1/cases", "listCases", tagCases, "办件列表")
	list.Description = "只列出账号可见的办件，最近的在前。条件可以并用。"
	register(a, list, func(ctx context.Context, in *struct {
		Listing
		casework.CaseFilter
	}) (*answer[casework.Page[casework.CaseSummary]], error) {
		return reply(casework.Cases.Page(ctx, a.service.Service, principal(ctx), in.CaseFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/cases", "Cases", tagCases, "办件列表", casework.Cases)

	detail := operation(http.MethodGet, "/api/v1/cases/{case_no}", "getCase", tagCases, "办件详情", http.StatusNotFound)
	detail.Description = "环节、由谁办理、何时到期、时间线、裁定、文书与待补正事项。看不到的办件与不存在的办件答复相同。"
	register(a, detail, func(ctx context.Context, in *CaseNumber) (*answer[casework.CaseDetail], error) {
		return reply(a.service.Case(ctx, principal(ctx), in.CaseNo))
	})

	comment := operation(http.MethodPost, "/api/v1/cases/{case_no}/comments", "commentOnCase", tagCases, "留言", http.StatusNotFound)
	comment.DefaultStatus = http.StatusCreated
	register(a, comment, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body struct {
			Text     string `json:"text" minLength:"1" maxLength:"2000" doc:"留言内容"`
			Internal bool   `json:"internal,omitempty" doc:"仅工作人员可见"`
		} `nameHint:"CommentOnCase"`
	}) (*answer[casework.Event], error) {
		return reply(a.service.Comment(ctx, principal(ctx), in.Key, in.CaseNo, in.Body.Text, in.Body.Internal))
	})

	stuck := operation(http.MethodGet, "/api/v1/stuck-cases", "listStuckCases", tagCases, "受阻办件")
	stuck.Description = "系统自身不能继续办理的办件，以及半小时仍未生成的文书，时间早的在前。县区看本县区，市级看全市。"
	register(a, stuck, func(ctx context.Context, _ *struct{}) (*answer[[]casework.StuckCase], error) {
		return reply(a.service.StuckCases(ctx, principal(ctx)))
	})

	retry := operation(http.MethodPost, "/api/v1/cases/{case_no}/retry", "retryCase", tagCases, "重试受阻办件", http.StatusNotFound)
	retry.Description = "再次执行受阻的步骤，或者让流程从最近一步继续；已完成的步骤不会重复办理。"
	register(a, retry, func(ctx context.Context, in *struct {
		Command
		CaseNumber
	}) (*answer[casework.RetriedCase], error) {
		return reply(a.service.RetryStuckCase(ctx, principal(ctx), in.Key, in.CaseNo))
	})
}
