package api

import (
	"context"
	"encoding/json"
	"net/http"

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

func registerTasks(a *api) {
	list := operation(http.MethodGet, "/api/v1/tasks", "listTasks", tagTasks, "待办列表")
	list.Description = "先到期的在前。"
	register(a, list, func(ctx context.Context, in *struct {
		Listing
		casework.TaskFilter
	}) (*answer[casework.Page[casework.TaskSummary]], error) {
		return reply(casework.Tasks.Page(ctx, a.service.Service, principal(ctx), in.TaskFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/tasks", "Tasks", tagTasks, "待办列表", casework.Tasks)

	counts := operation(http.MethodGet, "/api/v1/tasks/counts", "countTasks", tagTasks, "待办数量")
	counts.Description = "各视图中的待办数，每项至多计 1000。"
	register(a, counts, func(ctx context.Context, in *struct{ TaskNarrowing }) (*answer[casework.TaskCounts], error) {
		return reply(a.service.TaskCounts(ctx, principal(ctx), in.filter()))
	})

	detail := operation(http.MethodGet, "/api/v1/tasks/{id}", "getTask", tagTasks, "待办详情", http.StatusNotFound)
	detail.Description = "含应参看的裁定和答复表单的 JSON Schema。"
	register(a, detail, func(ctx context.Context, in *TaskNumber) (*answer[casework.TaskDetail], error) {
		return reply(a.service.Task(ctx, principal(ctx), in.ID))
	})

	type Act struct {
		Command
		TaskNumber
	}
	register(a, operation(http.MethodPost, "/api/v1/tasks/{id}/claim", "claimTask", tagTasks, "领取待办", http.StatusNotFound),
		func(ctx context.Context, in *Act) (*answer[casework.TaskSummary], error) {
			return reply(a.service.Claim(ctx, principal(ctx), in.Key, in.ID))
		})
	register(a, operation(http.MethodPost, "/api/v1/tasks/{id}/release", "releaseTask", tagTasks, "退回待办", http.StatusNotFound),
		func(ctx context.Context, in *Act) (*answer[casework.TaskSummary], error) {
			return reply(a.service.Release(ctx, principal(ctx), in.Key, in.ID))
		})
	register(a, operation(http.MethodPost, "/api/v1/tasks/{id}/assign", "assignTask", tagTasks, "指派待办", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Act
			Body handOver
		}) (*answer[casework.TaskSummary], error) {
			return reply(a.service.Assign(ctx, principal(ctx), in.Key, in.ID, in.Body.Account))
		})
	register(a, operation(http.MethodPost, "/api/v1/tasks/{id}/delegate", "delegateTask", tagTasks, "转办待办", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Act
			Body delegation
		}) (*answer[casework.TaskSummary], error) {
			return reply(a.service.Delegate(ctx, principal(ctx), in.Key, in.ID, in.Body.Account, in.Body.Reason))
		})

	complete := operation(http.MethodPost, "/api/v1/tasks/{id}/complete", "completeTask", tagTasks, "办理待办", http.StatusNotFound)
	complete.Description = "已办结的待办返回 409 task_closed，并说明由谁、何时办结；所列之外的结果返回 422 outcome_not_offered；每种结果的必填项和可填项见待办，不属于该结果的内容不收。补正未指明申请人可以修改之处的，返回 422 opens_nothing。" +
		"delivered 为 false 时答复已经保存，系统恢复后自动送达，不需重发。"
	register(a, complete, func(ctx context.Context, in *struct {
		Act
		Body completion
	}) (*answer[casework.Completed], error) {
		return reply(a.service.Complete(ctx, principal(ctx), in.Key, in.ID, casework.Completion(in.Body)))
	})
}
