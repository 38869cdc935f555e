package filing.conform_test

test_family_carers if failing(family_carers_cases) == set()

family_carers_cases := {
	"neither experience nor background": ["family_point", {"/application/staff/1/experience_years": 0, "/application/staff/1/relevant_background": false}, {["FP-09a", "fail", ["/staff/s-02/experience_years", "/staff/s-02/relevant_background"]]}],
	"experience not given": ["family_point", {"/application/staff/1/experience_years": null, "/application/staff/1/relevant_background": false}, {["FP-09a", "unknown", ["/staff/s-02/experience_years"]]}],
	"neither given": ["family_point", {"/application/staff/1/experience_years": null}, {["FP-09a", "unknown", ["/staff/s-02/experience_years"]], ["FP-09a", "unknown", ["/staff/s-02/relevant_background"]]}],
	"one topic lacking": ["family_point", {"/application/staff/1/trained": ["infant_care", "mental_health", "food_safety", "first_aid"]}, {["FP-09b", "fail", ["/staff/s-02/trained"]]}],
	"training not given": ["family_point", {"/application/staff/1/trained": null}, {["FP-09b", "unknown", ["/staff/s-02/trained"]]}],
	"no health certificate": ["family_point", {"/application/staff/1/health_passed": false}, {["FP-09c", "fail", ["/staff/s-02/health_passed"]]}],
	"mental illness": ["family_point", {"/application/staff/1/mental_illness": true}, {["FP-09c", "fail", ["/staff/s-02/mental_illness"]]}],
	"health not given": ["family_point", {"/application/staff/1/health_passed": null, "/application/staff/1/mental_illness": null}, {["FP-09c", "unknown", ["/staff/s-02/health_passed"]], ["FP-09c", "unknown", ["/staff/s-02/mental_illness"]]}],
	"a listed offence": ["family_point", {"/application/staff/1/listed_offence": true}, {["BG-01", "fail", ["/staff/s-02/listed_offence"]], ["FP-09d", "fail", ["/staff/s-02/listed_offence"]]}],
	"the organiser who must care meets the same": ["family_point", {"/application/staff/0/trained": ["fire"]}, {["FP-09b", "fail", ["/staff/s-01/trained"]]}],
	"the organiser who need not": ["family_point", {"/application/staff/0/trained": ["fire"], "/application/family/carers_on_duty": 1, "/application/family/children": 3}, set()],
	"a carer of an institution is not judged by it": ["community", {"/application/staff/6/trained": ["infant_care", "mental_health"]}, set()],
}
