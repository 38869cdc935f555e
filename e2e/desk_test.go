package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// deskRows returns the operations on assignments and absences, for the matrix of roles.
func deskRows(t *testing.T, h *harness, county string) []row {
	t.Helper()
	var absence, filter, entry struct {
		ID int64 `json:"id"`
	}
	figures := map[string]any{"quarter": fmt.Sprintf("%dQ%d", today().Year, (int(today().Month)+2)/3), "part": 0, "note": "本季度没有举办"}
	head, clerk, officer := h.users.As("supervisor-"+county), "clerk-"+county, "inspector-"+county
	var known []error
	for _, account := range []string{clerk, clerk + "-2", officer, officer + "-2"} { // accounts that have signed in can be substitutes
		known = append(known, h.users.As(account).Get(t.Context(), "/api/v1/me", nil))
	}
	err := errors.Join(
		errors.Join(known...),
		head.Post(t.Context(), "/api/v1/absences", key(), map[string]any{
			"account": clerk, "from_on": today().AddDays(300), "until_on": today().AddDays(301), "delegate": clerk + "-2",
		}, &absence),
		head.Do(t.Context(), roleplay.Request{Method: http.MethodPut, Path: "/api/v1/saved-filters", Key: key(),
			Body: map[string]string{"room": "tasks", "name": "待删除", "query": "view=due"}}, &filter),
		h.users.As("county-office-"+county).Post(t.Context(), "/api/v1/targets/P07-study/entries", key(), figures, &entry),
	)
	if err != nil {
		t.Fatal(err)
	}
	var (
		watch = only(nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator)
		away  = append(only(nursery.RoleCityOffice, nursery.RoleAdministrator), office...)
	)
	leave := func(role nursery.Role, county string) any { // of an inspector, or of oneself
		body := map[string]any{"from_on": today().AddDays(200), "until_on": today().AddDays(201), "delegate": "inspector-" + county + "-2"}
		if role == nursery.RoleSupervisor || role == nursery.RoleAdministrator {
			body["account"] = "inspector-" + county
		}
		return body
	}
	return []row{
		{op: "GET /api/v1/workload", path: "/api/v1/workload", allowed: only(nursery.RoleSupervisor, nursery.RoleCountyOffice)},
		{op: "GET /api/v1/overdue", path: "/api/v1/overdue", allowed: watch},
		{op: "GET /api/v1/targets", path: "/api/v1/targets", allowed: watch[1:]},
		{op: "GET /api/v1/targets/months", path: "/api/v1/targets/months", allowed: watch[1:]},
		{op: "GET /api/v1/targets/report", path: "/api/v1/targets/report", allowed: watch[1:]},
		{op: "GET /api/v1/targets/report.pdf", path: "/api/v1/targets/report.pdf", allowed: watch[1:]},
		{op: "GET /api/v1/targets/report.xlsx", path: "/api/v1/targets/report.xlsx", allowed: watch[1:]},
		{op: "POST /api/v1/targets/{target}/entries", path: "/api/v1/targets/P07-lectures/entries", allowed: watch[1:3], body: says(figures)},
		{op: "GET /api/v1/target-entries", path: "/api/v1/target-entries", allowed: watch[1:4]},
		{op: "POST /api/v1/target-entries/{id}/decision", path: fmt.Sprintf("/api/v1/target-entries/%d/decision", entry.ID), ofCase: true,
			allowed: only(nursery.RoleCityOffice), body: says(map[string]any{"accept": true})},
		{op: "GET /api/v1/tasks/counts", path: "/api/v1/tasks/counts", allowed: listers},
		{op: "GET /api/v1/absences", path: "/api/v1/absences", allowed: append(only(nursery.RoleAuditor), away...)},
		{op: "POST /api/v1/absences", path: "/api/v1/absences", allowed: away, body: leave},
		{op: "POST /api/v1/absences/{id}/end", path: fmt.Sprintf("/api/v1/absences/%d/end", absence.ID), ofCase: true,
			allowed: only(nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleAdministrator)},
		{op: "GET /api/v1/saved-filters", path: "/api/v1/saved-filters?room=tasks", allowed: nursery.Roles()},
		{op: "PUT /api/v1/saved-filters", path: "/api/v1/saved-filters", allowed: nursery.Roles(), body: says(map[string]string{"room": "tasks", "name": "快到期", "query": "view=due"})},
		{op: "DELETE /api/v1/saved-filters/{id}", path: fmt.Sprintf("/api/v1/saved-filters/%d", filter.ID), ofCase: true,
			allowed: only(nursery.RoleSupervisor)},
	}
}
