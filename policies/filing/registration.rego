# METADATA
# title: 登记机关与登记事项
# description: Who registers the institution, and whether what is registered fits what is filed (托育机构登记和备案办法(试行) art. 4–7).
# schemas:
#   - input: schema.filing_facts
package registration.route

import data.lib

facts_used := {
	"/application/institution/county",
	"/application/institution/nature",
	"/application/institution/uscc",
	"/registration/uscc",
}

# METADATA
# title: 统一社会信用代码与登记信息一致
# custom:
#   rule: ID-01b
#   basis: {doc: 托育机构登记和备案办法(试行), no: 国卫办人口发〔2019〕25号, article: "7", binding: L4, verified: true}
reasons contains lib.reason("ID-01b", {
	"fields": ["/institution/uscc"],
	"seen": input.application.institution.uscc,
	"limit": input.registration.uscc,
	"message": "填写的统一社会信用代码与登记机关登记的不一致。",
	"remedy": "请按营业执照或法人登记证书核对并更正统一社会信用代码。",
}) if {
	input.application.institution.uscc != input.registration.uscc
}

reasons contains lib.missing("ID-01b", "", "/institution/uscc", "统一社会信用代码") if {
	not input.application.institution.uscc
}
