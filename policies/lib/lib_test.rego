package lib_test

import data.lib

test_a_reason_fails_unless_it_says_otherwise if {
	lib.reason("X-1", {"seen": 1}).result == "fail"
	lib.reason("X-1", {"result": "warn"}).result == "warn"
}

test_a_missing_fact_is_unknown_and_names_the_field if {
	found := lib.missing("X-1", "c1", "/classes/c1/seats", "托位数")
	found.result == "unknown"
	found.fields == ["/classes/c1/seats"]
	contains(found.message, "托位数")
}

test_absent_names_only_what_is_not_given if {
	lib.absent({"a": false, "b": 0}, {"a": "甲", "b": "乙", "c": "丙"}) == {"c"}
}

test_a_document_is_in_force_from_its_day if {
	dates := {"guide": {"value": "2022-08-01"}}
	lib.in_force("guide") with input as {"as_of": "2022-08-01"} with data.params.in_force as dates
	not lib.in_force("guide") with input as {"as_of": "2022-07-31"} with data.params.in_force as dates
}

test_papers_are_found_by_kind_person_and_name_once_their_file_is_there if {
	facts := {"application": {"papers": [
		{"kind": "staff_health", "staff": "s-01", "attachment": "a1"},
		{"kind": "staff_health", "staff": "s-02"},
		{"kind": "other", "name": "平面图", "attachment": "a2"},
		{"kind": "other", "name": "说明"},
		{"kind": "fire_proof"},
	]}}
	lib.papers_held == {"staff_health", "other"} with input as facts
	lib.papers_of_staff == {["staff_health", "s-01"]} with input as facts
	lib.papers_by_name == {"平面图"} with input as facts
}

test_a_missing_paper_is_unknown_and_asks_for_the_file if {
	found := lib.missing_paper("X-1", "", "/papers/fire_proof", "消防安全检查合格证明")
	found.result == "unknown"
	found.remedy == "请上传消防安全检查合格证明。"
}

test_a_family_point_is_one_from_the_day_of_its_rules if {
	family := {"site_kind": "family_point"}
	dates := {"family_points": {"value": "2023-10-16"}}
	lib.is_family_point with input as {"as_of": "2023-10-16", "application": family} with data.params.in_force as dates
	not lib.is_family_point with input as {"as_of": "2023-10-15", "application": family} with data.params.in_force as dates
	not lib.is_family_point with input as {"as_of": "2026-01-05", "application": {"site_kind": "community"}}
		with data.params.in_force as dates
}

test_months_end_on_the_last_day_of_a_short_month if {
	every case in [
		["2026-01-31", 1, "2026-02-28"], ["2024-01-31", 1, "2024-02-29"], ["2024-02-29", 36, "2027-02-28"],
		["2026-11-08", 2, "2027-01-08"], ["2026-08-31", 1, "2026-09-30"], ["2026-09-09", 3, "2026-12-09"],
		["2000-01-31", 1, "2000-02-29"], ["1900-01-31", 1, "1900-02-28"],
		["2026-03-02", -12, "2025-03-02"], ["2026-01-31", -2, "2025-11-30"], ["0009-12-31", 2, "0010-02-28"],
	] {
		lib.months_after(case[0], case[1]) == case[2]
	}
}

test_the_day_after_crosses_months_and_years if {
	every case in [
		["2026-03-02", "2026-03-03"], ["2026-02-28", "2026-03-01"], ["2024-02-28", "2024-02-29"],
		["2024-02-29", "2024-03-01"], ["2026-12-31", "2027-01-01"], ["9998-12-31", "9999-01-01"],
		["9999-12-30", "9999-12-31"], ["9999-12-31", "9999-12-31"], ["0001-01-31", "0001-02-01"],
	] {
		lib.day_after(case[0]) == case[1]
	}
}
