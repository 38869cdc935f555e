# METADATA
# title: 租金减免资格
package rent.eligible

import data.lib

facts_used := {"/facts/inclusive_price", "/facts/rent_fen", "/facts/lease_until", "/facts/commitment_until"}

# METADATA
# title: 执行普惠价格
# custom:
#   rule: P06-R1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: true}
reasons contains lib.reason("P06-R1", {
	"fields": ["/facts/inclusive_price"],
	"seen": false,
	"limit": true,
	"message": "没有执行普惠价格，不属于减免范围。",
	"remedy": "请先按规定认定为普惠托育机构。",
}) if {
	input.facts.inclusive_price == false
}

reasons contains lib.missing("P06-R1", "", "/facts/inclusive_price", "是否执行普惠价格") if not priced

priced if input.facts.inclusive_price in {true, false}

# METADATA
# title: 有租赁合同和租金
# custom:
#   rule: P06-R2
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: true}
reasons contains lib.missing("P06-R2", "", "/facts/rent_fen", "本年度实付租金") if not input.facts.rent_fen

reasons contains lib.missing("P06-R2", "", "/facts/lease_until", "租赁终止日") if not input.facts.lease_until

# METADATA
# title: 承诺保持普惠价格
# custom:
#   rule: P06-R3
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: false}
reasons contains lib.missing("P06-R3", "", "/facts/commitment_until", "承诺保持普惠价格的期限") if not input.facts.commitment_until
