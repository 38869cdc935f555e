# METADATA
# title: 机构条件是否符合标准和规范
# description: |
#   Whether site, staff, classes, fire safety and hygiene of a filing meet the standards (托育机构设置标准(试行),
#   托育机构管理规范(试行), 家庭托育点管理办法(试行), 托育机构消防安全指南(试行) and what they refer to). A family
#   point has limits of its own; every other site kind follows the standards for institutions, and a kindergarten
#   class retains the hygiene evaluation of its kindergarten. A recommended standard only warns, even if its fact
#   is missing, so that no filing is returned for it.
# schemas:
#   - input: schema.filing_facts
package filing.conform

import data.lib

facts_used := (((((site_facts | staff_facts) | background_facts) | class_facts) | family_facts) | fire_facts) | hygiene_facts

# The rules are grouped by the condition under which they apply, so that the others are not evaluated at all: by site kind and
# date here, and by whether there is a person or a class that requires a closer look.
reasons contains r if {
	standard
	some r in institution_reasons
}

reasons contains r if {
	count(doubtful) > 0
	some r in background_reasons
}

institution_reasons contains r if {
	count(doubtful) > 0
	some r in person_reasons
}

institution_reasons contains r if {
	count(doubtful_carers) > 0
	some r in carer_reasons
}

institution_reasons contains r if {
	count(doubtful_classes) > 0
	some r in class_reasons
}

reasons contains r if {
	guided
	some r in fire_reasons
}

reasons contains r if {
	self_evaluated
	some r in hygiene_reasons
}

reasons contains r if {
	graded
	some r in quality_reasons
}

reasons contains r if {
	kindergarten
	some r in kindergarten_reasons
}

reasons contains r if {
	family
	some r in family_reasons
}

# standard is true if the standards for institutions apply.
standard if input.application.site_kind in {"public_comprehensive", "community", "kindergarten_class", "employer", "other"}

kindergarten if input.application.site_kind == "kindergarten_class"

# guided is true if the fire safety guide for institutions (2022) applies.
guided if {
	standard
	input.as_of >= data.params.fire.guide_from.value
}

# self_evaluated is true if the institution evaluates its own hygiene (国卫办妇幼发〔2022〕11号).
self_evaluated if {
	standard
	not kindergarten
	lib.in_force("hygiene_self_evaluation")
}

# graded is true if the recommended quality standard WS/T 821 is published.
graded if {
	standard
	input.as_of >= data.params.quality.standard_from.value
}

family if lib.is_family_point

# The given facts, by name: a call on a missing fact is undefined, also below `not`.
premises_given := object.keys(object.get(input.application, "premises", {}))

fire_given := object.keys(object.get(input.application, "fire", {}))

hygiene_given := object.keys(object.get(input.application, "hygiene", {}))

family_given := object.keys(object.get(input.application, "family", {}))

staff_given if count(input.application.staff) > 0

# by_post is the positions in the staff list by post. A reference to the complete rule is computed once; a single key of the
# partial rule would be computed for each post separately.
by_post := {post: positions | some post, positions in posted}

posted[person.post] contains i if some i, person in input.application.staff

heads := [input.application.staff[i] | some i in by_post.head]

carers := [input.application.staff[i] | some i in by_post.caregiver]

health_staff := [input.application.staff[i] | some i in by_post.health]

guards := [input.application.staff[i] | some i in by_post.guard]

cooks := object.get(by_post, "cook", set())

everybody := {i | some i, _ in input.application.staff}

unposted := [person.number | some person in doubtful; not person.post]

# absence is the result if nobody holds a post: unknown while somebody's post is missing.
default absence := "fail"

absence := "unknown" if count(unposted) > 0

# children_of is the number of children that a class is checked against: its planned seats, or those enrolled if larger.
children_of(class) := max([object.get(class, "seats", 0), object.get(class, "enrolled", 0)])

children_total := sum([children_of(class) | some class in input.application.classes])

education_rank := {"junior_secondary": 1, "senior_secondary": 2, "junior_college": 3, "bachelor": 4, "postgraduate": 5}

education_title := {
	"junior_secondary": "初中",
	"senior_secondary": "高中（中专）",
	"junior_college": "大专",
	"bachelor": "本科",
	"postgraduate": "研究生",
}

class_title := {"infant": "乳儿班", "toddler": "托小班", "older_toddler": "托大班", "mixed": "混合班"}

post_title := {
	"head": "负责人",
	"caregiver": "保育人员",
	"health": "卫生保健人员",
	"guard": "安保人员",
	"cook": "炊事人员",
	"food_manager": "食品安全管理员",
}

# months_back is the date a number of months before the receipt: anything dated earlier has expired.
months_back(months) := lib.months_after(input.as_of, 0 - months)

# term_short is true if a term that includes its first and its last day is shorter than a number of years: the day after
# the last day is before the date of the first day that many years on (民法典 art. 202).
term_short(from, until, years) if lib.day_after(until) < lib.months_after(from, years * 12)

# experienced is true if a carer has worked in the field or has a relevant background.
experienced(person) if person.experience_years > 0

experienced(person) if person.relevant_background

# field returns the pointer to a fact of one element of a list.
field(list, id, name) := sprintf("/%s/%s/%s", [list, id, name])
