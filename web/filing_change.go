package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func registerFilingChange(s *Site) {
	s.Page("GET /filing/change", func(w http.ResponseWriter, r *http.Request) error {
		a, _, err := s.filedApplication(r)
		if err != nil {
			return err
		}
		return s.changePage(w, r, http.StatusOK, changeForm(a), NewKey())
	})
	s.Page("POST /filing/change", s.change)
	s.Page("GET /filing/cancel", Only(func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, Frame{Title: "注销备案", Back: "/home"}, cancelPage(BoundForm{Shape: SchemaOf[nursery.Cancellation](), Values: url.Values{}}, NewKey()))
	}, nursery.RoleInstitution))
	s.Page("POST /filing/cancel", s.cancel)
}

// AtoiOrZero reads a whole number that a page of ours has written; anything else is zero, which no version is.
func AtoiOrZero(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// filedApplication is what the institution has filed, as it was last declared, and in which case.
func (s *Site) filedApplication(r *http.Request) (a nursery.Application, filing string, err error) {
	p := Principal(r.Context())
	filed, err := s.Services.Institution(r.Context(), p, p.Institution)
	if err != nil {
		return a, "", err
	}
	if filed.FilingCase == "" {
		return a, "", &casework.Error{Code: casework.CodeNotFiled, Message: "本机构尚未备案，不能办理变更或注销。"}
	}
	c, err := s.Services.Case(r.Context(), p, filed.FilingCase)
	if err != nil {
		return a, "", err
	}
	return *c.Application, c.CaseNo, nil
}

// changeable are the properties that a change is asked for on one page; buildings and people change rarely and are long.
var changeable = section{"change", "变更内容", []string{"institution", "service_forms", "inclusive", "prices", "classes", "papers"}}

func changeForm(a nursery.Application) BoundForm {
	return FormOf(changeable.shape(a.Institution.County), a)
}

func (s *Site) changePage(w http.ResponseWriter, r *http.Request, status int, form BoundForm, key string) error {
	return s.ShowStatus(w, r, status, Frame{Title: "变更备案", Back: "/home"}, changePage(form, key, r.PostFormValue("_reason")))
}

func (s *Site) change(w http.ResponseWriter, r *http.Request) error {
	before, filing, err := s.filedApplication(r)
	if err != nil {
		return err
	}
	form, rearranged, err := s.DecodeForm(r, changeable.shape(before.Institution.County), casework.Upload{})
	if err != nil {
		return err
	}
	if rearranged {
		return s.changePage(w, r, http.StatusOK, form, Key(r))
	}
	a, err := merged(before, &form, changeable)
	if err != nil || len(form.Faults) > 0 {
		return s.changePage(w, r, http.StatusUnprocessableEntity, form, Key(r))
	}
	started, err := s.Services.StartChange(r.Context(), Principal(r.Context()), Key(r), filing, casework.ChangeRequest{Application: a, Reason: strings.TrimSpace(r.PostFormValue("_reason"))})
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Kind() == casework.Invalid {
		form.AddFaults(refused, "/application")
		return s.changePage(w, r, http.StatusUnprocessableEntity, form, NewKey())
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+started.CaseNo, "已提交变更备案，查询码 "+started.TrackingCode+"，请妥善保存。")
}

func (s *Site) cancel(w http.ResponseWriter, r *http.Request) error {
	form, changed, err := s.DecodeForm(r, SchemaOf[nursery.Cancellation](), casework.Upload{})
	if err != nil {
		return err
	}
	if changed {
		return s.ShowStatus(w, r, http.StatusOK, Frame{Title: "注销备案", Back: "/home"}, cancelPage(form, Key(r)))
	}
	in, err := Bind[nursery.Cancellation](&form)
	if err != nil {
		return err
	}
	_, filing, err := s.filedApplication(r)
	if err != nil {
		return err
	}
	started, err := s.Services.StartCancellation(r.Context(), Principal(r.Context()), Key(r), filing, in)
	var refused *casework.Error
	if errors.As(err, &refused) && refused.Kind() == casework.Invalid {
		form.AddFaults(refused, "")
		return s.ShowStatus(w, r, http.StatusUnprocessableEntity, Frame{Title: "注销备案", Back: "/home"}, cancelPage(form, NewKey()))
	}
	if err != nil {
		return err
	}
	return s.Done(w, r, "/cases/"+started.CaseNo, "已提交注销申请，查询码 "+started.TrackingCode+"，请妥善保存。")
}
