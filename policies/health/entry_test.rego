package health.entry_test

import data.health.entry

found(born, entered, doses) := {sprintf("%s %s %v", [r.rule, r.result, object.get(r, "limit", "")]) |
	some r in entry.reasons with input as {"as_of": entered, "born_on": born, "entered_on": entered, "dtap_doses": doses}
}

# Born on the first day of the cohort: 2, 4, 6 and 18 months.
test_the_new_schedule_counts_each_dose_from_its_month if {
	found("2024-11-01", "2025-01-01", 1) == set()
	found("2024-11-01", "2025-01-01", 0) == {"HE-01 warn 1"}
	found("2024-11-01", "2025-04-30", 2) == set()
	found("2024-11-01", "2025-04-30", 1) == {"HE-01 warn 2"}
	found("2024-11-01", "2025-05-01", 2) == {"HE-01 warn 3"}
	found("2024-11-01", "2026-04-30", 3) == set()
	found("2024-11-01", "2026-05-01", 3) == {"HE-01 warn 4"}
}

# Born a day earlier: 3, 4, 5 and 18 months.
test_the_schedule_before_holds_for_those_born_earlier if {
	found("2024-10-31", "2025-01-30", 0) == set()
	found("2024-10-31", "2025-01-31", 0) == {"HE-01 warn 1"}
	found("2024-10-31", "2025-03-30", 2) == set()
	found("2024-10-31", "2025-03-31", 2) == {"HE-01 warn 3"}
}

test_a_child_taken_in_before_the_new_schedule_is_judged_by_the_old_one if {
	found("2024-11-01", "2024-12-31", 0) == set()
}

test_doses_not_given_are_asked_for_when_some_are_due if {
	{r.result | some r in entry.reasons with input as {"as_of": "2026-01-01", "born_on": "2025-06-01", "entered_on": "2026-01-01"}} == {"unknown"}
	{r.result | some r in entry.reasons with input as {"as_of": "2025-07-01", "born_on": "2025-06-01", "entered_on": "2025-07-01"}} == set()
}
