package insurance

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web"
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
	s.Task(web.TaskPage{Subject: web.SubjectOf(s.service.InsuranceMonth, insurancePart)}, "insurance.roster", "insurance.sign", "insurance.answers", "insurance.chase", "insurance.exceptions")
	s.Nav("/insurance", "保险", web.Places{nursery.RoleCountyOffice: 9, nursery.RoleCityOffice: 9, nursery.RoleAuditor: 6})
	s.Nav("/insurance", "投保", web.Places{nursery.RoleInsurer: 1})
	s.Page("GET /insurance/roster-template", web.Template("投保名册模板.xlsx", RosterTemplate))
	s.Page("GET /insurance/answers-template", web.Template("投保答复模板.xlsx", AnswersTemplate))
	s.Page("GET /insurance", s.insuranceMonths)
	s.Page("GET /insurance/{no}", s.insuranceMonth)
	s.Page("GET /insurance/{no}/summary", s.insuranceSummary)
	s.Page("POST /insurance/{no}/rosters", s.takeInsuranceRoster)
	s.Page("GET /insurance/{no}/rosters/{number}", s.insuranceRoster)
	s.Page("GET /insurance/{no}/sends/{number}", s.insuranceLines)
	s.Page("POST /insurance/{no}/sends/{number}/answers", s.answerInsurance)
	s.Page("GET /insurance/{no}/exceptions", s.insuranceExceptions)
	s.Page("POST /insurance/{no}/exceptions", s.settleExceptions)
	web.FormPage(s.Site, "/insurance/new", func(r *http.Request) (web.FormSpec, error) {
		p := web.Principal(r.Context())
		next := nursery.DateOf(s.service.Now())
		insurers, err := s.insurerChoices(r)
		page := web.FormSpec{
			Title: "开始投保月", Back: "/insurance", Button: "开始", Lead: "名册归集、核对、核签、送承保机构和逐名答复由系统依次提示办理。",
			Shape:  web.SchemaOf[InsuranceStart]().WithOptions("county", web.Counties()).WithOptions("insurer", insurers).WithOptions("perils", perilChoices()),
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

func perilChoices() []web.Option {
	var list []web.Option
	for _, p := range nursery.Perils() {
		list = append(list, web.Option{Value: string(p), Label: p.Title()})
	}
	return list
}

// insuranceView is the months with what came of one of them, county by county 对账.
type insuranceView struct {
	Months     []InsuranceMonthSummary
	Month      string
	Reconciled []InsuranceReconciled
	Next       string
	p          nursery.Principal
	r          *http.Request
}

func (s *pages) insuranceMonths(w http.ResponseWriter, r *http.Request) error {
	p := web.Principal(r.Context())
	list, err := Months.Page(r.Context(), s.service.Service, p, InsuranceFilter{County: r.FormValue("county")}, web.PageRequest(r, 25))
	if err != nil {
		return err
	}
	v := insuranceView{Months: list.Items, Month: r.FormValue("month"), Next: web.NextPage(r, list.Next), p: p, r: r}
	if v.Month == "" && len(list.Items) > 0 {
		v.Month = list.Items[0].Month
	}
	if v.Month != "" {
		if v.Reconciled, err = s.service.InsuranceReconciliation(r.Context(), p, v.Month); err != nil {
			return err
		}
	}
	return web.SheetPage(s.Site, w, r, ReconciliationSheet(v.Month), v.Reconciled, web.Frame{Title: "意外伤害险", Wide: true, Live: true}, func() templ.Component { return insurancePage(v) })
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
	return s.ShowStatus(w, r, status, web.Frame{Title: d.CountyName + d.Month + " 投保", Wide: true, Live: true, Back: "/insurance"}, insuranceMonthPage(d, web.Principal(r.Context()), refused))
}

func (s *pages) insuranceSummary(w http.ResponseWriter, r *http.Request) error {
	d, err := s.service.InsuranceMonth(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return web.SendFile(w)(MonthFile(d))
}

func (s *pages) takeInsuranceRoster(w http.ResponseWriter, r *http.Request) error {
	file, err := web.ChosenFile(r, "请选择名册文件。")
	if err != nil {
		return s.notImported(w, r, "file", err)
	}
	defer file.Close()
	report, err := s.service.TakeRosterFile(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), r.PostFormValue("source"), file)
	if err != nil {
		return s.notImported(w, r, "file", err)
	}
	return s.Done(w, r, "/insurance/"+report.CaseNo+"/rosters/"+web.Count(report.Number), "名册已导入。")
}

// insuranceRoster shows the result of importing a roster, with the refused rows.
func (s *pages) insuranceRoster(w http.ResponseWriter, r *http.Request) error {
	report, err := s.service.RosterReport(r.Context(), web.Principal(r.Context()), r.PathValue("no"), web.AtoiOrZero(r.PathValue("number")))
	if err != nil {
		return err
	}
	if web.ExportFormat(r) != "" {
		return web.SendFile(w)(RosterFaultFile(report))
	}
	return s.Show(w, r, web.Frame{Title: "名册导入结果", Wide: true, Back: "/insurance/" + report.CaseNo}, insuranceRosterPage(report))
}

// insuranceLines answers an insurer with its batch as a workbook.
func (s *pages) insuranceLines(w http.ResponseWriter, r *http.Request) error {
	list, err := s.service.AllInsuranceLines(r.Context(), web.Principal(r.Context()), r.PathValue("no"), web.AtoiOrZero(r.PathValue("number")))
	if err != nil {
		return err
	}
	return web.SendFile(w)(LinesFile(list))
}

func (s *pages) answerInsurance(w http.ResponseWriter, r *http.Request) error {
	file, err := web.ChosenFile(r, "请选择填好答复的工作簿。")
	if err != nil {
		return s.notImported(w, r, r.PathValue("number"), err)
	}
	defer file.Close()
	caseNo, number := r.PathValue("no"), web.AtoiOrZero(r.PathValue("number"))
	done, err := s.service.AnswerInsuranceFile(r.Context(), web.Principal(r.Context()), web.Key(r), caseNo, number, file)
	if err != nil {
		return s.notImported(w, r, r.PathValue("number"), err)
	}
	said := "接收 " + web.Count(done.Taken) + " 名的答复，以前已答复 " + web.Count(done.Repeated) + " 名，尚待答复 " + web.Count(done.Pending) + " 名。"
	if len(done.Faults) == 0 {
		return s.Done(w, r, "/insurance/"+caseNo, said)
	}
	return s.Show(w, r, web.Frame{Title: "答复导入结果", Wide: true, Back: "/insurance/" + caseNo}, insuranceFaultsPage("答复导入结果", said, done.Faults))
}

// faultCells is the table of the rows of a file that were not taken.
var faultCells = web.CellsOf(FaultSheet, web.Looks[InsuranceFault]{
	"行号": web.HeadCell(func(f InsuranceFault) web.RowHead { return web.RowHead{Name: web.Count(f.Row)} }),
})

func (s *pages) insuranceExceptions(w http.ResponseWriter, r *http.Request) error {
	no := r.PathValue("no")
	head := web.Frame{Title: "投保例外", Wide: true, Back: "/insurance/" + no}
	return web.ListPage(s.Site, w, r, web.Principal(r.Context()), Exceptions, ExceptionFilter{CaseNo: no}, 50, head, func(list casework.Page[InsuranceException]) templ.Component {
		return insuranceExceptionsPage(no, list.Items, web.NextPage(r, list.Next))
	})
}

// settleExceptions settles the exceptions with a chosen outcome and leaves the others unchanged.
func (s *pages) settleExceptions(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	var in InsuranceResolution
	for _, child := range r.PostForm["child"] {
		outcome := r.PostFormValue("outcome:" + child)
		if outcome == "" {
			continue
		}
		item := InsuranceResolved{Child: child, Outcome: nursery.RosterOutcome(outcome), Consent: strings.TrimSpace(r.PostFormValue("consent:" + child))}
		if on := r.PostFormValue("notified:" + child); on != "" {
			day, err := nursery.ParseDate(on)
			if err != nil {
				return &casework.Error{Code: casework.CodeInvalid, Message: "告知日期应如 2026-11-26。", Err: err}
			}
			item.NotifiedOn = day
		}
		in.Items = append(in.Items, item)
	}
	back := "/insurance/" + r.PathValue("no") + "/exceptions"
	if len(in.Items) == 0 && web.Principal(r.Context()).Role == nursery.RoleCountyOffice {
		return s.Done(w, r, back, "没有选择处理结果，各名维持不变。")
	}
	done, err := s.service.SettleExceptions(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("no"), in)
	if err != nil {
		return err
	}
	said := "已处理 " + web.Count(done.Settled) + " 名，尚待处理 " + web.Count(done.Open) + " 名。"
	if done.Open == 0 {
		back = "/insurance/" + r.PathValue("no")
	}
	if len(done.Faults) > 0 {
		return s.Show(w, r, web.Frame{Title: "投保例外", Wide: true, Back: back}, insuranceFaultsPage("投保例外", said, done.Faults))
	}
	return s.Done(w, r, back, said)
}

// monthCells is the table of insurance months.
var monthCells = web.CellsOf(Months.Sheet, web.Looks[InsuranceMonthSummary]{
	"投保月": web.HeadCell(func(m InsuranceMonthSummary) web.RowHead {
		return web.RowHead{Link: "/insurance/" + m.CaseNo, Name: m.CountyName + " " + m.Month, Below: m.CaseNo}
	}),
	"承保机构": web.PartyCell(func(m InsuranceMonthSummary) (name, code string) { return m.InsurerName, m.Insurer }),
	"环节":   web.StyledCell("", monthStage),
})

// reconciledCells is the table of what came of a month.
var reconciledCells = web.CellsOf(ReconciliationSheet(""), web.Looks[InsuranceReconciled]{
	"县区": web.HeadCell(func(x InsuranceReconciled) web.RowHead {
		return web.RowHead{Link: "/insurance/" + x.CaseNo, Name: x.CountyName}
	}),
})
