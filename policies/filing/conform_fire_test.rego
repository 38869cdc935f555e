package filing.conform_test

test_storeys if failing(storeys_cases) == set()

storeys_cases := {
	"storey 3": ["community", {"/application/premises/storeys": [1, 3]}, set()],
	"storey 4": ["community", {"/application/premises/storeys": [1, 4]}, {["FS-01", "fail", ["/premises/storeys"]], ["FS-01c", "fail", ["/premises/storeys", "/premises/fire_rating"]]}],
	"storey 1": ["community", {"/application/premises/storeys": [1]}, set()],
	"below ground": ["community", {"/application/premises/storeys": [-1, 1]}, {["FS-01", "fail", ["/premises/storeys"]]}],
	"storeys not given": ["community", {"/application/premises/storeys": null}, {["FS-01", "unknown", ["/premises/storeys"]]}],
	"storey 4 before the guide": ["community", {"/as_of": "2022-01-13", "/application/premises/storeys": [4]}, {["FS-01c", "fail", ["/premises/storeys", "/premises/fire_rating"]]}],
	"semi-basement": ["community", {"/application/premises/semi_basement": true}, {["FS-01", "fail", ["/premises/semi_basement"]], ["HV-08", "fail", ["/premises/semi_basement"]]}],
	"semi-basement not given": ["community", {"/application/premises/semi_basement": null}, {["FS-01", "unknown", ["/premises/semi_basement"]]}],
	"rating 1, storey 3": ["community", {"/application/premises/fire_rating": 1, "/application/premises/storeys": [3]}, set()],
	"rating 1, storey 4": ["community", {"/application/premises/fire_rating": 1, "/application/premises/storeys": [4]}, {["FS-01", "fail", ["/premises/storeys"]], ["FS-01c", "fail", ["/premises/storeys", "/premises/fire_rating"]]}],
	"rating 2, storey 3": ["community", {"/application/premises/storeys": [3]}, set()],
	"rating 3, storey 2": ["community", {"/application/premises/fire_rating": 3}, set()],
	"rating 3, storey 3": ["community", {"/application/premises/fire_rating": 3, "/application/premises/storeys": [3]}, {["FS-01c", "fail", ["/premises/storeys", "/premises/fire_rating"]]}],
	"rating 4, storey 1": ["community", {"/application/premises/fire_rating": 4, "/application/premises/storeys": [1]}, set()],
	"rating 4, storey 2": ["community", {"/application/premises/fire_rating": 4}, {["FS-01c", "fail", ["/premises/storeys", "/premises/fire_rating"]]}],
	"rating not given, storey 2": ["community", {"/application/premises/fire_rating": null}, {["FS-01c", "unknown", ["/premises/fire_rating"]]}],
	"rating not given, storey 1": ["community", {"/application/premises/fire_rating": null, "/application/premises/storeys": [1]}, set()],
}

test_building if failing(building_cases) == set()

building_cases := {
	"FS-02 premises.three_in_one is true": ["community", {"/application/premises/three_in_one": true}, {["FS-02", "fail", ["/premises/three_in_one"]]}],
	"FS-02 premises.three_in_one is not given": ["community", {"/application/premises/three_in_one": null}, {["FS-02", "unknown", ["/premises/three_in_one"]]}],
	"FS-02 premises.colour_steel is true": ["community", {"/application/premises/colour_steel": true}, {["FS-02", "fail", ["/premises/colour_steel"]]}],
	"FS-02 premises.colour_steel is not given": ["community", {"/application/premises/colour_steel": null}, {["FS-02", "unknown", ["/premises/colour_steel"]]}],
	"FS-02 premises.hazardous_neighbours is true": ["community", {"/application/premises/hazardous_neighbours": true}, {["FS-02", "fail", ["/premises/hazardous_neighbours"]]}],
	"FS-02 premises.hazardous_neighbours is not given": ["community", {"/application/premises/hazardous_neighbours": null}, {["FS-02", "unknown", ["/premises/hazardous_neighbours"]]}],
	"FS-03 fire.separated is false": ["community", {"/application/premises/stand_alone": false, "/application/fire/separated": false}, {["FS-03", "fail", ["/fire/separated"]]}],
	"FS-03 fire.separated is not given": ["community", {"/application/premises/stand_alone": false, "/application/fire/separated": null}, {["FS-03", "unknown", ["/fire/separated"]]}],
	"FS-03 a building of its own needs no separation": ["community", {"/application/fire/separated": false}, set()],
	"FS-04a fire.stairs_noncombustible is false": ["community", {"/application/fire/stairs_noncombustible": false}, {["FS-04a", "fail", ["/fire/stairs_noncombustible"]]}],
	"FS-04a fire.stairs_noncombustible is not given": ["community", {"/application/fire/stairs_noncombustible": null}, {["FS-04a", "unknown", ["/fire/stairs_noncombustible"]]}],
	"FS-04a no stairs on the ground floor": ["community", {"/application/fire/stairs_noncombustible": null, "/application/premises/storeys": [1]}, set()],
	"FS-05 fire.decoration_noncombustible is false": ["community", {"/application/fire/decoration_noncombustible": false}, {["FS-05", "fail", ["/fire/decoration_noncombustible"]]}],
	"FS-05 fire.decoration_noncombustible is not given": ["community", {"/application/fire/decoration_noncombustible": null}, {["FS-05", "unknown", ["/fire/decoration_noncombustible"]]}],
	"FZ-06 fire.window_bars is true": ["community", {"/application/fire/window_bars": true}, {["FZ-06", "fail", ["/fire/window_bars"]]}],
	"FZ-06 fire.window_bars is not given": ["community", {"/application/fire/window_bars": null}, {["FZ-06", "unknown", ["/fire/window_bars"]]}],
}

test_exits if failing(exits_cases) == set()

exits_cases := {
	"high-rise without its own exit": ["community", {"/application/premises/high_rise": true, "/application/premises/own_exit": false}, {["FS-04b", "fail", ["/premises/own_exit"]]}],
	"high-rise with its own exit": ["community", {"/application/premises/high_rise": true}, set()],
	"high-rise, exit not given": ["community", {"/application/premises/high_rise": true, "/application/premises/own_exit": null}, {["FS-04b", "unknown", ["/premises/own_exit"]]}],
	"low building, shared exit only warns": ["community", {"/application/premises/own_exit": false, "/application/premises/stand_alone": false}, {["FS-04b", "warn", ["/premises/own_exit"]]}],
	"low building of its own": ["community", {"/application/premises/own_exit": false}, set()],
	"high-rise not given, no exit of its own": ["community", {"/application/premises/high_rise": null, "/application/premises/own_exit": false}, {["FS-04b", "unknown", ["/premises/high_rise"]]}],
	"high-rise not given, own exit": ["community", {"/application/premises/high_rise": null}, set()],
	"50 m2, one door": ["community", {"/application/premises/rooms/0/area_m2": 50}, set()],
	"50.1 m2, one door": ["community", {"/application/premises/rooms/0/area_m2": 50.1}, {["FS-04c", "fail", ["/premises/rooms/r1/evacuation_doors"]]}],
	"51 m2, two doors": ["community", {"/application/premises/rooms/1/evacuation_doors": 2}, set()],
	"51 m2, doors not given": ["community", {"/application/premises/rooms/1/evacuation_doors": null}, {["FS-04c", "unknown", ["/premises/rooms/r2/evacuation_doors"]]}],
	"area not given, one door": ["community", {"/application/premises/rooms/2/area_m2": null}, {["FS-04c", "unknown", ["/premises/rooms/r3/area_m2"]]}],
	"area not given, two doors": ["community", {"/application/premises/rooms/2/area_m2": null, "/application/premises/rooms/2/evacuation_doors": 2}, set()],
	"small room, doors not given": ["community", {"/application/premises/rooms/2/evacuation_doors": null}, set()],
	"no rooms": ["community", {"/application/premises/rooms": null}, {["FS-04c", "unknown", ["/premises/rooms"]], ["QA-4c", "warn", ["/premises/rooms"]]}],
	"fire rules for institutions leave family points alone": ["family_point", {"/application/fire/separated": false, "/application/fire/gas_kitchen": true}, set()],
}
