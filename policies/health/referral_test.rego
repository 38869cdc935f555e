package health.referral_test

import data.health.referral

found(changes) := {sprintf("%s %s", [r.rule, r.result]) |
	child := object.union({"child": "c1", "months": 12}, changes)
	some r in referral.reasons with input as {"as_of": "2026-12-31", "county": "140403", "children": [child]}
}

test_one_sign_is_enough if {
	found({"signs": []}) == set()
	found({}) == set()
	found({"signs": [3]}) == {"HR-01 fail"}
}

test_growth_far_off_is_referred if {
	every field in ["weight_z", "length_z", "weight_length_z", "head_z"] {
		found({field: -3}) == set()
		found({field: -3.01}) == {"HR-02 fail"}
	}
	found({"weight_length_z": 2.99}) == set()
	found({"weight_length_z": 3}) == {"HR-02 fail"}
	found({"head_z": 3}) == {"HR-02 fail"}
	found({"length_z": 4}) == set()
}

test_haemoglobin_far_too_low_is_referred if {
	found({"haemoglobin": 90}) == set()
	found({"haemoglobin": 89.9}) == {"HR-03 fail"}
	found({"haemoglobin": 80, "months": 5}) == set()
}

test_hearing_and_vision if {
	found({"hearing": "normal", "vision": "normal"}) == set()
	found({"hearing": "abnormal"}) == {"HR-04 fail"}
	found({"vision": "abnormal"}) == {"HR-04 fail"}
}
