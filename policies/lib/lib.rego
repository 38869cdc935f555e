# METADATA
# title: 规则公共函数
# description: |
#   Functions shared by all rule sets. A rule set is a package that exports `reasons` (a set built with the functions
#   below), `facts_used` (a constant set of JSON Pointers, `*` standing for every element of a list) and, where it
#   has them, `applicable` and `route`. The engine has dropped nulls, empty strings and zero dates from the
#   input, so a missing fact is undefined.
# schemas:
#   - input: schema.filing_facts
package lib

# reason returns a reason: subject, fields, seen, limit, message, remedy, and result if it is not "fail".
# Title, basis and penalty are in the METADATA of the rule; the engine adds them.
reason(rule, found) := object.union({"rule": rule, "result": "fail"}, found)

# missing returns the reason for a rule that cannot decide because the fact at the JSON Pointer `field` is missing.
# `label` is the fact's Chinese name; `subject` may be "".
missing(rule, subject, field, label) := {
	"rule": rule,
	"result": "unknown",
	"subject": subject,
	"fields": [field],
	"message": sprintf("未填写%s。", [label]),
	"remedy": sprintf("请补充填写%s。", [label]),
}

# missing_paper returns the same for a paper 材料 that was not submitted.
missing_paper(rule, subject, field, label) := {
	"rule": rule,
	"result": "unknown",
	"subject": subject,
	"fields": [field],
	"message": sprintf("缺少%s。", [label]),
	"remedy": sprintf("请上传%s。", [label]),
}

# absent returns the names in `labels` (field name to Chinese name) that the object lacks.
absent(object_given, labels) := object.keys(labels) - object.keys(object_given)

# in_force is true if the document named under data.params.in_force applies on the date of receipt.
in_force(document) if input.as_of >= data.params.in_force[document].value

# is_family_point is true if the filing falls under the rules of family points 家庭托育点.
is_family_point if {
	input.application.site_kind == "family_point"
	in_force("family_points")
}

# papers_held is the kinds of the papers submitted with a file.
papers_held := {paper.kind | some paper in input.application.papers; paper.attachment}

# papers_of_staff contains [kind, number] for each paper of a member of staff.
papers_of_staff := {[paper.kind, paper.staff] | some paper in input.application.papers; paper.attachment}

# papers_by_name is the names of other papers 其他材料.
papers_by_name := {paper.name | some paper in input.application.papers; paper.kind == "other"; paper.attachment}

# months_after returns the date `months` later; a month without that day ends on its last day (民法典 art. 202). Dates are
# counted by the calendar and not in nanoseconds, which end in 2262: a lease may end on 9999-12-31.
months_after(date, months) := sprintf("%04d-%02d-%02d", [year, month, min({day, last_day(year, month)})]) if {
	[y, m, day] := date_parts(date)
	count := (((y * 12) + m) - 1) + months
	year := floor(count / 12)
	month := (count % 12) + 1
}

# day_after returns the next day, or 9999-12-31 for that day.
day_after("9999-12-31") := "9999-12-31"

day_after(date) := sprintf("%s-%02d", [substring(date, 0, 7), day + 1]) if {
	[year, month, day] := date_parts(date)
	day < last_day(year, month)
}

day_after(date) := months_after(sprintf("%s-01", [substring(date, 0, 7)]), 1) if {
	date != "9999-12-31"
	[year, month, day] := date_parts(date)
	day == last_day(year, month)
}

date_parts(date) := [to_number(trim_left(part, "0")) | some part in split(date, "-")]

last_day(_, month) := 31 if month in {1, 3, 5, 7, 8, 10, 12}

last_day(_, month) := 30 if month in {4, 6, 9, 11}

last_day(year, 2) := 29 if leap(year)

last_day(year, 2) := 28 if not leap(year)

leap(year) if {
	year % 4 == 0
	year % 100 != 0
}

leap(year) if year % 400 == 0
