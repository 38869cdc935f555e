package documents

import (
	"strings"
	"testing"

	"tuoyu/nursery"
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
	sampleCode Code   = "7H3J-0PZ9-M4TW-C2V5"
	sampleHost string = "https://tuoyu.changzhi.example/verify"
)

// sampleGaps returns three gaps of a filing, one with an unverified citation.
func sampleGaps() []Gap {
	return []Gap{
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

// sample returns a complete document of a kind, with every field set.
func sample(t testing.TB, kind Kind) Paper {
	t.Helper()
	p := Paper{
		Kind: kind, Number: FormatNumber("潞州区", kind, 2026, 12), CaseNo: "BA-140403-2026-000123",
		CountyCode: "140403", CountyName: "潞州区", Authority: "长治市潞州区卫生健康局", IssuedOn: day(t, "2026-11-24"),
		Addressee: "长治市潞州区向阳花托育服务有限公司", USCC: "91140403MJY000011C", SiteKind: nursery.Community,
		VerificationCode: sampleCode, VerifyURL: sampleHost + "/" + string(sampleCode),
		Address: "长治市潞州区英雄中路街道太行西街示例路8号1至2层",
		Contact: Contact{
			Office: "人口监测与家庭发展股", Phone: "0355-0000000", Address: "潞州区政务服务大厅3号窗口", Hours: "工作日9:00至17:00",
			Online: "https://tuoyu.changzhi.example",
		},
		ReceivedOn: day(t, "2026-11-18"), DueOn: day(t, "2026-11-25"), FindingDueOn: day(t, "2026-12-09"), DueProvisional: true,
		VisitedOn: day(t, "2026-11-23"), Officers: []string{"inspector-140403-01", "inspector-140403-02"},
		EffectiveOn: day(t, "2026-12-01"), RelatedNumber: "潞州托备〔2026〕7号",
		ServiceForms: []nursery.ServiceForm{nursery.FullDay, nursery.Hourly},
		Classes: []ClassLine{
			{Name: "向日葵一班", Kind: nursery.InfantClass, Seats: 10}, {Name: "向日葵二班", Kind: nursery.ToddlerClass, Seats: 15},
			{Name: "向日葵三班", Kind: nursery.OlderToddlerClass, Seats: 20}, {Name: "向日葵四班", Kind: nursery.MixedClass, Seats: 18},
		},
		Seats: 63, Gaps: sampleGaps(),
		Changes: []Change{
			{Item: "机构名称", Before: "长治市潞州区小向阳托育有限公司", After: "长治市潞州区向阳花托育服务有限公司"},
			{Item: "托位总数", Before: "45个", After: "63个"},
		},
		Reason:      "因租赁期满不再续租，机构申请终止托育服务。",
		Arrangement: "在托婴幼儿12人已由监护人同意转入同街道的备案机构，6名工作人员已依法结清工资。",
		Children:    7, Publication: "潞州区人民政府门户网站托育服务专栏",
	}
	if kind == InsuranceNotice || kind == InsuranceSummary {
		p.Insurance = &InsuranceSheet{
			Month: day(t, "2026-11-01"), Batch: 1, Lines: 5312, Hash: strings.Repeat("3f", 32), PremiumFen: 26_560_000, CoverFrom: day(t, "2026-12-01"),
			Insured: 5301, Ineligible: 208, Withdrawn: 11, Ended: 147,
		}
	}
	if kind == CheckupReport {
		p.Checkup = &CheckupSheet{
			Half: nursery.HalfYear{Year: 2026, Half: 2}, Clinic: "潞州区示例社区卫生服务中心", DueOn: day(t, "2026-12-31"), Children: 47, Checked: 45, Missed: 2, Referrals: 3,
			Lines:   []CheckupLine{{Item: "体重", Owed: 48, OnTime: 41, Late: 4, Missed: 2, Waived: 1}},
			Reasons: []CheckupReason{{Reason: "请假外出", Items: 9}, {Reason: "患病", Items: 5}},
		}
	}
	if kind == ContractAgreement || kind == ContractEnded {
		hash := strings.Repeat("5c", 32)
		p.Agreement = &Agreement{
			Clinic: "潞州区示例社区卫生服务中心", Mode: nursery.Visiting, StartsOn: day(t, "2026-12-01"), EndsOn: day(t, "2027-11-30"),
			Text: "一、服务方式：巡回指导。", TextSHA256: hash,
			Signatures: []Signature{
				{Side: "托育机构", Account: "institution-140403-01", On: day(t, "2026-11-24"), SHA256: hash},
				{Side: "医疗机构", Account: "clinic-140403-1", On: day(t, "2026-11-25"), SHA256: hash},
			},
		}
	}
	if kind == FilingReroute {
		p.SiteKind = nursery.FamilyPoint
	}
	switch kind {
	case InspectionRecord, InspectionOrder, InspectionClosed, InspectionReferral:
		law := nursery.Citation{Document: "中华人民共和国人口与计划生育法", Article: "41", Binding: "L1", Verified: true}
		p.Inspection = &Inspection{
			Kind: "随机抽查", Round: 1, Hash: strings.Repeat("0a", 32), Penalty: &law,
			Items: []ItemLine{
				{Title: "晨午检和全日健康观察", Result: "不合格", Note: "缺三日记录", Photos: 2, Basis: sampleGaps()[0].Basis},
				{Title: "劳动合同", Result: "合格", Basis: sampleGaps()[0].Basis},
			},
			Signatures: []SignatureLine{
				{Party: "检查人员一", Manner: "签字确认"}, {Party: "检查人员二", Manner: "签字确认"}, {Party: "托育机构", Manner: "签字并提出异议", Note: "当日已补记"},
			},
		}
	}
	return p
}
