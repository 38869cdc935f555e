# METADATA
# title: 半年健康体检的项目和时间
# description: |
#   Which items are due for a child in a half-year. Each item that is due and not done is a fail, with the child and the item as its
#   subject. An item that several texts require has several fails; one measurement satisfies them all.
# schemas:
#   - input: schema.health_schedule_facts
package health.schedule

import data.lib

facts_used := {
	"/children/*/child",
	"/children/*/months_first",
	"/children/*/months_last",
	"/children/*/days_in_care",
	"/children/*/months_since",
	"/children/*/items/*/item",
	"/children/*/items/*/done",
	"/children/*/items/*/months_since",
	"/children/*/items/*/months_at",
}

limits := data.params.health

titles := {
	"weight": "体重",
	"length": "身长（身高）",
	"head": "头围",
	"haemoglobin": "血红蛋白",
	"hearing": "听力",
	"teeth": "口腔",
	"development": "发育预警征象",
	"vision": "视力",
}

# The children who are in care long enough in this half-year for a check to be due.
owing[child.child] := child if {
	some child in input.children
	child.days_in_care >= limits.care_days.value
}

# The items that are not done yet, each with the subject of its reason.
undone[subject] := {"child": child, "item": item} if {
	some id, child in owing
	some item in child.items
	not item.done
	subject := sprintf("%s/%s", [id, item.item])
}

owed(subject, seen, limit, why) := {
	"subject": subject,
	"seen": seen,
	"limit": limit,
	"message": sprintf("%s应检未检：%s。", [titles[undone[subject].item.item], why]),
	"remedy": "请安排体检，未检的注明原因。",
}

# METADATA
# title: 每半年一次免费健康体检
# custom:
#   rule: P08-R3
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R3", owed(subject, found.child.days_in_care, limits.care_days.value, "在托婴幼儿每半年体检一次")) if {
	some subject, found in undone
	found.item.item in {"weight", "length", "teeth", "development", "vision"}
}

# METADATA
# title: 头围测量
# custom:
#   rule: P08-R3h
#   basis:
#     - {doc: 七岁以下儿童生长标准, no: WS/T 423—2022, article: 表2, binding: L6, verified: false}
#     - {doc: 长治市普惠托育服务发展示范项目实施方案, article: 项目8, binding: L7, verified: true}
reasons contains lib.reason("P08-R3h", owed(subject, found.child.months_first, limits.head_until_months.value, "三岁以内测量头围")) if {
	some subject, found in undone
	found.item.item == "head"
	found.child.months_first < limits.head_until_months.value
}

# METADATA
# title: 满6—8、18、30月龄血红蛋白检查
# custom:
#   rule: CH-04
#   basis: {doc: 国家基本公共卫生服务规范（第三版）, article: 0～6岁儿童健康管理, binding: L4, verified: true}
reasons contains lib.reason("CH-04", owed(subject, found.child.months_last, limits.haemoglobin_visits.value, ages(visit))) if {
	some subject, found in undone
	found.item.item == "haemoglobin"
	visit := due(limits.haemoglobin_visits.value, found.child.months_first, found.child.months_last, found.item)
}

# The first visit whose ages the child reaches in the half-year. One measurement at these ages, such as six to eight months,
# satisfies it, even if it was made before this half-year.
due(visits, first, last, item) := min({visit |
	some visit in visits
	visit[0] <= last
	visit[1] >= first
	not met(visit, item)
})

met(visit, item) if {
	item.months_at >= visit[0]
	item.months_at <= visit[1]
}

ages(visit) := sprintf("%v月龄", [visit[0]]) if visit[0] == visit[1]

ages(visit) := sprintf("%v—%v月龄", visit) if visit[0] < visit[1]

# METADATA
# title: 每年一次血红蛋白或血常规
# custom:
#   rule: HW-04
#   basis: {doc: 托儿所幼儿园卫生保健工作规范, no: 卫妇社发〔2012〕35号, article: 第二部分四, binding: L4, verified: true}
reasons contains lib.reason("HW-04", owed(subject, found.child.months_last, limits.haemoglobin_from_months.value, "每年一次")) if {
	some subject, found in undone
	found.item.item == "haemoglobin"
	found.child.months_last >= limits.haemoglobin_from_months.value
	year_gone(found.item)
}

# METADATA
# title: 满6、12、24、36月龄听力观察
# custom:
#   rule: CH-05
#   basis: {doc: 国家基本公共卫生服务规范（第三版）, article: 0～6岁儿童健康管理, binding: L4, verified: true}
reasons contains lib.reason("CH-05", owed(subject, found.child.months_last, limits.hearing_visits.value, ages(visit))) if {
	some subject, found in undone
	found.item.item == "hearing"
	visit := due(limits.hearing_visits.value, found.child.months_first, found.child.months_last, found.item)
}

# METADATA
# title: 1—3岁每年一次听力筛查
# custom:
#   rule: HW-05
#   basis: {doc: 托儿所幼儿园卫生保健工作规范, no: 卫妇社发〔2012〕35号, article: 第二部分四, binding: L4, verified: true}
reasons contains lib.reason("HW-05", owed(subject, found.child.months_last, limits.hearing_from_months.value, "每年一次")) if {
	some subject, found in undone
	found.item.item == "hearing"
	found.child.months_last >= limits.hearing_from_months.value
	year_gone(found.item)
}

# year_gone is true if an item that is due once a year is due again by the end of the half-year.
year_gone(item) if not done_before(item)

year_gone(item) if item.months_since >= limits.yearly_months.value

done_before(item) if item.months_since >= 0

# METADATA
# title: 两次体检间隔约六个月
# custom:
#   rule: HW-01
#   basis: {doc: 托儿所幼儿园卫生保健工作规范, no: 卫妇社发〔2012〕35号, article: 第二部分四, binding: L4, verified: true}
reasons contains lib.reason("HW-01", {
	"result": "warn",
	"subject": child.child,
	"seen": child.months_since,
	"limit": [limits.spacing_least_months.value, limits.spacing_most_months.value],
	"message": sprintf("距上次体检%v个月，应间隔约六个月。", [child.months_since]),
	"remedy": "请在下一半年按约六个月的间隔安排。",
}) if {
	some child in input.children
	unevenly(child.months_since)
}

unevenly(months) if months < limits.spacing_least_months.value

unevenly(months) if months > limits.spacing_most_months.value
