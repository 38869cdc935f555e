package authz_test

import data.authz

readers(act, resource) := {role | some role in roles; verdict(asks(role, act, resource))}

paper(kind) := {"county": "140403", "institution": "inst-140403-01", "kind": kind}

test_the_papers_of_a_filing_are_not_for_clinics if {
	every kind in {"filing", "filing_change", "filing_cancel"} {
		readers("attachment.read", object.union(paper(kind), {"partner": "hospital-01"})) == {"institution", "clerk", "supervisor", "inspector", "auditor"}
	}
}

test_the_files_of_a_contract_are_for_its_parties_and_who_supervises_it if {
	readers("attachment.read", paper("contract")) == {"institution", "supervisor", "auditor"}
	readers("attachment.read", object.union(paper("contract"), {"partner": "hospital-01"})) == {"institution", "supervisor", "auditor", "hospital"}
	readers("attachment.read", object.union(paper("contract"), {"partner": "hospital-02"})) == {"institution", "supervisor", "auditor"}
}

test_the_files_of_a_round_are_for_its_parties if {
	readers("attachment.read", object.union(paper("checkup_round"), {"partner": "hospital-01"})) == {"institution", "hospital"}
}

test_the_files_of_a_procedure_are_for_those_it_permits if {
	lease := object.union(paper("rent_relief"), {"readers": ["institution", "county_office", "city_office", "auditor"]})
	readers("procedure_file.read", lease) == {"institution", "county_office", "city_office", "auditor"}
	readers("procedure_file.read", object.union(lease, {"county": "140404", "institution": "inst-140404-01"})) == {"city_office", "auditor"}
	readers("procedure_file.read", paper("rent_relief")) == set()
}

test_a_case_of_a_procedure_is_for_those_it_permits if {
	relief := {"county": "140403", "institution": "inst-140403-01", "readers": ["institution", "county_office", "city_office", "auditor"]}
	readers("case.read", relief) == {"institution", "county_office", "city_office", "auditor"}
	readers("case.read", object.union(relief, {"county": "140404", "institution": "inst-140404-01"})) == {"city_office", "auditor"}
	readers("case.read", object.union(relief, {"county": "140400", "institution": "xj-140400"})) == {"county_office", "city_office", "auditor"}
	readers("case.retry", relief) == allowed_roles("case.retry")
	reason(asks("clerk", "case.comment", relief)) == "not_visible"
	readers("case.comment", object.union(relief, {"county": "140400", "institution": "xj-140400"})) & {"county_office"} == set()
}

test_a_file_of_an_unknown_kind_is_for_nobody if {
	readers("attachment.read", paper("insurance")) == set()
	readers("attachment.read", {"county": "140403", "institution": "inst-140403-01", "kind": ""}) == set()
}

test_a_file_that_nothing_refers_to_is_its_uploaders_and_its_institutions if {
	unused := {"county": "140403", "institution": "inst-140403-01", "uploader": "clerk-140403-2"}
	readers("attachment.read", unused) == {"institution"}
	every role in {"clerk", "inspector", "hospital"} {
		readers("attachment.read", object.union(unused, {"uploader": principal(role).account})) == {"institution", role}
	}
	not verdict(asks("registrar", "attachment.read", {"uploader": "registrar-140403"}))
}

test_the_evidence_of_a_site_is_for_offices if {
	readers("evidence.read", {"county": "140403", "kind": "build"}) == {"supervisor", "county_office", "city_office", "auditor"}
	readers("evidence.read", {"county": "140404", "kind": "build"}) == {"city_office", "auditor"}
	readers("evidence.read", {"county": "140403", "uploader": "county_office-140403"}) == {"county_office"}
}

test_the_files_of_a_child_are_for_who_cares_for_it if {
	child := {"county": "140403", "institution": "inst-140403-01"}
	readers("child.file", child) == {"institution"}
	readers("child.file", object.union(child, {"partner": "hospital-01"})) == {"institution", "hospital"}
	readers("child.file", object.union(child, {"partner": "hospital-02", "institution": "inst-140403-02"})) == set()
}
