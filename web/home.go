package web

import (
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func registerHome(s *Site) {
	s.Nav("/start", "首页", Places{nursery.RoleInstitution: 1})
	s.Open("GET /{$}", func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, Frame{Title: "托育服务登记备案与监管"}, frontPage())
	})
	s.Page("GET /home", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, s.startPath(Principal(r.Context())), http.StatusSeeOther)
		return nil
	})
	s.Page("GET /start", s.institutionStart)
}

// institutionStart is where an institution begins: what waits for it, and what it may begin.
func (s *Site) institutionStart(w http.ResponseWriter, r *http.Request) error {
	p := Principal(r.Context())
	if p.Role != nursery.RoleInstitution {
		http.Redirect(w, r, s.startPath(p), http.StatusSeeOther)
		return nil
	}
	tasks, err := casework.Tasks.Page(r.Context(), s.Services.Service, p, casework.TaskFilter{}, casework.PageRequest{Limit: 20})
	if err != nil {
		return err
	}
	cases, err := casework.Cases.Page(r.Context(), s.Services.Service, p, casework.CaseFilter{}, casework.PageRequest{Limit: 20})
	if err != nil {
		return err
	}
	return s.Show(w, r, Frame{Title: "首页", Live: true}, startPage(tasks.Items, cases.Items, s.tiles))
}
