package filing.conform

import data.lib

# The organiser must meet the conditions of a carer if there are not enough carers on duty without them.
family_carers := carers if count(carers) >= on_duty

family_carers := array.concat(carers, heads) if count(carers) < on_duty

on_duty := object.get(input.application, ["family", "carers_on_duty"], 1)

# METADATA
# title: 照护人员经验或背景
# custom:
#   rule: FP-09a
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "9(1)", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-09a", {
	"subject": carer.number,
	"fields": [field("staff", carer.number, "experience_years"), field("staff", carer.number, "relevant_background")],
	"seen": {"experience_years": carer.experience_years, "relevant_background": carer.relevant_background},
	"message": sprintf("照护人员%s没有保育教育、卫生健康等工作经历，也没有相关专业背景。", [carer.number]),
	"remedy": "照护人员应具有相关工作经历或专业背景，请更换人选或更正填写。",
}) if {
	some carer in family_carers
	not experienced(carer)
	carer.experience_years == 0
	carer.relevant_background == false
}

family_reasons contains lib.missing("FP-09a", carer.number, field("staff", carer.number, name), sprintf("照护人员%s的%s", [carer.number, label])) if {
	some carer in family_carers
	not experienced(carer)
	some name, label in {"experience_years": "照护工作年限", "relevant_background": "相关专业背景"}
	object.get(carer, name, null) == null
}

# METADATA
# title: 照护人员培训
# custom:
#   rule: FP-09b
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "9(2)", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-09b", {
	"subject": carer.number,
	"fields": [field("staff", carer.number, "trained")],
	"seen": carer.trained,
	"limit": topics,
	"message": sprintf("照护人员%s缺少%s培训合格的记录。", [carer.number, concat("、", [training_title[t] | some t in topics; not t in carer.trained])]),
	"remedy": "请安排照护人员补训，合格后补充填写。",
}) if {
	topics := {topic | some topic in data.params.family_point.carer_training.value}
	some carer in family_carers
	not object.subset(carer.trained, topics)
}

family_reasons contains lib.missing("FP-09b", carer.number, field("staff", carer.number, "trained"), sprintf("照护人员%s的培训情况", [carer.number])) if {
	some carer in family_carers
	not carer.trained
}

# METADATA
# title: 照护人员健康
# custom:
#   rule: FP-09c
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "9(3)", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-09c", {
	"subject": carer.number,
	"fields": [field("staff", carer.number, name)],
	"seen": carer[name],
	"limit": wanted,
	"message": sprintf("照护人员%s%s。", [carer.number, {"health_passed": "未取得健康合格证", "mental_illness": "有精神病或精神病史"}[name]]),
	"remedy": "照护人员应身体健康、无精神病史，请体检合格后填写或更换人选。",
}) if {
	some carer in family_carers
	some name, wanted in {"health_passed": true, "mental_illness": false}
	carer[name] == {true: false, false: true}[wanted]
}

family_reasons contains lib.missing("FP-09c", carer.number, field("staff", carer.number, name), sprintf("照护人员%s的%s", [carer.number, label])) if {
	some carer in family_carers
	some name, label in {"health_passed": "健康合格情况", "mental_illness": "精神病史情况"}
	object.get(carer, name, null) == null
}

# METADATA
# title: 照护人员从业禁止
# custom:
#   rule: FP-09d
#   basis:
#     - {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "9(4)", binding: L4, verified: false}
#     - {doc: 中华人民共和国未成年人保护法, article: "62(1)", binding: L1, verified: true}
#   penalty: {doc: 中华人民共和国未成年人保护法, article: "126", binding: L1, verified: true}
family_reasons contains lib.reason("FP-09d", {
	"subject": carer.number,
	"fields": [field("staff", carer.number, "listed_offence")],
	"seen": true,
	"limit": false,
	"message": sprintf("照护人员%s有性侵害、虐待、拐卖、暴力伤害等违法犯罪记录。", [carer.number]),
	"remedy": "请立即停止其工作并更换人选。",
}) if {
	some carer in family_carers
	carer.listed_offence == true
}
