# METADATA
# title: 县区评定的名次
package county_award.ranking

import data.lib

facts_used := {
	"/rows/counties/*/county",
	"/rows/counties/*/progress",
	"/rows/counties/*/enrolled",
	"/rows/counties/*/quality",
}

# figures are the parameters that are set.
figures := {name: figure.value | some name, figure in data.params.county_award; figure.value != null}

# The points of a county in a dimension are its share of the best county, in ten-thousandths and rounded down.
best_progress := max([row.progress | some row in input.rows.counties])

best_enrolled := max([row.enrolled | some row in input.rows.counties])

best_quality := max([row.quality | some row in input.rows.counties])

points[county] := {"progress": share(row.progress, best_progress), "enrolled": share(row.enrolled, best_enrolled), "quality": share(row.quality, best_quality)} if {
	some row in input.rows.counties
	county := row.county
}

share(value, best) := floor((value * 10000) / best) if best > 0

share(_, best) := 0 if best == 0

# score is undefined while a weight is not set.
score[county] := ((figures.progress_weight * part.progress) + (figures.enrolled_weight * part.enrolled)) + (figures.quality_weight * part.quality) if {
	some county, part in points
}

# The figures behind the points, and not the points, distinguish counties with the same score.
tie[row.county] := row.progress if {
	figures.tie == "progress"
	some row in input.rows.counties
}

tie[row.county] := row.enrolled if {
	figures.tie == "enrolled"
	some row in input.rows.counties
}

tie[row.county] := row.quality if {
	figures.tie == "quality"
	some row in input.rows.counties
}

better(a, b) if score[a] > score[b]

better(a, b) if {
	score[a] == score[b]
	tie[a] > tie[b]
}

rank[county] := 1 + count([other | some other, _ in score; better(other, county)]) if some county, _ in score

# unresolved are the counties with an award that share a place although places are not shared.
unresolved contains county if {
	not shared
	some county, place in rank
	place <= figures.places
	some other, same in rank
	other != county
	same == place
}

shared if figures.tie == "shared"

weighted if {
	figures.progress_weight
	figures.enrolled_weight
	figures.quality_weight
}

route := "unset" if {
	count(invalid) == 0
	not weighted
}

route := "unset" if {
	count(invalid) == 0
	count(unresolved) > 0
	not figures.tie
}

invalid contains "few" if count({row.county | some row in input.rows.counties}) < figures.places

invalid contains "twice" if count({row.county | some row in input.rows.counties}) < count(input.rows.counties)

labels := {"progress": "完成进度", "enrolled": "入托数量", "quality": "运营质量"}

# absent are the figures that a county has not, as place of its row and name.
absent contains [i, name] if {
	some i, row in input.rows.counties
	some name in lib.absent(row, labels)
}

invalid contains "absent" if count(absent) > 0

# METADATA
# title: 从完成进度、入托数量、运营质量三个维度评定
# custom:
#   rule: P05-R6
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: true}
reasons contains lib.reason("P05-R6", {
	"fields": ["/rows/counties"],
	"message": sprintf("参加评定的县区少于%d个。", [figures.places]),
	"remedy": "请补齐各县区的数据。",
}) if {
	"few" in invalid
}

reasons contains lib.reason("P05-R6", {
	"fields": ["/rows/counties"],
	"message": "有的县区写了不止一次。",
	"remedy": "请每个县区只留一行。",
}) if {
	"twice" in invalid
}

reasons contains lib.reason("P05-R6", {
	"result": "unknown",
	"message": "三个维度的权重尚未公布，排不出名次。",
	"remedy": "请等待公布评定办法。",
}) if {
	not weighted
}

reasons contains lib.reason("P05-R6", {
	"result": "unknown",
	"fields": ["/rows/counties"],
	"message": sprintf("%s得分相同，分不出名次。", [concat("、", unresolved)]),
	"remedy": "请核对数据，或者等待公布并列时的排法。",
}) if {
	count(unresolved) > 0
}

reasons contains lib.missing("P05-R6", input.rows.counties[i].county, sprintf("/rows/counties/%d/%s", [i, name]), labels[name]) if {
	some [i, name] in absent
}

# The ranking itself, one note for each county, so that it is frozen with the decision and published with its parts.
reasons contains lib.reason("P05-R6", {
	"result": "warn",
	"subject": row.county,
	"seen": score[row.county],
	"message": sprintf("第%d名 %s：进度%d/10000（%d分）、入托%d人（%d分）、质量%d/1000（%d分），合计%d分。", [rank[row.county], row.county, row.progress, points[row.county].progress, row.enrolled, points[row.county].enrolled, row.quality, points[row.county].quality, score[row.county]]),
	"remedy": "",
}) if {
	some row in input.rows.counties
}
