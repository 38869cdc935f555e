package inspect.draw_test

import data.inspect.draw

# A draw in order: five institutions, one of them drawn.
clean := {
	"as_of": "2026-07-02",
	"county": "140403",
	"committer": "supervisor-140403",
	"witness": "county-office-140403",
	"committed_at": "2026-07-01T01:00:00Z",
	"public_at": "2026-07-01T07:00:00Z",
	"random_size": 1,
	"candidates": [candidate(n) | some n in [1, 2, 3, 4, 5]],
	"visits": [visit("regular"), visit("random")],
	"load_spread": 1,
	"improvable": false,
}

candidate(n) := {"id": sprintf("inst-%d", [n]), "available": 2, "available_random": 2, "covered": true}

visit(kind) := {"id": "inst-1", "kind": kind, "officers": 2, "conflict": false, "repeated": false}

with_value(facts, path, value) := json.patch(facts, [{"op": "add", "path": path, "value": value}])

found(facts) := {sprintf("%s %s %s", [r.rule, r.result, object.get(r, "subject", "")]) |
	some r in draw.reasons with input as facts
}

test_a_draw_in_order_has_nothing_to_say if found(clean) == set()

test_two_officers_may_go if {
	found(with_value(clean, "/candidates/2/available", 1)) == {"DR-01 fail inst-3"}
	found(with_value(clean, "/candidates/2/available", 2)) == set()
}

test_two_more_may_go_at_random if {
	found(with_value(clean, "/candidates/2/available_random", 1)) == {"DR-02 fail inst-3"}
	found(with_value(with_value(clean, "/candidates/2/available_random", 1), "/random_size", 0)) == {"DR-09 fail "}
}

test_every_institution_is_visited if {
	found(with_value(clean, "/candidates/4/covered", false)) == {"DR-03 fail inst-5"}
	found(json.remove(clean, ["/candidates/4/covered"])) == set()
}

test_nobody_in_a_conflict_goes if found(with_value(clean, "/visits/0/conflict", true)) == {"DR-04 fail inst-1"}

test_nobody_goes_twice_running if found(with_value(clean, "/visits/1/repeated", true)) == {"DR-05 fail inst-1"}

test_loads_are_level_where_they_can_be if {
	found(with_value(clean, "/improvable", true)) == set()
	found(with_value(clean, "/load_spread", 2)) == {"DR-06 warn "}
	found(with_value(with_value(clean, "/load_spread", 2), "/improvable", true)) == {"DR-06 fail "}
}

test_the_witness_is_another if found(with_value(clean, "/witness", "supervisor-140403")) == {"DR-07 fail "}

test_the_public_value_comes_after_the_commitment if {
	found(with_value(clean, "/public_at", "2026-07-01T01:00:00Z")) == {"DR-08 fail "}
	found(with_value(clean, "/public_at", "2026-07-01T01:00:01Z")) == set()
}

test_the_share_of_random_visits if {
	found(with_value(clean, "/candidates/-", candidate(6))) == {"DR-09 fail "}
	found(with_value(with_value(clean, "/candidates/-", candidate(6)), "/random_size", 2)) == set()
	found(with_value(clean, "/random_size", 5)) == set()
	found(with_value(clean, "/random_size", 6)) == {"DR-09 fail "}
}

test_two_officers_go if {
	found(with_value(clean, "/visits/0/officers", 1)) == {"DR-10 fail inst-1"}
	found(with_value(clean, "/visits/0/officers", 3)) == {"DR-10 fail inst-1"}
}
