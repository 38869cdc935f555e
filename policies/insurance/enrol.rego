# METADATA
# title: 婴幼儿意外伤害险投保资格
# description: |
#   Whether a child is eligible for insurance. The rules are evaluated once for each class of children who have the
#   same facts, with the age of the one nearest to the limit.
# schemas:
#   - input: schema.insurance_facts
package insurance.enrol

import data.lib

facts_used := {
	"/residence",
	"/age_months",
	"/died",
	"/moved",
	"/notified",
	"/consent",
	"/basis",
	"/in_force",
	"/repeated",
	"/newborn",
	"/reported_days",
	"/perils/*",
}

limits := data.params.insurance

# METADATA
# title: 本市婴幼儿
# custom:
#   rule: P11-R1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目11, binding: L7, verified: true}
reasons contains lib.reason("P11-R1", {
	"seen": input.residence,
	"limit": limits.resident_definition.value,
	"message": "不符合本市参保婴幼儿的户籍或居住条件。",
	"remedy": "如户籍或居住情况有变，请更正名册后重新上报。",
}) if {
	not input.residence in {r | some r in limits.resident_definition.value}
	input.residence != ""
}

reasons contains lib.missing("P11-R1", "", "/residence", "户籍与居住情况") if not input.residence

# METADATA
# title: 三岁以下
# custom:
#   rule: P11-R1a
#   basis:
#     - {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目11, binding: L7, verified: true}
#     - {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "2", binding: L4, verified: true}
reasons contains lib.reason("P11-R1a", {
	"seen": input.age_months,
	"limit": limits.until_months.value,
	"message": sprintf("保险起始日已满%v个月。", [limits.until_months.value]),
	"remedy": "不再投保。",
}) if {
	input.age_months >= limits.until_months.value
}

# METADATA
# title: 在世且未迁出
# custom:
#   rule: P11-R1b
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目11, binding: L7, verified: true}
reasons contains lib.reason("P11-R1b", {
	"message": "名册载明已死亡或者已迁出本市。",
	"remedy": "不再投保；如有误，请更正名册后重新上报。",
}) if {
	true in {input.died, input.moved}
}

# METADATA
# title: 新生儿及时补报
# custom:
#   rule: P11-R2
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目11, binding: L7, verified: true}
reasons contains lib.reason("P11-R2", {
	"result": "warn",
	"seen": input.reported_days,
	"limit": limits.newborn_days.value,
	"message": sprintf("新生儿应在出生后%v日内补报。", [limits.newborn_days.value]),
	"remedy": "照常投保；请与助产机构核对补报流程。",
}) if {
	input.newborn
	input.reported_days > limits.newborn_days.value
}

# METADATA
# title: 不重复投保
# custom:
#   rule: P11-R3
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目11, binding: L7, verified: true}
reasons contains lib.reason("P11-R3", {
	"message": "已有生效的政府投保保单。",
	"remedy": "本月不再投保，到期前续保。",
}) if {
	input.in_force
}

# METADATA
# title: 同一婴幼儿只列一次
# custom:
#   rule: P11-R3a
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目11, binding: L7, verified: true}
reasons contains lib.reason("P11-R3a", {
	"message": "疑与名册中另一条为同一婴幼儿，以两种证件上报。",
	"remedy": "请核对后撤出其中一条。",
}) if {
	input.repeated
}

# METADATA
# title: 承保范围
# custom:
#   rule: P11-R4
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目11, binding: L7, verified: true}
reasons contains lib.reason("P11-R4", {
	"seen": input.perils,
	"limit": limits.perils.value,
	"message": "承保范围缺少方案要求的人身伤亡、财产损失或住院治疗。",
	"remedy": "请与承保机构补充约定后再投保。",
}) if {
	count({p | some p in limits.perils.value} - {p | some p in input.perils}) > 0
}

reasons contains lib.missing("P11-R4", "", "/perils", "承保范围") if not input.perils

# METADATA
# title: 已告知监护人
# custom:
#   rule: P11-R5
#   basis:
#     - {doc: 中华人民共和国个人信息保护法, article: "30", binding: L1, verified: true}
#     - {doc: 中华人民共和国个人信息保护法, article: "31", binding: L1, verified: true}
reasons contains lib.reason("P11-R5", {
	"message": "没有告知监护人的记录。",
	"remedy": "请告知监护人并在名册中填写告知日期，重新上报。",
}) if {
	not input.notified
}

# METADATA
# title: 向承保机构提供信息的依据
# custom:
#   rule: P11-R6
#   basis:
#     - {doc: 中华人民共和国个人信息保护法, article: "13", binding: L1, verified: true}
#     - {doc: 中华人民共和国个人信息保护法, article: "29", binding: L1, verified: true}
#     - {doc: 中华人民共和国个人信息保护法, article: "23", binding: L1, verified: false}
reasons contains lib.reason("P11-R6", {
	"message": "没有监护人的单独同意，本批也没有登记其他合法依据。",
	"remedy": "请取得监护人同意并在名册中填写同意书编号，重新上报。",
}) if {
	not true in {input.consent, input.basis}
}
