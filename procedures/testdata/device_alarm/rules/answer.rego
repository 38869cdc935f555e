# METADATA
# title: 报警处置
package alarm.answer

import data.lib

facts_used := {"/facts/kind"}

# METADATA
# title: 报警类型明确
# custom:
#   rule: P15-R1
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目15, binding: L7, verified: false}
reasons contains lib.missing("P15-R1", "", "/facts/kind", "报警类型") if not input.facts.kind
