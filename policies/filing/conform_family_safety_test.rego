package filing.conform_test

test_family_safety if failing(family_safety_cases) == set()

family_safety_cases := {
	"FP-12a premises.semi_basement is true": ["family_point", {"/application/premises/semi_basement": true}, {["FP-12a", "fail", ["/premises/semi_basement"]]}],
	"FP-12a premises.semi_basement is not given": ["family_point", {"/application/premises/semi_basement": null}, {["FP-12a", "unknown", ["/premises/semi_basement"]]}],
	"FP-12b premises.three_in_one is true": ["family_point", {"/application/premises/three_in_one": true}, {["FP-12b", "fail", ["/premises/three_in_one"]]}],
	"FP-12b premises.three_in_one is not given": ["family_point", {"/application/premises/three_in_one": null}, {["FP-12b", "unknown", ["/premises/three_in_one"]]}],
	"FP-12b premises.colour_steel is true": ["family_point", {"/application/premises/colour_steel": true}, {["FP-12b", "fail", ["/premises/colour_steel"]]}],
	"FP-12b premises.colour_steel is not given": ["family_point", {"/application/premises/colour_steel": null}, {["FP-12b", "unknown", ["/premises/colour_steel"]]}],
	"FP-12c fire.window_bars is true": ["family_point", {"/application/fire/window_bars": true}, {["FP-12c", "fail", ["/fire/window_bars"]]}],
	"FP-12c fire.window_bars is not given": ["family_point", {"/application/fire/window_bars": null}, {["FP-12c", "unknown", ["/fire/window_bars"]]}],
	"FP-13 fire.smoke_alarm is false": ["family_point", {"/application/fire/smoke_alarm": false}, {["FP-13", "fail", ["/fire/smoke_alarm"]]}],
	"FP-13 fire.smoke_alarm is not given": ["family_point", {"/application/fire/smoke_alarm": null}, {["FP-13", "unknown", ["/fire/smoke_alarm"]]}],
	"FP-14 premises.video_full_cover is false": ["family_point", {"/application/premises/video_full_cover": false}, {["FP-14", "fail", ["/premises/video_full_cover"]]}],
	"FP-14 premises.video_full_cover is not given": ["family_point", {"/application/premises/video_full_cover": null}, {["FP-14", "unknown", ["/premises/video_full_cover"]]}],
	"the highest storey is free": ["family_point", {"/application/premises/storeys": [18]}, set()],
	"ground floor": ["family_point", {"/application/premises/storeys": [1]}, set()],
	"below ground": ["family_point", {"/application/premises/storeys": [-1]}, {["FP-12a", "fail", ["/premises/storeys"]]}],
	"storeys not given": ["family_point", {"/application/premises/storeys": null}, {["FP-12a", "unknown", ["/premises/storeys"]]}],
	"no extinguisher": ["family_point", {"/application/fire/dry_powder_5kg": 0}, {["FP-13", "fail", ["/fire/dry_powder_5kg", "/fire/water_6l"]]}],
	"one given, the other not": ["family_point", {"/application/fire/water_6l": null}, set()],
	"one none, the other not given": ["family_point", {"/application/fire/dry_powder_5kg": 0, "/application/fire/water_6l": null}, {["FP-13", "unknown", ["/fire/water_6l"]]}],
	"90 days": ["family_point", {"/application/premises/video_days": 90}, set()],
	"89 days": ["family_point", {"/application/premises/video_days": 89}, {["FP-15", "fail", ["/premises/video_days"]]}],
	"days not given": ["family_point", {"/application/premises/video_days": null}, {["FP-15", "unknown", ["/premises/video_days"]]}],
}
