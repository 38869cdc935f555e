# METADATA
# title: 督导评估
# description: |
#   Is an inspection arranged and recorded as it must be, and what follows from what was found? A fail on IN-01 to IN-09
#   refuses what was entered; IN-10 names each defect that is ordered to be put right, with the working days it is given.
# schemas:
#   - input: schema.inspect_case_facts
package inspect.case

import data.lib

facts_used := {
	"/kind",
	"/first",
	"/second",
	"/last_first",
	"/last_second",
	"/visit_on",
	"/visit_time",
	"/working_day",
	"/days_since_regular",
	"/visits_this_year",
	"/round",
	"/sent_by",
	"/serious_flagged",
	"/items/*/rule",
	"/items/*/title",
	"/items/*/severity",
	"/items/*/binds",
	"/items/*/penalty",
	"/items/*/photo",
	"/items/*/result",
	"/items/*/noted",
	"/items/*/photos",
}

limits := data.params.inspection

# METADATA
# title: 不少于两名检查人员
# custom:
#   rule: IN-01
#   basis: {doc: 中华人民共和国行政处罚法, article: "42", binding: L1, verified: true}
reasons contains lib.reason("IN-01", {
	"fields": ["/second"],
	"message": "检查人员不得少于两人，且不能是同一人。",
	"remedy": "请另行指派一名检查人员。",
}) if {
	input.first == input.second
}

# METADATA
# title: 记录由检查人员送交
# custom:
#   rule: IN-01b
#   basis: {doc: 中华人民共和国行政处罚法, article: "42", binding: L1, verified: true}
reasons contains lib.reason("IN-01b", {
	"fields": ["/sent_by"],
	"message": "现场记录只能由指派的检查人员送交。",
	"remedy": "请由两名检查人员之一送交。",
}) if {
	input.sent_by
	not input.sent_by in {input.first, input.second}
}

# METADATA
# title: 同一对检查人员不连续检查
# custom:
#   rule: IN-02
#   basis: {doc: 优化营商环境条例, article: "54", binding: L2, verified: true}
reasons contains lib.reason("IN-02", {
	"fields": ["/second"],
	"message": "上一次检查即由这两人进行，检查人员应随机选派。",
	"remedy": "请另行指派至少一名检查人员。",
}) if {
	{input.first, input.second} == {input.last_first, input.last_second}
}

# METADATA
# title: 工作日到场
# custom:
#   rule: IN-03
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目7, binding: L7, verified: false}
reasons contains lib.reason("IN-03", {
	"fields": ["/visit_on"],
	"seen": input.visit_on,
	"message": "检查日期不是工作日。",
	"remedy": "请选择工作日。",
}) if {
	input.working_day == false
}

# METADATA
# title: 检查日期不早于今日
# custom:
#   rule: IN-03b
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目7, binding: L7, verified: false}
reasons contains lib.reason("IN-03b", {
	"fields": ["/visit_on"],
	"seen": input.visit_on,
	"limit": input.as_of,
	"message": "检查日期已过。",
	"remedy": "请选择今日或以后的日期。",
}) if {
	input.working_day in {true, false}
	input.visit_on < input.as_of
}

# METADATA
# title: 开放时间内到场
# custom:
#   rule: IN-04
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目7, binding: L7, verified: false}
reasons contains lib.reason("IN-04", {
	"fields": ["/visit_time"],
	"seen": input.visit_time,
	"limit": sprintf("%s—%s", [limits.opens.value, limits.closes.value]),
	"message": "到场时间不在托育机构开放时间内。",
	"remedy": "请选择开放时间内的时刻。",
}) if {
	outside(input.visit_time)
}

outside(time) if time < limits.opens.value

outside(time) if time > limits.closes.value

# METADATA
# title: 两次例行检查的间隔
# custom:
#   rule: IN-05
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目7, binding: L7, verified: false}
reasons contains lib.reason("IN-05", {
	"fields": ["/visit_on"],
	"seen": input.days_since_regular,
	"limit": limits.spacing_days.value,
	"message": sprintf("距上次例行检查%v天，少于%v天。", [input.days_since_regular, limits.spacing_days.value]),
	"remedy": "请选择较晚的日期。",
}) if {
	input.kind == "regular"
	input.days_since_regular < limits.spacing_days.value
}

# METADATA
# title: 涉企检查年度频次上限
# description: |
#   Complaints and re-inspections do not count, and their input has no number of visits. Without a published cap the result
#   is unknown.
# custom:
#   rule: PR-11
#   basis: {doc: 国务院办公厅关于严格规范涉企行政检查的意见, no: 国办发〔2024〕54号, binding: L4, verified: false}
reasons contains lib.reason("PR-11", {
	"fields": ["/visits_this_year"],
	"seen": input.visits_this_year,
	"limit": cap,
	"message": sprintf("本年度对该机构已安排计入上限的检查%v次，上限为%v次。", [input.visits_this_year, cap]),
	"remedy": "请改在下一年度检查；属投诉举报、复查等情形的，请按该情形发起。",
}) if {
	cap := limits.visits_per_year.value
	is_number(cap)
	input.visits_this_year >= cap
}

reasons contains lib.reason("PR-11", {
	"result": "unknown",
	"fields": ["/visits_this_year"],
	"seen": input.visits_this_year,
	"message": "本县区没有填写涉企检查年度频次上限，不能判断是否超过。",
	"remedy": "请主管部门公布后由管理员在规则参数中填写。",
}) if {
	input.visits_this_year >= 0
	is_null(limits.visits_per_year.value)
}

# METADATA
# title: 检查项目逐项填写
# custom:
#   rule: IN-06
#   basis: {doc: 中华人民共和国行政处罚法, article: "54", binding: L1, verified: true}
reasons contains lib.reason("IN-06", {
	"subject": item.rule,
	"fields": [sprintf("/items/%s/result", [item.rule])],
	"message": sprintf("“%s”没有填写结论。", [item.title]),
	"remedy": "请填写合格、不合格或不适用。",
}) if {
	some item in input.items
	not item.result
}

# METADATA
# title: 不合格须写明情况
# custom:
#   rule: IN-07
#   basis: {doc: 中华人民共和国行政处罚法, article: "54", binding: L1, verified: true}
reasons contains lib.reason("IN-07", {
	"subject": item.rule,
	"fields": [sprintf("/items/%s/note", [item.rule])],
	"message": sprintf("“%s”不合格，没有写明情况。", [item.title]),
	"remedy": "请写明看到的情况。",
}) if {
	some item in input.items
	item.result == "not_ok"
	item.noted == false
}

# METADATA
# title: 不合格须附照片
# custom:
#   rule: IN-08
#   basis: {doc: 中华人民共和国行政处罚法, article: "54", binding: L1, verified: true}
reasons contains lib.reason("IN-08", {
	"subject": item.rule,
	"fields": [sprintf("/items/%s/photos", [item.rule])],
	"message": sprintf("“%s”不合格，没有附照片。", [item.title]),
	"remedy": "请上传现场照片。",
}) if {
	some item in input.items
	item.result == "not_ok"
	item.photo
	item.photos == 0
}

# METADATA
# title: 重大隐患须标明
# custom:
#   rule: IN-09
#   basis: {doc: 中华人民共和国行政处罚法, article: "54", binding: L1, verified: true}
reasons contains lib.reason("IN-09", {
	"subject": item.rule,
	"fields": ["/serious_hazard"],
	"message": sprintf("“%s”不合格属于重大隐患，须标明并立即报告。", [item.title]),
	"remedy": "请标明发现重大隐患。",
}) if {
	some item in input.items
	item.result == "not_ok"
	item.severity == "serious"
	item.binds
	input.serious_flagged == false
}

# METADATA
# title: 责令限期改正
# custom:
#   rule: IN-10
#   basis: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("IN-10", {
	"subject": item.rule,
	"seen": item.severity,
	"limit": days,
	"message": sprintf("“%s”不合格，应在%v个工作日内改正。", [item.title, days]),
	"remedy": "请在期限内整改并提交整改证明。",
}) if {
	some item in input.items
	item.result == "not_ok"
	item.binds
	days := limits.correct_days[item.severity].value
}

# METADATA
# title: 推荐性标准不单独责令改正
# custom:
#   rule: IN-11
#   basis: {doc: 中华人民共和国标准化法, article: "2", binding: L1, verified: false}
reasons contains lib.reason("IN-11", {
	"result": "warn",
	"subject": item.rule,
	"message": sprintf("“%s”只依据推荐性标准，建议改进，不责令改正。", [item.title]),
	"remedy": "建议改进。",
}) if {
	some item in input.items
	item.result == "not_ok"
	item.binds == false
}

# METADATA
# title: 移送处罚须有法律依据
# custom:
#   rule: IN-12
#   basis: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("IN-12", {
	"result": "warn",
	"subject": item.rule,
	"message": sprintf("“%s”复查仍不合格，可以移送处罚。", [item.title]),
	"remedy": "请改正，并按处罚程序的通知办理。",
}) if {
	some item in input.items
	item.result == "not_ok"
	item.penalty
	input.round > 0
}
