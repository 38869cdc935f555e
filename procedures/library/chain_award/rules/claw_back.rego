# METADATA
# title: 连锁托育机构奖补追回
package chain.claw_back

import data.lib

facts_used := {
	"/answers/claw_decide/reason",
	"/answers/claw_decide/over_fen",
	"/decisions/chain.amount/fen",
}

reason := input.answers.claw_decide.reason

# paid is the amount of the decision that was paid.
paid := input.decisions["chain.amount"].fen

# fen is the amount to be repaid: what was counted too much, and everything for the other reasons.
fen := min({input.answers.claw_decide.over_fen, paid}) if reason == "over_count"

fen := paid if reason != "over_count"

# METADATA
# title: 骗取或者违规使用的资金追回
# custom:
#   rule: P05-C1
#   basis: {doc: 财政违法行为处罚处分条例, article: "14", binding: L2, verified: true}
reasons contains lib.reason("P05-C1", {
	"seen": reason,
	"message": sprintf("%s，应当退回资金。", [titles[reason]]),
	"remedy": "请按追回决定书在期限内退回。",
})

titles := {
	"over_count": "多计了数量",
	"fraud": "骗取资金",
	"status_withdrawn": "普惠资格被取消",
	"closed": "停止运营",
	"double_funding": "同一事项重复享受资金",
	"price_over_cap": "收费超过普惠价格",
}

reasons contains lib.missing("P05-C1", "", "/answers/claw_decide/over_fen", "多计的金额") if {
	reason == "over_count"
	not input.answers.claw_decide.over_fen
}
