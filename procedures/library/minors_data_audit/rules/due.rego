# METADATA
# title: 本年度是否需要审计
package audit.due

import data.lib

facts_used := {
	"/facts/year",
	"/institution/filed_on",
}

# METADATA
# title: 上一年度处理过未成年人个人信息的才需要审计
# custom:
#   rule: DP-08.2
#   basis: [{doc: 未成年人网络保护条例, article: "37", binding: L2, verified: false}, {doc: 国家互联网信息办公室2025年12月29日公告, binding: L5, verified: false}]
reasons contains lib.reason("DP-08.2", {
	"seen": input.institution.filed_on,
	"message": sprintf("%s才备案，上一年度没有处理未成年人个人信息。", [input.institution.filed_on]),
	"remedy": "下一年度再审计。",
}) if {
	input.institution.filed_on >= sprintf("%d-01-01", [input.facts.year])
}

reasons contains lib.missing("DP-08.2", "", "/institution/filed_on", "备案日期") if not input.institution.filed_on
