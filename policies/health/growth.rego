# METADATA
# title: 生长测量和评价
# description: |
#   Whether measurements are plausible, and their levels. An unknown requires a second measurement; a warning names a level of
#   WS/T 423—2022 table 3. Levels are half-open: exactly two deviations below the median is within the normal level.
# schemas:
#   - input: schema.health_growth_facts
package health.growth

import data.lib

facts_used := {
	"/children/*/child",
	"/children/*/months",
	"/children/*/measured_again",
	"/children/*/weight",
	"/children/*/length",
	"/children/*/weight_before",
	"/children/*/length_before",
	"/children/*/days_between",
	"/children/*/weight_z",
	"/children/*/length_z",
	"/children/*/weight_length_z",
	"/children/*/head_z",
	"/children/*/haemoglobin",
}

limits := data.params.health

# The children without a second measurement.
once[child.child] := child if {
	some child in input.children
	not child.measured_again
}

again(id, field, seen, limit, message) := {
	"result": "unknown",
	"subject": id,
	"fields": [sprintf("/%s", [field])],
	"seen": seen,
	"limit": limit,
	"message": message,
	"remedy": "请复测；复测属实的，注明“已复测”后提交。",
}

# METADATA
# title: 测量值超出可能范围
# custom:
#   rule: GR-01
#   basis:
#     - {doc: 七岁以下儿童生长标准, no: WS/T 423—2022, article: 附录, binding: L6, verified: false}
#     - {doc: 国家基本公共卫生服务规范（第三版）, article: 0～6岁儿童健康管理, binding: L4, verified: true}
reasons contains lib.reason("GR-01", again(id, "weight", child.weight_z, limits.weight_z_least.value, "年龄别体重超出可能范围。")) if {
	some id, child in once
	child.weight_z < limits.weight_z_least.value
}

reasons contains lib.reason("GR-01", again(id, "weight", child.weight_z, limits.weight_z_most.value, "年龄别体重超出可能范围。")) if {
	some id, child in once
	child.weight_z > limits.weight_z_most.value
}

reasons contains lib.reason("GR-01", again(id, "length", child.length_z, limits.length_z_most.value, "年龄别身长超出可能范围。")) if {
	some id, child in once
	abs(child.length_z) > limits.length_z_most.value
}

reasons contains lib.reason("GR-01", again(id, "weight", child.weight_length_z, limits.weight_length_z_most.value, "身长别体重超出可能范围。")) if {
	some id, child in once
	abs(child.weight_length_z) > limits.weight_length_z_most.value
}

reasons contains lib.reason("GR-01", again(id, "head", child.head_z, limits.weight_length_z_most.value, "头围超出可能范围。")) if {
	some id, child in once
	abs(child.head_z) > limits.weight_length_z_most.value
}

# METADATA
# title: 身长比上次短
# custom:
#   rule: GR-02
#   basis:
#     - {doc: 七岁以下儿童生长标准, no: WS/T 423—2022, article: 附录, binding: L6, verified: false}
#     - {doc: 国家基本公共卫生服务规范（第三版）, article: 0～6岁儿童健康管理, binding: L4, verified: true}
reasons contains lib.reason("GR-02", again(id, "length", child.length, child.length_before, "身长（身高）比上次短。")) if {
	some id, child in once
	child.length_before - child.length > limits.shrink_cm.value
}

# METADATA
# title: 体重突变
# custom:
#   rule: GR-03
#   basis:
#     - {doc: 七岁以下儿童生长标准, no: WS/T 423—2022, article: 附录, binding: L6, verified: false}
#     - {doc: 国家基本公共卫生服务规范（第三版）, article: 0～6岁儿童健康管理, binding: L4, verified: true}
reasons contains lib.reason("GR-03", again(id, "weight", child.weight, child.weight_before, "体重与上次相差过大。")) if {
	some id, child in once
	months := max({child.days_between / 30, 1})
	abs(child.weight - child.weight_before) * 100 > (child.weight_before * limits.jump_percent_month.value) * months
}

level(id, seen, limit, name, remedy) := {
	"result": "warn",
	"subject": id,
	"seen": seen,
	"limit": limit,
	"message": name,
	"remedy": remedy,
}

feeding := "请指导喂养，下次体检复评。"

# METADATA
# title: 体重和身长水平
# custom:
#   rule: GR-04
#   basis:
#     - {doc: 七岁以下儿童生长标准, no: WS/T 423—2022, article: 表3, binding: L6, verified: false}
#     - {doc: 国家基本公共卫生服务规范（第三版）, article: 0～6岁儿童健康管理, binding: L4, verified: true}
reasons contains lib.reason("GR-04", level(low.child, low.z, bound, name, feeding)) if {
	some low in lows
	[bound, name] := below(low.z, low.names)
}

lows contains {"child": child.child, "z": child.weight_z, "names": ["低体重", "重度低体重"]} if {
	some child in input.children
	child.weight_z < -2
}

lows contains {"child": child.child, "z": child.length_z, "names": ["生长迟缓", "重度生长迟缓"]} if {
	some child in input.children
	child.length_z < -2
}

lows contains {"child": child.child, "z": child.weight_length_z, "names": ["消瘦", "重度消瘦"]} if {
	some child in input.children
	child.weight_length_z < -2
}

below(z, names) := [-2, names[0]] if z >= -3

below(z, names) := [-3, names[1]] if z < -3

# METADATA
# title: 超重和肥胖
# custom:
#   rule: GR-05
#   basis:
#     - {doc: 七岁以下儿童生长标准, no: WS/T 423—2022, article: 表3, binding: L6, verified: false}
#     - {doc: 国家基本公共卫生服务规范（第三版）, article: 0～6岁儿童健康管理, binding: L4, verified: true}
reasons contains lib.reason("GR-05", level(child.child, z, bound, name, "请指导饮食和活动，下次体检复评。")) if {
	some child in input.children
	z := child.weight_length_z
	z >= 1
	[bound, name] := above(z)
}

above(z) := [3, "重度肥胖"] if z >= 3

above(z) := [2, "肥胖"] if {
	z >= 2
	z < 3
}

above(z) := [1, "超重"] if z < 2

# METADATA
# title: 血红蛋白偏低
# custom:
#   rule: GR-06
#   basis: {doc: 儿童营养性疾病管理技术规范, article: 营养性缺铁性贫血, binding: L4, verified: false}
reasons contains lib.reason("GR-06", level(child.child, child.haemoglobin, limits.anaemia_g_l.value, "血红蛋白偏低", "请指导喂养，按规范复查。")) if {
	some child in input.children
	child.months >= limits.anaemia_from_months.value
	child.haemoglobin < limits.anaemia_g_l.value
}
