package contract.order_test

import data.contract.order

clean := {
	"as_of": "2026-06-01", "county": "140403", "starts_on": "2026-06-15", "ends_on": "2027-06-14", "mode": "visiting",
	"services": ["newborn_visit", "newborn_screening", "vaccination", "health_management", "disease_control", "safety"],
	"same_county": true, "licence": true, "licensed_until": "2028-01-01", "primary_care": true, "mode_offered": true,
	"capacity": 300, "children_served": 200, "seats": 100, "institution_filed": true, "other_in_force": false, "children_uncovered": 0,
}

changed(path, value) := json.patch(clean, [{"op": "add", "path": path, "value": value}])

found(facts) := {sprintf("%s %s %s", [r.rule, r.result, object.get(r, "subject", "")]) |
	some r in order.reasons with input as facts
}

test_a_complete_contract_may_be_signed if found(clean) == set()

test_the_party_is_licensed_on_the_first_day if {
	found(changed("/licence", false)) == {"P08-R1 fail "}
	found(changed("/licensed_until", "2026-06-15")) == set()
	found(changed("/licensed_until", "2026-06-14")) == {"P08-R1 fail "}
	found(object.remove(clean, ["licensed_until"])) == {"P08-R1 unknown "}
}

test_the_party_is_primary_care_of_the_county if {
	found(changed("/primary_care", false)) == {"P08-R1a fail "}
	found(changed("/same_county", false)) == {"P08-R1b fail "}
	found(changed("/mode_offered", false)) == {"P08-R1c fail "}
}

test_every_missing_service_is_named if {
	found(changed("/services", ["vaccination"])) == {
		"P08-R8 fail newborn_visit", "P08-R8 fail newborn_screening", "P08-R8 fail health_management",
		"P08-R8 fail disease_control", "P08-R8 fail safety",
	}
}

test_more_children_than_the_capacity_warn if {
	found(changed("/seats", 101)) == {"P08-R1d warn "}
	found(json.patch(clean, [{"op": "add", "path": "/capacity", "value": 0}, {"op": "add", "path": "/seats", "value": 999}])) == set()
}

test_a_filed_institution_signs_one_contract_at_a_time if {
	found(changed("/institution_filed", false)) == {"P08-R1e fail "}
	found(changed("/other_in_force", true)) == {"P08-R1f fail "}
}

test_children_left_uncovered_are_told if {
	found(changed("/children_uncovered", 1)) == {"P08-R7 fail "}
}
