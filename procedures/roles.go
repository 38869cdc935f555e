package procedures

import (
	"slices"

	"tuoyu/nursery"
)

// Scope is what a role sees and acts on. A new scope is code and SQL: a procedure uses those that exist and cannot widen them.
type Scope string

// The scopes.
const (
	ScopeOwn     Scope = "own"     // the institution itself
	ScopePartner Scope = "partner" // the other party of a case
	ScopeCounty  Scope = "county"
	ScopeCity    Scope = "city"
	ScopePublic  Scope = "public"
)

// roleScope is a role with its scope.
type roleScope struct {
	role  nursery.Role
	scope Scope
}

// scopes are the roles that a procedure may name.
var scopes = []roleScope{
	{nursery.RoleInstitution, ScopeOwn},
	{nursery.RoleHospital, ScopePartner},
	{nursery.RoleInsurer, ScopePartner},
	{nursery.RoleClerk, ScopeCounty},
	{nursery.RoleSupervisor, ScopeCounty},
	{nursery.RoleInspector, ScopeCounty},
	{nursery.RoleCountyOffice, ScopeCounty},
	{nursery.RoleFinance, ScopeCounty},
	{nursery.RoleAuditor, ScopeCounty},
	{nursery.RoleCityOffice, ScopeCity},
	{nursery.RoleCityFinance, ScopeCity},
	{nursery.RolePublic, ScopePublic},
}

// scopeOf returns the scope of a role; false if a procedure may not name it.
func scopeOf(r nursery.Role) (Scope, bool) {
	i := slices.IndexFunc(scopes, func(s roleScope) bool { return s.role == r })
	if i < 0 {
		return "", false
	}
	return scopes[i].scope, true
}

// office reports whether the role is of an office, and not of an applicant, another party or the public.
func office(r nursery.Role) bool {
	s, ok := scopeOf(r)
	return ok && (s == ScopeCounty || s == ScopeCity)
}

func roleNames() []string {
	list := make([]string, len(scopes))
	for i, s := range scopes {
		list[i] = string(s.role)
	}
	return list
}

// RoleTitle returns the Chinese name of a role.
func RoleTitle(r nursery.Role) string { return r.Title() }
