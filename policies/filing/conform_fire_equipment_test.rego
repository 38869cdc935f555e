package filing.conform_test

test_equipment if failing(equipment_cases) == set()

equipment_cases := {
	"FS-06a fire.sprinkler is false": ["public_comprehensive", {"/application/fire/sprinkler": false}, {["FS-06a", "fail", ["/fire/sprinkler"]]}],
	"FS-06a fire.sprinkler is not given": ["public_comprehensive", {"/application/fire/sprinkler": null}, {["FS-06a", "unknown", ["/fire/sprinkler"]]}],
	"FS-06a fire.automatic_alarm is false": ["public_comprehensive", {"/application/fire/automatic_alarm": false}, {["FS-06a", "fail", ["/fire/automatic_alarm"]]}],
	"FS-06a fire.automatic_alarm is not given": ["public_comprehensive", {"/application/fire/automatic_alarm": null}, {["FS-06a", "unknown", ["/fire/automatic_alarm"]]}],
	"FS-06a 3 classes need none": ["public_comprehensive", {"/application/classes/3": null, "/application/fire/sprinkler": false, "/application/fire/automatic_alarm": false}, set()],
	"FS-06b 4 classes need no networked detector": ["public_comprehensive", {"/application/fire/networked_detector": false}, set()],
	"FS-06b fire.networked_detector is false": ["community", {"/application/fire/networked_detector": false}, {["FS-06b", "fail", ["/fire/networked_detector"]]}],
	"FS-06b fire.networked_detector is not given": ["community", {"/application/fire/networked_detector": null}, {["FS-06b", "unknown", ["/fire/networked_detector"]]}],
	"FS-06c fire.emergency_lighting is false": ["community", {"/application/fire/emergency_lighting": false}, {["FS-06c", "fail", ["/fire/emergency_lighting"]]}],
	"FS-06c fire.emergency_lighting is not given": ["community", {"/application/fire/emergency_lighting": null}, {["FS-06c", "unknown", ["/fire/emergency_lighting"]]}],
	"FS-09 fire.batteries_kept_out is false": ["community", {"/application/fire/batteries_kept_out": false}, {["FS-09", "fail", ["/fire/batteries_kept_out"]]}],
	"FS-09 fire.batteries_kept_out is not given": ["community", {"/application/fire/batteries_kept_out": null}, {["FS-09", "unknown", ["/fire/batteries_kept_out"]]}],
	"FS-10 fire.charging_outside_care is false": ["community", {"/application/fire/charging_outside_care": false}, {["FS-10", "fail", ["/fire/charging_outside_care"]]}],
	"FS-10 fire.charging_outside_care is not given": ["community", {"/application/fire/charging_outside_care": null}, {["FS-10", "unknown", ["/fire/charging_outside_care"]]}],
	"FS-11 fire.flammable_hangings is true": ["community", {"/application/fire/flammable_hangings": true}, {["FS-11", "fail", ["/fire/flammable_hangings"]]}],
	"FS-11 fire.flammable_hangings is not given": ["community", {"/application/fire/flammable_hangings": null}, {["FS-11", "unknown", ["/fire/flammable_hangings"]]}],
	"FS-12 fire.manager_named is false": ["community", {"/application/fire/manager_named": false}, {["FS-12", "fail", ["/fire/manager_named"]]}],
	"FS-12 fire.manager_named is not given": ["community", {"/application/fire/manager_named": null}, {["FS-12", "unknown", ["/fire/manager_named"]]}],
	"MN-31a fire.evacuation_plan is false": ["community", {"/application/fire/evacuation_plan": false}, {["MN-31a", "fail", ["/fire/evacuation_plan"]]}],
	"MN-31a fire.evacuation_plan is not given": ["community", {"/application/fire/evacuation_plan": null}, {["MN-31a", "unknown", ["/fire/evacuation_plan"]]}],
	"FS-07 fire.gas_alarm_and_cutoff is false": ["community", {"/application/fire/gas_alarm_and_cutoff": false}, {["FS-07", "fail", ["/fire/gas_alarm_and_cutoff"]]}],
	"FS-07 fire.gas_alarm_and_cutoff is not given": ["community", {"/application/fire/gas_alarm_and_cutoff": null}, {["FS-07", "unknown", ["/fire/gas_alarm_and_cutoff"]]}],
	"FS-07 no gas, no alarm": ["community", {"/application/fire/gas_kitchen": false, "/application/fire/gas_alarm_and_cutoff": null}, set()],
	"FS-07 gas not given": ["community", {"/application/fire/gas_kitchen": null}, {["FS-07", "unknown", ["/fire/gas_kitchen"]]}],
}

test_extinguishers if failing(extinguishers_cases) == set()

extinguishers_cases := {
	"300 m2: 6 of powder, 2 points": ["community", {"/application/fire/dry_powder_5kg": 6, "/application/fire/water_6l": 0, "/application/fire/extinguisher_points": 2}, set()],
	"300 m2: 5 of powder and 2 of water": ["community", {"/application/fire/dry_powder_5kg": 5, "/application/fire/water_6l": 2, "/application/fire/extinguisher_points": 2}, set()],
	"300 m2: 5 of powder and 1 of water": ["community", {"/application/fire/dry_powder_5kg": 5, "/application/fire/water_6l": 1, "/application/fire/extinguisher_points": 2}, {["FS-06d", "fail", ["/fire/dry_powder_5kg", "/fire/water_6l"]]}],
	"300 m2: 12 of water": ["community", {"/application/fire/dry_powder_5kg": 0, "/application/fire/water_6l": 12}, set()],
	"300 m2: 11 of water": ["community", {"/application/fire/dry_powder_5kg": 0, "/application/fire/water_6l": 11}, {["FS-06d", "fail", ["/fire/dry_powder_5kg", "/fire/water_6l"]]}],
	"300.1 m2 begin another 50": ["community", {"/application/premises/floor_area_m2": 300.1}, {["FS-06d", "fail", ["/fire/dry_powder_5kg", "/fire/water_6l"]]}],
	"8 pieces at 4 points": ["community", {"/application/fire/extinguisher_points": 4}, set()],
	"8 pieces at 5 points": ["community", {"/application/fire/extinguisher_points": 5}, {["FS-06d", "fail", ["/fire/dry_powder_5kg", "/fire/water_6l", "/fire/extinguisher_points"]]}],
	"area not given": ["community", {"/application/premises/floor_area_m2": null}, {["FS-06d", "unknown", ["/premises/floor_area_m2"]]}],
	"points not given": ["community", {"/application/fire/extinguisher_points": null}, {["FS-06d", "unknown", ["/fire/extinguisher_points"]]}],
	"water not given, powder enough": ["community", {"/application/fire/dry_powder_5kg": 6, "/application/fire/water_6l": null}, set()],
	"water not given, powder not enough": ["community", {"/application/fire/dry_powder_5kg": 5, "/application/fire/water_6l": null}, {["FS-06d", "unknown", ["/fire/water_6l"]]}],
	"neither given": ["community", {"/application/fire/dry_powder_5kg": null, "/application/fire/water_6l": null}, {["FS-06d", "unknown", ["/fire/water_6l"]], ["FS-06d", "unknown", ["/fire/dry_powder_5kg"]]}],
	"neither area nor powder given": ["community", {"/application/premises/floor_area_m2": null, "/application/fire/dry_powder_5kg": null}, {["FS-06d", "unknown", ["/premises/floor_area_m2"]], ["FS-06d", "unknown", ["/fire/dry_powder_5kg"]]}],
}

test_fire_proof_age if failing(fire_proof_age_cases) == set()

fire_proof_age_cases := {
	"a year ago to the day": ["community", {"/application/papers/0/issued_on": "2025-03-02"}, set()],
	"a year and a day ago only warns": ["community", {"/application/papers/0/issued_on": "2025-03-01"}, {["QA-4.1.4", "warn", ["/papers/fire_proof"]]}],
	"date not given only warns": ["community", {"/application/papers/0/issued_on": null}, {["QA-4.1.4", "warn", ["/papers/fire_proof"]]}],
	"another paper may be old": ["community", {"/application/papers/0/kind": "premises_proof", "/application/papers/0/issued_on": "2020-03-01"}, set()],
}
