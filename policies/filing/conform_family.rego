package filing.conform

import data.lib

family_facts := {
	"/application/site_kind",
	"/application/premises/dwelling",
	"/application/premises/floor_area_m2",
	"/application/premises/storeys",
	"/application/premises/semi_basement",
	"/application/premises/three_in_one",
	"/application/premises/colour_steel",
	"/application/premises/video_full_cover",
	"/application/premises/video_days",
	"/application/fire/window_bars",
	"/application/fire/smoke_alarm",
	"/application/fire/dry_powder_5kg",
	"/application/fire/water_6l",
	"/application/family/children",
	"/application/family/carers_on_duty",
	"/application/family/dwelling_rule_met",
	"/application/family/all_owners_consent",
	"/application/family/life_care",
	"/application/family/guardian_agreement",
	"/application/staff/*/trained",
}

# family_children is the number of children that a family point is checked against: as declared, or in its classes if larger.
family_children := max([object.get(input.application, ["family", "children"], 0), children_total])

# METADATA
# title: 住宅与租期
# custom:
#   rule: FP-02a
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "2", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-02a", {
	"fields": ["/premises/dwelling"],
	"seen": false,
	"limit": true,
	"message": "家庭托育点应设在住宅内，所报场所不是住宅。",
	"remedy": "请改用住宅，或改按托育机构登记和备案。",
}) if {
	input.application.premises.dwelling == false
}

family_reasons contains lib.missing("FP-02a", "", "/premises/dwelling", "场所是否为住宅") if {
	not "dwelling" in premises_given
}

family_reasons contains lib.missing("FP-02a", "", "/premises/tenure", "场所权属") if {
	not input.application.premises.tenure
}

family_reasons contains lib.missing("FP-02a", "", "/premises/lease_from", "住宅使用期限的起始日期") if {
	by_contract
	not input.application.premises.lease_from
}

family_reasons contains lib.missing("FP-02a", "", "/premises/lease_until", "住宅使用期限的终止日期") if {
	by_contract
	not input.application.premises.lease_until
}

family_reasons contains lib.reason("FP-02a", {
	"fields": ["/premises/lease_from", "/premises/lease_until"],
	"seen": sprintf("%s—%s", [premises.lease_from, premises.lease_until]),
	"limit": years,
	"message": sprintf("住宅使用期限自%s至%s（首日、末日均计入），不足%v年。", [premises.lease_from, premises.lease_until, years]),
	"remedy": sprintf("请续签或补签住宅租赁（使用）合同，使用期限不少于%v年，或改用自有住宅。", [years]),
}) if {
	by_contract
	premises := input.application.premises
	years := data.params.family_point.lease_years.value
	term_short(premises.lease_from, premises.lease_until, years)
}

family_reasons contains lib.reason("FP-02a", {
	"fields": ["/premises/lease_until"],
	"seen": until,
	"limit": input.as_of,
	"message": sprintf("住宅使用期限已于%s届满。", [until]),
	"remedy": "请提供在有效期内的住宅租赁（使用）合同。",
}) if {
	by_contract
	until := input.application.premises.lease_until
	until < input.as_of
}

# METADATA
# title: 收托月龄
# custom:
#   rule: FP-02b
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "2", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-02b", {
	"subject": class.id,
	"fields": [field("classes", class.id, name)],
	"seen": age,
	"limit": until,
	"message": sprintf("家庭托育点收托不满%v个月的婴幼儿，所报为%v个月。", [until, age]),
	"remedy": sprintf("请为满%v个月的幼儿办理离托，并更正月龄。", [until]),
}) if {
	until := data.params.family_point.until_months.value
	some class in input.application.classes
	some name in ["youngest_months", "oldest_months"]
	age := class[name]
	age >= until + data.params.class_age.grace_months.value
}

# METADATA
# title: 收托人数
# custom:
#   rule: FP-03a
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "2", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-03a", {
	"fields": ["/family/children"],
	"seen": family_children,
	"limit": limit,
	"message": sprintf("家庭托育点收托%v人，超过%v人。", [family_children, limit]),
	"remedy": sprintf("请将收托人数减至%v人以下（含本数）；仍需收托更多婴幼儿的，应按托育机构登记和备案。", [limit]),
}) if {
	limit := data.params.family_point.children.value
	family_children > limit
}

family_reasons contains lib.missing("FP-03a", "", "/family/children", "拟收托人数") if {
	not input.application.family.children
}

# METADATA
# title: 住宅改变为经营性用房
# custom:
#   rule: FP-04a
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "3", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-04a", {
	"fields": ["/family/dwelling_rule_met"],
	"seen": false,
	"limit": true,
	"message": "不符合当地住宅改变为经营性用房的规定。",
	"remedy": "请按当地规定办理住宅改变为经营性用房的手续。",
}) if {
	input.application.family.dwelling_rule_met == false
}

# METADATA
# title: 其他业主同意
# custom:
#   rule: FP-04b
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "3", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-04b", {
	"fields": ["/family/all_owners_consent"],
	"seen": false,
	"limit": true,
	"message": "没有取得本栋（同院落）其他业主的全部同意。",
	"remedy": "请取得本栋（同院落）其他业主全部同意的书面证明。",
}) if {
	input.application.family.all_owners_consent == false
}

# METADATA
# title: 服务内容
# custom:
#   rule: FP-08
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "8", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-08", {
	"fields": ["/family/life_care"],
	"seen": false,
	"limit": true,
	"message": "没有同时提供生活照料、安全看护、平衡膳食和早期学习。",
	"remedy": "请完善服务内容，提供生活照料、安全看护、平衡膳食和早期学习机会。",
}) if {
	input.application.family.life_care == false
}

# METADATA
# title: 每名照护人员照护人数
# custom:
#   rule: FP-10
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "10", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-10", {
	"fields": ["/family/carers_on_duty", "/family/children"],
	"seen": family_children,
	"limit": limit,
	"message": sprintf("同时在岗照护%v人，每人照护不超过%v名，最多收托%v名，拟收托%v名。", [present, each, limit, family_children]),
	"remedy": "请增加在岗照护人员或减少收托人数。",
}) if {
	present := input.application.family.carers_on_duty
	each := data.params.family_point.children_per_carer.value
	limit := present * each
	family_children > limit
}

family_reasons contains lib.missing("FP-10", "", "/family/carers_on_duty", "同时在岗照护人数") if {
	not input.application.family.carers_on_duty
}

family_reasons contains lib.reason("FP-10", {
	"result": "unknown",
	"fields": ["/staff"],
	"seen": listed,
	"limit": present,
	"message": sprintf("填报同时在岗照护%v人，人员名单中的负责人和照护人员只有%v人。", [present, listed]),
	"remedy": "请补充全部照护人员的信息，或更正在岗照护人数。",
}) if {
	present := input.application.family.carers_on_duty
	listed := count(carers) + count(heads)
	listed < present
}

# METADATA
# title: 人均建筑面积（仅见于征求意见稿）
# custom:
#   rule: FP-11
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-11", {
	"fields": ["/premises/floor_area_m2", "/family/children"],
	"seen": area,
	"limit": each * family_children,
	"message": sprintf("建筑面积%v平方米，按人均不少于%v平方米计，最多收托%v名，拟收托%v名。", [area, each, floor(area / each), family_children]),
	"remedy": "请减少收托人数或改用面积更大的住宅。",
}) if {
	area := input.application.premises.floor_area_m2
	each := data.params.family_point.area_per_child_m2.value
	floor(area / each) < family_children
}

family_reasons contains lib.missing("FP-11", "", "/premises/floor_area_m2", "建筑面积") if {
	not input.application.premises.floor_area_m2
}

# METADATA
# title: 监护人协议、健康检查与预防接种
# custom:
#   rule: FP-16
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "15", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-16", {
	"fields": ["/family/guardian_agreement"],
	"seen": false,
	"limit": true,
	"message": "没有与监护人签订协议，或没有查验健康检查和预防接种情况。",
	"remedy": "请与监护人签订服务协议，并查验健康检查和预防接种证明。",
}) if {
	input.application.family.guardian_agreement == false
}

family_reasons contains family_missing[name] if {
	some name in (family_asked - family_given)
}

family_asked := {"all_owners_consent", "dwelling_rule_met", "guardian_agreement", "life_care"}

family_missing := {
	"dwelling_rule_met": lib.missing("FP-04a", "", "/family/dwelling_rule_met", "是否符合住宅改变为经营性用房的规定"),
	"all_owners_consent": lib.missing("FP-04b", "", "/family/all_owners_consent", "本栋（同院落）其他业主同意情况"),
	"life_care": lib.missing("FP-08", "", "/family/life_care", "服务内容"),
	"guardian_agreement": lib.missing("FP-16", "", "/family/guardian_agreement", "与监护人签订协议和查验健康检查、预防接种情况"),
}
