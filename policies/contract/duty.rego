# METADATA
# title: 签约履约进度
# description: |
#   Whether the services of a contract are provided in time. A fail is a red light, a warning an amber one. It turns red before a
#   period ends, by a number of days that depends on how much is still to be done.
# schemas:
#   - input: schema.contract_duty_facts
package contract.duty

import data.lib

facts_used := {
	"/duties/*/duty",
	"/duties/*/title",
	"/duties/*/from",
	"/duties/*/until",
	"/duties/*/promised",
	"/duties/*/done",
	"/duties/*/days_left",
}

limits := data.params.contract

# Missing visits and rounds, by the subject of their reason.
behind[subject] := duty if {
	some duty in input.duties
	duty.duty in {"guidance", "checkup"}
	duty.done < duty.promised
	subject := sprintf("%s/%s", [duty.duty, duty.from])
}

# METADATA
# title: 签约年内技术指导和半年体检
# custom:
#   rule: P08-R2
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R2", {
	"subject": subject,
	"seen": duty.done,
	"limit": duty.promised,
	"message": sprintf("%s应完成%v次，已完成%v次，距%s止还有%v天。", [duty.title, duty.promised, duty.done, duty.until, duty.days_left]),
	"remedy": "请签约医疗机构安排时间完成，并由托育机构确认。",
}) if {
	some subject, duty in behind
	duty.days_left < (duty.promised - duty.done) * limits.red_days.value
}

# METADATA
# title: 技术指导和半年体检临近期限
# custom:
#   rule: P08-R2w
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R2w", {
	"result": "warn",
	"subject": subject,
	"seen": duty.done,
	"limit": duty.promised,
	"message": sprintf("%s应完成%v次，已完成%v次，距%s止还有%v天。", [duty.title, duty.promised, duty.done, duty.until, duty.days_left]),
	"remedy": "请及早安排。",
}) if {
	some subject, duty in behind
	missing := duty.promised - duty.done
	duty.days_left < missing * limits.amber_days.value
	duty.days_left >= missing * limits.red_days.value
}

# METADATA
# title: 在托婴幼儿一人一档
# custom:
#   rule: P08-R4
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R4", {
	"subject": duty.duty,
	"result": result,
	"seen": duty.done,
	"limit": duty.promised,
	"message": sprintf("在托婴幼儿%v人，已建立健康档案%v人。", [duty.promised, duty.done]),
	"remedy": "请在首次体检时为尚未建档的婴幼儿建立健康档案。",
}) if {
	some duty in input.duties
	duty.duty == "records"
	duty.done < duty.promised
	result := record_result[(duty.done * 100) < (duty.promised * limits.record_share_red.value)]
}

record_result := {true: "fail", false: "warn"}
