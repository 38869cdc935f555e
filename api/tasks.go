package api

import (
	"context"
	"encoding/json"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// TaskNumber is the path parameter with the number of a task.
type TaskNumber struct {
	ID string `path:"id" maxLength:"80" doc:"待办编号"`
}

type handOver struct {
	Account string `json:"account" minLength:"2" maxLength:"100" doc:"接办人账号" example:"clerk-140403-2"`
}

type delegation struct {
	Account string `json:"account" minLength:"2" maxLength:"100" doc:"接办人账号" example:"clerk-140403-2"`
	Reason  string `json:"reason" minLength:"2" maxLength:"500" doc:"转办理由"`
}

type completion struct {
	Outcome nursery.Outcome `json:"outcome" minLength:"1" maxLength:"40" doc:"办理结果，须是待办所列之一" example:"accept"`
	Answer  json.RawMessage `json:"answer,omitempty" doc:"按待办表单（form）填写的内容"`
}

// TaskNarrowing is the filter of the counts of the inbox, which are by view.
type TaskNarrowing struct {
	Kind   string       `query:"kind" maxLength:"60" doc:"待办类型" example:"filing.review"`
	County string       `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	Role   nursery.Role `query:"role" enum:"institution,clerk,supervisor,inspector,hospital,county_office,city_office,insurer" doc:"由谁办理，供主管、专班和审计筛选"`
	Query  string       `query:"q" maxLength:"64" doc:"办件编号（至少前 18 位），或机构标识" example:"BA-140403-2026-000017-5"`
}

func registerTasks(a *API) {
	g := a.Group(TagTasks)
	List(g, "/api/v1/tasks", "Tasks", "待办列表", "先到期的在前。", casework.Tasks, func(in *struct {
		Listing
		casework.TaskFilter
	}) (Listing, casework.TaskFilter) {
		return in.Listing, in.TaskFilter
	})
	Handle(g.Op("GET /api/v1/tasks/counts", "countTasks", "待办数量", "各视图中的待办数，每项至多计 1000。"),
		func(ctx context.Context, in *TaskNarrowing) (casework.TaskCounts, error) {
			return a.service.TaskCounts(ctx, Principal(ctx), casework.TaskFilter{Kind: in.Kind, County: in.County, Role: in.Role, Query: in.Query})
		})
	Handle(g.Op("GET /api/v1/tasks/{id}", "getTask", "待办详情", "含应参看的裁定和答复表单的 JSON Schema。"),
		func(ctx context.Context, in *TaskNumber) (casework.TaskDetail, error) {
			return a.service.Task(ctx, Principal(ctx), in.ID)
		})

	type Act struct {
		Command
		TaskNumber
	}
	Handle(g.Op("POST /api/v1/tasks/{id}/claim", "claimTask", "领取待办", ""), func(ctx context.Context, in *Act) (casework.TaskSummary, error) {
		return a.service.Claim(ctx, Principal(ctx), in.Key, in.ID)
	})
	Handle(g.Op("POST /api/v1/tasks/{id}/release", "releaseTask", "退回待办", ""), func(ctx context.Context, in *Act) (casework.TaskSummary, error) {
		return a.service.Release(ctx, Principal(ctx), in.Key, in.ID)
	})
	Handle(g.Op("POST /api/v1/tasks/{id}/assign", "assignTask", "指派待办", ""), func(ctx context.Context, in *struct {
		Act
		Body handOver
	}) (casework.TaskSummary, error) {
		return a.service.Assign(ctx, Principal(ctx), in.Key, in.ID, in.Body.Account)
	})
	Handle(g.Op("POST /api/v1/tasks/{id}/delegate", "delegateTask", "转办待办", ""), func(ctx context.Context, in *struct {
		Act
		Body delegation
	}) (casework.TaskSummary, error) {
		return a.service.Delegate(ctx, Principal(ctx), in.Key, in.ID, in.Body.Account, in.Body.Reason)
	})
	Handle(g.Op("POST /api/v1/tasks/{id}/complete", "completeTask", "办理待办",
		"已办结的待办返回 409 task_closed，并说明由谁、何时办结；所列之外的结果返回 422 outcome_not_offered；每种结果的必填项和可填项见待办，不属于该结果的内容不收。补正未指明申请人可以修改之处的，返回 422 opens_nothing。"+
			"delivered 为 false 时答复已经保存，系统恢复后自动送达，不需重发。"), func(ctx context.Context, in *struct {
		Act
		Body completion
	}) (casework.Completed, error) {
		return a.service.Complete(ctx, Principal(ctx), in.Key, in.ID, casework.Completion(in.Body))
	})

	Handle(a.Group(TagDashboard).Op("GET /api/v1/colleagues", "listColleagues", "可以转交待办的同事",
		"登录过本系统、同县区同单位同角色的人员，附在办待办数；主管看本县区受理审核、监督检查人员和主管。待办只能指派、转办给其中能够办理的人。"),
		func(ctx context.Context, in *struct {
			Role nursery.Role `query:"role" enum:"clerk,supervisor,inspector,hospital,county_office,city_office,insurer" doc:"只看这一角色"`
		}) ([]casework.Colleague, error) {
			return a.service.Colleagues(ctx, Principal(ctx), in.Role)
		})
}
