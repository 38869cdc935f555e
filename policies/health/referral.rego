# METADATA
# title: 体检后转诊
# description: |
#   Whether a child must be seen by a specialist. Each fail is one cause for a referral, with a message for the guardian that names no
#   illness.
# schemas:
#   - input: schema.health_referral_facts
package health.referral

import data.lib

facts_used := {
	"/children/*/child",
	"/children/*/months",
	"/children/*/signs/*",
	"/children/*/weight_z",
	"/children/*/length_z",
	"/children/*/weight_length_z",
	"/children/*/head_z",
	"/children/*/haemoglobin",
	"/children/*/hearing",
	"/children/*/vision",
}

limits := data.params.health

refer(id, seen, limit, message) := {
	"subject": id,
	"seen": seen,
	"limit": limit,
	"message": message,
	"remedy": "请带孩子到签约医疗机构推荐的医院进一步检查。",
}

# METADATA
# title: 发育预警征象
# custom:
#   rule: HR-01
#   basis: {doc: 国家基本公共卫生服务规范（第三版）, article: 0～6岁儿童健康管理, binding: L4, verified: true}
reasons contains lib.reason("HR-01", refer(child.child, count(child.signs), 0, "发育情况需要进一步检查。")) if {
	some child in input.children
	count(child.signs) > 0
}

# METADATA
# title: 生长偏离
# custom:
#   rule: HR-02
#   basis: {doc: 国家基本公共卫生服务规范（第三版）, article: 0～6岁儿童健康管理, binding: L4, verified: true}
reasons contains lib.reason("HR-02", refer(far.child, far.z, far.limit, far.text)) if some far in deviations

deviations contains {"child": child.child, "z": child.weight_z, "limit": low, "text": "体重需要进一步检查。"} if {
	some child in input.children
	child.weight_z < low
}

deviations contains {"child": child.child, "z": child.length_z, "limit": low, "text": "身长（身高）需要进一步检查。"} if {
	some child in input.children
	child.length_z < low
}

deviations contains {"child": child.child, "z": child.weight_length_z, "limit": limit, "text": "体重与身长的比例需要进一步检查。"} if {
	some child in input.children
	limit := beyond(child.weight_length_z)
}

deviations contains {"child": child.child, "z": child.head_z, "limit": limit, "text": "头围需要进一步检查。"} if {
	some child in input.children
	limit := beyond(child.head_z)
}

low := limits.refer_below_z.value

beyond(z) := low if z < low

beyond(z) := limits.refer_from_z.value if z >= limits.refer_from_z.value

# METADATA
# title: 血红蛋白明显偏低
# custom:
#   rule: HR-03
#   basis: {doc: 儿童营养性疾病管理技术规范, article: 营养性缺铁性贫血, binding: L4, verified: false}
reasons contains lib.reason("HR-03", refer(child.child, child.haemoglobin, limits.anaemia_refer_g_l.value, "血红蛋白需要进一步检查。")) if {
	some child in input.children
	child.months >= limits.anaemia_from_months.value
	child.haemoglobin < limits.anaemia_refer_g_l.value
}

# METADATA
# title: 听力和视力
# custom:
#   rule: HR-04
#   basis: {doc: 国家基本公共卫生服务规范（第三版）, article: 0～6岁儿童健康管理, binding: L4, verified: true}
reasons contains lib.reason("HR-04", refer(child.child, child.hearing, "normal", "听力需要进一步检查。")) if {
	some child in input.children
	child.hearing == "abnormal"
}

reasons contains lib.reason("HR-04", refer(child.child, child.vision, "normal", "视力需要进一步检查。")) if {
	some child in input.children
	child.vision == "abnormal"
}
