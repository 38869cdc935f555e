# METADATA
# title: 托育补助资格
package child_month.eligible

import data.lib

facts_used := {
	"/facts/filing_no",
	"/facts/inclusive_price",
	"/facts/serious_violation",
	"/institution/status",
	"/institution/inclusive",
	"/institution/serious_findings",
}

# What the register knows counts; what it does not know, the institution states.
# METADATA
# title: 已经备案
# custom:
#   rule: P05-R1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: false}
reasons contains lib.reason("P05-R1", {
	"message": "托育机构没有备案，不属于补助范围。",
	"remedy": "请先办理备案。",
}) if {
	input.institution.status in {"applying", "cancelled"}
}

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
	"message": "没有执行普惠价格，不属于补助范围。",
	"remedy": "请先按规定认定为普惠托育机构。",
}) if {
	not input.institution.inclusive
	input.facts.inclusive_price == false
}

reasons contains lib.reason("P05-R1.1", {
	"message": "托育机构没有被认定为普惠托育机构。",
	"remedy": "请先按规定认定为普惠托育机构。",
}) if {
	input.institution.inclusive == false
}

price_stated if input.institution.inclusive in {true, false}

price_stated if input.facts.inclusive_price in {true, false}

reasons contains lib.missing("P05-R1.1", "", "/facts/inclusive_price", "是否执行普惠价格") if not price_stated

# METADATA
# title: 没有未整改完毕的严重违法违规问题
# custom:
#   rule: P05-R1.2
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: false}
reasons contains lib.reason("P05-R1.2", {
	"fields": ["/facts/serious_violation"],
	"message": "有严重违法违规问题还没有整改完毕。",
	"remedy": "请整改完毕。",
}) if {
	input.facts.serious_violation
}

reasons contains lib.reason("P05-R1.2", {
	"message": sprintf("有%d项严重违法违规问题还没有整改完毕。", [input.institution.serious_findings]),
	"remedy": "请整改完毕。",
}) if {
	input.institution.serious_findings > 0
}

violation_stated if input.institution.serious_findings >= 0

violation_stated if input.facts.serious_violation in {true, false}

reasons contains lib.missing("P05-R1.2", "", "/facts/serious_violation", "是否有未整改完毕的严重违法违规问题") if not violation_stated
