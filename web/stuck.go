package web

import (
	"net/http"

	"tuoyu/nursery"
)

const stuckPath = "/admin/stuck"

func registerStuck(s *Site) {
	s.Nav(stuckPath, "受阻办件", Places{nursery.RoleAdministrator: 9})
	s.Waiting(stuckPath, "受阻办件", s.Service.StuckCount, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator)
	s.Page("GET "+stuckPath, func(w http.ResponseWriter, r *http.Request) error {
		list, err := s.Service.StuckCases(r.Context(), Principal(r.Context()))
		if err != nil {
			return err
		}
		return s.Show(w, r, Frame{Title: "受阻办件", Wide: true}, stuckPage(list, Principal(r.Context())))
	})
	s.Page("POST "+stuckPath+"/{case_no}/retry", func(w http.ResponseWriter, r *http.Request) error {
		if err := ParseForm(r); err != nil {
			return err
		}
		done, err := s.Service.RetryStuckCase(r.Context(), Principal(r.Context()), Key(r), r.PathValue("case_no"))
		if err != nil {
			return err
		}
		return s.Done(w, r, stuckPath, done.CaseNo+" 已重试。恢复办理后，本页不再列出。")
	})
}

// seesCases reports whether a role may open the cases themselves.
func seesCases(role nursery.Role) bool { return role != nursery.RoleAdministrator }
