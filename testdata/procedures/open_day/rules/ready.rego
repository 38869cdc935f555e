# METADATA
# title: 开放日安排
package open_day.ready

import data.lib

facts_used := {"/facts/plan"}

# METADATA
# title: 有安排
# custom:
#   rule: KF-1
#   basis: {doc: 托育机构管理规范(试行), binding: L4, verified: false}
reasons contains lib.missing("KF-1", "", "/facts/plan", "安排") if not input.facts.plan
