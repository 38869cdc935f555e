package filing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
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
	p.registerFiling()
	p.registerFilingChange()
	p.registerPapers()
	p.registerGuide()
	p.registerSiteVisits()
}

func (s *pages) registerFiling() {
	s.Task(web.TaskPage{Subject: applied, Initial: enteredRegistration}, "filing.registration")
	s.Task(web.TaskPage{Subject: applied}, "filing.review", "filing_change.review")
	s.Task(web.TaskPage{Subject: s.siteVisitSubject}, "filing.site_visit", "filing.recheck")
	s.Task(web.TaskPage{Subject: requested}, "filing_cancel.review")
	s.Task(web.TaskPage{Subject: toCorrect, Elsewhere: correctionsPath}, "filing.corrections")
	s.Task(web.TaskPage{Subject: s.foundOnSiteSubject}, "filing.site_visit_countersign", "filing.rectify", "filing.recheck_countersign")
	s.Case(web.CasePage{Content: s.applicationContent, Link: editLink}, nursery.KindFiling, nursery.KindChange)
	s.Tile(1, "/filing/new", "托育机构备案", "填写时随时保存，提交前预审")
	s.Tile(2, "/filing/change", "变更备案", "名称、地址、班级、人员变化")
	s.Tile(3, "/filing/cancel", "注销备案", "停止服务")
	s.Page("GET /filing/new", web.Only(func(w http.ResponseWriter, r *http.Request) error {
		return s.newPage(w, r, http.StatusOK, newFilingForm(web.Principal(r.Context())))
	}, nursery.RoleInstitution))
	s.Page("POST /filing/new", s.filingStart)
	s.Page("GET /filing/{no}", s.filing)
	s.Page("GET /filing/{no}/section/{name}", s.filingSection)
	s.Page("POST /filing/{no}/section/{name}", s.filingSave)
	s.Reopens("POST /filing/{no}/section/{name}")
	s.Page("POST /filing/{no}/section/{name}/precheck", s.filingPrecheck)
	s.Page("GET /filing/{no}/check", s.filingCheck)
	s.Page("POST /filing/{no}/submit", s.filingSubmit)
	s.Page("GET /filing/{no}/receipt", s.filingReceipt)
}

// filingView is an application in progress.
type filingView struct {
	Case     casework.CaseDetail
	Sections []sectionView
	Gaps     int // found by the rules now
	App      appView
	Faults   []casework.FieldError // why it could not be submitted
	Message  string
}

// place returns the link to where a gap is corrected; empty if the applicant has nothing to change.
func (v filingView) place(g nursery.Reason) (href, title string) {
	form := v.App.BoundForm
	form.Values = maps.Clone(form.Values)
	slots(&form, v.Case, openPointers(v.Case))
	for _, pointer := range g.Fields {
		for _, part := range sectionsOf(v.Case.Application.SiteKind) {
			if part.holds(pointer) && nursery.Correctable(*v.Case.Application, pointer) {
				return "/filing/" + v.Case.CaseNo + "/section/" + part.Name + "#" + ui.FieldID(form.PlaceOf(pointer)), pointerTitle(form, pointer)
			}
		}
	}
	return "", ""
}

// faultPlace returns the link to where an error is corrected.
func (v filingView) faultPlace(f casework.FieldError) string {
	pointer := strings.TrimPrefix(f.Location, "/application")
	if href, _ := v.place(nursery.Reason{Fields: []string{pointer}}); href != "" {
		return href
	}
	for _, part := range sectionsOf(v.Case.Application.SiteKind) {
		if part.holds(pointer) {
			return "/filing/" + v.Case.CaseNo + "/section/" + part.Name + "#" + ui.FieldID(pointer)
		}
	}
	return "/filing/" + v.Case.CaseNo
}

// draft reads the case with its application.
func (s *pages) draft(r *http.Request) (casework.CaseDetail, error) {
	c, err := s.service.Case(r.Context(), web.Principal(r.Context()), r.PathValue("no"))
	if err != nil {
		return c, err
	}
	if c.Application == nil || c.Kind != nursery.KindFiling {
		return c, &casework.Error{Code: casework.CodeNotFound, Message: "没有这项内容，或者您无权查看。"}
	}
	return c, nil
}

// draftSection reads the case and the section in the URL.
func (s *pages) draftSection(r *http.Request) (casework.CaseDetail, section, error) {
	part, ok := sectionNamed(r.PathValue("name"))
	if !ok {
		return casework.CaseDetail{}, part, &casework.Error{Code: casework.CodeNotFound, Message: "没有这一部分。"}
	}
	c, err := s.draft(r)
	return c, part, err
}

// sections evaluates the current rules on each section of the application.
func (s *pages) sections(ctx context.Context, c casework.CaseDetail) (filingView, error) {
	checked, err := s.service.Precheck(ctx, web.Principal(ctx), *c.Application)
	if err != nil {
		return filingView{}, err
	}
	typed, err := s.service.TypedSections(ctx, web.Principal(ctx), c.CaseNo)
	if err != nil {
		return filingView{}, err
	}
	v := filingView{Case: c, Gaps: checked.Gaps, App: newAppView(c)}
	entered := v.App.BoundForm
	open := openPointers(c)
	for _, part := range sectionsOf(c.Application.SiteKind) {
		sv := sectionView{section: part, Open: c.Status == nursery.CaseDraft, Faults: typed[part.Name].Faults, Reasons: reasonsOf(checked, part)}
		for _, name := range part.Fields {
			f, _ := entered.Shape.Field(name)
			sv.Filled = sv.Filled || ui.Filled(entered, ui.FormSchema{Kind: ui.KindGroup, Fields: []ui.FormSchema{f}}, "")
			sv.Open = sv.Open || ui.Opens(open, "/"+name)
		}
		v.Sections = append(v.Sections, sv)
	}
	return v, nil
}

// newFilingForm returns the form with which a filing begins.
func newFilingForm(p nursery.Principal) ui.BoundForm {
	s := applicationShape()
	kind, _ := s.Field("site_kind")
	kind.Required = true
	form := ui.BoundForm{Shape: ui.FormSchema{Kind: ui.KindGroup, Fields: []ui.FormSchema{kind, {Name: "county", Kind: ui.KindChoice, Label: "所在县区", Options: ui.Counties(), Required: true}}}, Values: url.Values{}}
	form.Values.Set("/county", p.County)
	return form
}

// newPage asks for what a filing begins with, and names a draft that there is already.
func (s *pages) newPage(w http.ResponseWriter, r *http.Request, status int, form ui.BoundForm) error {
	drafts, err := casework.Cases.Page(r.Context(), s.service.Service, web.Principal(r.Context()), casework.CaseFilter{Kind: nursery.KindFiling, Status: nursery.CaseDraft}, casework.PageRequest{Limit: 1})
	if err != nil {
		return err
	}
	draft := ""
	if len(drafts.Items) > 0 {
		draft = drafts.Items[0].CaseNo
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: "托育机构备案", Back: "/home"}, filingNewPage(form, draft))
}

func (s *pages) filingStart(w http.ResponseWriter, r *http.Request) error {
	form, changed, err := s.DecodeForm(r, newFilingForm(web.Principal(r.Context())).Shape, casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.newPage(w, r, http.StatusOK, form)
	}
	a := nursery.Application{SiteKind: nursery.SiteKind(form.Values.Get("/site_kind"))}
	a.Institution.County = form.Values.Get("/county")
	if a.SiteKind == "" {
		form.AddFault("/site_kind", "请选择")
		return s.newPage(w, r, http.StatusUnprocessableEntity, form)
	}
	started, err := s.service.StartFiling(r.Context(), web.Principal(r.Context()), web.Key(r), casework.StartFiling{Application: a, Draft: true})
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "已建立备案草稿"}, filingStartedPage(started, s.ProgressLink(started)))
}

func (s *pages) filing(w http.ResponseWriter, r *http.Request) error {
	c, err := s.draft(r)
	if err != nil {
		return err
	}
	if !mayEdit(c, web.Principal(r.Context())) {
		http.Redirect(w, r, "/cases/"+c.CaseNo, http.StatusSeeOther)
		return nil
	}
	v, err := s.sections(r.Context(), c)
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "备案申请", Back: "/cases/" + c.CaseNo}, filingPage(v))
}

func (s *pages) filingSection(w http.ResponseWriter, r *http.Request) error {
	c, part, err := s.draftSection(r)
	if err != nil {
		return err
	}
	form := ui.FormOf(part.shape(c.County), *c.Application)
	form.To = uploadOf(c, web.Principal(r.Context()))
	typed, err := s.service.TypedSections(r.Context(), web.Principal(r.Context()), c.CaseNo)
	if err != nil {
		return err
	}
	if t, faulty := typed[part.Name]; faulty {
		form.Values, form.Faults = t.Values, t.Faults
	}
	return s.sectionPage(w, r, http.StatusOK, c, part, form, c.Version, ui.NewKey())
}

func (s *pages) sectionPage(w http.ResponseWriter, r *http.Request, status int, c casework.CaseDetail, part section, form ui.BoundForm, version int, key string) error {
	looked := form // a copy, so that errors of reading it again are not shown in addition
	looked.Values = maps.Clone(form.Values)
	withoutBlankSlots(&looked, c)
	a, err := merged(*c.Application, &looked, part)
	if err != nil {
		a = *c.Application
	}
	checked, err := s.service.Precheck(r.Context(), web.Principal(r.Context()), a)
	if err != nil {
		return err
	}
	form.Unmarked = true
	slots(&form, c, missingPapers(c, checked))
	form.Open, form.Whole = openFields(c, form, a)
	titleItems(&form)
	if err := s.NameFiles(r.Context(), &form, c.Institution); err != nil {
		return err
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: part.Title, Wide: true, Back: "/filing/" + c.CaseNo},
		filingSectionPage(c.CaseNo, c.Application.SiteKind, part, form, version, key, reasonsOf(checked, part)))
}

// merged returns the application with the section as entered.
func merged(a nursery.Application, form *ui.BoundForm, part section) (nursery.Application, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return a, err
	}
	var whole map[string]any
	if err := json.Unmarshal(raw, &whole); err != nil {
		return a, err
	}
	faults := form.Faults
	entered, _ := form.Decode().(map[string]any)
	form.Faults = append(faults, form.Faults...)
	for _, name := range part.Fields {
		if v, ok := entered[name]; ok {
			whole[name] = v
		} else {
			delete(whole, name)
		}
	}
	if raw, err = json.Marshal(whole); err != nil {
		return a, err
	}
	var out nursery.Application
	if err := json.Unmarshal(raw, &out); err != nil {
		form.AddFault("", "填写的内容无法读取，请检查日期和数字。")
		return a, err
	}
	return out, nil
}

func (s *pages) filingSave(w http.ResponseWriter, r *http.Request) error {
	c, part, err := s.draftSection(r)
	if err != nil {
		return err
	}
	form, changed, err := s.DecodeForm(r, part.shape(c.County), uploadOf(c, web.Principal(r.Context())))
	if err != nil {
		return err
	}
	version := web.Version(r)
	if changed {
		return s.sectionPage(w, r, http.StatusOK, c, part, form, version, web.Key(r))
	}
	withoutBlankSlots(&form, c)
	a, err := s.saveSection(r, c, part, &form, version)
	var refused *casework.Error
	switch {
	case errors.As(err, &refused) && refused.Code == casework.CodeVersionStale: // the input on the page is preserved: saving again saves it
		form.Faults = []casework.FieldError{{Message: "其他人刚刚保存过本申请。请核对本页内容，再次保存将以本页为准。"}}
		return s.sectionPage(w, r, http.StatusConflict, c, part, form, c.Version, ui.NewKey())
	case refused != nil && refused.Kind() == casework.Invalid:
		if len(form.Faults) == 0 {
			form.AddFaults(refused, "/application")
		}
		return s.sectionPage(w, r, http.StatusUnprocessableEntity, c, part, form, version, ui.NewKey())
	case err != nil:
		return err
	case len(form.Faults) > 0:
		return s.Done(w, r, "/filing/"+c.CaseNo+"/section/"+part.Name, fmt.Sprintf("已按所填内容保存草稿，其中 %d 处需要改正，提交前改好即可。", len(form.Faults)))
	}
	to := "/filing/" + c.CaseNo
	if next, ok := part.after(a.SiteKind); ok && r.PostFormValue("_next") == "next" {
		to += "/section/" + next.Name
	}
	return s.Done(w, r, to, "已保存“"+part.Title+"”。")
}

// saveSection saves a section as entered and returns the application. Of a draft it saves faulty values too, as typed, and sets the
// faults of the form; the application is then without these values. Errors: those of CorrectFiling.
func (s *pages) saveSection(r *http.Request, c casework.CaseDetail, part section, form *ui.BoundForm, version int) (nursery.Application, error) {
	valid := *form
	valid.Values = maps.Clone(form.Values)
	for try := 0; ; try++ {
		a, err := merged(*c.Application, &valid, part)
		if len(valid.Faults) == 0 && err == nil {
			key := web.Key(r)
			if try > 0 {
				key = fmt.Sprintf("%s-%d", key, try)
			}
			_, err = s.service.SaveSection(r.Context(), web.Principal(r.Context()), key, c.CaseNo, casework.Correction{Application: a, Version: version},
				part.Name, Typed{Values: form.Entered(), Faults: form.Faults})
			var refused *casework.Error
			if !errors.As(err, &refused) || refused.Kind() != casework.Invalid {
				return a, err
			}
			valid.AddFaults(refused, "/application")
		}
		faults := valid.Faults
		form.Faults = append(form.Faults, faults...)
		valid.Faults = nil
		removed := valid.Blank(faults)
		if c.Status != nursery.CaseDraft || !removed || try == 3 {
			return a, &casework.Error{Code: casework.CodeInvalid, Message: "填写的内容有误，没有保存。", Err: err}
		}
	}
}

// uploadOf returns whose files p uploads for a filing.
func uploadOf(c casework.CaseDetail, p nursery.Principal) casework.Upload {
	if p.Role == nursery.RoleInstitution {
		return casework.Upload{}
	}
	return casework.Upload{Institution: c.Institution, County: c.County}
}

// filingPrecheck returns the rules' findings on a section as entered on the page, saved or not.
func (s *pages) filingPrecheck(w http.ResponseWriter, r *http.Request) error {
	c, part, err := s.draftSection(r)
	if err != nil {
		return err
	}
	if err := web.ParseForm(r); err != nil {
		return err
	}
	form := ui.BoundForm{Shape: part.shape(c.County), Values: r.PostForm}
	withoutBlankSlots(&form, c)
	a, err := merged(*c.Application, &form, part)
	if err != nil {
		a = *c.Application
	}
	checked, err := s.service.Precheck(r.Context(), web.Principal(r.Context()), a)
	if err != nil {
		return err
	}
	return s.ShowPart(w, r, precheck(reasonsOf(checked, part)))
}

func (s *pages) filingCheck(w http.ResponseWriter, r *http.Request) error {
	c, err := s.draft(r)
	if err != nil {
		return err
	}
	return s.checkPage(w, r, http.StatusOK, c, nil)
}

// checkPage shows the application before it is submitted, and why it could not be.
func (s *pages) checkPage(w http.ResponseWriter, r *http.Request, status int, c casework.CaseDetail, refused *casework.Error) error {
	v, err := s.sections(r.Context(), c)
	if err != nil {
		return err
	}
	if refused != nil {
		v.Message, v.Faults = refused.Message, refused.Fields
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: "核对并提交", Wide: true, Back: "/filing/" + c.CaseNo, Uses: []string{"papers.js"}}, filingCheckPage(v))
}

func (s *pages) filingSubmit(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	c, err := s.draft(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("declared") != "yes" {
		return s.checkPage(w, r, http.StatusUnprocessableEntity, c, &casework.Error{Code: casework.CodeInvalid, Message: "请先勾选声明，再提交。"})
	}
	if c.Stage == nursery.StageCorrections {
		_, err = s.service.CorrectFiling(r.Context(), web.Principal(r.Context()), web.Key(r), c.CaseNo, casework.Correction{Application: *c.Application, Version: web.Version(r), Submit: true})
	} else {
		_, err = s.service.SubmitFiling(r.Context(), web.Principal(r.Context()), web.Key(r), c.CaseNo)
	}
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Kind() == casework.Invalid { // each error links to its section
		return s.checkPage(w, r, http.StatusUnprocessableEntity, c, refused)
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, "/filing/"+c.CaseNo+"/receipt", "")
}

func (s *pages) filingReceipt(w http.ResponseWriter, r *http.Request) error {
	c, err := s.draft(r)
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "已提交"}, filingReceiptPage(c, s.Contact(r.Context(), c.County)))
}
