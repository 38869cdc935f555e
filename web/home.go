package web

import (
	"net/http"

	"tuoyu/casework"
	"tuoyu/nursery"
)

func registerHome(s *Site) {
	s.open("GET /{$}", func(w http.ResponseWriter, r *http.Request) error {
		return s.show(w, r, frame{Title: "托育服务登记备案与监管"}, frontPage())
	})
	s.page("GET /home", func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, startPath(principalFrom(r.Context())), http.StatusSeeOther)
		return nil
	})
	s.page("GET /start", s.institutionStart)
}

// institutionStart is where an institution begins: what waits for it, and what it may begin.
func (s *Site) institutionStart(w http.ResponseWriter, r *http.Request) error {
	p := principalFrom(r.Context())
	if p.Role != nursery.RoleInstitution {
		http.Redirect(w, r, startPath(p), http.StatusSeeOther)
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
	return s.show(w, r, frame{Title: "首页", Live: true}, startPage(tasks.Items, cases.Items))
}
