package filing.conform_test

import data.filing.conform

test_tenure if failing(tenure_cases) == set()

tenure_cases := {
	"owned premises need no term": ["community", {"/application/premises/tenure": "owned", "/application/premises/lease_from": null, "/application/premises/lease_until": null}, set()],
	"three years exactly, first and last day counted": ["community", {"/application/premises/lease_from": "2025-03-01", "/application/premises/lease_until": "2028-02-29"}, set()],
	"three years less a day": ["community", {"/application/premises/lease_from": "2025-03-01", "/application/premises/lease_until": "2028-02-28"}, {["SS-11", "fail", ["/premises/lease_from", "/premises/lease_until"]]}],
	"three years and a day": ["community", {"/application/premises/lease_from": "2025-03-01", "/application/premises/lease_until": "2028-03-01"}, set()],
	"from a leap day, three years exactly": ["community", {"/application/premises/lease_from": "2024-02-29", "/application/premises/lease_until": "2027-02-27"}, set()],
	"from a leap day, less a day": ["community", {"/application/premises/lease_from": "2024-02-29", "/application/premises/lease_until": "2027-02-26"}, {["SS-11", "fail", ["/premises/lease_from", "/premises/lease_until"]]}],
	"free use is judged by its term": ["community", {"/application/premises/tenure": "free_use", "/application/premises/lease_from": "2025-01-01", "/application/premises/lease_until": "2027-12-30"}, {["SS-11", "fail", ["/premises/lease_from", "/premises/lease_until"]]}],
	"free use for three years": ["community", {"/application/premises/tenure": "free_use"}, set()],
	"a lease that ends on the day of receipt": ["community", {"/application/premises/lease_from": "2022-01-01", "/application/premises/lease_until": "2026-03-02"}, set()],
	"a lease that ended the day before": ["community", {"/application/premises/lease_from": "2022-01-01", "/application/premises/lease_until": "2026-03-01"}, {["SS-11", "fail", ["/premises/lease_until"]]}],
	"no tenure": ["community", {"/application/premises/tenure": null}, {["SS-11", "unknown", ["/premises/tenure"]]}],
	"no first day": ["community", {"/application/premises/lease_from": null}, {["SS-11", "unknown", ["/premises/lease_from"]]}],
	"no last day": ["community", {"/application/premises/lease_until": null}, {["SS-11", "unknown", ["/premises/lease_until"]]}],
	"a kindergarten class follows the same rule": ["kindergarten_class", {"/application/premises/lease_until": "2027-12-30"}, {["SS-11", "fail", ["/premises/lease_from", "/premises/lease_until"]]}],
}

test_site_facts if failing(site_facts_cases) == set()

site_facts_cases := {
	"SS-12 premises.site_safe is false": ["community", {"/application/premises/site_safe": false}, {["SS-12", "fail", ["/premises/site_safe"]]}],
	"SS-12 premises.site_safe is not given": ["community", {"/application/premises/site_safe": null}, {["SS-12", "unknown", ["/premises/site_safe"]]}],
	"SS-13 premises.building_standards is false": ["community", {"/application/premises/building_standards": false}, {["SS-13", "fail", ["/premises/building_standards"]]}],
	"SS-13 premises.building_standards is not given": ["community", {"/application/premises/building_standards": null}, {["SS-13", "unknown", ["/premises/building_standards"]]}],
	"SS-14 premises.decoration_safe is false": ["community", {"/application/premises/decoration_safe": false}, {["SS-14", "fail", ["/premises/decoration_safe"]]}],
	"SS-14 premises.decoration_safe is not given": ["community", {"/application/premises/decoration_safe": null}, {["SS-14", "unknown", ["/premises/decoration_safe"]]}],
	"SS-15 premises.equipment_fit is false": ["community", {"/application/premises/equipment_fit": false}, {["SS-15", "fail", ["/premises/equipment_fit"]]}],
	"SS-15 premises.equipment_fit is not given": ["community", {"/application/premises/equipment_fit": null}, {["SS-15", "unknown", ["/premises/equipment_fit"]]}],
	"SS-17 premises.security_equipment is false": ["community", {"/application/premises/security_equipment": false}, {["SS-17", "fail", ["/premises/security_equipment"]]}],
	"SS-17 premises.security_equipment is not given": ["community", {"/application/premises/security_equipment": null}, {["SS-17", "unknown", ["/premises/security_equipment"]]}],
	"MN-32b premises.video_full_cover is false": ["community", {"/application/premises/video_full_cover": false}, {["MN-32b", "fail", ["/premises/video_full_cover"]]}],
	"MN-32b premises.video_full_cover is not given": ["community", {"/application/premises/video_full_cover": null}, {["MN-32b", "unknown", ["/premises/video_full_cover"]]}],
}

test_outdoor if failing(outdoor_cases) == set()

outdoor_cases := {
	"shared ground that is safe": ["community", {"/application/premises/outdoor": "shared"}, set()],
	"no ground at all": ["community", {"/application/premises/outdoor": "none", "/application/premises/outdoor_safe": null}, {["SS-16", "fail", ["/premises/outdoor"]]}],
	"no ground, its safety is beside the point": ["community", {"/application/premises/outdoor": "none", "/application/premises/outdoor_safe": false}, {["SS-16", "fail", ["/premises/outdoor"]]}],
	"own ground that is not safe": ["community", {"/application/premises/outdoor_safe": false}, {["SS-16", "fail", ["/premises/outdoor_safe"]]}],
	"ground not given": ["community", {"/application/premises/outdoor": null}, {["SS-16", "unknown", ["/premises/outdoor"]]}],
	"safety not given": ["community", {"/application/premises/outdoor_safe": null}, {["SS-16", "unknown", ["/premises/outdoor_safe"]]}],
}

test_watch if failing(watch_cases) == set()

watch_cases := {
	"90 days of recordings": ["community", {"/application/premises/video_days": 90}, set()],
	"89 days, though the fire guide asks for 30": ["community", {"/application/premises/video_days": 89}, {["MN-32c", "fail", ["/premises/video_days"]]}],
	"0 days are given, not missing": ["community", {"/application/premises/video_days": 0}, {["MN-32c", "fail", ["/premises/video_days"]]}],
	"days not given": ["community", {"/application/premises/video_days": null}, {["MN-32c", "unknown", ["/premises/video_days"]]}],
	"24 hours on watch": ["community", {"/application/premises/guard_hours": 24}, set()],
	"23 hours on watch": ["community", {"/application/premises/guard_hours": 23}, {["MN-32a", "fail", ["/premises/guard_hours"]]}],
	"hours not given": ["community", {"/application/premises/guard_hours": null}, {["MN-32a", "unknown", ["/premises/guard_hours"]]}],
	"a family point is not on watch": ["family_point", {"/application/premises/guard_hours": 1}, set()],
}

test_the_longest_retention_governs_and_all_are_shown if {
	facts := json.patch(clean.community, [{"op": "replace", "path": "/application/premises/video_days", "value": 30}])
	reasons := conform.reasons with input as facts
	some r in reasons
	r.rule == "MN-32c"
	r.limit == 90
	contains(r.message, "托育机构消防安全指南30天")
	contains(r.message, "公共安全视频图像信息系统管理条例30天")
}

test_a_county_may_ask_for_longer_retention if {
	reasons := conform.reasons with input as clean.community with data.params.video_days.management.value as 120
	{[r.rule, r.limit] | some r in reasons} == {["MN-32c", 120]}
}

test_prices if failing(prices_cases) == set()

prices_cases := {
	"no prices": ["community", {"/application/prices": null}, {["MN-15", "unknown", ["/prices"]]}],
	"an empty list of prices": ["community", {"/application/prices": []}, {["MN-15", "unknown", ["/prices"]]}],
	"one form without a price": ["community", {"/application/service_forms": ["full_day", "hourly"]}, {["MN-15", "unknown", ["/prices"]]}],
	"a price that names no form holds for all": ["community", {"/application/service_forms": ["full_day", "hourly"], "/application/prices": [{"item": "保育费", "fen": 160000, "unit": "month"}]}, set()],
	"a family point shows none at filing": ["family_point", {}, set()],
}

test_class_rooms if failing(class_rooms_cases) == set()

class_rooms_cases := {
	"infant class 15 m2": ["community", {"/application/premises/rooms/0/area_m2": 15}, set()],
	"infant class 14.9 m2": ["community", {"/application/premises/rooms/0/area_m2": 14.9}, {["QA-4c", "warn", ["/premises/rooms"]]}],
	"toddler class 35 m2": ["community", {"/application/premises/rooms/1/area_m2": 35}, set()],
	"toddler class 34.9 m2": ["community", {"/application/premises/rooms/1/area_m2": 34.9}, {["QA-4c", "warn", ["/premises/rooms"]]}],
	"rooms of a class add up": ["community", {"/application/premises/rooms/1/area_m2": 20, "/application/premises/rooms/2": {"id": "r3", "area_m2": 15, "evacuation_doors": 1, "class": "c2"}}, set()],
	"a class without rooms": ["community", {"/application/premises/rooms/0/class": null}, {["QA-4c", "warn", ["/premises/rooms"]]}],
	"older toddler class 34.9 m2": ["public_comprehensive", {"/application/premises/rooms/2/area_m2": 34.9}, {["QA-4c", "warn", ["/premises/rooms"]]}],
	"older toddler class 35 m2": ["public_comprehensive", {"/application/premises/rooms/2/area_m2": 35}, set()],
	"the day the standard came out": ["community", {"/as_of": "2024-04-01", "/application/premises/rooms/0/area_m2": 14.9}, {["QA-4c", "warn", ["/premises/rooms"]]}],
	"before the standard was out": ["community", {"/as_of": "2024-03-31", "/application/premises/rooms/0/area_m2": 14.9}, set()],
}

test_a_mixed_class_room_is_judged_as_a_toddler_room if {
	found("public_comprehensive", {"/application/premises/rooms/3/area_m2": 34}) == {["QA-4c", "warn", ["/premises/rooms"]]}
}
