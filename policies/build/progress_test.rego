package build.progress_test

import data.build.progress

# A site on schedule halfway through: no reasons.
clean := {
	"as_of": "2024-06-01",
	"county": "140403",
	"deadline": "2024-07-31",
	"mode": "public",
	"seats": 120,
	"lag_points": 0,
	"receipt_issued": false,
	"seats_counted": 0,
	"operator_contract": false,
	"milestones": [
		{"kind": "fit_out", "title": "装修", "percent": 90, "lag_points": 0, "days_late": 0},
		{"kind": "facilities", "title": "设施配备", "percent": 50, "lag_points": 0, "days_late": 0},
	],
}

with_value(facts, path, value) := json.patch(facts, [{"op": "add", "path": path, "value": value}])

# found returns the reasons of the rule set as "rule result subject".
found(facts) := {sprintf("%s %s %s", [r.rule, r.result, object.get(r, "subject", "")]) |
	some r in progress.reasons with input as facts
}

test_a_site_on_its_curve_is_green if found(clean) == set()

test_a_site_ahead_of_its_curve_is_green if found(with_value(with_value(clean, "/lag_points", -5), "/milestones/0/lag_points", -9)) == set()

test_the_receipt_is_due_on_the_deadline if {
	found(with_value(clean, "/as_of", "2024-07-31")) == set()
	late := with_value(clean, "/as_of", "2024-08-01")
	found(late) == {"P01-R1 fail "}
	found(filed(late, 120)) == set()
}

filed(facts, counted) := with_value(with_value(facts, "/receipt_issued", true), "/seats_counted", counted)

test_seats_count_once_filed if {
	found(filed(clean, 120)) == set()
	found(filed(clean, 119)) == {"P01-R2 fail "}
	found(with_value(clean, "/seats_counted", 119)) == set()
}

test_a_private_operator_has_a_contract_when_the_site_is_fitted_out if {
	private := with_value(clean, "/mode", "private_run")
	found(private) == set()
	ready := with_value(private, "/milestones/0/percent", 100)
	found(ready) == {"P01-R3 warn "}
	found(with_value(ready, "/operator_contract", true)) == set()
	found(filed(ready, 120)) == {"P01-R3 fail "}
	found(with_value(with_value(clean, "/mode", "brought_in"), "/milestones/0/percent", 100)) == set()
}

test_fit_out_behind_plan_is_red_at_once if {
	found(with_value(clean, "/milestones/0/lag_points", 1)) == {"P01-R4 fail fit_out"}
	found(with_value(clean, "/milestones/1/lag_points", 1)) == set()
}

test_the_whole_curve_is_amber_then_red if {
	found(with_value(clean, "/lag_points", 1)) == {"P01-R4b warn "}
	found(with_value(clean, "/lag_points", 10)) == {"P01-R4b warn "}
	found(with_value(clean, "/lag_points", 11)) == {"P01-R4a fail "}
}

test_a_milestone_past_its_end_is_amber_then_red if {
	found(with_value(clean, "/milestones/1/days_late", 1)) == {"P01-R4c warn facilities"}
	found(with_value(clean, "/milestones/1/days_late", 15)) == {"P01-R4c warn facilities"}
	found(with_value(clean, "/milestones/1/days_late", 16)) == {"P01-R4c fail facilities"}
}
