# METADATA
# title: 公办示范性综合托育机构建设进度
# description: |
#   Whether a county's site is on schedule. A fail is a red light, a warning an amber one, no reason a green one. The
#   input has lags in whole points rounded up: a fraction exceeds a whole limit exactly if its points do.
# schemas:
#   - input: schema.build_facts
package build.progress

import data.lib

facts_used := {
	"/deadline",
	"/mode",
	"/seats",
	"/lag_points",
	"/milestones/*/kind",
	"/milestones/*/title",
	"/milestones/*/percent",
	"/milestones/*/lag_points",
	"/milestones/*/days_late",
	"/receipt_issued",
	"/seats_counted",
	"/operator_contract",
}

limits := data.params.build_progress

# METADATA
# title: 期限内备案
# custom:
#   rule: P01-R1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目1, binding: L7, verified: true}
reasons contains lib.reason("P01-R1", {
	"seen": input.as_of,
	"limit": input.deadline,
	"message": sprintf("完成期限%s已过，尚未取得备案回执。", [input.deadline]),
	"remedy": "请说明原因和补救安排，尽快完成登记和备案。",
}) if {
	input.as_of > input.deadline
	not input.receipt_issued
}

# METADATA
# title: 新增托位数
# custom:
#   rule: P01-R2
#   basis:
#     - {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目1, binding: L7, verified: true}
#     - {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "19", binding: L4, verified: true}
reasons contains lib.reason("P01-R2", {
	"seen": input.seats_counted,
	"limit": input.seats,
	"message": sprintf("计入的托位%v个，少于计划的%v个。班级设置符合要求且已备案的托位才计入。", [input.seats_counted, input.seats]),
	"remedy": "请核对班级规模与月龄，办理变更备案；确需调整的，请申请修改计划。",
}) if {
	input.receipt_issued
	input.seats_counted < input.seats
}

# METADATA
# title: 公建民营有运营合同
# custom:
#   rule: P01-R3
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目1, binding: L7, verified: true}
reasons contains lib.reason("P01-R3", {
	"result": result,
	"message": "采取公建民营方式，尚未提交运营合同。",
	"remedy": "请在教具、设施等节点的佐证材料中提交与运营方签订的合同。",
}) if {
	input.mode == "private_run"
	not input.operator_contract
	some milestone in input.milestones
	milestone.kind == "fit_out"
	milestone.percent == 100
	result := contract_result[input.receipt_issued]
}

contract_result := {true: "fail", false: "warn"}

# METADATA
# title: 装修不落后于计划
# custom:
#   rule: P01-R4
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目1, binding: L7, verified: true}
reasons contains lib.reason("P01-R4", {
	"subject": milestone.kind,
	"seen": milestone.percent,
	"limit": limit,
	"message": sprintf("装修已核定完成%v%%，落后计划%v个百分点以内（不足一点按一点计），超过允许的%v个百分点。", [milestone.percent, milestone.lag_points, limit]),
	"remedy": "请增加施工力量，按计划赶上装修进度，并报送完成情况。",
}) if {
	some milestone in input.milestones
	milestone.kind == "fit_out"
	limit := limits.fit_out_red_lag.value
	milestone.lag_points > limit
}

# METADATA
# title: 总进度明显落后
# custom:
#   rule: P01-R4a
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目1, binding: L7, verified: true}
reasons contains lib.reason("P01-R4a", {
	"seen": input.lag_points,
	"limit": limits.red_lag.value,
	"message": sprintf("总进度落后计划%v个百分点以内（不足一点按一点计），超过允许的%v个百分点。", [input.lag_points, limits.red_lag.value]),
	"remedy": "请逐项说明落后的节点和赶上的日期。",
}) if {
	input.lag_points > limits.red_lag.value
}

# METADATA
# title: 总进度略有落后
# custom:
#   rule: P01-R4b
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目1, binding: L7, verified: true}
reasons contains lib.reason("P01-R4b", {
	"result": "warn",
	"seen": input.lag_points,
	"limit": limits.amber_lag.value,
	"message": sprintf("总进度落后计划%v个百分点以内（不足一点按一点计）。", [input.lag_points]),
	"remedy": "请关注落后的节点，按计划推进。",
}) if {
	input.lag_points > limits.amber_lag.value
	input.lag_points <= limits.red_lag.value
}

# METADATA
# title: 节点超期未完成
# custom:
#   rule: P01-R4c
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目1, binding: L7, verified: true}
reasons contains lib.reason("P01-R4c", {
	"subject": milestone.kind,
	"result": result,
	"seen": milestone.days_late,
	"limit": limits.overdue_days.value,
	"message": sprintf("%s超过计划完成日%v天。", [milestone.title, milestone.days_late]),
	"remedy": "请报送本节点的完成情况和佐证材料，或说明完成日期。",
}) if {
	some milestone in input.milestones
	milestone.days_late > 0
	result := overdue_result[milestone.days_late > limits.overdue_days.value]
}

overdue_result := {true: "fail", false: "warn"}
