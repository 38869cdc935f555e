package filing.conform_test

test_family_point_facts if failing(family_point_facts_cases) == set()

family_point_facts_cases := {
	"FP-02a premises.dwelling is false": ["family_point", {"/application/premises/dwelling": false}, {["FP-02a", "fail", ["/premises/dwelling"]]}],
	"FP-02a premises.dwelling is not given": ["family_point", {"/application/premises/dwelling": null}, {["FP-02a", "unknown", ["/premises/dwelling"]]}],
	"leased for three years exactly": ["family_point", {"/application/premises/tenure": "leased", "/application/premises/lease_from": "2025-01-01", "/application/premises/lease_until": "2027-12-31"}, set()],
	"leased for a day less": ["family_point", {"/application/premises/tenure": "leased", "/application/premises/lease_from": "2025-01-01", "/application/premises/lease_until": "2027-12-30"}, {["FP-02a", "fail", ["/premises/lease_from", "/premises/lease_until"]]}],
	"a lease that ended the day before": ["family_point", {"/application/premises/tenure": "leased", "/application/premises/lease_from": "2022-01-01", "/application/premises/lease_until": "2026-03-01"}, {["FP-02a", "fail", ["/premises/lease_until"]]}],
	"a lease that ends on the day of receipt": ["family_point", {"/application/premises/tenure": "leased", "/application/premises/lease_from": "2022-01-01", "/application/premises/lease_until": "2026-03-02"}, set()],
	"a lease without dates": ["family_point", {"/application/premises/tenure": "leased"}, {["FP-02a", "unknown", ["/premises/lease_from"]], ["FP-02a", "unknown", ["/premises/lease_until"]]}],
	"no tenure": ["family_point", {"/application/premises/tenure": null}, {["FP-02a", "unknown", ["/premises/tenure"]]}],
	"a child of 35 months": ["family_point", {"/application/classes": [{"id": "c1", "oldest_months": 35}]}, set()],
	"a child of 36 months": ["family_point", {"/application/classes": [{"id": "c1", "oldest_months": 36}]}, {["FP-02b", "fail", ["/classes/c1/oldest_months"]]}],
	"FP-04a family.dwelling_rule_met is false": ["family_point", {"/application/family/dwelling_rule_met": false}, {["FP-04a", "fail", ["/family/dwelling_rule_met"]]}],
	"FP-04a family.dwelling_rule_met is not given": ["family_point", {"/application/family/dwelling_rule_met": null}, {["FP-04a", "unknown", ["/family/dwelling_rule_met"]]}],
	"FP-04b family.all_owners_consent is false": ["family_point", {"/application/family/all_owners_consent": false}, {["FP-04b", "fail", ["/family/all_owners_consent"]]}],
	"FP-04b family.all_owners_consent is not given": ["family_point", {"/application/family/all_owners_consent": null}, {["FP-04b", "unknown", ["/family/all_owners_consent"]]}],
	"FP-08 family.life_care is false": ["family_point", {"/application/family/life_care": false}, {["FP-08", "fail", ["/family/life_care"]]}],
	"FP-08 family.life_care is not given": ["family_point", {"/application/family/life_care": null}, {["FP-08", "unknown", ["/family/life_care"]]}],
	"FP-16 family.guardian_agreement is false": ["family_point", {"/application/family/guardian_agreement": false}, {["FP-16", "fail", ["/family/guardian_agreement"]]}],
	"FP-16 family.guardian_agreement is not given": ["family_point", {"/application/family/guardian_agreement": null}, {["FP-16", "unknown", ["/family/guardian_agreement"]]}],
}

test_family_numbers if failing(family_numbers_cases) == set()

family_numbers_cases := {
	"5 children": ["family_point", {"/application/family/children": 5}, set()],
	"6 children by their number alone": ["family_point", {"/application/family/children": 6}, {["FP-03a", "fail", ["/family/children"]]}],
	"6 children in classes": ["family_point", {"/application/classes": [{"id": "c1", "seats": 6}]}, {["FP-03a", "fail", ["/family/children"]]}],
	"children not given": ["family_point", {"/application/family/children": null}, {["FP-03a", "unknown", ["/family/children"]]}],
	"3 children by one carer": ["family_point", {"/application/family/children": 3, "/application/family/carers_on_duty": 1}, set()],
	"4 children by one carer": ["family_point", {"/application/family/children": 4, "/application/family/carers_on_duty": 1}, {["FP-10", "fail", ["/family/carers_on_duty", "/family/children"]]}],
	"children by no carer": ["family_point", {"/application/family/children": 1, "/application/family/carers_on_duty": 0}, {["FP-10", "fail", ["/family/carers_on_duty", "/family/children"]]}],
	"carers not given": ["family_point", {"/application/family/carers_on_duty": null}, {["FP-10", "unknown", ["/family/carers_on_duty"]]}],
	"more carers on duty than are listed": ["family_point", {"/application/family/carers_on_duty": 3}, {["FP-10", "unknown", ["/staff"]]}],
	"45 m2 for 5": ["family_point", {"/application/premises/floor_area_m2": 45}, set()],
	"44.9 m2 for 5": ["family_point", {"/application/premises/floor_area_m2": 44.9}, {["FP-11", "fail", ["/premises/floor_area_m2", "/family/children"]]}],
	"44.9 m2 for 4": ["family_point", {"/application/premises/floor_area_m2": 44.9, "/application/family/children": 4}, set()],
	"area not given": ["family_point", {"/application/premises/floor_area_m2": null}, {["FP-11", "unknown", ["/premises/floor_area_m2"]]}],
	"before the rules for family points": ["family_point", {"/as_of": "2023-10-15", "/application/family/children": 6, "/application/staff/0/background_on": "2023-10-01"}, set()],
}
