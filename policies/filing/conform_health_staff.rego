package filing.conform

import data.lib

# METADATA
# title: 卫生保健人员培训
# custom:
#   rule: SS-18f
#   basis:
#     - {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "18", binding: L4, verified: true}
#     - {doc: 托儿所幼儿园卫生保健管理办法, no: 卫生部 教育部令第76号, article: "13", binding: L3, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-18f", {
	"subject": person.number,
	"fields": [field("staff", person.number, "trained")],
	"seen": person.trained,
	"limit": "mch_health",
	"message": sprintf("卫生保健人员%s没有妇幼保健机构培训合格的记录。", [person.number]),
	"remedy": "请卫生保健人员参加妇幼保健机构组织的卫生保健专业知识培训，合格后补充填写。",
}) if {
	some person in health_staff
	not "mch_health" in person.trained
	person.trained
}

institution_reasons contains lib.missing("SS-18f", person.number, field("staff", person.number, "trained"), sprintf("卫生保健人员%s的培训情况", [person.number])) if {
	some person in health_staff
	not person.trained
}

# METADATA
# title: 150名以上儿童的卫生保健人员
# custom:
#   rule: HC-12a
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "23", binding: L4, verified: true}
#     - {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "21", binding: L4, verified: true}
#     - {doc: 托儿所幼儿园卫生保健管理办法, no: 卫生部 教育部令第76号, article: "12", binding: L3, verified: true}
#     - {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("HC-12a", {
	"result": absence,
	"fields": ["/staff"],
	"seen": count(full_time),
	"limit": needed,
	"message": sprintf("收托儿童%v名，应有专职卫生保健人员%v名，名单中有%v名。", [children_total, needed, count(full_time)]),
	"remedy": sprintf("每%v名儿童至少配备1名专职卫生保健人员，请补充。", [data.params.staff.children_per_health_staff.value]),
}) if {
	staff_given
	needed := full_time_needed
	full_time := [person.number | some person in health_staff; person.full_time]
	untold := [person.number | some person in health_staff; object.get(person, "full_time", null) == null]
	count(full_time) + count(untold) < needed
}

institution_reasons contains lib.missing("HC-12a", person.number, field("staff", person.number, "full_time"), sprintf("卫生保健人员%s是否专职", [person.number])) if {
	needed := full_time_needed
	count([person.number | some person in health_staff; person.full_time]) < needed
	some person in health_staff
	object.get(person, "full_time", null) == null
}

full_time_needed := floor(children_total / per_person) if {
	per_person := data.params.staff.children_per_health_staff.value
	children_total >= per_person
}

# METADATA
# title: 不足150名儿童的卫生保健人员
# custom:
#   rule: HC-12b
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "23", binding: L4, verified: true}
#     - {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "21", binding: L4, verified: true}
#     - {doc: 托儿所幼儿园卫生保健管理办法, no: 卫生部 教育部令第76号, article: "12", binding: L3, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("HC-12b", {
	"result": absence,
	"fields": ["/staff"],
	"seen": 0,
	"limit": 1,
	"message": "名单中没有专职或兼职卫生保健人员。",
	"remedy": "请配备至少1名专职或兼职卫生保健人员，并补充填写其信息。",
}) if {
	not self_evaluated
	staff_given
	not full_time_needed
	count(health_staff) == 0
}

# METADATA
# title: 保健人员配备
# custom:
#   rule: HV-10
#   basis:
#     - {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "23", binding: L4, verified: true}
#     - {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "21", binding: L4, verified: true}
#     - {doc: 托儿所幼儿园卫生保健管理办法, no: 卫生部 教育部令第76号, article: "12", binding: L3, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
hygiene_reasons contains lib.reason("HV-10", {
	"result": absence,
	"fields": ["/staff"],
	"seen": count(health_staff),
	"limit": least,
	"message": sprintf("保健人员（专职或兼职）%v名，不足%v名。", [count(health_staff), least]),
	"remedy": sprintf("请配备至少%v名专职或兼职保健人员，并补充填写其信息。", [least]),
}) if {
	staff_given
	not full_time_needed
	least := data.params.staff.health_staff.value
	count(health_staff) < least
}

# METADATA
# title: 卫生保健人员资格
# custom:
#   rule: HC-11
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "23", binding: L4, verified: true}
#     - {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "21", binding: L4, verified: true}
#     - {doc: 托儿所幼儿园卫生保健管理办法, no: 卫生部 教育部令第76号, article: "11", binding: L3, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("HC-11", {
	"subject": person.number,
	"fields": [field("staff", person.number, "education"), field("staff", person.number, "certificates")],
	"seen": person.education,
	"limit": least,
	"message": sprintf("卫生保健人员%s不是医师或护士，学历为%s，低于%s。", [person.number, education_title[person.education], education_title[least]]),
	"remedy": sprintf("请由医师、护士或具有%s及以上学历的保健员担任。", [education_title[least]]),
}) if {
	not self_evaluated
	some [person, least] in underqualified
}

institution_reasons contains lib.missing("HC-11", person.number, field("staff", person.number, "education"), sprintf("卫生保健人员%s的学历或执业证书", [person.number])) if {
	not self_evaluated
	some person in health_staff
	unqualified_yet(person)
}

# METADATA
# title: 保健人员学历
# custom:
#   rule: HV-11
#   basis:
#     - {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "23", binding: L4, verified: true}
#     - {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "21", binding: L4, verified: true}
#     - {doc: 托儿所幼儿园卫生保健管理办法, no: 卫生部 教育部令第76号, article: "11", binding: L3, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
hygiene_reasons contains lib.reason("HV-11", {
	"subject": person.number,
	"fields": [field("staff", person.number, "education"), field("staff", person.number, "certificates")],
	"seen": person.education,
	"limit": least,
	"message": sprintf("保健人员%s不是医师或护士，学历为%s，低于%s。", [person.number, education_title[person.education], education_title[least]]),
	"remedy": sprintf("请由医师、护士或具有%s及以上学历的保健员担任。", [education_title[least]]),
}) if {
	some [person, least] in underqualified
}

hygiene_reasons contains lib.missing("HV-11", person.number, field("staff", person.number, "education"), sprintf("保健人员%s的学历或执业证书", [person.number])) if {
	some person in health_staff
	unqualified_yet(person)
}

underqualified := [[person, least] |
	some person in health_staff
	least := data.params.staff.health_education.value
	education_rank[person.education] < education_rank[least]
	not licensed(person)
]

unqualified_yet(person) if {
	not person.education
	not licensed(person)
}

licensed(person) if {
	some certificate in person.certificates
	certificate in {"physician", "nurse"}
}
