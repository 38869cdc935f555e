package children

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
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

// childrenView is who is in care, with the form to enrol one more.
type childrenView struct {
	Children []EnrolledChild
	Filter   EnrolmentFilter
	Next     string
	Form     ui.BoundForm
	Import   web.ImportFault
	Imports  []PastImport // of today
	r        *http.Request
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
	shape := ui.SchemaOf[Enrolment]()
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

func (s *pages) childrenPage(w http.ResponseWriter, r *http.Request, status int, form ui.BoundForm, refused web.ImportFault) error {
	f := EnrolmentFilter{Class: r.URL.Query().Get("class"), Ended: r.URL.Query().Get("ended") == "yes"}
	list, err := s.named(r, f)
	if err != nil {
		return err
	}
	v := childrenView{Children: list.Items, Filter: f, Next: web.NextPage(r, list.Next), Import: refused}
	filed, err := s.service.FiledClasses(r.Context(), web.Principal(r.Context()))
	if err != nil {
		return err
	}
	if v.Imports, err = s.service.ImportsToday(r.Context(), web.Principal(r.Context())); err != nil {
		return err
	}
	form.Shape = enrolmentShape(filed)
	form.OmitUnlessRefused("age_reason")
	r = r.Clone(r.Context())
	r.URL.Path = "/children" // to which the links of the page lead, whatever was sent
	v.Form, v.r = form, r
	return s.ShowStatus(w, r, status, web.Frame{Title: "婴幼儿名册", Wide: true}, childrenPage(v))
}

// emptyRoster stands for a roster without rows, or for a search that found none.
func (v childrenView) emptyRoster() templ.Component {
	if v.r.URL.Query().Get("q") != "" {
		return ui.Empty("没有找到这个姓名", "请核对姓名，或者清空后查看全部。")
	}
	return ui.Empty("名册是空的", "可以导入 Excel，也可以逐名登记。")
}

// named returns a page of the roster, or the children whose name has what the address asks for. Names are sealed, so that they are
// looked through here.
func (s *pages) named(r *http.Request, f EnrolmentFilter) (casework.Page[EnrolledChild], error) {
	typed := strings.TrimSpace(r.URL.Query().Get("q"))
	if typed == "" {
		return Children.Page(r.Context(), s.service.Service, web.Principal(r.Context()), f, web.PageRequest(r, 50))
	}
	all, _, err := Children.Some(r.Context(), s.service.Service, web.Principal(r.Context()), f, casework.SortMost)
	return casework.Page[EnrolledChild]{Items: slices.DeleteFunc(all, func(c EnrolledChild) bool { return c.ID != typed && !strings.Contains(c.Name, typed) })}, err
}

// childCells returns the table of the children in care.
func childCells(v childrenView) []ui.Cell[EnrolledChild] {
	return ui.CellsOf(Children.Sheet, ui.Looks[EnrolledChild]{
		"婴幼儿": ui.HeadCell(func(c EnrolledChild) ui.RowHead {
			return ui.RowHead{Link: "/children/" + c.ID, Name: c.Name, Code: c.ID}
		}),
		"离托": ui.StyledCell("", func(c EnrolledChild) templ.Component { return leavingOf(c, v) }),
	})
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
