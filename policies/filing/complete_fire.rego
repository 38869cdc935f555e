package filing.complete

import data.lib

# Which document proves fire safety is disputed: 25号 art. 8(5) requires a pass of the fire inspection, which exists in the fire law
# for public gathering places only; a nursery has an acceptance, the filing of one, or below the local limit a
# joint opinion of the county. So the accepted form depends on the floor area.

form_titles := {
	"construction_acceptance": "消防验收意见书",
	"acceptance_filing": "消防验收备案凭证",
	"fire_check": "消防安全检查意见",
	"county_joint_opinion": "县区联合检查合格意见",
}

# METADATA
# title: 消防安全检查合格证明
# custom:
#   rule: RF-08.5
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: 8(5), binding: L4, verified: true}
reasons contains lib.missing_paper("RF-08.5", "fire_proof", "/papers/fire_proof", paper_labels.fire_proof) if {
	not lib.is_family_point
	not "fire_proof" in lib.papers_held
}

reasons contains lib.missing("RF-08.5", "fire_proof", "/papers/fire_proof/form", "消防证明的形式") if {
	not lib.is_family_point
	"fire_proof" in lib.papers_held
	count(fire_forms) == 0
}

reasons contains lib.missing("RF-08.5", "fire_proof", "/premises/floor_area_m2", "建筑面积") if {
	not lib.is_family_point
	count(fire_forms) > 0
	not "construction_acceptance" in fire_forms
	not input.application.premises.floor_area_m2
}

fire_forms := {paper.form |
	some paper in input.application.papers
	paper.kind == "fire_proof"
	paper.attachment
}

# METADATA
# title: 大面积机构须经消防验收
# custom:
#   rule: FZ-03
#   basis:
#     - {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: 8(5), binding: L4, verified: true}
#     - {doc: 中华人民共和国消防法, article: "13", binding: L1, verified: true}
#     - {doc: 建设工程消防设计审查验收管理暂行规定, no: 住房和城乡建设部令第51号, article: 14(5), binding: L3, verified: true}
reasons contains lib.reason("FZ-03", {
	"subject": "fire_proof",
	"fields": ["/papers/fire_proof/form", "/premises/floor_area_m2"],
	"seen": sort([object.get(form_titles, form, form) | some form in fire_forms]),
	"limit": [form_titles.construction_acceptance],
	"message": sprintf("建筑面积%v平方米，超过%v平方米，应当提交消防验收意见书。", [area, acceptance_above]),
	"remedy": "请提交住房城乡建设部门出具的消防验收意见书。",
}) if {
	not lib.is_family_point
	area > acceptance_above
	count(fire_forms) > 0
	not "construction_acceptance" in fire_forms
}

# METADATA
# title: 消防证明的形式与建筑面积相符
# custom:
#   rule: FZ-05
#   basis:
#     - {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: 8(5), binding: L4, verified: true}
#     - {doc: 中华人民共和国消防法, article: "13", binding: L1, verified: true}
reasons contains lib.reason("FZ-05", {
	"subject": "fire_proof",
	"fields": ["/papers/fire_proof/form", "/premises/floor_area_m2"],
	"seen": sort([object.get(form_titles, form, form) | some form in fire_forms]),
	"limit": sort([form_titles[form] | some form in accepted]),
	"message": sprintf("建筑面积%v平方米，所交消防证明的形式不在认可之列。", [area]),
	"remedy": sprintf("请提交下列证明之一：%s。", [concat("、", sort([form_titles[form] | some form in accepted]))]),
}) if {
	not lib.is_family_point
	area <= acceptance_above
	count(fire_forms) > 0
	accepted := accepted_forms
	count(accepted & fire_forms) == 0
}

accepted_forms := {"construction_acceptance", "acceptance_filing", "fire_check", "county_joint_opinion"} if {
	area <= data.params.fire_proof.joint_opinion_up_to_m2.value
}

accepted_forms := {"construction_acceptance", "acceptance_filing", "fire_check"} if {
	area > data.params.fire_proof.joint_opinion_up_to_m2.value
}

area := input.application.premises.floor_area_m2

acceptance_above := data.params.fire_proof.acceptance_above_m2.value
