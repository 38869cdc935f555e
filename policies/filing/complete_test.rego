package filing.complete_test

import data.filing.complete

paper(kind) := {"kind": kind, "attachment": concat("-", ["file", kind])}

staff_papers(kinds, numbers) := [{"kind": kind, "staff": number, "attachment": "file"} |
	some kind in kinds
	some number in numbers
]

# A community nursery of 900 m² with meals and two members of staff, nothing missing.
clean := {
	"as_of": "2026-03-02",
	"application": {
		"site_kind": "community",
		"institution": {
			"name": "潞州区示例社区托育中心",
			"uscc": "52140403MJY000011D",
			"nature": "social_service",
			"address": "潞州区英雄中路1号",
			"township": "140403001",
			"phone": "0355-2000000",
			"county": "140403",
		},
		"service_forms": ["full_day"],
		"meals": true,
		"premises": {"floor_area_m2": 900},
		"hygiene": {"result": "qualified"},
		"classes": [{"id": "c1", "kind": "toddler", "seats": 15}],
		"staff": [{"number": "s-01", "post": "head"}, {"number": "s-02", "post": "caregiver"}],
		"papers": array.concat(
			[paper(kind) |
				some kind in [
					"filing_form", "commitment", "registration_certificate", "premises_proof", "hygiene_report",
					"floor_plan", "health_worker_papers", "air_test", "food_licence",
				]
			],
			array.concat(
				staff_papers(["staff_qualification", "staff_health"], ["s-01", "s-02"]),
				[{"kind": "fire_proof", "form": "acceptance_filing", "attachment": "file"}],
			),
		),
	},
}

family := object.union(clean, {"application": {
	"site_kind": "family_point",
	"classes": [],
	"family": {"children": 5},
	"papers": array.concat(
		[paper(kind) |
			some kind in [
				"filing_form", "commitment", "registration_certificate", "premises_proof", "owners_consent",
				"building_safety",
			]
		],
		staff_papers(["staff_qualification", "staff_health"], ["s-01", "s-02"]),
	),
}})

with_value(facts, path, value) := json.patch(facts, [{"op": "add", "path": path, "value": value}])

without(facts, path) := json.patch(facts, [{"op": "remove", "path": path}])

without_paper(facts, kind) := with_value(facts, "/application/papers", [p |
	some p in facts.application.papers
	p.kind != kind
])

with_paper(facts, given) := with_value(facts, "/application/papers/-", given)

fire(facts, form, area) := with_value(
	with_paper(without_paper(facts, "fire_proof"), {"kind": "fire_proof", "form": form, "attachment": "file"}),
	"/application/premises/floor_area_m2", area,
)

# found returns the reasons of the rule set as "rule result field".
found(facts) := {sprintf("%s %s %s", [r.rule, r.result, r.fields[0]]) | some r in complete.reasons with input as facts}

test_a_complete_filing_passes if found(clean) == set()

test_each_field_of_the_form_is_asked_for if {
	every field in ["name", "uscc", "nature", "address", "township", "phone"] {
		found(without(clean, concat("/", ["/application/institution", field]))) == {concat("", ["RF-08.0a unknown /institution/", field])}
	}
	found(without(clean, "/application/service_forms")) == {"RF-08.0a unknown /service_forms"}
	found(with_value(clean, "/application/service_forms", [])) == {"RF-08.0a unknown /service_forms"}
	found(without(clean, "/application/classes")) == {"RF-08.0a unknown /classes"}
	found(without(clean, "/application/staff")) == {"RF-08.0a unknown /staff"}
	found(without(clean, "/application/institution")) == {"RF-08.0a unknown /institution"}
}

test_classes_and_staff_are_named_by_their_own_number if {
	found(without(clean, "/application/classes/0/seats")) == {"RF-08.0a unknown /classes/c1/seats"}
	found(without(clean, "/application/classes/0/kind")) == {"RF-08.0a unknown /classes/c1/kind"}
	found(without(clean, "/application/staff/1/post")) == {"RF-08.0a unknown /staff/s-02/post"}
}

test_a_site_without_kind_is_asked_for_it if {
	found(without(clean, "/application/site_kind")) == {"RF-08.0a unknown /site_kind"}
}

test_each_paper_is_asked_for if {
	every case in [
		["filing_form", "RF-08.0b"], ["commitment", "RF-08.0c"], ["registration_certificate", "RF-08.1"],
		["premises_proof", "RF-08.2"], ["hygiene_report", "HV-01"], ["floor_plan", "HV-02"],
		["health_worker_papers", "HV-02"], ["air_test", "HV-02"], ["fire_proof", "RF-08.5"],
		["food_licence", "RF-08.7"],
	] {
		found(without_paper(clean, case[0])) == {sprintf("%s unknown /papers/%s", [case[1], case[0]])}
	}
}

test_a_paper_without_its_file_is_not_handed_in if {
	listed := with_paper(without_paper(clean, "premises_proof"), {"kind": "premises_proof", "number": "1"})
	found(listed) == {"RF-08.2 unknown /papers/premises_proof"}
}

test_each_member_of_staff_has_both_papers if {
	found(with_value(clean, "/application/staff/-", {"number": "s-03", "post": "cook"})) == {
		"RF-08.3a unknown /papers/staff_qualification/s-03",
		"RF-08.3b unknown /papers/staff_health/s-03",
	}
}

test_all_gaps_are_told_at_once if {
	bare := {"as_of": "2026-03-02", "application": {"site_kind": "community", "institution": {"county": "140403"}, "staff": [{"number": "s-01"}]}}
	count(found(bare)) == 22
}

test_the_licence_is_asked_for_only_with_meals if {
	no_licence := without_paper(clean, "food_licence")
	found(with_value(no_licence, "/application/meals", false)) == set()
	found(without(no_licence, "/application/meals")) == {"RF-08.7 unknown /meals"}
}

test_the_third_party_report_until_july_2022_and_the_self_evaluation_from_august if {
	third_party := without_paper(without_paper(without_paper(clean, "floor_plan"), "health_worker_papers"), "air_test")
	before := with_value(third_party, "/as_of", "2022-07-31")
	found(before) == set()
	found(without_paper(before, "hygiene_report")) == {"RF-08.4 unknown /papers/hygiene_report"}
	found(with_value(before, "/application/hygiene/result", "unqualified")) == {"RF-08.4 fail /hygiene/result"}
	found(without(before, "/application/hygiene")) == {"RF-08.4 unknown /hygiene/result"}
	found(with_value(third_party, "/as_of", "2022-08-01")) == {
		"HV-02 unknown /papers/floor_plan",
		"HV-02 unknown /papers/health_worker_papers",
		"HV-02 unknown /papers/air_test",
	}
}

test_the_self_evaluation_is_qualified if {
	found(with_value(clean, "/application/hygiene/result", "unqualified")) == {"HV-01 fail /hygiene/result"}
	found(without(clean, "/application/hygiene/result")) == {"HV-01 unknown /hygiene/result"}
}

test_a_kindergarten_shows_its_licence_and_keeps_its_evaluation if {
	kindergarten := with_value(without_paper(clean, "air_test"), "/application/site_kind", "kindergarten_class")
	found(kindergarten) == {"RF-08.6a unknown /papers/kindergarten_licence"}
	found(with_paper(kindergarten, paper("kindergarten_licence"))) == set()
}

test_an_employer_that_lists_a_joint_agreement_hands_it_in if {
	employer := with_value(clean, "/application/site_kind", "employer")
	found(employer) == set()
	found(with_paper(employer, {"kind": "joint_agreement"})) == {"P04-R4 unknown /papers/joint_agreement"}
	found(with_paper(employer, paper("joint_agreement"))) == set()
}

asked(facts) := {r.fields[0] |
	plan := {"value": [{"name": "结构安全鉴定"}, {"name": "安防设施证明", "site_kinds": ["employer"]}]}
	some r in complete.reasons with input as facts with data.params.papers.additional as plan
}

test_papers_other_rules_ask_for if {
	asked(clean) == {"/papers/other/结构安全鉴定"}
	asked(with_paper(clean, {"kind": "other", "name": "结构安全鉴定", "attachment": "file"})) == set()
	asked(with_value(clean, "/application/site_kind", "employer")) == {"/papers/other/结构安全鉴定", "/papers/other/安防设施证明"}
}

licence_until(day) := with_paper(without_paper(clean, "food_licence"), object.union(paper("food_licence"), {"expires_on": day}))

test_a_paper_is_good_through_its_last_day if {
	found(licence_until("2026-03-02")) == set()
	found(licence_until("2026-03-01")) == {"RF-08.8 fail /papers/food_licence"}
	expired := {"kind": "staff_health", "staff": "s-01", "attachment": "file", "expires_on": "2026-03-01"}
	found(with_paper(clean, expired)) == {"RF-08.8 fail /papers/staff_health/s-01"}
}

test_a_family_point_has_papers_of_its_own if {
	found(family) == set()
	every kind in ["premises_proof", "owners_consent", "building_safety"] {
		found(without_paper(family, kind)) == {concat("", ["FP-06b unknown /papers/", kind])}
	}
	found(without_paper(family, "staff_health")) == {
		"FP-06b unknown /papers/staff_health/s-01",
		"FP-06b unknown /papers/staff_health/s-02",
	}
}

test_before_its_rules_a_family_point_hands_in_what_any_nursery_does if {
	before := found(with_value(family, "/as_of", "2023-10-15"))
	"RF-08.5 unknown /papers/fire_proof" in before
	"HV-01 unknown /papers/hygiene_report" in before
	"RF-08.0a unknown /classes" in before
}

test_the_form_of_the_fire_proof_goes_by_area if {
	every case in [
		["construction_acceptance", 1000.5, set()],
		["acceptance_filing", 1000.5, {"FZ-03 fail /papers/fire_proof/form"}],
		["fire_check", 1000.5, {"FZ-03 fail /papers/fire_proof/form"}],
		["acceptance_filing", 1000, set()],
		["fire_check", 1000, set()],
		["county_joint_opinion", 300.5, {"FZ-05 fail /papers/fire_proof/form"}],
		["county_joint_opinion", 300, set()],
		["acceptance_filing", 300, set()],
		["licence", 300, {"FZ-05 fail /papers/fire_proof/form"}],
	] {
		found(fire(clean, case[0], case[1])) == case[2]
	}
}

test_one_good_form_among_several_is_enough if {
	found(with_paper(fire(clean, "county_joint_opinion", 900), {"kind": "fire_proof", "form": "fire_check", "attachment": "file"})) == set()
}

test_form_and_area_are_asked_for_where_they_matter if {
	formless := with_paper(without_paper(clean, "fire_proof"), {"kind": "fire_proof", "attachment": "file"})
	found(formless) == {"RF-08.5 unknown /papers/fire_proof/form"}
	found(without(clean, "/application/premises/floor_area_m2")) == {"RF-08.5 unknown /premises/floor_area_m2"}
	accepted := without(fire(clean, "construction_acceptance", 900), "/application/premises/floor_area_m2")
	found(accepted) == set()
}
