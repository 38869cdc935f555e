package filing.conform

import data.lib

hygiene_facts := {
	"/application/classes/*/kind",
	"/application/premises/semi_basement",
	"/application/hygiene/result",
	"/application/hygiene/requirements_met",
	"/application/hygiene/window_floor_percent",
	"/application/hygiene/observation_room_m2",
	"/application/hygiene/observation_beds",
	"/application/hygiene/fence_and_mats",
	"/application/hygiene/indoor_air_passed",
	"/application/hygiene/health_rules",
}

# METADATA
# title: 卫生评价结论合格
# custom:
#   rule: MN-04
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "4", binding: L4, verified: true}
#     - {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
#     - {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "8(4)", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
hygiene_reasons contains lib.reason("MN-04", {
	"fields": ["/hygiene/result"],
	"seen": "unqualified",
	"limit": "qualified",
	"message": "卫生评价结论为不合格。",
	"remedy": "请整改并重新自评，结论合格后再提交卫生评价报告。",
}) if {
	input.application.hygiene.result == "unqualified"
}

hygiene_reasons contains lib.missing("MN-04", "", "/hygiene/result", "卫生评价结论") if {
	not input.application.hygiene.result
}

# METADATA
# title: 室内空气检测
# custom:
#   rule: HV-02.4
#   basis:
#     - {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
#     - {doc: 托育机构质量评估标准, no: WS/T 821—2023, article: "4.2", binding: L6, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
hygiene_reasons contains lib.reason("HV-02.4", {
	"fields": ["/hygiene/indoor_air_passed"],
	"seen": false,
	"limit": true,
	"message": "室内空气检测没有达到室内空气质量标准。",
	"remedy": "请治理后重新检测，提交合格的检测报告。",
}) if {
	input.application.hygiene.indoor_air_passed == false
}

hygiene_reasons contains lib.missing("HV-02.4", "", "/hygiene/indoor_air_passed", "室内空气检测结果") if {
	not "indoor_air_passed" in hygiene_given
}

# METADATA
# title: 卫生评价基本要求
# custom:
#   rule: HV-06
#   basis: {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
hygiene_reasons contains lib.reason("HV-06", {
	"fields": ["/hygiene/requirements_met"],
	"seen": met,
	"limit": all,
	"message": sprintf("卫生评价基本要求%v项中满足%v项，应全部满足。", [all, met]),
	"remedy": "请逐项整改，全部满足后重新自评。",
}) if {
	met := input.application.hygiene.requirements_met
	all := data.params.hygiene.requirements.value
	met < all
}

hygiene_reasons contains lib.missing("HV-06", "", "/hygiene/requirements_met", "卫生评价已满足的基本要求项数") if {
	not input.application.hygiene.requirements_met
}

# METADATA
# title: 生活用房窗地面积比
# custom:
#   rule: HV-07
#   basis:
#     - {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
#     - {doc: 托育机构质量评估标准, no: WS/T 821—2023, article: "4.2", binding: L6, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
hygiene_reasons contains lib.reason("HV-07", {
	"fields": ["/hygiene/window_floor_percent"],
	"seen": percent,
	"limit": least,
	"message": sprintf("生活用房窗地面积比%v%%，不足%v%%。", [percent, least]),
	"remedy": "请调整生活用房或增大采光窗面积。",
}) if {
	percent := input.application.hygiene.window_floor_percent
	least := data.params.hygiene.window_floor_percent.value
	percent < least
}

hygiene_reasons contains lib.missing("HV-07", "", "/hygiene/window_floor_percent", "生活用房窗地面积比") if {
	not input.application.hygiene.window_floor_percent
}

# METADATA
# title: 生活用房位置与安全护栏、地垫
# custom:
#   rule: HV-08
#   basis: {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
hygiene_reasons contains lib.reason("HV-08", {
	"fields": ["/premises/semi_basement"],
	"seen": true,
	"limit": false,
	"message": "生活用房设在地下室或半地下室。",
	"remedy": "请将生活用房调整到地上楼层。",
}) if {
	input.application.premises.semi_basement == true
}

hygiene_reasons contains lib.reason("HV-08", {
	"fields": ["/hygiene/fence_and_mats"],
	"seen": false,
	"limit": true,
	"message": "乳儿班、托小班没有设置安全护栏和地垫。",
	"remedy": "请为乳儿班、托小班设置安全护栏和地垫。",
}) if {
	input.application.hygiene.fence_and_mats == false
	crawling
}

hygiene_reasons contains lib.missing("HV-08", "", "/hygiene/fence_and_mats", "乳儿班、托小班的安全护栏和地垫") if {
	not "fence_and_mats" in hygiene_given
	crawling
}

crawling if {
	some class in input.application.classes
	class.kind in {"infant", "toddler"}
}

# METADATA
# title: 保健观察室
# custom:
#   rule: HV-09
#   basis: {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
hygiene_reasons contains lib.reason("HV-09", {
	"fields": ["/hygiene/observation_room_m2"],
	"seen": area,
	"limit": least,
	"message": sprintf("保健观察室建筑面积%v平方米，不足%v平方米。", [area, least]),
	"remedy": sprintf("请调整保健观察室，建筑面积不少于%v平方米。", [least]),
}) if {
	area := input.application.hygiene.observation_room_m2
	least := data.params.hygiene.observation_room_m2.value
	area < least
}

hygiene_reasons contains lib.missing("HV-09", "", "/hygiene/observation_room_m2", "保健观察室建筑面积") if {
	not input.application.hygiene.observation_room_m2
}

hygiene_reasons contains lib.reason("HV-09", {
	"fields": ["/hygiene/observation_beds"],
	"seen": beds,
	"limit": least,
	"message": sprintf("儿童观察床%v张，不足%v张。", [beds, least]),
	"remedy": sprintf("请设置儿童观察床不少于%v张。", [least]),
}) if {
	beds := input.application.hygiene.observation_beds
	least := data.params.hygiene.observation_beds.value
	beds < least
}

hygiene_reasons contains lib.missing("HV-09", "", "/hygiene/observation_beds", "儿童观察床数") if {
	not input.application.hygiene.observation_beds
}

# METADATA
# title: 幼儿园托班沿用幼儿园卫生评价
# custom:
#   rule: HV-12
#   basis: {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: false}
kindergarten_reasons contains lib.reason("HV-12", {
	"result": "warn",
	"fields": ["/hygiene/result"],
	"seen": "unqualified",
	"limit": "qualified",
	"message": "幼儿园卫生评价结论为不合格。",
	"remedy": "幼儿园托班沿用幼儿园的卫生评价，依据待核对，暂不影响备案；请整改并重新评价。",
}) if {
	input.application.hygiene.result == "unqualified"
}

kindergarten_reasons contains lib.reason("HV-12", {
	"result": "warn",
	"fields": ["/hygiene/result"],
	"limit": "qualified",
	"message": "未填报幼儿园卫生评价结论。",
	"remedy": "幼儿园托班沿用幼儿园的卫生评价，依据待核对，暂不影响备案；请补充填写。",
}) if {
	not input.application.hygiene.result
}

# METADATA
# title: 卫生保健制度
# custom:
#   rule: MN-23
#   basis:
#     - {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "23", binding: L4, verified: true}
#     - {doc: 托育机构设置标准(试行), no: 国卫人口发〔2019〕58号, article: "21", binding: L4, verified: true}
#     - {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("MN-23", {
	"fields": ["/hygiene/health_rules"],
	"seen": false,
	"limit": true,
	"message": "卫生保健制度不健全。",
	"remedy": "请按托儿所幼儿园卫生保健管理的规定健全卫生保健制度。",
}) if {
	input.application.hygiene.health_rules == false
}

institution_reasons contains lib.missing("MN-23", "", "/hygiene/health_rules", "卫生保健制度") if {
	not "health_rules" in hygiene_given
}
