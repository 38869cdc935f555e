package buildsite

import (
	"context"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/sheets"
)

// Tag is the group of operations about building plans and sites.
var Tag = api.Tag{Name: "建设台账", Description: "公办示范性综合托育机构的建设计划、进度、督办与排名"}

// PlanName is the path parameter with the name of a building plan.
type PlanName struct {
	Plan string `path:"plan" pattern:"^[a-z0-9-]{3,40}$" patternDescription:"小写字母、数字和连字符" doc:"计划标识" example:"changzhi-2024"`
}

type linkFiling struct {
	Filing string `json:"filing" minLength:"1" maxLength:"40" doc:"本建设点的备案办件编号" example:"BA-140403-2026-000017-5"`
}

// buildCounties is the wall map of a plan.
type buildCounties struct {
	Counties []BuildCounty `json:"counties" doc:"各县区"`
}

// Operations registers the operations about building plans and their sites.
func (s *Service) Operations(a *api.API) {
	g := a.Group(Tag)
	api.Create(g.Op("POST /api/v1/build-plans", "startBuildPlan", "启动建设计划",
		"为计划中的每个建设点立一件办件。十二个县区缺一不可，各建设点托位合计应等于计划总数，节点不得晚于期限。"),
		api.Execute(s.StartBuildPlan), func(started BuildStarted) string { return api.PathOf("build-plans", started.Plan) + "/ledger" })
	api.Handle(g.Op("GET /api/v1/build-plans/{plan}/ledger", "getBuildLedger", "工作台账", ""), func(ctx context.Context, in *PlanName) (BuildLedger, error) {
		return s.BuildLedger(ctx, api.Principal(ctx), in.Plan)
	})
	api.Download(g.Op("GET /api/v1/build-plans/{plan}/ledger.xlsx", "exportBuildLedger", "导出工作台账", ""), sheets.Media, "工作台账，Excel",
		func(ctx context.Context, in *PlanName) (casework.File, error) {
			ledger, err := s.BuildLedger(ctx, api.Principal(ctx), in.Plan)
			if err != nil {
				return casework.File{}, err
			}
			return LedgerFile(ledger)
		})
	api.Handle(g.Op("GET /api/v1/build-plans/{plan}/map", "getBuildMap", "挂图作战", ""), func(ctx context.Context, in *PlanName) (buildCounties, error) {
		counties, err := s.BuildMap(ctx, api.Principal(ctx), in.Plan)
		return buildCounties{counties}, err
	})
	api.Handle(g.Op("GET /api/v1/build-plans/{plan}/ranking", "getBuildRanking", "县区排名",
		"列出各部分得分及来由；分值由计划设定，未核对原文的以 verified 标明。"), func(ctx context.Context, in *PlanName) (BuildRanking, error) {
		return s.BuildRanking(ctx, api.Principal(ctx), in.Plan)
	})
	s.siteOperations(g)
}

func (s *Service) siteOperations(g api.Group) {
	api.List(g, "/api/v1/build-sites", "BuildSites", "建设点列表", "", Sites, func(in *struct {
		api.Listing
		BuildFilter
	}) (api.Listing, BuildFilter) {
		return in.Listing, in.BuildFilter
	})
	api.Handle(g.Op("GET /api/v1/build-sites/{case_no}", "getBuildSite", "建设点详情", "含各版计划曲线、按月核定和进度报送。计划调整后，原曲线仍可查看。"),
		api.CaseQuery(s.BuildSite))
	api.Handle(g.Op("POST /api/v1/build-sites/{case_no}/amendments", "amendBuildSite", "调整计划", "写明理由，另立一版；完成期限不因此改变。"),
		api.ExecuteOnCase(s.AmendBuild))
	api.Handle(g.Op("POST /api/v1/build-sites/{case_no}/filing", "linkBuildFiling", "关联备案", "登记、备案两个节点随该备案办件自动完成，不能报送。"),
		func(ctx context.Context, in *api.OnCaseWith[linkFiling]) (BuildSiteDetail, error) {
			return s.LinkBuildFiling(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Body.Filing)
		})
	api.Create(g.Op("POST /api/v1/build-sites/{case_no}/reports", "reportBuildProgress", "报送进度",
		"经市级核定后计入。上次报送尚待核定时返回 409 report_waiting。"),
		api.ExecuteOnCase(s.ReportBuild), func(e BuildReportEntry) string { return api.PathOf("build-sites", e.CaseNo) })
	api.Handle(g.Op("POST /api/v1/build-sites/{case_no}/reports/{report}/decision", "decideBuildReport", "核定或退回进度", ""), func(ctx context.Context, in *struct {
		api.OnCaseWith[BuildVerdict]
		Report int64 `path:"report" minimum:"1" doc:"报送编号"`
	}) (BuildReportEntry, error) {
		return s.DecideBuildReport(ctx, api.Principal(ctx), in.Key, in.CaseNo, in.Report, in.Body)
	})
}
