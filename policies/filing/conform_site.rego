package filing.conform

import data.lib

site_facts := {
	"/application/site_kind",
	"/application/service_forms",
	"/application/prices",
	"/application/premises/tenure",
	"/application/premises/lease_from",
	"/application/premises/lease_until",
	"/application/premises/site_safe",
	"/application/premises/building_standards",
	"/application/premises/decoration_safe",
	"/application/premises/equipment_fit",
	"/application/premises/outdoor",
	"/application/premises/outdoor_safe",
	"/application/premises/security_equipment",
	"/application/premises/video_full_cover",
	"/application/premises/video_days",
	"/application/premises/guard_hours",
	"/application/premises/rooms/*/area_m2",
	"/application/premises/rooms/*/class",
}

# METADATA
# title: 适用范围
# custom:
#   rule: SS-03
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "3", binding: L4, verified: false}
reasons contains lib.missing("SS-03", "", "/site_kind", "机构类型") if {
	not input.application.site_kind
}

# METADATA
# title: 自有场地或租期
# custom:
#   rule: SS-11
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "11", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.missing("SS-11", "", "/premises/tenure", "场所权属") if {
	not input.application.premises.tenure
}

institution_reasons contains lib.missing("SS-11", "", "/premises/lease_from", "场所使用期限的起始日期") if {
	by_contract
	not input.application.premises.lease_from
}

institution_reasons contains lib.missing("SS-11", "", "/premises/lease_until", "场所使用期限的终止日期") if {
	by_contract
	not input.application.premises.lease_until
}

institution_reasons contains lib.reason("SS-11", {
	"fields": ["/premises/lease_from", "/premises/lease_until"],
	"seen": sprintf("%s—%s", [premises.lease_from, premises.lease_until]),
	"limit": years,
	"message": sprintf("场所使用期限自%s至%s（首日、末日均计入），不足%v年。", [premises.lease_from, premises.lease_until, years]),
	"remedy": sprintf("请续签或补签场所租赁（使用）合同，使用期限不少于%v年，或改用自有场地。", [years]),
}) if {
	by_contract
	premises := input.application.premises
	years := data.params.site.lease_years.value
	term_short(premises.lease_from, premises.lease_until, years)
}

institution_reasons contains lib.reason("SS-11", {
	"fields": ["/premises/lease_until"],
	"seen": until,
	"limit": input.as_of,
	"message": sprintf("场所使用期限已于%s届满。", [until]),
	"remedy": "请提供在有效期内的场所租赁（使用）合同。",
}) if {
	by_contract
	until := input.application.premises.lease_until
	until < input.as_of
}

# Premises lent free of charge are held by a contract like leased ones, and its term is checked alike.
by_contract if input.application.premises.tenure in {"leased", "free_use"}

# METADATA
# title: 选址
# custom:
#   rule: SS-12
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "12", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-12", {
	"fields": ["/premises/site_safe"],
	"seen": false,
	"limit": true,
	"message": "选址不符合自然条件、交通、卫生环境或抗震、防火、疏散的要求。",
	"remedy": "请另选符合要求的场所，或整改后提供说明。",
}) if {
	input.application.premises.site_safe == false
}

# METADATA
# title: 建筑与生活用房
# custom:
#   rule: SS-13
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "13", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-13", {
	"fields": ["/premises/building_standards"],
	"seen": false,
	"limit": true,
	"message": "建筑不符合工程建设标准，或未设生活用房。",
	"remedy": "请按工程建设标准整改，并设置婴幼儿生活用房。",
}) if {
	input.application.premises.building_standards == false
}

# METADATA
# title: 装修与设施设备
# custom:
#   rule: SS-14
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "14", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-14", {
	"fields": ["/premises/decoration_safe"],
	"seen": false,
	"limit": true,
	"message": "装修或设施设备不符合安全、环保标准，或未定期检查维护。",
	"remedy": "请整改装修和设施设备，并建立定期检查维护记录。",
}) if {
	input.application.premises.decoration_safe == false
}

# METADATA
# title: 家具、用具、玩具和图书
# custom:
#   rule: SS-15
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "15", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-15", {
	"fields": ["/premises/equipment_fit"],
	"seen": false,
	"limit": true,
	"message": "家具、用具、玩具或图书不适合婴幼儿，或不符合安全标准。",
	"remedy": "请更换为适合婴幼儿且符合安全标准的家具、用具、玩具和图书。",
}) if {
	input.application.premises.equipment_fit == false
}

# METADATA
# title: 室外活动场地
# custom:
#   rule: SS-16
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "16", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.missing("SS-16", "", "/premises/outdoor", "室外活动场地") if {
	not input.application.premises.outdoor
}

institution_reasons contains lib.reason("SS-16", {
	"fields": ["/premises/outdoor"],
	"seen": "none",
	"limit": ["own", "shared"],
	"message": "没有室外活动场地，也没有可用的公共场地。",
	"remedy": "请设置室外活动场地；确无条件的，可在保障安全的前提下利用附近的公共场地。",
}) if {
	input.application.premises.outdoor == "none"
}

institution_reasons contains lib.reason("SS-16", {
	"fields": ["/premises/outdoor_safe"],
	"seen": false,
	"limit": true,
	"message": "室外活动场地没有防护设施或不能保障安全。",
	"remedy": "请为室外活动场地配置防护设施并消除安全隐患。",
}) if {
	input.application.premises.outdoor_safe == false
	input.application.premises.outdoor != "none"
}

institution_reasons contains lib.missing("SS-16", "", "/premises/outdoor_safe", "室外活动场地的防护与安全情况") if {
	input.application.premises.outdoor != "none"
	not "outdoor_safe" in premises_given
}

# METADATA
# title: 安全防护设施设备
# custom:
#   rule: SS-17
#   basis: {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "17", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("SS-17", {
	"fields": ["/premises/security_equipment"],
	"seen": false,
	"limit": true,
	"message": "安全防护设施设备不符合标准。",
	"remedy": "请配齐符合标准的安全防护设施设备。",
}) if {
	input.application.premises.security_equipment == false
}

# METADATA
# title: 报警监控值守
# custom:
#   rule: MN-32a
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "32", binding: L4, verified: true}
#     - {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("MN-32a", {
	"fields": ["/premises/guard_hours"],
	"seen": hours,
	"limit": limit,
	"message": sprintf("报警和监控每日值守%v小时，不足%v小时。", [hours, limit]),
	"remedy": sprintf("请安排报警和监控设施每日%v小时值守。", [limit]),
}) if {
	hours := input.application.premises.guard_hours
	limit := data.params.site.guard_hours.value
	hours < limit
}

institution_reasons contains lib.missing("MN-32a", "", "/premises/guard_hours", "报警监控每日值守小时数") if {
	not input.application.premises.guard_hours
}

# METADATA
# title: 视频监控覆盖
# custom:
#   rule: MN-32b
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "32", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("MN-32b", {
	"fields": ["/premises/video_full_cover"],
	"seen": false,
	"limit": true,
	"message": "视频监控没有完全覆盖婴幼儿生活和活动区域。",
	"remedy": "请补装监控，覆盖全部生活和活动区域。",
}) if {
	input.application.premises.video_full_cover == false
}

# METADATA
# title: 监控录像保存期
# custom:
#   rule: MN-32c
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "32", binding: L4, verified: true}
#     - {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1", binding: L4, verified: true}
#     - {doc: 公共安全视频图像信息系统管理条例, no: 国务院令第799号, article: "17", binding: L2, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("MN-32c", {
	"fields": ["/premises/video_days"],
	"seen": days,
	"limit": limit,
	"message": sprintf("监控录像保存%v天，不足%v天（%s，从严执行）。", [days, limit, video_sources]),
	"remedy": sprintf("请扩充录像存储，保存期不少于%v天。", [limit]),
}) if {
	days := input.application.premises.video_days
	limit := max([source.value | some source in data.params.video_days])
	days < limit
}

institution_reasons contains lib.missing("MN-32c", "", "/premises/video_days", "监控录像保存天数") if {
	not input.application.premises.video_days
}

# Three texts set a retention time for the same recordings; the longest applies and all are shown.
video_sources := sprintf("托育机构管理规范%v天、托育机构消防安全指南%v天、公共安全视频图像信息系统管理条例%v天", [
	data.params.video_days.management.value,
	data.params.video_days.fire_guide.value,
	data.params.video_days.public_security.value,
])

# METADATA
# title: 收费公示
# custom:
#   rule: MN-15
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "15", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.missing("MN-15", "", "/prices", "收费项目和收费标准") if {
	count(object.get(input.application, "prices", [])) == 0
}

institution_reasons contains lib.reason("MN-15", {
	"result": "unknown",
	"subject": form,
	"fields": ["/prices"],
	"message": sprintf("未填写%s的收费标准。", [form_title[form]]),
	"remedy": sprintf("请补充%s的收费项目和金额，并在机构内公示。", [form_title[form]]),
}) if {
	count(input.application.prices) > 0
	not priced_for_all
	some form in input.application.service_forms
	not form in priced_forms
}

priced_forms contains price.form if some price in input.application.prices

# A price without a form applies to all forms.
priced_for_all if {
	some price in input.application.prices
	not price.form
}

form_title := {"full_day": "全日托", "half_day": "半日托", "hourly": "计时托", "temporary": "临时托"}

# METADATA
# title: 班级活动室面积
# custom:
#   rule: QA-4c
#   basis: {doc: 托育机构质量评估标准, no: WS/T 821—2023, article: "4.2", binding: L6, verified: true}
quality_reasons contains lib.reason("QA-4c", {
	"result": "warn",
	"subject": class.id,
	"fields": ["/premises/rooms"],
	"seen": area,
	"limit": limit,
	"message": sprintf("%s活动用房使用面积%v平方米，低于推荐性标准的%v平方米。", [class_title[class.kind], area, limit]),
	"remedy": "本项为推荐性标准，不影响备案；建议调整班级用房。",
}) if {
	some class in input.application.classes
	limit := data.params.class_area_m2[class.kind].value
	area := class_areas[class.id]
	area < limit
}

quality_reasons contains lib.reason("QA-4c", {
	"result": "warn",
	"subject": class.id,
	"fields": ["/premises/rooms"],
	"limit": limit,
	"message": sprintf("未填报%s的活动用房面积，无法对照推荐性标准的%v平方米。", [class_title[class.kind], limit]),
	"remedy": "本项为推荐性标准，不影响备案；建议填报班级用房及使用面积。",
}) if {
	some class in input.application.classes
	limit := data.params.class_area_m2[class.kind].value
	not class_areas[class.id]
}

# class_areas is the total area of the rooms of each class.
class_areas := {class: sum([m2 | some [_, m2] in rooms]) | some class, rooms in class_rooms}

class_rooms[room.class] contains [room.id, room.area_m2] if some room in input.application.premises.rooms

institution_reasons contains site_institution_premises_missing[name] if {
	some name in (site_institution_premises_asked - premises_given)
}

site_institution_premises_asked := {"building_standards", "decoration_safe", "equipment_fit", "security_equipment", "site_safe", "video_full_cover"}

site_institution_premises_missing := {
	"site_safe": lib.missing("SS-12", "", "/premises/site_safe", "选址情况"),
	"building_standards": lib.missing("SS-13", "", "/premises/building_standards", "建筑是否符合工程建设标准"),
	"decoration_safe": lib.missing("SS-14", "", "/premises/decoration_safe", "装修与设施设备是否安全环保"),
	"equipment_fit": lib.missing("SS-15", "", "/premises/equipment_fit", "家具用具玩具图书是否适合婴幼儿"),
	"security_equipment": lib.missing("SS-17", "", "/premises/security_equipment", "安全防护设施设备"),
	"video_full_cover": lib.missing("MN-32b", "", "/premises/video_full_cover", "视频监控覆盖情况"),
}
