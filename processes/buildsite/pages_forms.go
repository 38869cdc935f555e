package buildsite

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerBuild() {
	s.Task(web.TaskPage{Subject: web.SubjectOf(s.service.BuildSite, sitePlanPart)}, "build.supervision", "build.escalation")
	s.Page("GET /build/ranking", s.ranking)
	web.FormPage(s.Site, "/build/new", askBuildPlan, func(r *http.Request, in nursery.BuildPlan) (string, string, error) {
		in.Name = planName(web.Key(r))
		started, err := s.service.StartBuildPlan(r.Context(), web.Principal(r.Context()), web.Key(r), in)
		return "/build?plan=" + in.Name, "已启动，共 " + ui.Count(len(started.Sites)) + " 个建设点。", err
	}, nursery.RoleCityOffice)
	web.FormPage(s.Site, "/build/{no}/report", s.askReport, func(r *http.Request, in BuildReport) (string, string, error) {
		_, err := s.service.ReportBuild(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), in)
		return "/build/" + r.PathValue("no"), "已报送，等待市级核定。", err
	}, nursery.RoleCountyOffice)
	web.FormPage(s.Site, "/build/{no}/filing", func(r *http.Request) (web.FormSpec, error) {
		p := web.Principal(r.Context())
		d, err := s.service.BuildSite(r.Context(), p, r.PathValue("no"))
		if err != nil {
			return web.FormSpec{}, err
		}
		filings, _, err := casework.Cases.Some(r.Context(), s.service.Service, p, casework.CaseFilter{Kind: nursery.KindFiling}, filingsOffered)
		page := web.FormSpec{
			Title: "关联备案", Back: "/build/" + d.CaseNo, Button: "关联", Lead: d.Name + "。关联后，登记、备案节点随备案办件自动完成，托位按备案计入。",
			Shape: ui.SchemaOf[filingLink](), Values: url.Values{"/filing": {d.FilingCase}},
		}
		var options []ui.Option
		for _, c := range filings {
			if c.County == d.County && c.SiteKind == nursery.PublicComprehensive && c.Status != nursery.CaseDraft {
				options = append(options, ui.Option{Value: c.CaseNo, Label: c.Subject + "（" + c.CaseNo + "）"})
			}
		}
		if len(filings) < filingsOffered {
			page.Shape = page.Shape.WithOptions("filing", options).Change("filing", func(f ui.FormSchema) ui.FormSchema { f.Label, f.Hint = "备案的机构", ""; return f })
		}
		return page, err
	}, func(r *http.Request, in filingLink) (string, string, error) {
		_, err := s.service.LinkBuildFiling(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), in.Filing)
		return "/build/" + r.PathValue("no"), "已关联备案办件。", err
	}, nursery.RoleCountyOffice)
	web.FormPage(s.Site, "/build/{no}/amend", s.askBuildAmendment, func(r *http.Request, in BuildAmendment) (string, string, error) {
		in.Version = web.Version(r)
		d, err := s.service.AmendBuild(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), in)
		return "/build/" + r.PathValue("no"), "计划已调整为第 " + ui.Count(d.Version) + " 版。", err
	}, nursery.RoleCityOffice)
}

// planName returns the name of a plan in addresses, of the key of the command that starts it: a repeat starts no second one.
func planName(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "plan-" + hex.EncodeToString(sum[:5])
}

// askBuildPlan asks for a plan, with a row for each milestone and for each county, since every county needs a site.
func askBuildPlan(*http.Request) (web.FormSpec, error) {
	planned := func(m ui.FormSchema) ui.FormSchema { return m.WithTexts("evidence") }
	sh := ui.SchemaOf[nursery.BuildPlan]().Without("name").Change("milestones", planned).Change("sites", func(site ui.FormSchema) ui.FormSchema {
		return site.WithOptions("county", ui.Counties()).Without("milestones")
	}).Change("assumptions", func(a ui.FormSchema) ui.FormSchema { // in one line each, as rows of a table
		return a.Change("note", func(note ui.FormSchema) ui.FormSchema { note.Kind = ui.KindText; return note })
	})
	var plan nursery.BuildPlan
	for _, kind := range nursery.MilestoneKinds() {
		plan.Milestones = append(plan.Milestones, nursery.Milestone{Kind: kind})
	}
	for _, county := range nursery.Counties() {
		plan.Sites = append(plan.Sites, nursery.BuildSite{County: county.Code})
	}
	return web.FormSpec{
		Title: "启动建设计划", Back: "/build", Button: "启动", Question: "启动后各县区开始报送进度，确定吗？", Shape: sh, Values: ui.FormOf(sh, plan).Values,
		Lead: "每个县区至少一个建设点，各建设点托位之和等于全市总数，各节点权重合计 100。原文没有写明的参数请列入“原文未载明的参数”。",
	}, nil
}

// filingsOffered is how many filings of a county are offered by name; where there are more, the number of one is entered.
const filingsOffered = 300

// filingLink is the filing by which a site is completed.
type filingLink struct {
	Filing string `json:"filing" minLength:"1" maxLength:"40" doc:"备案办件编号: 如 BA-140403-2026-000017-5"`
}

// askReport asks for the progress of a milestone, with the kinds of evidence that the site's milestones ask for.
func (s *pages) askReport(r *http.Request) (web.FormSpec, error) {
	p := web.Principal(r.Context())
	d, err := s.service.BuildSite(r.Context(), p, r.PathValue("no"))
	if err != nil {
		return web.FormSpec{}, err
	}
	c, err := s.service.Case(r.Context(), p, d.CaseNo)
	if err != nil {
		return web.FormSpec{}, err
	}
	var milestones, kinds []ui.Option
	seen := map[string]bool{}
	for _, m := range d.Milestones {
		if m.Kind.ByFiling() {
			continue
		}
		milestones = append(milestones, ui.Option{Value: string(m.Kind), Label: m.Title + "，已核定 " + ui.Count(m.Percent) + "%"})
		for _, kind := range m.Evidence {
			if !seen[kind] {
				seen[kind] = true
				kinds = append(kinds, ui.Option{Value: kind, Label: kind})
			}
		}
	}
	kinds = append(kinds, ui.Option{Value: OperatorContract, Label: OperatorContract})
	return web.FormSpec{
		Title: "报送进度", Back: "/build/" + d.CaseNo, Button: "报送", Lead: d.Name + "。报送 100% 时须提交该节点的各种佐证材料，经市级核定后计入。",
		Shape: ui.SchemaOf[BuildReport]().WithOptions("milestone", milestones).Change("evidence", func(e ui.FormSchema) ui.FormSchema {
			return e.WithOptions("kind", kinds).WithFile("attachment")
		}),
		Values: url.Values{"/milestone": {r.URL.Query().Get("milestone")}, "/evidence/_rows": {"0"}},
		To:     casework.Upload{Institution: c.Institution, County: c.County},
	}, nil
}

func (s *pages) askBuildAmendment(r *http.Request) (web.FormSpec, error) {
	d, err := s.service.BuildSite(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return web.FormSpec{}, err
	}
	now := BuildAmendment{Seats: d.Seats, Mode: d.Mode}
	for _, m := range d.Milestones {
		now.Milestones = append(now.Milestones, m.Milestone)
	}
	sh := ui.SchemaOf[BuildAmendment]().Without("version").Change("milestones", func(m ui.FormSchema) ui.FormSchema { return m.WithTexts("evidence") })
	return web.FormSpec{
		Title: "调整计划", Back: "/build/" + d.CaseNo, Button: "调整", Lead: d.Name + "。调整前的计划和理由保留备查。", Version: d.Version,
		Question: "调整后计划进度重新计算，确定吗？", Shape: sh, Values: ui.FormOf(sh, now).Values,
	}, nil
}

// milestoneText is how far a milestone is.
func milestoneText(m MilestoneView) string {
	text := strconv.Itoa(m.Percent) + "%"
	if !m.DoneOn.IsZero() {
		text += "，" + m.DoneOn.String() + " 完成"
	}
	return text
}

// rankingCells returns the table of a ranking, with the basis of each part of a score.
func rankingCells(v BuildRanking) []ui.Cell[BuildRank] {
	look := ui.Looks[BuildRank]{
		"县区": ui.StyledCell("heads", func(r BuildRank) templ.Component { return ui.Text(r.CountyName) }),
		"得分": ui.StyledCell("number", func(r BuildRank) templ.Component { return ui.Text(r.Score.Text) }),
	}
	for i, part := range v.Ranks[0].Parts {
		look[part.TitleOfPoints()] = ui.StyledCell("number", func(r BuildRank) templ.Component {
			return ui.RowHeading(ui.RowHead{Name: r.Parts[i].Score.Text, Below: r.Parts[i].Basis})
		})
	}
	return ui.CellsOf(RankingSheet(v), look)
}

// ranking ranks the counties of a plan, part by part.
func (s *pages) ranking(w http.ResponseWriter, r *http.Request) error {
	plan, _, err := s.service.PlanOf(r)
	if err != nil {
		return err
	}
	var ranking BuildRanking
	if plan != "" {
		if ranking, err = s.service.BuildRanking(r.Context(), web.Principal(r.Context()), plan); err != nil {
			return err
		}
	}
	return web.SheetPage(s.Site, w, r, RankingSheet(ranking), ranking.Ranks, web.Frame{Title: "县区排名", Wide: true, Back: "/build"}, func() templ.Component {
		return rankingPage(ranking, web.WithParam(r, "export", "xlsx"))
	})
}
