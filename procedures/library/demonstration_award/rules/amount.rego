# METADATA
# title: 示范奖补金额
package demonstration.amount

import data.lib

facts_used := {
	"/facts/filing_no",
	"/facts/inclusive_price",
	"/facts/serious_violation",
	"/facts/commitment_until",
	"/institution/status",
	"/institution/inclusive",
	"/institution/serious_findings",
	"/answers/county_check/filed",
	"/answers/county_check/inclusive_price",
	"/answers/county_check/violation",
	"/facts/level",
	"/facts/recognised_on",
	"/facts/recognition_no",
	"/facts/earlier_level",
	"/facts/earlier_fen",
	"/answers/county_check/recognition",
}

params := data.params.demonstration

rates := {"province": params.province_fen.value, "city": params.city_fen.value, "county": params.county_fen.value}

full := rates[input.facts.level] if rates[input.facts.level] != null

# fen is undefined while the amount of the level, or for an institution that rose the rule for that, is not set.
fen := full if input.facts.earlier_level == "none"

fen := max({full - input.facts.earlier_fen, 0}) if {
	data.demonstration.eligible.earlier
	params.upgrade.value == "difference"
}

fen := full if {
	data.demonstration.eligible.earlier
	params.upgrade.value == "full"
}

fen := 0 if {
	data.demonstration.eligible.earlier
	params.upgrade.value == "none"
}

# What makes the applicant ineligible makes the amount fail too; the county's check is known by now.
reasons contains found if some found in data.demonstration.eligible.reasons

# METADATA
# title: 按级别给予奖补
# custom:
#   rule: P05-R10
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: false}
reasons contains lib.reason("P05-R10", {
	"result": "unknown",
	"message": "这一级别的奖补金额尚未公布，算不出来。",
	"remedy": "请等待主管部门公布标准，不需要重新申请。",
}) if {
	not full
}

reasons contains lib.reason("P05-R10", {
	"result": "unknown",
	"message": "升级以后给差额还是全额尚未公布，算不出金额。",
	"remedy": "请等待主管部门公布标准，不需要重新申请。",
}) if {
	data.demonstration.eligible.earlier
	params.upgrade.value == null
}

reasons contains lib.reason("P05-R10", {
	"fields": ["/facts/earlier_fen"],
	"message": "此前已领取示范奖补，没有可以再给的金额。",
	"remedy": "请核对已领取的奖补。",
}) if {
	fen == 0
}
