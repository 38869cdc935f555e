package filing.conform_test

test_hygiene if failing(hygiene_cases) == set()

hygiene_cases := {
	"HV-06 hygiene/requirements_met 14": ["community", {"/application/hygiene/requirements_met": 14}, set()],
	"HV-06 hygiene/requirements_met 13": ["community", {"/application/hygiene/requirements_met": 13}, {["HV-06", "fail", ["/hygiene/requirements_met"]]}],
	"HV-06 hygiene/requirements_met not given": ["community", {"/application/hygiene/requirements_met": null}, {["HV-06", "unknown", ["/hygiene/requirements_met"]]}],
	"HV-07 hygiene/window_floor_percent 20": ["community", {"/application/hygiene/window_floor_percent": 20}, set()],
	"HV-07 hygiene/window_floor_percent 19.9": ["community", {"/application/hygiene/window_floor_percent": 19.9}, {["HV-07", "fail", ["/hygiene/window_floor_percent"]]}],
	"HV-07 hygiene/window_floor_percent not given": ["community", {"/application/hygiene/window_floor_percent": null}, {["HV-07", "unknown", ["/hygiene/window_floor_percent"]]}],
	"HV-09 hygiene/observation_room_m2 6": ["community", {"/application/hygiene/observation_room_m2": 6}, set()],
	"HV-09 hygiene/observation_room_m2 5.9": ["community", {"/application/hygiene/observation_room_m2": 5.9}, {["HV-09", "fail", ["/hygiene/observation_room_m2"]]}],
	"HV-09 hygiene/observation_room_m2 not given": ["community", {"/application/hygiene/observation_room_m2": null}, {["HV-09", "unknown", ["/hygiene/observation_room_m2"]]}],
	"HV-09 hygiene/observation_beds 1": ["community", {"/application/hygiene/observation_beds": 1}, set()],
	"HV-09 hygiene/observation_beds 0": ["community", {"/application/hygiene/observation_beds": 0}, {["HV-09", "fail", ["/hygiene/observation_beds"]]}],
	"HV-09 hygiene/observation_beds not given": ["community", {"/application/hygiene/observation_beds": null}, {["HV-09", "unknown", ["/hygiene/observation_beds"]]}],
	"HV-02.4 hygiene.indoor_air_passed is false": ["community", {"/application/hygiene/indoor_air_passed": false}, {["HV-02.4", "fail", ["/hygiene/indoor_air_passed"]]}],
	"HV-02.4 hygiene.indoor_air_passed is not given": ["community", {"/application/hygiene/indoor_air_passed": null}, {["HV-02.4", "unknown", ["/hygiene/indoor_air_passed"]]}],
	"HV-08 hygiene.fence_and_mats is false": ["community", {"/application/hygiene/fence_and_mats": false}, {["HV-08", "fail", ["/hygiene/fence_and_mats"]]}],
	"HV-08 hygiene.fence_and_mats is not given": ["community", {"/application/hygiene/fence_and_mats": null}, {["HV-08", "unknown", ["/hygiene/fence_and_mats"]]}],
	"MN-23 hygiene.health_rules is false": ["community", {"/application/hygiene/health_rules": false}, {["MN-23", "fail", ["/hygiene/health_rules"]]}],
	"MN-23 hygiene.health_rules is not given": ["community", {"/application/hygiene/health_rules": null}, {["MN-23", "unknown", ["/hygiene/health_rules"]]}],
	"no fence where no child crawls": ["community", {"/application/hygiene/fence_and_mats": false, "/application/classes": [], "/application/staff/6/class": null}, {["SS-19", "unknown", ["/classes"]]}],
	"result unqualified": ["community", {"/application/hygiene/result": "unqualified"}, {["MN-04", "fail", ["/hygiene/result"]]}],
	"result not given": ["community", {"/application/hygiene/result": null}, {["MN-04", "unknown", ["/hygiene/result"]]}],
	"a kindergarten keeps its own evaluation": ["kindergarten_class", {"/application/hygiene/requirements_met": 1, "/application/hygiene/window_floor_percent": 1}, set()],
	"a kindergarten that is unqualified is only warned": ["kindergarten_class", {"/application/hygiene/result": "unqualified"}, {["HV-12", "warn", ["/hygiene/result"]]}],
	"a kindergarten that gives no result is only warned": ["kindergarten_class", {"/application/hygiene/result": null}, {["HV-12", "warn", ["/hygiene/result"]]}],
	"a kindergarten needs the health rules too": ["kindergarten_class", {"/application/hygiene/health_rules": false}, {["MN-23", "fail", ["/hygiene/health_rules"]]}],
	"a family point evaluates none": ["family_point", {}, set()],
	"on the first day of the self-evaluation": ["community", {"/as_of": "2022-08-01", "/application/hygiene/requirements_met": 13}, {["HV-06", "fail", ["/hygiene/requirements_met"]]}],
	"the day before": ["community", {"/as_of": "2022-07-31", "/application/hygiene/requirements_met": 13}, set()],
}
