package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/buildsite"
	"tuoyu/sheets"
)

// PlanName is the path parameter with the name of a building plan.
type PlanName struct {
	Plan string `path:"plan" pattern:"^[a-z0-9-]{3,40}$" patternDescription:"小写字母、数字和连字符" doc:"计划标识" example:"changzhi-2024"`
}

type linkFiling struct {
	Filing string `json:"filing" minLength:"1" maxLength:"40" doc:"本建设点的备案办件编号" example:"BA-140403-2026-000017-5"`
}

// buildCounties is the wall map of a plan.
type buildCounties struct {
	Counties []buildsite.BuildCounty `json:"counties" doc:"各县区"`
}

func registerBuild(a *api) {
	start := creating(operation(http.MethodPost, "/api/v1/build-plans", "startBuildPlan", tagBuild, "启动建设计划"))
	start.Description = "为计划中的每个建设点立一件办件。十二个县区缺一不可，各建设点托位合计应等于计划总数，节点不得晚于期限。"
	register(a, start, func(ctx context.Context, in *struct {
		Command
		Body nursery.BuildPlan
	}) (*made[buildsite.BuildStarted], error) {
		started, err := a.service.StartBuildPlan(ctx, principal(ctx), in.Key, in.Body)
		return newAt(started, err, func(s buildsite.BuildStarted) string { return pathOf("build-plans", s.Plan) + "/ledger" })
	})
	registerBuildViews(a)
	registerBuildSites(a)
}

func registerBuildViews(a *api) {
	register(a, operation(http.MethodGet, "/api/v1/build-plans/{plan}/ledger", "getBuildLedger", tagBuild, "工作台账", http.StatusNotFound),
		func(ctx context.Context, in *PlanName) (*answer[buildsite.BuildLedger], error) {
			return reply(a.service.BuildLedger(ctx, principal(ctx), in.Plan))
		})

	export := operation(http.MethodGet, "/api/v1/build-plans/{plan}/ledger.xlsx", "exportBuildLedger", tagBuild, "导出工作台账", http.StatusNotFound)
	register(a, downloading(export, sheets.Media, "工作台账，Excel"), func(ctx context.Context, in *PlanName) (*file, error) {
		ledger, err := a.service.BuildLedger(ctx, principal(ctx), in.Plan)
		if err != nil {
			return nil, err
		}
		return a.file(buildsite.LedgerFile(ledger))
	})

	register(a, operation(http.MethodGet, "/api/v1/build-plans/{plan}/map", "getBuildMap", tagBuild, "挂图作战", http.StatusNotFound),
		func(ctx context.Context, in *PlanName) (*answer[buildCounties], error) {
			counties, err := a.service.BuildMap(ctx, principal(ctx), in.Plan)
			return reply(buildCounties{counties}, err)
		})

	ranking := operation(http.MethodGet, "/api/v1/build-plans/{plan}/ranking", "getBuildRanking", tagBuild, "县区排名", http.StatusNotFound)
	ranking.Description = "列出各部分得分及来由；分值由计划设定，未核对原文的以 verified 标明。"
	register(a, ranking, func(ctx context.Context, in *PlanName) (*answer[buildsite.BuildRanking], error) {
		return reply(a.service.BuildRanking(ctx, principal(ctx), in.Plan))
	})
}

func registerBuildSites(a *api) {
	register(a, operation(http.MethodGet, "/api/v1/build-sites", "listBuildSites", tagBuild, "建设点列表"), func(ctx context.Context, in *struct {
		Listing
		buildsite.BuildFilter
	}) (*answer[casework.Page[buildsite.BuildSiteSummary]], error) {
		return reply(buildsite.Sites.Page(ctx, a.service.Service, principal(ctx), in.BuildFilter, casework.PageRequest(in.Listing)))
	})
	exports(a, "/api/v1/build-sites", "BuildSites", tagBuild, "建设点列表", buildsite.Sites)

	site := operation(http.MethodGet, "/api/v1/build-sites/{case_no}", "getBuildSite", tagBuild, "建设点详情", http.StatusNotFound)
	site.Description = "含各版计划曲线、按月核定和进度报送。计划调整后，原曲线仍可查看。"
	register(a, site, func(ctx context.Context, in *CaseNumber) (*answer[buildsite.BuildSiteDetail], error) {
		return reply(a.service.BuildSite(ctx, principal(ctx), in.CaseNo))
	})

	amend := operation(http.MethodPost, "/api/v1/build-sites/{case_no}/amendments", "amendBuildSite", tagBuild, "调整计划", http.StatusNotFound)
	amend.Description = "写明理由，另立一版；完成期限不因此改变。"
	register(a, amend, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body buildsite.BuildAmendment
	}) (*answer[buildsite.BuildSiteDetail], error) {
		return reply(a.service.AmendBuild(ctx, principal(ctx), in.Key, in.CaseNo, in.Body))
	})

	link := operation(http.MethodPost, "/api/v1/build-sites/{case_no}/filing", "linkBuildFiling", tagBuild, "关联备案", http.StatusNotFound)
	link.Description = "登记、备案两个节点随该备案办件自动完成，不能报送。"
	register(a, link, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body linkFiling
	}) (*answer[buildsite.BuildSiteDetail], error) {
		return reply(a.service.LinkBuildFiling(ctx, principal(ctx), in.Key, in.CaseNo, in.Body.Filing))
	})

	report := creating(operation(http.MethodPost, "/api/v1/build-sites/{case_no}/reports", "reportBuildProgress", tagBuild, "报送进度", http.StatusNotFound))
	report.Description = "经市级核定后计入。上次报送尚待核定时返回 409 report_waiting。"
	register(a, report, func(ctx context.Context, in *struct {
		Command
		CaseNumber
		Body buildsite.BuildReport
	}) (*made[buildsite.BuildReportEntry], error) {
		entry, err := a.service.ReportBuild(ctx, principal(ctx), in.Key, in.CaseNo, in.Body)
		return newAt(entry, err, func(e buildsite.BuildReportEntry) string { return pathOf("build-sites", e.CaseNo) })
	})

	register(a, operation(http.MethodPost, "/api/v1/build-sites/{case_no}/reports/{report}/decision", "decideBuildReport", tagBuild, "核定或退回进度", http.StatusNotFound),
		func(ctx context.Context, in *struct {
			Command
			CaseNumber
			Report int64 `path:"report" minimum:"1" doc:"报送编号"`
			Body   buildsite.BuildVerdict
		}) (*answer[buildsite.BuildReportEntry], error) {
			return reply(a.service.DecideBuildReport(ctx, principal(ctx), in.Key, in.CaseNo, in.Report, in.Body))
		})
}
