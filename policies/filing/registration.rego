# METADATA
# title: 登记机关与登记事项
# description: Who registers the institution, and whether what is registered fits what is filed (托育机构登记和备案办法(试行) art. 4–7).
# schemas:
#   - input: schema.filing_facts
package registration.route

import data.lib

facts_used := {
	"/application/classes/*/seats",
	"/application/family/children",
	"/application/institution/business_scope",
	"/application/institution/county",
	"/application/institution/name",
	"/application/institution/nature",
	"/application/institution/uscc",
	"/application/site_kind",
	"/registration/business_scope",
	"/registration/county",
	"/registration/name",
	"/registration/nature",
	"/registration/registrar",
	"/registration/status",
	"/registration/uscc",
}

registrar_of := {
	"public_institution": "staffing",
	"social_service": "civil_affairs",
	"for_profit": "market",
}

registrar_titles := {
	"staffing": "机构编制部门",
	"civil_affairs": "民政部门",
	"market": "市场监管(行政审批)部门",
}

# The route is the registrar determined by the nature, or "institution" for a family point that exceeds the size of one.
route := "institution" if family_children > data.params.family_point.children.value

else := registrar_of[input.application.institution.nature]

# METADATA
# title: 事业单位性质的机构由机构编制部门登记
# custom:
#   rule: RF-04a
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "4", binding: L4, verified: true}
reasons contains lib.reason("RF-04a", other_registrar) if input.application.institution.nature == "public_institution"

# METADATA
# title: 社会服务机构由民政部门登记
# custom:
#   rule: RF-04b
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "4", binding: L4, verified: true}
reasons contains lib.reason("RF-04b", other_registrar) if input.application.institution.nature == "social_service"

# METADATA
# title: 营利性机构由市场监管部门登记
# custom:
#   rule: RF-04c
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "4", binding: L4, verified: true}
reasons contains lib.reason("RF-04c", other_registrar) if input.application.institution.nature == "for_profit"

# other_registrar is true if an authority other than the one determined by the nature registered the institution.
other_registrar := {
	"fields": ["/institution/nature"],
	"seen": input.registration.registrar,
	"limit": expected,
	"message": sprintf("登记机关是%s，该性质的机构应由%s登记。", [registrar_titles[input.registration.registrar], registrar_titles[expected]]),
	"remedy": sprintf("请核对机构性质；性质无误的，请先向%s办理登记，再申请备案。", [registrar_titles[expected]]),
} if {
	expected := registrar_of[input.application.institution.nature]
	input.registration.registrar != expected
}

# METADATA
# title: 机构性质与登记一致
# custom:
#   rule: RF-04
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "4", binding: L4, verified: true}
reasons contains lib.reason("RF-04", {
	"fields": ["/institution/nature"],
	"seen": input.application.institution.nature,
	"limit": input.registration.nature,
	"message": "填写的机构性质与登记的不一致。",
	"remedy": "请按登记证书更正机构性质。",
}) if {
	input.application.institution.nature != input.registration.nature
}

reasons contains lib.missing("RF-04", "", "/institution/nature", "机构性质") if {
	not input.application.institution.nature
}

# METADATA
# title: 统一社会信用代码前两位与登记机关相符
# custom:
#   rule: ID-01
#   basis:
#     - {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "4", binding: L4, verified: true}
#     - {doc: 法人和其他组织统一社会信用代码编码规则, no: GB 32100-2015, binding: L5, verified: true}
reasons contains lib.reason("ID-01", {
	"fields": ["/institution/uscc", "/institution/nature"],
	"seen": prefix,
	"limit": allowed,
	"message": sprintf("统一社会信用代码以“%s”开头，不是%s登记的代码。", [prefix, registrar_titles[expected]]),
	"remedy": "请按营业执照或法人登记证书核对统一社会信用代码和机构性质。",
}) if {
	expected := registrar_of[input.application.institution.nature]
	allowed := data.params.uscc_prefix[expected].value
	prefix := substring(input.application.institution.uscc, 0, 2)
	not prefix in allowed
}

# METADATA
# title: 统一社会信用代码与登记一致
# custom:
#   rule: ID-02
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "7", binding: L4, verified: true}
reasons contains lib.reason("ID-02", {
	"fields": ["/institution/uscc"],
	"seen": input.application.institution.uscc,
	"limit": input.registration.uscc,
	"message": "填写的统一社会信用代码与登记机关登记的不一致。",
	"remedy": "请按营业执照或法人登记证书核对并更正统一社会信用代码。",
}) if {
	input.application.institution.uscc != input.registration.uscc
}

reasons contains lib.missing("ID-02", "", "/institution/uscc", "统一社会信用代码") if {
	not input.application.institution.uscc
}

# METADATA
# title: 名称与登记一致
# custom:
#   rule: ID-03
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "7", binding: L4, verified: true}
reasons contains lib.reason("ID-03", {
	"fields": ["/institution/name"],
	"seen": input.application.institution.name,
	"limit": input.registration.name,
	"message": "填写的机构名称与登记名称不一致。",
	"remedy": "请按营业执照或法人登记证书上的名称更正。",
}) if {
	input.application.institution.name != input.registration.name
}

# METADATA
# title: 登记的业务(经营)范围载明托育服务
# custom:
#   rule: RF-05a
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "5", binding: L4, verified: true}
reasons contains lib.reason("RF-05a", {
	"fields": ["/institution/business_scope"],
	"seen": scope,
	"limit": "托育服务",
	"message": "登记的业务(经营)范围没有载明“托育服务”。",
	"remedy": "请向登记机关变更业务(经营)范围，载明“托育服务”后再申请备案。",
}) if {
	not lib.is_family_point
	not contains(scope, "托育服务")
}

reasons contains lib.missing("RF-05a", "", "/institution/business_scope", "业务(经营)范围") if not scope

# The registrar's data on scope and name takes precedence over what the applicant wrote.
scope := input.registration.business_scope

scope := input.application.institution.business_scope if not input.registration.business_scope

name := input.registration.name

name := input.application.institution.name if not input.registration.name

# METADATA
# title: 先登记后备案
# custom:
#   rule: RF-07a
#   basis:
#     - {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "7", binding: L4, verified: true}
#     - {doc: 中华人民共和国人口与计划生育法, article: "28", binding: L1, verified: true}
#   penalty: {doc: 中华人民共和国人口与计划生育法, article: "41", binding: L1, verified: true}
reasons contains lib.reason("RF-07a", {
	"result": "unknown",
	"fields": ["/registration"],
	"message": "尚未取得登记机关的登记信息。",
	"remedy": "请先办理登记；已登记的，请上传营业执照或法人登记证书，由工作人员核对。",
}) if {
	not input.registration
}

reasons contains lib.reason("RF-07a", {
	"fields": ["/institution/uscc"],
	"seen": input.registration.status,
	"limit": "active",
	"message": "登记已注销，不能备案。",
	"remedy": "请重新办理登记后再申请备案。",
}) if {
	input.registration.status != "active"
}

# METADATA
# title: 向机构所在地县级卫生健康部门备案
# custom:
#   rule: RF-07b
#   basis:
#     - {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "7", binding: L4, verified: true}
#     - {doc: 中华人民共和国人口与计划生育法, article: "28", binding: L1, verified: true}
reasons contains lib.reason("RF-07b", {
	"fields": ["/institution/county"],
	"seen": input.application.institution.county,
	"limit": input.county,
	"message": "机构所在县区不由本机关受理备案。",
	"remedy": "请核对机构所在县区；无误的，请向机构所在地县区卫生健康部门申请。",
}) if {
	input.application.institution.county != input.county
}

reasons contains lib.missing("RF-07b", "", "/institution/county", "机构所在县区") if {
	not input.application.institution.county
}

# METADATA
# title: 登记机关与机构在同一县区
# description: Registrars of the city register for every county, so another county is a warning and not a fail.
# custom:
#   rule: RF-07c
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "7", binding: L4, verified: true}
reasons contains lib.reason("RF-07c", {
	"result": "warn",
	"fields": ["/institution/county", "/institution/address"],
	"seen": input.registration.county,
	"limit": input.application.institution.county,
	"message": "登记机关所在县区与机构所在县区不同。",
	"remedy": "请核对登记住所与实际地址是否一致。",
}) if {
	not input.registration.county in {input.application.institution.county, "140400"}
}

# METADATA
# title: 收托超过5人的不属于家庭托育点
# custom:
#   rule: FP-03b
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "2", binding: L4, verified: true}
reasons contains lib.reason("FP-03b", {
	"fields": ["/site_kind", "/family/children"],
	"seen": family_children,
	"limit": limit,
	"message": sprintf("拟收托%d人，超过家庭托育点%d人的上限。", [family_children, limit]),
	"remedy": "请改按托育机构登记和备案，或者减少收托人数。",
}) if {
	limit := data.params.family_point.children.value
	family_children > limit
}

reasons contains lib.missing("FP-03b", "", "/family/children", "拟收托人数") if {
	lib.is_family_point
	not input.application.family.children
}

# family_children is the number of children of a family point: as declared, or its seats if larger.
family_children := max(counts) if {
	lib.is_family_point
	seats := sum([class.seats | some class in input.application.classes])
	counts := {seats} | {declared | declared := input.application.family.children}
}

# METADATA
# title: 家庭托育点名称和经营范围
# custom:
#   rule: FP-05b
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "4", binding: L4, verified: true}
reasons contains lib.reason("FP-05b", {
	"subject": "name",
	"fields": ["/institution/name"],
	"seen": name,
	"limit": "托育",
	"message": "家庭托育点的名称应当含有“托育”字样。",
	"remedy": "请向登记机关变更名称，使其含有“托育”字样。",
}) if {
	lib.is_family_point
	not contains(name, "托育")
}

reasons contains lib.missing("FP-05b", "name", "/institution/name", "机构名称") if {
	lib.is_family_point
	not name
}

reasons contains lib.reason("FP-05b", {
	"subject": "scope",
	"fields": ["/institution/business_scope"],
	"seen": scope,
	"limit": "家庭托育服务",
	"message": "登记的经营范围没有载明“家庭托育服务”。",
	"remedy": "请向登记机关变更经营范围，载明“家庭托育服务”。",
}) if {
	lib.is_family_point
	not contains(scope, "家庭托育服务")
}
