package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
	"tuoyu/processes/contract"
	"tuoyu/sheets"
)

func registerCare(s *Site) {
	s.page("GET /children", only(s.children, nursery.RoleInstitution))
	s.page("POST /children", s.enrol)
	s.page("POST /children/import", s.importRoster)
	s.page("GET /children/roster", s.rosterSheet)
	s.page("GET /children/roster-template", template("婴幼儿名册模板.xlsx", children.RosterTemplate))
	s.page("POST /children/{id}/leave", s.leave)
	s.page("GET /contracts", s.contracts)
	s.page("GET /contracts/{no}", s.contract)
	s.page("POST /contracts/{no}/visits/{visit}/confirm", s.confirmVisit)
	formPage(s, "/contracts/{no}/terminate", func(r *http.Request) (asking, error) {
		return asking{
			Title: "提前终止签约", Back: "/contracts/" + r.PathValue("no"), Button: "终止", Lead: "终止后婴幼儿可能没有签约的医疗卫生机构。",
			Question: "终止后婴幼儿可能没有签约医疗机构，确定吗？", Shape: shapeOf[contract.Termination](),
		}, nil
	}, func(r *http.Request, in contract.Termination) (string, string, error) {
		_, err := s.Services.TerminateContract(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("no"), in)
		return "/contracts/" + r.PathValue("no"), "已登记终止。", err
	}, nursery.RoleInstitution, nursery.RoleHospital)
}

// childrenView is who is in care, with the form to enrol one more.
type childrenView struct {
	Children []children.EnrolledChild
	Filter   children.EnrolmentFilter
	Next     string
	Form     boundForm
	Report   *children.RosterReport
	Import   importFault
	r        *http.Request
}

// leaving returns what was entered of a child whose leave was refused; empty for any other.
func (v childrenView) leaving(child, field string) string {
	if v.Import.at(child) == "" {
		return ""
	}
	return v.r.PostFormValue(field)
}

func enrolmentShape() formSchema {
	return shapeOf[children.Enrolment]()
}

func (s *Site) children(w http.ResponseWriter, r *http.Request) error {
	return s.childrenPage(w, r, http.StatusOK, boundForm{Shape: enrolmentShape(), Values: url.Values{}}, nil, importFault{})
}

func (s *Site) childrenPage(w http.ResponseWriter, r *http.Request, status int, form boundForm, report *children.RosterReport, refused importFault) error {
	f := children.EnrolmentFilter{Class: r.URL.Query().Get("class"), Ended: r.URL.Query().Get("ended") == "yes"}
	list, err := children.Children.Page(r.Context(), s.Services.Service, principalFrom(r.Context()), f, pageOf(r, 50))
	if err != nil {
		return err
	}
	form.askedOnlyWhenRefused("age_reason")
	r = r.Clone(r.Context())
	r.URL.Path = "/children" // to which the links of the page lead, whatever was sent
	return s.showStatus(w, r, status, frame{Title: "婴幼儿名册", Wide: true}, childrenPage(childrenView{list.Items, f, nextPage(r, list.Next), form, report, refused, r}))
}

// childCells returns the table of the children in care.
func childCells(v childrenView) []cell[children.EnrolledChild] {
	return cellsOf(children.Children.Sheet, looks[children.EnrolledChild]{
		"婴幼儿": headed(func(c children.EnrolledChild) rowHead { return rowHead{"/children/" + c.ID, c.Name, c.ID, ""} }),
		"离托":  as("", func(c children.EnrolledChild) templ.Component { return leavingOf(c, v) }),
	})
}

func (s *Site) enrol(w http.ResponseWriter, r *http.Request) error {
	again := func(status int, form boundForm) error { return s.childrenPage(w, r, status, form, nil, importFault{}) }
	return handled(s, w, r, enrolmentShape(), casework.Upload{}, again, func(in children.Enrolment) (string, string, error) {
		enrolled, err := s.Services.EnrolChild(r.Context(), principalFrom(r.Context()), key(r), in)
		said := "已登记入托。请登记监护人的同意。"
		if len(enrolled.Entry) > 0 {
			said += "入托查验预防接种证有提示，见本页。"
		}
		return "/children/" + enrolled.ID, said, err
	})
}

// importRoster takes a workbook, and shows each row that was not taken with its number in the file.
func (s *Site) importRoster(w http.ResponseWriter, r *http.Request) error {
	again := func(err error) error {
		refused, ok := s.importRefused(r, err)
		if !ok {
			return err
		}
		return s.childrenPage(w, r, int(refused.Kind()), boundForm{Shape: enrolmentShape(), Values: url.Values{}}, nil, importFault{form: "file", message: atFile(refused)})
	}
	file, err := chosenFile(r, "请选择要导入的 Excel 或 CSV 文件。")
	if err != nil {
		return again(err)
	}
	defer file.Close()
	report, err := s.Services.ImportRoster(r.Context(), principalFrom(r.Context()), key(r), file)
	if err != nil {
		return again(err)
	}
	return s.childrenPage(w, r, http.StatusOK, boundForm{Shape: enrolmentShape(), Values: url.Values{}}, &report, importFault{})
}

func (s *Site) rosterSheet(w http.ResponseWriter, r *http.Request) error {
	raw, err := s.Services.RosterSheet(r.Context(), principalFrom(r.Context()), nursery.ReadForEnrolment)
	if err != nil {
		return err
	}
	return download(w, sheets.Media, "婴幼儿名册.xlsx", raw)
}

// leave ends a child's time here; what is refused is explained at the child, with what was entered.
func (s *Site) leave(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	child := r.PathValue("id")
	again := func(refused *casework.Error) error {
		message := refused.Message
		for _, f := range refused.Fields {
			message += f.Message + "。"
		}
		blank := boundForm{Shape: enrolmentShape(), Values: url.Values{}}
		return s.childrenPage(w, r, int(refused.Kind()), blank, nil, importFault{form: child, message: message})
	}
	on, err := nursery.ParseDate(r.PostFormValue("left_on"))
	if err != nil {
		return again(&casework.Error{Code: casework.CodeInvalid, Message: "请填写离托日期。", Err: err})
	}
	_, err = s.Services.EndEnrolment(r.Context(), principalFrom(r.Context()), key(r), child, children.Leaving{
		Leave: nursery.Leave(r.PostFormValue("leave")), LeftOn: on, Release: r.PostFormValue("release") == "yes",
	})
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Kind() == casework.Invalid {
		return again(refused)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "/children", "已登记离托。")
}

func leaves() []nursery.Leave {
	return []nursery.Leave{"left", "transferred", "aged_out", "died"}
}

func (s *Site) contracts(w http.ResponseWriter, r *http.Request) error {
	q, p := r.URL.Query(), principalFrom(r.Context())
	f := contract.ContractFilter{County: q.Get("county"), State: q.Get("state")}
	return listPage(s, w, r, p, contract.Contracts, f, 25, frame{Title: "医育签约", Wide: true, Live: true}, func(list casework.Page[contract.ContractSummary]) templ.Component {
		return contractsPage(list.Items, nextPage(r, list.Next), p, r)
	})
}

func contractTone(state string) string {
	return map[string]string{"signing": "warn", "in_force": "good", "refused": "bad"}[state]
}

func (s *Site) contract(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Services.Contract(r.Context(), principalFrom(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.show(w, r, frame{Title: "医育签约 " + d.CaseNo, Wide: true, Back: "/contracts"}, contractPage(d, principalFrom(r.Context())))
}

func (s *Site) confirmVisit(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	if _, err := s.Services.ConfirmVisit(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("no"), int64(atoiOrZero(r.PathValue("visit")))); err != nil {
		return err
	}
	return s.done(w, r, "/contracts/"+r.PathValue("no"), "已确认本次指导。")
}

// agreement returns the current version of the text, with its hash.
func agreement(d contract.ContractDetail) contract.AgreementDraft {
	for _, t := range d.Texts {
		if t.Version == d.Version {
			return t
		}
	}
	return contract.AgreementDraft{}
}

func paragraphs(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }

// contractCells is the table of contracts.
var contractCells = cellsOf(contract.Contracts.Sheet, looks[contract.ContractSummary]{
	"托育机构": headed(func(c contract.ContractSummary) rowHead {
		return rowHead{"/contracts/" + c.CaseNo, c.InstitutionName, c.Institution, c.CaseNo + " " + c.CountyName}
	}),
	"医疗卫生机构": party(func(c contract.ContractSummary) (string, string) { return c.ClinicName, c.Clinic }),
	"生效日期": as("nowrap", func(c contract.ContractSummary) templ.Component {
		return text(c.StartsOn.String() + " 至 " + c.EndsOn.String())
	}),
	"状态":  tagged(func(c contract.ContractSummary) (string, string) { return contractTone(c.State), c.StateTitle() }),
	"履约灯": tagged(func(c contract.ContractSummary) (string, string) { return lightTone(c.Light), lightWord(c.LightTitle) }),
})
