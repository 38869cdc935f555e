package filing.conform

import data.lib

# METADATA
# title: 大中型机构的自动消防设施
# custom:
#   rule: FS-06a
#   basis:
#     - {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(6)", binding: L4, verified: true}
#     - {doc: 托儿所、幼儿园建筑设计规范, no: JGJ 39—2016(2019年版), binding: L5, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-06a", {
	"fields": ["/fire/sprinkler"],
	"seen": false,
	"limit": true,
	"message": "大中型托育机构没有设置自动喷水灭火系统。",
	"remedy": "请设置自动喷水灭火系统。",
}) if {
	input.application.fire.sprinkler == false
	medium
}

fire_reasons contains lib.missing("FS-06a", "", "/fire/sprinkler", "自动喷水灭火系统") if {
	not "sprinkler" in fire_given
	medium
}

fire_reasons contains lib.reason("FS-06a", {
	"fields": ["/fire/automatic_alarm"],
	"seen": false,
	"limit": true,
	"message": "大中型托育机构没有设置火灾自动报警系统。",
	"remedy": "请设置火灾自动报警系统。",
}) if {
	input.application.fire.automatic_alarm == false
	medium
}

fire_reasons contains lib.missing("FS-06a", "", "/fire/automatic_alarm", "火灾自动报警系统") if {
	not "automatic_alarm" in fire_given
	medium
}

class_count := count(object.get(input.application, "classes", []))

medium if class_count >= data.params.fire.medium_classes.value

small if {
	class_count > 0
	not medium
}

# METADATA
# title: 小型机构的联网探测器
# custom:
#   rule: FS-06b
#   basis: {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(6)", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-06b", {
	"fields": ["/fire/networked_detector"],
	"seen": false,
	"limit": true,
	"message": "没有设置具有联网功能的独立式火灾探测报警器。",
	"remedy": "请安装具有联网功能的独立式火灾探测报警器。",
}) if {
	input.application.fire.networked_detector == false
	small
}

fire_reasons contains lib.missing("FS-06b", "", "/fire/networked_detector", "独立式联网火灾探测器") if {
	not "networked_detector" in fire_given
	small
}

# METADATA
# title: 应急照明和疏散指示
# custom:
#   rule: FS-06c
#   basis: {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(6)", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-06c", {
	"fields": ["/fire/emergency_lighting"],
	"seen": false,
	"limit": true,
	"message": "没有设置应急照明和灯光疏散指示标志。",
	"remedy": "请设置应急照明和灯光疏散指示标志。",
}) if {
	input.application.fire.emergency_lighting == false
}

# METADATA
# title: 灭火器配置
# custom:
#   rule: FS-06d
#   basis: {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(6)", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-06d", {
	"fields": ["/fire/dry_powder_5kg", "/fire/water_6l"],
	"seen": {"dry_powder_5kg": fire.dry_powder_5kg, "water_6l": fire.water_6l},
	"limit": halves_needed / 2,
	"message": sprintf("建筑面积%v平方米，应配5公斤以上ABC干粉灭火器%v具（或两倍数量的6升水基型灭火器）；现有干粉%v具、水基型%v具。", [
		input.application.premises.floor_area_m2,
		halves_needed / 2,
		fire.dry_powder_5kg,
		fire.water_6l,
	]),
	"remedy": "请补足灭火器。",
}) if {
	fire := input.application.fire
	(2 * fire.dry_powder_5kg) + fire.water_6l < halves_needed
}

fire_reasons contains lib.reason("FS-06d", {
	"fields": ["/fire/dry_powder_5kg", "/fire/water_6l", "/fire/extinguisher_points"],
	"seen": pieces,
	"limit": points * each,
	"message": sprintf("灭火器设置点%v处，每处不少于%v具，共应有%v具，现有%v具。", [points, each, points * each, pieces]),
	"remedy": sprintf("请补足灭火器，每处不少于%v具。", [each]),
}) if {
	points := input.application.fire.extinguisher_points
	each := data.params.fire.extinguishers_per_point.value
	pieces := input.application.fire.dry_powder_5kg + input.application.fire.water_6l
	pieces < points * each
}

fire_reasons contains lib.missing("FS-06d", "", "/premises/floor_area_m2", "建筑面积") if {
	not input.application.premises.floor_area_m2
}

fire_reasons contains lib.missing("FS-06d", "", "/fire/extinguisher_points", "灭火器设置点数") if {
	not input.application.fire.extinguisher_points
}

fire_reasons contains lib.missing("FS-06d", "", sprintf("/fire/%s", [name]), label) if {
	some name, label in extinguisher_title
	not name in fire_given
	not enough_known
}

# One dry-powder extinguisher of 5 kg counts as much as two water-based ones of 6 l, so amounts are counted in halves.
halves_needed := 2 * ceil(input.application.premises.floor_area_m2 / data.params.fire.extinguisher_area_m2.value)

# enough_known is true if the given facts are sufficient, whatever is missing.
enough_known if {
	dry_powder := object.get(input.application, ["fire", "dry_powder_5kg"], 0)
	water := object.get(input.application, ["fire", "water_6l"], 0)
	(2 * dry_powder) + water >= halves_needed
}

# METADATA
# title: 燃气厨房
# custom:
#   rule: FS-07
#   basis: {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(7)", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-07", {
	"fields": ["/fire/gas_alarm_and_cutoff"],
	"seen": false,
	"limit": true,
	"message": "厨房使用燃气，没有设置可燃气体浓度报警和紧急切断装置。",
	"remedy": "请安装可燃气体浓度报警装置和紧急切断装置。",
}) if {
	input.application.fire.gas_alarm_and_cutoff == false
	input.application.fire.gas_kitchen == true
}

fire_reasons contains lib.missing("FS-07", "", "/fire/gas_alarm_and_cutoff", "可燃气体浓度报警和紧急切断装置") if {
	not "gas_alarm_and_cutoff" in fire_given
	input.application.fire.gas_kitchen == true
}

fire_reasons contains lib.missing("FS-07", "", "/fire/gas_kitchen", "厨房是否使用燃气") if {
	not "gas_kitchen" in fire_given
}

# METADATA
# title: 电动车和电池
# custom:
#   rule: FS-09
#   basis: {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "3", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-09", {
	"fields": ["/fire/batteries_kept_out"],
	"seen": false,
	"limit": true,
	"message": "室内、楼梯间、走道或安全出口有电动车、平衡车或电池停放、充电。",
	"remedy": "请清除并禁止在室内及疏散通道停放、充电。",
}) if {
	input.application.fire.batteries_kept_out == false
}

# METADATA
# title: 充电玩具
# custom:
#   rule: FS-10
#   basis: {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "3", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-10", {
	"fields": ["/fire/charging_outside_care"],
	"seen": false,
	"limit": true,
	"message": "充电玩具在照护时段充电。",
	"remedy": "请改在非照护时段、有人看管下充电。",
}) if {
	input.application.fire.charging_outside_care == false
}

# METADATA
# title: 易燃悬挂物和装饰
# custom:
#   rule: FS-11
#   basis: {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "4", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-11", {
	"fields": ["/fire/flammable_hangings"],
	"seen": true,
	"limit": false,
	"message": "大量使用易燃悬挂物、塑料绿植等装饰。",
	"remedy": "请清除易燃悬挂物和装饰。",
}) if {
	input.application.fire.flammable_hangings == true
}

# METADATA
# title: 消防安全责任人和管理人
# custom:
#   rule: FS-12
#   basis:
#     - {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "2", binding: L4, verified: false}
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "31", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-12", {
	"fields": ["/fire/manager_named"],
	"seen": false,
	"limit": true,
	"message": "没有明确消防安全责任人和管理人。",
	"remedy": "请书面明确消防安全责任人和专（兼）职管理人。",
}) if {
	input.application.fire.manager_named == false
}

# METADATA
# title: 疏散和应急预案
# custom:
#   rule: MN-31a
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "31", binding: L4, verified: true}
#     - {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "6", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("MN-31a", {
	"fields": ["/fire/evacuation_plan"],
	"seen": false,
	"limit": true,
	"message": "没有婴幼儿专门的疏散和应急预案。",
	"remedy": "请制定自然灾害、传染病、食物中毒、踩踏、火灾、暴力等突发事件的应急预案和婴幼儿疏散预案。",
}) if {
	input.application.fire.evacuation_plan == false
}

institution_reasons contains lib.missing("MN-31a", "", "/fire/evacuation_plan", "婴幼儿疏散和应急预案") if {
	not "evacuation_plan" in fire_given
}

# METADATA
# title: 消防合格证明的年份
# custom:
#   rule: QA-4.1.4
#   basis: {doc: 托育机构质量评估标准, no: WS/T 821—2023, article: "4.1.4", binding: L6, verified: true}
quality_reasons contains lib.reason("QA-4.1.4", {
	"result": "warn",
	"fields": ["/papers/fire_proof"],
	"seen": paper.issued_on,
	"limit": fire_proofs_from,
	"message": sprintf("消防安全检查合格证明签发于%s，已超过%v个月。", [paper.issued_on, data.params.quality.fire_proof_months.value]),
	"remedy": "本项为推荐性标准，不影响备案；建议重新检查。",
}) if {
	some paper in input.application.papers
	paper.kind == "fire_proof"
	paper.issued_on < fire_proofs_from
}

quality_reasons contains lib.reason("QA-4.1.4", {
	"result": "warn",
	"fields": ["/papers/fire_proof"],
	"limit": fire_proofs_from,
	"message": "消防安全检查合格证明未填报签发日期，无法对照推荐性标准。",
	"remedy": "本项为推荐性标准，不影响备案；建议填报签发日期。",
}) if {
	some paper in input.application.papers
	paper.kind == "fire_proof"
	not paper.issued_on
}

fire_proofs_from := months_back(data.params.quality.fire_proof_months.value)

fire_reasons contains fire_equipment_missing[name] if {
	some name in (fire_equipment_asked - fire_given)
}

fire_equipment_asked := {"batteries_kept_out", "charging_outside_care", "emergency_lighting", "flammable_hangings", "manager_named"}

fire_equipment_missing := {
	"emergency_lighting": lib.missing("FS-06c", "", "/fire/emergency_lighting", "应急照明和灯光疏散指示标志"),
	"batteries_kept_out": lib.missing("FS-09", "", "/fire/batteries_kept_out", "电动车及电池停放充电情况"),
	"charging_outside_care": lib.missing("FS-10", "", "/fire/charging_outside_care", "充电玩具充电时段"),
	"flammable_hangings": lib.missing("FS-11", "", "/fire/flammable_hangings", "易燃悬挂物和装饰情况"),
	"manager_named": lib.missing("FS-12", "", "/fire/manager_named", "消防安全责任人和管理人"),
}
