package filing.conform_test

import data.filing.conform

test_class_size_and_age if failing(class_size_and_age_cases) == set()

class_size_and_age_cases := {
	"infant: 10 seats": ["public_comprehensive", {"/application/classes/0/seats": 10}, {["SS-20", "fail", ["/classes/c1/seats", "/staff"]]}],
	"infant: 11 seats": ["public_comprehensive", {"/application/classes/0/seats": 11}, {["SS-19", "fail", ["/classes/c1/seats"]], ["SS-20", "fail", ["/classes/c1/seats", "/staff"]]}],
	"infant: 11 enrolled": ["public_comprehensive", {"/application/classes/0/enrolled": 11, "/application/classes/0/youngest_months": 6, "/application/classes/0/oldest_months": 11}, {["SS-19", "fail", ["/classes/c1/enrolled"]], ["SS-20", "fail", ["/classes/c1/seats", "/staff"]]}],
	"infant: from 6 months": ["public_comprehensive", {"/application/classes/0/youngest_months": 6}, set()],
	"infant: 5 months are too young": ["public_comprehensive", {"/application/classes/0/youngest_months": 5}, {["SS-19", "fail", ["/classes/c1/youngest_months"]]}],
	"infant: until 11 months": ["public_comprehensive", {"/application/classes/0/oldest_months": 11}, set()],
	"infant: 12 months are too old": ["public_comprehensive", {"/application/classes/0/oldest_months": 12}, {["SS-19", "fail", ["/classes/c1/oldest_months"]]}],
	"toddler: 15 seats": ["public_comprehensive", {"/application/classes/1/seats": 15}, set()],
	"toddler: 16 seats": ["public_comprehensive", {"/application/classes/1/seats": 16}, {["SS-19", "fail", ["/classes/c2/seats"]], ["SS-20", "fail", ["/classes/c2/seats", "/staff"]]}],
	"toddler: 16 enrolled": ["public_comprehensive", {"/application/classes/1/enrolled": 16, "/application/classes/1/youngest_months": 12, "/application/classes/1/oldest_months": 23}, {["SS-19", "fail", ["/classes/c2/enrolled"]], ["SS-20", "fail", ["/classes/c2/seats", "/staff"]]}],
	"toddler: from 12 months": ["public_comprehensive", {"/application/classes/1/youngest_months": 12}, set()],
	"toddler: 11 months are too young": ["public_comprehensive", {"/application/classes/1/youngest_months": 11}, {["SS-19", "fail", ["/classes/c2/youngest_months"]]}],
	"toddler: until 23 months": ["public_comprehensive", {"/application/classes/1/oldest_months": 23}, set()],
	"toddler: 24 months are too old": ["public_comprehensive", {"/application/classes/1/oldest_months": 24}, {["SS-19", "fail", ["/classes/c2/oldest_months"]]}],
	"older_toddler: 20 seats": ["public_comprehensive", {"/application/classes/2/seats": 20}, set()],
	"older_toddler: 21 seats": ["public_comprehensive", {"/application/classes/2/seats": 21}, {["SS-19", "fail", ["/classes/c3/seats"]]}],
	"older_toddler: 21 enrolled": ["public_comprehensive", {"/application/classes/2/enrolled": 21, "/application/classes/2/youngest_months": 24, "/application/classes/2/oldest_months": 35}, {["SS-19", "fail", ["/classes/c3/enrolled"]]}],
	"older_toddler: from 24 months": ["public_comprehensive", {"/application/classes/2/youngest_months": 24}, set()],
	"older_toddler: 23 months are too young": ["public_comprehensive", {"/application/classes/2/youngest_months": 23}, {["SS-19", "fail", ["/classes/c3/youngest_months"]]}],
	"older_toddler: until 35 months": ["public_comprehensive", {"/application/classes/2/oldest_months": 35}, set()],
	"older_toddler: 36 months are too old": ["public_comprehensive", {"/application/classes/2/oldest_months": 36}, {["SS-19", "fail", ["/classes/c3/oldest_months"]]}],
	"mixed: 18 seats": ["public_comprehensive", {"/application/classes/3/seats": 18}, {["SS-20m", "warn", ["/classes/c4/seats", "/staff"]]}],
	"mixed: 19 seats": ["public_comprehensive", {"/application/classes/3/seats": 19}, {["SS-19", "fail", ["/classes/c4/seats"]], ["SS-20m", "warn", ["/classes/c4/seats", "/staff"]]}],
	"mixed: 19 enrolled": ["public_comprehensive", {"/application/classes/3/enrolled": 19, "/application/classes/3/youngest_months": 18, "/application/classes/3/oldest_months": 35}, {["SS-19", "fail", ["/classes/c4/enrolled"]], ["SS-20m", "warn", ["/classes/c4/seats", "/staff"]]}],
	"mixed: from 18 months": ["public_comprehensive", {"/application/classes/3/youngest_months": 18}, set()],
	"mixed: 17 months are too young": ["public_comprehensive", {"/application/classes/3/youngest_months": 17}, {["SS-19", "fail", ["/classes/c4/youngest_months"]]}],
	"mixed: until 35 months": ["public_comprehensive", {"/application/classes/3/oldest_months": 35}, set()],
	"mixed: 36 months are too old": ["public_comprehensive", {"/application/classes/3/oldest_months": 36}, {["SS-19", "fail", ["/classes/c4/oldest_months"]]}],
	"kind not given": ["community", {"/application/classes/0/kind": null}, {["SS-19", "unknown", ["/classes/c1/kind"]]}],
	"seats not given": ["community", {"/application/classes/0/seats": null}, {["SS-19", "unknown", ["/classes/c1/seats"]]}],
	"no classes": ["community", {"/application/classes": null}, {["SS-19", "unknown", ["/classes"]]}],
	"ages are asked for once children are enrolled": ["community", {"/application/classes/0/enrolled": 1}, {["SS-19", "unknown", ["/classes/c1/youngest_months"]], ["SS-19", "unknown", ["/classes/c1/oldest_months"]]}],
	"ages are not asked for before": ["community", {"/application/classes/0/enrolled": 0}, set()],
	"shared living unit": ["community", {"/application/classes/0/independent_unit": false}, {["SS-19e", "fail", ["/classes/c1/independent_unit"]]}],
	"living unit not given": ["community", {"/application/classes/0/independent_unit": null}, {["SS-19e", "unknown", ["/classes/c1/independent_unit"]]}],
	"a kindergarten class keeps the caps": ["kindergarten_class", {"/application/classes/1/seats": 16}, {["SS-19", "fail", ["/classes/c2/seats"]], ["SS-20", "fail", ["/classes/c2/seats", "/staff"]]}],
	"classes of a family point are not judged by them": ["family_point", {"/application/classes": [{"id": "c1", "kind": "infant", "seats": 4, "youngest_months": 20}]}, set()],
}

test_carer_ratio if failing(carer_ratio_cases) == set()

carer_ratio_cases := {
	"infant: 9 children, three carers": ["public_comprehensive", {"/application/classes/0/seats": 9}, set()],
	"toddler: 15 children, three carers": ["public_comprehensive", {"/application/classes/1/seats": 15}, set()],
	"older_toddler: 21 children, three carers": ["public_comprehensive", {"/application/classes/2/seats": 20}, set()],
	"one seat over three times three": ["community", {"/application/classes/0/seats": 10}, {["SS-20", "fail", ["/classes/c1/seats", "/staff"]]}],
	"enrolled children count when they are more": ["community", {"/application/classes/0/enrolled": 10, "/application/classes/0/youngest_months": 6, "/application/classes/0/oldest_months": 11}, {["SS-20", "fail", ["/classes/c1/seats", "/staff"]]}],
	"seats count when fewer are enrolled": ["community", {"/application/classes/0/seats": 10, "/application/classes/0/enrolled": 3, "/application/classes/0/youngest_months": 6, "/application/classes/0/oldest_months": 11}, {["SS-20", "fail", ["/classes/c1/seats", "/staff"]]}],
	"six seats need two of three": ["community", {"/application/classes/0/seats": 6, "/application/staff/6": null}, set()],
	"seven seats need all three": ["community", {"/application/classes/0/seats": 7, "/application/staff/6": null}, {["SS-20", "fail", ["/classes/c1/seats", "/staff"]]}],
	"ten seats need two of toddler carers": ["community", {"/application/classes/1/seats": 10, "/application/staff/11": null}, set()],
	"eleven seats need three": ["community", {"/application/classes/1/seats": 11, "/application/staff/11": null}, {["SS-20", "fail", ["/classes/c2/seats", "/staff"]]}],
	"fourteen older children need two": ["public_comprehensive", {"/application/classes/2/seats": 14, "/application/staff/12": null}, set()],
	"fifteen need three": ["public_comprehensive", {"/application/classes/2/seats": 15, "/application/staff/12": null}, {["SS-20", "fail", ["/classes/c3/seats", "/staff"]]}],
	"a carer not placed yet": ["community", {"/application/staff/6/class": null}, {["SS-20", "unknown", ["/classes/c1/seats", "/staff"]]}],
	"a carer placed in a class that is not there": ["community", {"/application/staff/6/class": "c9"}, {["SS-20", "unknown", ["/classes/c1/seats", "/staff"]]}],
	"one unplaced carer cannot fill two places": ["community", {"/application/staff/6/class": null, "/application/staff/11": null}, {["SS-20", "fail", ["/classes/c1/seats", "/staff"]], ["SS-20", "fail", ["/classes/c2/seats", "/staff"]]}],
	"somebody without a post may be the carer": ["community", {"/application/staff/6/post": null}, {["SS-20", "unknown", ["/classes/c1/seats", "/staff"]], ["SS-18a", "unknown", ["/staff/s-21/post"]]}],
	"mixed: fifteen by three": ["public_comprehensive", {"/application/classes/3/seats": 15}, set()],
	"mixed: sixteen by three only warns": ["public_comprehensive", {"/application/classes/3/seats": 16}, {["SS-20m", "warn", ["/classes/c4/seats", "/staff"]]}],
}

test_exactly_the_limit_of_age_is_our_reading_of_the_text if {
	verified_at(12) == {false}
	verified_at(13) == {true}
}

verified_at(months) := {r.verified | some r in reasons} if {
	facts := json.patch(clean.community, [{"op": "add", "path": "/application/classes/0/oldest_months", "value": months}])
	reasons := conform.reasons with input as facts
}

test_a_grace_lets_a_child_finish_the_term if {
	every months, rules in {"13": set(), "14": {"SS-19"}} {
		patch_age := {"op": "add", "path": "/application/classes/0/oldest_months", "value": to_number(months)}
		facts := json.patch(clean.community, [patch_age])
		reasons := conform.reasons with input as facts with data.params.class_age.grace_months.value as 2
		{r.rule | some r in reasons} == rules
	}
}

test_a_county_may_set_smaller_classes if {
	reasons := conform.reasons with input as clean.community with data.params.class_size.toddler.value as 14
	{[r.rule, r.subject, r.seen, r.limit] | some r in reasons} == {["SS-19", "c2", 15, 14]}
}

test_two_classes_of_the_same_id_do_not_break_the_rules if {
	changes := {"/application/classes/1/id": "c1", "/application/classes/0/seats": 10}
	found("community", changes) == {["SS-20", "unknown", ["/classes/c1/seats", "/staff"]]}
}
