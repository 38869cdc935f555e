# METADATA
# title: 医育结合签约
# description: |
#   Whether a contract may be signed and remain in force with its current terms. Both sides are notified of each fail and its remedy.
# schemas:
#   - input: schema.contract_order_facts
package contract.order

import data.lib

facts_used := {
	"/starts_on",
	"/ends_on",
	"/mode",
	"/services/*",
	"/same_county",
	"/licence",
	"/licensed_until",
	"/primary_care",
	"/mode_offered",
	"/capacity",
	"/children_served",
	"/seats",
	"/institution_filed",
	"/other_in_force",
	"/children_uncovered",
}

# METADATA
# title: 医疗机构具备执业许可
# custom:
#   rule: P08-R1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R1", {
	"fields": ["/clinic"],
	"message": "医疗机构的执业许可登记号不是22位或12位。",
	"remedy": "请核对医疗机构登记的信息。",
}) if {
	not input.licence
}

reasons contains lib.missing("P08-R1", "", "/clinic", "医疗机构执业许可有效期") if not input.licensed_until

reasons contains lib.reason("P08-R1", {
	"fields": ["/clinic"],
	"seen": input.licensed_until,
	"limit": input.starts_on,
	"message": sprintf("医疗机构的执业许可%s到期，早于签约生效日。", [input.licensed_until]),
	"remedy": "请医疗机构更新执业许可信息，或者更换签约机构。",
}) if {
	input.licensed_until < input.starts_on
}

# METADATA
# title: 基层医疗卫生机构
# custom:
#   rule: P08-R1a
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R1a", {
	"fields": ["/clinic"],
	"message": "签约的医疗机构不是基层医疗卫生机构。",
	"remedy": "请选择本县区的社区卫生服务中心或乡镇卫生院。",
}) if {
	not input.primary_care
}

# METADATA
# title: 本县区签约
# custom:
#   rule: P08-R1b
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R1b", {
	"fields": ["/clinic"],
	"message": "签约的医疗机构不在托育机构所在县区。",
	"remedy": "请选择本县区的医疗机构。",
}) if {
	not input.same_county
}

# METADATA
# title: 服务方式
# custom:
#   rule: P08-R1c
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R1c", {
	"fields": ["/mode"],
	"seen": input.mode,
	"message": "该医疗机构未登记提供所选的服务方式。",
	"remedy": "请改选服务方式，或请医疗机构更新登记。",
}) if {
	not input.mode_offered
}

# METADATA
# title: 服务包完整
# custom:
#   rule: P08-R8
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R8", {
	"subject": code,
	"fields": ["/services"],
	"message": sprintf("服务包缺少%s。", [package_titles[code]]),
	"remedy": sprintf("请在服务项目中补充%s。", [package_titles[code]]),
}) if {
	some code in object.keys(package_titles)
	not code in given
}

given := {service | some service in input.services}

package_titles := {
	"newborn_visit": "新生儿访视",
	"newborn_screening": "新生儿疾病筛查",
	"vaccination": "预防接种",
	"health_management": "健康管理",
	"disease_control": "疾病防控",
	"safety": "安全指导",
}

# METADATA
# title: 承担能力
# custom:
#   rule: P08-R1d
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R1d", {
	"result": "warn",
	"seen": input.children_served + input.seats,
	"limit": input.capacity,
	"message": sprintf("签约后承担%v人，超过核定的%v人。", [input.children_served + input.seats, input.capacity]),
	"remedy": "请医疗机构确认能够承担，或者选择其他机构。",
}) if {
	input.capacity > 0
	(input.children_served + input.seats) * 100 > input.capacity * data.params.contract.capacity_percent.value
}

# METADATA
# title: 托育机构已备案
# custom:
#   rule: P08-R1e
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R1e", {
	"message": "托育机构尚未备案，或者备案已注销。",
	"remedy": "请先办理备案。",
}) if {
	not input.institution_filed
}

# METADATA
# title: 同一时期一份协议
# custom:
#   rule: P08-R1f
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R1f", {
	"fields": ["/starts_on", "/ends_on"],
	"seen": input.starts_on,
	"message": "签约期内已有另一份协议有效。",
	"remedy": "请从原协议终止的次日起签约。",
}) if {
	input.other_in_force
}

# METADATA
# title: 协议终止时在托婴幼儿有人接续
# custom:
#   rule: P08-R7
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R7", {
	"seen": input.children_uncovered,
	"limit": 0,
	"message": sprintf("协议于%s终止，在托婴幼儿%v人没有接续的签约医疗机构。", [input.ends_on, input.children_uncovered]),
	"remedy": "请尽快与其他基层医疗卫生机构签约，县区予以协调。",
}) if {
	input.children_uncovered > 0
}
