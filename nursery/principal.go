package nursery

// Role is the role of a user 角色.
type Role string

// The roles of accounts, and the two without an account: the engine that runs the processes and the public that calls
// without signing in.
const (
	RoleInstitution       Role = "institution"        // 托育机构
	RoleClerk             Role = "clerk"              // 受理审核人员
	RoleSupervisor        Role = "supervisor"         // 受理审核主管
	RoleInspector         Role = "inspector"          // 监督检查人员
	RoleHospital          Role = "hospital"           // 医疗机构儿童保健团队
	RoleCountyOffice      Role = "county_office"      // 县区托育工作专班
	RoleCityOffice        Role = "city_office"        // 市级托育工作专班
	RoleInsurer           Role = "insurer"            // 承保机构
	RoleAuditor           Role = "auditor"            // 审计人员
	RoleRegistrar         Role = "registrar"          // 登记机关
	RoleAdministrator     Role = "administrator"      // 系统管理员
	RoleFinance           Role = "finance"            // 县区财政部门
	RoleCityFinance       Role = "city_finance"       // 市级财政部门
	RoleProcedureAuthor   Role = "procedure_author"   // 事项编制人员
	RoleProcedureApprover Role = "procedure_approver" // 事项审批人员
	RoleEngine            Role = "engine"
	RolePublic            Role = "public"
)

// Roles lists the roles of accounts.
func Roles() []Role {
	return []Role{
		RoleInstitution, RoleClerk, RoleSupervisor, RoleInspector, RoleHospital, RoleCountyOffice, RoleCityOffice,
		RoleInsurer, RoleAuditor, RoleRegistrar, RoleAdministrator, RoleFinance, RoleCityFinance, RoleProcedureAuthor, RoleProcedureApprover,
	}
}

// CityWide reports whether accounts of the role belong to the city and not to one of its counties.
func (r Role) CityWide() bool {
	switch r {
	case RoleCityOffice, RoleAuditor, RoleAdministrator, RoleCityFinance, RoleProcedureAuthor, RoleProcedureApprover:
		return true
	}
	return false
}

// Finance reports whether the role is that of an office that pays 财政部门.
func (r Role) Finance() bool { return r == RoleFinance || r == RoleCityFinance }

// Title returns the Chinese name of the role, or the code itself when it is unknown.
func (r Role) Title() string { return title(roleTitles, r) }

// Partner reports whether the role acts for the other party of a case 相对方: a clinic or an insurer.
func (r Role) Partner() bool { return r == RoleHospital || r == RoleInsurer }

// Principal is the caller 当事人: the account, its one role, and what it belongs to.
type Principal struct {
	Account     string    `json:"account"`
	Role        Role      `json:"role"`
	County      string    `json:"county,omitempty"`      // division code; the city's code for city-wide roles
	Institution string    `json:"institution,omitempty"` // for institutions, hospitals and insurers
	Registrar   Registrar `json:"registrar,omitempty"`   // for the registrar role
}

// Engine is the principal of the workflows themselves.
var Engine = Principal{Account: "engine", Role: RoleEngine}

var roleTitles = map[Role]string{
	RoleInstitution: "托育机构", RoleClerk: "受理审核人员", RoleSupervisor: "受理审核主管", RoleInspector: "监督检查人员",
	RoleHospital: "医疗机构", RoleCountyOffice: "县区托育专班", RoleCityOffice: "市级托育专班", RoleInsurer: "承保机构",
	RoleAuditor: "审计人员", RoleRegistrar: "登记机关", RoleAdministrator: "系统管理员", RoleFinance: "财政部门", RoleCityFinance: "市级财政部门",
	RoleProcedureAuthor: "事项编制人员", RoleProcedureApprover: "事项审批人员", RoleEngine: "系统", RolePublic: "公众",
}
