package filing.conform_test

import data.filing.conform

test_staffing if failing(staffing_cases) == set()

staffing_cases := {
	"no staff list": ["community", {"/application/staff": null}, {["SS-18a", "unknown", ["/staff"]]}],
	"an empty staff list": ["community", {"/application/staff": []}, {["SS-18a", "unknown", ["/staff"]]}],
	"no head": ["community", {"/application/staff/0": null}, {["SS-18a", "fail", ["/staff"]]}],
	"somebody without a post may be the head": ["community", {"/application/staff/0/post": null}, {["SS-18a", "unknown", ["/staff"]], ["SS-18a", "unknown", ["/staff/s-01/post"]]}],
	"no guard where the building is shared": ["community", {"/application/premises/stand_alone": false, "/application/staff/2": null}, {["SS-18a", "warn", ["/staff"]]}],
	"no guard in a building of its own": ["community", {"/application/staff/2": null}, {["SS-22", "fail", ["/staff"]]}],
	"somebody without a post may be the guard": ["community", {"/application/staff/2/post": null}, {["SS-22", "unknown", ["/staff"]], ["SS-18a", "unknown", ["/staff/s-03/post"]]}],
	"stand-alone or not is not given": ["community", {"/application/premises/stand_alone": null}, {["SS-22", "unknown", ["/premises/stand_alone"]]}],
}

test_a_list_without_carers_says_so_and_who_is_short if {
	facts := json.patch(clean.community, [{"op": "replace", "path": "/application/staff", "value": array.slice(staff, 0, 6)}])
	reasons := conform.reasons with input as facts
	{[r.rule, r.result, r.subject] | some r in reasons} == {
		["SS-18a", "fail", "caregiver"],
		["SS-20", "fail", "c1"],
		["SS-20", "fail", "c2"],
	}
}

test_head if failing(head_cases) == set()

head_cases := {
	"senior secondary is not enough": ["community", {"/application/staff/0/education": "senior_secondary"}, {["SS-18b", "fail", ["/staff/s-01/education"]]}],
	"bachelor is": ["community", {"/application/staff/0/education": "bachelor"}, set()],
	"education not given": ["community", {"/application/staff/0/education": null}, {["SS-18b", "unknown", ["/staff/s-01/education"]]}],
	"2.9 years": ["community", {"/application/staff/0/experience_years": 2.9}, {["SS-18c", "fail", ["/staff/s-01/experience_years"]]}],
	"3 years": ["community", {"/application/staff/0/experience_years": 3}, set()],
	"years not given": ["community", {"/application/staff/0/experience_years": null}, {["SS-18c", "unknown", ["/staff/s-01/experience_years"]]}],
	"trained in something else": ["community", {"/application/staff/0/trained": ["fire"]}, {["SS-18d", "fail", ["/staff/s-01/trained"]]}],
	"training not given": ["community", {"/application/staff/0/trained": null}, {["SS-18d", "unknown", ["/staff/s-01/trained"]]}],
	"59 hours only warn": ["community", {"/application/staff/0/training_hours": 59}, {["QA-5.2.1", "warn", ["/staff/s-01/training_hours"]]}],
	"hours not given only warn": ["community", {"/application/staff/0/training_hours": null}, {["QA-5.2.1", "warn", ["/staff/s-01/training_hours"]]}],
	"59 hours before the standard was out": ["community", {"/application/staff/0/training_hours": 59, "/as_of": "2024-03-31"}, set()],
}

test_carers if failing(carers_cases) == set()

carers_cases := {
	"no experience but a background": ["community", {"/application/staff/6/experience_years": 0, "/application/staff/6/relevant_background": true}, set()],
	"a background alone": ["community", {"/application/staff/6/experience_years": null, "/application/staff/6/relevant_background": true}, set()],
	"experience alone": ["community", {"/application/staff/6/relevant_background": null}, set()],
	"neither": ["community", {"/application/staff/6/experience_years": 0}, {["SS-18e", "fail", ["/staff/s-21/experience_years", "/staff/s-21/relevant_background"]]}],
	"no background, experience not given": ["community", {"/application/staff/6/experience_years": null}, {["SS-18e", "unknown", ["/staff/s-21/experience_years"]]}],
	"no experience, background not given": ["community", {"/application/staff/6/experience_years": 0, "/application/staff/6/relevant_background": null}, {["SS-18e", "unknown", ["/staff/s-21/relevant_background"]]}],
	"not trained in mental health": ["community", {"/application/staff/6/trained": ["infant_care"]}, {["SS-18e", "fail", ["/staff/s-21/trained"]]}],
	"training not given": ["community", {"/application/staff/6/trained": null}, {["SS-18e", "unknown", ["/staff/s-21/trained"]]}],
	"119 hours only warn": ["community", {"/application/staff/6/training_hours": 119}, {["TR-03", "warn", ["/staff/s-21/training_hours"]]}],
	"120 hours": ["community", {"/application/staff/6/training_hours": 120}, set()],
	"hours not given only warn": ["community", {"/application/staff/6/training_hours": null}, {["TR-03", "warn", ["/staff/s-21/training_hours"]]}],
}

test_other_posts if failing(other_posts_cases) == set()

other_posts_cases := {
	"a guard without the certificate": ["community", {"/application/staff/2/certificates": ["other"]}, {["SS-18g", "fail", ["/staff/s-03/certificates"]]}],
	"certificates not given": ["community", {"/application/staff/2/certificates": null}, {["SS-18g", "unknown", ["/staff/s-03/certificates"]]}],
	"a guard of no company": ["community", {"/application/staff/2/guard_company": false}, {["SS-18g", "fail", ["/staff/s-03/guard_company"]]}],
	"company not given": ["community", {"/application/staff/2/guard_company": null}, {["SS-18g", "unknown", ["/staff/s-03/guard_company"]]}],
	"a guard not trained": ["community", {"/application/staff/2/trained": []}, {["MN-34", "fail", ["/staff/s-03/trained"]]}],
	"a cook whose training is not given": ["community", {"/application/staff/3/trained": null}, {["MN-34", "unknown", ["/staff/s-04/trained"]]}],
	"a family point has no guards to judge": ["family_point", {"/application/staff/0/post": "guard", "/application/family/carers_on_duty": 1, "/application/family/children": 3}, set()],
}

test_cooks if failing(cooks_cases) == set()

cooks_cases := {
	"50 children, one cook": ["public_comprehensive", {"/application/staff/4": null, "/application/classes/2/seats": 11}, set()],
	"51 children, one cook": ["public_comprehensive", {"/application/staff/4": null, "/application/classes/2/seats": 12}, {["QA-5b", "warn", ["/staff"]]}],
	"one cook at least": ["community", {"/application/meals": true, "/application/staff/4": null, "/application/staff/3/post": "food_manager"}, {["QA-5b", "warn", ["/staff"]]}],
	"no meals, no cook": ["community", {"/application/staff/4": null, "/application/staff/3/post": "food_manager"}, set()],
}
