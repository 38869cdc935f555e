package insurance.enrol_test

import data.insurance.enrol

# An eligible child: no reasons.
clean := {
	"as_of": "2026-11-02",
	"county": "140403",
	"residence": "registered",
	"age_months": 0,
	"died": false,
	"moved": false,
	"notified": true,
	"consent": false,
	"basis": true,
	"in_force": false,
	"repeated": false,
	"newborn": false,
	"reported_days": 0,
	"perils": ["injury", "property", "hospital"],
}

with_value(path, value) := json.patch(clean, [{"op": "add", "path": path, "value": value}])

# found returns the reasons of the rule set as "rule result".
found(facts) := {sprintf("%s %s", [r.rule, r.result]) | some r in enrol.reasons with input as facts}

test_a_resident_child_is_insured if found(clean) == set()

test_the_city_defines_who_is_resident if {
	found(with_value("/residence", "permanent")) == set()
	found(with_value("/residence", "other")) == {"P11-R1 fail"}
	found(json.remove(clean, ["/residence"])) == {"P11-R1 unknown"}
}

test_thirty_six_months_end_it if {
	found(with_value("/age_months", 35)) == set()
	found(with_value("/age_months", 36)) == {"P11-R1a fail"}
}

test_who_died_or_moved_is_not_insured if {
	found(with_value("/died", true)) == {"P11-R1b fail"}
	found(with_value("/moved", true)) == {"P11-R1b fail"}
}

newborn(days) := json.patch(with_value("/newborn", true), [{"op": "add", "path": "/reported_days", "value": days}])

test_a_newborn_is_reported_in_time if {
	found(newborn(30)) == set()
	found(newborn(31)) == {"P11-R2 warn"}
	found(with_value("/reported_days", 31)) == set()
}

test_nobody_is_insured_twice if {
	found(with_value("/in_force", true)) == {"P11-R3 fail"}
	found(with_value("/repeated", true)) == {"P11-R3a fail"}
}

test_cover_holds_what_the_plan_names if {
	found(with_value("/perils", ["injury", "hospital"])) == {"P11-R4 fail"}
	found(with_value("/perils", [])) == {"P11-R4 fail"}
	found(object.remove(clean, ["perils"])) == {"P11-R4 unknown"}
}

test_the_guardian_was_told if found(with_value("/notified", false)) == {"P11-R5 fail"}

test_sharing_needs_consent_or_a_ground if {
	found(with_value("/basis", false)) == {"P11-R6 fail"}
	found(json.patch(with_value("/basis", false), [{"op": "add", "path": "/consent", "value": true}])) == set()
}
