package registration.route_test

import data.registration.route

# A registered social-service nursery that files in its own county: no reasons.
clean := {
	"as_of": "2026-03-02",
	"county": "140403",
	"application": {
		"site_kind": "community",
		"institution": {
			"name": "潞州区示例社区托育中心",
			"uscc": "52140403MJY000011D",
			"nature": "social_service",
			"business_scope": "托育服务",
			"county": "140403",
		},
		"classes": [{"id": "c1", "seats": 15}],
	},
	"registration": {
		"uscc": "52140403MJY000011D",
		"name": "潞州区示例社区托育中心",
		"nature": "social_service",
		"registrar": "civil_affairs",
		"county": "140403",
		"business_scope": "全日托、半日托等托育服务",
		"status": "active",
	},
}

family := json.patch(clean, [
	{"op": "replace", "path": "/application/site_kind", "value": "family_point"},
	{"op": "replace", "path": "/application/institution/nature", "value": "for_profit"},
	{"op": "replace", "path": "/application/institution/uscc", "value": "92140403MJY0000119"},
	{"op": "replace", "path": "/registration/nature", "value": "for_profit"},
	{"op": "replace", "path": "/registration/registrar", "value": "market"},
	{"op": "replace", "path": "/registration/uscc", "value": "92140403MJY0000119"},
	{"op": "replace", "path": "/registration/business_scope", "value": "家庭托育服务"},
	{"op": "replace", "path": "/application/classes", "value": []},
	{"op": "add", "path": "/application/family", "value": {"children": 5}},
])

with_value(facts, path, value) := json.patch(facts, [{"op": "add", "path": path, "value": value}])

without(facts, path) := json.patch(facts, [{"op": "remove", "path": path}])

# found returns the reasons of the rule set as "rule result subject".
found(facts) := {sprintf("%s %s %s", [r.rule, r.result, object.get(r, "subject", "")]) |
	some r in route.reasons with input as facts
}

test_a_registered_nursery_passes if found(clean) == set()

test_the_route_is_the_registrar_of_the_nature if {
	every nature, registrar in {"public_institution": "staffing", "social_service": "civil_affairs", "for_profit": "market"} {
		route.route == registrar with input as with_value(clean, "/application/institution/nature", nature)
	}
	not route.route with input as without(clean, "/application/institution/nature")
}

test_each_nature_has_its_registrar if {
	every case in [
		["public_institution", "market", "12140403MJY000011H", "RF-04a fail "],
		["social_service", "staffing", "52140403MJY000011D", "RF-04b fail "],
		["for_profit", "civil_affairs", "91140403MJY000011C", "RF-04c fail "],
	] {
		facts := json.patch(clean, [
			{"op": "replace", "path": "/application/institution/nature", "value": case[0]},
			{"op": "replace", "path": "/registration/nature", "value": case[0]},
			{"op": "replace", "path": "/registration/registrar", "value": case[1]},
			{"op": "replace", "path": "/application/institution/uscc", "value": case[2]},
			{"op": "replace", "path": "/registration/uscc", "value": case[2]},
		])
		found(facts) == {case[3]}
	}
}

test_the_nature_declared_is_the_one_registered if {
	found(with_value(clean, "/registration/nature", "for_profit")) == {"RF-04 fail "}
	found(without(clean, "/application/institution/nature")) == {"RF-04 unknown "}
}

test_the_code_starts_as_its_registrar_gives_it if {
	every case in [
		["public_institution", "staffing", "12140403MJY000011H", set()],
		["public_institution", "staffing", "91140403MJY000011C", {"ID-01 fail "}],
		["for_profit", "market", "91140403MJY000011C", set()],
		["for_profit", "market", "92140403MJY0000119", set()],
		["for_profit", "market", "52140403MJY000011D", {"ID-01 fail "}],
		["social_service", "civil_affairs", "12140403MJY000011H", {"ID-01 fail "}],
	] {
		facts := json.patch(clean, [
			{"op": "replace", "path": "/application/institution/nature", "value": case[0]},
			{"op": "replace", "path": "/registration/nature", "value": case[0]},
			{"op": "replace", "path": "/registration/registrar", "value": case[1]},
			{"op": "replace", "path": "/application/institution/uscc", "value": case[2]},
			{"op": "replace", "path": "/registration/uscc", "value": case[2]},
		])
		found(facts) == case[3]
	}
}

test_code_and_name_are_the_registered_ones if {
	found(with_value(clean, "/application/institution/uscc", "52140404MJY0000116")) == {"ID-02 fail "}
	found(without(clean, "/application/institution/uscc")) == {"ID-02 unknown "}
	found(with_value(clean, "/registration/name", "潞州区另一托育中心")) == {"ID-03 fail "}
}

test_the_registered_scope_names_care_services if {
	found(with_value(clean, "/registration/business_scope", "婴幼儿用品销售")) == {"RF-05a fail "}
	found(with_value(clean, "/registration/business_scope", "托育服务")) == set()
}

test_without_a_registered_scope_the_declared_one_counts if {
	unregistered := without(clean, "/registration/business_scope")
	found(unregistered) == set()
	found(with_value(unregistered, "/application/institution/business_scope", "婴幼儿用品销售")) == {"RF-05a fail "}
	found(without(unregistered, "/application/institution/business_scope")) == {"RF-05a unknown "}
}

test_without_a_registered_name_the_declared_one_counts if {
	unnamed := without(family, "/registration/name")
	found(unnamed) == set()
	found(with_value(unnamed, "/application/institution/name", "潞州区示例早教点")) == {"FP-05b fail name"}
}

test_only_registered_bodies_file if {
	found(without(clean, "/registration")) == {"RF-07a unknown "}
	found(with_value(clean, "/registration/status", "cancelled")) == {"RF-07a fail "}
}

test_the_county_of_the_place_files if {
	found(with_value(clean, "/county", "140404")) == {"RF-07b fail "}
	found(without(clean, "/county")) == set()
	found(without(clean, "/application/institution/county")) == {"RF-07b unknown "}
}

test_a_registrar_elsewhere_is_a_warning_and_the_city_is_not_elsewhere if {
	found(with_value(clean, "/registration/county", "140404")) == {"RF-07c warn "}
	found(with_value(clean, "/registration/county", "140400")) == set()
}

test_five_children_are_a_family_point_and_six_an_institution if {
	found(family) == set()
	route.route == "market" with input as family
	six := with_value(family, "/application/family/children", 6)
	found(six) == {"FP-03b fail "}
	route.route == "institution" with input as six
}

test_seats_count_when_they_are_more_than_declared if {
	found(with_value(family, "/application/classes", [{"id": "c1", "seats": 3}, {"id": "c2", "seats": 3}])) == {"FP-03b fail "}
	found(with_value(family, "/application/classes", [{"id": "c1", "seats": 5}])) == set()
}

test_a_family_point_says_how_many_children if {
	found(without(family, "/application/family/children")) == {"FP-03b unknown "}
	found(without(family, "/application/family")) == {"FP-03b unknown "}
}

test_before_its_rules_a_family_point_is_any_nursery if {
	six := with_value(family, "/application/family/children", 6)
	found(with_value(six, "/as_of", "2023-10-15")) == set()
	found(with_value(six, "/as_of", "2023-10-16")) == {"FP-03b fail "}
}

test_name_and_scope_of_a_family_point if {
	found(with_value(family, "/registration/business_scope", "托育服务")) == {"FP-05b fail scope"}
	found(with_value(family, "/registration/name", "潞州区示例早教点")) == {"FP-05b fail name", "ID-03 fail "}
	nameless := without(without(family, "/registration/name"), "/application/institution/name")
	found(nameless) == {"FP-05b unknown name"}
	scopeless := without(without(family, "/registration/business_scope"), "/application/institution/business_scope")
	found(scopeless) == {"RF-05a unknown "}
}
