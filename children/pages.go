package children

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sheets"
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
	p.registerCare()
	p.registerImport()
	p.registerChild()
	p.registerChildIdentity()
	p.registerConsents()
}

func (s *pages) registerCare() {
	s.Nav("/children", "名册", web.Places{nursery.RoleInstitution: 4})
	s.Tile(4, "/children", "婴幼儿名册", "入托、离托、Excel 导入")
	s.Page("GET /children", web.Only(s.children, nursery.RoleInstitution))
	s.Page("POST /children", s.enrol)
	s.Page("GET /children/roster", s.rosterSheet)
	s.Page("GET /children/roster-template", web.Template("婴幼儿名册模板.xlsx", RosterTemplate))
	s.Page("POST /children/{id}/leave", s.leave)
}

// childrenView is the forms of the roster as they were sent.
type childrenView struct {
	Form    ui.BoundForm
	Import  web.ImportFault
	Imports []PastImport // of today
	r       *http.Request
}

// leaving returns what was entered of a child whose leave was refused; empty for any other.
func (v childrenView) leaving(child, field string) string {
	if v.Import.At(child) == "" {
		return ""
	}
	return v.r.PostFormValue(field)
}

// enrolmentShape returns the form of an enrolment, whose class is chosen from those filed, if any are.
func enrolmentShape(filed []string) ui.FormSchema {
	shape := ui.SchemaOf[Enrolment]().Change("child", func(child ui.FormSchema) ui.FormSchema { return child.WithOptions("county", ui.Counties()) })
	if len(filed) == 0 {
		return shape
	}
	return shape.WithOptions("class", classOptions(filed))
}

func classOptions(filed []string) []ui.Option {
	options := make([]ui.Option, len(filed))
	for i, class := range filed {
		options[i] = ui.Option{Value: class, Label: class}
	}
	return options
}

func (s *pages) children(w http.ResponseWriter, r *http.Request) error {
	return s.childrenPage(w, r, http.StatusOK, ui.BoundForm{Values: url.Values{}}, web.ImportFault{})
}

// childrenPage shows the roster, and below it the forms that add to it, as they were sent.
func (s *pages) childrenPage(w http.ResponseWriter, r *http.Request, status int, form ui.BoundForm, refused web.ImportFault) error {
	v := childrenView{Import: refused}
	filed, err := s.service.FiledClasses(r.Context(), web.Principal(r.Context()))
	if err != nil {
		return err
	}
	if v.Imports, err = s.service.ImportsToday(r.Context(), web.Principal(r.Context())); err != nil {
		return err
	}
	counts, err := s.service.ChildCounts(r.Context(), web.Principal(r.Context()))
	if err != nil {
		return err
	}
	var inCare []ui.Option
	for _, c := range counts {
		inCare = append(inCare, ui.Option{Value: c.Class, Label: c.Class})
	}
	form.Shape = enrolmentShape(filed)
	form.OmitUnlessRefused("age_reason")
	r = r.Clone(r.Context())
	r.URL.Path = "/children" // to which the links of the page lead, whatever was sent
	v.Form, v.r = form, r
	list := web.Listing[EnrolmentFilter, EnrolledChild]{
		List: Children, Path: "/children", Title: "婴幼儿名册", Rows: 50, Lead: "姓名只对本机构显示。打开本页和导出名册都登记为“入托和在托管理”的查阅。",
		None: "名册中没有符合条件的婴幼儿", Hint: "可以导入 Excel，也可以逐名登记。",
		// Names are sealed, so that they are looked through on the page.
		Search: "姓名", Match: func(c EnrolledChild, text string) bool { return c.ID == text || strings.Contains(c.Name, text) },
		Choices: func(nursery.Principal) []web.Choice {
			return []web.Choice{{Name: "class", Label: "班级", Options: inCare, Text: len(inCare) == 0}, {Name: "ended", Label: "含已离托的"}}
		},
		Acts: func(nursery.Principal) []web.Link {
			return []web.Link{
				{Path: "/children/roster", Title: "下载名册，可再导入"}, {Path: "/children/consents", Title: "集体登记同意"}, {Path: "#import", Title: "导入"}, {Path: "#enrol", Title: "逐名登记"},
			}
		},
		Looks: func(web.Reader) ui.Looks[EnrolledChild] {
			return ui.Looks[EnrolledChild]{
				"婴幼儿": ui.HeadCell(func(c EnrolledChild) ui.RowHead {
					return ui.RowHead{Link: "/children/" + c.ID, Name: c.Name, Code: c.ID}
				}),
				"离托": ui.StyledCell("", func(c EnrolledChild) templ.Component { return leavingOf(c, v) }),
			}
		},
		Below: func(web.Reader) (templ.Component, error) { return enrolling(v), nil },
	}
	if refused.Form != "" && refused.Form != "file" {
		list.Fault = "离托没有登记：" + refused.Message
	}
	return web.ShowListing(s.Site, w, r, status, list)
}

func (s *pages) enrol(w http.ResponseWriter, r *http.Request) error {
	again := func(status int, form ui.BoundForm) error {
		return s.childrenPage(w, r, status, form, web.ImportFault{})
	}
	return web.HandleForm(s.Site, w, r, web.FormSpec{Shape: enrolmentShape(nil), Refusals: identityRefusals("/child/identity")}, again, func(in Enrolment) (string, string, error) {
		if err := s.service.CheckClass(r.Context(), web.Principal(r.Context()), in.Class); err != nil {
			return "", "", err
		}
		enrolled, err := s.service.EnrolChild(r.Context(), web.Principal(r.Context()), web.Key(r), in)
		said := "已登记入托。请登记监护人的同意。"
		if len(enrolled.Entry) > 0 {
			said += "入托查验预防接种证有提示，见本页。"
		}
		return "/children/" + enrolled.ID, said, err
	})
}

func (s *pages) rosterSheet(w http.ResponseWriter, r *http.Request) error {
	raw, err := s.service.RosterSheet(r.Context(), web.Principal(r.Context()), nursery.ReadForEnrolment)
	if err != nil {
		return err
	}
	return web.Download(w, sheets.Media, "婴幼儿名册.xlsx", raw)
}

// leave ends a child's time here; what is refused is explained at the child, with what was entered.
func (s *pages) leave(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	child := r.PathValue("id")
	again := func(refused *casework.Error) error {
		message := refused.Message
		for _, f := range refused.Fields {
			message += f.Message + "。"
		}
		blank := ui.BoundForm{Values: url.Values{}}
		return s.childrenPage(w, r, int(refused.Kind()), blank, web.ImportFault{Form: child, Message: message})
	}
	on, err := nursery.ParseDate(r.PostFormValue("left_on"))
	if err != nil {
		return again(&casework.Error{Code: casework.CodeInvalid, Message: "请填写离托日期。", Err: err})
	}
	_, err = s.service.EndEnrolment(r.Context(), web.Principal(r.Context()), web.Key(r), child, Leaving{
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
