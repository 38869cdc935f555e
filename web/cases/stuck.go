package cases

import (
	"net/http"

	"tuoyu/casework/stuck"
	"tuoyu/nursery"
	"tuoyu/web"
)

const stuckPath = "/admin/stuck"

func registerStuck(s *pages) {
	s.Nav(stuckPath, "受阻办件", web.Places{nursery.RoleAdministrator: 9})
	s.Waiting(stuckPath, "受阻办件", stuck.Of(s.Service).Count, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator)
	s.Page("GET "+stuckPath, func(w http.ResponseWriter, r *http.Request) error {
		list, err := stuck.Of(s.Service).Cases(r.Context(), web.Principal(r.Context()))
		if err != nil {
			return err
		}
		return s.Show(w, r, web.Frame{Title: "受阻办件", Wide: true}, stuckPage(list, web.Principal(r.Context())))
	})
	s.Page("POST "+stuckPath+"/{case_no}/retry", func(w http.ResponseWriter, r *http.Request) error {
		if err := web.ParseForm(r); err != nil {
			return err
		}
		done, err := stuck.Of(s.Service).RetryCommand(r.Context(), web.Principal(r.Context()), web.Key(r), r.PathValue("case_no"))
		if err != nil {
			return err
		}
		return s.Done(w, r, stuckPath, done.CaseNo+" 已重试。恢复办理后，本页不再列出。")
	})
}

// seesCases reports whether a role may open the cases themselves.
func seesCases(role nursery.Role) bool { return role != nursery.RoleAdministrator }
