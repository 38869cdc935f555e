package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/children"
	"tuoyu/nursery"
)

func registerChild(s *Site) {
	s.Nav("/readings", "查阅登记", Places{nursery.RoleCountyOffice: 11, nursery.RoleAuditor: 8})
	s.Page("GET /children/{id}", s.child)
	s.Page("POST /children/{id}/class", s.changeClass)
	s.Page("POST /children/{id}/consents/{purpose}/withdraw", s.withdrawConsent)
	FormPage(s, "/children/{id}/correct", s.askCorrection, func(r *http.Request, in nursery.Child) (string, string, error) {
		_, err := s.Services.CorrectChild(r.Context(), Principal(r.Context()), Key(r), r.PathValue("id"), in)
		return "/children/" + r.PathValue("id"), "已更正。", err
	}, nursery.RoleInstitution)
	FormPage(s, "/children/{id}/consents", func(r *http.Request) (FormSpec, error) {
		id := r.PathValue("id")
		if _, err := s.Services.Consents(r.Context(), Principal(r.Context()), id); err != nil {
			return FormSpec{}, err
		}
		evidence := SchemaOf[children.ConsentGiven]()
		return FormSpec{
			Title: "登记监护人同意", Back: "/children/" + id, Button: "登记", Lead: "每一事项单独取得同意，并上传监护人签字的同意书。",
			Shape: evidence.WithFile("evidence"), Values: url.Values{"/purpose": {r.URL.Query().Get("purpose")}},
		}, nil
	}, func(r *http.Request, in children.ConsentGiven) (string, string, error) {
		_, err := s.Services.GiveConsent(r.Context(), Principal(r.Context()), Key(r), r.PathValue("id"), in)
		return "/children/" + r.PathValue("id"), "已登记同意。", err
	}, nursery.RoleInstitution)
	s.Page("GET /readings", s.readings)
}

// childView is what one role receives of a child for one purpose, with the consents where they are its business.
type childView struct {
	children.ChildRecord
	Purposes []Option
	Consents []children.Consent
	p        nursery.Principal
}

// readingPurposes are those for which a role receives anything of a child.
func readingPurposes(role nursery.Role) []Option {
	var list []Option
	for _, p := range []nursery.ReadingPurpose{nursery.ReadForEnrolment, nursery.ReadForCheckup, nursery.ReadForInsurance, nursery.ReadForGuardian, nursery.ReadForSupervision} {
		if _, ok := nursery.AccessOf(role, p); ok {
			list = append(list, Option{string(p), p.Title()})
		}
	}
	return list
}

func (s *Site) child(w http.ResponseWriter, r *http.Request) error {
	p := Principal(r.Context())
	v := childView{Purposes: readingPurposes(p.Role), p: p}
	purpose := r.FormValue("purpose")
	if purpose == "" && len(v.Purposes) > 0 {
		purpose = v.Purposes[0].Value
	}
	var err error
	if v.ChildRecord, err = s.Services.Child(r.Context(), p, r.PathValue("id"), nursery.ReadingPurpose(purpose)); err != nil {
		return err
	}
	if p.Role == nursery.RoleInstitution {
		if v.Consents, err = s.Services.Consents(r.Context(), p, v.ID); err != nil {
			return err
		}
	}
	return s.Show(w, r, Frame{Title: "婴幼儿 " + v.ID, Back: "/children"}, childPage(v))
}

func (s *Site) changeClass(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	class := strings.TrimSpace(r.PostFormValue("class"))
	if _, err := s.Services.ChangeClass(r.Context(), Principal(r.Context()), Key(r), r.PathValue("id"), class); err != nil {
		return err
	}
	return s.Done(w, r, "/children/"+r.PathValue("id"), "已转入 "+class+"。")
}

func (s *Site) withdrawConsent(w http.ResponseWriter, r *http.Request) error {
	if err := ParseForm(r); err != nil {
		return err
	}
	if _, err := s.Services.WithdrawConsent(r.Context(), Principal(r.Context()), Key(r), r.PathValue("id"), nursery.ConsentPurpose(r.PathValue("purpose"))); err != nil {
		return err
	}
	return s.Done(w, r, "/children/"+r.PathValue("id"), "已登记撤回，即时生效。")
}

// askCorrection asks for the whole record, which is read for the guardian who has it corrected.
func (s *Site) askCorrection(r *http.Request) (FormSpec, error) {
	id := r.PathValue("id")
	page := FormSpec{Title: "更正婴幼儿信息", Back: "/children/" + id, Button: "更正", Lead: "应监护人要求更正。原来的内容留存备查。", Shape: SchemaOf[nursery.Child]().WithOptions("county", Counties()), Refusals: identityRefusals("/identity")}
	if r.Method != http.MethodGet {
		return page, nil
	}
	c, err := s.Services.Child(r.Context(), Principal(r.Context()), id, nursery.ReadForGuardian)
	if err != nil {
		return page, err
	}
	page.Values = FormOf(page.Shape, nursery.Child{
		IdentityKind: c.IdentityKind, Identity: c.Identity, Name: c.Name, BornOn: c.BornOn, Sex: c.Sex, GuardianName: c.GuardianName, GuardianPhone: c.GuardianPhone,
		County: Principal(r.Context()).County,
	}).Values
	return page, nil
}

// readingCells is the table of readings.
var readingCells = CellsOf(children.Readings.Sheet, Looks[children.ReadingEntry]{
	"查阅对象": StyledCell("heads", func(e children.ReadingEntry) templ.Component { return Text(e.What()) }),
	"查阅账号": HeadCell(func(e children.ReadingEntry) RowHead {
		return RowHead{"", e.Reader, "", e.ReaderRole.Title() + " " + e.Institution}
	}),
})

// readings shows the register of readings of personal data: who read which data of which child, and why.
func (s *Site) readings(w http.ResponseWriter, r *http.Request) error {
	p, child := Principal(r.Context()), strings.TrimSpace(r.FormValue("child"))
	return ListPage(s, w, r, p, children.Readings, children.ReadingFilter{Child: child}, 50, Frame{Title: "个人信息查阅登记", Wide: true}, func(list casework.Page[children.ReadingEntry]) templ.Component {
		return readingsPage(list.Items, child, NextPage(r, list.Next), r)
	})
}
