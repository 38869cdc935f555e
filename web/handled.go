package web

import (
	"net/http"

	"tuoyu/casework"
)

// asking is a page with one form: what it asks for and what it is sent as.
type asking struct {
	Title, Lead string
	Back        string // where the page came from
	Action      string // address the form is sent to; empty: the page's own
	Button      string
	Question    string // asked before it is sent; empty: nothing is asked
	Shape       shape
}

// showAsking answers with the page of a form.
func (s *Site) showAsking(w http.ResponseWriter, r *http.Request, page asking, status int, form asked) error {
	form.Shape = page.Shape
	if page.Action == "" {
		page.Action = r.URL.Path
	}
	return s.showStatus(w, r, status, frame{Title: page.Title, Back: page.Back}, askingPage(page, form))
}

// handled takes a form that makes a T: act hands it to the door and says where to go on and what was done. What is refused for
// what was entered is shown again with its faults by again, and nothing of it is lost. Files are taken in as to says.
func handled[T any](s *Site, w http.ResponseWriter, r *http.Request, sh shape, to casework.Upload,
	again func(status int, form asked) error, act func(T) (next, said string, err error),
) error {
	form, changed, err := s.posted(r, sh, to)
	if err != nil {
		return err
	}
	if changed {
		return again(http.StatusOK, form)
	}
	in, err := gathered[T](&form)
	if err != nil {
		form.refusedWith(s.refusal(r.Context(), err), "")
	}
	if len(form.Faults) > 0 {
		return again(http.StatusUnprocessableEntity, form)
	}
	next, said, err := act(in)
	if err == nil {
		return s.done(w, r, next, said)
	}
	refused := s.refusal(r.Context(), err)
	if refused.Kind != casework.Invalid && refused.Kind != casework.Conflict {
		return err
	}
	form.refusedWith(refused, "")
	return again(http.StatusUnprocessableEntity, form)
}
