package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/web/ui"
)

// FormSpec is a page with one form: its fields and where it is sent.
type FormSpec struct {
	Title, Lead string
	Back        string // the previous page
	Action      string // URL the form is sent to; empty: the page's own
	Button      string
	Question    string // a confirmation before it is sent; empty: none
	Version     int    // the version that the input is based on
	Shape       ui.FormSchema
	Values      url.Values // initial values of the form
	To          casework.Upload
	Refusals    map[string]string // pointers of the fields at which refusals are shown that name none, by their code
}

// FormPage registers a page with one form that makes a T, and its submission. The page is shown to these roles only;
// the service authorizes the submission. act processes the form and returns where to go next and a message.
func FormPage[T any](s *Site, path string, about func(*http.Request) (FormSpec, error),
	act func(*http.Request, T) (next, said string, err error), roles ...nursery.Role,
) {
	s.Page("GET "+path, Only(func(w http.ResponseWriter, r *http.Request) error {
		page, err := about(r)
		if err != nil {
			return err
		}
		return s.ShowForm(w, r, page, http.StatusOK, ui.BoundForm{Values: page.Values})
	}, roles...))
	s.reopening["POST "+path] = true
	s.Page("POST "+path, func(w http.ResponseWriter, r *http.Request) error {
		page := FormSpec{Shape: ui.SchemaOf[T]()}
		if slices.Contains(roles, Principal(r.Context()).Role) { // the service rejects the others
			var err error
			if page, err = about(r); err != nil {
				return err
			}
		}
		return HandleForm(s, w, r, page, func(status int, form ui.BoundForm) error {
			page.Version = Version(r)
			return s.ShowForm(w, r, page, status, form)
		}, func(in T) (next, said string, err error) { return act(r, in) })
	})
}

// Always returns the same page for every request.
func Always(page FormSpec) func(*http.Request) (FormSpec, error) {
	return func(*http.Request) (FormSpec, error) { return page, nil }
}

// ShowForm responds with the page of a form.
func (s *Site) ShowForm(w http.ResponseWriter, r *http.Request, page FormSpec, status int, form ui.BoundForm) error {
	form.Shape, form.To = page.Shape, page.To
	if page.Action == "" {
		page.Action = r.URL.RequestURI()
	}
	return s.ShowStatus(w, r, status, Frame{Title: page.Title, Back: page.Back}, askingPage(page, form))
}

// HandleForm processes a form that makes a T: act processes it and returns where to go next and a message. If the input is
// rejected, the form is shown again with its errors, and no input is lost. Files are stored as page.To specifies.
func HandleForm[T any](s *Site, w http.ResponseWriter, r *http.Request, page FormSpec,
	again func(status int, form ui.BoundForm) error, act func(T) (next, said string, err error),
) error {
	form, changed, err := s.DecodeForm(r, page.Shape, page.To)
	if err != nil {
		return err
	}
	if changed {
		return again(http.StatusOK, form)
	}
	in, err := ui.Bind[T](&form)
	if err != nil {
		form.AddFaults(s.UserError(r.Context(), err), "")
	}
	if len(form.Faults) > 0 {
		return again(http.StatusUnprocessableEntity, form)
	}
	next, said, err := act(in)
	if err == nil {
		return s.Done(w, r, next, said)
	}
	var refused *casework.Error
	if !errors.As(err, &refused) || refused.Kind() != casework.Invalid && refused.Kind() != casework.Conflict && page.Refusals[refused.Code] == "" {
		return err
	}
	shown := *refused
	if at := page.Refusals[refused.Code]; at != "" && len(refused.Fields) == 0 {
		shown.Fields = []casework.FieldError{{Location: at, Message: "：" + refused.Message}}
	}
	form.AddFaults(&shown, "")
	return again(http.StatusUnprocessableEntity, form)
}

// Version returns the version that a form was based on.
func Version(r *http.Request) int { return AtoiOrZero(r.PostFormValue("_version")) }
