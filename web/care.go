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
	s.Nav("/children", "名册", Places{nursery.RoleInstitution: 4})
	s.Tile(4, "/children", "婴幼儿名册", "入托、离托、Excel 导入")
	s.Page("GET /children", Only(s.children, nursery.RoleInstitution))
	s.Page("POST /children", s.enrol)
	s.Page("POST /children/import", s.importRoster)
	s.Page("GET /children/roster", s.rosterSheet)
	s.Page("GET /children/roster-template", Template("婴幼儿名册模板.xlsx", children.RosterTemplate))
	s.Page("POST /children/{id}/leave", s.leave)
}

func registerContracts(s *Site) {
	s.Page("GET /contracts", s.contracts)
	s.Page("GET /contracts/{no}", s.contract)
	s.Page("POST /contracts/{no}/visits/{visit}/confirm", s.confirmVisit)
	FormPage(s, "/contracts/{no}/terminate", func(r *http.Request) (FormSpec, error) {
		return FormSpec{
			Title: "提前终止签约", Back: "/contracts/" + r.PathValue("no"), Button: "终止", Lead: "终止后婴幼儿可能没有签约的医疗卫生机构。",
			Question: "终止后婴幼儿可能没有签约医疗机构，确定吗？", Shape: SchemaOf[contract.Termination](),
		}, nil
	}, func(r *http.Request, in contract.Termination) (string, string, error) {
		_, err := s.Services.TerminateContract(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), in)
		return "/contracts/" + r.PathValue("no"), "已登记终止。", err
	}, nursery.RoleInstitution, nursery.RoleHospital)
}

// childrenView is who is in care, with the form to enrol one more.
type childrenView struct {
	Children []children.EnrolledChild
	Filter   children.EnrolmentFilter
	Next     string
	Form     BoundForm
	Report   *children.RosterReport
	Import   ImportFault
	r        *http.Request
}

// leaving returns what was entered of a child whose leave was refused; empty for any other.
func (v childrenView) leaving(child, field string) string {
	if v.Import.At(child) == "" {
		return ""
	}
	return v.r.PostFormValue(field)
}

func enrolmentShape() FormSchema {
	return SchemaOf[children.Enrolment]()
}

func (s *Site) children(w http.ResponseWriter, r *http.Request) error {
	return s.childrenPage(w, r, http.StatusOK, BoundForm{Shape: enrolmentShape(), Values: url.Values{}}, nil, ImportFault{})
}

func (s *Site) childrenPage(w http.ResponseWriter, r *http.Request, status int, form BoundForm, report *children.RosterReport, refused ImportFault) error {
	f := children.EnrolmentFilter{Class: r.URL.Query().Get("class"), Ended: r.URL.Query().Get("ended") == "yes"}
	list, err := children.Children.Page(r.Context(), s.Services.Service, Principal(r.Context()), f, PageRequest(r, 50))
	if err != nil {
		return err
	}
	form.OmitUnlessRefused("age_reason")
	r = r.Clone(r.Context())
	r.URL.Path = "/children" // to which the links of the page lead, whatever was sent
	return s.ShowStatus(w, r, status, Frame{Title: "婴幼儿名册", Wide: true}, childrenPage(childrenView{list.Items, f, NextPage(r, list.Next), form, report, refused, r}))
}

// childCells returns the table of the children in care.
func childCells(v childrenView) []Cell[children.EnrolledChild] {
	return CellsOf(children.Children.Sheet, Looks[children.EnrolledChild]{
		"婴幼儿": HeadCell(func(c children.EnrolledChild) RowHead { return RowHead{"/children/" + c.ID, c.Name, c.ID, ""} }),
		"离托":  StyledCell("", func(c children.EnrolledChild) templ.Component { return leavingOf(c, v) }),
	})
}

func (s *Site) enrol(w http.ResponseWriter, r *http.Request) error {
	again := func(status int, form BoundForm) error { return s.childrenPage(w, r, status, form, nil, ImportFault{}) }
	return HandleForm(s, w, r, FormSpec{Shape: enrolmentShape(), Refusals: identityRefusals("/child/identity")}, again, func(in children.Enrolment) (string, string, error) {
		enrolled, err := s.Services.EnrolChild(r.Context(), Principal(r.Context()), Key(r), in)
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
		refused, ok := s.ImportError(r, err)
		if !ok {
			return err
		}
		return s.childrenPage(w, r, int(refused.Kind()), BoundForm{Shape: enrolmentShape(), Values: url.Values{}}, nil, ImportFault{Form: "file", Message: FileMessage(refused)})
	}
	file, err := ChosenFile(r, "请选择要导入的 Excel 或 CSV 文件。")
	if err != nil {
		return again(err)
	}
	defer file.Close()
	report, err := s.Services.ImportRoster(r.Context(), Principal(r.Context()), Key(r), file)
	if err != nil {
		return again(err)
	}
	return s.childrenPage(w, r, http.StatusOK, BoundForm{Shape: enrolmentShape(), Values: url.Values{}}, &report, ImportFault{})
}

func (s *Site) rosterSheet(w http.ResponseWriter, r *http.Request) error {
	raw, err := s.Services.RosterSheet(r.Context(), Principal(r.Context()), nursery.ReadForEnrolment)
	if err != nil {
		return err
	}
	return Download(w, sheets.Media, "婴幼儿名册.xlsx", raw)
}

// leave ends a child's time here; what is refused is explained at the child, with what was entered.
func (s *Site) leave(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	child := r.PathValue("id")
	again := func(refused *casework.Error) error {
		message := refused.Message
		for _, f := range refused.Fields {
			message += f.Message + "。"
		}
		blank := BoundForm{Shape: enrolmentShape(), Values: url.Values{}}
		return s.childrenPage(w, r, int(refused.Kind()), blank, nil, ImportFault{Form: child, Message: message})
	}
	on, err := nursery.ParseDate(r.PostFormValue("left_on"))
	if err != nil {
		return again(&casework.Error{Code: casework.CodeInvalid, Message: "请填写离托日期。", Err: err})
	}
	_, err = s.Services.EndEnrolment(r.Context(), Principal(r.Context()), Key(r), child, children.Leaving{
		Leave: nursery.Leave(r.PostFormValue("leave")), LeftOn: on, Release: r.PostFormValue("release") == "yes",
	})
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Kind() == casework.Invalid {
		return again(refused)
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, "/children", "已登记离托。")
}

func leaves() []nursery.Leave {
	return []nursery.Leave{"left", "transferred", "aged_out", "died"}
}

func (s *Site) contracts(w http.ResponseWriter, r *http.Request) error {
	q, p := r.URL.Query(), Principal(r.Context())
	f := contract.ContractFilter{County: q.Get("county"), State: q.Get("state")}
	return ListPage(s, w, r, p, contract.Contracts, f, 25, Frame{Title: "医育签约", Wide: true, Live: true}, func(list casework.Page[contract.ContractSummary]) templ.Component {
		return contractsPage(list.Items, NextPage(r, list.Next), p, r)
	})
}

func contractTone(state string) string {
	return map[string]string{"signing": "warn", "in_force": "good", "refused": "bad"}[state]
}

func (s *Site) contract(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Services.Contract(r.Context(), Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: "医育签约 " + d.CaseNo, Wide: true, Back: "/contracts"}, contractPage(d, Principal(r.Context())))
}

func (s *Site) confirmVisit(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	if _, err := s.Services.ConfirmVisit(r.Context(), Principal(r.Context()), Key(r), r.PathValue("no"), int64(AtoiOrZero(r.PathValue("visit")))); err != nil {
		return err
	}
	return s.Done(w, r, "/contracts/"+r.PathValue("no"), "已确认本次指导。")
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
var contractCells = CellsOf(contract.Contracts.Sheet, Looks[contract.ContractSummary]{
	"托育机构": HeadCell(func(c contract.ContractSummary) RowHead {
		return RowHead{"/contracts/" + c.CaseNo, c.InstitutionName, c.Institution, c.CaseNo + " " + c.CountyName}
	}),
	"医疗卫生机构": PartyCell(func(c contract.ContractSummary) (string, string) { return c.ClinicName, c.Clinic }),
	"生效日期": StyledCell("nowrap", func(c contract.ContractSummary) templ.Component {
		return Text(c.StartsOn.String() + " 至 " + c.EndsOn.String())
	}),
	"状态":  TagCell(func(c contract.ContractSummary) (string, string) { return contractTone(c.State), c.StateTitle() }),
	"履约灯": TagCell(func(c contract.ContractSummary) (string, string) { return LightTone(c.Light), LightTitle(c.LightTitle) }),
})
