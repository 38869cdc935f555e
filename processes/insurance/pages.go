package insurance

import (
	"context"
	"net/http"
	"net/url"

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
	p.registerInsurance()
	p.registerInsurers()
	p.registerClaims()
}

func (s *pages) registerInsurance() {
	s.Task(web.TaskPage{Subject: web.SubjectOf(s.service.InsuranceMonth, insurancePart), Warn: s.rosterGaps}, "insurance.roster")
	s.Task(web.TaskPage{Subject: web.SubjectOf(s.service.InsuranceMonth, insurancePart)}, "insurance.sign", "insurance.answers", "insurance.chase", "insurance.exceptions")
	s.Nav("/insurance", "保险", web.Places{nursery.RoleCountyOffice: 9, nursery.RoleCityOffice: 9, nursery.RoleAuditor: 6})
	s.Nav("/insurance", "投保", web.Places{nursery.RoleInsurer: 1})
	s.Page("GET /insurance/roster-template", web.Template("投保名册模板.xlsx", RosterTemplate))
	s.Page("GET /insurance/answers-template", web.Template("投保答复模板.xlsx", AnswersTemplate))
	web.AddListing(s.Site, s.monthsListing())
	s.Page("GET /insurance/reconciled", s.reconciled)
	s.Page("GET /insurance/{no}", s.insuranceMonth)
	s.Page("GET /insurance/{no}/summary", s.insuranceSummary)
	s.registerImports()
	s.Page("GET /insurance/{no}/sends/{number}", s.insuranceLines)
	s.Page("GET /insurance/{no}/exceptions", s.insuranceExceptions)
	s.Page("POST /insurance/{no}/exceptions", s.settleExceptions)
	web.FormPage(s.Site, "/insurance/new", func(r *http.Request) (web.FormSpec, error) {
		p := web.Principal(r.Context())
		next := nursery.DateOf(s.service.Now())
		insurers, err := s.insurerChoices(r)
		page := web.FormSpec{
			Title: "开始投保月", Back: "/insurance", Button: "开始", Lead: "名册归集、核对、核签、送承保机构和逐名答复由系统依次提示办理。",
			Shape:  ui.SchemaOf[InsuranceStart]().WithOptions("county", ui.Counties()).WithOptions("insurer", insurers).WithOptions("perils", perilChoices()),
			Values: url.Values{"/month": {next.String()[:7]}},
		}
		if err == nil && len(insurers) == 0 {
			page.Lead = "还没有登记承保机构，请先在“承保机构”中登记。" + page.Lead
		}
		if p.County != nursery.CityCode {
			page.Values.Set("/county", p.County)
		}
		return page, err
	}, func(r *http.Request, in InsuranceStart) (string, string, error) {
		started, err := s.service.StartInsurance(r.Context(), web.Principal(r.Context()), web.Key(r), in)
		return "/insurance/" + started.CaseNo, "投保月已经开始，请导入名册。", err
	}, nursery.RoleCountyOffice, nursery.RoleCityOffice)
}

func perilChoices() []ui.Option {
	var list []ui.Option
	for _, p := range nursery.Perils() {
		list = append(list, ui.Option{Value: string(p), Label: p.Title()})
	}
	return list
}

// monthsListing is the page of the list of insurance months. A month leads to what came of it, county by county.
func (s *pages) monthsListing() web.Listing[InsuranceFilter, InsuranceMonthSummary] {
	return web.Listing[InsuranceFilter, InsuranceMonthSummary]{
		List: Months, Path: "/insurance", Title: "意外伤害险", Rows: 25, Live: true,
		None: "还没有投保月", Hint: "三岁以下婴幼儿由财政统一投保，每月归集名册，逐名核对后送承保机构。",
		Acts: func(p nursery.Principal) []web.Link {
			list := []web.Link{{Path: "/insurance/reconciled", Title: "各县区对账"}, {Path: "/insurers", Title: "承保机构"}, {Path: "/claims", Title: "理赔"}}
			if p.Role == nursery.RoleCountyOffice || p.Role == nursery.RoleCityOffice {
				list = append(list, web.Link{Path: "/insurance/new", Title: "开始投保月", Main: true})
			}
			return list
		},
		Looks: func(web.Reader) ui.Looks[InsuranceMonthSummary] { return monthLooks },
	}
}

// reconciled shows what came of a month, county by county 对账; of the last one unless the address names one.
func (s *pages) reconciled(w http.ResponseWriter, r *http.Request) error {
	p, month := web.Principal(r.Context()), r.FormValue("month")
	if month == "" {
		last, err := Months.Page(r.Context(), s.service.Service, p, InsuranceFilter{}, casework.PageRequest{Limit: 1})
		if err != nil {
			return err
		}
		month = nursery.MonthText(nursery.DateOf(s.service.Now()))
		for _, m := range last.Items {
			month = m.Month
		}
	}
	list, err := s.service.InsuranceReconciliation(r.Context(), p, month)
	if err != nil {
		return err
	}
	return web.SheetPage(s.Site, w, r, ReconciliationSheet(month), list, web.Frame{Title: month + " 对账", Wide: true, Back: "/insurance"}, func() templ.Component {
		return reconciledPage(month, list, web.WithParam(r, "export", "xlsx"))
	})
}

func (s *pages) insuranceMonth(w http.ResponseWriter, r *http.Request) error {
	return s.insuranceMonthPage(w, r, http.StatusOK, web.ImportFault{})
}

// notImported shows the month again with what is wrong at the file of the form that was sent.
func (s *pages) notImported(w http.ResponseWriter, r *http.Request, form string, err error) error {
	refused, ok := s.ImportError(r, err)
	if !ok {
		return err
	}
	return s.insuranceMonthPage(w, r, int(refused.Kind()), web.ImportFault{Form: form, Message: web.FileMessage(refused), Source: r.PostFormValue("source")})
}

func (s *pages) insuranceMonthPage(w http.ResponseWriter, r *http.Request, status int, refused web.ImportFault) error {
	d, err := s.service.InsuranceMonth(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	undo := map[int]int{}
	if p := web.Principal(r.Context()); p.Role == nursery.RoleInsurer {
		for _, send := range d.Sends {
			if undo[send.Number], err = s.service.LastAnswers(r.Context(), p, d.CaseNo, send.Number); err != nil {
				return err
			}
		}
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: d.CountyName + d.Month + " 投保", Wide: true, Live: true, Back: "/insurance"}, insuranceMonthPage(d, web.Principal(r.Context()), refused, undo))
}

func (s *pages) insuranceSummary(w http.ResponseWriter, r *http.Request) error {
	d, err := s.service.InsuranceMonth(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return web.SendFile(w)(MonthFile(d))
}

// insuranceLines answers an insurer with its batch as a workbook.
func (s *pages) insuranceLines(w http.ResponseWriter, r *http.Request) error {
	list, err := s.service.AllInsuranceLines(r.Context(), web.Principal(r.Context()), r.PathValue("no"), web.AtoiOrZero(r.PathValue("number")))
	if err != nil {
		return err
	}
	return web.SendFile(w)(LinesFile(list))
}

// faultCells is the table of the rows of a file that were not taken.
var faultCells = ui.CellsOf(FaultSheet, ui.Looks[InsuranceFault]{
	"行号": ui.HeadCell(func(f InsuranceFault) ui.RowHead { return ui.RowHead{Name: ui.Count(f.Row)} }),
})

// monthLooks is how the columns of insurance months look.
var monthLooks = ui.Looks[InsuranceMonthSummary]{
	"投保月": ui.HeadCell(func(m InsuranceMonthSummary) ui.RowHead {
		return ui.RowHead{Link: "/insurance/" + m.CaseNo, Name: m.CountyName + " " + m.Month, Below: m.CaseNo}
	}),
	"承保机构": ui.PartyCell(func(m InsuranceMonthSummary) (name, code string) { return m.InsurerName, m.Insurer }),
	"环节":   ui.StyledCell("", monthStage),
}

// reconciledCells is the table of what came of a month.
var reconciledCells = ui.CellsOf(ReconciliationSheet(""), ui.Looks[InsuranceReconciled]{
	"县区": ui.HeadCell(func(x InsuranceReconciled) ui.RowHead {
		return ui.RowHead{Link: "/insurance/" + x.CaseNo, Name: x.CountyName}
	}),
})

// rosterGaps warns who ends a roster that lacks something.
func (s *pages) rosterGaps(ctx context.Context, v web.TaskView) (string, error) {
	gaps, err := s.service.RosterGaps(ctx, v.Reader, v.Task.CaseNo)
	return gaps.Warning(), err
}
