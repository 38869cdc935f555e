# What fire-safety, video and data-protection law asks of a nursery in operation, each text from the day it is in force. A
# recommended standard warns; the order behind it fails.
package inspect.management

import data.lib

# METADATA
# title: 防火巡查和防火检查频次（推荐性标准）
# custom:
#   rule: FS-13
#   basis: {doc: 托育机构消防安全标准, no: WS/T 870—2025, article: "6.1", binding: L6, verified: false}
reasons contains lib.reason("FS-13", {
	"result": "warn",
	"message": sprintf(
		"每日防火巡查不足%v次或每月防火检查不足%v次。",
		[data.params.fire.patrols_per_day.value, data.params.fire.checks_per_month.value],
	),
	"remedy": "建议按推荐性标准安排防火巡查和防火检查并做好记录。",
}) if {
	"FS-13" in failed
	lib.in_force("fire_standard")
}

# METADATA
# title: 消防安全重点单位每日防火巡查
# custom:
#   rule: FS-13a
#   basis:
#     - {doc: 机关、团体、企业、事业单位消防安全管理规定, no: 公安部令第61号, article: "25", binding: L3, verified: false}
#     - {doc: 中华人民共和国消防法, article: "17", binding: L1, verified: true}
reasons contains lib.reason("FS-13a", {
	"limit": data.params.fire.key_unit_patrols_per_day.value,
	"message": sprintf("消防安全重点单位每日防火巡查不足%v次。", [data.params.fire.key_unit_patrols_per_day.value]),
	"remedy": "请每日开展防火巡查，加强夜间巡查，并填写巡查记录。",
}) if {
	"FS-13a" in failed
}

# METADATA
# title: 定期防火检查
# custom:
#   rule: FS-13b
#   basis: {doc: 机关、团体、企业、事业单位消防安全管理规定, no: 公安部令第61号, article: "26", binding: L3, verified: false}
reasons contains lib.reason("FS-13b", {
	"message": sprintf(
		"没有定期开展防火检查：事业单位每%v个月、其他单位每%v个月至少一次。",
		[data.params.fire.check_every_months.public_body.value, data.params.fire.check_every_months.other.value],
	),
	"remedy": "请按期开展防火检查并填写检查记录。",
}) if {
	"FS-13b" in failed
}

# METADATA
# title: 灭火和应急疏散演练
# custom:
#   rule: FS-14
#   basis: {doc: 中华人民共和国消防法, article: "16", binding: L1, verified: true}
reasons contains lib.reason("FS-14", {
	"message": sprintf(
		"没有按期组织灭火和应急疏散演练：每年至少%v次，消防安全重点单位每年至少%v次。",
		[data.params.fire.drills_per_year.value, data.params.fire.key_unit_drills_per_year.value],
	),
	"remedy": "请组织演练并留存记录，以每半年一次为目标。",
}) if {
	"FS-14" in failed
}

# METADATA
# title: 私密场所不得安装视频设备
# custom:
#   rule: DP-13a
#   basis: {doc: 公共安全视频图像信息系统管理条例, no: 国务院令第799号, article: "8", binding: L2, verified: true}
reasons contains lib.reason("DP-13a", {
	"message": "卫生间、更衣室、哺乳室等私密场所装有视频采集设备。",
	"remedy": "请立即拆除，并删除已采集的图像。",
}) if {
	"DP-13a" in failed
	lib.in_force("video_regulation")
}

# METADATA
# title: 视频采集区域设置提示标识
# custom:
#   rule: DP-13b
#   basis: {doc: 公共安全视频图像信息系统管理条例, no: 国务院令第799号, article: "13", binding: L2, verified: true}
reasons contains lib.reason("DP-13b", {
	"message": "视频采集区域没有设置显著的提示标识。",
	"remedy": "请在采集区域设置显著的提示标识。",
}) if {
	"DP-13b" in failed
	lib.in_force("video_regulation")
}

# METADATA
# title: 视频系统向公安机关备案
# custom:
#   rule: DP-13c
#   basis: {doc: 公共安全视频图像信息系统管理条例, no: 国务院令第799号, article: "14", binding: L2, verified: true}
reasons contains lib.reason("DP-13c", {
	"limit": data.params.video.police_filing_days.value,
	"message": sprintf("视频系统投入使用后%v天内没有向县级公安机关备案。", [data.params.video.police_filing_days.value]),
	"remedy": "请向所在地县级公安机关备案。",
}) if {
	"DP-13c" in failed
	lib.in_force("video_regulation")
}

# METADATA
# title: 录像达到目的后删除
# custom:
#   rule: DP-13d
#   basis: {doc: 公共安全视频图像信息系统管理条例, no: 国务院令第799号, article: "17", binding: L2, verified: true}
reasons contains lib.reason("DP-13d", {
	"message": "没有写明录像保存的目的和期限，或期满后没有删除。",
	"remedy": "请写明保存目的和期限，期满自动删除；涉及事件调查的单独封存。",
}) if {
	"DP-13d" in failed
	lib.in_force("video_regulation")
}

# METADATA
# title: 未成年人个人信息保护合规审计
# custom:
#   rule: DP-08
#   basis: {doc: 未成年人网络保护条例, article: "37", binding: L2, verified: true}
reasons contains lib.reason("DP-08", {
	"result": audit_result,
	"limit": data.params.minors_data.audit_until.value,
	"message": "没有向市网信部门报送上一年度未成年人个人信息保护合规审计情况。",
	"remedy": "请在每年1月底前完成上一年度审计并在线报送。",
}) if {
	"DP-08" in failed
	lib.in_force("minors_audit")
}

# audit_result is a warning in January, while the audit of the year before may still be handed in.
default audit_result := "fail"

audit_result := "warn" if substring(input.as_of, 5, 5) <= data.params.minors_data.audit_until.value
