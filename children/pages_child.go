package children

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerChild() {
	s.Nav("/readings", "查阅登记", web.Places{nursery.RoleCountyOffice: 11, nursery.RoleAuditor: 8})
	s.Page("GET /children/{id}", s.child)
	s.Page("POST /children/{id}/class", s.changeClass)
	s.Page("POST /children/{id}/consents/{purpose}/withdraw", s.withdrawConsent)
	web.FormPage(s.Site, "/children/{id}/correct", s.askCorrection, func(r *http.Request, in nursery.Child) (string, string, error) {
		_, err := s.service.CorrectChild(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), in)
		return "/children/" + r.PathValue("id"), "已更正。", err
	}, nursery.RoleInstitution)
	web.FormPage(s.Site, "/children/{id}/consents", func(r *http.Request) (web.FormSpec, error) {
		id := r.PathValue("id")
		if _, err := s.service.Consents(r.Context(), web.Principal(r.Context()), id); err != nil {
			return web.FormSpec{}, err
		}
		evidence := ui.SchemaOf[ConsentGiven]()
		return web.FormSpec{
			Title: "登记监护人同意", Back: "/children/" + id, Button: "登记", Lead: "每一事项单独取得同意，并上传监护人签字的同意书。",
			Shape: evidence.WithFile("evidence"), Values: url.Values{"/purpose": {r.URL.Query().Get("purpose")}},
		}, nil
	}, func(r *http.Request, in ConsentGiven) (string, string, error) {
		_, err := s.service.GiveConsent(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), in)
		return "/children/" + r.PathValue("id"), "已登记同意。", err
	}, nursery.RoleInstitution)
	web.AddListing(s.Site, readingsListing)
}

// childView is what one role receives of a child for one purpose, with the consents where they are its business.
type childView struct {
	ChildRecord
	Purposes []ui.Option
	Consents []Consent
	Filed    []string // the classes of the institution
	p        nursery.Principal
}

// readingPurposes are those for which a role receives anything of a child.
func readingPurposes(role nursery.Role) []ui.Option {
	var list []ui.Option
	for _, p := range []nursery.ReadingPurpose{nursery.ReadForEnrolment, nursery.ReadForCheckup, nursery.ReadForInsurance, nursery.ReadForGuardian, nursery.ReadForSupervision} {
		if _, ok := nursery.AccessOf(role, p); ok {
			list = append(list, ui.Option{Value: string(p), Label: p.Title()})
		}
	}
	return list
}

func (s *pages) child(w http.ResponseWriter, r *http.Request) error {
	p := web.Principal(r.Context())
	v := childView{Purposes: readingPurposes(p.Role), p: p}
	purpose := r.FormValue("purpose")
	if purpose == "" && len(v.Purposes) > 0 {
		purpose = v.Purposes[0].Value
	}
	var err error
	if v.ChildRecord, err = s.service.Child(r.Context(), p, r.PathValue("id"), nursery.ReadingPurpose(purpose)); err != nil {
		return err
	}
	if p.Role == nursery.RoleInstitution {
		if v.Consents, err = s.service.Consents(r.Context(), p, v.ID); err != nil {
			return err
		}
		if v.Filed, err = s.service.FiledClasses(r.Context(), p); err != nil {
			return err
		}
	}
	return s.Show(w, r, web.Frame{Title: "婴幼儿 " + v.ID, Back: "/children"}, childPage(v))
}

func (s *pages) changeClass(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	class := strings.TrimSpace(r.PostFormValue("class"))
	if err := s.service.CheckClass(r.Context(), web.Principal(r.Context()), class); err != nil {
		return err
	}
	if _, err := s.service.ChangeClass(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), class); err != nil {
		return err
	}
	return s.Done(w, r, "/children/"+r.PathValue("id"), "已转入 "+class+"。")
}

func (s *pages) withdrawConsent(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	if _, err := s.service.WithdrawConsent(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("id"), nursery.ConsentPurpose(r.PathValue("purpose"))); err != nil {
		return err
	}
	return s.Done(w, r, "/children/"+r.PathValue("id"), "已登记撤回，即时生效。")
}

// askCorrection asks for the whole record, which is read for the guardian who has it corrected.
func (s *pages) askCorrection(r *http.Request) (web.FormSpec, error) {
	id := r.PathValue("id")
	page := web.FormSpec{Title: "更正婴幼儿信息", Back: "/children/" + id, Button: "更正", Lead: "应监护人要求更正。原来的内容留存备查。", Shape: ui.SchemaOf[nursery.Child]().WithOptions("county", ui.Counties()), Refusals: identityRefusals("/identity")}
	if r.Method != http.MethodGet {
		return page, nil
	}
	c, err := s.service.Child(r.Context(), web.Principal(r.Context()), id, nursery.ReadForGuardian)
	if err != nil {
		return page, err
	}
	page.Values = ui.FormOf(page.Shape, nursery.Child{
		IdentityKind: c.IdentityKind, Identity: c.Identity, Name: c.Name, BornOn: c.BornOn, Sex: c.Sex, GuardianName: c.GuardianName, GuardianPhone: c.GuardianPhone,
		County: web.Principal(r.Context()).County,
	}).Values
	return page, nil
}

// readingsListing is the page of the register of readings of personal data: who read which data of which child, and why.
var readingsListing = web.Listing[ReadingFilter, ReadingEntry]{
	List: Readings, Path: "/readings", Title: "个人信息查阅登记", Rows: 50, None: "没有查阅记录",
	Lead: "查阅婴幼儿个人信息、涉及婴幼儿的材料和投诉举报都登记账号、目的和所查字段；同一人同一天多次打开同一名单或投诉举报只登记一次。",
	Choices: func(nursery.Principal) []web.Choice {
		return []web.Choice{{Name: "child", Label: "婴幼儿编号", Text: true}}
	},
	Looks: func(web.Reader) ui.Looks[ReadingEntry] {
		return ui.Looks[ReadingEntry]{
			"查阅对象": ui.StyledCell("heads", func(e ReadingEntry) templ.Component { return ui.Text(e.What()) }),
			"查阅账号": ui.HeadCell(func(e ReadingEntry) ui.RowHead {
				return ui.RowHead{Name: e.Reader, Below: e.ReaderRole.Title() + " " + e.Institution}
			}),
		}
	},
}
