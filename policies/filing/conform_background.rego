package filing.conform

import data.lib

background_facts := {
	"/application/staff/*/post",
	"/application/staff/*/health_passed",
	"/application/staff/*/health_checked_on",
	"/application/staff/*/mental_illness",
	"/application/staff/*/background_on",
	"/application/staff/*/listed_offence",
	"/application/staff/*/any_record",
}

# A check dated after the receipt was made during corrections, and counts.
health_checks_from := months_back(data.params.staff.health_check_months.value)

background_checks_from := months_back(data.params.staff.background_months.value)

# doubtful are the members of staff that some rule may concern; on a clean filing there are none.
doubtful := [input.application.staff[i] | some i in (everybody - sound)]

sound contains i if {
	health_from := health_checks_from
	background_from := background_checks_from
	some i, person in input.application.staff
	person.post
	person.health_passed
	person.health_checked_on >= health_from
	person.mental_illness == false
	person.any_record == false
	person.listed_offence == false
	person.background_on >= background_from
}

# METADATA
# title: 健康合格证
# custom:
#   rule: HC-14a
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "28", binding: L4, verified: true}
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "23", binding: L4, verified: true}
#     - {doc: 托儿所幼儿园卫生保健管理办法, no: 卫生部 教育部令第76号, article: "14", binding: L3, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
person_reasons contains lib.reason("HC-14a", {
	"subject": person.number,
	"fields": [field("staff", person.number, "health_passed")],
	"seen": false,
	"limit": true,
	"message": sprintf("工作人员%s未取得健康合格证。", [person.number]),
	"remedy": "请到指定医疗卫生机构体检，取得健康合格证后再上岗。",
}) if {
	some person in doubtful
	person.health_passed == false
}

person_reasons contains lib.missing("HC-14a", person.number, field("staff", person.number, "health_passed"), sprintf("工作人员%s的健康合格情况", [person.number])) if {
	some person in doubtful
	object.get(person, "health_passed", null) == null
}

# METADATA
# title: 每年健康检查
# custom:
#   rule: HC-14b
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "28", binding: L4, verified: true}
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "23", binding: L4, verified: true}
#     - {doc: 托儿所幼儿园卫生保健管理办法, no: 卫生部 教育部令第76号, article: "14", binding: L3, verified: true}
#     - {doc: 托育机构质量评估标准, no: WS/T 821—2023, article: "5.1.5", binding: L6, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
person_reasons contains lib.reason("HC-14b", {
	"subject": person.number,
	"fields": [field("staff", person.number, "health_checked_on")],
	"seen": person.health_checked_on,
	"limit": health_checks_from,
	"message": sprintf("工作人员%s的健康检查日期为%s，已超过%v个月。", [person.number, person.health_checked_on, data.params.staff.health_check_months.value]),
	"remedy": "请重新进行健康检查，并更新检查日期和健康合格证。",
}) if {
	some person in doubtful
	person.health_checked_on < health_checks_from
}

person_reasons contains lib.missing("HC-14b", person.number, field("staff", person.number, "health_checked_on"), sprintf("工作人员%s的健康检查日期", [person.number])) if {
	some person in doubtful
	not person.health_checked_on
}

# METADATA
# title: 精神病及病史
# custom:
#   rule: HC-14c
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "33", binding: L4, verified: false}
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "23", binding: L4, verified: true}
#     - {doc: 托儿所幼儿园卫生保健管理办法, no: 卫生部 教育部令第76号, article: "14", binding: L3, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
person_reasons contains lib.reason("HC-14c", {
	"subject": person.number,
	"fields": [field("staff", person.number, "mental_illness")],
	"seen": true,
	"limit": false,
	"message": sprintf("工作人员%s有精神病或精神病史，不得在托育机构工作。", [person.number]),
	"remedy": "请更换人选。",
}) if {
	some person in doubtful
	person.mental_illness == true
}

person_reasons contains lib.missing("HC-14c", person.number, field("staff", person.number, "mental_illness"), sprintf("工作人员%s有无精神病或病史", [person.number])) if {
	some person in doubtful
	object.get(person, "mental_illness", null) == null
}

# METADATA
# title: 无犯罪记录
# custom:
#   rule: MN-33
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "33", binding: L4, verified: false}
#     - {doc: 托育机构质量评估标准, no: WS/T 821—2023, article: "5.1.6", binding: L6, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
person_reasons contains lib.reason("MN-33", {
	"subject": person.number,
	"fields": [field("staff", person.number, "any_record")],
	"seen": true,
	"limit": false,
	"message": sprintf("工作人员%s有犯罪记录，不符合托育机构工作人员条件。", [person.number]),
	"remedy": "请更换人选，或核对后更正填写。",
}) if {
	some person in doubtful
	person.any_record == true
}

person_reasons contains lib.missing("MN-33", person.number, field("staff", person.number, "any_record"), sprintf("工作人员%s有无其他犯罪记录", [person.number])) if {
	some person in doubtful
	object.get(person, "any_record", null) == null
}

# METADATA
# title: 入职前违法犯罪记录查询
# custom:
#   rule: BG-01
#   basis:
#     - {doc: 中华人民共和国未成年人保护法, article: "62(1)", binding: L1, verified: true}
#     - {doc: 中华人民共和国未成年人保护法, article: "130(1)", binding: L1, verified: true}
#   penalty: {doc: 中华人民共和国未成年人保护法, article: "126", binding: L1, verified: true}
background_reasons contains lib.reason("BG-01", {
	"subject": person.number,
	"fields": [field("staff", person.number, "listed_offence")],
	"seen": true,
	"limit": false,
	"message": sprintf("工作人员%s有性侵害、虐待、拐卖、暴力伤害等违法犯罪记录，不得录用。", [person.number]),
	"remedy": "请立即停止其工作并更换人选。",
}) if {
	some person in doubtful
	person.listed_offence == true
}

background_reasons contains lib.missing("BG-01", person.number, field("staff", person.number, "listed_offence"), sprintf("工作人员%s的违法犯罪记录查询结果", [person.number])) if {
	some person in doubtful
	object.get(person, "listed_offence", null) == null
}

# METADATA
# title: 每年违法犯罪记录查询
# custom:
#   rule: BG-02
#   basis:
#     - {doc: 中华人民共和国未成年人保护法, article: "62(2)", binding: L1, verified: true}
#     - {doc: 中华人民共和国未成年人保护法, article: "130(1)", binding: L1, verified: true}
#   penalty: {doc: 中华人民共和国未成年人保护法, article: "126", binding: L1, verified: true}
background_reasons contains lib.reason("BG-02", {
	"subject": person.number,
	"fields": [field("staff", person.number, "background_on")],
	"seen": person.background_on,
	"limit": background_checks_from,
	"message": sprintf("工作人员%s的违法犯罪记录查询日期为%s，已超过%v个月。", [person.number, person.background_on, data.params.staff.background_months.value]),
	"remedy": "请向公安机关重新查询，并更新查询日期。",
}) if {
	some person in doubtful
	person.background_on < background_checks_from
}

background_reasons contains lib.missing("BG-02", person.number, field("staff", person.number, "background_on"), sprintf("工作人员%s的违法犯罪记录查询日期", [person.number])) if {
	some person in doubtful
	not person.background_on
}

# METADATA
# title: 幼儿园托班工作人员从业禁止
# custom:
#   rule: BG-07
#   basis:
#     - {doc: 中华人民共和国学前教育法, article: "44", binding: L1, verified: true}
#     - {doc: 中华人民共和国学前教育法, article: "84", binding: L1, verified: true}
#   penalty: {doc: 中华人民共和国未成年人保护法, article: "126", binding: L1, verified: true}
kindergarten_reasons contains lib.reason("BG-07", {
	"subject": person.number,
	"fields": [field("staff", person.number, "listed_offence")],
	"seen": true,
	"limit": false,
	"message": sprintf("幼儿园托班工作人员%s有法律禁止从业的违法犯罪记录。", [person.number]),
	"remedy": "请立即停止其工作并更换人选。",
}) if {
	some person in doubtful
	person.listed_offence == true
}

kindergarten_reasons contains lib.reason("BG-07", {
	"result": "unknown",
	"subject": person.number,
	"fields": [field("staff", person.number, "any_record")],
	"seen": true,
	"message": sprintf("幼儿园托班工作人员%s有其他犯罪记录，未说明是否属于性骚扰、吸毒、赌博等从业禁止情形。", [person.number]),
	"remedy": "请更换人选，或说明记录的种类并附证明。",
}) if {
	some person in doubtful
	person.any_record == true
}
