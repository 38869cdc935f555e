package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/buildsite"
	"tuoyu/processes/checkup"
	"tuoyu/registry"
)

func registerOverview(s *Site) {
	s.page("GET /overview", s.overview)
	s.page("GET /build", s.build)
	s.page("GET /build/{no}", s.buildSite)
	s.page("POST /build/{no}/reports/{id}", s.decideReport)
	s.page("GET /register", s.register)
	s.page("GET /referrals", s.referrals)
	s.page("GET /referrals/{no}", s.referral)
	s.page("POST /referrals/{no}", s.referralResult)
}

// plans are the building plans that the reader sees, by their sites.
func (s *Site) plans(r *http.Request) ([]string, error) {
	list, err := buildsite.Sites.Page(r.Context(), s.Services.Service, principalFrom(r.Context()), buildsite.BuildFilter{}, casework.PageRequest{Limit: 100})
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

// planOf is the plan the address names, or the first there is.
func (s *Site) planOf(r *http.Request) (plan string, all []string, err error) {
	if all, err = s.plans(r); err != nil || len(all) == 0 {
		return "", all, err
	}
	if plan = r.URL.Query().Get("plan"); plan == "" {
		plan = all[0]
	}
	return plan, all, nil
}

// figure is an indicator on the overview.
type figure struct {
	Title, Value, Below, Link string
}

// overview is the wall map 挂图作战 with the rates beside it.
func (s *Site) overview(w http.ResponseWriter, r *http.Request) error {
	ctx, p := r.Context(), principalFrom(r.Context())
	plan, _, err := s.planOf(r)
	if err != nil {
		return err
	}
	var counties []buildsite.BuildCounty
	if plan != "" {
		if counties, err = s.Services.BuildMap(ctx, p, plan); err != nil {
			return err
		}
	}
	var figures []figure
	today := nursery.DateOf(s.now())
	half := nursery.HalfYearOf(today).String()
	signed, err := s.Services.SignedRate(ctx, p, today)
	if err != nil {
		return err
	}
	checked, err := s.Services.CheckupRate(ctx, p, half)
	if err != nil {
		return err
	}
	covered, err := s.Services.InspectionCoverage(ctx, p, half)
	if err != nil {
		return err
	}
	for _, one := range []struct {
		i    casework.Indicator
		link string
	}{{signed, "/contracts"}, {checked, "/checkups"}, {covered, "/inspections"}} {
		figures = append(figures, figure{one.i.Title, one.i.Total.Rate.Text + "%", strconv.Itoa(one.i.Total.Numerator) + " / " + strconv.Itoa(one.i.Total.Denominator), one.link})
	}
	if p.Role == nursery.RoleCountyOffice {
		insured, err := s.Services.InsuredRate(ctx, p, p.County, today)
		if err != nil {
			return err
		}
		figures = append(figures, figure{"婴幼儿参保率", insured.Text + "%", strconv.Itoa(insured.Insured) + " / " + strconv.Itoa(insured.Residents), "/insurance"})
	}
	return s.show(w, r, frame{Title: "挂图作战", Wide: true}, overviewPage(plan, counties, figures))
}

// tiles are where the counties stand on the schematic map, by column and row, roughly as they lie.
var tiles = map[string][2]int{
	"140431": {0, 0}, "140430": {1, 0}, "140429": {2, 0}, "140426": {3, 1}, "140423": {2, 1}, "140405": {1, 2}, "140406": {3, 2},
	"140425": {4, 2}, "140403": {2, 2}, "140428": {1, 3}, "140404": {2, 3}, "140427": {3, 3},
}

// tileAt is where a county's tile begins, in the units of the drawing.
func tileAt(county string) (x, y string) {
	at := tiles[county]
	return strconv.Itoa(at[0]*150 + 4), strconv.Itoa(at[1]*104 + 4)
}

func textAt(county string, line int) (x, y string) {
	at := tiles[county]
	return strconv.Itoa(at[0]*150 + 16), strconv.Itoa(at[1]*104 + 4 + 28 + line*24)
}

func lightTone(l nursery.Light) string {
	return map[nursery.Light]string{nursery.Green: "good", nursery.Amber: "warn", nursery.Red: "bad"}[l]
}

func lightWord(title string) string {
	if title == "" {
		return "未核定"
	}
	return title
}

// statusBadge is the status badge of the progress of a building site or a county.
type statusBadge struct{ tone, word string }

var lampBuilt = statusBadge{"good", "已建成"}

// siteLamp is the light of the last month; a site that is built has none any more.
func siteLamp(l buildsite.BuildLine) statusBadge {
	if !l.CompletedOn.IsZero() {
		return lampBuilt
	}
	return statusBadge{lightTone(l.Light), lightWord(l.LightTitle)}
}

// countyLamp is the worst light of a county's sites until all are built.
func countyLamp(c buildsite.BuildCounty) statusBadge {
	if c.Built == c.Sites {
		return lampBuilt
	}
	return statusBadge{lightTone(c.Light), lightWord(c.LightTitle)}
}

// build is the ledger of a plan 工作台账.
func (s *Site) build(w http.ResponseWriter, r *http.Request) error {
	plan, all, err := s.planOf(r)
	if err != nil {
		return err
	}
	mayStart := principalFrom(r.Context()).Role == nursery.RoleCityOffice
	if plan == "" {
		return s.show(w, r, frame{Title: "建设台账"}, buildPage(buildsite.BuildLedger{}, nil, "", mayStart))
	}
	ledger, err := s.Services.BuildLedger(r.Context(), principalFrom(r.Context()), plan)
	if err != nil {
		return err
	}
	if exportOf(r) != "" {
		return sendFile(w)(buildsite.LedgerFile(ledger))
	}
	return s.show(w, r, frame{Title: "建设台账", Wide: true, Live: true}, buildPage(ledger, all, with(r, "export", "xlsx"), mayStart))
}

func (s *Site) buildSite(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Services.BuildSite(r.Context(), principalFrom(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: d.Name, Wide: true, Back: "/build"}, buildSitePage(d, principalFrom(r.Context())))
}

func (s *Site) decideReport(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return &casework.Error{Code: casework.CodeNotFound, Message: "没有这次报送。"}
	}
	accept := r.PostFormValue("verdict") == "accept"
	if _, err := s.Services.DecideBuildReport(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("no"), id, buildsite.BuildVerdict{Accept: accept, Reason: r.PostFormValue("reason")}); err != nil {
		return err
	}
	message := "已退回。"
	if accept {
		message = "已核定。"
	}
	return s.done(w, r, "/build/"+r.PathValue("no"), message)
}

// register lists the institutions as far as the reader sees them.
func (s *Site) register(w http.ResponseWriter, r *http.Request) error {
	q, p := r.URL.Query(), principalFrom(r.Context())
	f := registry.InstitutionFilter{County: q.Get("county"), Status: q.Get("status"), SiteKind: nursery.SiteKind(q.Get("site_kind"))}
	return listPage(s, w, r, p, registry.Institutions, f, 50, frame{Title: "机构", Wide: true}, func(list casework.Page[registry.RegisteredInstitution]) templ.Component {
		return registerPage(list.Items, f, p, nextPage(r, list.Next), with(r, "export", "xlsx"))
	})
}

func (s *Site) referrals(w http.ResponseWriter, r *http.Request) error {
	f := checkup.ReferralFilter{State: r.FormValue("state")}
	return listPage(s, w, r, principalFrom(r.Context()), checkup.Referrals, f, 25, frame{Title: "转诊", Wide: true, Live: true}, func(list casework.Page[checkup.ReferralSummary]) templ.Component {
		return referralsPage(list.Items, nextPage(r, list.Next))
	})
}

func referralState(state string) (tone, title string) {
	switch state {
	case "done":
		return "good", "已反馈"
	case "ended":
		return "warn", "未就诊"
	}
	return "", "在办"
}

func (s *Site) referral(w http.ResponseWriter, r *http.Request) error {
	return s.referralPage(w, r, http.StatusOK, boundForm{Shape: shapeOf[checkup.ReferralResult]()})
}

func (s *Site) referralPage(w http.ResponseWriter, r *http.Request, status int, form boundForm) error {
	d, err := s.Services.Referral(r.Context(), principalFrom(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.showStatus(w, r, status, frame{Title: "转诊 " + d.CaseNo, Back: "/referrals"}, referralPage(d, form, principalFrom(r.Context())))
}

func (s *Site) referralResult(w http.ResponseWriter, r *http.Request) error {
	form, changed, err := s.parseForm(r, shapeOf[checkup.ReferralResult](), casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.referralPage(w, r, http.StatusOK, form)
	}
	in, err := bind[checkup.ReferralResult](&form)
	if err != nil {
		return err
	}
	if _, err := s.Services.PutReferralResult(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("no"), in); err != nil {
		refused := s.asUserError(r.Context(), err)
		if refused.Kind() != casework.Invalid {
			return err
		}
		form.refusedWith(refused, "")
		return s.referralPage(w, r, http.StatusUnprocessableEntity, form)
	}
	return s.done(w, r, "/referrals/"+r.PathValue("no"), "已登记结果。")
}

// referralCells is the table of referrals.
var referralCells = cellsOf(checkup.Referrals.Sheet, looks[checkup.ReferralSummary]{
	"婴幼儿编号": headed(func(f checkup.ReferralSummary) rowHead {
		return rowHead{"/referrals/" + f.CaseNo, f.ChildName, f.Child, f.CaseNo}
	}),
	"托育机构": party(func(f checkup.ReferralSummary) (string, string) { return f.InstitutionName, f.Institution }),
	"状态":   tagged(func(f checkup.ReferralSummary) (string, string) { return referralState(f.State) }),
})

// registerCells is the table of the register.
var registerCells = cellsOf(registry.Institutions.Sheet, looks[registry.RegisteredInstitution]{
	"机构名称": headed(func(i registry.RegisteredInstitution) rowHead {
		return rowHead{"", i.Name, "", i.ID + " " + i.CountyName}
	}),
	"备案日期": as("", filingOf),
})

// ledgerCells returns the table of the sites of a ledger.
func ledgerCells(l buildsite.BuildLedger) []cell[buildsite.BuildLine] {
	return cellsOf(buildsite.LedgerSheet(l), looks[buildsite.BuildLine]{
		"建设点": headed(func(s buildsite.BuildLine) rowHead {
			return rowHead{"/build/" + s.CaseNo, s.Name, "", s.CountyName + " " + s.ModeTitle}
		}),
		"灯":     as("", func(s buildsite.BuildLine) templ.Component { return lampTag(siteLamp(s)) }),
		"计划进度%": as("number", func(s buildsite.BuildLine) templ.Component { return text(s.Planned.Text + "%") }),
		"核定进度%": as("number", func(s buildsite.BuildLine) templ.Component { return text(s.Actual.Text + "%") }),
		"计入托位": as("number", func(s buildsite.BuildLine) templ.Component {
			return text(count(s.SeatsCounted) + " / " + count(s.Seats))
		}),
	})
}
