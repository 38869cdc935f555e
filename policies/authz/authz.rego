# METADATA
# title: 谁可以做什么
# description: |
#   Who may do what (GB/T 22239-2019 8.1.4.2: least privilege, administrators apart from the business;
#   行政处罚法 art. 43 and 登记和备案办法: nobody judges what they submitted or found first). The input is principal, act and
#   resource; a resource without a county or institution is a list, which row-level security narrows.
package authz

# METADATA
# scope: document
# description: The act is allowed; anything not said here is refused.
default allow := false

allow if {
	visible
	entitled
	not conflict
	registrar_fits
}

# METADATA
# scope: document
# description: Why not. What is not visible is answered as if it did not exist.
deny_reason := "not_visible" if not visible

else := "not_allowed" if not entitled

else := "conflict" if conflict

else := "registrar" if not registrar_fits

acts := {
	"attachment.read": {"institution", "clerk", "supervisor", "inspector", "county_office", "auditor"},
	"attachment.upload": {"institution", "clerk", "inspector"},
	"calendar.load": {"administrator"},
	"case.comment": {"institution", "clerk", "supervisor", "inspector", "county_office"},
	"case.list": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor"},
	"case.read": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor"},
	"document.read": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor"},
	"document.reissue": {"supervisor"},
	"document.revoke": {"supervisor"},
	"filing.cancel": {"institution", "clerk"},
	"filing.change": {"institution", "clerk"},
	"filing.correct": {"institution"},
	"filing.precheck": {"institution", "clerk", "supervisor", "inspector"},
	"filing.start": {"institution", "clerk"},
	"filing.submit": {"institution", "clerk"},
	"filing.withdraw": {"institution"},
	"registration.push": {"registrar"},
	"settings.read": {"clerk", "supervisor", "inspector", "county_office", "city_office", "auditor", "administrator"},
	"settings.set": {"administrator"},
	"task.assign": {"supervisor"},
	"task.claim": {"institution", "clerk", "inspector", "supervisor"},
	"task.complete": {"institution", "clerk", "inspector", "supervisor"},
	"task.delegate": {"clerk", "inspector"},
	"task.list": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor"},
	"task.read": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor"},
	"task.release": {"institution", "clerk", "inspector", "supervisor"},
}

city_wide := {"city_office", "auditor", "administrator"}

# What is visible: the city sees every county, an institution itself, everybody else their county.
visible if input.principal.role in city_wide

visible if {
	input.principal.role == "institution"
	own_institution
	task_of_institution
}

visible if {
	not input.principal.role in city_wide
	input.principal.role != "institution"
	own_county
}

own_institution if not input.resource.institution

own_institution if input.resource.institution == input.principal.institution

own_county if not input.resource.county

own_county if input.resource.county == input.principal.county

# An institution sees the tasks put to it; what the office has to do it sees as the case's stage.
task_of_institution if not input.resource.role

task_of_institution if input.resource.role == "institution"

entitled if {
	input.principal.role in acts[input.act]
	task_role_fits
}

# Acts on a task need its role; a supervisor answers what is escalated, and assigns and takes back at any time.
task_acts := {"task.claim", "task.complete", "task.release", "task.delegate"}

task_role_fits if not input.act in task_acts

task_role_fits if {
	input.act in {"task.claim", "task.complete"}
	input.principal.role == input.resource.role
}

task_role_fits if {
	input.act in {"task.claim", "task.complete"}
	input.principal.role == "supervisor"
	input.resource.role in {"clerk", "inspector"}
	input.resource.escalated
}

task_role_fits if {
	input.act in {"task.release", "task.delegate"}
	input.resource.assignee == input.principal.account
}

task_role_fits if {
	input.act == "task.release"
	input.principal.role == "supervisor"
}

conflict if {
	input.act in {"task.claim", "task.complete"}
	input.principal.account in input.resource.excluded
}

registrar_fits if input.act != "registration.push"

registrar_fits if input.principal.registrar == input.resource.registrar
