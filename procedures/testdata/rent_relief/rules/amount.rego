# METADATA
# title: 租金减免金额
package rent.amount

import data.lib

facts_used := {"/facts/classes", "/facts/young_class", "/facts/rent_fen"}

rates := data.params.rent

by_classes := rates.first_class_fen.value + (rates.further_class_fen.value * (input.facts.classes - 1))

young := rates.young_class_fen.value if input.facts.young_class

young := 0 if not input.facts.young_class

share := floor((input.facts.rent_fen * rates.rent_percent.value) / 100)

# fen is the amount in fen; undefined while anything that it depends on is unknown.
fen := min({by_classes + young, share, rates.year_fen.value})

# METADATA
# title: 按班级数和租金核算
# custom:
#   rule: P06-R4
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目6, binding: L7, verified: false}
reasons contains lib.missing("P06-R4", "", "/facts/classes", "班级数") if not input.facts.classes

reasons contains lib.missing("P06-R4", "", "/facts/rent_fen", "本年度实付租金") if not input.facts.rent_fen

reasons contains lib.reason("P06-R4", {
	"result": "unknown",
	"message": "减免标准尚未公布，算不出金额。",
	"remedy": "请等待主管部门公布标准。",
}) if {
	input.facts.classes
	input.facts.rent_fen
	not fen
}

reasons contains lib.reason("P06-R4", {
	"fields": ["/facts/rent_fen"],
	"seen": input.facts.rent_fen,
	"message": "没有实付租金，没有可以减免的金额。",
	"remedy": "请核对租金票据。",
}) if {
	fen == 0
}
