# METADATA
# title: 备案表和申请材料
# description: |
#   Whether the filing form 备案书 and the papers are complete (托育机构登记和备案办法(试行) art. 8; 家庭托育点管理办法(试行)
#   art. 6). A missing paper is unknown and requires correction; one with a negative result fails.
# schemas:
#   - input: schema.filing_facts
package filing.complete

import data.lib

facts_used := {
	"/application/classes/*/kind",
	"/application/classes/*/seats",
	"/application/hygiene/result",
	"/application/institution/address",
	"/application/institution/name",
	"/application/institution/nature",
	"/application/institution/phone",
	"/application/institution/township",
	"/application/institution/uscc",
	"/application/meals",
	"/application/papers/*/attachment",
	"/application/papers/*/expires_on",
	"/application/papers/*/form",
	"/application/papers/*/kind",
	"/application/papers/*/name",
	"/application/papers/*/staff",
	"/application/premises/floor_area_m2",
	"/application/service_forms",
	"/application/site_kind",
	"/application/staff/*/number",
	"/application/staff/*/post",
}

institution_labels := {
	"name": "机构名称",
	"uscc": "统一社会信用代码",
	"nature": "机构性质",
	"address": "机构地址",
	"township": "所在乡镇(街道)",
	"phone": "公开联系电话",
}

class_labels := {"kind": "班级类型", "seats": "托位数"}

paper_labels := {
	"filing_form": "备案书",
	"commitment": "备案承诺书",
	"registration_certificate": "营业执照或其他法人登记证书",
	"premises_proof": "场地证明",
	"staff_qualification": "专业资格证明",
	"staff_health": "健康合格证明",
	"hygiene_report": "卫生评价报告",
	"floor_plan": "平面布局图",
	"air_test": "室内空气检测报告",
	"health_worker_papers": "保健人员身份与学历证明",
	"fire_proof": "消防安全检查合格证明",
	"food_licence": "食品经营许可证",
	"owners_consent": "本栋(同院落)其他业主同意证明",
	"building_safety": "房屋竣工验收或安全鉴定证明",
	"kindergarten_licence": "办园许可证",
	"joint_agreement": "联合举办协议",
	"other": "其他材料",
}

# METADATA
# title: 备案书填写完整
# custom:
#   rule: RF-08.0a
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "8", binding: L4, verified: true}
reasons contains lib.missing("RF-08.0a", "", sprintf("/institution/%s", [field]), institution_labels[field]) if {
	some field in lib.absent(input.application.institution, institution_labels)
}

reasons contains lib.missing("RF-08.0a", "", "/institution", "机构信息") if not input.application.institution

reasons contains lib.missing("RF-08.0a", "", "/site_kind", "机构类型") if not input.application.site_kind

reasons contains lib.missing("RF-08.0a", "", "/service_forms", "服务形式") if not input.application.service_forms[0]

reasons contains lib.missing("RF-08.0a", "", "/classes", "班级和托位") if {
	not lib.is_family_point
	not has_classes
}

has_staff if {
	some person in input.application.staff
	person.number
}

has_classes if {
	some class in input.application.classes
	class.id
}

reasons contains lib.missing("RF-08.0a", class.id, sprintf("/classes/%s/%s", [class.id, field]), class_labels[field]) if {
	some class in input.application.classes
	some field in lib.absent(class, class_labels)
}

reasons contains lib.missing("RF-08.0a", "", "/staff", "工作人员") if not has_staff

reasons contains lib.missing("RF-08.0a", person.number, sprintf("/staff/%s/post", [person.number]), "岗位") if {
	some person in input.application.staff
	not person.post
}

# METADATA
# title: 备案书
# custom:
#   rule: RF-08.0b
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "8", binding: L4, verified: true}
reasons contains lib.missing_paper("RF-08.0b", "filing_form", "/papers/filing_form", paper_labels.filing_form) if {
	not "filing_form" in lib.papers_held
}

# METADATA
# title: 备案承诺书
# custom:
#   rule: RF-08.0c
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "8", binding: L4, verified: true}
reasons contains lib.missing_paper("RF-08.0c", "commitment", "/papers/commitment", paper_labels.commitment) if {
	not "commitment" in lib.papers_held
}

# METADATA
# title: 登记证书
# custom:
#   rule: RF-08.1
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: 8(1), binding: L4, verified: true}
reasons contains lib.missing_paper(
	"RF-08.1", "registration_certificate", "/papers/registration_certificate",
	paper_labels.registration_certificate,
) if {
	not "registration_certificate" in lib.papers_held
}

# METADATA
# title: 场地证明
# custom:
#   rule: RF-08.2
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: 8(2), binding: L4, verified: true}
reasons contains lib.missing_paper("RF-08.2", "premises_proof", "/papers/premises_proof", paper_labels.premises_proof) if {
	not lib.is_family_point
	not "premises_proof" in lib.papers_held
}

# METADATA
# title: 工作人员专业资格证明
# custom:
#   rule: RF-08.3a
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: 8(3), binding: L4, verified: true}
reasons contains lib.missing_paper(
	"RF-08.3a", number, sprintf("/papers/staff_qualification/%s", [number]),
	sprintf("工作人员%s的%s", [number, paper_labels.staff_qualification]),
) if {
	not lib.is_family_point
	some ["staff_qualification", number] in staff_without
}

# METADATA
# title: 工作人员健康合格证明
# custom:
#   rule: RF-08.3b
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: 8(3), binding: L4, verified: true}
reasons contains lib.missing_paper(
	"RF-08.3b", number, sprintf("/papers/staff_health/%s", [number]),
	sprintf("工作人员%s的%s", [number, paper_labels.staff_health]),
) if {
	not lib.is_family_point
	some ["staff_health", number] in staff_without
}

# staff_without contains [kind, number] for each paper that a member of staff lacks.
staff_without := {[kind, person.number] |
	some person in input.application.staff
	some kind in ["staff_qualification", "staff_health"]
} - lib.papers_of_staff

self_evaluated if lib.in_force("hygiene_self_evaluation")

# METADATA
# title: 第三方卫生评价报告
# description: Before the self-evaluation was introduced (HV-01), the report of a third party with the result 合格.
# custom:
#   rule: RF-08.4
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: 8(4), binding: L4, verified: true}
reasons contains lib.missing_paper("RF-08.4", "hygiene_report", "/papers/hygiene_report", "托幼机构卫生评价报告") if {
	not lib.is_family_point
	not self_evaluated
	not "hygiene_report" in lib.papers_held
}

reasons contains lib.missing("RF-08.4", "hygiene_report", "/hygiene/result", "卫生评价结论") if {
	not lib.is_family_point
	not self_evaluated
	not input.application.hygiene.result
}

reasons contains lib.reason("RF-08.4", {
	"subject": "hygiene_report",
	"fields": ["/hygiene/result", "/papers/hygiene_report"],
	"seen": "不合格",
	"limit": "合格",
	"message": "卫生评价报告的结论不是“合格”。",
	"remedy": "请整改后重新评价，提交结论为“合格”的报告。",
}) if {
	not lib.is_family_point
	not self_evaluated
	input.application.hygiene.result == "unqualified"
}

# METADATA
# title: 卫生评价(自评)报告
# custom:
#   rule: HV-01
#   basis:
#     - {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: 8(4), binding: L4, verified: true}
#     - {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
reasons contains lib.missing_paper("HV-01", "hygiene_report", "/papers/hygiene_report", "自评“合格”的托育机构卫生评价报告") if {
	not lib.is_family_point
	self_evaluated
	not "hygiene_report" in lib.papers_held
}

reasons contains lib.missing("HV-01", "hygiene_report", "/hygiene/result", "卫生自评结论") if {
	not lib.is_family_point
	self_evaluated
	not input.application.hygiene.result
}

reasons contains lib.reason("HV-01", {
	"subject": "hygiene_report",
	"fields": ["/hygiene/result", "/papers/hygiene_report"],
	"seen": "不合格",
	"limit": "合格",
	"message": "卫生自评结论不是“合格”。",
	"remedy": "请对照托育机构卫生评价基本标准整改，自评合格后提交报告。",
}) if {
	not lib.is_family_point
	self_evaluated
	input.application.hygiene.result == "unqualified"
}

# METADATA
# title: 卫生自评报告附件
# custom:
#   rule: HV-02
#   basis: {doc: 关于做好托育机构卫生评价工作的通知, no: 国卫办妇幼发〔2022〕11号, binding: L4, verified: true}
reasons contains lib.missing_paper("HV-02", kind, sprintf("/papers/%s", [kind]), paper_labels[kind]) if {
	not lib.is_family_point
	self_evaluated
	not kindergarten_evaluation
	some kind in ["floor_plan", "health_worker_papers", "air_test"]
	not kind in lib.papers_held
}

# A kindergarten retains its evaluation as a kindergarten.
kindergarten_evaluation if {
	input.application.site_kind == "kindergarten_class"
	data.params.hygiene_papers.kindergarten_keeps_own.value
}

# METADATA
# title: 食品经营许可证
# custom:
#   rule: RF-08.7
#   basis:
#     - {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "8", binding: L4, verified: true}
#     - {doc: 中华人民共和国食品安全法, article: "35", binding: L1, verified: true}
reasons contains lib.missing_paper("RF-08.7", "food_licence", "/papers/food_licence", paper_labels.food_licence) if {
	not lib.is_family_point
	input.application.meals == true
	not "food_licence" in lib.papers_held
}

reasons contains lib.missing("RF-08.7", "food_licence", "/meals", "是否提供餐食") if {
	not lib.is_family_point
	not meals_declared
}

meals_declared if input.application.meals in {true, false}

# METADATA
# title: 法律法规规定的其他材料
# custom:
#   rule: RF-08.6
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: 8(6), binding: L4, verified: true}
reasons contains lib.missing_paper("RF-08.6", paper.name, sprintf("/papers/other/%s", [paper.name]), paper.name) if {
	some paper in data.params.papers.additional.value
	input.application.site_kind in object.get(paper, "site_kinds", [input.application.site_kind])
	not paper.name in lib.papers_by_name
}

# METADATA
# title: 办园许可证
# custom:
#   rule: RF-08.6a
#   basis:
#     - {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: 8(6), binding: L4, verified: true}
#     - {doc: 中华人民共和国学前教育法, article: "84", binding: L1, verified: true}
reasons contains lib.missing_paper(
	"RF-08.6a", "kindergarten_licence", "/papers/kindergarten_licence",
	paper_labels.kindergarten_licence,
) if {
	input.application.site_kind == "kindergarten_class"
	not "kindergarten_licence" in lib.papers_held
}

# METADATA
# title: 联合举办协议
# description: An employer that lists a joint agreement has declared that it does not run the nursery alone.
# custom:
#   rule: P04-R4
#   basis: {doc: 长治市普惠托育服务发展示范项目实施方案, article: "项目4", binding: L7, verified: true}
reasons contains lib.missing_paper("P04-R4", "joint_agreement", "/papers/joint_agreement", "各方签署的联合举办协议") if {
	input.application.site_kind == "employer"
	some paper in input.application.papers
	paper.kind == "joint_agreement"
	not "joint_agreement" in lib.papers_held
}

# METADATA
# title: 家庭托育点材料
# custom:
#   rule: FP-06b
#   basis: {doc: 家庭托育点管理办法(试行), no: 国卫人口发〔2023〕28号, article: "5", binding: L4, verified: false}
reasons contains lib.missing_paper("FP-06b", kind, sprintf("/papers/%s", [kind]), paper_labels[kind]) if {
	lib.is_family_point
	some kind in ["premises_proof", "owners_consent", "building_safety"]
	not kind in lib.papers_held
}

reasons contains lib.missing_paper(
	"FP-06b", number, sprintf("/papers/%s/%s", [kind, number]),
	sprintf("照护人员%s的%s", [number, paper_labels[kind]]),
) if {
	lib.is_family_point
	some [kind, number] in staff_without
}

# METADATA
# title: 材料在有效期内
# custom:
#   rule: RF-08.8
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "8", binding: L4, verified: true}
reasons contains lib.reason("RF-08.8", {
	"subject": concat("/", whose),
	"fields": [sprintf("/papers/%s", [concat("/", whose)])],
	"seen": paper.expires_on,
	"limit": input.as_of,
	"message": sprintf("%s已于%s到期。", [paper_labels[paper.kind], paper.expires_on]),
	"remedy": sprintf("请提交仍在有效期内的%s。", [paper_labels[paper.kind]]),
}) if {
	some paper in input.application.papers
	paper.expires_on < input.as_of
	whose := array.concat([paper.kind], array.concat([number | number := paper.staff], [name | name := paper.name]))
}
