# METADATA
# title: 租金减免金额
package rent.amount

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
	"/facts/classes",
	"/facts/young_class",
	"/facts/rent_fen",
	"/facts/year",
	"/facts/lease_from",
	"/facts/lease_until",
	"/facts/related_landlord",
	"/facts/other_support",
	"/answers/county_check/related_landlord",
}

# rates are the figures that are set.
rates := {name: figure.value | some name, figure in data.params.rent; figure.value != null}

by_classes := rates.first_class_fen + (rates.further_class_fen * (input.facts.classes - 1))

young := rates.young_class_fen if input.facts.young_class

young := 0 if not input.facts.young_class

share := floor((input.facts.rent_fen * rates.rent_percent) / 100)

# fen is the smallest of the amount by classes, the share of the rent and the cap; undefined while one of them is not set.
fen := min({by_classes + young, share, rates.year_fen})

# What makes the applicant ineligible makes the amount fail too; the county's check is known by now.
reasons contains found if some found in data.rent.eligible.reasons

# METADATA
# title: 按班级数、实付租金和年度上限核算
# custom:
#   rule: P06-R4
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: false}
reasons contains lib.reason("P06-R4", {
	"result": "unknown",
	"message": "减免标准尚未公布，算不出金额。",
	"remedy": "请等待主管部门公布标准，不需要重新申请。",
}) if {
	not fen
}
