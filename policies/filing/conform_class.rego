package filing.conform

import data.lib

class_facts := {
	"/application/classes/*/id",
	"/application/classes/*/kind",
	"/application/classes/*/seats",
	"/application/classes/*/enrolled",
	"/application/classes/*/youngest_months",
	"/application/classes/*/oldest_months",
	"/application/classes/*/independent_unit",
	"/application/staff/*/class",
}

# doubtful_classes are the classes to which some rule on size and age may apply.
doubtful_classes := [class |
	some i, class in input.application.classes
	not i in sound_classes
]

sound_classes contains i if {
	some i, class in input.application.classes
	class.independent_unit
	largest := data.params.class_size[class.kind].value
	class.seats <= largest
	object.get(class, "enrolled", 0) <= largest
	class.youngest_months >= data.params.class_from_months[class.kind].value
	class.oldest_months < data.params.class_until_months[class.kind].value
	class.youngest_months <= class.oldest_months
}

# METADATA
# title: 班级规模与月龄
# custom:
#   rule: SS-19
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "19", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
class_reasons contains lib.reason("SS-19", {
	"subject": class.id,
	"fields": [field("classes", class.id, name)],
	"seen": class[name],
	"limit": limit,
	"message": sprintf("%s的%s为%v人，超过每班%v人。", [class_title[class.kind], count_title[name], class[name], limit]),
	"remedy": sprintf("请减少本班人数至%v人以下（含本数），或增设班级。", [limit]),
}) if {
	some class in doubtful_classes
	limit := data.params.class_size[class.kind].value
	some name in ["seats", "enrolled"]
	class[name] > limit
}

class_reasons contains lib.reason("SS-19", {
	"subject": class.id,
	"fields": [field("classes", class.id, name)],
	"seen": age,
	"limit": from,
	"message": sprintf("%s收托%v个月的婴幼儿，小于本班型的%v个月。", [class_title[class.kind], age, from]),
	"remedy": sprintf("请将不满%v个月的婴幼儿编入相应班级。", [from]),
}) if {
	some class in doubtful_classes
	from := data.params.class_from_months[class.kind].value
	some name in ["youngest_months", "oldest_months"]
	age := class[name]
	age < from
}

# Ages are completed months in [from, until). The text does not state where a child of exactly `until` months belongs, so
# this reading is marked unverified; the grace is for a child who reaches the age within a term.
class_reasons contains lib.reason("SS-19", {
	"subject": class.id,
	"fields": [field("classes", class.id, name)],
	"seen": age,
	"limit": until,
	"verified": age > until,
	"message": sprintf("%s收托%v个月的婴幼儿，本班型收托不满%v个月的婴幼儿。", [class_title[class.kind], age, until]),
	"remedy": sprintf("请将满%v个月的婴幼儿编入相应班级或办理离托。", [until]),
}) if {
	some class in doubtful_classes
	until := data.params.class_until_months[class.kind].value
	some name in ["youngest_months", "oldest_months"]
	age := class[name]
	age >= until + data.params.class_age.grace_months.value
}

institution_reasons contains lib.missing("SS-19", "", "/classes", "班级") if {
	count(object.get(input.application, "classes", [])) == 0
}

class_reasons contains lib.missing("SS-19", class.id, field("classes", class.id, "kind"), sprintf("班级%s的类型", [class.id])) if {
	some class in doubtful_classes
	not class.kind
}

class_reasons contains lib.missing("SS-19", class.id, field("classes", class.id, "seats"), sprintf("班级%s的托位数", [class.id])) if {
	some class in doubtful_classes
	not class.seats
}

class_reasons contains lib.missing("SS-19", class.id, field("classes", class.id, name), sprintf("班级%s的%s", [class.id, label])) if {
	some class in doubtful_classes
	class.enrolled > 0
	some name, label in {"youngest_months": "最小月龄", "oldest_months": "最大月龄"}
	not class[name]
}

count_title := {"seats": "托位数", "enrolled": "在托人数"}

# METADATA
# title: 班级生活单元独立使用
# custom:
#   rule: SS-19e
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "19", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
class_reasons contains lib.reason("SS-19e", {
	"subject": class.id,
	"fields": [field("classes", class.id, "independent_unit")],
	"seen": false,
	"limit": true,
	"message": sprintf("班级%s的生活单元没有独立使用。", [class.id]),
	"remedy": "请为每班设置独立使用的生活单元。",
}) if {
	some class in doubtful_classes
	class.independent_unit == false
}

class_reasons contains lib.missing("SS-19e", class.id, field("classes", class.id, "independent_unit"), sprintf("班级%s的生活单元是否独立使用", [class.id])) if {
	some class in doubtful_classes
	object.get(class, "independent_unit", null) == null
}

# METADATA
# title: 保育人员与婴幼儿比例
# custom:
#   rule: SS-20
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "20", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-20", {
	"result": shortage_result,
	"subject": short.class.id,
	"fields": [field("classes", short.class.id, "seats"), "/staff"],
	"seen": short.carers,
	"limit": short.needed,
	"message": sprintf("%s按%v名婴幼儿、每名保育人员照护不超过%v名计，应有保育人员%v名，已落实到班%v名。", [
		class_title[short.class.kind],
		children_of(short.class),
		data.params.carer_ratio[short.class.kind].value,
		short.needed,
		short.carers,
	]),
	"remedy": "请补充保育人员并填写所在班级，或减少本班人数。",
}) if {
	staff_given
	some short in short_classes
}

# A class is checked by its planned seats, since they are what is filed, or by the children enrolled if there
# are more.
short_classes contains {"class": class, "needed": needed, "carers": have} if {
	some class in input.application.classes
	class.kind != "mixed"
	needed := ceil(children_of(class) / data.params.carer_ratio[class.kind].value)
	have := carers_of(class)
	have < needed
}

# While unassigned carers could make up for what all classes lack, the facts do not yet prove a shortage.
default shortage_result := "fail"

shortage_result := "unknown" if {
	unplaced := [carer.number | some carer in carers; not object.get(carer, "class", "") in class_ids]
	lacking := [n | some short in short_classes; n := short.needed - short.carers]
	sum(lacking) <= count(unplaced) + count(unposted)
}

class_ids := {class.id | some class in input.application.classes}

# carer_counts is the number of carers of each class.
carer_counts := {class: count(numbers) | some class, numbers in class_carers}

class_carers[carer.class] contains carer.number if some carer in carers

carers_of(class) := object.get(carer_counts, class.id, 0)

# METADATA
# title: 混合班保育人员比例
# custom:
#   rule: SS-20m
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "20", binding: L4, verified: false}
institution_reasons contains lib.reason("SS-20m", {
	"result": "warn",
	"subject": class.id,
	"fields": [field("classes", class.id, "seats"), "/staff"],
	"seen": carers_of(class),
	"limit": needed,
	"message": sprintf("国家未规定混合班比例；按%v名婴幼儿、每名保育人员照护不超过%v名的参考值计，宜有保育人员%v名，已落实到班%v名。", [
		children_of(class),
		ratio,
		needed,
		carers_of(class),
	]),
	"remedy": "本项为参考值，不影响备案；建议补充保育人员并填写所在班级。",
}) if {
	staff_given
	some class in input.application.classes
	class.kind == "mixed"
	ratio := data.params.carer_ratio.mixed.value
	needed := ceil(children_of(class) / ratio)
	carers_of(class) < needed
}
