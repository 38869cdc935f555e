package children

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerConsents() {
	s.Page("GET /children/consents", web.Only(s.consentSheet, nursery.RoleInstitution))
	s.Page("POST /children/consents", s.giveConsents)
	s.Reopens("POST /children/consents")
	s.Page("GET /children/consents/blank", web.Only(s.blankSheet, nursery.RoleInstitution))
}

// sheetView is a class with the consents that are ticked and the form for its sheet.
type sheetView struct {
	ClassConsents
	Classes []string
	Form    ui.BoundForm
	Ticked  []string // child:purpose
	Own     string   // the name of the institution
}

// value names a line of the sheet in the form.
func (v sheetView) value(child ConsentRow, p nursery.ConsentPurpose) string {
	return child.ID + ":" + string(p)
}

func (v sheetView) ticked(child ConsentRow, p nursery.ConsentPurpose) bool {
	return slices.Contains(v.Ticked, v.value(child, p))
}

// standing returns the consent of a child that is in force; a zero date if there is none.
func (c ConsentRow) standing(p nursery.ConsentPurpose) nursery.Date {
	for _, one := range c.Consents {
		if one.Purpose == p {
			return one.GivenOn
		}
	}
	return nursery.Date{}
}

func sheetShape() ui.FormSchema { return ui.SchemaOf[ConsentSheet]().Only("given_on", "evidence") }

// sheetOf reads the class of the request, the first one if it names none.
func (s *pages) sheetOf(r *http.Request) (v sheetView, err error) {
	p := web.Principal(r.Context())
	counts, err := s.service.ChildCounts(r.Context(), p)
	if err != nil {
		return v, err
	}
	for _, c := range counts {
		v.Classes = append(v.Classes, c.Class)
	}
	class := r.URL.Query().Get("class")
	if class == "" && len(v.Classes) > 0 {
		class = v.Classes[0]
	}
	if v.ClassConsents, err = s.service.ClassConsents(r.Context(), p, class); err != nil {
		return v, err
	}
	v.Own, err = s.service.OwnName(r.Context(), p)
	return v, err
}

func (s *pages) consentSheet(w http.ResponseWriter, r *http.Request) error {
	form := ui.BoundForm{Shape: sheetShape(), Values: url.Values{"/given_on": {s.service.Today().String()}}}
	return s.sheetPage(w, r, http.StatusOK, form, nil)
}

func (s *pages) sheetPage(w http.ResponseWriter, r *http.Request, status int, form ui.BoundForm, ticked []string) error {
	v, err := s.sheetOf(r)
	if err != nil {
		return err
	}
	for _, purpose := range r.URL.Query()["all"] {
		for _, child := range v.Children {
			ticked = append(ticked, v.value(child, nursery.ConsentPurpose(purpose)))
		}
	}
	v.Form, v.Ticked = form, ticked
	if err := s.NameFiles(r.Context(), &v.Form, web.Principal(r.Context()).Institution); err != nil {
		return err
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: "集体登记监护人同意", Wide: true, Back: "/children"}, consentSheetPage(v))
}

func (s *pages) giveConsents(w http.ResponseWriter, r *http.Request) error {
	again := func(status int, form ui.BoundForm) error {
		return s.sheetPage(w, r, status, form, r.PostForm["consent"])
	}
	return web.HandleForm(s.Site, w, r, web.FormSpec{Shape: sheetShape()}, again, func(in ConsentSheet) (string, string, error) {
		for _, ticked := range r.PostForm["consent"] {
			child, purpose, _ := strings.Cut(ticked, ":")
			in.Consents = append(in.Consents, TickedConsent{child, nursery.ConsentPurpose(purpose)})
		}
		done, err := s.service.GiveConsents(r.Context(), web.Principal(r.Context()), web.Key(r), in)
		return "/children/consents?" + r.URL.RawQuery, sheetText(done), err
	})
}

// sheetText names what became of the lines of a sheet.
func sheetText(done SheetRecorded) string {
	text := fmt.Sprintf("已登记 %d 项同意。", done.count("recorded"))
	for _, result := range []struct{ code, text string }{
		{"already", "%d 项此前已登记。"}, {"not_here", "%d 项没有登记：婴幼儿已不在本机构在托。"}, {"before_birth", "%d 项没有登记：同意日期早于出生日期。"},
	} {
		if n := done.count(result.code); n > 0 {
			text += fmt.Sprintf(result.text, n)
		}
	}
	return text
}

// blankSheet is the sheet of a class to be signed, for printing.
func (s *pages) blankSheet(w http.ResponseWriter, r *http.Request) error {
	v, err := s.sheetOf(r)
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "监护人同意书 " + v.Class, Wide: true, Back: v.address("", "")}, blankSheetPage(v))
}

// address is the address of the sheet, or of its blank form, with a parameter more.
func (v sheetView) address(more, all string) string {
	q := url.Values{"class": {v.Class}}
	if all != "" {
		q.Set("all", all)
	}
	return "/children/consents" + more + "?" + q.Encode()
}

// guardian is the name of a guardian; a dash if none is known here.
func (c ConsentRow) guardian() string { return cmp.Or(c.GuardianName, "—") }
