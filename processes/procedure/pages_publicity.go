package procedure

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tuoyu/casework"
	"tuoyu/limits"
	"tuoyu/nursery"
	"tuoyu/web"
	"tuoyu/web/ui"
)

const (
	publicityPath     = "/public/publicity"
	consultationsPath = "/consultations"
	publicityOnPage   = 20
)

func (s *pages) registerPublicity() {
	s.Open("GET "+publicityPath, s.publicityList)
	s.Open("GET "+publicityPath+"/{no}", s.publicity)
	s.Open("POST "+publicityPath+"/{no}", s.object)
	s.Page("GET "+consultationsPath, s.consultations)
	s.Page("GET "+consultationsPath+"/{no}", s.publicity)
	s.Page("POST "+consultationsPath+"/{no}", s.object)
}

// consultations lists what is published to the role of the reader alone.
func (s *pages) consultations(w http.ResponseWriter, r *http.Request) error {
	page, err := Consultations.Page(r.Context(), s.Service, web.Principal(r.Context()), struct{}{}, web.PageRequest(r, publicityOnPage))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "征求意见", Back: "/procedures"}, consultationsPage(page.Items, web.NextPage(r, page.Next)))
}

// publicityList lists what is or was published. It is the same for everybody.
func (s *pages) publicityList(w http.ResponseWriter, r *http.Request) error {
	county := r.URL.Query().Get("county")
	if county != "" && nursery.AreaName(county) == "" {
		return casework.NewError(casework.CodeInvalid, "没有这个县区。")
	}
	page, err := PublicityList.Page(r.Context(), s.Service, casework.Anyone, PublicityFilter{county}, web.PageRequest(r, publicityOnPage))
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "公示", Back: "/"}, publicityListPage(page.Items, county, web.NextPage(r, page.Next)))
}

// publicityView is what is published of a case, with the form of an objection.
type publicityView struct {
	PublicityDetail
	Form     ui.BoundForm
	Path     string // of the pages of what is published to everybody, or to the reader's role
	Key      string
	Objects  bool // the reader may object
	Received bool // an objection of the reader was received
}

func (s *pages) publicityOf(r *http.Request) (v publicityView, err error) {
	reader := casework.Anyone
	if v.Path = publicityPath; strings.HasPrefix(r.URL.Path, consultationsPath) {
		v.Path, reader = consultationsPath, web.Principal(r.Context())
	}
	if v.PublicityDetail, err = s.service.PublicityOf(r.Context(), reader, r.PathValue("no")); err != nil || v.PublicityDetail.Form == nil {
		return v, err
	}
	v.Objects = v.Role == nursery.RolePublic || v.Role == web.Principal(r.Context()).Role
	v.Form.Shape, err = ui.ReadSchema(v.PublicityDetail.Form)
	return v, err
}

func (s *pages) showPublicity(w http.ResponseWriter, r *http.Request, status int, v publicityView) error {
	if v.Key == "" {
		v.Key = ui.NewKey()
	}
	return s.ShowStatus(w, r, status, web.Frame{Title: v.Title, Back: v.Path}, publicityPage(v))
}

func (s *pages) publicity(w http.ResponseWriter, r *http.Request) error {
	v, err := s.publicityOf(r)
	if err != nil {
		return err
	}
	v.Form.Values = url.Values{}
	return s.showPublicity(w, r, http.StatusOK, v)
}

// object takes an objection. Without an account, each address may send a few.
func (s *pages) object(w http.ResponseWriter, r *http.Request) error {
	v, err := s.publicityOf(r)
	if err != nil {
		return err
	}
	form, changed, err := s.DecodeForm(r, withoutFiles(v.Form.Shape), casework.Upload{})
	if err != nil {
		return err
	}
	v.Form, v.Key = form, web.Key(r)
	if changed {
		return s.showPublicity(w, r, http.StatusOK, v)
	}
	raw, err := encoded(&v.Form)
	if err != nil {
		return err
	}
	if len(v.Form.Faults) > 0 {
		return s.showPublicity(w, r, http.StatusUnprocessableEntity, v)
	}
	p := web.Principal(r.Context())
	if p.Account == "" {
		p = casework.Anyone
		if wait := s.Submissions.Take(limits.Caller(r, s.TrustedProxies)); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(min(int(wait.Seconds())+1, 3600)))
			v.Form.AddFault("", "提出异议过于频繁，请稍后再提交，填写的内容仍在下面。")
			return s.showPublicity(w, r, http.StatusTooManyRequests, v)
		}
	}
	objects := s.service.Object
	if v.Path == consultationsPath {
		objects = s.service.ObjectSignedIn
	}
	if _, err := objects(r.Context(), p, v.Key, v.CaseNo, Objection{Form: raw}); err != nil {
		refused := s.UserError(r.Context(), err)
		if refused.Kind() != casework.Invalid && refused.Kind() != casework.Conflict {
			return err
		}
		v.Form.AddFaults(refused, "/form")
		return s.showPublicity(w, r, http.StatusUnprocessableEntity, v)
	}
	v.Received = true
	return s.showPublicity(w, r, http.StatusOK, v)
}
