package health.schedule_test

import data.health.schedule

items(done, since) := items_at(done, since, {})

items_at(done, since, at) := [object.union({"item": i, "done": i in done}, ago) |
	some i in ["weight", "length", "head", "haemoglobin", "hearing", "teeth", "development", "vision"]
	ago := object.union({k: v | some k, v in {"months_since": since[i]}}, {k: v | some k, v in {"months_at": at[i]}})
]

child(first, last, changes) := object.union(
	{"child": "c1", "months_first": first, "months_last": last, "days_in_care": 184, "items": items([], {})},
	changes,
)

found(children) := {sprintf("%s %s", [r.rule, r.subject]) |
	some r in schedule.reasons with input as {"as_of": "2026-12-31", "county": "140403", "children": children}
}

rules(first, last, changes) := {sprintf("%s %s", [r.rule, trim_prefix(r.subject, "c1/")]) |
	some r in schedule.reasons with input as {"as_of": "2026-12-31", "county": "140403", "children": [child(first, last, changes)]}
}

always := {"P08-R3 weight", "P08-R3 length", "P08-R3 teeth", "P08-R3 development", "P08-R3 vision"}

test_a_child_owes_the_common_items_each_half_year if {
	rules(31, 35, {"items": items([], {"haemoglobin": 5, "hearing": 5})}) == always | {"P08-R3h head"}
}

test_what_is_done_is_not_owed if {
	all := ["weight", "length", "head", "haemoglobin", "hearing", "teeth", "development", "vision"]
	rules(13, 19, {"items": items(all, {})}) == set()
}

test_less_than_the_days_in_care_owe_nothing if {
	rules(31, 35, {"days_in_care": 29}) == set()
	count(rules(31, 35, {"days_in_care": 30})) > 0
}

test_the_head_is_measured_below_three_years if {
	"P08-R3h head" in rules(35, 41, {})
	not "P08-R3h head" in rules(36, 42, {})
}

test_haemoglobin_falls_due_at_its_ages if {
	since := {"items": items([], {"haemoglobin": 9, "hearing": 5})}
	"CH-04 haemoglobin" in rules(3, 6, since)
	not "CH-04 haemoglobin" in rules(0, 5, since)
	"CH-04 haemoglobin" in rules(8, 13, since)
	not "CH-04 haemoglobin" in rules(9, 14, since)
	"CH-04 haemoglobin" in rules(12, 18, since)
	not "CH-04 haemoglobin" in rules(12, 17, since)
	"CH-04 haemoglobin" in rules(30, 35, since)
	not "CH-04 haemoglobin" in rules(31, 35, since)
}

done_at(item, months) := {"items": items_at([], {}, {item: months})}

test_one_measurement_from_six_to_eight_months_is_enough if {
	"CH-04 haemoglobin" in rules(8, 13, done_at("haemoglobin", 5))
	not "CH-04 haemoglobin" in rules(6, 11, done_at("haemoglobin", 6))
	not "CH-04 haemoglobin" in rules(7, 12, done_at("haemoglobin", 6))
	not "CH-04 haemoglobin" in rules(8, 13, done_at("haemoglobin", 8))
	"CH-04 haemoglobin" in rules(13, 18, done_at("haemoglobin", 9))
	"CH-04 haemoglobin" in rules(18, 23, done_at("haemoglobin", 17))
	not "CH-04 haemoglobin" in rules(18, 23, done_at("haemoglobin", 18))
}

test_one_measurement_of_hearing_at_an_age_is_enough if {
	"CH-05 hearing" in rules(6, 11, done_at("hearing", 5))
	not "CH-05 hearing" in rules(6, 11, done_at("hearing", 6))
	"CH-05 hearing" in rules(6, 12, done_at("hearing", 6)) # twelve months is another visit
}

test_the_ages_of_a_visit_are_said if {
	said := {r.message |
		some r in schedule.reasons with input as {"as_of": "2026-12-31", "county": "140403", "children": [child(3, 8, {})]}
		r.rule in {"CH-04", "CH-05"}
	}
	said == {"血红蛋白应检未检：6—8月龄。", "听力应检未检：6月龄。"}
}

test_haemoglobin_is_due_once_a_year if {
	not "HW-04 haemoglobin" in rules(20, 25, {"items": items([], {"haemoglobin": 11})})
	"HW-04 haemoglobin" in rules(20, 25, {"items": items([], {"haemoglobin": 12})})
	"HW-04 haemoglobin" in rules(20, 25, {})
	"HW-04 haemoglobin" in rules(0, 6, {})
	not "HW-04 haemoglobin" in rules(0, 5, {})
}

test_hearing_falls_due_at_its_ages_and_once_a_year if {
	since := {"items": items([], {"hearing": 5})}
	"CH-05 hearing" in rules(3, 6, since)
	not "CH-05 hearing" in rules(0, 5, since)
	"CH-05 hearing" in rules(24, 29, since)
	not "CH-05 hearing" in rules(25, 30, since)
	not "HW-05 hearing" in rules(25, 30, since)
	"HW-05 hearing" in rules(25, 30, {"items": items([], {"hearing": 12})})
	not "HW-05 hearing" in rules(6, 11, {})
	"HW-05 hearing" in rules(7, 12, {})
}

test_one_measurement_meets_both_texts if {
	both := {"CH-04 haemoglobin", "HW-04 haemoglobin"}
	both & rules(13, 18, {}) == both
	both & rules(13, 18, {"items": items(["haemoglobin"], {})}) == set()
}

test_two_checks_are_about_six_months_apart if {
	"HW-01 c1" in rules(13, 18, {"months_since": 4})
	not "HW-01 c1" in rules(13, 18, {"months_since": 5})
	not "HW-01 c1" in rules(13, 18, {"months_since": 7})
	"HW-01 c1" in rules(13, 18, {"months_since": 8})
	not "HW-01 c1" in rules(13, 18, {})
	"HW-01 c1" in rules(0, 0, {"months_since": 4, "days_in_care": 0, "items": []}) # as it is asked when a check is recorded
}

test_each_child_is_named if {
	other := object.union(child(31, 35, {}), {"child": "c2", "days_in_care": 10})
	{split(x, " ")[1] | some x in found([child(31, 35, {}), other]); startswith(x, "P08-R3 ")} == {
		"c1/weight", "c1/length", "c1/teeth", "c1/development", "c1/vision",
	}
}
