# METADATA
# title: 县区奖补追回
package county_award.claw_back

import data.lib

facts_used := {
	"/answers/claw_decide/county",
	"/answers/claw_decide/reason",
	"/answers/claw_decide/over_fen",
	"/rows/counties/*/county",
	"/rows/counties/*/progress",
	"/rows/counties/*/enrolled",
	"/rows/counties/*/quality",
}

reason := input.answers.claw_decide.reason

given := data.county_award.amount.award[input.answers.claw_decide.county]

# fen is the amount to be repaid: all that the county got by false figures, and what is stated for the other reasons.
fen := given if reason == "fraud"

fen := min({input.answers.claw_decide.over_fen, given}) if reason != "fraud"

titles := {"over_count": "数据多计", "fraud": "虚报数据", "misuse": "违规使用资金"}

# METADATA
# title: 骗取或者违规使用的资金追回
# custom:
#   rule: P05-C1
#   basis: {doc: 财政违法行为处罚处分条例, article: "6", binding: L2, verified: true}
reasons contains lib.reason("P05-C1", {
	"subject": input.answers.claw_decide.county,
	"seen": reason,
	"message": sprintf("%s，应当退回资金。", [titles[reason]]),
	"remedy": "请按追回决定书在期限内退回。",
})

reasons contains lib.missing("P05-C1", "", "/answers/claw_decide/over_fen", "追回的金额") if {
	reason != "fraud"
	not input.answers.claw_decide.over_fen
}
