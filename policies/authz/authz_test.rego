package authz_test

import data.authz

roles := {
	"institution", "clerk", "supervisor", "inspector", "hospital", "county_office", "city_office", "insurer", "auditor",
	"registrar", "administrator", "finance", "city_finance", "procedure_author", "procedure_approver",
}

principal(role) := {"account": sprintf("%s-140403", [role]), "role": role, "county": "140403", "registrar": "market"} if {
	not role in authz.city_wide
	not role in authz.partners
	role != "institution"
}

principal(role) := {
	"account": sprintf("%s-140403", [role]), "role": role,
	"county": "140403", "institution": sprintf("%s-01", [role]),
} if {
	role in authz.partners
}

principal(role) := {"account": role, "role": role, "county": "140400"} if role in authz.city_wide

principal("institution") := {
	"account": "institution-140403-01", "role": "institution",
	"county": "140403", "institution": "inst-140403-01",
}

# Something the role may do the act to: of its county and institution, or in which it is the other party, entered by it,
# its task, of its register.
own(role) := {
	"county": "140403", "institution": "inst-140403-01", "partner": sprintf("%s-01", [role]),
	"registrar": "market", "role": task_role(role),
	"submitted_by": principal(role).account, "assignee": principal(role).account, "escalated": true,
}

task_role("supervisor") := "clerk"

task_role(role) := role if role != "supervisor"

# The same resource in another county with another partner; for an institution, that of another one in its county.
other(role) := object.union(own(role), {
	"county": "140404", "institution": "inst-140404-01",
	"partner": "none-01",
}) if {
	role != "institution"
}

other("institution") := object.union(own("institution"), {"institution": "inst-140403-02"})

asks(role, act, resource) := {"principal": principal(role), "act": act, "resource": resource}

allowed_roles(act) := {role | some role in data.acts.roles[act]}

# Files are judged by their case, in files_test.rego, and clinics by their county alone.
judged := {act: allowed_roles(act) | some act, _ in data.acts.roles; not act in {"attachment.read", "evidence.read", "procedure_file.read", "clinic.list"}}

test_every_role_and_act_on_what_is_theirs if {
	every act, allowed in judged {
		{role | some role in roles; verdict(asks(role, act, own(role)))} == allowed
	}
}

# Elsewhere the city may do what it does everywhere; a list is of nobody.
test_every_role_and_act_on_what_is_anothers if {
	every act, allowed in judged {
		{role | some role in roles; verdict(asks(role, act, other(role)))} == everywhere(act, allowed)
	}
}

test_an_attribute_that_is_not_given_fits_nobody if {
	every act, allowed in judged {
		near := roles - authz.city_wide
		{role | some role in near; verdict(asks(role, act, {}))} == everywhere(act, allowed) & near
	}
}

everywhere(act, allowed) := allowed if act in anywhere

everywhere(act, allowed) := allowed & authz.city_wide if not act in anywhere

anywhere := {act | some act in array.concat(data.acts.lists, data.acts.unowned)}

test_what_changes_the_rows_of_an_institution_is_no_list if {
	every act in {"attendance.put", "child.enrol", "child.export", "child.import"} {
		{role | some role in roles; verdict(asks(role, act, own("institution")))} == {"institution"}
		reason(asks("institution", act, other("institution"))) == "not_visible"
		reason(asks("institution", act, {})) == "not_visible"
	}
}

test_clinics_are_listed_in_their_county_and_to_the_city if {
	readers("clinic.list", {"county": "140403"}) == allowed_roles("clinic.list")
	readers("clinic.list", {"county": "140404"}) == {"city_office", "auditor"}
	readers("clinic.list", {}) == {"city_office", "auditor"}
	reason(asks("clerk", "clinic.list", {"county": "140404"})) == "not_visible"
	reason(asks("insurer", "clinic.list", {"county": "140403"})) == "not_allowed"
}

test_insurers_are_registered_by_the_offices_and_listed_to_those_who_see_insurance if {
	readers("insurer.put", {}) == {"county_office", "city_office"}
	readers("insurer.list", {}) == {"county_office", "city_office", "auditor", "insurer"}
	every role in {"insurer", "clerk", "institution", "administrator"} {
		reason(asks(role, "insurer.put", {})) == "not_allowed"
	}
}

verdict(request) := allowed if allowed := authz.allow with input as request

reason(request) := why if why := authz.deny_reason with input as request

test_what_a_role_never_sees_does_not_exist if {
	acts := {"case.read", "case.comment", "task.complete", "document.revoke", "attachment.read", "filing.withdraw"}
	every role in {"registrar", "administrator", "procedure_author", "procedure_approver"} {
		every act in acts {
			reason(asks(role, act, own(role))) == "not_visible"
		}
	}
	every role in authz.partners {
		every act in acts {
			reason(asks(role, act, other(role))) == "not_visible"
		}
	}
}

test_what_is_seen_but_not_done_is_not_allowed if {
	reason(asks("auditor", "case.comment", own("auditor"))) == "not_allowed"
	reason(asks("clerk", "task.assign", own("clerk"))) == "not_allowed"
	reason(asks("clerk", "settings.set", own("clerk"))) == "not_allowed"
	reason(asks("registrar", "case.list", {})) == "not_allowed"
}

test_another_county_does_not_exist if {
	every role in {"clerk", "supervisor", "inspector", "county_office"} {
		reason(asks(role, "case.read", other(role))) == "not_visible"
	}
	reason(asks("institution", "case.read", other("institution"))) == "not_visible"
}

test_an_institution_files_with_its_own_county if {
	moved := object.union(own("institution"), {"county": "140404"})
	not verdict(asks("institution", "filing.start", moved))
	verdict(asks("institution", "filing.correct", moved))
}

test_a_clerk_has_a_hand_only_in_what_they_entered if {
	every act in {"filing.correct", "filing.submit", "filing.withdraw"} {
		entered := own("clerk")
		verdict(asks("clerk", act, entered))
		every by in {"institution-140403-01", "clerk-140403-2"} {
			reason(asks("clerk", act, object.union(entered, {"submitted_by": by}))) == "not_allowed"
		}
		reason(asks("clerk", act, object.remove(entered, ["submitted_by"]))) == "not_allowed"
		verdict(asks("institution", act, object.union(own("institution"), {"submitted_by": "clerk-140403"})))
	}
}

task(role, more) := object.union({"county": "140403", "institution": "inst-140403-01", "role": role}, more)

test_a_task_is_answered_by_its_role if {
	every act in {"task.claim", "task.complete"} {
		every of in {"clerk", "inspector", "institution"} {
			{role | some role in roles; verdict(asks(role, act, task(of, {})))} == {of}
		}
	}
}

test_a_supervisor_answers_only_what_is_escalated if {
	verdict(asks("supervisor", "task.complete", task("inspector", {"escalated": true})))
	not verdict(asks("supervisor", "task.complete", task("inspector", {"escalated": false})))
	not verdict(asks("supervisor", "task.complete", task("institution", {"escalated": true})))
}

test_a_supervisor_assigns_the_tasks_of_the_office if {
	every act in {"task.assign", "task.release"} {
		verdict(asks("supervisor", act, task("clerk", {"assignee": "clerk-140403"})))
		verdict(asks("supervisor", act, task("inspector", {})))
		not verdict(asks("supervisor", act, task("institution", {"assignee": "institution-140403-01"})))
	}
}

test_nobody_reviews_what_they_submitted if {
	every act in {"task.claim", "task.complete"} {
		reason(asks("clerk", act, task("clerk", {"excluded": ["institution-140403-01", "clerk-140403"]}))) == "conflict"
		verdict(asks("clerk", act, task("clerk", {"excluded": ["clerk-140403-2"]})))
	}
}

test_a_task_is_given_back_or_passed_on_by_who_has_it if {
	every act in {"task.release", "task.delegate"} {
		verdict(asks("clerk", act, task("clerk", {"assignee": "clerk-140403"})))
		not verdict(asks("clerk", act, task("clerk", {"assignee": "clerk-140403-2"})))
		not verdict(asks("clerk", act, task("clerk", {})))
	}
}

test_an_institution_sees_only_its_own_tasks if {
	verdict(asks("institution", "task.read", task("institution", {})))
	reason(asks("institution", "task.read", task("clerk", {}))) == "not_visible"
	reason(asks("institution", "task.complete", task("clerk", {}))) == "not_visible"
}

test_a_registrar_speaks_for_its_own_register if {
	request := asks("registrar", "registration.push", {"county": "140403", "registrar": "civil_affairs"})
	not verdict(request)
	reason(request) == "registrar"
}

test_what_is_not_listed_is_refused if {
	every role in roles {
		not verdict(asks(role, "case.delete", own(role)))
	}
}

test_a_county_reports_and_the_city_decides if {
	every act in {"build.report", "build.link", "evidence.upload"} {
		{role | some role in roles; verdict(asks(role, act, own(role)))} == {"county_office"}
	}
	every act in {"build.amend", "build.decide"} {
		{role | some role in roles; verdict(asks(role, act, own(role)))} == {"city_office"}
	}
	reason(asks("county_office", "build.decide", own("county_office"))) == "not_allowed"
	reason(asks("county_office", "build.report", other("county_office"))) == "not_visible"
	reason(asks("clerk", "evidence.read", own("clerk"))) == "not_visible"
}

test_an_office_answers_what_is_put_to_it if {
	every of in {"county_office", "city_office"} {
		{role | some role in roles; verdict(asks(role, "task.complete", task(of, {})))} == {of}
	}
}

test_an_absence_is_set_by_oneself_or_a_supervisor if {
	every act in {"absence.end", "absence.set"} {
		verdict(asks("clerk", act, {"county": "140403", "assignee": "clerk-140403"}))
		reason(asks("clerk", act, {"county": "140403", "assignee": "clerk-140403-2"})) == "not_allowed"
		reason(asks("county_office", act, {"county": "140403", "assignee": "clerk-140403"})) == "not_allowed"
		verdict(asks("supervisor", act, {"county": "140403", "assignee": "clerk-140403"}))
		reason(asks("supervisor", act, {"county": "140404", "assignee": "clerk-140404"})) == "not_visible"
		verdict(asks("administrator", act, {"county": "140404", "assignee": "clerk-140404"}))
		reason(asks("auditor", act, {"county": "140403", "assignee": "auditor"})) == "not_allowed"
		reason(asks("institution", act, own("institution"))) == "not_visible"
	}
}
