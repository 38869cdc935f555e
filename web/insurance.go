package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/processes/insurance"
)

func registerInsurance(s *Site) {
	s.Task(TaskPage{Subject: s.insuredSubject}, "insurance.roster", "insurance.sign", "insurance.answers", "insurance.chase", "insurance.exceptions")
	s.Nav("/insurance", "保险", Places{nursery.RoleCountyOffice: 9, nursery.RoleCityOffice: 9, nursery.RoleAuditor: 6})
	s.Nav("/insurance", "投保", Places{nursery.RoleInsurer: 1})
	s.Page("GET /insurance/roster-template", Template("投保名册模板.xlsx", insurance.RosterTemplate))
	s.Page("GET /insurance/answers-template", Template("投保答复模板.xlsx", insurance.AnswersTemplate))
	s.Page("GET /insurance", s.insuranceMonths)
	s.Page("GET /insurance/{no}", s.insuranceMonth)
	s.Page("GET /insurance/{no}/summary", s.insuranceSummary)
	s.Page("POST /insurance/{no}/rosters", s.takeInsuranceRoster)
	s.Page("GET /insurance/{no}/rosters/{number}", s.insuranceRoster)
	s.Page("GET /insurance/{no}/sends/{number}", s.insuranceLines)
	s.Page("POST /insurance/{no}/sends/{number}/answers", s.answerInsurance)
	s.Page("GET /insurance/{no}/exceptions", s.insuranceExceptions)
	s.Page("POST /insurance/{no}/exceptions", s.settleExceptions)
	registerInsurers(s)
	FormPage(s, "/insurance/new", func(r *http.Request) (FormSpec, error) {
		p := Principal(r.Context())
		next := nursery.DateOf(s.now())
		insurers, err := s.insurerChoices(r)
		page := FormSpec{
			Title: "开始投保月", Back: "/insurance", Button: "开始", Lead: "名册归集、核对、核签、送承保机构和逐名答复由系统依次提示办理。",
			Shape:  SchemaOf[insurance.InsuranceStart]().WithOptions("county", Counties()).WithOptions("insurer", insurers).WithOptions("perils", perilChoices()),
			Values: url.Values{"/month": {next.String()[:7]}},
		}
		if err == nil && len(insurers) == 0 {
			page.Lead = "还没有登记承保机构，请先在“承保机构”中登记。" + page.Lead
		}
		if p.County != nursery.CityCode {
			page.Values.Set("/county", p.County)
		}
		return page, err
	}, func(r *http.Request, in insurance.InsuranceStart) (string, string, error) {
		started, err := s.Services.StartInsurance(r.Context(), Principal(r.Context()), Key(r), in)
		return "/insurance/" + started.CaseNo, "投保月已经开始，请导入名册。", err
	}, nursery.RoleCountyOffice, nursery.RoleCityOffice)
}

func perilChoices() []Option {
	var list []Option
	for _, p := range nursery.Perils() {
		list = append(list, Option{string(p), p.Title()})
	}
	return list
}

// insuranceView is the months with what came of one of them, county by county 对账.
type insuranceView struct {
	Months     []insurance.InsuranceMonthSummary
	Month      string
	Reconciled []insurance.InsuranceReconciled
	Next       string
	p          nursery.Principal
	r          *http.Request
}

func (s *Site) insuranceMonths(w http.ResponseWriter, r *http.Request) error {
	p := Principal(r.Context())
	list, err := insurance.Months.Page(r.Context(), s.Services.Service, p, insurance.InsuranceFilter{County: r.FormValue("county")}, PageRequest(r, 25))
	if err != nil {
		return err
	}
	v := insuranceView{Months: list.Items, Month: r.FormValue("month"), Next: NextPage(r, list.Next), p: p, r: r}
	if v.Month == "" && len(list.Items) > 0 {
		v.Month = list.Items[0].Month
	}
	if v.Month != "" {
		if v.Reconciled, err = s.Services.InsuranceReconciliation(r.Context(), p, v.Month); err != nil {
			return err
		}
	}
	return SheetPage(s, w, r, insurance.ReconciliationSheet(v.Month), v.Reconciled, Frame{Title: "意外伤害险", Wide: true, Live: true}, func() templ.Component { return insurancePage(v) })
}

func (s *Site) insuranceMonth(w http.ResponseWriter, r *http.Request) error {
	return s.insuranceMonthPage(w, r, http.StatusOK, ImportFault{})
}

// notImported shows the month again with what is wrong at the file of the form that was sent.
func (s *Site) notImported(w http.ResponseWriter, r *http.Request, form string, err error) error {
	refused, ok := s.ImportError(r, err)
	if !ok {
		return err
	}
	return s.insuranceMonthPage(w, r, int(refused.Kind()), ImportFault{form, FileMessage(refused), r.PostFormValue("source")})
}

func (s *Site) insuranceMonthPage(w http.ResponseWriter, r *http.Request, status int, refused ImportFault) error {
	d, err := s.Services.InsuranceMonth(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.ShowStatus(w, r, status, Frame{Title: d.CountyName + d.Month + " 投保", Wide: true, Live: true, Back: "/insurance"}, insuranceMonthPage(d, Principal(r.Context()), refused))
}

func (s *Site) insuranceSummary(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Services.InsuranceMonth(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return SendFile(w)(insurance.MonthFile(d))
}

func (s *Site) takeInsuranceRoster(w http.ResponseWriter, r *http.Request) error {
	file, err := ChosenFile(r, "请选择名册文件。")
	if err != nil {
		return s.notImported(w, r, "file", err)
	}
	defer file.Close()
	report, err := s.Services.TakeRosterFile(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), r.PostFormValue("source"), file)
	if err != nil {
		return s.notImported(w, r, "file", err)
	}
	return s.Done(w, r, "/insurance/"+report.CaseNo+"/rosters/"+Count(report.Number), "名册已导入。")
}

// insuranceRoster shows the result of importing a roster, with the refused rows.
func (s *Site) insuranceRoster(w http.ResponseWriter, r *http.Request) error {
	report, err := s.Services.RosterReport(r.Context(), Principal(r.Context()), r.PathValue("no"), AtoiOrZero(r.PathValue("number")))
	if err != nil {
		return err
	}
	if ExportFormat(r) != "" {
		return SendFile(w)(insurance.RosterFaultFile(report))
	}
	return s.Show(w, r, Frame{Title: "名册导入结果", Wide: true, Back: "/insurance/" + report.CaseNo}, insuranceRosterPage(report))
}

// insuranceLines answers an insurer with its batch as a workbook.
func (s *Site) insuranceLines(w http.ResponseWriter, r *http.Request) error {
	list, err := s.Services.AllInsuranceLines(r.Context(), Principal(r.Context()), r.PathValue("no"), AtoiOrZero(r.PathValue("number")))
	if err != nil {
		return err
	}
	return SendFile(w)(insurance.LinesFile(list))
}

func (s *Site) answerInsurance(w http.ResponseWriter, r *http.Request) error {
	file, err := ChosenFile(r, "请选择填好答复的工作簿。")
	if err != nil {
		return s.notImported(w, r, r.PathValue("number"), err)
	}
	defer file.Close()
	caseNo, number := r.PathValue("no"), AtoiOrZero(r.PathValue("number"))
	done, err := s.Services.AnswerInsuranceFile(r.Context(), Principal(r.Context()), Key(r), caseNo, number, file)
	if err != nil {
		return s.notImported(w, r, r.PathValue("number"), err)
	}
	said := "接收 " + Count(done.Taken) + " 名的答复，以前已答复 " + Count(done.Repeated) + " 名，尚待答复 " + Count(done.Pending) + " 名。"
	if len(done.Faults) == 0 {
		return s.Done(w, r, "/insurance/"+caseNo, said)
	}
	return s.Show(w, r, Frame{Title: "答复导入结果", Wide: true, Back: "/insurance/" + caseNo}, insuranceFaultsPage("答复导入结果", said, done.Faults))
}

// faultCells is the table of the rows of a file that were not taken.
var faultCells = CellsOf(insurance.FaultSheet, Looks[insurance.InsuranceFault]{
	"行号": HeadCell(func(f insurance.InsuranceFault) RowHead { return RowHead{"", Count(f.Row), "", ""} }),
})

func (s *Site) insuranceExceptions(w http.ResponseWriter, r *http.Request) error {
	no := r.PathValue("no")
	head := Frame{Title: "投保例外", Wide: true, Back: "/insurance/" + no}
	return ListPage(s, w, r, Principal(r.Context()), insurance.Exceptions, insurance.ExceptionFilter{CaseNo: no}, 50, head, func(list casework.Page[insurance.InsuranceException]) templ.Component {
		return insuranceExceptionsPage(no, list.Items, NextPage(r, list.Next))
	})
}

// settleExceptions settles the exceptions with a chosen outcome and leaves the others unchanged.
func (s *Site) settleExceptions(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	var in insurance.InsuranceResolution
	for _, child := range r.PostForm["child"] {
		outcome := r.PostFormValue("outcome:" + child)
		if outcome == "" {
			continue
		}
		item := insurance.InsuranceResolved{Child: child, Outcome: nursery.RosterOutcome(outcome), Consent: strings.TrimSpace(r.PostFormValue("consent:" + child))}
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
	if len(in.Items) == 0 && Principal(r.Context()).Role == nursery.RoleCountyOffice {
		return s.Done(w, r, back, "没有选择处理结果，各名维持不变。")
	}
	done, err := s.Services.SettleExceptions(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), in)
	if err != nil {
		return err
	}
	said := "已处理 " + Count(done.Settled) + " 名，尚待处理 " + Count(done.Open) + " 名。"
	if done.Open == 0 {
		back = "/insurance/" + r.PathValue("no")
	}
	if len(done.Faults) > 0 {
		return s.Show(w, r, Frame{Title: "投保例外", Wide: true, Back: back}, insuranceFaultsPage("投保例外", said, done.Faults))
	}
	return s.Done(w, r, back, said)
}

// monthCells is the table of insurance months.
var monthCells = CellsOf(insurance.Months.Sheet, Looks[insurance.InsuranceMonthSummary]{
	"投保月": HeadCell(func(m insurance.InsuranceMonthSummary) RowHead {
		return RowHead{"/insurance/" + m.CaseNo, m.CountyName + " " + m.Month, "", m.CaseNo}
	}),
	"承保机构": PartyCell(func(m insurance.InsuranceMonthSummary) (name, code string) { return m.InsurerName, m.Insurer }),
	"环节":   StyledCell("", monthStage),
})

// reconciledCells is the table of what came of a month.
var reconciledCells = CellsOf(insurance.ReconciliationSheet(""), Looks[insurance.InsuranceReconciled]{
	"县区": HeadCell(func(x insurance.InsuranceReconciled) RowHead {
		return RowHead{"/insurance/" + x.CaseNo, x.CountyName, "", ""}
	}),
})
