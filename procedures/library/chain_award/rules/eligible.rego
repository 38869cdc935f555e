# METADATA
# title: 连锁托育机构奖补资格
package chain.eligible

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
	"/facts/sites/*/filing_no",
	"/facts/sites/*/county",
	"/facts/sites/*/seats",
	"/facts/earlier_award",
	"/answers/county_check/same_controller",
	"/answers/county_check/all_filed",
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
# title: 全市范围内连锁经营3家以上
# custom:
#   rule: P05-R2
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: true}
reasons contains lib.missing("P05-R2", "", "/facts/sites", "连锁机构") if not input.facts.sites

# Sites of the city that are large enough, each counted once by the number of its filing.
counted := {site.filing_no |
	some site in input.facts.sites
	startswith(site.county, data.params.chain.city.value)
	site.seats >= data.params.chain.site_seats.value
}

large if {
	some site in input.facts.sites
	startswith(site.county, data.params.chain.city.value)
	is_number(data.params.chain.single_seats.value)
	site.seats >= data.params.chain.single_seats.value
}

enough if count(counted) >= data.params.chain.sites.value

enough if large

reasons contains lib.reason("P05-R2", {
	"fields": ["/facts/sites"],
	"seen": count(counted),
	"limit": data.params.chain.sites.value,
	"message": sprintf("全市范围内托位数达到要求的连锁机构只有%d家，少于%d家。", [count(counted), data.params.chain.sites.value]),
	"remedy": "请核对连锁机构名单和托位数。",
}) if {
	input.facts.sites
	not enough
}

reasons contains lib.reason("P05-R2", {
	"fields": ["/facts/sites"],
	"message": "经县区核对，各机构不是由同一控制人举办。",
	"remedy": "请核对投资关系。",
}) if {
	input.answers.county_check.same_controller == false
}

reasons contains lib.reason("P05-R2", {
	"fields": ["/facts/sites"],
	"message": "经县区核对，名单里有没有备案的机构。",
	"remedy": "请先办理备案。",
}) if {
	input.answers.county_check.all_filed == false
}

# METADATA
# title: 同一控制人只奖补一次
# custom:
#   rule: P05-R5
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: false}
earlier_declared if input.facts.earlier_award in {true, false}

reasons contains lib.missing("P05-R5", "", "/facts/earlier_award", "控制人此前是否领取过连锁奖补") if not earlier_declared

reasons contains lib.reason("P05-R5", {
	"fields": ["/facts/earlier_award"],
	"message": "控制人已经领取过连锁奖补。",
	"remedy": "同一控制人只奖补一次。",
}) if {
	input.facts.earlier_award
}
