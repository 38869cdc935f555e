package filing.conform

import data.lib

# METADATA
# title: 不得设在地下室或半地下室（仅见于征求意见稿）
# custom:
#   rule: FP-12a
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-12a", {
	"fields": ["/premises/semi_basement"],
	"seen": true,
	"limit": false,
	"message": "家庭托育点设在地下室或半地下室。",
	"remedy": "请改用地上的住宅。",
}) if {
	input.application.premises.semi_basement == true
}

family_reasons contains lib.reason("FP-12a", {
	"fields": ["/premises/storeys"],
	"seen": storey,
	"limit": 1,
	"message": sprintf("婴幼儿用房在%v层，不得设在地下。", [storey]),
	"remedy": "请将婴幼儿用房改设在地上楼层。",
}) if {
	some storey in input.application.premises.storeys
	storey < 1
}

family_reasons contains lib.missing("FP-12a", "", "/premises/storeys", "婴幼儿用房所在楼层") if {
	count(object.get(input.application, ["premises", "storeys"], [])) == 0
}

# METADATA
# title: 不得设在三合一场所和彩钢板建筑（仅见于征求意见稿）
# custom:
#   rule: FP-12b
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-12b", {
	"fields": ["/premises/three_in_one"],
	"seen": true,
	"limit": false,
	"message": "家庭托育点设在三合一场所内。",
	"remedy": "请改用不属于三合一场所的住宅。",
}) if {
	input.application.premises.three_in_one == true
}

family_reasons contains lib.reason("FP-12b", {
	"fields": ["/premises/colour_steel"],
	"seen": true,
	"limit": false,
	"message": "家庭托育点设在彩钢板建筑内。",
	"remedy": "请改用非彩钢板建筑的住宅。",
}) if {
	input.application.premises.colour_steel == true
}

# METADATA
# title: 门窗不得设影响逃生的栅栏
# custom:
#   rule: FP-12c
#   basis:
#     - {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, binding: L4, verified: false}
#     - {doc: 中华人民共和国消防法, article: "28", binding: L1, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-12c", {
	"fields": ["/fire/window_bars"],
	"seen": true,
	"limit": false,
	"message": "门窗设有影响逃生和救援的栅栏。",
	"remedy": "请拆除栅栏，或改装可从内部开启的逃生口。",
}) if {
	input.application.fire.window_bars == true
}

# METADATA
# title: 消防设施器材
# custom:
#   rule: FP-13
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "13", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-13", {
	"fields": ["/fire/smoke_alarm"],
	"seen": false,
	"limit": true,
	"message": "没有设置独立式感烟火灾探测报警器。",
	"remedy": "请安装独立式感烟火灾探测报警器。",
}) if {
	input.application.fire.smoke_alarm == false
}

family_reasons contains lib.reason("FP-13", {
	"fields": ["/fire/dry_powder_5kg", "/fire/water_6l"],
	"seen": held,
	"limit": least,
	"message": sprintf("灭火器%v具，不足%v具。", [held, least]),
	"remedy": sprintf("请配置灭火器不少于%v具。", [least]),
}) if {
	least := data.params.family_point.extinguishers.value
	held := input.application.fire.dry_powder_5kg + input.application.fire.water_6l
	held < least
}

family_reasons contains lib.missing("FP-13", "", field_path, label) if {
	least := data.params.family_point.extinguishers.value
	object.get(input.application, ["fire", "dry_powder_5kg"], 0) + object.get(input.application, ["fire", "water_6l"], 0) < least
	some name, label in extinguisher_title
	not name in fire_given
	field_path := sprintf("/fire/%s", [name])
}

extinguisher_title := {"dry_powder_5kg": "5公斤以上ABC干粉灭火器数", "water_6l": "6升水基型灭火器数"}

# METADATA
# title: 视频监控覆盖
# custom:
#   rule: FP-14
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "14", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-14", {
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
#   rule: FP-15
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "15", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
family_reasons contains lib.reason("FP-15", {
	"fields": ["/premises/video_days"],
	"seen": days,
	"limit": limit,
	"message": sprintf("监控录像保存%v天，不足%v天。", [days, limit]),
	"remedy": sprintf("请扩充录像存储，保存期不少于%v天。", [limit]),
}) if {
	days := input.application.premises.video_days
	limit := data.params.family_point.video_days.value
	days < limit
}

family_reasons contains lib.missing("FP-15", "", "/premises/video_days", "监控录像保存天数") if {
	not input.application.premises.video_days
}

family_reasons contains family_safety_premises_missing[name] if {
	some name in (family_safety_premises_asked - premises_given)
}

family_safety_premises_asked := {"colour_steel", "semi_basement", "three_in_one", "video_full_cover"}

family_safety_premises_missing := {
	"semi_basement": lib.missing("FP-12a", "", "/premises/semi_basement", "是否在地下室或半地下室"),
	"three_in_one": lib.missing("FP-12b", "", "/premises/three_in_one", "是否为三合一场所"),
	"colour_steel": lib.missing("FP-12b", "", "/premises/colour_steel", "是否为彩钢板建筑"),
	"video_full_cover": lib.missing("FP-14", "", "/premises/video_full_cover", "视频监控覆盖情况"),
}

family_reasons contains family_safety_fire_missing[name] if {
	some name in (family_safety_fire_asked - fire_given)
}

family_safety_fire_asked := {"smoke_alarm", "window_bars"}

family_safety_fire_missing := {
	"window_bars": lib.missing("FP-12c", "", "/fire/window_bars", "门窗有无影响逃生救援的栅栏"),
	"smoke_alarm": lib.missing("FP-13", "", "/fire/smoke_alarm", "独立式感烟报警器"),
}
