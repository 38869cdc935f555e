# METADATA
# title: 谁可以做什么
# description: |
#   Who may do what (GB/T 22239-2019 8.1.4.2: least privilege, administrators apart from the business;
#   行政处罚法 art. 43 and 登记和备案办法: nobody judges what they submitted or found first). The input is principal, act and
#   resource. An attribute that is not given fits nobody.
package authz

# METADATA
# scope: document
# description: The act is allowed; acts that no rule allows are refused.
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

# Who may do what to what is theirs, and what an act is done to, is data of the definitions of the processes: data.acts, which
# make generate writes.

city_wide := {"city_office", "auditor", "administrator", "city_finance", "procedure_author", "procedure_approver"}

visible if input.act in data.acts.lists

visible if input.act in data.acts.unowned

# A list that is not the role's at all is refused, and not as if there were none.
visible if {
	input.act == "clinic.list"
	not input.principal.role in data.acts.roles["clinic.list"]
}

visible if {
	shown
	theirs
	file_fits
	reader_fits
}

shown if input.act in data.acts.beginnings

shown if {
	not input.act in data.acts.beginnings
	[sort, _] := split(input.act, ".")
	input.principal.role in data.acts.roles[data.acts.shown_by[sort]]
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

# Acts that a clinic or an insurer may never start are refused as forbidden, not as not found.
theirs if {
	input.principal.role in partners
	input.act in data.acts.beginnings
	not input.principal.role in data.acts.roles[input.act]
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

# A filing's files are not for clinics; a child's are judged as the child is.
file_acts := {"attachment.read", "evidence.read", "procedure_file.read"}

# Offices of the counties read the cases of the city that a procedure permits them to read.
theirs if {
	input.act == "case.read"
	input.resource.county == "140400"
	not input.principal.role in partners
	input.principal.role != "institution"
	input.principal.role in input.resource.readers
}

# A case of a procedure is for those who act in it and those that the procedure permits.
reader_fits if input.act in file_acts

reader_fits if not input.resource.readers

reader_fits if input.principal.role in input.resource.readers

file_fits if not input.act in file_acts

file_fits if input.principal.role in data.acts.files[input.resource.kind]

# Who reads the files of a procedure may change while cases run.
file_fits if input.principal.role in input.resource.readers

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
	input.principal.role in data.acts.roles[input.act]
	entry_fits
	absence_fits
	task_fits
}

# A clerk enters a filing for an applicant at the counter, and may afterwards act on that filing only.
entry_acts := {"filing.correct", "filing.submit", "filing.withdraw"}

entry_fits if not input.act in entry_acts

entry_fits if input.principal.role == "institution"

entry_fits if input.resource.submitted_by == input.principal.account

# Officers set their own absence; a supervisor also sets that of the others of the county.
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
