# METADATA
# title: 租金减免追回
package rent.claw_back

import data.lib

facts_used := {"/answers/claw_back/reason"}

# METADATA
# title: 骗取或者违规使用的资金追回
# custom:
#   rule: P06-R5
#   basis: {doc: 财政违法行为处罚处分条例, article: "14", binding: L2, verified: false}
reasons contains lib.reason("P06-R5", {
	"seen": input.answers.claw_back.reason,
	"message": "存在应当追回减免资金的情形。",
	"remedy": "请按追回决定书在期限内退回。",
}) if {
	input.answers.claw_back.reason
}

reasons contains lib.missing("P06-R5", "", "/answers/claw_back/reason", "追回事由") if not input.answers.claw_back.reason
