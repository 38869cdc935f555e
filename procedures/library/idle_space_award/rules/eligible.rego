# METADATA
# title: 盘活场地托育机构奖补资格
package idle.eligible

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
	"/facts/source",
	"/facts/area_m2",
	"/facts/idle_until",
	"/facts/running_since",
	"/facts/assessment",
	"/facts/assessed_on",
	"/answers/county_check/was_idle",
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
# title: 盘活利用场地
# custom:
#   rule: P05-R13
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: true}
reasons contains lib.missing("P05-R13", "", "/facts/source", "场地来源") if not input.facts.source

reasons contains lib.missing("P05-R13", "", "/facts/area_m2", "盘活的建筑面积") if not input.facts.area_m2

reasons contains lib.missing("P05-R13", "", "/facts/idle_until", "盘活以前闲置到哪一天") if not input.facts.idle_until

reasons contains lib.missing("P05-R13", "", "/facts/running_since", "开始运营的日期") if not input.facts.running_since

reasons contains lib.reason("P05-R13", {
	"fields": ["/facts/running_since", "/facts/idle_until"],
	"message": "开始运营以后场地才不再闲置，日期前后不符。",
	"remedy": "请核对日期。",
}) if {
	input.facts.running_since < input.facts.idle_until
}

reasons contains lib.reason("P05-R13", {
	"fields": ["/facts/site"],
	"message": "经县区核对，场地此前没有闲置。",
	"remedy": "请核对场地。",
}) if {
	input.answers.county_check.was_idle == false
}

# METADATA
# title: 经考核评估运营较好
# custom:
#   rule: P05-R13.1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: true}
reasons contains lib.missing("P05-R13.1", "", "/facts/assessment", "考核评估结果") if not input.facts.assessment

reasons contains lib.missing("P05-R13.1", "", "/facts/assessed_on", "考核评估日期") if not input.facts.assessed_on

reasons contains lib.reason("P05-R13.1", {
	"fields": ["/facts/assessment"],
	"message": "考核评估没有达到运营较好。",
	"remedy": "请改进运营，下一次考核评估后再申请。",
}) if {
	input.facts.assessment == "not_good"
}
