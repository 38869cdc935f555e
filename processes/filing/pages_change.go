package filing

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/registry"
	"tuoyu/web"
	"tuoyu/web/ui"
)

func (s *pages) registerFilingChange() {
	s.Page("GET /filing/change", func(w http.ResponseWriter, r *http.Request) error {
		a, _, err := s.filedApplication(r)
		if err != nil {
			return err
		}
		return s.changePage(w, r, http.StatusOK, changeForm(a), ui.NewKey())
	})
	s.Page("POST /filing/change", s.change)
	s.Page("GET /filing/cancel", web.Only(func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, web.Frame{Title: "注销备案", Back: "/home"}, cancelPage(ui.BoundForm{Shape: ui.SchemaOf[nursery.Cancellation](), Values: url.Values{}}, ui.NewKey()))
	}, nursery.RoleInstitution))
	s.Page("POST /filing/cancel", s.cancel)
}

// filedApplication is what the institution has filed, as it was last declared, and in which case.
func (s *pages) filedApplication(r *http.Request) (a nursery.Application, filing string, err error) {
	p := web.Principal(r.Context())
	filed, err := registry.For(s.service.Service).Institution(r.Context(), p, p.Institution)
	if err != nil {
		return a, "", err
	}
	if filed.FilingCase == "" {
		return a, "", &casework.Error{Code: casework.CodeNotFiled, Message: "本机构尚未备案，不能办理变更或注销。"}
	}
	c, err := s.service.Case(r.Context(), p, filed.FilingCase)
	if err != nil {
		return a, "", err
	}
	return *c.Application, c.CaseNo, nil
}

// changeable are the properties that a change is asked for on one page; buildings and people change rarely and are long.
var changeable = section{"change", "变更内容", []string{"institution", "service_forms", "inclusive", "prices", "classes", "papers"}}

func changeForm(a nursery.Application) ui.BoundForm {
	return ui.FormOf(changeable.shape(a.Institution.County), a)
}

func (s *pages) changePage(w http.ResponseWriter, r *http.Request, status int, form ui.BoundForm, key string) error {
	return s.ShowStatus(w, r, status, web.Frame{Title: "变更备案", Back: "/home"}, changePage(form, key, r.PostFormValue("_reason")))
}

func (s *pages) change(w http.ResponseWriter, r *http.Request) error {
	before, filing, err := s.filedApplication(r)
	if err != nil {
		return err
	}
	form, rearranged, err := s.DecodeForm(r, changeable.shape(before.Institution.County), casework.Upload{})
	if err != nil {
		return err
	}
	if rearranged {
		return s.changePage(w, r, http.StatusOK, form, web.Key(r))
	}
	a, err := merged(before, &form, changeable)
	if err != nil || len(form.Faults) > 0 {
		return s.changePage(w, r, http.StatusUnprocessableEntity, form, web.Key(r))
	}
	started, err := s.service.StartChange(r.Context(), web.Principal(r.Context()), web.Key(r), filing, casework.ChangeRequest{Application: a, Reason: strings.TrimSpace(r.PostFormValue("_reason"))})
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Kind() == casework.Invalid {
		form.AddFaults(refused, "/application")
		return s.changePage(w, r, http.StatusUnprocessableEntity, form, ui.NewKey())
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+started.CaseNo, "已提交变更备案，查询码 "+started.TrackingCode+"，请妥善保存。")
}

func (s *pages) cancel(w http.ResponseWriter, r *http.Request) error {
	form, changed, err := s.DecodeForm(r, ui.SchemaOf[nursery.Cancellation](), casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.ShowStatus(w, r, http.StatusOK, web.Frame{Title: "注销备案", Back: "/home"}, cancelPage(form, web.Key(r)))
	}
	in, err := ui.Bind[nursery.Cancellation](&form)
	if err != nil {
		return err
	}
	_, filing, err := s.filedApplication(r)
	if err != nil {
		return err
	}
	started, err := s.service.StartCancellation(r.Context(), web.Principal(r.Context()), web.Key(r), filing, in)
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Kind() == casework.Invalid {
		form.AddFaults(refused, "")
		return s.ShowStatus(w, r, http.StatusUnprocessableEntity, web.Frame{Title: "注销备案", Back: "/home"}, cancelPage(form, ui.NewKey()))
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+started.CaseNo, "已提交注销申请，查询码 "+started.TrackingCode+"，请妥善保存。")
}
