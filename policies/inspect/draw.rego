# METADATA
# title: 检查计划与随机抽取
# description: |
#   Is a half-year's draw in order? Before the commitment: may two officers go to every institution, and to a random
#   visit after it. After the draw: is every institution visited by two who may go, are loads level, and did nobody know
#   the outcome beforehand.
# schemas:
#   - input: schema.inspect_draw_facts
package inspect.draw

import data.lib

facts_used := {
	"/committer",
	"/witness",
	"/committed_at",
	"/public_at",
	"/random_size",
	"/candidates/*/id",
	"/candidates/*/available",
	"/candidates/*/available_random",
	"/candidates/*/covered",
	"/visits/*/id",
	"/visits/*/kind",
	"/visits/*/officers",
	"/visits/*/conflict",
	"/visits/*/repeated",
	"/load_spread",
	"/improvable",
}

limits := data.params.inspection_draw

kinds := {"regular": "例行检查", "random": "随机抽查"}

# METADATA
# title: 可选派的检查人员不少于两人
# custom:
#   rule: DR-01
#   basis: {doc: 中华人民共和国行政处罚法, article: "42", binding: L1, verified: true}
reasons contains lib.reason("DR-01", {
	"subject": candidate.id,
	"fields": [sprintf("/candidates/%s", [candidate.id])],
	"seen": candidate.available,
	"limit": 2,
	"message": sprintf("机构%s除回避和上次到过的人员外，可选派的检查人员只有%v人。", [candidate.id, candidate.available]),
	"remedy": "请增加检查人员，或写明理由不列入该机构。",
}) if {
	some candidate in input.candidates
	candidate.available < 2
}

# METADATA
# title: 随机抽查另有两人可派
# custom:
#   rule: DR-02
#   basis: {doc: 优化营商环境条例, article: "54", binding: L2, verified: true}
reasons contains lib.reason("DR-02", {
	"subject": candidate.id,
	"fields": [sprintf("/candidates/%s", [candidate.id])],
	"seen": candidate.available_random,
	"limit": 2,
	"message": sprintf("机构%s如被抽中，例行检查的两人之外可选派的检查人员只有%v人。", [candidate.id, candidate.available_random]),
	"remedy": "请增加检查人员。",
}) if {
	input.random_size > 0
	some candidate in input.candidates
	candidate.available_random < 2
}

# METADATA
# title: 受检机构全覆盖
# custom:
#   rule: DR-03
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目7, binding: L7, verified: false}
reasons contains lib.reason("DR-03", {
	"subject": candidate.id,
	"fields": [sprintf("/candidates/%s", [candidate.id])],
	"message": sprintf("机构%s没有安排例行检查。", [candidate.id]),
	"remedy": "请增加检查人员后重新抽取。",
}) if {
	some candidate in input.candidates
	candidate.covered == false
}

# METADATA
# title: 检查人员回避
# custom:
#   rule: DR-04
#   basis: {doc: 中华人民共和国行政处罚法, article: "43", binding: L1, verified: true}
reasons contains lib.reason("DR-04", {
	"subject": visit.id,
	"fields": [sprintf("/visits/%s/%s", [visit.kind, visit.id])],
	"message": sprintf("机构%s的%s安排了应当回避的人员。", [visit.id, kinds[visit.kind]]),
	"remedy": "请重新抽取。",
}) if {
	some visit in input.visits
	visit.conflict
}

# METADATA
# title: 同一人员不连续检查同一机构
# custom:
#   rule: DR-05
#   basis: {doc: 优化营商环境条例, article: "54", binding: L2, verified: true}
reasons contains lib.reason("DR-05", {
	"subject": visit.id,
	"fields": [sprintf("/visits/%s/%s", [visit.kind, visit.id])],
	"message": sprintf("机构%s的%s安排了上一次到过的人员。", [visit.id, kinds[visit.kind]]),
	"remedy": "请重新抽取。",
}) if {
	some visit in input.visits
	visit.repeated
}

# METADATA
# title: 任务均衡
# custom:
#   rule: DR-06
#   basis: {doc: 优化营商环境条例, article: "54", binding: L2, verified: true}
reasons contains lib.reason("DR-06", {
	"fields": ["/load_spread"],
	"seen": input.load_spread,
	"limit": limits.load_spread.value,
	"message": sprintf("检查人员任务次数相差%v次，可以更均衡。", [input.load_spread]),
	"remedy": "请重新抽取。",
}) if {
	input.load_spread > limits.load_spread.value
	input.improvable == true
}

reasons contains lib.reason("DR-06", {
	"result": "warn",
	"fields": ["/load_spread"],
	"seen": input.load_spread,
	"limit": limits.load_spread.value,
	"message": sprintf("因回避和已承担的任务，检查人员任务次数相差%v次。", [input.load_spread]),
	"remedy": "请考虑增加检查人员。",
}) if {
	input.load_spread > limits.load_spread.value
	input.improvable == false
}

# METADATA
# title: 公布承诺与见证抽取由两人分别办理
# custom:
#   rule: DR-07
#   basis: {doc: 优化营商环境条例, article: "54", binding: L2, verified: true}
reasons contains lib.reason("DR-07", {
	"fields": ["/witness"],
	"message": "公布承诺的人员不能见证抽取。",
	"remedy": "请由另一名人员录入公开值。",
}) if {
	input.witness == input.committer
}

# METADATA
# title: 公开值产生于承诺公布之后
# custom:
#   rule: DR-08
#   basis: {doc: 优化营商环境条例, article: "54", binding: L2, verified: true}
reasons contains lib.reason("DR-08", {
	"fields": ["/public_at"],
	"seen": input.public_at,
	"limit": input.committed_at,
	"message": "公开值在承诺公布之前或同时已经产生，不能用于抽取。",
	"remedy": "请使用承诺公布之后才产生的公开值。",
}) if {
	input.public_at <= input.committed_at
}

# METADATA
# title: 随机抽查比例
# custom:
#   rule: DR-09
#   basis: {doc: 优化营商环境条例, article: "54", binding: L2, verified: true}
reasons contains lib.reason("DR-09", {
	"fields": ["/random_size"],
	"seen": input.random_size,
	"limit": limits.random_share.value,
	"message": sprintf("随机抽查%v家，不足受检机构%v家的%v%%。", [input.random_size, count(input.candidates), limits.random_share.value]),
	"remedy": "请增加抽查家数。",
}) if {
	input.random_size * 100 < limits.random_share.value * count(input.candidates)
}

reasons contains lib.reason("DR-09", {
	"fields": ["/random_size"],
	"seen": input.random_size,
	"limit": count(input.candidates),
	"message": sprintf("随机抽查%v家，超过受检机构%v家。", [input.random_size, count(input.candidates)]),
	"remedy": "请减少抽查家数。",
}) if {
	input.random_size > count(input.candidates)
}

# METADATA
# title: 每次检查两名人员
# custom:
#   rule: DR-10
#   basis: {doc: 中华人民共和国行政处罚法, article: "42", binding: L1, verified: true}
reasons contains lib.reason("DR-10", {
	"subject": visit.id,
	"fields": [sprintf("/visits/%s/%s", [visit.kind, visit.id])],
	"seen": visit.officers,
	"limit": 2,
	"message": sprintf("机构%s的%s安排了%v名检查人员。", [visit.id, kinds[visit.kind], visit.officers]),
	"remedy": "每次检查应有两名人员。",
}) if {
	some visit in input.visits
	visit.officers != 2
}
