package buildsite

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

// pages are the pages of the package.
type pages struct {
	*web.Site
	service *Service
}

// Pages registers the pages of the package.
func (s *Service) Pages(site *web.Site) {
	p := &pages{site, s}
	p.registerBuildLedger()
	p.registerBuild()
	p.registerReports()
}

func (s *pages) registerBuildLedger() {
	s.Nav("/build", "建设台账", web.Places{nursery.RoleCountyOffice: 2, nursery.RoleCityOffice: 2, nursery.RoleAuditor: 3})
	s.Page("GET /build", s.build)
	s.Page("GET /build/{no}", s.buildSite)
	s.Page("POST /build/{no}/reports/{id}", s.decideReport)
}

// plans are the building plans that the reader sees, by their sites.
func (s *Service) plans(r *http.Request) ([]string, error) {
	list, err := Sites.Page(r.Context(), s.Service, web.Principal(r.Context()), BuildFilter{}, casework.PageRequest{Limit: 100})
	if err != nil {
		return nil, err
	}
	var names []string
	seen := map[string]bool{}
	for _, site := range list.Items {
		if !seen[site.Plan] {
			seen[site.Plan] = true
			names = append(names, site.Plan)
		}
	}
	return names, nil
}

// PlanOf returns the plan that an address names, or else the first one, and all plans that the caller may see.
func (s *Service) PlanOf(r *http.Request) (plan string, all []string, err error) {
	if all, err = s.plans(r); err != nil || len(all) == 0 {
		return "", all, err
	}
	if plan = r.URL.Query().Get("plan"); plan == "" {
		plan = all[0]
	}
	return plan, all, nil
}

// siteLamp returns the tone and the title of the light of the last month; a site that is built has none any more.
func siteLamp(l BuildLine) (tone, title string) {
	if !l.CompletedOn.IsZero() {
		return "good", "已建成"
	}
	return ui.LightTone(l.Light), ui.LightTitle(l.LightTitle)
}

// build is the ledger of a plan 工作台账.
func (s *pages) build(w http.ResponseWriter, r *http.Request) error {
	plan, all, err := s.service.PlanOf(r)
	if err != nil {
		return err
	}
	mayStart := web.Principal(r.Context()).Role == nursery.RoleCityOffice
	if plan == "" {
		return s.Show(w, r, web.Frame{Title: "建设台账"}, buildPage(BuildLedger{}, nil, "", "", mayStart))
	}
	ledger, err := s.service.BuildLedger(r.Context(), web.Principal(r.Context()), plan)
	if err != nil {
		return err
	}
	county := r.URL.Query().Get("county")
	if county != "" {
		ledger = ledger.ofCounty(county)
	}
	if web.ExportFormat(r) != "" {
		return web.SendFile(w)(LedgerFile(ledger))
	}
	return s.Show(w, r, web.Frame{Title: "建设台账", Wide: true, Live: true},
		buildPage(ledger, all, nursery.CountyName(county), web.WithParam(r, "export", "xlsx"), mayStart))
}

func (s *pages) buildSite(w http.ResponseWriter, r *http.Request) error {
	d, err := s.service.BuildSite(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: d.Name, Wide: true, Back: "/build"}, buildSitePage(d, web.Principal(r.Context())))
}

func (s *pages) decideReport(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return &casework.Error{Code: casework.CodeNotFound, Message: "没有这次报送。"}
	}
	accept := r.PostFormValue("verdict") == "accept"
	if _, err := s.service.DecideBuildReport(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), id, BuildVerdict{Accept: accept, Reason: r.PostFormValue("reason")}); err != nil {
		return err
	}
	message := "已退回。"
	if accept {
		message = "已核定。"
	}
	return s.Done(w, r, "/build/"+r.PathValue("no"), message)
}

// ledgerCells returns the table of the sites of a ledger.
func ledgerCells(l BuildLedger) []ui.Cell[BuildLine] {
	return ui.CellsOf(LedgerSheet(l), ui.Looks[BuildLine]{
		"建设点": ui.HeadCell(func(s BuildLine) ui.RowHead {
			return ui.RowHead{Link: "/build/" + s.CaseNo, Name: s.Name, Below: s.CountyName + " " + s.ModeTitle}
		}),
		"灯": ui.StyledCell("", func(s BuildLine) templ.Component { return ui.Tag(siteLamp(s)) }),
		"待核定报送": ui.StyledCell("", func(s BuildLine) templ.Component {
			if s.Waiting == 0 {
				return ui.Text("—")
			}
			return ui.Tag("warn", ui.Count(s.Waiting)+" 次")
		}),
		"计划进度%": ui.StyledCell("number", func(s BuildLine) templ.Component { return ui.Text(s.Planned.Text + "%") }),
		"核定进度%": ui.StyledCell("number", func(s BuildLine) templ.Component { return ui.Text(s.Actual.Text + "%") }),
		"计入托位": ui.StyledCell("number", func(s BuildLine) templ.Component {
			return ui.Text(ui.Count(s.SeatsCounted) + " / " + ui.Count(s.Seats))
		}),
	})
}
