# METADATA
# title: 示范性普惠托育机构奖补资格
package demonstration.eligible

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
# title: 被遴选为示范性普惠托育机构
# custom:
#   rule: P05-R9
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: true}
reasons contains lib.missing("P05-R9", "", "/facts/recognition_no", "认定文号") if not input.facts.recognition_no

reasons contains lib.missing("P05-R9", "", "/facts/recognised_on", "认定日期") if not input.facts.recognised_on

reasons contains lib.reason("P05-R9", {
	"fields": ["/facts/recognised_on"],
	"message": "认定日期在申请以后。",
	"remedy": "请核对认定日期。",
}) if {
	input.facts.recognised_on > input.as_of
}

reasons contains lib.reason("P05-R9", {
	"fields": ["/facts/recognition_no"],
	"message": "经县区核对，认定文件不属实。",
	"remedy": "请核对认定文件。",
}) if {
	input.answers.county_check.recognition == false
}

# METADATA
# title: 同一事项不重复奖补
# custom:
#   rule: P05-R5
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: false}
reasons contains lib.missing("P05-R5", "", "/facts/earlier_level", "此前已领取奖补的级别") if not input.facts.earlier_level

earlier if input.facts.earlier_level in {"county", "city", "province"}

reasons contains lib.missing("P05-R5", "", "/facts/earlier_fen", "此前已领取的示范奖补") if {
	earlier
	not input.facts.earlier_fen
}

order := {"none": 0, "county": 1, "city": 2, "province": 3}

reasons contains lib.reason("P05-R5", {
	"fields": ["/facts/earlier_level"],
	"seen": input.facts.earlier_level,
	"message": "同级或者更高级别的示范奖补已经领取过。",
	"remedy": "同一级别只奖补一次。",
}) if {
	order[input.facts.earlier_level] >= order[input.facts.level]
}
