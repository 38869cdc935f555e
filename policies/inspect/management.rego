# METADATA
# title: 托育机构管理规范的现场检查
# description: |
#   What the rules of daily management ask for and no filing shows: each is a question of the checklist, and a reason when
#   it was found not to be so.
# schemas:
#   - input: schema.inspect_management_facts
package inspect.management

import data.lib

facts_used := {
	"/items/*/rule",
	"/items/*/result",
}

failed contains item.rule if {
	some item in input.items
	item.result == "not_ok"
}

# METADATA
# title: 服务协议
# custom:
#   rule: MN-10
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "10", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("MN-10", {
	"message": "现场检查不合格：服务协议。",
	"remedy": "请与监护人补签服务协议。",
}) if {
	"MN-10" in failed
}

# METADATA
# title: 信息报送
# custom:
#   rule: MN-12
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "12", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("MN-12", {
	"message": "现场检查不合格：信息报送。",
	"remedy": "请按要求报送信息。",
}) if {
	"MN-12" in failed
}

# METADATA
# title: 户外活动
# custom:
#   rule: MN-18
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "18", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("MN-18", {
	"message": "现场检查不合格：户外活动。",
	"remedy": "请保证户外活动时间。",
}) if {
	"MN-18" in failed
}

# METADATA
# title: 晨午检和全日健康观察
# custom:
#   rule: MN-24
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "24", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("MN-24", {
	"message": "现场检查不合格：晨午检和全日健康观察。",
	"remedy": "请落实晨午检和全日健康观察并做好记录。",
}) if {
	"MN-24" in failed
}

# METADATA
# title: 消毒隔离和传染病预防
# custom:
#   rule: MN-27
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "27", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("MN-27", {
	"message": "现场检查不合格：消毒隔离和传染病预防。",
	"remedy": "请健全消毒隔离和传染病预防制度并落实。",
}) if {
	"MN-27" in failed
}

# METADATA
# title: 工作人员每年健康检查
# custom:
#   rule: MN-28a
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "28", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("MN-28a", {
	"message": "现场检查不合格：工作人员每年健康检查。",
	"remedy": "请组织工作人员健康检查。",
}) if {
	"MN-28a" in failed
}

# METADATA
# title: 接送制度
# custom:
#   rule: MN-30
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "30", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("MN-30", {
	"message": "现场检查不合格：接送制度。",
	"remedy": "请健全接送制度。",
}) if {
	"MN-30" in failed
}

# METADATA
# title: 安全教育和应急演练
# custom:
#   rule: MN-31b
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "31", binding: L4, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("MN-31b", {
	"message": "现场检查不合格：安全教育和应急演练。",
	"remedy": "请开展安全教育和应急演练并留存记录。",
}) if {
	"MN-31b" in failed
}

# METADATA
# title: 劳动合同
# custom:
#   rule: MN-36
#   basis: {doc: 托育机构管理规范(试行), no: 国卫人口发〔2019〕58号, article: "36", binding: L4, verified: false}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("MN-36", {
	"message": "现场检查不合格：劳动合同。",
	"remedy": "请签订劳动合同。",
}) if {
	"MN-36" in failed
}
