package authz_test

import data.authz

carer := {"account": "institution-140403-01", "role": "institution", "county": "140403", "institution": "inst-140403-01"}

clinic := {"account": "clinic-140403-1", "role": "hospital", "county": "140403", "institution": "clinic-140403-1"}

test_only_an_institution_enrols if {
	home := {"county": "140403", "institution": "inst-140403-01"}
	authz.allow with input as {"principal": carer, "act": "child.enrol", "resource": home}
	served := object.union(home, {"partner": "clinic-140403-1"})
	authz.deny_reason == "not_allowed" with input as {"principal": clinic, "act": "child.enrol", "resource": served}
	authz.deny_reason == "not_visible" with input as {"principal": clinic, "act": "child.enrol", "resource": home}
}

test_a_clinic_reads_whom_it_serves_and_changes_nobody if {
	served := {"county": "140403", "institution": "inst-140403-01", "partner": "clinic-140403-1"}
	authz.allow with input as {"principal": clinic, "act": "child.read", "resource": served}
	not authz.allow with input as {"principal": clinic, "act": "child.change", "resource": served}
	not authz.allow with input as {"principal": clinic, "act": "child.read", "resource": object.union(served, {"partner": "clinic-140403-2"})}
}

test_an_auditor_reads_the_readings_and_no_child if {
	auditor := {"account": "auditor", "role": "auditor"}
	authz.allow with input as {"principal": auditor, "act": "reading.list", "resource": {}}
	not authz.allow with input as {"principal": auditor, "act": "child.read", "resource": {"county": "140403"}}
	not authz.allow with input as {"principal": carer, "act": "reading.list", "resource": {}}
}
