# METADATA
# title: 市级平台未成年人个人信息保护合规审计是否完成
package platform_audit.complete

import data.lib

facts_used := {
	"/answers/fill/inventory",
	"/answers/fill/law",
	"/answers/fill/least",
	"/answers/fill/sealing",
	"/answers/fill/access",
	"/answers/fill/processors",
	"/answers/fill/sharing",
	"/answers/fill/security",
	"/answers/fill/retention",
	"/answers/fill/requests",
	"/answers/fill/incidents",
	"/answers/fill/training",
	"/answers/fill/measures",
	"/answers/fill/reported_on",
	"/answers/fill/receipt",
	"/answers/fill/attachments",
	"/answers/fill_late/inventory",
	"/answers/fill_late/law",
	"/answers/fill_late/least",
	"/answers/fill_late/sealing",
	"/answers/fill_late/access",
	"/answers/fill_late/processors",
	"/answers/fill_late/sharing",
	"/answers/fill_late/security",
	"/answers/fill_late/retention",
	"/answers/fill_late/requests",
	"/answers/fill_late/incidents",
	"/answers/fill_late/training",
	"/answers/fill_late/measures",
	"/answers/fill_late/reported_on",
	"/answers/fill_late/receipt",
	"/answers/fill_late/attachments",
	"/answers/put_right/inventory",
	"/answers/put_right/law",
	"/answers/put_right/least",
	"/answers/put_right/sealing",
	"/answers/put_right/access",
	"/answers/put_right/processors",
	"/answers/put_right/sharing",
	"/answers/put_right/security",
	"/answers/put_right/retention",
	"/answers/put_right/requests",
	"/answers/put_right/incidents",
	"/answers/put_right/training",
	"/answers/put_right/measures",
	"/answers/put_right/reported_on",
	"/answers/put_right/receipt",
	"/answers/put_right/attachments",
	"/facts/year",
}

# answer is the last answer: what was put right, else what came late, else what came in time.
answer := input.answers.put_right

answer := input.answers.fill_late if not input.answers.put_right

answer := input.answers.fill if {
	not input.answers.put_right
	not input.answers.fill_late
}

items := {
	"inventory": "平台处理的未成年人信息有清单，与数据库一致",
	"law": "每一类处理都有法律依据或者监护人同意",
	"least": "平台没有收集与托育服务和监管无关的信息",
	"sealing": "敏感字段加密保存，密钥与数据分开保管",
	"access": "按角色和县区授权，查看未成年人信息留痕并定期检查",
	"processors": "承建、运维和云服务单位都有书面约定，逐年检查",
	"sharing": "共享的部门、内容和依据有清单",
	"security": "完成网络安全等级保护测评，问题已经整改",
	"retention": "到期的信息已经删除，备份同样删除",
	"requests": "监护人查阅、更正、删除的要求都已答复",
	"incidents": "发生过泄露、丢失的，已经报告并告知",
	"training": "运维人员这一年接受过个人信息保护培训",
}

# METADATA
# title: 每年1月底前报送上一年度的合规审计情况
# custom:
#   rule: DP-08
#   basis: [{doc: 未成年人网络保护条例, article: "37", binding: L2, verified: false}, {doc: 国家互联网信息办公室2025年12月29日公告, binding: L5, verified: false}]
reasons contains lib.missing("DP-08", "", "/answers/fill/reported_on", "向市网信部门报送的日期") if not answer.reported_on

reasons contains lib.missing_paper("DP-08", "", "/answers/fill/attachments", "审计报告和报送回执") if not evidence

evidence if count(answer.attachments) > 0

reasons contains lib.reason("DP-08", {
	"fields": ["/answers/fill/reported_on"],
	"seen": answer.reported_on,
	"limit": last_day,
	"result": "warn",
	"message": sprintf("%s才报送，晚于1月31日。", [answer.reported_on]),
	"remedy": "请在下一年度按期报送。",
}) if {
	answer.reported_on > last_day
}

last_day := sprintf("%d-01-31", [input.facts.year])

# METADATA
# title: 逐项自查，没有做到的写明怎样改
# custom:
#   rule: DP-08.1
#   basis: [{doc: 未成年人网络保护条例, article: "37", binding: L2, verified: false}, {doc: 国家互联网信息办公室2025年12月29日公告, binding: L5, verified: false}]
reasons contains lib.missing("DP-08.1", "", sprintf("/answers/fill/%s", [name]), question) if {
	some name, question in items
	not answer[name]
}

reasons contains lib.reason("DP-08.1", {
	"fields": [sprintf("/answers/fill/%s", [name])],
	"seen": "no",
	"message": sprintf("没有做到：%s。", [question]),
	"remedy": "请改正，或者写明怎样改、什么时候改完。",
}) if {
	some name, question in items
	answer[name] == "no"
	not answer.measures
}
