package tests

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/buildsite"
	"tuoyu/testdata"
)

var (
	city          = nursery.Principal{Account: "city-office", Role: nursery.RoleCityOffice, County: "140400"}
	countyOffice  = nursery.Principal{Account: "county-office-140403", Role: nursery.RoleCountyOffice, County: "140403"}
	anotherCounty = nursery.Principal{Account: "county-office-140404", Role: nursery.RoleCountyOffice, County: "140404"}
)

const planName = "changzhi-2026"

// planned returns the plan with its first day on 2026-10-05, four weeks before the current day of the test environment.
func planned(t *testing.T) nursery.BuildPlan {
	t.Helper()
	plan, err := testdata.Plan("changzhi-2024")
	require.NoError(t, err)
	return testdata.PlanFrom(plan, planName, nursery.NewDate(2026, 10, 5))
}

// building returns a test environment with the plan started, and the case of 潞州区.
func building(t *testing.T) (*fixture, string) {
	t.Helper()
	d := newFixture(t)
	started, err := d.StartBuildPlan(t.Context(), city, "plan", planned(t))
	require.NoError(t, err)
	require.Equal(t, "140403", started.Sites[0].County)
	return d, started.Sites[0].CaseNo
}

// evidence uploads a file of each kind for the site.
func (d *fixture) evidence(caseNo string, kinds ...string) (all []buildsite.BuildEvidence) {
	d.t.Helper()
	institution := d.strings(`SELECT institution FROM build_sites WHERE case_no = $1`, caseNo)[0]
	for _, kind := range kinds {
		a, err := d.Upload(d.t.Context(), countyOffice, casework.Upload{Institution: institution, Name: kind + ".pdf", Body: bytes.NewReader(testdata.PDF("evidence"))})
		require.NoError(d.t, err)
		all = append(all, buildsite.BuildEvidence{Kind: kind, Attachment: a.ID})
	}
	return all
}

func (d *fixture) report(key, caseNo string, kind nursery.MilestoneKind, percent int, evidence ...buildsite.BuildEvidence) buildsite.BuildReportEntry {
	d.t.Helper()
	entry, err := d.ReportBuild(d.t.Context(), countyOffice, key, caseNo, buildsite.BuildReport{Milestone: kind, Percent: percent, Note: "按计划推进", Evidence: evidence})
	require.NoError(d.t, err)
	return entry
}

func TestAPlanBecomesACaseForEachCounty(t *testing.T) {
	d := newFixture(t)
	plan := planned(t)
	_, err := d.StartBuildPlan(t.Context(), countyOffice, "k0", plan)
	refused(t, err, casework.CodeForbidden)
	wrong := plan
	wrong.Seats = 1461
	_, err = d.StartBuildPlan(t.Context(), city, "k0", wrong)
	require.Equal(t, "/seats", refused(t, err, casework.CodeInvalid).Fields[0].Location)
	require.Empty(t, d.strings(`SELECT case_no FROM cases`))

	started, err := d.StartBuildPlan(t.Context(), admin, "k1", plan)
	require.NoError(t, err)
	require.Len(t, started.Sites, 12)
	require.Equal(t, []string{"12 1460 12"}, d.strings(`SELECT count(*) || ' ' || sum(seats) || ' ' || count(DISTINCT county) FROM build_sites`))
	require.Equal(t, []string{"72"}, d.strings(`SELECT count(*)::text FROM build_milestones`))
	require.Len(t, d.strings(`SELECT id FROM outbox WHERE kind = 'start' AND name = 'build'`), 12)
	again, err := d.StartBuildPlan(t.Context(), admin, "k1", plan)
	require.NoError(t, err)
	require.Equal(t, started, again)
	_, err = d.StartBuildPlan(t.Context(), city, "k2", plan)
	refused(t, err, casework.CodePlanStarted)

	seen, err := d.Case(t.Context(), countyOffice, started.Sites[0].CaseNo)
	require.NoError(t, err)
	require.Equal(t, "公办示范托育机构建设", seen.Title)
	require.Nil(t, seen.Application)
}

func TestACountySeesItsOwnSites(t *testing.T) {
	d, caseNo := building(t)
	for _, who := range []nursery.Principal{applicant, clerk, admin} {
		_, err := buildsite.Sites.Page(t.Context(), d.Service, who, buildsite.BuildFilter{}, casework.PageRequest{})
		refused(t, err, casework.CodeForbidden)
	}
	own, err := buildsite.Sites.Page(t.Context(), d.Service, countyOffice, buildsite.BuildFilter{County: "140404"}, casework.PageRequest{})
	require.NoError(t, err)
	require.Len(t, own.Items, 1)
	require.Equal(t, "140403", own.Items[0].County)
	_, err = d.BuildSite(t.Context(), anotherCounty, caseNo)
	refused(t, err, casework.CodeNotFound)

	seen := []string{}
	page := casework.PageRequest{Limit: 5}
	for {
		list, err := buildsite.Sites.Page(t.Context(), d.Service, auditor, buildsite.BuildFilter{Plan: planName}, page)
		require.NoError(t, err)
		for _, site := range list.Items {
			seen = append(seen, site.CaseNo)
		}
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	require.Len(t, slices.Compact(slices.Clone(seen)), 12)
	require.True(t, slices.IsSorted(seen))

	ledger, err := d.BuildLedger(t.Context(), countyOffice, planName)
	require.NoError(t, err)
	require.Len(t, ledger.Lines, 1)
	ranking, err := d.BuildRanking(t.Context(), countyOffice, planName)
	require.NoError(t, err)
	require.Len(t, ranking.Ranks, 12)
	_, err = d.BuildLedger(t.Context(), city, "nowhere")
	refused(t, err, casework.CodeNotFound)
}

func TestAReportCountsOnceTheCityAcceptsIt(t *testing.T) {
	d, caseNo := building(t)
	_, err := d.ReportBuild(t.Context(), anotherCounty, "r0", caseNo, buildsite.BuildReport{Milestone: nursery.FitOut, Percent: 30, Note: "开工"})
	refused(t, err, casework.CodeNotFound)
	_, err = d.ReportBuild(t.Context(), city, "r0", caseNo, buildsite.BuildReport{Milestone: nursery.FitOut, Percent: 30, Note: "开工"})
	refused(t, err, casework.CodeForbidden)
	for _, kind := range []nursery.MilestoneKind{nursery.Registered, nursery.Filed} {
		_, err = d.ReportBuild(t.Context(), countyOffice, "r0", caseNo, buildsite.BuildReport{Milestone: kind, Percent: 100, Note: "完成"})
		refused(t, err, casework.CodeClosesByFiling)
	}
	_, err = d.ReportBuild(t.Context(), countyOffice, "r0", caseNo, buildsite.BuildReport{Milestone: nursery.FitOut, Percent: 100, Note: "完成",
		Evidence: []buildsite.BuildEvidence{{Kind: "竣工验收材料", Attachment: "A-none"}, {Kind: "收据", Attachment: "A-none"}}})
	var named []string
	for _, f := range refused(t, err, casework.CodeInvalid).Fields {
		named = append(named, f.Location+f.Message)
	}
	require.Equal(t, []string{
		"/evidence/1/kind不是本节点的佐证材料种类", "/evidence/0/attachment附件不存在，请重新上传",
		"/evidence/1/attachment附件不存在，请重新上传", "/evidence完成节点须提交现场照片",
	}, named)

	first := d.report("r1", caseNo, nursery.FitOut, 30)
	_, err = d.ReportBuild(t.Context(), countyOffice, "r2", caseNo, buildsite.BuildReport{Milestone: nursery.FitOut, Percent: 40, Note: "再报"})
	refused(t, err, casework.CodeReportWaiting)
	_, err = d.DecideBuildReport(t.Context(), countyOffice, "d0", caseNo, first.ID, buildsite.BuildVerdict{Accept: true})
	refused(t, err, casework.CodeForbidden)
	_, err = d.DecideBuildReport(t.Context(), city, "d0", caseNo, first.ID, buildsite.BuildVerdict{})
	refused(t, err, casework.CodeInvalid)
	_, err = d.DecideBuildReport(t.Context(), city, "d0", caseNo, first.ID+1, buildsite.BuildVerdict{Accept: true})
	refused(t, err, casework.CodeNotFound)
	returned, err := d.DecideBuildReport(t.Context(), city, "d1", caseNo, first.ID, buildsite.BuildVerdict{Reason: "照片不清"})
	require.NoError(t, err)
	require.Equal(t, "returned", returned.State)
	_, err = d.DecideBuildReport(t.Context(), city, "d2", caseNo, first.ID, buildsite.BuildVerdict{Accept: true})
	refused(t, err, casework.CodeReportDecided)
	require.Equal(t, []string{"0"}, d.strings(`SELECT percent::text FROM build_milestones WHERE case_no = $1 AND kind = 'fit_out'`, caseNo))

	second := d.report("r3", caseNo, nursery.FitOut, 100, d.evidence(caseNo, "竣工验收材料", "现场照片", "运营合同")...)
	_, err = d.DecideBuildReport(t.Context(), city, "d3", caseNo, second.ID, buildsite.BuildVerdict{Accept: true})
	require.NoError(t, err)
	site, err := d.BuildSite(t.Context(), countyOffice, caseNo)
	require.NoError(t, err)
	require.Equal(t, 100, site.Milestones[0].Percent)
	require.Equal(t, "2026-11-02", site.Milestones[0].DoneOn.String())
	require.True(t, site.OperatorContract)
	// 28 of the 93 days of fitting out are over: 0.4 × 2800/93 = 1120/93 planned, 40 reached.
	require.Equal(t, nursery.Rate{Exact: "1120/93", Text: "12.0"}, site.Planned)
	require.Equal(t, nursery.Rate{Exact: "40", Text: "40.0"}, site.Actual)
	require.Equal(t, []string{"accepted", "returned"}, []string{site.Reports[0].State, site.Reports[1].State})
}

func TestAnAmendmentKeepsTheOldCurve(t *testing.T) {
	d, caseNo := building(t)
	site, err := d.BuildSite(t.Context(), city, caseNo)
	require.NoError(t, err)
	milestones := slices.Clone(site.Versions[0].Milestones)
	milestones[0].PlannedEnd = milestones[0].PlannedEnd.AddDays(93)
	in := buildsite.BuildAmendment{Version: 1, Seats: 180, Mode: nursery.PrivateRun, Milestones: milestones, Reason: "消防改造增加工期"}
	_, err = d.AmendBuild(t.Context(), countyOffice, "a0", caseNo, in)
	refused(t, err, casework.CodeForbidden)
	bad := in
	bad.Milestones = milestones[:5]
	_, err = d.AmendBuild(t.Context(), city, "a0", caseNo, bad)
	refused(t, err, casework.CodeInvalid)
	amended, err := d.AmendBuild(t.Context(), city, "a1", caseNo, in)
	require.NoError(t, err)
	require.Equal(t, 2, amended.Version)
	require.Equal(t, 180, amended.Seats)
	require.Equal(t, "560/93", amended.Planned.Exact)
	require.Len(t, amended.Versions, 2)
	require.Equal(t, "消防改造增加工期", amended.Versions[0].Reason)
	require.Equal(t, city.Account, amended.Versions[0].Author)
	require.Equal(t, site.Versions[0], amended.Versions[1])
	require.Equal(t, "100.0", amended.Versions[1].Curve[len(amended.Versions[1].Curve)-1].Planned.Text)
	_, err = d.AmendBuild(t.Context(), city, "a2", caseNo, in)
	refused(t, err, casework.CodeVersionStale)
	require.Len(t, d.strings(`SELECT kind FROM case_events WHERE case_no = $1 AND kind = 'plan_amended'`, caseNo), 1)
}

func TestOnlyAPublicFilingOfTheCountyIsTheSites(t *testing.T) {
	d, caseNo := building(t)
	filing, err := d.StartFiling(t.Context(), applicant, "f1", casework.StartFiling{Application: application(t)})
	require.NoError(t, err)
	_, err = d.LinkBuildFiling(t.Context(), countyOffice, "l1", caseNo, filing.CaseNo)
	refused(t, err, casework.CodeFilingNotOfSite)
	_, err = d.LinkBuildFiling(t.Context(), countyOffice, "l1", caseNo, "BA-140404-2026-000001-0")
	refused(t, err, casework.CodeFilingNotOfSite)
	d.exec(`UPDATE cases SET site_kind = 'public_comprehensive' WHERE case_no = $1`, filing.CaseNo)
	_, err = d.LinkBuildFiling(t.Context(), city, "l1", caseNo, filing.CaseNo)
	refused(t, err, casework.CodeForbidden)
	linked, err := d.LinkBuildFiling(t.Context(), countyOffice, "l1", caseNo, filing.CaseNo)
	require.NoError(t, err)
	require.Equal(t, filing.CaseNo, linked.FilingCase)
	require.Equal(t, 0, linked.Milestones[4].Percent)
	require.Zero(t, linked.SeatsCounted)
}

func TestTheMapAndTheRankingShowHowTheyCameAbout(t *testing.T) {
	d, caseNo := building(t)
	report := d.report("r1", caseNo, nursery.FitOut, 50)
	_, err := d.DecideBuildReport(t.Context(), city, "d1", caseNo, report.ID, buildsite.BuildVerdict{Accept: true})
	require.NoError(t, err)
	d.exec(`UPDATE build_sites SET light = 'red', reds = 1, seats_counted = 200, receipt_on = '2026-11-01' WHERE case_no = $1`, caseNo)
	counties, err := d.BuildMap(t.Context(), city, planName)
	require.NoError(t, err)
	require.Len(t, counties, 12)
	require.Equal(t, nursery.Red, counties[0].Light)
	require.True(t, counties[0].Covered)
	require.False(t, counties[1].Covered)
	require.Equal(t, "20.0", counties[0].Actual.Text)

	ranking, err := d.BuildRanking(t.Context(), auditor, planName)
	require.NoError(t, err)
	require.False(t, ranking.Verified)
	first := ranking.Ranks[0]
	require.Equal(t, "140403", first.County)
	// 60 × 20 % + 30 × 100 % + 10 × 80 %
	require.Equal(t, "50.0", first.Score.Text)
	require.Equal(t, []string{"12", "30", "8"}, []string{first.Parts[0].Score.Exact, first.Parts[1].Score.Exact, first.Parts[2].Score.Exact})
	for _, rest := range ranking.Ranks[1:] {
		require.Equal(t, 2, rest.Rank)
		require.Equal(t, "10", rest.Score.Exact)
	}

	d.exec(`UPDATE build_sites SET completed_on = '2026-11-20' WHERE case_no = $1`, caseNo)
	counties, err = d.BuildMap(t.Context(), city, planName)
	require.NoError(t, err)
	require.Equal(t, 1, counties[0].Built)
	require.Empty(t, counties[0].Light, "the light of a site that is built is out")
}
