package documents_test

import (
	"strings"
	"testing"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

func day(t testing.TB, s string) nursery.Date {
	t.Helper()
	d, err := nursery.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const (
	sampleCode documents.Code = "7H3J-0PZ9-M4TW-C2V5"
	sampleHost string         = "https://tuoyu.changzhi.example/verify"
)

// kinds returns the papers of all definitions.
func kinds() (all []definition.Paper) {
	for _, p := range workflows.Processes() {
		all = append(all, p.Papers...)
	}
	return all
}

// sampleGaps returns three gaps of a filing, one with an unverified citation.
func sampleGaps() []documents.Gap {
	return []documents.Gap{
		{
			Title: "每班人数", Subject: "托大一班", Field: "班级／托位数", Seen: "23人", Limit: "不超过20人",
			Message:  "托大班每班不超过20人，托大一班申报23人。",
			WhatToDo: "将托大一班的托位数调整为20个以下，或者增设一个班。",
			Basis:    []nursery.Citation{{Document: "托育机构设置标准(试行)", Number: "国卫人口发〔2019〕58号", Article: "19", Binding: "L4", Verified: true}},
		},
		{
			Title: "消防安全检查合格证明", Field: "申请材料", Seen: "未提交", Limit: "应当提交",
			WhatToDo: "上传建设工程消防验收意见书、消防备案凭证或者县区认可的联合检查合格意见。",
			Basis:    []nursery.Citation{{Document: "托育机构登记和备案办法(试行)", Number: "国卫办人口发〔2019〕25号", Article: "8(5)", Binding: "L4", Verified: true}},
		},
		{
			Title: "保安人员在岗", Seen: "0人", Limit: "至少1人",
			WhatToDo: "补充保安人员信息及派驻公司的《保安服务许可证》。",
			Basis:    []nursery.Citation{{Document: "托育机构设置标准(试行)", Number: "国卫人口发〔2019〕58号", Article: "22", Binding: "L4"}},
		},
	}
}

// sampleHead returns the common fields of a complete document.
func sampleHead(t testing.TB, kind definition.Paper) documents.Head {
	h := documents.Head{
		Kind: kind.Kind, Number: documents.FormatNumber("潞州区", kind.Prefix, 2026, 12), CaseNo: "BA-140403-2026-000123",
		CountyCode: "140403", CountyName: "潞州区", Authority: "长治市潞州区卫生健康局", IssuedOn: day(t, "2026-11-24"),
		Addressee: "长治市潞州区向阳花托育服务有限公司", USCC: "91140403MJY000011C", SiteKind: nursery.Community,
		VerificationCode: sampleCode, VerifyURL: sampleHost + "/" + string(sampleCode),
		Address: "长治市潞州区英雄中路街道太行西街示例路8号1至2层",
		Contact: documents.Contact{
			Office: "人口监测与家庭发展股", Phone: "0355-0000000", Address: "潞州区政务服务大厅3号窗口", Hours: "工作日9:00至17:00",
			Online: "https://tuoyu.changzhi.example",
		},
		ReceivedOn: day(t, "2026-11-18"), ServiceForms: []nursery.ServiceForm{nursery.FullDay, nursery.Hourly},
		Classes: []documents.ClassLine{
			{Name: "向日葵一班", Kind: nursery.InfantClass, Seats: 10}, {Name: "向日葵二班", Kind: nursery.ToddlerClass, Seats: 15},
			{Name: "向日葵三班", Kind: nursery.OlderToddlerClass, Seats: 20}, {Name: "向日葵四班", Kind: nursery.MixedClass, Seats: 18},
		},
		Seats: 63,
	}
	if kind.Kind == activities.FilingReroute.Kind {
		h.SiteKind = nursery.FamilyPoint
	}
	return h
}

// sampleContents returns the own fields of a complete document, by the name of its kind.
func sampleContents(t testing.TB) map[string]documents.Content {
	notice := documents.Notice{Gaps: sampleGaps(), DueOn: day(t, "2026-11-25"), DueProvisional: true}
	visit := documents.Visit{VisitedOn: day(t, "2026-11-23"), Officers: []string{"inspector-140403-01", "inspector-140403-02"}}
	const receipt, publication = "潞州托备〔2026〕7号", "潞州区人民政府门户网站托育服务专栏"
	finding, effective, hash := day(t, "2026-12-09"), day(t, "2026-12-01"), strings.Repeat("5c", 32)
	agreement := activities.Agreement{
		Clinic: "潞州区示例社区卫生服务中心", Mode: nursery.Visiting, StartsOn: day(t, "2026-12-01"), EndsOn: day(t, "2027-11-30"),
		Text: "一、服务方式：巡回指导。", TextSHA256: hash,
		Signatures: []activities.AgreementSigned{
			{Side: "托育机构", Account: "institution-140403-01", On: day(t, "2026-11-24"), SHA256: hash},
			{Side: "医疗机构", Account: "clinic-140403-1", On: day(t, "2026-11-25"), SHA256: hash},
		},
	}
	law := nursery.Citation{Document: "中华人民共和国人口与计划生育法", Article: "41", Binding: "L1", Verified: true}
	inspection := activities.InspectionPart{
		Kind: "随机抽查", Round: 1, Hash: strings.Repeat("0a", 32), Penalty: &law,
		Items: []activities.ItemLine{
			{Title: "晨午检和全日健康观察", Result: "不合格", Note: "缺三日记录", Photos: 2, Basis: sampleGaps()[0].Basis},
			{Title: "劳动合同", Result: "合格", Basis: sampleGaps()[0].Basis},
		},
		Signatures: []activities.SignatureLine{
			{Party: "检查人员一", Manner: "签字确认"}, {Party: "检查人员二", Manner: "签字确认"}, {Party: "托育机构", Manner: "签字并提出异议", Note: "当日已补记"},
		},
	}
	insurance := activities.InsuranceSheet{
		Month: day(t, "2026-11-01"), Batch: 1, Lines: 5312, Hash: strings.Repeat("3f", 32), PremiumFen: 26_560_000, CoverFrom: day(t, "2026-12-01"),
		Insured: 5301, Ineligible: 208, Withdrawn: 11, Ended: 147,
	}
	return map[string]documents.Content{
		"filing_acceptance":       &activities.AcceptanceContent{DueOn: notice.DueOn, FindingDueOn: finding, DueProvisional: true},
		"filing_correction":       &activities.CorrectionContent{Notice: notice},
		"filing_receipt":          &activities.ReceiptContent{FindingDueOn: finding, DueProvisional: true},
		"filing_basic_conditions": &activities.ConditionsContent{},
		"filing_nonconformity":    &activities.NonconformityContent{Notice: notice, Visit: visit, RelatedNumber: receipt, Publication: publication},
		"filing_rectified":        &activities.RectifiedContent{Notice: notice, Visit: visit, RelatedNumber: receipt, Publication: publication},
		"filing_reroute":          &activities.RerouteContent{Children: 7, DueOn: notice.DueOn, DueProvisional: true},
		"filing_change": &activities.ChangeContent{EffectiveOn: effective, RelatedNumber: receipt, Changes: []activities.FiledChange{
			{Item: "机构名称", Before: "长治市潞州区小向阳托育有限公司", After: "长治市潞州区向阳花托育服务有限公司"},
			{Item: "托位总数", Before: "45个", After: "63个"},
		}},
		"filing_cancellation": &activities.CancellationContent{
			EffectiveOn: effective, RelatedNumber: receipt, Reason: "因租赁期满不再续租，机构申请终止托育服务。",
			Arrangement: "在托婴幼儿12人已由监护人同意转入同街道的备案机构，6名工作人员已依法结清工资。",
		},
		"contract_agreement": &activities.AgreementContent{Agreement: agreement},
		"contract_ended":     &activities.ContractEndedContent{Agreement: agreement, Children: 7},
		"checkup_report": &activities.CheckupReportContent{Checkup: activities.CheckupSheet{
			Half: nursery.HalfYear{Year: 2026, Half: 2}, Clinic: "潞州区示例社区卫生服务中心", DueOn: day(t, "2026-12-31"), Children: 47, Checked: 45, Missed: 2, Referrals: 3,
			Lines:   []activities.CheckupLine{{Item: "体重", Owed: 48, OnTime: 41, Late: 4, Missed: 2, Waived: 1}},
			Reasons: []activities.CheckupReason{{Reason: "请假外出", Items: 9}, {Reason: "患病", Items: 5}},
		}},
		"inspection_record":      &activities.InspectionRecordContent{Visit: visit, Inspection: inspection},
		"inspection_order":       &activities.InspectionOrderContent{Notice: notice, Visit: visit},
		"inspection_closed":      &activities.InspectionClosedContent{Visit: visit, Inspection: inspection},
		"inspection_referral":    &activities.InspectionReferralContent{Notice: notice, Visit: visit, Inspection: inspection},
		"insurance_batch_notice": &activities.InsuranceNoticeContent{Insurance: insurance},
		"insurance_summary":      &activities.InsuranceSummaryContent{Insurance: insurance},
	}
}

// sample returns a complete document of a kind, with every field set.
func sample(t testing.TB, kind definition.Paper) documents.Paper {
	t.Helper()
	return paperOf(t, kind, sampleContents(t)[kind.Kind], sampleHead(t, kind))
}

func paperOf(t testing.TB, kind definition.Paper, content documents.Content, head documents.Head) documents.Paper {
	t.Helper()
	if content == nil {
		t.Fatalf("no example of %s", kind.Kind)
	}
	*content.Common() = head
	p, err := documents.NewPaper(kind, content)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sampleCorrection returns a notice of more gaps than a page holds.
func sampleCorrection(t testing.TB) documents.Paper {
	p := sample(t, activities.FilingCorrection)
	notice := p.Content.(*activities.CorrectionContent)
	for len(notice.Gaps) < 30 {
		notice.Gaps = append(notice.Gaps, sampleGaps()...)
	}
	return p
}

// bare returns a document with only the fields that its kind requires.
func bare(t testing.TB, kind definition.Paper) documents.Paper {
	full := sampleHead(t, kind)
	head := documents.Head{
		Kind: kind.Kind, Number: full.Number, CaseNo: full.CaseNo, CountyCode: full.CountyCode, CountyName: full.CountyName, Authority: full.Authority,
		IssuedOn: full.IssuedOn, Addressee: full.Addressee, USCC: full.USCC, SiteKind: full.SiteKind,
		VerificationCode: full.VerificationCode, VerifyURL: full.VerifyURL,
	}
	content := sampleContents(t)[kind.Kind]
	gap := documents.Notice{Gaps: []documents.Gap{{Title: "录像保存", WhatToDo: "延长保存时间。"}}}
	visit := documents.Visit{VisitedOn: day(t, "2026-11-23")}
	switch c := content.(type) {
	case *activities.AcceptanceContent:
		head.ReceivedOn = full.ReceivedOn
		content = &activities.AcceptanceContent{DueOn: c.DueOn}
	case *activities.CorrectionContent:
		head.ReceivedOn, c.Notice = full.ReceivedOn, gap
	case *activities.ReceiptContent:
		head.Address, head.ReceivedOn, head.ServiceForms, head.Seats = full.Address, full.ReceivedOn, full.ServiceForms, full.Seats
		content = &activities.ReceiptContent{}
	case *activities.NonconformityContent:
		gap.DueOn = c.DueOn
		content = &activities.NonconformityContent{Notice: gap, Visit: visit}
	case *activities.RectifiedContent:
		content = &activities.RectifiedContent{Visit: visit, RelatedNumber: c.RelatedNumber}
	case *activities.RerouteContent:
		content = &activities.RerouteContent{Children: 6}
	case *activities.ContractEndedContent:
		c.Children = 0
	case *activities.CancellationContent:
		c.Arrangement = ""
	case *activities.InspectionRecordContent:
		c.Visit = visit
	case *activities.InspectionClosedContent:
		c.Visit = visit
	case *activities.InspectionOrderContent:
		gap.DueOn = c.DueOn
		c.Notice, c.Visit = gap, visit
	case *activities.InspectionReferralContent:
		c.Notice, c.Visit = gap, visit
	}
	return paperOf(t, kind, content, head)
}
