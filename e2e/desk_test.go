package e2e

import "tuoyu/nursery"

// deskRows are the operations on who has what and who is away, for the matrix of roles.
func deskRows() []row {
	var (
		watch = only(nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator)
		away  = append(only(nursery.RoleCityOffice, nursery.RoleAdministrator), office...)
		none  = says(map[string]any{"from_on": today(), "until_on": today().AddDays(-1), "delegate": "nobody"})
	)
	return []row{
		{op: "GET /api/v1/workload", path: "/api/v1/workload", allowed: only(nursery.RoleSupervisor, nursery.RoleCountyOffice)},
		{op: "GET /api/v1/overdue", path: "/api/v1/overdue", allowed: watch},
		{op: "GET /api/v1/targets", path: "/api/v1/targets", allowed: watch[1:]},
		{op: "GET /api/v1/tasks/counts", path: "/api/v1/tasks/counts", allowed: listers},
		{op: "GET /api/v1/absences", path: "/api/v1/absences", allowed: append(only(nursery.RoleAuditor), away...)},
		{op: "POST /api/v1/absences", path: "/api/v1/absences", allowed: away, body: none},
		{op: "POST /api/v1/absences/{id}/end", path: "/api/v1/absences/999999/end", allowed: only()},
		{op: "GET /api/v1/saved-filters", path: "/api/v1/saved-filters?room=tasks", allowed: nursery.Roles()},
		{op: "PUT /api/v1/saved-filters", path: "/api/v1/saved-filters", allowed: nursery.Roles(), body: says(map[string]string{"room": "tasks", "name": "快到期", "query": "view=due"})},
		{op: "DELETE /api/v1/saved-filters/{id}", path: "/api/v1/saved-filters/999999", allowed: only()},
	}
}
