# METADATA
# title: 使用率奖补金额
package use.amount

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
	"/facts/seats",
	"/facts/months",
	"/facts/child_months",
	"/institution/seats",
	"/answers/county_check/counts_checked",
}

# fen is undefined while the amount is not set.
fen := data.params.use.amount_fen.value if data.params.use.amount_fen.value != null

# What makes the applicant ineligible makes the amount fail too; the county's check is known by now.
reasons contains found if some found in data.use.eligible.reasons

# METADATA
# title: 给予使用率奖补
# custom:
#   rule: P05-R12
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: false}
reasons contains lib.reason("P05-R12", {
	"result": "unknown",
	"message": "奖补金额尚未公布，算不出来。",
	"remedy": "请等待主管部门公布标准，不需要重新申请。",
}) if {
	not fen
}
