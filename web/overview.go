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
	s.Nav("/overview", "总览", Places{nursery.RoleCountyOffice: 1})
	s.Nav("/overview", "挂图", Places{nursery.RoleCityOffice: 1, nursery.RoleAuditor: 1})
	s.Page("GET /overview", s.overview)
}

func registerBuildLedger(s *Site) {
	s.Nav("/build", "建设台账", Places{nursery.RoleCountyOffice: 2, nursery.RoleCityOffice: 2, nursery.RoleAuditor: 3})
	s.Page("GET /build", s.build)
	s.Page("GET /build/{no}", s.buildSite)
	s.Page("POST /build/{no}/reports/{id}", s.decideReport)
}

func registerRegister(s *Site) {
	s.Nav("/register", "机构", Places{nursery.RoleClerk: 3, nursery.RoleSupervisor: 8, nursery.RoleInspector: 4})
	s.Page("GET /register", s.register)
}

func registerReferrals(s *Site) {
	s.Page("GET /referrals", s.referrals)
	s.Page("GET /referrals/{no}", s.referral)
	s.Page("POST /referrals/{no}", s.referralResult)
}

// plans are the building plans that the reader sees, by their sites.
func (s *Site) plans(r *http.Request) ([]string, error) {
	list, err := buildsite.Sites.Page(r.Context(), s.Services.Service, Principal(r.Context()), buildsite.BuildFilter{}, casework.PageRequest{Limit: 100})
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
	ctx, p := r.Context(), Principal(r.Context())
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
	return s.Show(w, r, Frame{Title: "挂图作战", Wide: true}, overviewPage(plan, counties, figures))
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

// LightTone returns the tone of a light.
func LightTone(l nursery.Light) string {
	return map[nursery.Light]string{nursery.Green: "good", nursery.Amber: "warn", nursery.Red: "bad"}[l]
}

// LightTitle returns the title of a light; without one nothing was decided yet.
func LightTitle(title string) string {
	if title == "" {
		return "未核定"
	}
	return title
}

// siteLamp returns the tone and the title of the light of the last month; a site that is built has none any more.
func siteLamp(l buildsite.BuildLine) (tone, title string) {
	if !l.CompletedOn.IsZero() {
		return "good", "已建成"
	}
	return LightTone(l.Light), LightTitle(l.LightTitle)
}

// countyLamp returns the tone and the title of the worst light of a county's sites until all are built.
func countyLamp(c buildsite.BuildCounty) (tone, title string) {
	if c.Built == c.Sites {
		return "good", "已建成"
	}
	return LightTone(c.Light), LightTitle(c.LightTitle)
}

// build is the ledger of a plan 工作台账.
func (s *Site) build(w http.ResponseWriter, r *http.Request) error {
	plan, all, err := s.planOf(r)
	if err != nil {
		return err
	}
	mayStart := Principal(r.Context()).Role == nursery.RoleCityOffice
	if plan == "" {
		return s.Show(w, r, Frame{Title: "建设台账"}, buildPage(buildsite.BuildLedger{}, nil, "", mayStart))
	}
	ledger, err := s.Services.BuildLedger(r.Context(), Principal(r.Context()), plan)
	if err != nil {
		return err
	}
	if ExportFormat(r) != "" {
		return SendFile(w)(buildsite.LedgerFile(ledger))
	}
	return s.Show(w, r, Frame{Title: "建设台账", Wide: true, Live: true}, buildPage(ledger, all, WithParam(r, "export", "xlsx"), mayStart))
}

func (s *Site) buildSite(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Services.BuildSite(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: d.Name, Wide: true, Back: "/build"}, buildSitePage(d, Principal(r.Context())))
}

func (s *Site) decideReport(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return &casework.Error{Code: casework.CodeNotFound, Message: "没有这次报送。"}
	}
	accept := r.PostFormValue("verdict") == "accept"
	if _, err := s.Services.DecideBuildReport(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), id, buildsite.BuildVerdict{Accept: accept, Reason: r.PostFormValue("reason")}); err != nil {
		return err
	}
	message := "已退回。"
	if accept {
		message = "已核定。"
	}
	return s.Done(w, r, "/build/"+r.PathValue("no"), message)
}

// register lists the institutions as far as the reader sees them.
func (s *Site) register(w http.ResponseWriter, r *http.Request) error {
	q, p := r.URL.Query(), Principal(r.Context())
	f := registry.InstitutionFilter{County: q.Get("county"), Status: q.Get("status"), SiteKind: nursery.SiteKind(q.Get("site_kind"))}
	return ListPage(s, w, r, p, registry.Institutions, f, 50, Frame{Title: "机构", Wide: true}, func(list casework.Page[registry.RegisteredInstitution]) templ.Component {
		return registerPage(list.Items, f, p, NextPage(r, list.Next), WithParam(r, "export", "xlsx"))
	})
}

func (s *Site) referrals(w http.ResponseWriter, r *http.Request) error {
	f := checkup.ReferralFilter{State: r.FormValue("state")}
	return ListPage(s, w, r, Principal(r.Context()), checkup.Referrals, f, 25, Frame{Title: "转诊", Wide: true, Live: true}, func(list casework.Page[checkup.ReferralSummary]) templ.Component {
		return referralsPage(list.Items, NextPage(r, list.Next))
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
	return s.referralPage(w, r, http.StatusOK, BoundForm{Shape: SchemaOf[checkup.ReferralResult]()})
}

func (s *Site) referralPage(w http.ResponseWriter, r *http.Request, status int, form BoundForm) error {
	d, err := s.Services.Referral(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.ShowStatus(w, r, status, Frame{Title: "转诊 " + d.CaseNo, Back: "/referrals"}, referralPage(d, form, Principal(r.Context())))
}

func (s *Site) referralResult(w http.ResponseWriter, r *http.Request) error {
	form, changed, err := s.DecodeForm(r, SchemaOf[checkup.ReferralResult](), casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.referralPage(w, r, http.StatusOK, form)
	}
	in, err := Bind[checkup.ReferralResult](&form)
	if err != nil {
		return err
	}
	if _, err := s.Services.PutReferralResult(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), in); err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid {
			return err
		}
		form.AddFaults(refused, "")
		return s.referralPage(w, r, http.StatusUnprocessableEntity, form)
	}
	return s.Done(w, r, "/referrals/"+r.PathValue("no"), "已登记结果。")
}

// referralCells is the table of referrals.
var referralCells = CellsOf(checkup.Referrals.Sheet, Looks[checkup.ReferralSummary]{
	"婴幼儿编号": HeadCell(func(f checkup.ReferralSummary) RowHead {
		return RowHead{"/referrals/" + f.CaseNo, f.ChildName, f.Child, f.CaseNo}
	}),
	"托育机构": PartyCell(func(f checkup.ReferralSummary) (string, string) { return f.InstitutionName, f.Institution }),
	"状态":   TagCell(func(f checkup.ReferralSummary) (string, string) { return referralState(f.State) }),
})

// registerCells is the table of the register.
var registerCells = CellsOf(registry.Institutions.Sheet, Looks[registry.RegisteredInstitution]{
	"机构名称": HeadCell(func(i registry.RegisteredInstitution) RowHead {
		return RowHead{"", i.Name, "", i.ID + " " + i.CountyName}
	}),
	"备案日期": StyledCell("", filingOf),
})

// ledgerCells returns the table of the sites of a ledger.
func ledgerCells(l buildsite.BuildLedger) []Cell[buildsite.BuildLine] {
	return CellsOf(buildsite.LedgerSheet(l), Looks[buildsite.BuildLine]{
		"建设点": HeadCell(func(s buildsite.BuildLine) RowHead {
			return RowHead{"/build/" + s.CaseNo, s.Name, "", s.CountyName + " " + s.ModeTitle}
		}),
		"灯":     StyledCell("", func(s buildsite.BuildLine) templ.Component { return Tag(siteLamp(s)) }),
		"计划进度%": StyledCell("number", func(s buildsite.BuildLine) templ.Component { return Text(s.Planned.Text + "%") }),
		"核定进度%": StyledCell("number", func(s buildsite.BuildLine) templ.Component { return Text(s.Actual.Text + "%") }),
		"计入托位": StyledCell("number", func(s buildsite.BuildLine) templ.Component {
			return Text(Count(s.SeatsCounted) + " / " + Count(s.Seats))
		}),
	})
}
