# METADATA
# title: 入托查验预防接种
# description: |
#   Which doses of the DTaP vaccine a child should have had on the day it is enrolled. The schedule changed on 2025-01-01; the one of
#   the child's birth cohort applies. A missing dose is a warning: the nursery reports it and urges catch-up, it does
#   not turn the child away.
# schemas:
#   - input: schema.health_entry_facts
package health.entry

import data.lib

facts_used := {
	"/born_on",
	"/entered_on",
	"/dtap_doses",
}

# due_at lists the ages in months at which the child's cohort is vaccinated.
due_at := data.params.dtap.doses.value if by_new_schedule

due_at := data.params.dtap.doses_before.value if not by_new_schedule

by_new_schedule if {
	input.entered_on >= data.params.in_force.dtap_schedule.value
	input.born_on >= data.params.dtap.born_from.value
}

# due counts the doses whose age the child has reached.
due := count([months | some months in due_at; lib.months_after(input.born_on, months) <= input.entered_on])

# METADATA
# title: 入托时查验百白破疫苗接种
# custom:
#   rule: HE-01
#   basis:
#     - {doc: 托儿所幼儿园卫生保健管理办法, no: 卫生部 教育部令第76号, article: "15", binding: L3, verified: true}
#     - {doc: 中华人民共和国疫苗管理法, article: "48", binding: L1, verified: true}
reasons contains lib.reason("HE-01", {
	"result": "warn",
	"fields": ["/dtap_doses"],
	"seen": input.dtap_doses,
	"limit": due,
	"message": sprintf("到入托之日应已接种百白破疫苗%v剂，接种证上为%v剂。", [due, input.dtap_doses]),
	"remedy": "请告知监护人到接种单位补种，并向所在地接种单位报告。",
}) if {
	input.dtap_doses < due
}

reasons contains lib.missing("HE-01", "", "/dtap_doses", "预防接种证上百白破疫苗的剂次") if {
	due > 0
	not input.dtap_doses
	not input.dtap_doses == 0
}
