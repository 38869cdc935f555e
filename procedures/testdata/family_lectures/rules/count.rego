# METADATA
# title: 讲座场次和参加人
package lectures.count

import data.lib

facts_used := {"/rows/session/*/date", "/rows/attendee/*/evidence"}

# METADATA
# title: 每月场次
# custom:
#   rule: P07-R1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目7, binding: L7, verified: false}
reasons contains lib.reason("P07-R1", {
	"seen": held,
	"limit": wanted,
	"message": sprintf("本月讲座%d场，少于%d场。", [held, wanted]),
	"remedy": "请在以后各月补足。",
}) if {
	wanted := data.params.lectures.sessions.value
	held < wanted
}

reasons contains lib.reason("P07-R1", {
	"result": "unknown",
	"message": "每月场次尚未公布，无法核计。",
	"remedy": "请等待主管部门公布场次。",
}) if {
	data.params.lectures.sessions.value == null
}

reasons contains lib.missing("P07-R1", "", "/rows/attendee", "参加人") if {
	held > 0
	count(input.rows.attendee) == 0
}

held := count({s.date | some s in input.rows.session})
