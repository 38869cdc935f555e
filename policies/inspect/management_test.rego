package inspect.management_test

import data.inspect.management

found(result, rule) := {r.rule | some r in management.reasons with input as {"items": [{"rule": rule, "result": result}]}}

test_each_item_not_ok_gives_its_own_reason if {
	every rule in ["MN-10", "MN-12", "MN-18", "MN-24", "MN-27", "MN-28a", "MN-30", "MN-31b", "MN-36"] {
		found("not_ok", rule) == {rule}
		found("ok", rule) == set()
		found("not_applicable", rule) == set()
	}
}
