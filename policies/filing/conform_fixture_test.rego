package filing.conform_test

import data.filing.conform

# One application of every site kind, with all facts given and no reasons, received on 2026-03-02.
clean["community"] := received(object.union(institution, {"site_kind": "community"}))

clean["employer"] := received(object.union(institution, {"site_kind": "employer"}))

clean["other"] := received(object.union(institution, {"site_kind": "other"}))

clean["public_comprehensive"] := received(object.union(institution, {
	"site_kind": "public_comprehensive",
	"meals": true,
	"classes": four_classes,
	"staff": array.concat(staff, [
		carer("s-08", "c3"),
		carer("s-09", "c3"),
		carer("s-10", "c3"),
		carer("s-11", "c4"),
		carer("s-12", "c4"),
		carer("s-13", "c4"),
	]),
}))

clean["kindergarten_class"] := received(object.union(institution, {
	"site_kind": "kindergarten_class",
	"hygiene": {"result": "qualified", "health_rules": true},
}))

clean["family_point"] := received(family_point)

received(application) := {"application": application, "as_of": "2026-03-02", "county": "140403"}

institution := {
	"institution": {"name": "潞州区测试托育中心", "business_scope": "托育服务", "county": "140403"},
	"service_forms": ["full_day", "half_day"],
	"prices": [
		{"item": "保育费", "form": "full_day", "fen": 160000, "unit": "month"},
		{"item": "保育费", "form": "half_day", "fen": 90000, "unit": "month"},
	],
	"meals": false,
	"premises": premises,
	"fire": fire,
	"hygiene": {
		"result": "qualified",
		"evaluated_on": "2026-02-10",
		"requirements_met": 14,
		"window_floor_percent": 20,
		"observation_room_m2": 6,
		"observation_beds": 1,
		"fence_and_mats": true,
		"indoor_air_passed": true,
		"health_rules": true,
	},
	"classes": [class("c1", "infant", 9), class("c2", "toddler", 15)],
	"staff": staff,
	"papers": [{"kind": "fire_proof", "form": "acceptance_filing", "issued_on": "2025-09-01"}],
}

premises := {
	"tenure": "leased",
	"lease_from": "2025-01-01",
	"lease_until": "2027-12-31",
	"floor_area_m2": 300,
	"storeys": [1, 2],
	"semi_basement": false,
	"high_rise": false,
	"own_exit": true,
	"fire_rating": 2,
	"three_in_one": false,
	"colour_steel": false,
	"hazardous_neighbours": false,
	"dwelling": false,
	"stand_alone": true,
	"site_safe": true,
	"building_standards": true,
	"decoration_safe": true,
	"equipment_fit": true,
	"outdoor": "own",
	"outdoor_safe": true,
	"security_equipment": true,
	"video_full_cover": true,
	"video_days": 90,
	"guard_hours": 24,
	"rooms": [
		{"id": "r1", "area_m2": 50, "evacuation_doors": 1, "class": "c1"},
		{"id": "r2", "area_m2": 51, "evacuation_doors": 2, "class": "c2"},
		{"id": "r3", "area_m2": 35, "evacuation_doors": 1, "class": "c3"},
		{"id": "r4", "area_m2": 35, "evacuation_doors": 1, "class": "c4"},
	],
}

fire := {
	"separated": true,
	"stairs_noncombustible": true,
	"decoration_noncombustible": true,
	"sprinkler": true,
	"automatic_alarm": true,
	"networked_detector": true,
	"smoke_alarm": true,
	"emergency_lighting": true,
	"dry_powder_5kg": 4,
	"water_6l": 4,
	"extinguisher_points": 4,
	"gas_kitchen": true,
	"gas_alarm_and_cutoff": true,
	"window_bars": false,
	"batteries_kept_out": true,
	"flammable_hangings": false,
	"manager_named": true,
	"evacuation_plan": true,
	"charging_outside_care": true,
}

four_classes := [
	class("c1", "infant", 9),
	class("c2", "toddler", 15),
	class("c3", "older_toddler", 20),
	class("c4", "mixed", 15),
]

# Staff by index: 0 head, 1 health, 2 guard, 3 and 4 cooks, 5 food manager, 6–11 carers of c1 and c2.
staff := array.concat(
	[
		person("s-01", "head", {"education": "junior_college", "experience_years": 3, "trained": ["management"], "training_hours": 60}),
		person("s-02", "health", {"education": "senior_secondary", "full_time": true, "trained": ["mch_health"]}),
		person("s-03", "guard", {"certificates": ["guard"], "guard_company": true, "trained": ["fire"]}),
		person("s-04", "cook", {"trained": ["food_safety"]}),
		person("s-06", "cook", {"trained": ["food_safety"]}),
		person("s-05", "food_manager", {"certificates": ["food_safety"], "trained": ["food_safety"]}),
	],
	[
		carer("s-21", "c1"),
		carer("s-22", "c1"),
		carer("s-23", "c1"),
		carer("s-24", "c2"),
		carer("s-25", "c2"),
		carer("s-26", "c2"),
	],
)

family_point := {
	"site_kind": "family_point",
	"institution": {"name": "潞州区测试家庭托育点", "business_scope": "家庭托育服务", "county": "140403"},
	"service_forms": ["full_day"],
	"meals": true,
	"premises": {
		"tenure": "owned",
		"floor_area_m2": 90,
		"storeys": [5],
		"semi_basement": false,
		"three_in_one": false,
		"colour_steel": false,
		"dwelling": true,
		"video_full_cover": true,
		"video_days": 90,
	},
	"fire": {"smoke_alarm": true, "dry_powder_5kg": 1, "water_6l": 0, "window_bars": false},
	"staff": [
		person("s-01", "head", {"relevant_background": true, "trained": family_training}),
		person("s-02", "caregiver", {"experience_years": 1, "trained": family_training}),
	],
	"family": {
		"children": 5,
		"carers_on_duty": 2,
		"dwelling_rule_met": true,
		"all_owners_consent": true,
		"life_care": true,
		"guardian_agreement": true,
	},
}

family_training := ["infant_care", "mental_health", "food_safety", "first_aid", "fire"]

class(id, kind, seats) := {"id": id, "kind": kind, "seats": seats, "independent_unit": true}

carer(number, class_id) := person(number, "caregiver", {
	"class": class_id,
	"experience_years": 1,
	"relevant_background": false,
	"trained": ["infant_care", "mental_health"],
	"training_hours": 120,
})

person(number, post, more) := object.union(
	{
		"number": number,
		"post": post,
		"health_checked_on": "2025-03-02",
		"health_passed": true,
		"mental_illness": false,
		"background_on": "2025-03-02",
		"listed_offence": false,
		"any_record": false,
	},
	more,
)

# found returns the reasons after setting the facts at some paths to other values; null removes a fact. Each
# reason is written as rule, result and fields.
found(kind, changes) := {[r.rule, r.result, r.fields] | some r in reasons} if {
	facts := json.patch(clean[kind], [patch(path, value) | some path, value in changes])
	reasons := conform.reasons with input as facts
}

# failing returns the names of the cases, each a kind, changes and expected reasons, whose reasons differ.
failing(cases) := object.keys(cases) - {name | some name, c in cases; found(c[0], c[1]) == c[2]}

patch(path, null) := {"op": "remove", "path": path}

patch(path, value) := {"op": "add", "path": path, "value": value} if value != null

test_a_clean_filing_of_each_kind_has_no_reason if {
	every facts in clean {
		reasons := conform.reasons with input as facts
		reasons == set()
	}
}

test_every_kind_is_there if {
	object.keys(clean) == {"public_comprehensive", "community", "employer", "other", "kindergarten_class", "family_point"}
}

test_every_reason_speaks_to_the_applicant if {
	broken := {"application": {"site_kind": "community"}, "as_of": "2026-03-02"}
	reasons := conform.reasons with input as broken
	count(reasons) > 30
	every r in reasons {
		r.message != ""
		r.remedy != ""
		count(r.fields) > 0
	}
}

test_nothing_given_never_fails if {
	every kind, _ in clean {
		reasons := conform.reasons with input as {"application": {"site_kind": kind}, "as_of": "2026-03-02"}
		{r.result | some r in reasons} - {"unknown", "warn"} == set()
	}
}

test_an_unknown_site_kind_is_asked_for if {
	reasons := conform.reasons with input as {"application": {}, "as_of": "2026-03-02"}
	{[r.rule, r.result, r.fields] | some r in reasons} == {["SS-03", "unknown", ["/site_kind"]]}
}

test_the_facts_used_are_pointers if {
	count(conform.facts_used) > 80
	every pointer in conform.facts_used {
		startswith(pointer, "/application/")
	}
}
