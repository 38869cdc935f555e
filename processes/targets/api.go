package targets

import (
	"context"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/sheets"
)

// targetTrends is the figures by month.
type targetTrends struct {
	Targets []TargetMonths `json:"targets" doc:"各项有数据的目标"`
	Flows   []MonthFlow    `json:"flows" doc:"近十三个月办理的数量"`
}

// Operations registers the operations about the targets.
func (s *Service) Operations(a *api.API) {
	g := a.Group(api.TagDashboard)
	api.Handle(g.Op("GET /api/v1/targets", "listTargets", "方案目标的完成情况",
		"方案的每一项目标都列出；尚无数据的说明原因。比率按精确值判断是否达到，不因四舍五入而达到。"), api.Query(s.Targets))
	api.Handle(g.Op("GET /api/v1/targets/months", "listTargetMonths", "方案目标逐月的数",
		"近十三个月。每月的数是当月最后一日的，本月为今天的；当时没有记录的月份为空，事后不补。"), func(ctx context.Context, in *MonthsQuery) (targetTrends, error) {
		months, err := s.Months(ctx, api.Principal(ctx), *in)
		if err != nil {
			return targetTrends{}, err
		}
		flows, err := s.Flows(ctx, api.Principal(ctx), *in)
		return targetTrends{months, flows}, err
	})
	api.Handle(g.Op("GET /api/v1/targets/report", "getTargetReport", "月报",
		"一个月与上月、上年同月的对比；市级另列各县区，县区另列全市合计。"), func(ctx context.Context, in *ReportQuery) (MonthReport, error) {
		return s.Report(ctx, api.Principal(ctx), *in)
	})
	api.Download(g.Op("GET /api/v1/targets/report.pdf", "printTargetReport", "月报（PDF）", "带图表，随打随用，系统不保存。"), "application/pdf", "月报",
		func(ctx context.Context, in *ReportQuery) (casework.File, error) {
			return s.PDF(ctx, api.Principal(ctx), *in)
		})
	api.Download(g.Op("GET /api/v1/targets/report.xlsx", "exportTargetReport", "月报（Excel）", "每个项目一个工作表，另有各县区和逐月办理的数量。"), sheets.Media, "月报，Excel",
		func(ctx context.Context, in *ReportQuery) (casework.File, error) {
			return s.Workbook(ctx, api.Principal(ctx), *in)
		})
	s.entryOperations(g)
}

func (s *Service) entryOperations(g api.Group) {
	api.List(g, "/api/v1/target-entries", "TargetEntries", "目标填报列表", "新的在前。", Entries, func(in *struct {
		api.Listing
		EntryFilter
	}) (api.Listing, EntryFilter) {
		return in.Listing, in.EntryFilter
	})
	api.Create(g.Op("POST /api/v1/targets/{target}/entries", "putTargetEntry", "填报目标的季度进展",
		"只用于尚无办理流程的目标，经市级核定后计入。同一季度再次填报，尚未核定的一次被更正，仍可查看。"), func(ctx context.Context, in *struct {
		api.With[TargetEntryInput]
		Target string `path:"target" maxLength:"40" doc:"目标标识" example:"P07-lectures"`
	}) (TargetEntry, error) {
		return s.PutEntry(ctx, api.Principal(ctx), in.Key, in.Target, in.Body)
	}, func(e TargetEntry) string { return "/api/v1/target-entries?target=" + e.Target })
	api.Handle(g.Op("POST /api/v1/target-entries/{id}/decision", "decideTargetEntry", "核定或退回目标填报", ""), func(ctx context.Context, in *struct {
		api.With[TargetEntryVerdict]
		ID int64 `path:"id" minimum:"1" doc:"填报编号"`
	}) (TargetEntry, error) {
		return s.DecideEntry(ctx, api.Principal(ctx), in.Key, in.ID, in.Body)
	})
}
