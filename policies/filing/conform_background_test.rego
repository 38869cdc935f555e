package filing.conform_test

test_background if failing(background_cases) == set()

background_cases := {
	"no health certificate": ["community", {"/application/staff/3/health_passed": false}, {["HC-14a", "fail", ["/staff/s-04/health_passed"]]}],
	"health certificate not given": ["community", {"/application/staff/3/health_passed": null}, {["HC-14a", "unknown", ["/staff/s-04/health_passed"]]}],
	"checked a year ago to the day": ["community", {"/application/staff/3/health_checked_on": "2025-03-02"}, set()],
	"checked a year and a day ago": ["community", {"/application/staff/3/health_checked_on": "2025-03-01"}, {["HC-14b", "fail", ["/staff/s-04/health_checked_on"]]}],
	"checked after the receipt, while correcting": ["community", {"/application/staff/3/health_checked_on": "2026-03-09"}, set()],
	"date of the check not given": ["community", {"/application/staff/3/health_checked_on": null}, {["HC-14b", "unknown", ["/staff/s-04/health_checked_on"]]}],
	"mental illness": ["community", {"/application/staff/3/mental_illness": true}, {["HC-14c", "fail", ["/staff/s-04/mental_illness"]]}],
	"mental illness not given": ["community", {"/application/staff/3/mental_illness": null}, {["HC-14c", "unknown", ["/staff/s-04/mental_illness"]]}],
	"another record": ["community", {"/application/staff/3/any_record": true}, {["MN-33", "fail", ["/staff/s-04/any_record"]]}],
	"another record not given": ["community", {"/application/staff/3/any_record": null}, {["MN-33", "unknown", ["/staff/s-04/any_record"]]}],
	"a listed offence": ["community", {"/application/staff/3/listed_offence": true}, {["BG-01", "fail", ["/staff/s-04/listed_offence"]]}],
	"listed offence not given": ["community", {"/application/staff/3/listed_offence": null}, {["BG-01", "unknown", ["/staff/s-04/listed_offence"]]}],
	"asked a year ago to the day": ["community", {"/application/staff/3/background_on": "2025-03-02"}, set()],
	"asked a year and a day ago": ["community", {"/application/staff/3/background_on": "2025-03-01"}, {["BG-02", "fail", ["/staff/s-04/background_on"]]}],
	"date asked not given": ["community", {"/application/staff/3/background_on": null}, {["BG-02", "unknown", ["/staff/s-04/background_on"]]}],
	"a listed offence in a kindergarten": ["kindergarten_class", {"/application/staff/3/listed_offence": true}, {["BG-01", "fail", ["/staff/s-04/listed_offence"]], ["BG-07", "fail", ["/staff/s-04/listed_offence"]]}],
	"another record in a kindergarten": ["kindergarten_class", {"/application/staff/3/any_record": true}, {["MN-33", "fail", ["/staff/s-04/any_record"]], ["BG-07", "unknown", ["/staff/s-04/any_record"]]}],
	"the yearly query binds a family point too": ["family_point", {"/application/staff/0/background_on": "2025-03-01"}, {["BG-02", "fail", ["/staff/s-01/background_on"]]}],
	"other records do not bar in a family point": ["family_point", {"/application/staff/1/any_record": true}, set()],
}
