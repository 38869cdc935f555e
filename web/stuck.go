package web

import (
	"net/http"
	"slices"

	"tuoyu/nursery"
)

const stuckPath = "/admin/stuck"

func registerStuck(s *Site) {
	s.page("GET "+stuckPath, func(w http.ResponseWriter, r *http.Request) error {
		list, err := s.Services.StuckCases(r.Context(), principalFrom(r.Context()))
		if err != nil {
			return err
		}
		return s.show(w, r, frame{Title: "受阻办件", Wide: true}, stuckPage(list, principalFrom(r.Context())))
	})
	s.page("POST "+stuckPath+"/{case_no}/retry", func(w http.ResponseWriter, r *http.Request) error {
		if err := parseForm(r); err != nil {
			return err
		}
		done, err := s.Services.RetryStuckCase(r.Context(), principalFrom(r.Context()), key(r), r.PathValue("case_no"))
		if err != nil {
			return err
		}
		return s.done(w, r, stuckPath, done.CaseNo+" 已重试。恢复办理后，本页不再列出。")
	})
}

// seesStuck reports whether a role is shown the cases that are stuck. Pages do not query their number for other roles.
func seesStuck(role nursery.Role) bool {
	return slices.Contains([]nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}, role)
}

// seesCases reports whether a role may open the cases themselves.
func seesCases(role nursery.Role) bool { return role != nursery.RoleAdministrator }
