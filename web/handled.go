package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// asking is a page with one form: its fields and where it is sent.
type asking struct {
	Title, Lead string
	Back        string // the previous page
	Action      string // URL the form is sent to; empty: the page's own
	Button      string
	Question    string // a confirmation before it is sent; empty: none
	Version     int    // the version that the input is based on
	Shape       formSchema
	Values      url.Values // initial values of the form
	To          casework.Upload
}

// formPage registers a page with one form that makes a T, and its submission. The page is shown to these roles only;
// the service authorizes the submission. act processes the form and returns where to go next and a message.
func formPage[T any](s *Site, path string, about func(*http.Request) (asking, error),
	act func(*http.Request, T) (next, said string, err error), roles ...nursery.Role,
) {
	s.page("GET "+path, only(func(w http.ResponseWriter, r *http.Request) error {
		page, err := about(r)
		if err != nil {
			return err
		}
		return s.showAsking(w, r, page, http.StatusOK, boundForm{Values: page.Values})
	}, roles...))
	s.reopening["POST "+path] = true
	s.page("POST "+path, func(w http.ResponseWriter, r *http.Request) error {
		page := asking{Shape: shapeOf[T]()}
		if slices.Contains(roles, principalFrom(r.Context()).Role) { // the service rejects the others
			var err error
			if page, err = about(r); err != nil {
				return err
			}
		}
		return handled(s, w, r, page.Shape, page.To, func(status int, form boundForm) error {
			page.Version = version(r)
			return s.showAsking(w, r, page, status, form)
		}, func(in T) (next, said string, err error) { return act(r, in) })
	})
}

// always returns the same page for every request.
func always(page asking) func(*http.Request) (asking, error) {
	return func(*http.Request) (asking, error) { return page, nil }
}

// showAsking responds with the page of a form.
func (s *Site) showAsking(w http.ResponseWriter, r *http.Request, page asking, status int, form boundForm) error {
	form.Shape = page.Shape
	if page.Action == "" {
		page.Action = r.URL.RequestURI()
	}
	return s.showStatus(w, r, status, frame{Title: page.Title, Back: page.Back}, askingPage(page, form))
}

// handled processes a form that makes a T: act processes it and returns where to go next and a message. If the input is
// rejected, the form is shown again with its errors, and no input is lost. Files are stored as specified by to.
func handled[T any](s *Site, w http.ResponseWriter, r *http.Request, sh formSchema, to casework.Upload,
	again func(status int, form boundForm) error, act func(T) (next, said string, err error),
) error {
	form, changed, err := s.parseForm(r, sh, to)
	if err != nil {
		return err
	}
	if changed {
		return again(http.StatusOK, form)
	}
	in, err := bind[T](&form)
	if err != nil {
		form.refusedWith(s.asUserError(r.Context(), err), "")
	}
	if len(form.Faults) > 0 {
		return again(http.StatusUnprocessableEntity, form)
	}
	next, said, err := act(in)
	if err == nil {
		return s.done(w, r, next, said)
	}
	var refused *casework.Error
	if !errors.As(err, &refused) || refused.Kind() != casework.Invalid && refused.Kind() != casework.Conflict && refused.Code != casework.CodeIdentityAttempts {
		return err
	}
	shown := *refused
	shown.Fields = atField(refused, sh)
	form.refusedWith(&shown, "")
	return again(http.StatusUnprocessableEntity, form)
}

// version returns the version that a form was based on.
func version(r *http.Request) int { return atoiOrZero(r.PostFormValue("_version")) }
