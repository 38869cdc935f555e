package inspection

import (
	"context"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/draw"
	"tuoyu/nursery"
	"tuoyu/sheets"
)

func (s *Service) planOperations(g, public api.Group) {
	const path = "/api/v1/inspection-plans"
	api.Create(g.Op("POST "+path, "startInspectionPlan", "制定半年度检查计划", "受检机构为本县区全部已备案机构；不列入的须逐家写明理由。"),
		api.Execute(s.StartInspectionPlan), func(started PlanSummary) string { return api.PathOf("inspection-plans", started.CaseNo) })
	api.List(g, path, "InspectionPlans", "检查计划列表", "", Plans, func(in *struct {
		api.Listing
		PlanFilter
	}) (api.Listing, PlanFilter) {
		return in.Listing, in.PlanFilter
	})
	api.Handle(g.Op("GET "+path+"/{case_no}", "getInspectionPlan", "检查计划详情",
		"拟定阶段列出现在的名单、风险分值、检查人员，以及按规则不能公布承诺的原因；抽取后列出各次检查和进展。"), api.CaseQuery(s.InspectionPlan))
	api.Download(g.Op("GET "+path+"/{case_no}/plan.xlsx", "exportInspectionPlan", "导出检查计划", ""), sheets.Media, "检查计划，Excel",
		func(ctx context.Context, in *api.CaseNumber) (casework.File, error) {
			plan, err := s.InspectionPlan(ctx, api.Principal(ctx), in.CaseNo)
			if err != nil {
				return casework.File{}, err
			}
			return PlanFile(plan)
		})
	api.Handle(g.Op("POST "+path+"/{case_no}/exclusions", "excludeFromPlan", "不列入或恢复列入机构", "公布承诺前可以更改；每次更改都留存。理由随承诺公开。"),
		api.ExecuteOnCase(s.ExcludeFromPlan))
	api.Handle(g.Op("POST "+path+"/{case_no}/commit", "commitInspectionPlan", "公布承诺", "固定名单并公布其承诺值。密数由系统生成，抽取前任何人不可见。"),
		func(ctx context.Context, in *api.OnCase) (PlanDetail, error) {
			return s.CommitPlan(ctx, api.Principal(ctx), in.Key, in.CaseNo)
		})
	api.Handle(g.Op("POST "+path+"/{case_no}/draw", "drawInspectionPlan", "见证抽取", "由公布承诺以外的人员录入承诺之后才产生的公开值，系统据此和密数抽取。"),
		api.ExecuteOnCase(s.WitnessDraw))
	api.Handle(public.Op("GET "+path+"/{case_no}/published", "getPublishedDraw", "抽取公开记录",
		"无需登录。承诺公布后即可下载，抽取后含例行检查的指派和密数，半年度结束后含随机抽查。用 tuoyu draw verify 或按公开的算法可以重新抽取核对。").ForEverybody(),
		func(ctx context.Context, in *api.CaseNumber) (draw.Record, error) {
			return s.PublishedPlan(ctx, in.CaseNo)
		})

	api.Handle(g.Op("GET /api/v1/indicators/inspection-coverage", "getInspectionCoverage", "检查覆盖率", ""), func(ctx context.Context, in *struct {
		Half string `query:"half" pattern:"^[0-9]{4}H[12]$" patternDescription:"半年度" doc:"半年度，不填为本半年度" example:"2026H2"`
	}) (nursery.Indicator, error) {
		return s.InspectionCoverage(ctx, api.Principal(ctx), in.Half)
	})
	api.Handle(g.Op("GET /api/v1/inspection-days/{date}", "getInspectionDay", "某日检查日程", "本县区当日已定下的检查，按乡镇、街道和时刻排列。"), func(ctx context.Context, in *struct {
		Date nursery.Date `path:"date" doc:"日期"`
	}) (InspectionDay, error) {
		return s.InspectionDay(ctx, api.Principal(ctx), in.Date)
	})
}

func (s *Service) inspectorOperations(g api.Group) {
	api.Handle(g.Op("PUT /api/v1/inspectors/{account}", "putInspector", "登记检查人员",
		"登记后取得编号，公开记录只用编号。应当回避的机构在指派时排除；不登记回避的原因。"), func(ctx context.Context, in *struct {
		api.With[InspectorEntry]
		Account string `path:"account" maxLength:"100" doc:"检查人员账号"`
	}) (RegisteredInspector, error) {
		return s.PutInspector(ctx, api.Principal(ctx), in.Key, in.Account, in.Body)
	})
	api.List(g, "/api/v1/inspectors", "Inspectors", "检查人员名录", "", Inspectors, func(in *struct {
		api.Listing
		InspectorFilter
	}) (api.Listing, InspectorFilter) {
		return in.Listing, in.InspectorFilter
	})
	api.Handle(g.Op("POST /api/v1/inspectors/me/calendar", "renewCalendar", "生成本人的日历订阅地址", "地址含密钥，只在此显示；再次生成后旧地址失效。"),
		func(ctx context.Context, in *api.Command) (CalendarFeed, error) {
			return s.RenewCalendar(ctx, api.Principal(ctx), in.Key)
		})

	feed := g.Op("GET /api/v1/inspectors/{me}/calendar.ics", "getCalendar", "检查日历", "供日历软件订阅。日历软件不能登录，地址中的密钥即凭证。").ForEverybody()
	feed.RejectUnknownQueryParameters = false // calendar programs add parameters to URLs
	api.Download(feed, "text/calendar", "日历，iCalendar（RFC 5545）", func(ctx context.Context, in *struct {
		Me string `path:"me" maxLength:"64" doc:"地址中的密钥"`
	}) (casework.File, error) {
		content, err := s.Calendar(ctx, in.Me)
		return casework.File{Name: "inspections.ics", Media: "text/calendar; charset=utf-8", Content: content}, err
	})
}
