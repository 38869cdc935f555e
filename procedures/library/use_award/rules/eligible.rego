# METADATA
# title: 托位使用率奖补资格
package use.eligible

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

# METADATA
# title: 已经备案
# custom:
#   rule: P05-R1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: false}
reasons contains lib.reason("P05-R1", {
	"message": "托育机构没有备案，不属于奖补范围。",
	"remedy": "请先办理备案。",
}) if {
	input.institution.status in {"applying", "cancelled"}
}

reasons contains lib.reason("P05-R1", {
	"fields": ["/facts/filing_no"],
	"message": "经县区核对，托育机构没有备案。",
	"remedy": "请先办理备案。",
}) if {
	input.answers.county_check.filed == false
}

# What the register knows counts; what it does not know, the applicant states and the county checks.
filed_stated if input.institution.status

filed_stated if input.facts.filing_no

reasons contains lib.missing("P05-R1", "", "/facts/filing_no", "备案编号") if not filed_stated

# METADATA
# title: 执行普惠价格
# custom:
#   rule: P05-R1.1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: true}
reasons contains lib.reason("P05-R1.1", {
	"fields": ["/facts/inclusive_price"],
	"message": "没有执行普惠价格，不属于奖补范围。",
	"remedy": "请先按规定认定为普惠托育机构。",
}) if {
	input.facts.inclusive_price == false
}

reasons contains lib.reason("P05-R1.1", {
	"message": "托育机构没有被认定为普惠托育机构。",
	"remedy": "请先按规定认定为普惠托育机构。",
}) if {
	input.institution.inclusive == false
}

reasons contains lib.reason("P05-R1.1", {
	"fields": ["/facts/inclusive_price"],
	"message": "经县区核对，没有执行普惠价格。",
	"remedy": "请先按规定认定为普惠托育机构。",
}) if {
	input.answers.county_check.inclusive_price == false
}

price_declared if input.facts.inclusive_price in {true, false}

reasons contains lib.missing("P05-R1.1", "", "/facts/inclusive_price", "是否执行普惠价格") if not price_declared

# METADATA
# title: 没有未整改完毕的严重违法违规问题
# custom:
#   rule: P05-R1.2
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: false}
reasons contains lib.reason("P05-R1.2", {
	"fields": ["/facts/serious_violation"],
	"message": "有严重违法违规问题还没有整改完毕。",
	"remedy": "请整改完毕后再申请。",
}) if {
	input.facts.serious_violation
}

reasons contains lib.reason("P05-R1.2", {
	"message": sprintf("有%d项严重违法违规问题还没有整改完毕。", [input.institution.serious_findings]),
	"remedy": "请整改完毕后再申请。",
}) if {
	input.institution.serious_findings > 0
}

reasons contains lib.reason("P05-R1.2", {
	"fields": ["/facts/serious_violation"],
	"message": "经县区核对，有严重违法违规问题还没有整改完毕。",
	"remedy": "请整改完毕后再申请。",
}) if {
	input.answers.county_check.violation
}

violation_declared if input.facts.serious_violation in {true, false}

reasons contains lib.missing("P05-R1.2", "", "/facts/serious_violation", "是否有未整改完毕的严重违法违规问题") if not violation_declared

# METADATA
# title: 承诺保持普惠价格
# custom:
#   rule: P05-R1.3
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: false}
reasons contains lib.missing("P05-R1.3", "", "/facts/commitment_until", "承诺正常运营并保持普惠价格的期限") if not input.facts.commitment_until

reasons contains lib.reason("P05-R1.3", {
	"fields": ["/facts/commitment_until"],
	"seen": input.facts.commitment_until,
	"message": "承诺的期限已经过去。",
	"remedy": "请重新填写承诺的期限。",
}) if {
	input.facts.commitment_until <= input.as_of
}


# METADATA
# title: 托位使用率达到60%以上
# custom:
#   rule: P05-R3
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: true}
reasons contains lib.missing("P05-R3", "", "/facts/seats", "托位数") if not input.facts.seats

reasons contains lib.missing("P05-R3", "", "/facts/months", "计算几个月") if not input.facts.months

reasons contains lib.missing("P05-R3", "", "/facts/child_months", "各月在托人数之和") if not input.facts.child_months

# The rate is compared in whole numbers: 36 of 60 is 60 per cent, 35 of 60 is not.
used_share := input.facts.child_months * 100

wanted_share := (data.params.use.percent.value * input.facts.seats) * input.facts.months

reasons contains lib.reason("P05-R3", {
	"fields": ["/facts/child_months", "/facts/seats", "/facts/months"],
	"seen": used_share,
	"limit": wanted_share,
	"message": sprintf("%d个月在托%d人月，托位%d个，使用率不到%d%%。", [input.facts.months, input.facts.child_months, input.facts.seats, data.params.use.percent.value]),
	"remedy": "请核对托位数和各月在托人数。",
}) if {
	used_share < wanted_share
}

reasons contains lib.reason("P05-R3", {
	"fields": ["/facts/seats"],
	"message": sprintf("申请的托位数%d少于备案的托位数%d。", [input.facts.seats, input.institution.seats]),
	"remedy": "请按备案的托位数计算使用率。",
}) if {
	input.facts.seats < input.institution.seats
}

reasons contains lib.reason("P05-R3", {
	"fields": ["/facts/child_months"],
	"message": "经县区核对，在托人数与考勤不符。",
	"remedy": "请按考勤记录填写。",
}) if {
	input.answers.county_check.counts_checked == false
}
