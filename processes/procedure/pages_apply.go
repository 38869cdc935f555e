package procedure

import (
	"context"
	"net/http"
	"slices"

	"tuoyu/casework"
	"tuoyu/casework/public"
	"tuoyu/nursery"
	"tuoyu/procedures/drawing"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerApply() {
	s.Nav("/procedures", "事项申请", web.Places{
		nursery.RoleInstitution: 9, nursery.RoleHospital: 5, nursery.RoleInsurer: 5, nursery.RoleClerk: 5, nursery.RoleSupervisor: 9, nursery.RoleInspector: 5,
		nursery.RoleCountyOffice: 12, nursery.RoleCityOffice: 12,
	})
	s.Tile(7, "/procedures", "补助、奖补和其他事项", "提交前按规则预检")
	s.Page("GET /procedures", s.procedures)
	s.Page("GET /procedures/{kind}/new", s.applicationPage)
	s.Page("POST /procedures/{kind}/new", s.apply)
	s.Reopens("POST /procedures/{kind}/new")
}

// procedures lists what the reader may apply for.
func (s *pages) procedures(w http.ResponseWriter, r *http.Request) error {
	p := web.Principal(r.Context())
	kinds, err := s.service.Kinds(r.Context(), p)
	if err != nil {
		return err
	}
	own := slices.DeleteFunc(kinds, func(k ProcedureKind) bool { return k.Role != p.Role })
	return s.Show(w, r, web.Frame{Title: "事项申请"}, proceduresPage(own))
}

// applicationView is the form of an application, with what one has to know beforehand.
type applicationView struct {
	ProcedureKind
	Form    ui.BoundForm
	Key     string
	Known   []string          // the labels of the fields that were filled in from the register
	Decided *nursery.Decision // of the pre-check
	Limits  []public.GuideLimit
	SVG     string
	Office  public.OfficeContact
}

// Guidance is what one has to know before one applies: the limits, and the way of a case as a picture.
func (s *Service) guidance(p nursery.Principal, kind string) (limits []public.GuideLimit, svg string, err error) {
	r, err := s.newest(kind, p)
	if err != nil {
		return nil, "", err
	}
	return public.LimitsOf(r.Procedure), drawing.SVG(r.Procedure, drawing.Marks{}), nil
}

// application returns the form of an application. Errors: not_found; forbidden where another role applies.
func (s *pages) application(r *http.Request) (v applicationView, err error) {
	p := web.Principal(r.Context())
	if v.ProcedureKind, err = s.service.Kind(r.Context(), p, r.PathValue("kind")); err != nil {
		return v, err
	}
	if v.Role != p.Role {
		return v, casework.NewError(casework.CodeForbidden, "您的角色不能申请这个事项。")
	}
	if v.Limits, v.SVG, err = s.service.guidance(p, r.PathValue("kind")); err != nil {
		return v, err
	}
	v.Office = s.Contact(r.Context(), p.County)
	v.Form.Shape, err = ui.ReadSchema(v.ProcedureKind.Form)
	return v, err
}

func (s *pages) showApplication(w http.ResponseWriter, r *http.Request, status int, v applicationView) error {
	p := web.Principal(r.Context())
	v.Form.Unmarked = v.Precheck
	if v.Key == "" {
		v.Key = ui.NewKey()
	}
	if err := s.NameFiles(r.Context(), &v.Form, p.Institution); err != nil {
		return err
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: v.Title, Back: "/procedures"}, applicationForm(v))
}

func (s *pages) applicationPage(w http.ResponseWriter, r *http.Request) error {
	v, err := s.application(r)
	if err != nil {
		return err
	}
	v.Form = ui.FormOf(v.Form.Shape, v.Prefilled)
	for _, field := range v.Form.Shape.Fields {
		if _, ok := v.Prefilled[field.Name]; ok {
			v.Known = append(v.Known, field.Title())
		}
	}
	return s.showApplication(w, r, http.StatusOK, v)
}

// apply checks an application by the rules, or submits it.
func (s *pages) apply(w http.ResponseWriter, r *http.Request) error {
	v, err := s.application(r)
	if err != nil {
		return err
	}
	form, changed, err := s.DecodeForm(r, v.Form.Shape, casework.Upload{})
	if err != nil {
		return err
	}
	v.Form, v.Key = form, web.Key(r)
	if changed {
		return s.showApplication(w, r, http.StatusOK, v)
	}
	facts, err := encoded(&v.Form)
	if err != nil {
		return err
	}
	if len(v.Form.Faults) > 0 {
		return s.showApplication(w, r, http.StatusUnprocessableEntity, v)
	}
	if r.PostFormValue("_precheck") != "" {
		err := s.precheck(r.Context(), &v, ProcedureApplication{facts})
		if err != nil {
			return s.notApplied(w, r, v, err)
		}
		return s.showApplication(w, r, http.StatusOK, v)
	}
	started, err := s.service.Start(r.Context(), web.Principal(r.Context()), v.Key, string(v.Kind), ProcedureApplication{facts})
	if err != nil {
		return s.notApplied(w, r, v, err)
	}
	return s.Show(w, r, web.Frame{Title: "已提交" + v.Title}, appliedPage(v.ProcedureKind, started, s.ProgressLink(started), v.Office))
}

// precheck decides on the application as it is, and shows each reason at its fields as well.
func (s *pages) precheck(ctx context.Context, v *applicationView, in ProcedureApplication) error {
	checked, err := s.service.PrecheckApplication(ctx, web.Principal(ctx), string(v.Kind), in)
	if err != nil {
		return err
	}
	v.Decided = &checked.Decision
	for _, reason := range checked.Decision.Reasons {
		for _, field := range reason.Fields {
			v.Form.AddFault(fieldPointer(field), "："+reason.Message)
		}
	}
	return nil
}

// fieldPointer returns the pointer in the application of a field that a rule names.
func fieldPointer(field string) string {
	const facts = "/facts"
	if len(field) > len(facts) && field[:len(facts)] == facts {
		return field[len(facts):]
	}
	return field
}

// notApplied shows the form with what was refused; what is no matter of the form is returned.
func (s *pages) notApplied(w http.ResponseWriter, r *http.Request, v applicationView, err error) error {
	refused := s.UserError(r.Context(), err)
	if refused.Kind() != casework.Invalid && refused.Kind() != casework.Conflict {
		return err
	}
	v.Key = ui.NewKey()
	v.Form.AddFaults(refused, "/facts")
	return s.showApplication(w, r, http.StatusUnprocessableEntity, v)
}

// notOpen returns why one may not apply now.
func notOpen(k ProcedureKind) string {
	if !k.OpenUntil.IsZero() && !k.Open {
		return "受理到 " + k.OpenUntil.Long() + "为止，现在不受理。"
	}
	return "不在网上申请，由系统按期发起或者由主管部门办理。"
}
