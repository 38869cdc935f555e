# METADATA
# title: 普惠托育机构租金减免资格
package rent.eligible

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

# METADATA
# title: 已经备案
# custom:
#   rule: P06-R1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: true}
reasons contains lib.reason("P06-R1", {
	"message": "托育机构没有备案，不属于减免范围。",
	"remedy": "请先办理备案。",
}) if {
	input.institution.status in {"applying", "cancelled"}
}

reasons contains lib.reason("P06-R1", {
	"fields": ["/facts/filing_no"],
	"message": "经县区核对，托育机构没有备案。",
	"remedy": "请先办理备案。",
}) if {
	input.answers.county_check.filed == false
}

# What the register knows counts; what it does not know, the applicant states and the county checks.
filed_stated if input.institution.status

filed_stated if input.facts.filing_no

reasons contains lib.missing("P06-R1", "", "/facts/filing_no", "备案编号") if not filed_stated

# METADATA
# title: 执行普惠价格
# custom:
#   rule: P06-R1.1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: true}
reasons contains lib.reason("P06-R1.1", {
	"fields": ["/facts/inclusive_price"],
	"message": "没有执行普惠价格，不属于减免范围。",
	"remedy": "请先按规定认定为普惠托育机构。",
}) if {
	input.facts.inclusive_price == false
}

reasons contains lib.reason("P06-R1.1", {
	"message": "托育机构没有被认定为普惠托育机构。",
	"remedy": "请先按规定认定为普惠托育机构。",
}) if {
	input.institution.inclusive == false
}

reasons contains lib.reason("P06-R1.1", {
	"fields": ["/facts/inclusive_price"],
	"message": "经县区核对，没有执行普惠价格。",
	"remedy": "请先按规定认定为普惠托育机构。",
}) if {
	input.answers.county_check.inclusive_price == false
}

price_declared if input.facts.inclusive_price in {true, false}

reasons contains lib.missing("P06-R1.1", "", "/facts/inclusive_price", "是否执行普惠价格") if not price_declared

# METADATA
# title: 没有未整改完毕的严重违法违规问题
# custom:
#   rule: P06-R1.2
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: false}
reasons contains lib.reason("P06-R1.2", {
	"fields": ["/facts/serious_violation"],
	"message": "有严重违法违规问题还没有整改完毕。",
	"remedy": "请整改完毕后再申请。",
}) if {
	input.facts.serious_violation
}

reasons contains lib.reason("P06-R1.2", {
	"message": sprintf("有%d项严重违法违规问题还没有整改完毕。", [input.institution.serious_findings]),
	"remedy": "请整改完毕后再申请。",
}) if {
	input.institution.serious_findings > 0
}

reasons contains lib.reason("P06-R1.2", {
	"fields": ["/facts/serious_violation"],
	"message": "经县区核对，有严重违法违规问题还没有整改完毕。",
	"remedy": "请整改完毕后再申请。",
}) if {
	input.answers.county_check.violation
}

violation_declared if input.facts.serious_violation in {true, false}

reasons contains lib.missing("P06-R1.2", "", "/facts/serious_violation", "是否有未整改完毕的严重违法违规问题") if not violation_declared

# METADATA
# title: 承诺保持普惠价格
# custom:
#   rule: P06-R1.3
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: false}
reasons contains lib.missing("P06-R1.3", "", "/facts/commitment_until", "承诺正常运营并保持普惠价格的期限") if not input.facts.commitment_until

reasons contains lib.reason("P06-R1.3", {
	"fields": ["/facts/commitment_until"],
	"seen": input.facts.commitment_until,
	"message": "承诺的期限已经过去。",
	"remedy": "请重新填写承诺的期限。",
}) if {
	input.facts.commitment_until <= input.as_of
}


# METADATA
# title: 有租赁合同，租赁期覆盖申请年度
# custom:
#   rule: P06-R2
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: false}
reasons contains lib.missing("P06-R2", "", "/facts/lease_from", "租赁起始日") if not input.facts.lease_from

reasons contains lib.missing("P06-R2", "", "/facts/lease_until", "租赁终止日") if not input.facts.lease_until

reasons contains lib.reason("P06-R2", {
	"fields": ["/facts/lease_from", "/facts/lease_until"],
	"message": sprintf("租赁期少于%d年。", [years]),
	"remedy": "请核对租赁合同。",
}) if {
	years := data.params.rent.lease_years.value
	is_number(years)
	lib.day_after(input.facts.lease_until) < lib.months_after(input.facts.lease_from, 12 * years)
}

reasons contains lib.reason("P06-R2", {
	"fields": ["/facts/lease_from", "/facts/lease_until", "/facts/year"],
	"message": "租赁期不在申请年度内。",
	"remedy": "请核对租赁合同和申请年度。",
}) if {
	outside_year
}

outside_year if input.facts.lease_from > sprintf("%d-12-31", [input.facts.year])

outside_year if input.facts.lease_until < sprintf("%d-01-01", [input.facts.year])

# METADATA
# title: 出租人与机构没有关联
# custom:
#   rule: P06-R3
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: false}
reasons contains lib.reason("P06-R3", {
	"fields": ["/facts/related_landlord"],
	"message": "出租人与机构有关联，租金不予减免。",
	"remedy": "请核对出租人。",
}) if {
	input.facts.related_landlord
}

reasons contains lib.reason("P06-R3", {
	"fields": ["/facts/related_landlord"],
	"message": "经县区核对，出租人与机构有关联，租金不予减免。",
	"remedy": "请核对出租人。",
}) if {
	input.answers.county_check.related_landlord
}

# METADATA
# title: 填写核算的依据
# custom:
#   rule: P06-R5
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: true}
reasons contains lib.missing("P06-R5", "", "/facts/classes", "班级数") if not input.facts.classes

reasons contains lib.missing("P06-R5", "", "/facts/rent_fen", "本年度实付租金") if not input.facts.rent_fen

young_declared if input.facts.young_class in {true, false}

reasons contains lib.missing("P06-R5", "", "/facts/young_class", "是否设乳儿班或者托小班") if not young_declared

# METADATA
# title: 没有租金的不减免
# custom:
#   rule: P06-R6
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: true}
reasons contains lib.reason("P06-R6", {
	"fields": ["/facts/rent_fen"],
	"seen": 0,
	"message": "没有实付租金，没有可以减免的金额。",
	"remedy": "无偿使用场地的不需要申请。",
}) if {
	input.facts.rent_fen == 0
}

# METADATA
# title: 同一场地不重复补助
# custom:
#   rule: P06-R7
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: false}
reasons contains lib.reason("P06-R7", {
	"fields": ["/facts/other_support"],
	"message": "已享受其他场地租金补助，不再减免。",
	"remedy": "请核对已享受的补助。",
}) if {
	input.facts.other_support
}
