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
	s.page("GET /children/{id}", s.child)
	s.page("POST /children/{id}/class", s.changeClass)
	s.page("POST /children/{id}/consents/{purpose}/withdraw", s.withdrawConsent)
	formPage(s, "/children/{id}/correct", s.askCorrection, func(r *http.Request, in nursery.Child) (string, string, error) {
		_, err := s.Services.CorrectChild(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("id"), in)
		return "/children/" + r.PathValue("id"), "已更正。", err
	}, nursery.RoleInstitution)
	formPage(s, "/children/{id}/consents", func(r *http.Request) (asking, error) {
		id := r.PathValue("id")
		if _, err := s.Services.Consents(r.Context(), principalFrom(r.Context()), id); err != nil {
			return asking{}, err
		}
		evidence := shapeOf[children.ConsentGiven]()
		return asking{
			Title: "登记监护人同意", Back: "/children/" + id, Button: "登记", Lead: "每一事项单独取得同意，并上传监护人签字的同意书。",
			Shape: evidence.filing("evidence"), Values: url.Values{"/purpose": {r.URL.Query().Get("purpose")}},
		}, nil
	}, func(r *http.Request, in children.ConsentGiven) (string, string, error) {
		_, err := s.Services.GiveConsent(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("id"), in)
		return "/children/" + r.PathValue("id"), "已登记同意。", err
	}, nursery.RoleInstitution)
	s.page("GET /readings", s.readings)
}

// childView is what one role receives of a child for one purpose, with the consents where they are its business.
type childView struct {
	children.ChildRecord
	Purposes []option
	Consents []children.Consent
	p        nursery.Principal
}

// readingPurposes are those for which a role receives anything of a child.
func readingPurposes(role nursery.Role) []option {
	var list []option
	for _, p := range []nursery.ReadingPurpose{nursery.ReadForEnrolment, nursery.ReadForCheckup, nursery.ReadForInsurance, nursery.ReadForGuardian, nursery.ReadForSupervision} {
		if _, ok := nursery.AccessOf(role, p); ok {
			list = append(list, option{string(p), p.Title()})
		}
	}
	return list
}

func (s *Site) child(w http.ResponseWriter, r *http.Request) error {
	p := principalFrom(r.Context())
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
	return s.show(w, r, frame{Title: "婴幼儿 " + v.ID, Back: "/children"}, childPage(v))
}

func (s *Site) changeClass(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	class := strings.TrimSpace(r.PostFormValue("class"))
	if _, err := s.Services.ChangeClass(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("id"), class); err != nil {
		return err
	}
	return s.done(w, r, "/children/"+r.PathValue("id"), "已转入 "+class+"。")
}

func (s *Site) withdrawConsent(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(r); err != nil {
		return err
	}
	if _, err := s.Services.WithdrawConsent(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("id"), nursery.ConsentPurpose(r.PathValue("purpose"))); err != nil {
		return err
	}
	return s.done(w, r, "/children/"+r.PathValue("id"), "已登记撤回，即时生效。")
}

// askCorrection asks for the whole record, which is read for the guardian who has it corrected.
func (s *Site) askCorrection(r *http.Request) (asking, error) {
	id := r.PathValue("id")
	page := asking{Title: "更正婴幼儿信息", Back: "/children/" + id, Button: "更正", Lead: "应监护人要求更正。原来的内容留存备查。", Shape: shapeOf[nursery.Child]().choosing("county", counties())}
	if r.Method != http.MethodGet {
		return page, nil
	}
	c, err := s.Services.Child(r.Context(), principalFrom(r.Context()), id, nursery.ReadForGuardian)
	if err != nil {
		return page, err
	}
	page.Values = ask(page.Shape, nursery.Child{
		IdentityKind: c.IdentityKind, Identity: c.Identity, Name: c.Name, BornOn: c.BornOn, Sex: c.Sex, GuardianName: c.GuardianName, GuardianPhone: c.GuardianPhone,
		County: principalFrom(r.Context()).County,
	}).Values
	return page, nil
}

// readingCells is the table of readings.
var readingCells = cellsOf(children.Readings.Sheet, looks[children.ReadingEntry]{
	"查阅对象": as("heads", func(e children.ReadingEntry) templ.Component { return text(e.What()) }),
	"查阅账号": headed(func(e children.ReadingEntry) rowHead {
		return rowHead{"", e.Reader, "", e.ReaderRole.Title() + " " + e.Institution}
	}),
})

// readings shows the register of readings of personal data: who read which data of which child, and why.
func (s *Site) readings(w http.ResponseWriter, r *http.Request) error {
	p, child := principalFrom(r.Context()), strings.TrimSpace(r.FormValue("child"))
	return listPage(s, w, r, p, children.Readings, children.ReadingFilter{Child: child}, 50, frame{Title: "个人信息查阅登记", Wide: true}, func(list casework.Page[children.ReadingEntry]) templ.Component {
		return readingsPage(list.Items, child, nextPage(r, list.Next), r)
	})
}
