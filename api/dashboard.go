package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/offices"
	"tuoyu/processes/targets"
)

// AbsenceNumber is the path parameter with the number of an absence.
type AbsenceNumber struct {
	ID int64 `path:"id" minimum:"1" doc:"登记编号"`
}

// FilterNumber is the path parameter with the number of a saved filter.
type FilterNumber struct {
	ID int64 `path:"id" minimum:"1" doc:"筛选编号"`
}

func registerDashboard(a *api) {
	workload := operation(http.MethodGet, "/api/v1/workload", "getWorkload", tagDesk, "本单位各人的待办")
	workload.Description = "首行是尚无人认领的，其余按逾期多少排列；不在岗的人注明截止日和代办人。"
	register(a, workload, func(ctx context.Context, _ *struct{}) (*answer[[]offices.WorkloadLine], error) {
		return reply(a.service.Workload(ctx, principal(ctx)))
	})
	overdue := operation(http.MethodGet, "/api/v1/overdue", "getOverdueByOffice", tagDesk, "各单位的逾期情况")
	overdue.Description = "市级看全市，县区看本县区；没有未办待办的不列。"
	register(a, overdue, func(ctx context.Context, _ *struct{}) (*answer[[]offices.OverdueLine], error) {
		return reply(a.service.OverdueByOffice(ctx, principal(ctx)))
	})
	of := operation(http.MethodGet, "/api/v1/targets", "listTargets", tagDesk, "方案目标的完成情况")
	of.Description = "方案的每一项目标都列出；尚无数据的说明原因。比率按精确值判断是否达到，不因四舍五入而达到。"
	register(a, of, func(ctx context.Context, _ *struct{}) (*answer[[]targets.Target], error) {
		return reply(a.service.Targets(ctx, principal(ctx)))
	})
	registerAbsences(a)
	registerColleagues(a)
	registerFilters(a)
}

func registerAbsences(a *api) {
	list := operation(http.MethodGet, "/api/v1/absences", "listAbsences", tagDesk, "不在岗登记")
	list.Description = "新的在前。主管和县区专班看本县区，其他工作人员看本人。"
	register(a, list, func(ctx context.Context, in *struct{ Listing }) (*answer[casework.Page[offices.Absence]], error) {
		return reply(offices.Absences.Page(ctx, a.service.Service, principal(ctx), struct{}{}, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/absences", "Absences", tagDesk, "不在岗登记", offices.Absences)
	set := creating(operation(http.MethodPost, "/api/v1/absences", "setAbsence", tagDesk, "登记不在岗", http.StatusNotFound))
	set.Description = "已经开始的，当即把名下待办转给代办人，按规定须回避的除外；期间指派给本人的待办也由代办人办理。"
	register(a, set, func(ctx context.Context, in *struct {
		Command
		Body offices.AbsenceRequest
	}) (*made[offices.Absence], error) {
		absence, err := a.service.SetAbsence(ctx, principal(ctx), in.Key, in.Body)
		return newAt(absence, err, func(offices.Absence) string { return "/api/v1/absences" })
	})
	end := operation(http.MethodPost, "/api/v1/absences/{id}/end", "endAbsence", tagDesk, "结束不在岗登记", http.StatusNotFound)
	end.Description = "已转交的待办仍由接办人办理。"
	register(a, end, func(ctx context.Context, in *struct {
		Command
		AbsenceNumber
	}) (*answer[offices.Absence], error) {
		return reply(a.service.EndAbsence(ctx, principal(ctx), in.Key, in.ID))
	})
}

func registerColleagues(a *api) {
	list := operation(http.MethodGet, "/api/v1/colleagues", "listColleagues", tagDesk, "可以转交待办的同事")
	list.Description = "登录过本系统、同县区同单位同角色的人员，附在办待办数；主管看本县区受理审核、监督检查人员和主管。待办只能指派、转办给其中能够办理的人。"
	register(a, list, func(ctx context.Context, in *struct {
		Role nursery.Role `query:"role" enum:"clerk,supervisor,inspector,hospital,county_office,city_office,insurer" doc:"只看这一角色"`
	}) (*answer[[]casework.Colleague], error) {
		return reply(a.service.Colleagues(ctx, principal(ctx), in.Role))
	})
}

func registerFilters(a *api) {
	list := operation(http.MethodGet, "/api/v1/saved-filters", "listSavedFilters", tagDesk, "保存的筛选")
	list.Description = "只有本人可见。"
	register(a, list, func(ctx context.Context, in *struct {
		Room string `query:"room" required:"true" pattern:"^[a-z][a-z_-]{0,39}$" patternDescription:"页面" doc:"页面" example:"tasks"`
	}) (*answer[[]offices.SavedFilter], error) {
		return reply(a.service.SavedFilters(ctx, principal(ctx), in.Room))
	})
	save := operation(http.MethodPut, "/api/v1/saved-filters", "saveFilter", tagDesk, "保存筛选")
	save.Description = "同一页面同名的被替换；每个页面最多 20 个。"
	register(a, save, func(ctx context.Context, in *struct {
		Command
		Body offices.SavedFilter
	}) (*answer[offices.SavedFilter], error) {
		return reply(a.service.SaveFilter(ctx, principal(ctx), in.Key, in.Body))
	})
	drop := operation(http.MethodDelete, "/api/v1/saved-filters/{id}", "dropFilter", tagDesk, "删除筛选", http.StatusNotFound)
	drop.DefaultStatus = http.StatusNoContent
	register(a, drop, func(ctx context.Context, in *struct {
		Command
		FilterNumber
	}) (*struct{}, error) {
		return nil, a.service.DropFilter(ctx, principal(ctx), in.Key, in.ID)
	})
}

// TaskNarrowing is the filter of the inbox and its counts.
type TaskNarrowing struct {
	Kind   string       `query:"kind" maxLength:"60" doc:"待办类型" example:"filing.review"`
	County string       `query:"county" pattern:"^1404[0-9]{2}$" patternDescription:"县区代码" doc:"县区代码，供市级角色筛选"`
	Role   nursery.Role `query:"role" enum:"institution,clerk,supervisor,inspector,hospital,county_office,city_office,insurer" doc:"由谁办理，供主管、专班和审计筛选"`
	Query  string       `query:"q" maxLength:"64" doc:"办件编号（至少前 18 位），或机构标识" example:"BA-140403-2026-000017-5"`
}

func (f TaskNarrowing) filter() casework.TaskFilter {
	return casework.TaskFilter{Kind: f.Kind, County: f.County, Role: f.Role, Query: f.Query}
}
