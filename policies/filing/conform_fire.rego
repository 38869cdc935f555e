package filing.conform

import data.lib

fire_facts := {
	"/application/classes",
	"/application/papers/*/kind",
	"/application/papers/*/issued_on",
	"/application/premises/floor_area_m2",
	"/application/premises/storeys",
	"/application/premises/semi_basement",
	"/application/premises/high_rise",
	"/application/premises/own_exit",
	"/application/premises/fire_rating",
	"/application/premises/three_in_one",
	"/application/premises/colour_steel",
	"/application/premises/hazardous_neighbours",
	"/application/premises/stand_alone",
	"/application/premises/rooms/*/area_m2",
	"/application/premises/rooms/*/evacuation_doors",
	"/application/fire/separated",
	"/application/fire/stairs_noncombustible",
	"/application/fire/decoration_noncombustible",
	"/application/fire/sprinkler",
	"/application/fire/automatic_alarm",
	"/application/fire/networked_detector",
	"/application/fire/emergency_lighting",
	"/application/fire/dry_powder_5kg",
	"/application/fire/water_6l",
	"/application/fire/extinguisher_points",
	"/application/fire/gas_kitchen",
	"/application/fire/gas_alarm_and_cutoff",
	"/application/fire/window_bars",
	"/application/fire/batteries_kept_out",
	"/application/fire/flammable_hangings",
	"/application/fire/manager_named",
	"/application/fire/evacuation_plan",
	"/application/fire/charging_outside_care",
}

storeys := object.get(input.application, ["premises", "storeys"], [])

# METADATA
# title: 所在楼层
# custom:
#   rule: FS-01
#   basis:
#     - {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(1)", binding: L4, verified: true}
#     - {doc: 托育机构质量评估标准, no: WS/T 821—2023, article: "4.2", binding: L6, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-01", {
	"fields": ["/premises/storeys"],
	"seen": storey,
	"limit": highest,
	"message": sprintf("婴幼儿用房在%v层，应在地上1至%v层。", [storey, highest]),
	"remedy": sprintf("请将婴幼儿用房调整到地上1至%v层。", [highest]),
}) if {
	highest := data.params.fire.highest_storey.value
	some storey in storeys
	outside(storey, highest)
}

outside(storey, _) if storey < 1

outside(storey, highest) if storey > highest

fire_reasons contains lib.missing("FS-01", "", "/premises/storeys", "婴幼儿用房所在楼层") if {
	count(storeys) == 0
}

fire_reasons contains lib.reason("FS-01", {
	"fields": ["/premises/semi_basement"],
	"seen": true,
	"limit": false,
	"message": "托育机构设在地下室或半地下室。",
	"remedy": "请将婴幼儿用房调整到地上楼层。",
}) if {
	input.application.premises.semi_basement == true
}

# METADATA
# title: 耐火等级与楼层
# custom:
#   rule: FS-01c
#   basis:
#     - {doc: 建筑设计防火规范, no: GB 50016, article: "5.4.4", binding: L5, verified: true}
#     - {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(1)", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
institution_reasons contains lib.reason("FS-01c", {
	"fields": ["/premises/storeys", "/premises/fire_rating"],
	"seen": storey,
	"limit": highest,
	"message": sprintf("建筑耐火等级%v级，婴幼儿用房在%v层，不得高于%v层。", [rating, storey, highest]),
	"remedy": sprintf("请将婴幼儿用房调整到%v层以下（含本层），或改用耐火等级更高的建筑。", [highest]),
}) if {
	rating := input.application.premises.fire_rating
	highest := data.params.fire_rating_storey[sprintf("rating_%v", [rating])].value
	some storey in storeys
	storey > highest
}

# On the ground floor every rating is accepted.
institution_reasons contains lib.missing("FS-01c", "", "/premises/fire_rating", "建筑耐火等级") if {
	not input.application.premises.fire_rating
	max(storeys) > 1
}

# METADATA
# title: 禁止设置的场所
# custom:
#   rule: FS-02
#   basis: {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(2)", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-02", {
	"fields": ["/premises/three_in_one"],
	"seen": true,
	"limit": false,
	"message": "托育机构设在三合一场所内。",
	"remedy": "请改用不属于三合一场所的建筑。",
}) if {
	input.application.premises.three_in_one == true
}

fire_reasons contains lib.reason("FS-02", {
	"fields": ["/premises/colour_steel"],
	"seen": true,
	"limit": false,
	"message": "托育机构设在彩钢板建筑内。",
	"remedy": "请改用非彩钢板建筑。",
}) if {
	input.application.premises.colour_steel == true
}

fire_reasons contains lib.reason("FS-02", {
	"fields": ["/premises/hazardous_neighbours"],
	"seen": true,
	"limit": false,
	"message": "同一建筑内有易燃易爆危险品的生产、储存或经营场所。",
	"remedy": "请另选场所，或待该场所迁出后再行备案。",
}) if {
	input.application.premises.hazardous_neighbours == true
}

# METADATA
# title: 防火分隔
# custom:
#   rule: FS-03
#   basis: {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(3)", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-03", {
	"fields": ["/fire/separated"],
	"seen": false,
	"limit": true,
	"message": "与其他功能场所没有有效的防火分隔。",
	"remedy": "请按消防技术标准设置防火分隔。",
}) if {
	input.application.fire.separated == false
	not input.application.premises.stand_alone
}

fire_reasons contains lib.missing("FS-03", "", "/fire/separated", "与其他功能场所的防火分隔") if {
	not input.application.premises.stand_alone
	not "separated" in fire_given
}

# METADATA
# title: 楼梯和平台材料
# custom:
#   rule: FS-04a
#   basis: {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(4)", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-04a", {
	"fields": ["/fire/stairs_noncombustible"],
	"seen": false,
	"limit": true,
	"message": "疏散楼梯和平台没有采用不燃材料。",
	"remedy": "请将疏散楼梯和平台改为不燃材料。",
}) if {
	input.application.fire.stairs_noncombustible == false
	upstairs
}

fire_reasons contains lib.missing("FS-04a", "", "/fire/stairs_noncombustible", "楼梯和平台材料") if {
	not "stairs_noncombustible" in fire_given
	upstairs
}

upstairs if max(storeys) > 1

# METADATA
# title: 独立的安全出口和疏散楼梯
# custom:
#   rule: FS-04b
#   basis:
#     - {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(4)", binding: L4, verified: true}
#     - {doc: 建筑设计防火规范, no: GB 50016, article: "5.4.4", binding: L5, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-04b", {
	"fields": ["/premises/own_exit"],
	"seen": false,
	"limit": true,
	"message": "设在高层建筑内，没有独立的安全出口和疏散楼梯。",
	"remedy": "请设置独立的安全出口和疏散楼梯，或另选场所。",
}) if {
	input.application.premises.own_exit == false
	input.application.premises.high_rise == true
}

fire_reasons contains lib.reason("FS-04b", {
	"result": "warn",
	"fields": ["/premises/own_exit"],
	"seen": false,
	"limit": true,
	"message": "设在单层或多层建筑内，没有独立的安全出口和疏散楼梯。",
	"remedy": "规范对单层、多层建筑为“宜”设，不影响备案；建议设置。",
}) if {
	input.application.premises.own_exit == false
	input.application.premises.high_rise == false
	input.application.premises.stand_alone == false
}

fire_reasons contains lib.missing("FS-04b", "", "/premises/own_exit", "是否有独立的安全出口和疏散楼梯") if {
	input.application.premises.high_rise == true
	not "own_exit" in premises_given
}

fire_reasons contains lib.missing("FS-04b", "", "/premises/high_rise", "是否设在高层建筑内") if {
	not "high_rise" in premises_given
	not input.application.premises.own_exit
}

# METADATA
# title: 大房间的疏散门
# custom:
#   rule: FS-04c
#   basis: {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(4)", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-04c", {
	"subject": room.id,
	"fields": [field("premises/rooms", room.id, "evacuation_doors")],
	"seen": room.evacuation_doors,
	"limit": least,
	"message": sprintf("房间%s面积%v平方米，大于%v平方米，疏散门%v个，不足%v个。", [room.id, room.area_m2, large, room.evacuation_doors, least]),
	"remedy": sprintf("请增设疏散门至不少于%v个。", [least]),
}) if {
	large := data.params.fire.large_room_m2.value
	least := data.params.fire.large_room_doors.value
	some room in input.application.premises.rooms
	room.area_m2 > large
	room.evacuation_doors < least
}

fire_reasons contains lib.missing("FS-04c", room.id, field("premises/rooms", room.id, "evacuation_doors"), sprintf("房间%s的疏散门数", [room.id])) if {
	some room in input.application.premises.rooms
	room.area_m2 > data.params.fire.large_room_m2.value
	not room.evacuation_doors
}

fire_reasons contains lib.missing("FS-04c", room.id, field("premises/rooms", room.id, "area_m2"), sprintf("房间%s的使用面积", [room.id])) if {
	some room in input.application.premises.rooms
	not room.area_m2
	object.get(room, "evacuation_doors", 0) < data.params.fire.large_room_doors.value
}

fire_reasons contains lib.missing("FS-04c", "", "/premises/rooms", "房间的面积和疏散门数") if {
	count(object.get(input.application, ["premises", "rooms"], [])) == 0
}

# METADATA
# title: 装修材料
# custom:
#   rule: FS-05
#   basis:
#     - {doc: 托育机构消防安全指南(试行), no: 国卫办人口函〔2022〕21号, article: "1(5)", binding: L4, verified: true}
#     - {doc: 中华人民共和国消防法, article: "26", binding: L1, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
fire_reasons contains lib.reason("FS-05", {
	"fields": ["/fire/decoration_noncombustible"],
	"seen": false,
	"limit": true,
	"message": "采用了易燃、可燃装修材料。",
	"remedy": "请更换为不燃、难燃装修材料。",
}) if {
	input.application.fire.decoration_noncombustible == false
}

fire_reasons contains lib.missing("FS-05", "", "/fire/decoration_noncombustible", "装修材料") if {
	not "decoration_noncombustible" in fire_given
}

# METADATA
# title: 人员密集场所门窗障碍物
# custom:
#   rule: FZ-06
#   basis:
#     - {doc: 中华人民共和国消防法, article: "28", binding: L1, verified: true}
#     - {doc: 中华人民共和国消防法, article: "73", binding: L1, verified: true}
institution_reasons contains lib.reason("FZ-06", {
	"fields": ["/fire/window_bars"],
	"seen": true,
	"limit": false,
	"message": "门窗设有影响逃生和灭火救援的栅栏。",
	"remedy": "请拆除门窗上影响逃生和灭火救援的栅栏。",
}) if {
	input.application.fire.window_bars == true
}

institution_reasons contains lib.missing("FZ-06", "", "/fire/window_bars", "门窗有无影响逃生救援的栅栏") if {
	not "window_bars" in fire_given
}

fire_reasons contains fire_premises_missing[name] if {
	some name in (fire_premises_asked - premises_given)
}

fire_premises_asked := {"colour_steel", "hazardous_neighbours", "semi_basement", "three_in_one"}

fire_premises_missing := {
	"semi_basement": lib.missing("FS-01", "", "/premises/semi_basement", "是否在地下室或半地下室"),
	"three_in_one": lib.missing("FS-02", "", "/premises/three_in_one", "是否为三合一场所"),
	"colour_steel": lib.missing("FS-02", "", "/premises/colour_steel", "是否为彩钢板建筑"),
	"hazardous_neighbours": lib.missing("FS-02", "", "/premises/hazardous_neighbours", "同一建筑内有无易燃易爆场所"),
}
