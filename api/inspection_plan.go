package api

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"tuoyu/casework"
	"tuoyu/draw"
	"tuoyu/nursery"
	"tuoyu/processes/inspection"
	"tuoyu/sheets"
)

const (
	plansPath    = "/api/v1/inspection-plans"
	calendarType = "text/calendar; charset=utf-8"
)

func registerInspectionPlans(a *api) {
	start := creating(operation(http.MethodPost, plansPath, "startInspectionPlan", tagInspection, "制定半年度检查计划"))
	start.Description = "受检机构为本县区全部已备案机构；不列入的须逐家写明理由。"
	register(a, start, func(ctx context.Context, in *struct {
		Command
		Body inspection.PlanRequest
	}) (*made[inspection.PlanSummary], error) {
		started, err := a.service.StartInspectionPlan(ctx, principal(ctx), in.Key, in.Body)
		return newAt(started, err, func(s inspection.PlanSummary) string { return pathOf("inspection-plans", s.CaseNo) })
	})

	register(a, operation(http.MethodGet, plansPath, "listInspectionPlans", tagInspection, "检查计划列表"), func(ctx context.Context, in *struct {
		Listing
		inspection.PlanFilter
	}) (*answer[casework.Page[inspection.PlanSummary]], error) {
		return reply(inspection.Plans.Page(ctx, a.service.Service, principal(ctx), in.PlanFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, plansPath, "InspectionPlans", tagInspection, "检查计划列表", inspection.Plans)

	one := operation(http.MethodGet, plansPath+"/{case_no}", "getInspectionPlan", tagInspection, "检查计划详情", http.StatusNotFound)
	one.Description = "拟定阶段列出现在的名单、风险分值、检查人员，以及按规则不能公布承诺的原因；抽取后列出各次检查和进展。"
	register(a, one, func(ctx context.Context, in *CaseNumber) (*answer[inspection.PlanDetail], error) {
		return reply(a.service.InspectionPlan(ctx, principal(ctx), in.CaseNo))
	})

	export := operation(http.MethodGet, plansPath+"/{case_no}/plan.xlsx", "exportInspectionPlan", tagInspection, "导出检查计划", http.StatusNotFound)
	register(a, downloading(export, sheets.Media, "检查计划，Excel"), func(ctx context.Context, in *CaseNumber) (*file, error) {
		plan, err := a.service.InspectionPlan(ctx, principal(ctx), in.CaseNo)
		if err != nil {
			return nil, err
		}
		return a.file(inspection.PlanFile(plan))
	})

	registerPlanSteps(a)
	registerInspectors(a)

	coverage := operation(http.MethodGet, "/api/v1/indicators/inspection-coverage", "getInspectionCoverage", tagInspection, "检查覆盖率")
	register(a, coverage, func(ctx context.Context, in *struct {
		Half string `query:"half" pattern:"^[0-9]{4}H[12]$" patternDescription:"半年度" doc:"半年度，不填为本半年度" example:"2026H2"`
	}) (*answer[casework.Indicator], error) {
		return reply(a.service.InspectionCoverage(ctx, principal(ctx), in.Half))
	})

	day := operation(http.MethodGet, "/api/v1/inspection-days/{date}", "getInspectionDay", tagInspection, "某日检查日程", http.StatusNotFound)
	day.Description = "本县区当日已定下的检查，按乡镇、街道和时刻排列。"
	register(a, day, func(ctx context.Context, in *struct {
		Date nursery.Date `path:"date" doc:"日期"`
	}) (*answer[inspection.InspectionDay], error) {
		return reply(a.service.InspectionDay(ctx, principal(ctx), in.Date))
	})
}

func registerPlanSteps(a *api) {
	exclude := operation(http.MethodPost, plansPath+"/{case_no}/exclusions", "excludeFromPlan", tagInspection, "不列入或恢复列入机构", http.StatusNotFound)
	exclude.Description = "公布承诺前可以更改；每次更改都留存。理由随承诺公开。"
	register(a, exclude, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body inspection.PlanExclusion
	}) (*answer[inspection.PlanDetail], error) {
		return reply(a.service.ExcludeFromPlan(ctx, principal(ctx), in.Key, in.CaseNo, in.Body))
	})

	commit := operation(http.MethodPost, plansPath+"/{case_no}/commit", "commitInspectionPlan", tagInspection, "公布承诺", http.StatusNotFound)
	commit.Description = "固定名单并公布其承诺值。密数由系统生成，抽取前任何人不可见。"
	register(a, commit, func(ctx context.Context, in *struct {
		Command
		CaseNumber
	}) (*answer[inspection.PlanDetail], error) {
		return reply(a.service.CommitPlan(ctx, principal(ctx), in.Key, in.CaseNo))
	})

	witness := operation(http.MethodPost, plansPath+"/{case_no}/draw", "drawInspectionPlan", tagInspection, "见证抽取", http.StatusNotFound)
	witness.Description = "由公布承诺以外的人员录入承诺之后才产生的公开值，系统据此和密数抽取。"
	register(a, witness, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body inspection.PlanWitness
	}) (*answer[inspection.PlanDetail], error) {
		return reply(a.service.WitnessDraw(ctx, principal(ctx), in.Key, in.CaseNo, in.Body))
	})

	published := forEverybody(operation(http.MethodGet, plansPath+"/{case_no}/published", "getPublishedDraw", tagPublic, "抽取公开记录", http.StatusNotFound))
	published.Description = "无需登录。承诺公布后即可下载，抽取后含例行检查的指派和密数，半年度结束后含随机抽查。用 tuoyu draw verify 或按公开的算法可以重新抽取核对。"
	register(a, published, func(ctx context.Context, in *CaseNumber) (*answer[draw.Record], error) {
		return reply(a.service.PublishedPlan(ctx, in.CaseNo))
	})
}

func registerInspectors(a *api) {
	put := operation(http.MethodPut, "/api/v1/inspectors/{account}", "putInspector", tagInspection, "登记检查人员", http.StatusNotFound)
	put.Description = "登记后取得编号，公开记录只用编号。应当回避的机构在指派时排除；不登记回避的原因。"
	register(a, put, func(ctx context.Context, in *struct {
		Command
		Account string `path:"account" maxLength:"100" doc:"检查人员账号"`
		Body    inspection.InspectorEntry
	}) (*answer[inspection.RegisteredInspector], error) {
		return reply(a.service.PutInspector(ctx, principal(ctx), in.Key, in.Account, in.Body))
	})

	register(a, operation(http.MethodGet, "/api/v1/inspectors", "listInspectors", tagInspection, "检查人员名录"), func(ctx context.Context, in *struct {
		Listing
		inspection.InspectorFilter
	}) (*answer[casework.Page[inspection.RegisteredInspector]], error) {
		return reply(inspection.Inspectors.Page(ctx, a.service.Service, principal(ctx), in.InspectorFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/inspectors", "Inspectors", tagInspection, "检查人员名录", inspection.Inspectors)

	renew := operation(http.MethodPost, "/api/v1/inspectors/me/calendar", "renewCalendar", tagInspection, "生成本人的日历订阅地址")
	renew.Description = "地址含密钥，只在此显示；再次生成后旧地址失效。"
	register(a, renew, func(ctx context.Context, in *struct{ Command }) (*answer[inspection.CalendarFeed], error) {
		return reply(a.service.RenewCalendar(ctx, principal(ctx), in.Key))
	})

	feed := forEverybody(operation(http.MethodGet, "/api/v1/inspectors/{me}/calendar.ics", "getCalendar", tagInspection, "检查日历", http.StatusNotFound))
	feed.Description = "供日历软件订阅。日历软件不能登录，地址中的密钥即凭证。"
	feed.RejectUnknownQueryParameters = false // what calendar programs add to an address
	register(a, downloading(feed, "text/calendar", "日历，iCalendar（RFC 5545）"), func(ctx context.Context, in *struct {
		Me string `path:"me" maxLength:"64" doc:"地址中的密钥"`
	}) (*file, error) {
		content, err := a.service.Calendar(ctx, in.Me)
		if err != nil {
			return nil, err
		}
		return a.send(io.NopCloser(bytes.NewReader(content)), "inspections.ics", calendarType, int64(len(content))), nil
	})
}
