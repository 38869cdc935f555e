package e2e

import (
	"sync/atomic"
	"testing"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
	"tuoyu/testdata"
)

var births atomic.Int64

// newChild gives a generated child of so many months that nobody has taken in yet.
func newChild(t *testing.T, county string, months int) nursery.Child {
	t.Helper()
	return testdata.ChildBorn(county, int(births.Add(1)), today().AddMonths(-months).AddDays(-3))
}

// inCare has the institution take a child in, with the consents of its guardian, and gives its identifier.
func inCare(t *testing.T, a *roleplay.Actor, c nursery.Child, class string, consents ...nursery.ConsentPurpose) string {
	t.Helper()
	id, err := a.Enrol(t.Context(), key(), c, class, today())
	if err != nil {
		t.Fatal(err)
	}
	for _, purpose := range consents {
		if err := a.Consent(t.Context(), key(), id, purpose, today()); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

// childrenRows are the operations on children and on the register, for the matrix of roles.
func childrenRows(t *testing.T, a *roleplay.Applicant) []row {
	t.Helper()
	id := inCare(t, a.Actor, newChild(t, a.County(), 20), "c1")
	var (
		at     = "/api/v1/children/" + id
		own    = only(nursery.RoleInstitution)
		people = only(nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice,
			nursery.RoleCityOffice, nursery.RoleAuditor)
	)
	return []row{
		{op: "GET /api/v1/institutions", path: "/api/v1/institutions", allowed: append(only(nursery.RoleHospital), people...)},
		{op: "GET /api/v1/institutions/{id}", path: "/api/v1/institutions/" + a.Institution(), ofCase: true, allowed: people},
		{op: "GET /api/v1/children", path: "/api/v1/children?institution=" + a.Institution(),
			allowed: only(nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice)},
		{op: "POST /api/v1/children", path: "/api/v1/children", allowed: own, body: says(map[string]any{
			"child": newChild(t, "140403", 20), "class": "c1", "entered_on": today().AddDays(1)})},
		{op: "POST /api/v1/children/roster", path: "/api/v1/children/roster", allowed: own, body: says(map[string]any{"content": []byte("列\n1\n")})},
		{op: "GET /api/v1/children/roster.xlsx", path: "/api/v1/children/roster.xlsx?purpose=enrolment", allowed: own},
		{op: "GET /api/v1/children/{child}", path: at + "?purpose=supervision", ofCase: true, allowed: only(nursery.RoleInstitution, nursery.RoleCountyOffice)},
		{op: "POST /api/v1/children/{child}/consents", path: at + "/consents", ofCase: true, allowed: own,
			body: says(map[string]any{"purpose": "checkup", "evidence": "核对权限", "given_on": today()})},
		{op: "POST /api/v1/children/{child}/consents/{consent}/withdrawal", path: at + "/consents/insurance/withdrawal", ofCase: true, allowed: own},
		{op: "POST /api/v1/children/{child}/class", path: at + "/class", ofCase: true, allowed: own, body: says(map[string]any{"class": "c2"})},
		{op: "POST /api/v1/children/{child}/leave", path: at + "/leave", ofCase: true, allowed: own,
			body: says(map[string]any{"left_on": today().AddDays(-9), "leave": "left"})},
		{op: "GET /api/v1/record-reads", path: "/api/v1/record-reads", allowed: only(nursery.RoleCountyOffice, nursery.RoleAuditor)},
	}
}
