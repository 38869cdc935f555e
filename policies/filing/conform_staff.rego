package filing.conform

import data.lib

staff_facts := {
	"/application/meals",
	"/application/premises/stand_alone",
	"/application/staff/*/post",
	"/application/staff/*/full_time",
	"/application/staff/*/education",
	"/application/staff/*/experience_years",
	"/application/staff/*/relevant_background",
	"/application/staff/*/certificates",
	"/application/staff/*/trained",
	"/application/staff/*/training_hours",
	"/application/staff/*/guard_company",
}

# METADATA
# title: 工作人员配置
# custom:
#   rule: SS-18a
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "18", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.missing("SS-18a", "", "/staff", "工作人员名单") if {
	not staff_given
}

person_reasons contains lib.missing("SS-18a", person.number, field("staff", person.number, "post"), sprintf("工作人员%s的岗位", [person.number])) if {
	some person in doubtful
	not person.post
}

institution_reasons contains lib.reason("SS-18a", {
	"result": absence,
	"subject": post,
	"fields": ["/staff"],
	"seen": 0,
	"limit": 1,
	"message": sprintf("名单中没有%s。", [post_title[post]]),
	"remedy": sprintf("请配备%s，并补充填写其信息。", [post_title[post]]),
}) if {
	staff_given
	some post, people in {"head": heads, "caregiver": carers}
	count(people) == 0
}

institution_reasons contains lib.reason("SS-18a", {
	"result": "warn",
	"subject": "guard",
	"fields": ["/staff"],
	"seen": 0,
	"limit": 1,
	"message": "名单中没有安保人员。",
	"remedy": "非独立设置的机构可由所在单位统一安保，请在现场核查时出示安保安排。",
}) if {
	input.application.premises.stand_alone == false
	staff_given
	count(guards) == 0
}

# METADATA
# title: 负责人学历
# custom:
#   rule: SS-18b
#   basis:
#     - {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "18", binding: L4, verified: true}
#     - {doc: 托育机构质量评估标准, no: WS/T 821—2023, article: "5.1", binding: L6, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-18b", {
	"subject": head.number,
	"fields": [field("staff", head.number, "education")],
	"seen": head.education,
	"limit": least,
	"message": sprintf("负责人%s的学历为%s，低于%s。", [head.number, education_title[head.education], education_title[least]]),
	"remedy": sprintf("负责人应具有%s及以上学历，请更换人选或更正学历。", [education_title[least]]),
}) if {
	some head in heads
	least := data.params.staff.head_education.value
	education_rank[head.education] < education_rank[least]
}

institution_reasons contains lib.missing("SS-18b", head.number, field("staff", head.number, "education"), sprintf("负责人%s的学历", [head.number])) if {
	some head in heads
	not head.education
}

# METADATA
# title: 负责人从业经历
# custom:
#   rule: SS-18c
#   basis:
#     - {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "18", binding: L4, verified: true}
#     - {doc: 托育机构质量评估标准, no: WS/T 821—2023, article: "5.1", binding: L6, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-18c", {
	"subject": head.number,
	"fields": [field("staff", head.number, "experience_years")],
	"seen": head.experience_years,
	"limit": years,
	"message": sprintf("负责人%s从事儿童保育教育、卫生健康等管理工作%v年，不足%v年。", [head.number, head.experience_years, years]),
	"remedy": sprintf("负责人应有%v年以上相关工作经历，请更换人选或更正经历。", [years]),
}) if {
	some head in heads
	years := data.params.staff.head_experience_years.value
	head.experience_years < years
}

institution_reasons contains lib.missing("SS-18c", head.number, field("staff", head.number, "experience_years"), sprintf("负责人%s的相关工作年限", [head.number])) if {
	some head in heads
	not head.experience_years
}

# METADATA
# title: 负责人岗位培训
# custom:
#   rule: SS-18d
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "18", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-18d", {
	"subject": head.number,
	"fields": [field("staff", head.number, "trained")],
	"seen": head.trained,
	"limit": "management",
	"message": sprintf("负责人%s没有托育机构负责人岗位培训合格的记录。", [head.number]),
	"remedy": "请负责人参加岗位培训，合格后补充填写。",
}) if {
	some head in heads
	not "management" in head.trained
	head.trained
}

institution_reasons contains lib.missing("SS-18d", head.number, field("staff", head.number, "trained"), sprintf("负责人%s的岗位培训情况", [head.number])) if {
	some head in heads
	not head.trained
}

# doubtful_carers are the carers that some rule may concern; on a clean filing there are none.
doubtful_carers := [input.application.staff[i] | some i in (by_post.caregiver - sound_carers)]

sound_carers contains i if {
	topics := carer_topics
	hours := data.params.staff.carer_training_hours.value
	some i in by_post.caregiver
	carer := input.application.staff[i]
	carer.experience_years > 0
	object.subset(carer.trained, topics)
	carer.training_hours >= hours
}

carer_topics := {topic | some topic in data.params.staff.carer_training.value}

# METADATA
# title: 保育人员条件与培训
# custom:
#   rule: SS-18e
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "18", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
carer_reasons contains lib.reason("SS-18e", {
	"subject": carer.number,
	"fields": [field("staff", carer.number, "experience_years"), field("staff", carer.number, "relevant_background")],
	"seen": {"experience_years": carer.experience_years, "relevant_background": carer.relevant_background},
	"message": sprintf("保育人员%s没有婴幼儿照护经验，也没有相关专业背景。", [carer.number]),
	"remedy": "保育人员应具有婴幼儿照护经验或相关专业背景，请更换人选或更正填写。",
}) if {
	some carer in doubtful_carers
	not experienced(carer)
	carer.experience_years == 0
	carer.relevant_background == false
}

carer_reasons contains lib.missing("SS-18e", carer.number, field("staff", carer.number, name), sprintf("保育人员%s的%s", [carer.number, label])) if {
	some carer in doubtful_carers
	not experienced(carer)
	some name, label in {"experience_years": "照护工作年限", "relevant_background": "相关专业背景"}
	object.get(carer, name, null) == null
}

carer_reasons contains lib.reason("SS-18e", {
	"subject": carer.number,
	"fields": [field("staff", carer.number, "trained")],
	"seen": carer.trained,
	"limit": topics,
	"message": sprintf("保育人员%s缺少%s培训合格的记录。", [carer.number, concat("、", [training_title[t] | some t in topics; not t in carer.trained])]),
	"remedy": "请安排保育人员接受婴幼儿照护和心理健康知识培训，合格后补充填写。",
}) if {
	topics := carer_topics
	some carer in doubtful_carers
	not object.subset(carer.trained, topics)
}

carer_reasons contains lib.missing("SS-18e", carer.number, field("staff", carer.number, "trained"), sprintf("保育人员%s的培训情况", [carer.number])) if {
	some carer in doubtful_carers
	not carer.trained
}

training_title := {
	"infant_care": "婴幼儿照护",
	"mental_health": "心理健康知识",
	"food_safety": "食品安全",
	"first_aid": "急救",
	"fire": "消防安全",
	"management": "负责人岗位",
	"mch_health": "妇幼保健机构卫生保健",
}

# METADATA
# title: 保安员资格与派驻
# custom:
#   rule: SS-18g
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "18", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-18g", {
	"subject": guard.number,
	"fields": [field("staff", guard.number, "certificates")],
	"seen": guard.certificates,
	"limit": "guard",
	"message": sprintf("安保人员%s没有《保安员证》。", [guard.number]),
	"remedy": "请由持有《保安员证》的人员担任安保工作。",
}) if {
	some guard in guards
	not "guard" in guard.certificates
	guard.certificates
}

institution_reasons contains lib.missing("SS-18g", guard.number, field("staff", guard.number, "certificates"), sprintf("安保人员%s的《保安员证》", [guard.number])) if {
	some guard in guards
	not guard.certificates
}

institution_reasons contains lib.reason("SS-18g", {
	"subject": guard.number,
	"fields": [field("staff", guard.number, "guard_company")],
	"seen": false,
	"limit": true,
	"message": sprintf("安保人员%s不是由持有《保安服务许可证》的公司派驻。", [guard.number]),
	"remedy": "请与持有《保安服务许可证》的保安公司签订派驻协议。",
}) if {
	some guard in guards
	guard.guard_company == false
}

institution_reasons contains lib.missing("SS-18g", guard.number, field("staff", guard.number, "guard_company"), sprintf("安保人员%s的派驻公司情况", [guard.number])) if {
	some guard in guards
	object.get(guard, "guard_company", null) == null
}

# METADATA
# title: 独立设置机构的保安
# custom:
#   rule: SS-22
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "22", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-22", {
	"result": absence,
	"fields": ["/staff"],
	"seen": count(guards),
	"limit": least,
	"message": sprintf("独立设置的托育机构至少应有%v名保安人员在岗，名单中有%v名。", [least, count(guards)]),
	"remedy": sprintf("请配备至少%v名保安人员，并补充填写其信息。", [least]),
}) if {
	input.application.premises.stand_alone == true
	staff_given
	least := data.params.staff.guards.value
	count(guards) < least
}

institution_reasons contains lib.missing("SS-22", "", "/premises/stand_alone", "是否独立设置") if {
	not "stand_alone" in premises_given
}

# METADATA
# title: 岗前培训
# custom:
#   rule: MN-34
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "34", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("MN-34", {
	"subject": person.number,
	"fields": [field("staff", person.number, "trained")],
	"seen": person.trained,
	"message": sprintf("%s%s没有岗前培训合格的记录。", [post_title[person.post], person.number]),
	"remedy": "请安排岗前培训，合格后补充填写。",
}) if {
	some person in trained_before_work
	person.trained == []
}

institution_reasons contains lib.missing("MN-34", person.number, field("staff", person.number, "trained"), sprintf("%s%s的岗前培训情况", [post_title[person.post], person.number])) if {
	some person in trained_before_work
	not person.trained
}

# The other posts have a training rule of their own (设置标准 art. 18).
trained_before_work := [input.application.staff[i] |
	some post in ["guard", "cook", "food_manager"]
	some i in by_post[post]
]

# METADATA
# title: 负责人培训学时
# custom:
#   rule: QA-5.2.1
#   basis:
#     - {doc: 托育机构质量评估标准, no: WS/T 821—2023, article: "5.2.1", binding: L6, verified: true}
#     - {doc: 托育机构负责人培训大纲(试行), no: 国卫办人口函〔2021〕449号, binding: L4, verified: false}
quality_reasons contains lib.reason("QA-5.2.1", {
	"result": "warn",
	"subject": head.number,
	"fields": [field("staff", head.number, "training_hours")],
	"seen": hours,
	"limit": limit,
	"message": sprintf("负责人%s培训%v学时，少于%v学时（未填报按0计）。", [head.number, hours, limit]),
	"remedy": "本项为推荐性标准和培训大纲的要求，不影响备案；建议补足培训学时。",
}) if {
	some head in heads
	limit := data.params.quality.head_training_hours.value
	hours := object.get(head, "training_hours", 0)
	hours < limit
}

# METADATA
# title: 保育人员培训学时
# custom:
#   rule: TR-03
#   basis: {doc: 托育机构保育人员培训大纲(试行), no: 国卫办人口函〔2021〕449号, binding: L4, verified: false}
carer_reasons contains lib.reason("TR-03", {
	"result": "warn",
	"subject": carer.number,
	"fields": [field("staff", carer.number, "training_hours")],
	"seen": hours,
	"limit": limit,
	"message": sprintf("保育人员%s培训%v学时，少于%v学时（未填报按0计）。", [carer.number, hours, limit]),
	"remedy": "本项为培训大纲的要求，不影响备案；建议补足培训学时。",
}) if {
	some carer in doubtful_carers
	limit := data.params.staff.carer_training_hours.value
	hours := object.get(carer, "training_hours", 0)
	hours < limit
}

# METADATA
# title: 炊事人员数量
# custom:
#   rule: QA-5b
#   basis: {doc: 托育机构质量评估标准, no: WS/T 821—2023, article: "5.1", binding: L6, verified: true}
quality_reasons contains lib.reason("QA-5b", {
	"result": "warn",
	"fields": ["/staff"],
	"seen": count(cooks),
	"limit": needed,
	"message": sprintf("提供餐食，收托儿童%v名，推荐配备炊事人员%v名，名单中有%v名。", [children_total, needed, count(cooks)]),
	"remedy": "本项为推荐性标准，不影响备案；建议补充炊事人员。",
}) if {
	input.application.meals == true
	staff_given
	needed := max([1, ceil(children_total / data.params.quality.children_per_cook.value)])
	count(cooks) < needed
}
