# METADATA
# title: 托育补助金额
package child_month.amount

import data.lib

facts_used := {
	"/facts/filing_no",
	"/facts/inclusive_price",
	"/facts/serious_violation",
	"/institution/status",
	"/institution/inclusive",
	"/institution/serious_findings",
	"/facts/period",
	"/facts/host",
	"/facts/quality",
	"/facts/seats",
	"/institution/site_kind",
	"/institution/seats",
	"/rows/child_months/*/child",
	"/rows/child_months/*/month",
	"/rows/child_months/*/class_kind",
	"/rows/child_months/*/age_months",
	"/rows/child_months/*/days",
	"/rows/child_months/*/half_day",
	"/rows/child_months/*/paid_months",
	"/rows/child_months/*/other_fund",
}

# figures are the parameters that are set.
figures := {name: figure.value | some name, figure in data.params.child_month; figure.value != null}

host := "kindergarten" if input.institution.site_kind == "kindergarten_class"

host := "independent" if input.institution.site_kind != "kindergarten_class"

host := input.facts.host if not input.institution.site_kind

quality := input.facts.quality

seats := input.institution.seats

seats := input.facts.seats if not input.institution.seats

# The rate of a child-month in fen depends on the class, or on the age. It is undefined where the table has no such entry.
class_rate[class] := figures.host_rates[host] if {
	some class in classes
	figures.rate_key == "host"
}

class_rate[class] := figures.class_rates[class] if {
	some class in classes
	figures.rate_key == "class"
}

class_rate[class] := figures.quality_rates[quality] if {
	some class in classes
	figures.rate_key == "quality"
}

classes := {"infant", "toddler", "older_toddler", "mixed"}

age_rate[age] := fen if {
	some age in numbers.range(0, figures.age_limit - 1)
	from := max({step.from | some step in figures.age_rates; step.from <= age})
	some step in figures.age_rates
	step.from == from
	fen := step.fen
}

factor := 100 if figures.quality_factor == {}

factor := figures.quality_factor[quality] if figures.quality_factor != {}

# share is the part of a month that some days are, as numerator and denominator.
share[days] := [1, 1] if {
	some days in numbers.range(0, 31)
	days >= figures.min_days
}

share[days] := [0, 1] if {
	figures.short_month_rule == "zero"
	some days in short
}

share[days] := [1, 2] if {
	figures.short_month_rule == "half"
	some days in short
}

share[days] := [min({days, figures.full_days}), figures.full_days] if {
	figures.short_month_rule == "pro_rata"
	some days in short
}

short := {days | some days in numbers.range(0, 31); days < figures.min_days}

hours[false] := 100

hours[true] := figures.half_day_factor

# funded are the rows that are paid from another fund.
funded contains i if {
	some i
	input.rows.child_months[i].other_fund in figures.no_double_with
}

# eligible_rows are those that may be counted: below the age limit and not paid from another fund.
eligible_rows := [row |
	some i, row in input.rows.child_months
	row.age_months < figures.age_limit
	not i in funded
]

# valued is child, month and amount in fen of each row whose amount is known.
valued := [[row.child, row.month, fen] |
	some row in eligible_rows
	[parts, whole] := share[row.days]
	fen := floor(((((class_rate[row.class_kind] * factor) * hours[row.half_day]) * parts) / (10000 * whole)))
] if figures.rate_key != "age"

valued := [[row.child, row.month, fen] |
	some row in eligible_rows
	[parts, whole] := share[row.days]
	fen := floor(((((age_rate[row.age_months] * factor) * hours[row.half_day]) * parts) / (10000 * whole)))
] if figures.rate_key == "age"

known if count(valued) == count(eligible_rows)

months_given := {row.month | some row in input.rows.child_months}

# paid_before are the months of the year that were paid before, of the children that have any.
paid_before[row.child] contains row.paid_months if {
	some row in input.rows.child_months
	row.paid_months > 0
}

# months_of are the months of a child that are worth something: those that count towards the maximum of a year.
months_of[child] contains month if {
	some [child, month, fen] in valued
	fen > 0
}

# counted is month and amount of what is within the maximum of a year. A period shorter than that needs no look at each child.
counted := [[month, fen] | some [_, month, fen] in valued] if unlimited

counted := [[month, fen] |
	some [child, month, fen] in valued
	fen > 0
	earlier := {other | some other in months_of[child]; other < month}
	count(earlier) < figures.max_months - max(object.get(paid_before, child, {0}))
] if {
	figures.max_months
	not unlimited
}

unlimited if {
	count(paid_before) == 0
	count(months_given) <= figures.max_months
}

worth := {month | some [month, fen] in counted; fen > 0}

# fen is undefined while something that it depends on is unknown.
fen := sum([amount | some [_, amount] in counted]) if {
	figures.unit == "child_month"
	figures.seat_cap == false
	known
}

# Where seats limit the children of a month, the smallest amounts count.
fen := sum([sum(array.slice(sort([amount | some [other, amount] in counted; other == month; amount > 0]), 0, seats)) | some month in worth]) if {
	figures.unit == "child_month"
	figures.seat_cap
	seats > 0
	known
}

fen := floor(((seats * seat_rate) * factor) / 100) * count(worth) if {
	figures.unit == "seat_month"
	known
}

# The rate of a seat depends on nothing that a child has.
seat_rate := figures.host_rates[host] if figures.rate_key == "host"

seat_rate := figures.quality_rates[quality] if figures.rate_key == "quality"

fen := sum([amount | some amount in first_of]) if {
	figures.unit == "child_year"
	known
}

# first_of is what a child is worth once a year: the amount of its first month, nothing if it was paid before.
first_of[child] := amount if {
	some child, all_months in months_of
	not paid_before[child]
	first := min(all_months)
	some row in valued
	row[0] == child
	row[1] == first
	amount := row[2]
}

ineligible if {
	some found in data.child_month.eligible.reasons
	found.result == "fail"
}

# What makes the institution ineligible makes the amount fail too.
reasons contains found if some found in data.child_month.eligible.reasons

route := "ineligible" if ineligible

route := "unset" if {
	not ineligible
	unset
}

# unset is true while a figure that no fact can replace is not set.
unset if not figures.unit in {"child_month", "seat_month", "child_year"}

unset if not rates_set

rates_set if figures[sprintf("%s_rates", [figures.rate_key])]

unset if {
	some row in eligible_rows
	row.half_day
	not figures.half_day_factor
}

unset if {
	some row in eligible_rows
	row.days < figures.min_days
	not short_month_set
}

short_month_set if figures.short_month_rule in {"zero", "half"}

short_month_set if {
	figures.short_month_rule == "pro_rata"
	figures.full_days
}

unset if not figures.max_months

unset if not figures.min_days

unset if not figures.age_limit

unset if not seat_cap_set

seat_cap_set if figures.seat_cap in {true, false}

# METADATA
# title: 按实际入托人月核算
# custom:
#   rule: P05-R4
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: true}
reasons contains lib.reason("P05-R4", {
	"result": "unknown",
	"message": "补助标准尚未公布，算不出金额。",
	"remedy": "请等待主管部门公布标准，不需要重新报送。",
}) if {
	unset
}

reasons contains lib.missing("P05-R4", "", "/facts/host", "机构类型") if {
	figures.rate_key == "host"
	not host
}

reasons contains lib.missing("P05-R4", "", "/facts/quality", "质量等次") if {
	by_quality
	not quality
}

by_quality if figures.rate_key == "quality"

by_quality if figures.quality_factor != {}

reasons contains lib.missing("P05-R4", "", "/facts/seats", "认定的托位数") if {
	by_seats
	not seats
}

by_seats if figures.seat_cap

by_seats if figures.unit == "seat_month"

reasons contains lib.reason("P05-R4", {
	"result": "unknown",
	"message": sprintf("有%d个人月没有对应的标准，算不出金额。", [count(eligible_rows) - count(valued)]),
	"remedy": "请核对班型、月龄、机构类型和质量等次。",
}) if {
	not unset
	not known
}

reasons contains lib.reason("P05-R4", {
	"fields": ["/rows/child_months"],
	"message": "没有可以补助的人月。",
	"remedy": "请核对人月的月龄、到托天数和已享受的资金。",
}) if {
	fen == 0
}

reasons contains lib.reason("P05-R4", {
	"fields": ["/rows/child_months"],
	"message": sprintf("有%d个月不在本期内。", [count(outside)]),
	"remedy": "请删去不在本期内的人月。",
}) if {
	count(outside) > 0
}

outside := months_given - period_months

period_months := {month |
	some number in numbers.range(1, 12)
	month := sprintf("%s-%02d", [substring(input.facts.period, 0, 4), number])
	in_period(month, number)
}

in_period(month, _) if startswith(month, input.facts.period)

in_period(_, number) if substring(input.facts.period, 5, 2) == sprintf("Q%d", [ceil(number / 3)])

# METADATA
# title: 同一婴幼儿同一月只计一次
# custom:
#   rule: P05-R5
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目5, binding: L7, verified: false}
reasons contains lib.reason("P05-R5", {
	"fields": ["/rows/child_months"],
	"message": "同一婴幼儿同一月填写了不止一次。",
	"remedy": "请每个婴幼儿每月只留一行。",
}) if {
	count({[row.child, row.month] | some row in input.rows.child_months}) < count(input.rows.child_months)
}
