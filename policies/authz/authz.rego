# METADATA
# title: 谁可以做什么
# description: |
#   Who may do what (GB/T 22239-2019 8.1.4.2: least privilege, administrators apart from the business;
#   行政处罚法 art. 43 and 登记和备案办法: nobody judges what they submitted or found first). The input is principal, act and
#   resource. An attribute that is not given fits nobody.
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

# The table: each act and the roles that may do it where it is theirs. Hospitals and insurers see the cases in which they
# are the other party, and no filing. The county and city offices see how cases stand, not the files of people; the administrator sees no case.
acts := {
	"absence.end": {"clerk", "supervisor", "inspector", "county_office", "city_office", "administrator"},
	"absence.list": {"clerk", "supervisor", "inspector", "county_office", "city_office", "auditor", "administrator"},
	"absence.set": {"clerk", "supervisor", "inspector", "county_office", "city_office", "administrator"},
	"attachment.read": {"institution", "clerk", "supervisor", "inspector", "auditor", "hospital"},
	"attachment.upload": {"institution", "clerk", "inspector", "hospital"},
	"attendance.put": {"institution"},
	"attendance.read": {"institution"},
	"build.amend": {"city_office"},
	"build.decide": {"city_office"},
	"build.link": {"county_office"},
	"build.list": {"supervisor", "county_office", "city_office", "auditor"},
	"build.read": {"supervisor", "county_office", "city_office", "auditor"},
	"build.report": {"county_office"},
	"build.start": {"city_office", "administrator"},
	"calendar.load": {"administrator"},
	"calendar.read": {"supervisor", "city_office", "auditor", "administrator"},
	"case.comment": {"institution", "clerk", "supervisor", "inspector", "county_office", "hospital", "insurer"},
	"case.list": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor", "hospital", "insurer"},
	"case.read": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor", "hospital", "insurer"},
	"case.retry": {"administrator"},
	"case.stuck": {"supervisor", "county_office", "city_office", "auditor", "administrator"},
	"checkup.child": {"institution", "hospital"},
	"checkup.class": {"hospital"},
	"checkup.list": {"institution", "supervisor", "county_office", "city_office", "auditor", "hospital"},
	"checkup.rate": {"supervisor", "county_office", "city_office", "auditor"},
	"checkup.read": {"institution", "supervisor", "county_office", "city_office", "auditor", "hospital"},
	"checkup.record": {"hospital"},
	"checkup.start": {"county_office"},
	"child.change": {"institution"},
	"child.consent": {"institution"},
	"child.correct": {"institution"},
	"child.count": {"institution", "hospital", "county_office"},
	"child.death": {"institution", "county_office"},
	"child.enrol": {"institution"},
	"child.export": {"institution"},
	"child.file": {"institution", "hospital"},
	"child.identity": {"county_office"},
	"child.import": {"institution"},
	"child.list": {"institution", "hospital", "county_office"},
	"child.merge": {"county_office"},
	"child.merges": {"county_office", "auditor"},
	"child.read": {"institution", "hospital", "county_office"},
	"child.release": {"institution"},
	"child.stay": {"institution"},
	"clinic.list": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor", "hospital"},
	"clinic.put": {"county_office"},
	"colleague.list": {"clerk", "supervisor", "inspector", "hospital", "county_office", "city_office", "insurer"},
	"complaint.file": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "hospital"},
	"complaint.read": {"supervisor"},
	"contract.amend": {"institution", "hospital"},
	"contract.candidates": {"institution", "county_office", "city_office"},
	"contract.confirm": {"institution"},
	"contract.list": {"institution", "supervisor", "county_office", "city_office", "auditor", "hospital"},
	"contract.rate": {"supervisor", "county_office", "city_office", "auditor"},
	"contract.read": {"institution", "supervisor", "county_office", "city_office", "auditor", "hospital"},
	"contract.start": {"institution", "hospital", "county_office"},
	"contract.terminate": {"institution", "hospital"},
	"contract.visit": {"hospital"},
	"document.read": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor", "hospital", "insurer"},
	"document.reissue": {"supervisor"},
	"document.revoke": {"supervisor"},
	"evidence.read": {"supervisor", "county_office", "city_office", "auditor"},
	"evidence.upload": {"county_office"},
	"filing.cancel": {"institution", "clerk"},
	"filing.change": {"institution", "clerk"},
	"filing.correct": {"institution", "clerk"},
	"filing.precheck": {"institution", "clerk", "supervisor", "inspector"},
	"filing.start": {"institution", "clerk"},
	"filing.submit": {"institution", "clerk"},
	"filing.withdraw": {"institution", "clerk"},
	"filter.drop": {"institution", "clerk", "supervisor", "inspector", "hospital", "county_office", "city_office", "insurer", "auditor", "registrar", "administrator"},
	"filter.list": {"institution", "clerk", "supervisor", "inspector", "hospital", "county_office", "city_office", "insurer", "auditor", "registrar", "administrator"},
	"filter.save": {"institution", "clerk", "supervisor", "inspector", "hospital", "county_office", "city_office", "insurer", "auditor", "registrar", "administrator"},
	"inspection.list": {"institution", "supervisor", "inspector", "county_office", "city_office", "auditor"},
	"inspection.read": {"institution", "supervisor", "inspector", "county_office", "city_office", "auditor"},
	"inspection.start": {"supervisor"},
	"inspection.visit": {"inspector"},
	"inspection_plan.commit": {"supervisor"},
	"inspection_plan.coverage": {"supervisor", "county_office", "city_office", "auditor"},
	"inspection_plan.day": {"supervisor", "inspector", "county_office"},
	"inspection_plan.draw": {"supervisor", "county_office", "city_office", "auditor"},
	"inspection_plan.exclude": {"supervisor"},
	"inspection_plan.list": {"supervisor", "county_office", "city_office", "auditor"},
	"inspection_plan.read": {"supervisor", "county_office", "city_office", "auditor"},
	"inspection_plan.start": {"supervisor"},
	"inspector.calendar": {"inspector"},
	"inspector.list": {"supervisor", "inspector", "county_office", "city_office", "auditor"},
	"inspector.put": {"supervisor"},
	"institution.list": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor", "hospital"},
	"insurance.answer": {"insurer"},
	"insurance.except": {"county_office"},
	"insurance.lines": {"insurer"},
	"insurance.list": {"county_office", "city_office", "auditor", "insurer"},
	"insurance.rate": {"county_office", "city_office", "auditor"},
	"insurance.read": {"county_office", "city_office", "auditor", "insurer"},
	"insurance.roster": {"county_office"},
	"insurance.start": {"county_office", "city_office"},
	"insurance_claim.list": {"institution", "county_office", "city_office", "auditor", "insurer"},
	"insurance_claim.read": {"institution", "county_office", "city_office", "auditor", "insurer"},
	"insurance_claim.start": {"institution", "county_office", "insurer"},
	"reading.list": {"county_office", "auditor"},
	"referral.list": {"institution", "county_office", "city_office", "auditor", "hospital"},
	"referral.read": {"institution", "county_office", "city_office", "auditor", "hospital"},
	"referral.result": {"hospital"},
	"registration.push": {"registrar"},
	"rules.read": {"supervisor", "city_office", "auditor", "administrator"},
	"settings.read": {"clerk", "supervisor", "inspector", "county_office", "city_office", "auditor", "administrator"},
	"settings.set": {"administrator"},
	"target.list": {"county_office", "city_office", "auditor", "administrator"},
	"task.assign": {"supervisor"},
	"task.claim": {"institution", "clerk", "inspector", "supervisor", "county_office", "city_office", "hospital", "insurer"},
	"task.complete": {"institution", "clerk", "inspector", "supervisor", "county_office", "city_office", "hospital", "insurer"},
	"task.delegate": {"clerk", "inspector", "county_office", "city_office", "hospital", "insurer"},
	"task.late": {"supervisor", "county_office", "city_office", "auditor", "administrator"},
	"task.list": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor", "hospital", "insurer"},
	"task.read": {"institution", "clerk", "supervisor", "inspector", "county_office", "city_office", "auditor", "hospital", "insurer"},
	"task.release": {"institution", "clerk", "inspector", "supervisor", "county_office", "city_office", "hospital", "insurer"},
	"task.workload": {"supervisor", "county_office"},
}

# Acts on no single thing: a list, which the query and row-level security narrow.
lists := {
	"absence.list", "attendance.read", "build.list", "calendar.read", "case.list", "case.stuck", "checkup.list", "checkup.rate", "child.count",
	"child.list", "child.merges", "colleague.list", "contract.list", "contract.rate", "filter.list",
	"inspection.list", "inspection_plan.coverage", "inspection_plan.day", "inspection_plan.list", "inspector.list",
	"institution.list", "insurance.list", "insurance_claim.list", "reading.list", "referral.list", "rules.read",
	"target.list", "task.late", "task.list", "task.workload",
}

# Acts on nothing that belongs to a county or an institution: the city's building plan and the published calendar, which
# city-wide roles alone may load; the filters an account saves for itself, found by its name; a complaint, which anybody may
# make about any institution; a check of what is sent along, which stores nothing; and having a stuck case tried again, which
# shows nothing of it.
unowned := {"build.start", "calendar.load", "case.retry", "complaint.file", "filing.precheck", "filter.drop", "filter.save"}

# Acts that make something new, so that there is nothing yet to be seen.
beginnings := {
	"attachment.upload", "checkup.start", "clinic.put", "contract.start", "evidence.upload", "filing.start", "inspection.start",
	"inspection_plan.start", "inspector.calendar", "inspector.put",
	"registration.push",
}

# What shows the thing that an act is done to.
shown_by := {
	"absence": "absence.list",
	"attachment": "attachment.read",
	"attendance": "attendance.read",
	"build": "build.read",
	"case": "case.read",
	"checkup": "checkup.read",
	"child": "child.read",
	"clinic": "clinic.list",
	"complaint": "complaint.read",
	"contract": "contract.read",
	"document": "document.read",
	"evidence": "evidence.read",
	"filing": "case.read",
	"inspection": "inspection.read",
	"inspection_plan": "inspection_plan.read",
	"inspector": "inspector.list",
	"insurance": "insurance.read",
	"insurance_claim": "insurance_claim.read",
	"referral": "referral.read",
	"settings": "settings.read",
	"task": "task.read",
}

city_wide := {"city_office", "auditor", "administrator"}

visible if input.act in lists

visible if input.act in unowned

# A list that is not the role's at all is refused, and not as if there were none.
visible if {
	input.act == "clinic.list"
	not input.principal.role in acts["clinic.list"]
}

visible if {
	shown
	theirs
	file_fits
}

shown if input.act in beginnings

shown if {
	not input.act in beginnings
	[sort, _] := split(input.act, ".")
	input.principal.role in acts[shown_by[sort]]
}

# Who acts for the other party of a case.
partners := {"hospital", "insurer"}

# The city sees every county, an institution itself, a clinic or an insurer the cases it is a party of, everybody else
# their county.
theirs if input.principal.role in city_wide

theirs if {
	input.principal.role == "institution"
	input.resource.institution == input.principal.institution
	files_at_home
	task_of_party
}

theirs if {
	input.principal.role in partners
	input.resource.partner == input.principal.institution
	task_of_party
}

# What a clinic or an insurer may begin nowhere it hears as that.
theirs if {
	input.principal.role in partners
	input.act in beginnings
	not input.principal.role in acts[input.act]
}

theirs if {
	not input.principal.role in city_wide
	not input.principal.role in partners
	input.principal.role != "institution"
	input.resource.county == input.principal.county
}

# A contract is made within the county (示范项目实施方案 项目8), so its institutions, clinics and offices see its clinics and no
# others.
theirs if {
	input.act == "clinic.list"
	input.resource.county == input.principal.county
}

theirs if uploaded

# Who reads the files of a case, by its kind: a filing's are not for clinics, a child's are judged as the child is.
files := {
	"build": {"supervisor", "county_office", "city_office", "auditor"},
	"checkup_round": {"institution", "hospital"},
	"complaint": {"supervisor"},
	"contract": {"institution", "supervisor", "auditor", "hospital"},
	"filing": {"institution", "clerk", "supervisor", "inspector", "auditor"},
	"filing_cancel": {"institution", "clerk", "supervisor", "inspector", "auditor"},
	"filing_change": {"institution", "clerk", "supervisor", "inspector", "auditor"},
	"inspection": {"institution", "supervisor", "inspector", "auditor"},
	"inspection_plan": {"supervisor", "auditor"},
	"referral": {"institution", "hospital"},
}

file_acts := {"attachment.read", "evidence.read"}

file_fits if not input.act in file_acts

file_fits if input.principal.role in files[input.resource.kind]

# A file that nothing refers to yet is its institution's and its uploader's.
file_fits if {
	not input.resource.kind
	input.principal.role == "institution"
}

file_fits if uploaded

uploaded if {
	input.act in file_acts
	not input.resource.kind
	input.resource.uploader == input.principal.account
}

# An institution files with the county it belongs to.
files_at_home if input.act != "filing.start"

files_at_home if input.resource.county == input.principal.county

# A party sees the tasks put to it; what the others have to do it sees as the case's stage.
task_of_party if not startswith(input.act, "task.")

task_of_party if input.resource.role == input.principal.role

entitled if {
	input.principal.role in acts[input.act]
	entry_fits
	absence_fits
	task_fits
}

# A clerk enters a filing for whoever comes to the counter, and afterwards has a hand in that one only.
entry_acts := {"filing.correct", "filing.submit", "filing.withdraw"}

entry_fits if not input.act in entry_acts

entry_fits if input.principal.role == "institution"

entry_fits if input.resource.submitted_by == input.principal.account

# People of an office say when they are away themselves; a supervisor says it for the others of the county.
absence_fits if not input.act in {"absence.end", "absence.set"}

absence_fits if input.principal.role in {"administrator", "supervisor"}

absence_fits if input.resource.assignee == input.principal.account

# Acts on a task need its role or having it; a supervisor answers what is escalated, and assigns and takes back the
# office's tasks at any time.
answers := {"task.claim", "task.complete"}

passes := {"task.delegate", "task.release"}

takes := {"task.assign", "task.release"}

office := {"clerk", "inspector"}

task_fits if not input.act in {"task.assign", "task.claim", "task.complete", "task.delegate", "task.release"}

task_fits if {
	input.act in answers
	input.principal.role == input.resource.role
}

task_fits if {
	input.act in answers
	input.principal.role == "supervisor"
	input.resource.role in office
	input.resource.escalated
}

task_fits if {
	input.act in passes
	input.resource.assignee == input.principal.account
}

task_fits if {
	input.act in takes
	input.principal.role == "supervisor"
	input.resource.role in office
}

conflict if {
	input.act in answers
	input.principal.account in input.resource.excluded
}

registrar_fits if input.act != "registration.push"

registrar_fits if input.principal.registrar == input.resource.registrar
