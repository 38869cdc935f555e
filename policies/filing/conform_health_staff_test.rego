package filing.conform_test

import data.filing.conform

test_health_staff if failing(health_staff_cases) == set()

health_staff_cases := {
	"none in an institution": ["community", {"/application/staff/1": null}, {["HV-10", "fail", ["/staff"]]}],
	"none before the self-evaluation": ["community", {"/application/staff/1": null, "/as_of": "2022-07-31"}, {["HC-12b", "fail", ["/staff"]]}],
	"none in a kindergarten": ["kindergarten_class", {"/application/staff/1": null}, {["HC-12b", "fail", ["/staff"]]}],
	"somebody without a post may be one": ["community", {"/application/staff/1/post": null}, {["HV-10", "unknown", ["/staff"]], ["SS-18a", "unknown", ["/staff/s-02/post"]]}],
	"part-time is enough for few children": ["community", {"/application/staff/1/full_time": false}, set()],
	"whether full-time is beside the point for few children": ["community", {"/application/staff/1/full_time": null}, set()],
	"junior secondary": ["community", {"/application/staff/1/education": "junior_secondary"}, {["HV-11", "fail", ["/staff/s-02/education", "/staff/s-02/certificates"]]}],
	"junior secondary but a nurse": ["community", {"/application/staff/1/education": "junior_secondary", "/application/staff/1/certificates": ["nurse"]}, set()],
	"education not given": ["community", {"/application/staff/1/education": null}, {["HV-11", "unknown", ["/staff/s-02/education"]]}],
	"a physician whose education is not given": ["community", {"/application/staff/1/education": null, "/application/staff/1/certificates": ["physician"]}, set()],
	"junior secondary in a kindergarten": ["kindergarten_class", {"/application/staff/1/education": "junior_secondary"}, {["HC-11", "fail", ["/staff/s-02/education", "/staff/s-02/certificates"]]}],
	"education not given in a kindergarten": ["kindergarten_class", {"/application/staff/1/education": null}, {["HC-11", "unknown", ["/staff/s-02/education"]]}],
	"not trained by a maternal and child health body": ["community", {"/application/staff/1/trained": ["first_aid"]}, {["SS-18f", "fail", ["/staff/s-02/trained"]]}],
	"training not given": ["community", {"/application/staff/1/trained": null}, {["SS-18f", "unknown", ["/staff/s-02/trained"]]}],
}

# A large institution: a number of classes of twenty, three carers each, and the staff with one health worker changed.
big(classes, seats_of_last, health) := object.union(clean.community, {"application": object.union(institution, {
	"site_kind": "community",
	"classes": [class(sprintf("c%d", [n]), "older_toddler", seats) |
		some n in numbers.range(1, classes)
		seats := {true: seats_of_last, false: 20}[n == classes]
	],
	"premises": object.union(premises, {"rooms": [room |
		some n in numbers.range(1, classes)
		room := {"id": sprintf("r%d", [n]), "area_m2": 35, "evacuation_doors": 1, "class": sprintf("c%d", [n])}
	]}),
	"staff": array.concat(
		array.concat(health, [p | some p in staff; not p.post in {"caregiver", "health"}]),
		[carer(sprintf("s-1%d%d", [n, k]), sprintf("c%d", [n])) | some n in numbers.range(1, classes); some k in numbers.range(1, 3)],
	),
})})

health_worker(number, more) := person(number, "health", object.union({"education": "bachelor", "trained": ["mch_health"]}, more))

full_time := health_worker("s-02", {"full_time": true})

part_time := health_worker("s-03", {"full_time": false})

untold := health_worker("s-04", {})

test_full_time_health_staff_by_the_number_of_children if {
	every c in {
		"149 children, part-time": [9, [part_time], set()],
		"150 children, full-time": [10, [full_time], set()],
		"150 children, part-time": [10, [part_time], {["HC-12a", "fail", ["/staff"]]}],
		"150 children, nobody": [10, [], {["HC-12a", "fail", ["/staff"]]}],
		"150 children, not told": [10, [untold], {["HC-12a", "unknown", ["/staff/s-04/full_time"]]}],
		"150 children, one is enough": [10, [full_time, untold], set()],
	} {
		reasons := conform.reasons with input as big(8, c[0], c[1])
		{[r.rule, r.result, r.fields] | some r in reasons} == c[2]
	}
}

test_two_full_time_from_three_hundred if {
	every c in {
		"299 children": [19, set()],
		"300 children": [20, {["HC-12a", "fail", ["/staff"]]}],
	} {
		reasons := conform.reasons with input as big(15, c[0], [full_time])
		{[r.rule, r.result, r.fields] | some r in reasons} == c[1]
	}
}

test_enrolled_children_count_when_they_are_more if {
	enrolled := {"id": "c8", "kind": "older_toddler", "seats": 9, "enrolled": 10, "youngest_months": 24, "oldest_months": 35, "independent_unit": true}
	facts := json.patch(big(8, 9, [part_time]), [{"op": "replace", "path": "/application/classes/7", "value": enrolled}])
	reasons := conform.reasons with input as facts
	{[r.rule, r.result, r.fields] | some r in reasons} == {["HC-12a", "fail", ["/staff"]]}
}
