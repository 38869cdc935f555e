# METADATA
# title: 县区奖补金额
package county_award.amount

import data.lib

facts_used := {
	"/rows/counties/*/county",
	"/rows/counties/*/progress",
	"/rows/counties/*/enrolled",
	"/rows/counties/*/quality",
}

figures := data.county_award.ranking.figures

# award is what a county gets by its place; none of them is defined while the amounts are not set.
award[county] := figures.amounts[place - 1] if {
	count(figures.amounts) >= figures.places
	some county, place in data.county_award.ranking.rank
	place <= figures.places
}

# fen is the sum of all awards; undefined while the ranking or the amounts are unknown.
fen := sum([amount | some amount in award]) if {
	count(data.county_award.ranking.absent) == 0
	figures.amounts
	count(figures.amounts) >= figures.places
	count(data.county_award.ranking.unresolved) == 0
	count(award) > 0
}

reasons contains found if some found in data.county_award.ranking.reasons

# METADATA
# title: 给予排名前三的县区奖补
# custom:
#   rule: P05-R15
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: true}
reasons contains lib.reason("P05-R15", {
	"result": "unknown",
	"message": "各名次的奖补金额尚未公布，算不出来。",
	"remedy": "请等待公布金额。",
}) if {
	not fen
}

reasons contains lib.reason("P05-R15", {
	"message": "本年度没有安排奖补资金。",
	"remedy": "只通报名次。",
}) if {
	fen == 0
}

reasons contains lib.reason("P05-R15", {
	"result": "warn",
	"subject": county,
	"seen": amount,
	"message": sprintf("第%d名 %s：奖补%d元。", [data.county_award.ranking.rank[county], county, floor(amount / 100)]),
	"remedy": "",
}) if {
	some county, amount in award
}
