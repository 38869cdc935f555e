package inspect.management_test

import data.inspect.management

on(day, rule) := {sprintf("%s %s", [r.rule, r.result]) |
	some r in management.reasons with input as {"as_of": day, "items": [{"rule": rule, "result": "not_ok"}]}
}

test_the_recommended_fire_standard_warns_from_its_first_day if {
	on("2026-01-01", "FS-13") == {"FS-13 warn"}
	on("2025-12-31", "FS-13") == set()
}

test_the_order_on_fire_safety_fails_whatever_the_standard_says if {
	every rule in ["FS-13a", "FS-13b", "FS-14"] {
		on("2025-12-31", rule) == {concat("", [rule, " fail"])}
		on("2026-01-01", rule) == {concat("", [rule, " fail"])}
	}
}

test_the_video_regulation_holds_from_its_first_day if {
	every rule in ["DP-13a", "DP-13b", "DP-13c", "DP-13d"] {
		on("2025-04-01", rule) == {concat("", [rule, " fail"])}
		on("2025-03-31", rule) == set()
	}
}

test_the_audit_of_minors_data_is_due_by_the_end_of_january if {
	on("2026-01-31", "DP-08") == {"DP-08 warn"}
	on("2026-02-01", "DP-08") == {"DP-08 fail"}
	on("2026-12-31", "DP-08") == {"DP-08 fail"}
	on("2025-12-28", "DP-08") == set()
}

test_what_was_found_right_gives_no_reason if {
	every rule in ["FS-13", "FS-13a", "FS-13b", "FS-14", "DP-08", "DP-13a"] {
		found("ok", rule) == set()
	}
}
