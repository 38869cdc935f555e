package contract.duty_test

import data.contract.duty

line(kind, promised, done, left) := {
	"duty": kind, "title": kind, "from": "2026-01-01", "until": "2026-12-31",
	"promised": promised, "done": done, "days_left": left,
}

found(lines) := {sprintf("%s %s %s", [r.rule, r.result, object.get(r, "subject", "")]) |
	some r in duty.reasons with input as {"as_of": "2026-06-01", "county": "140403", "duties": lines}
}

test_what_is_done_is_green if {
	found([line("guidance", 2, 2, -5), line("checkup", 1, 1, 0), line("records", 9, 9, 3)]) == set()
}

test_one_missing_is_amber_then_red_before_the_end if {
	found([line("guidance", 2, 1, 60)]) == set()
	found([line("guidance", 2, 1, 59)]) == {"P08-R2w warn guidance/2026-01-01"}
	found([line("guidance", 2, 1, 30)]) == {"P08-R2w warn guidance/2026-01-01"}
	found([line("guidance", 2, 1, 29)]) == {"P08-R2 fail guidance/2026-01-01"}
	found([line("checkup", 1, 0, -1)]) == {"P08-R2 fail checkup/2026-01-01"}
}

test_two_missing_are_red_twice_as_early if {
	found([line("guidance", 2, 0, 120)]) == set()
	found([line("guidance", 2, 0, 119)]) == {"P08-R2w warn guidance/2026-01-01"}
	found([line("guidance", 2, 0, 60)]) == {"P08-R2w warn guidance/2026-01-01"}
	found([line("guidance", 2, 0, 59)]) == {"P08-R2 fail guidance/2026-01-01"}
}

test_records_missing_warn_and_fail_below_half if {
	found([line("records", 10, 9, 100)]) == {"P08-R4 warn records"}
	found([line("records", 10, 5, 100)]) == {"P08-R4 warn records"}
	found([line("records", 10, 4, 100)]) == {"P08-R4 fail records"}
	found([line("records", 0, 0, 100)]) == set()
}
