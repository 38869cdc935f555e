package cases

import (
	"net/http"
	"strings"

	"tuoyu/casework"
	"tuoyu/casework/public"
	"tuoyu/nursery"
	"tuoyu/web"
)

func registerHome(s *pages) {
	s.Nav("/start", "首页", web.Places{nursery.RoleInstitution: 1})
	s.Open("GET /{$}", func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, web.Frame{Title: "托育服务登记备案与监管"}, frontPage(s.Contact(r.Context(), nursery.CityCode)))
	})
	s.Page("GET /home", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, s.StartPath(web.Principal(r.Context())), http.StatusSeeOther)
		return nil
	})
	s.Page("GET /start", s.institutionStart)
}

// institutionStart is where an institution begins: what waits for it, and what it may begin.
func (s *pages) institutionStart(w http.ResponseWriter, r *http.Request) error {
	p := web.Principal(r.Context())
	if p.Role != nursery.RoleInstitution {
		http.Redirect(w, r, s.StartPath(p), http.StatusSeeOther)
		return nil
	}
	tasks, err := casework.Tasks.Page(r.Context(), s.Service, p, casework.TaskFilter{}, casework.PageRequest{Limit: 20})
	if err != nil {
		return err
	}
	cases, err := casework.Cases.Page(r.Context(), s.Service, p, casework.CaseFilter{}, casework.PageRequest{Limit: 20})
	if err != nil {
		return err
	}
	return s.Show(w, r, web.Frame{Title: "首页", Live: true}, startPage(tasks.Items, cases.Items, s.Tiles()))
}

func registerProgress(s *pages) {
	// The code is sent in a form and is never part of a URL that a server logs: in a QR code it follows the #, and a script
	// fills the form with it.
	s.Open("GET /progress", func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, web.Frame{Title: "办理进度查询", Uses: []string{"progress.js"}}, progressAsk("", nil))
	})
	s.Open("POST /progress", func(w http.ResponseWriter, r *http.Request) error {
		if err := web.ParseForm(r); err != nil {
			return err
		}
		caseNo := strings.ToUpper(strings.TrimSpace(r.PostFormValue("case")))
		found, err := public.Status(r.Context(), s.Service, caseNo, strings.TrimSpace(r.PostFormValue("code")))
		if err != nil {
			refused := s.UserError(r.Context(), err)
			if refused.Kind() != casework.NotFound && refused.Kind() != casework.Invalid {
				return err
			}
			return s.ShowStatus(w, r, http.StatusNotFound, web.Frame{Title: "没有查到"}, progressAsk(caseNo, []casework.FieldError{{Location: "/code", Message: "没有查到。请核对办件编号和查询码，两者须同时正确。"}}))
		}
		return s.Show(w, r, web.Frame{Title: "办理进度", Back: "/progress"}, progressPage(found, s.Contact(r.Context(), nursery.CaseNumber(found.CaseNo).County())))
	})
	s.Open("GET /track", func(w http.ResponseWriter, r *http.Request) error { // what the address was called before
		http.Redirect(w, r, "/progress", http.StatusMovedPermanently)
		return nil
	})
}
