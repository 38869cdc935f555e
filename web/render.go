package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"tuoyu/casework"
	"tuoyu/casework/public"
	"tuoyu/limits"
	"tuoyu/nursery"
	"tuoyu/web/ui"
)

// Frame is the layout around a page.
type Frame struct {
	Title  string
	Wide   bool     // for tables
	Plain  bool     // no navigation: for printing and public pages
	Live   bool     // the page listens for changes
	Back   string   // the previous page, unless the address has that of the list that led here; empty: no link
	Placed bool     // Back is the list that led here, at its place
	Uses   []string // scripts of the page, by their name in static/

	header
	p     nursery.Principal
	path  string
	flash Flash
	news  int // number of the reader's cases with news
}

// problemView is a refusal as the trouble page shows it.
type problemView struct {
	Title, Message string
	Status         int
	Fields         []casework.FieldError
	Back           string               // page of the form that was sent
	Sent           savedForm            // that form, when it can be sent again as it is
	Files          bool                 // files came with it
	Office         public.OfficeContact // who answers questions; zero: nobody
	Ways           []Link               // where a reader can go on
}

// Show responds with a page.
func (s *Site) Show(w http.ResponseWriter, r *http.Request, f Frame, body templ.Component) error {
	return s.ShowStatus(w, r, http.StatusOK, f, body)
}

// ShowStatus responds with a page and a status. The page is rendered completely before anything is written.
func (s *Site) ShowStatus(w http.ResponseWriter, r *http.Request, status int, f Frame, body templ.Component) error {
	if status == http.StatusUnprocessableEntity && exchangeOf(r.Context()).passing { // a form whose only error may be a transient one
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", retryAfter[casework.Unavailable])
	}
	f.p, f.path = Principal(r.Context()), r.URL.Path
	if list := ListOf(r); list != "" && !f.Placed {
		f.Back = AtRow(list, f.path)
	}
	if r.Header.Get("HX-Request") == "" { // of which a script takes the list alone
		if s.hasSession(r.Context()) {
			f.flash = s.popFlash(r)
		}
		if f.flash.Text != "" { // follows a command, which another process may have served
			s.headers.forget(f.p.Account)
		}
		f.header = s.header(r.Context(), f.p)
		var err error
		if f.news, err = s.newsCount(r.Context(), f.p); err != nil {
			s.Log.WarnContext(r.Context(), "news not counted", "error", err)
		}
	}
	of := ui.Page{Assets: s.assets.paths, MaxUpload: s.MaxUpload}
	if r.Method == http.MethodGet {
		of.Here = r.URL.RequestURI()
	}
	var page bytes.Buffer
	if err := layout(f, body).Render(ui.WithPage(r.Context(), of), &page); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = page.WriteTo(w) // the client may have disconnected
	return nil
}

// ShowPart responds with a part of a page, which a script puts into it.
func (s *Site) ShowPart(w http.ResponseWriter, r *http.Request, part templ.Component) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return part.Render(ui.WithPage(r.Context(), ui.Page{Assets: s.assets.paths, MaxUpload: s.MaxUpload}), w)
}

// hasSession reports whether the request passed through the session manager; an error before it has none.
func (s *Site) hasSession(ctx context.Context) (has bool) {
	defer func() {
		if recover() != nil {
			has = false
		}
	}()
	s.sessions.Status(ctx)
	return true
}

// problem is an error response for scripts, in the API's form.
type problem struct {
	Type   string                `json:"type"`
	Title  string                `json:"title"`
	Status int                   `json:"status"`
	Detail string                `json:"detail"`
	Code   string                `json:"code"`
	Errors []casework.FieldError `json:"errors,omitempty"`
	Shown  any                   `json:"shown,omitempty"`
}

// UserError returns the error to show to a user. An internal error is logged, and shown without its cause.
func (s *Site) UserError(ctx context.Context, err error) *casework.Error {
	var refused *casework.Error
	if errors.As(err, &refused) {
		if refused.Err != nil && refused.Kind() >= 500 {
			s.Log.WarnContext(ctx, "page refused", "code", refused.Code, "error", refused.Err)
		}
		return refused
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &casework.Error{Code: casework.CodeBodyTooLarge, Message: fmt.Sprintf("提交的内容过大：每个文件不超过 %d MB，一次提交的文件合计不超过 %d MB。填写的内容还在原来的页面上，请返回后换用较小的文件，或分几次上传。", s.MaxUpload>>20, uploadsOfForm*s.MaxUpload>>20)}
	}
	if passing := casework.Passing(err); passing != nil {
		s.Log.WarnContext(ctx, "page refused for now", "code", passing.Code, "error", err, "request", exchangeOf(ctx).id)
		exchangeOf(ctx).passing = true
		return passing
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &casework.Error{Code: casework.CodeTimeout, Message: "处理时间过长，请稍后再试。"}
	}
	s.Log.ErrorContext(ctx, "page failed", "error", err, "request", exchangeOf(ctx).id)
	return &casework.Error{Code: casework.CodeInternal, Message: "系统出现问题，已经记录。请稍后再试；反映时请提供下面的请求编号。"}
}

// fail responds with an error: a page for users, a problem for scripts.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) {
		return // the client has disconnected
	}
	refused := s.UserError(r.Context(), err)
	if wait := retryAfter[refused.Kind()]; wait != "" && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", wait)
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(int(refused.Kind()))
		_ = json.NewEncoder(w).Encode(problem{ // the client may have disconnected
			Type: "/docs#problem-" + refused.Code, Title: refused.Message, Status: int(refused.Kind()), Detail: refused.Message,
			Code: refused.Code, Errors: refused.Fields, Shown: refused.Shown,
		})
		return
	}
	view := &problemView{Title: troubleTitle(refused), Message: refused.Message, Status: int(refused.Kind()), Fields: refused.Fields, Back: sentFrom(r)}
	switch refused.Kind() {
	case casework.Conflict, casework.Invalid:
		view.Ways = s.waysOn(r)
	case casework.Forbidden:
		view.Ways = s.waysOn(r)
		view.Office = s.Contact(r.Context(), cmp.Or(Principal(r.Context()).County, nursery.CityCode))
	case casework.NotFound:
		view.Office = s.Contact(r.Context(), cmp.Or(Principal(r.Context()).County, nursery.CityCode))
	case casework.Unavailable:
		view.Sent, view.Files = s.handedBack(w, r)
	}
	if err := s.ShowStatus(w, r, int(refused.Kind()), Frame{Title: troubleTitle(refused)}, troublePage(view, exchangeOf(r.Context()).id)); err != nil {
		s.Log.ErrorContext(r.Context(), "trouble page failed", "error", err)
		http.Error(w, refused.Message, int(refused.Kind()))
	}
}

// handedBack returns the form of a request, so that the error page can submit it again under the same key, and whether
// it had files, which have to be chosen again. A request without a readable form has none.
func (s *Site) handedBack(w http.ResponseWriter, r *http.Request) (sent savedForm, files bool) {
	if r.Method != http.MethodPost || r.Header.Get("HX-Request") != "" {
		return savedForm{}, false
	}
	x := exchangeOf(r.Context())
	if x.sent == nil {
		r.Body = http.MaxBytesReader(w, r.Body, s.mostSent()) // the request failed before its body was limited or read
		if err := ParseForm(r); err != nil {
			return savedForm{}, false
		}
	}
	return savedForm{path: r.URL.RequestURI(), fields: fieldsOf(x.sent)}, x.files
}

// retryAfter is the number of seconds after which to retry a request that failed temporarily.
var retryAfter = map[casework.Kind]string{casework.TooMany: "60", casework.Unavailable: "5"}

func troubleTitle(e *casework.Error) string {
	switch e.Kind() {
	case casework.NotFound:
		return "没有找到"
	case casework.Forbidden:
		return "不能办理"
	case casework.Conflict:
		return "情况有变"
	case casework.Invalid, casework.BadRequest, casework.TooLarge:
		return "未能办理"
	case casework.Unauthorized:
		return "请先登录"
	case casework.Unavailable, casework.TooMany:
		return "暂时不能办理"
	}
	return "系统出现问题"
}

// WriteJSON responds to a script with JSON.
func WriteJSON(w http.ResponseWriter, body any) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	return json.NewEncoder(w).Encode(body)
}

// Done redirects to a page with a message, so that a reload does not repeat the action.
func (s *Site) Done(w http.ResponseWriter, r *http.Request, to, message string) error {
	return s.DoneWith(w, r, to, Flash{Text: message})
}

// DoneWith is Done with a message that has more than text.
func (s *Site) DoneWith(w http.ResponseWriter, r *http.Request, to string, f Flash) error {
	if f.Text != "" {
		if err := s.putFlash(r.Context(), f); err != nil {
			return err
		}
	}
	if kept := r.PostFormValue("_kept"); kept != "" {
		if err := s.dropKept(r.Context(), kept); err != nil {
			return err
		}
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// ParseForm parses a form of either encoding.
func ParseForm(r *http.Request) error {
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(maxForm)
	} else {
		err = r.ParseForm()
	}
	var tooLarge *http.MaxBytesError
	if passing := casework.Passing(err); passing != nil && passing.Code == casework.CodeStorageUnavailable {
		return passing // files of a form are written to disk while it is parsed
	}
	if err != nil && !errors.As(err, &tooLarge) {
		return &casework.Error{Code: casework.CodeMalformedForm, Message: "表单无法读取，请返回重新填写。", Err: err}
	}
	if err != nil {
		return err
	}
	for name, values := range r.PostForm {
		for _, value := range values {
			if !limits.Storable(name) || !limits.Storable(value) {
				return notText(strings.ToValidUTF8(name, ""))
			}
		}
	}
	x := exchangeOf(r.Context())
	x.sent, x.files = r.PostForm, r.MultipartForm != nil && len(r.MultipartForm.File) > 0
	return nil
}

// ReadJSON decodes a body sent by a script of the pages. It returns an error for invalid JSON and for text that cannot
// be stored.
func ReadJSON[T any](r *http.Request) (T, error) {
	var v T
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return v, err // too large, or incomplete
	}
	if err := json.Unmarshal(raw, &v); err != nil || !utf8.Valid(raw) || bytes.Contains(raw, []byte(`\u0000`)) {
		return v, &casework.Error{Code: casework.CodeMalformed, Message: "内容无法读取。", Err: err}
	}
	return v, nil
}

// Key returns the idempotency key of the submitted form, created with the form, so that submitting it twice has one
// effect.
func Key(r *http.Request) string { return r.PostFormValue("_key") }

// PageRequest returns the requested page of a list.
func PageRequest(r *http.Request, limit int) casework.PageRequest {
	return casework.PageRequest{After: r.URL.Query().Get("after"), Limit: limit}
}

// WithParam returns the URL of the page with a parameter changed, and from its first page on.
func WithParam(r *http.Request, name, value string) string {
	q := r.URL.Query()
	q.Del("after")
	if value == "" {
		q.Del(name)
	} else {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return r.URL.Path
	}
	return r.URL.Path + "?" + q.Encode()
}

// NextPage returns the URL of the next page of a list; empty on the last one.
func NextPage(r *http.Request, next string) string {
	if next == "" {
		return ""
	}
	q := r.URL.Query()
	q.Set("after", next)
	return r.URL.Path + "?" + q.Encode()
}

// AtoiOrZero reads a whole number that a page of ours has written; anything else is zero, which no version is.
func AtoiOrZero(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// Contact returns how the office of a county is reached, and a county without an answer where that cannot be read: the page is more
// than the contact on it.
func (s *Site) Contact(ctx context.Context, county string) public.OfficeContact {
	c, err := public.ContactOf(ctx, s.Service, county)
	if err != nil {
		s.Log.WarnContext(ctx, "contact of the office not read", "county", county, "error", err)
		return public.OfficeContact{County: county, CountyName: nursery.AreaName(county)}
	}
	return c
}
