package authz_test

import data.authz

roles := {
	"institution", "clerk", "supervisor", "inspector", "hospital", "county_office", "city_office", "insurer", "auditor",
	"registrar", "administrator",
}

principal(role) := {"account": sprintf("%s-140403", [role]), "role": role, "county": "140403"} if {
	not role in authz.city_wide
	role != "institution"
}

principal(role) := {"account": role, "role": role, "county": "140400"} if role in authz.city_wide

principal("institution") := {
	"account": "institution-140403-01", "role": "institution",
	"county": "140403", "institution": "inst-140403-01",
}

own := {"county": "140403", "institution": "inst-140403-01"}

# Every act by every role on something of their own, but for tasks and registrations, which have tests of their own.
test_every_role_and_act if {
	every act, allowed in authz.acts {
		every role in roles {
			plain(act, role, allowed)
		}
	}
}

plain(act, role, allowed) if {
	not act in authz.task_acts
	act != "registration.push"
	role in allowed
	authz.allow with input as {"principal": principal(role), "act": act, "resource": own}
}

plain(act, role, allowed) if {
	not act in authz.task_acts
	act != "registration.push"
	not role in allowed
	not authz.allow with input as {"principal": principal(role), "act": act, "resource": own}
	authz.deny_reason == "not_allowed" with input as {"principal": principal(role), "act": act, "resource": own}
}

plain(act, _, _) if act in authz.task_acts

plain("registration.push", _, _)

test_another_county_does_not_exist if {
	every role in {"clerk", "supervisor", "inspector", "county_office"} {
		request := {"principal": principal(role), "act": "case.read", "resource": {"county": "140404", "institution": "inst-140404-01"}}
		not authz.allow with input as request
		authz.deny_reason == "not_visible" with input as request
	}
}

test_another_institution_does_not_exist if {
	request := {"principal": principal("institution"), "act": "case.read", "resource": {"county": "140403", "institution": "inst-140403-02"}}
	not authz.allow with input as request
	authz.deny_reason == "not_visible" with input as request
}

test_the_city_sees_every_county if {
	authz.allow with input as {"principal": principal("city_office"), "act": "case.read", "resource": {"county": "140404", "institution": "x"}}
}

task(role, more) := object.union(object.union(own, {"role": role}), more)

test_a_task_is_answered_by_its_role if {
	every role in roles {
		answers(role, role == "clerk")
	}
}

answers(role, true) if {
	authz.allow with input as {"principal": principal(role), "act": "task.complete", "resource": task("clerk", {})}
}

answers(role, false) if {
	not authz.allow with input as {"principal": principal(role), "act": "task.complete", "resource": task("clerk", {})}
}

test_a_supervisor_answers_only_what_is_escalated if {
	authz.allow with input as {"principal": principal("supervisor"), "act": "task.complete", "resource": task("inspector", {"escalated": true})}
	not authz.allow with input as {"principal": principal("supervisor"), "act": "task.complete", "resource": task("inspector", {"escalated": false})}
	not authz.allow with input as {"principal": principal("supervisor"), "act": "task.complete", "resource": task("institution", {"escalated": true})}
}

test_nobody_reviews_what_they_submitted if {
	request := {"principal": principal("clerk"), "act": "task.complete", "resource": task("clerk", {"excluded": ["clerk-140403"]})}
	not authz.allow with input as request
	authz.deny_reason == "conflict" with input as request
	authz.allow with input as {"principal": principal("clerk"), "act": "task.complete", "resource": task("clerk", {"excluded": ["clerk-140403-2"]})}
}

test_a_task_is_given_back_or_passed_on_by_who_has_it if {
	every act in {"task.release", "task.delegate"} {
		authz.allow with input as {"principal": principal("clerk"), "act": act, "resource": task("clerk", {"assignee": "clerk-140403"})}
		not authz.allow with input as {"principal": principal("clerk"), "act": act, "resource": task("clerk", {"assignee": "clerk-140403-2"})}
		not authz.allow with input as {"principal": principal("clerk"), "act": act, "resource": task("clerk", {})}
	}
	authz.allow with input as {"principal": principal("supervisor"), "act": "task.release", "resource": task("clerk", {"assignee": "clerk-140403"})}
}

test_an_institution_sees_only_its_own_tasks if {
	authz.allow with input as {"principal": principal("institution"), "act": "task.complete", "resource": task("institution", {})}
	authz.deny_reason == "not_visible" with input as {"principal": principal("institution"), "act": "task.read", "resource": task("clerk", {})}
}

test_a_registrar_speaks_for_its_own_register if {
	market := object.union(principal("registrar"), {"registrar": "market"})
	authz.allow with input as {"principal": market, "act": "registration.push", "resource": {"county": "140403", "registrar": "market"}}
	request := {"principal": market, "act": "registration.push", "resource": {"county": "140403", "registrar": "civil_affairs"}}
	not authz.allow with input as request
	authz.deny_reason == "registrar" with input as request
}

test_what_is_not_listed_is_refused if {
	not authz.allow with input as {"principal": principal("administrator"), "act": "case.delete", "resource": {}}
}
