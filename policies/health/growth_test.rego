package health.growth_test

import data.health.growth

found(changes) := {sprintf("%s %s %s", [r.rule, r.result, object.get(r, "fields", [r.message])[0]]) |
	child := object.union({"child": "c1", "months": 12, "measured_again": false}, changes)
	some r in growth.reasons with input as {"as_of": "2026-12-31", "county": "140403", "children": [child]}
}

test_a_child_in_the_middle_has_no_reason if {
	found({
		"weight": 9.6, "length": 76, "weight_before": 9, "length_before": 74, "days_between": 60, "weight_z": 0, "length_z": 0,
		"weight_length_z": 0, "head_z": 0, "haemoglobin": 110,
	}) == set()
	found({}) == set()
}

test_what_cannot_be_asks_to_measure_again if {
	"GR-01 unknown /weight" in found({"weight_z": -6.01})
	not "GR-01 unknown /weight" in found({"weight_z": -6})
	"GR-01 unknown /weight" in found({"weight_z": 5.01})
	not "GR-01 unknown /weight" in found({"weight_z": 5})
	"GR-01 unknown /length" in found({"length_z": -6.01})
	"GR-01 unknown /length" in found({"length_z": 6.01})
	not "GR-01 unknown /length" in found({"length_z": 6})
	"GR-01 unknown /weight" in found({"weight_length_z": 5.01})
	not "GR-01 unknown /weight" in found({"weight_length_z": 5})
	"GR-01 unknown /head" in found({"head_z": -5.01})
	not "GR-01 unknown /head" in found({"head_z": -5})
}

test_what_was_measured_again_is_taken if {
	not "GR-01 unknown /weight" in found({"weight_z": -6.01, "measured_again": true})
	found({"length": 70, "length_before": 80, "measured_again": true}) == set()
}

test_a_child_does_not_shrink if {
	found({"length": 79.5, "length_before": 80}) == set()
	found({"length": 79.4, "length_before": 80}) == {"GR-02 unknown /length"}
}

test_a_weight_does_not_jump if {
	found({"weight": 11, "weight_before": 10, "days_between": 30}) == set()
	found({"weight": 11.1, "weight_before": 10, "days_between": 30}) == {"GR-03 unknown /weight"}
	found({"weight": 8.9, "weight_before": 10, "days_between": 10}) == {"GR-03 unknown /weight"}
	found({"weight": 15.9, "weight_before": 10, "days_between": 180}) == set()
	found({"weight": 16.1, "weight_before": 10, "days_between": 180}) == {"GR-03 unknown /weight"}
}

test_levels_below_are_half_open if {
	found({"weight_z": -2}) == set()
	found({"weight_z": -2.01}) == {"GR-04 warn 低体重"}
	found({"weight_z": -3}) == {"GR-04 warn 低体重"}
	found({"weight_z": -3.01}) == {"GR-04 warn 重度低体重"}
	found({"length_z": -2.01}) == {"GR-04 warn 生长迟缓"}
	found({"length_z": -3.01}) == {"GR-04 warn 重度生长迟缓"}
	found({"weight_length_z": -2.01}) == {"GR-04 warn 消瘦"}
	found({"weight_length_z": -3.01}) == {"GR-04 warn 重度消瘦"}
}

test_levels_above_begin_at_their_deviation if {
	found({"weight_length_z": 0.99}) == set()
	found({"weight_length_z": 1}) == {"GR-05 warn 超重"}
	found({"weight_length_z": 1.99}) == {"GR-05 warn 超重"}
	found({"weight_length_z": 2}) == {"GR-05 warn 肥胖"}
	found({"weight_length_z": 2.99}) == {"GR-05 warn 肥胖"}
	found({"weight_length_z": 3}) == {"GR-05 warn 重度肥胖"}
}

test_haemoglobin_below_its_limit_is_told if {
	found({"haemoglobin": 109.9}) == {"GR-06 warn 血红蛋白偏低"}
	found({"haemoglobin": 110}) == set()
	found({"haemoglobin": 109, "months": 5}) == set()
	found({"haemoglobin": 109, "months": 6}) == {"GR-06 warn 血红蛋白偏低"}
}
