package inspect.case_test

import data.inspect.case

# An inspection arranged and recorded as it must be.
clean := {
	"as_of": "2026-06-05",
	"county": "140403",
	"kind": "regular",
	"first": "inspector-1",
	"second": "inspector-2",
	"last_first": "inspector-2",
	"last_second": "inspector-3",
	"visit_on": "2026-06-10",
	"visit_time": "09:30",
	"working_day": true,
	"days_since_regular": 60,
	"round": 0,
	"sent_by": "inspector-2",
	"serious_flagged": false,
	"items": [item("FS-04b", "serious", "ok", true), item("MN-24", "general", "ok", true)],
}

item(rule, severity, result, binds) := {
	"rule": rule,
	"title": rule,
	"severity": severity,
	"binds": binds,
	"penalty": true,
	"photo": false,
	"result": result,
	"noted": true,
	"photos": 0,
}

with_value(facts, path, value) := json.patch(facts, [{"op": "add", "path": path, "value": value}])

# found returns the reasons of the rule set as "rule result subject".
found(facts) := {sprintf("%s %s %s", [r.rule, r.result, object.get(r, "subject", "")]) |
	some r in case.reasons with input as facts
}

test_a_clean_inspection_has_nothing_to_say if found(clean) == set()

test_two_officers if {
	found(with_value(clean, "/second", "inspector-1")) == {"IN-01 fail ", "IN-01b fail "}
	found(with_value(clean, "/sent_by", "inspector-3")) == {"IN-01b fail "}
}

test_not_the_same_pair_twice_running if {
	found(with_value(clean, "/last_second", "inspector-1")) == {"IN-02 fail "}
	found(with_value(clean, "/last_second", "inspector-9")) == set()
}

test_the_day_is_a_working_day_and_not_past if {
	found(with_value(clean, "/working_day", false)) == {"IN-03 fail "}
	found(with_value(clean, "/visit_on", "2026-06-05")) == set()
	found(with_value(clean, "/visit_on", "2026-06-04")) == {"IN-03b fail "}
}

test_the_hour_is_within_opening_hours if {
	found(with_value(clean, "/visit_time", "08:00")) == set()
	found(with_value(clean, "/visit_time", "07:59")) == {"IN-04 fail "}
	found(with_value(clean, "/visit_time", "18:00")) == set()
	found(with_value(clean, "/visit_time", "18:01")) == {"IN-04 fail "}
}

test_regular_visits_are_spaced if {
	found(with_value(clean, "/days_since_regular", 59)) == {"IN-05 fail "}
	found(with_value(with_value(clean, "/days_since_regular", 59), "/kind", "complaint")) == set()
}

test_every_item_is_answered if {
	found(json.remove(clean, ["/items/1/result"])) == {"IN-06 fail MN-24"}
}

test_a_defect_needs_a_note_and_a_photo_where_asked if {
	bad := with_value(clean, "/items/1/result", "not_ok")
	found(bad) == {"IN-10 fail MN-24"}
	found(with_value(bad, "/items/1/noted", false)) == {"IN-10 fail MN-24", "IN-07 fail MN-24"}
	asked := with_value(bad, "/items/1/photo", true)
	found(asked) == {"IN-10 fail MN-24", "IN-08 fail MN-24"}
	found(with_value(asked, "/items/1/photos", 1)) == {"IN-10 fail MN-24"}
}

test_a_serious_defect_is_flagged if {
	bad := with_value(clean, "/items/0/result", "not_ok")
	found(bad) == {"IN-09 fail FS-04b", "IN-10 fail FS-04b"}
	found(with_value(bad, "/serious_flagged", true)) == {"IN-10 fail FS-04b"}
}

test_a_recommended_standard_orders_nothing if {
	soft := with_value(with_value(clean, "/items/1/result", "not_ok"), "/items/1/binds", false)
	found(soft) == {"IN-11 warn MN-24"}
}

test_days_follow_severity if {
	days := {r.limit |
		some severity in ["serious", "general", "minor"]
		facts := with_value(with_value(clean, "/items/1/result", "not_ok"), "/items/1/severity", severity)
		some r in case.reasons with input as facts
		r.rule == "IN-10"
	}
	days == {5, 15, 30}
}

test_a_penalty_is_open_at_the_re_inspection_and_rests_on_a_law if {
	bad := with_value(clean, "/items/1/result", "not_ok")
	found(with_value(bad, "/round", 1)) == {"IN-10 fail MN-24", "IN-12 warn MN-24"}
	found(with_value(with_value(bad, "/round", 1), "/items/1/penalty", false)) == {"IN-10 fail MN-24"}
}

# A county that has published a cap of two.
capped(facts) := {sprintf("%s %s", [r.rule, r.result]) |
	some r in case.reasons with input as facts
		with data.params.inspection.visits_per_year.value as 2
}

test_a_county_may_cap_the_inspections_of_a_year if {
	capped(with_value(clean, "/visits_this_year", 1)) == set()
	capped(with_value(clean, "/visits_this_year", 2)) == {"PR-11 fail"}
	capped(clean) == set()
}

test_without_a_published_cap_nobody_can_say if {
	found(with_value(clean, "/visits_this_year", 0)) == {"PR-11 unknown "}
	found(with_value(clean, "/visits_this_year", 9)) == {"PR-11 unknown "}
}
