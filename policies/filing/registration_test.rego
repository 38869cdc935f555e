package registration.route_test

import data.registration.route

test_the_code_must_be_the_registered_one if {
	facts := {"application": {"institution": {"uscc": "91140403MJY000011C"}}, "registration": {"uscc": "52140403MJY000011D"}}
	found := route.reasons with input as facts
	some r in found
	r.rule == "ID-01b"
	r.result == "fail"
}
