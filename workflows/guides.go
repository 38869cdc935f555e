package workflows

import (
	"tuoyu/definition"
	"tuoyu/nursery"
)

// The plan that the programme's own processes rest on.
func programme(project string, verified bool) nursery.Citation {
	return nursery.Citation{Document: "长治市普惠托育服务发展示范项目实施方案", Article: project, Binding: "L7", Verified: verified}
}

func filingLaw(article string) nursery.Citation {
	return nursery.Citation{Document: "托育机构登记和备案办法(试行)", Number: "国卫办人口发〔2019〕25号", Article: article, Binding: "L4", Verified: true}
}

func managementLaw(article string) nursery.Citation {
	return nursery.Citation{Document: "托育机构管理规范(试行)", Number: "国卫人口发〔2019〕58号", Article: article, Binding: "L4", Verified: true}
}

func settings(names ...string) (limits []definition.Limit) {
	for _, name := range names {
		limits = append(limits, definition.Limit{Setting: name})
	}
	return limits
}

func parameters(topic string, names ...string) (limits []definition.Limit) {
	for _, name := range names {
		limits = append(limits, definition.Limit{Parameter: topic + "." + name})
	}
	return limits
}

// The guides of the processes.
var (
	filingGuide = definition.Guide{
		For:        "提供婴幼儿托育服务的机构：社区托育机构、公办综合托育机构、家庭托育点、幼儿园托班、用人单位办托和其他托育机构。",
		Conditions: []string{"已在登记机关办理法人登记或者个体登记，登记的业务（经营）范围包括托育服务。", "向机构所在县区备案。", "本机构没有同类事项正在办理；在同一地址已经备案的，内容变化时办理变更备案。"},
		Begin:      "登录后逐项填写，随时保存；提交前可以按当天的规则预审。工作人员也可以在窗口代为录入。", Start: "/filing/new", Applicants: institution,
		Limits: settings("filing.receipt_days", "filing.finding_days", "filing.rectify_days"), RuleSets: []string{"registration.route", "filing.complete", "filing.conform"},
	}
	changeGuide = definition.Guide{
		For:        "已备案的托育机构，名称、地址、班级、人员等备案内容变化的。",
		Conditions: []string{"备案仍然有效。", "迁往其他县区的，不办变更，向迁入地重新备案。"},
		Begin:      "登录后在原备案内容上改动，写明变更理由后提交。", Start: "/filing/change", Applicants: institution,
		Limits: settings("filing.receipt_days"), RuleSets: []string{"filing.complete", "filing.conform"}, Law: []nursery.Citation{filingLaw("10"), managementLaw("6")},
	}
	cancellationGuide = definition.Guide{
		For:        "停止提供托育服务的已备案机构。",
		Conditions: []string{"在托婴幼儿已经妥善安置。", "工作人员已经妥善安置。"},
		Begin:      "登录后写明注销原因和安置情况，提交后由办理机关核对。", Start: "/filing/cancel", Applicants: institution,
		Limits: settings("filing.receipt_days"), Law: []nursery.Citation{filingLaw("10"), managementLaw("7")},
	}
	buildGuide = definition.Guide{
		For:        "承担公办示范托育机构建设任务的县区。",
		Conditions: []string{"建设点列入市级建设计划。"},
		Begin:      "由市级托育工作专班按年度计划启动，县区按节点报送进度和佐证材料。",
		Limits:     parameters("build_progress", "overdue_days"), RuleSets: []string{"build.progress"}, Law: []nursery.Citation{programme("项目1", true)},
	}
	contractGuide = definition.Guide{
		For:        "托育机构和为其提供儿童保健服务的医疗机构。",
		Conditions: []string{"双方在同一县区。", "医疗机构已由县区登记，执业许可在有效期内。"},
		Begin:      "由任何一方或者县区登录后发起，双方核对同一文本并签署，县区备案后生效。", Start: "/contracts/new",
		Applicants: []nursery.Role{nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleCountyOffice},
		Limits:     parameters("contract", "reply_days", "silence_days", "renew_days", "notice_days"), RuleSets: []string{"contract.order", "contract.duty"},
	}
	checkupGuide = definition.Guide{
		For:        "在托婴幼儿，每半年一次，由签约医疗机构逐班体检。",
		Conditions: []string{"托育机构有生效的医育结合签约协议。", "监护人已经同意体检。"},
		Begin:      "由县区按半年启动，签约医疗机构安排日期。",
		Limits:     parameters("health", "grace_days", "missed_days"), RuleSets: []string{"health.schedule", "health.growth"},
	}
	referralGuide = definition.Guide{
		For:        "体检中发现需要进一步检查的婴幼儿。",
		Conditions: []string{"体检结果达到规则列明的转诊情形，或者签约医生认为需要转诊。"},
		Begin:      "由签约医生根据体检结果转诊，接收医院接收后通知监护人就诊。",
		Limits:     parameters("health", "accept_days", "seen_days", "result_days", "trace_days"), RuleSets: []string{"health.referral"},
	}
	inspectionGuide = definition.Guide{
		For:        "托育机构。",
		Conditions: []string{"由两名检查人员到场。", "例行检查事先商定日期；随机抽查和投诉举报核查不预先通知。"},
		Begin:      "由县区主管部门按检查计划或者单独立项。",
		Limits: append(settings("inspection.answer_days", "inspection.sign_days", "inspection.publish_days"),
			parameters("inspection", "correct_days.serious", "correct_days.general", "correct_days.minor")...),
		RuleSets: []string{"inspect.case", "inspect.management"},
	}
	inspectionPlanGuide = definition.Guide{
		For:        "县区内已备案的托育机构，每半年一个计划。",
		Conditions: []string{"主管部门核对受检机构名单后公布抽取承诺。", "由另一名工作人员见证抽取，抽取方法和结果公开，任何人都可以验算。"},
		Begin:      "由县区主管部门每半年启动。",
		Limits:     parameters("inspection_draw", "draft_days", "draw_days", "reply_days"), RuleSets: []string{"inspect.draw"},
	}
	complaintGuide = definition.Guide{
		For:        "任何人。可以不登录，可以不留姓名和联系方式。",
		Conditions: []string{"写明被投诉的地方和具体情况。没有备案的托育场所也可以投诉举报。"},
		Begin:      "在网上填写，可以附照片；凭办件编号和查询码查询处理情况。有人正处于危险中的，请先拨打 110 或者 120。", Start: "/complaints/new",
		Applicants: []nursery.Role{nursery.RolePublic},
		Limits:     []definition.Limit{{Title: "处理投诉举报", Days: triageDays}}, RuleSets: []string{"inspect.case"},
	}
	insuranceGuide = definition.Guide{
		For:        "本市规定月龄以内的婴幼儿，由县区按月统一投保。",
		Conditions: []string{"婴幼儿在县区归集的名册中。", "已经告知监护人。"},
		Begin:      "由县区托育工作专班每月启动，托育机构的名册自动归集，月底前可以补报新生儿。",
		Limits:     parameters("insurance", "roster_days", "sign_days", "answer_days", "exception_days", "newborn_days"), RuleSets: []string{"insurance.enrol"},
	}
	claimGuide = definition.Guide{
		For:        "已经投保的婴幼儿发生意外的。",
		Conditions: []string{"事故发生在保险期间内。", "事故属于承保的情形。"},
		Begin:      "由托育机构、县区或者承保机构登录后报案。", Start: "/claims/new",
		Applicants: []nursery.Role{nursery.RoleInstitution, nursery.RoleCountyOffice, nursery.RoleInsurer},
		Limits:     parameters("insurance", "claim_report_days", "claim_review_days", "claim_pay_days"), RuleSets: []string{"insurance.enrol"},
	}
)
