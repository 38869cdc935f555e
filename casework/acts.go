package casework

import (
	"tuoyu/definition"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

// acts are the acts that belong to no process. Hospitals and insurers see the cases in which they are the other party,
// and no filing; the county and city offices see the state of cases, not the files of people; the administrator sees no
// case. Finance sees the cases in which it is asked to pay; the authors and approvers of procedures see none.
var acts = []definition.Act{
	{Name: "absence.end", Roles: []nursery.Role{nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAdministrator}},
	{Name: "absence.list", Roles: []nursery.Role{nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}, Scope: definition.List, Shows: true},
	{Name: "absence.set", Roles: []nursery.Role{nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAdministrator}},
	{Name: "attachment.read", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleAuditor, nursery.RoleHospital}, Shows: true},
	{Name: "attachment.upload", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleInspector, nursery.RoleHospital}, Scope: definition.Begins},
	{Name: "attendance.put", Roles: []nursery.Role{nursery.RoleInstitution}},
	{Name: "attendance.read", Roles: []nursery.Role{nursery.RoleInstitution}, Scope: definition.List, Shows: true},
	{Name: "calendar.load", Roles: []nursery.Role{nursery.RoleAdministrator}, Scope: definition.Unowned},
	{Name: "calendar.read", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}, Scope: definition.List},
	{Name: "case.comment", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleHospital, nursery.RoleInsurer}},
	{Name: "case.list", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}, Scope: definition.List},
	{Name: "case.read", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}, Shows: true},
	{Name: "case.retry", Roles: []nursery.Role{nursery.RoleAdministrator}, Scope: definition.Unowned},
	{Name: "case.stuck", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}, Scope: definition.List},
	{Name: "child.change", Roles: []nursery.Role{nursery.RoleInstitution}},
	{Name: "child.consent", Roles: []nursery.Role{nursery.RoleInstitution}},
	{Name: "child.correct", Roles: []nursery.Role{nursery.RoleInstitution}},
	{Name: "child.count", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice}, Scope: definition.List},
	{Name: "child.death", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleCountyOffice}},
	{Name: "child.doses", Roles: []nursery.Role{nursery.RoleInstitution}},
	{Name: "child.enrol", Roles: []nursery.Role{nursery.RoleInstitution}},
	{Name: "child.export", Roles: []nursery.Role{nursery.RoleInstitution}},
	{Name: "child.file", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital}},
	{Name: "child.identity", Roles: []nursery.Role{nursery.RoleCountyOffice}},
	{Name: "child.import", Roles: []nursery.Role{nursery.RoleInstitution}},
	{Name: "child.list", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice}, Scope: definition.List},
	{Name: "child.merge", Roles: []nursery.Role{nursery.RoleCountyOffice}},
	{Name: "child.merges", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleAuditor}, Scope: definition.List},
	{Name: "child.read", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice}, Shows: true},
	{Name: "child.release", Roles: []nursery.Role{nursery.RoleInstitution}},
	{Name: "child.stay", Roles: []nursery.Role{nursery.RoleInstitution}},
	{Name: "child.unimport", Roles: []nursery.Role{nursery.RoleInstitution}},
	{Name: "colleague.list", Roles: []nursery.Role{nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleHospital, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}, Scope: definition.List},
	{Name: "contact.put", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAdministrator}, Scope: definition.Begins},
	{Name: "document.read", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}, Shows: true},
	{Name: "document.reissue", Roles: []nursery.Role{nursery.RoleSupervisor}},
	{Name: "document.revoke", Roles: []nursery.Role{nursery.RoleSupervisor}},
	{Name: "filter.drop", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleHospital, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleInsurer, nursery.RoleAuditor, nursery.RoleRegistrar, nursery.RoleAdministrator, nursery.RoleFinance, nursery.RoleCityFinance, nursery.RoleProcedureAuthor, nursery.RoleProcedureApprover}, Scope: definition.Unowned},
	{Name: "filter.list", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleHospital, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleInsurer, nursery.RoleAuditor, nursery.RoleRegistrar, nursery.RoleAdministrator, nursery.RoleFinance, nursery.RoleCityFinance, nursery.RoleProcedureAuthor, nursery.RoleProcedureApprover}, Scope: definition.List},
	{Name: "filter.save", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleHospital, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleInsurer, nursery.RoleAuditor, nursery.RoleRegistrar, nursery.RoleAdministrator, nursery.RoleFinance, nursery.RoleCityFinance, nursery.RoleProcedureAuthor, nursery.RoleProcedureApprover}, Scope: definition.Unowned},
	{Name: "institution.list", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital}, Scope: definition.List},
	{Name: "procedure.anytime", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleHospital, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}},
	{Name: "procedure.decide", Roles: []nursery.Role{nursery.RoleProcedureApprover}, Scope: definition.Unowned},
	{Name: "procedure.list", Roles: nursery.Roles(), Scope: definition.List, Shows: true},
	{Name: "procedure.map", Roles: []nursery.Role{nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleFinance, nursery.RoleCityFinance, nursery.RoleAuditor}, Scope: definition.List},
	{Name: "procedure.propose", Roles: []nursery.Role{nursery.RoleProcedureAuthor}, Scope: definition.Unowned},
	{Name: "procedure.revisions", Roles: []nursery.Role{nursery.RoleProcedureAuthor, nursery.RoleProcedureApprover, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}, Scope: definition.List},
	{Name: "procedure.rows", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleHospital, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}},
	{Name: "procedure.start", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleHospital, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleInsurer}, Scope: definition.Begins},
	{Name: "reading.list", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleAuditor}, Scope: definition.List},
	{Name: "rules.read", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator, nursery.RoleProcedureAuthor, nursery.RoleProcedureApprover}, Scope: definition.List},
	{Name: "settings.read", Roles: []nursery.Role{nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}, Shows: true},
	{Name: "settings.set", Roles: []nursery.Role{nursery.RoleAdministrator}},
	{Name: "target_entry.decide", Roles: []nursery.Role{nursery.RoleCityOffice}},
	{Name: "target_entry.list", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Scope: definition.List},
	{Name: "target_entry.put", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice}},
	{Name: "target_entry.read", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor}, Shows: true},
	{Name: "target_entry.upload", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice}, Scope: definition.Begins},
	{Name: "target.list", Roles: []nursery.Role{nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}, Scope: definition.List},
	{Name: "task.assign", Roles: []nursery.Role{nursery.RoleSupervisor}},
	{Name: "task.claim", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleInspector, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleHospital, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}},
	{Name: "task.complete", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleInspector, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleHospital, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}},
	{Name: "task.delegate", Roles: []nursery.Role{nursery.RoleClerk, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleHospital, nursery.RoleInsurer}},
	{Name: "task.late", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator}, Scope: definition.List},
	{Name: "task.list", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}, Scope: definition.List},
	{Name: "task.read", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleSupervisor, nursery.RoleInspector, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleHospital, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}, Shows: true},
	{Name: "task.release", Roles: []nursery.Role{nursery.RoleInstitution, nursery.RoleClerk, nursery.RoleInspector, nursery.RoleSupervisor, nursery.RoleCountyOffice, nursery.RoleCityOffice, nursery.RoleHospital, nursery.RoleInsurer, nursery.RoleFinance, nursery.RoleCityFinance}},
	{Name: "task.workload", Roles: []nursery.Role{nursery.RoleSupervisor, nursery.RoleCountyOffice}, Scope: definition.List},
}

// ActTable returns every act, including those of the processes, in the form in which the rules of policies/authz read
// them. A resource without an act that shows it is visible with its case.
func ActTable() definition.ActTable {
	return definition.NewActTable("case.read", acts, workflows.Definitions().Compiled())
}
