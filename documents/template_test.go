package documents_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tuoyu/activities"
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
	"tuoyu/workflows"
)

// text returns the visible text of the page, without markup and with white space normalized.
func text(t testing.TB, p documents.Paper) string {
	t.Helper()
	page, err := documents.HTML(p)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(html.UnescapeString(notShown.ReplaceAllString(string(page), ""))), " ")
}

// facts are the texts that every document contains.
var facts = []string{
	"长治市潞州区卫生健康局", "办件编号：BA-140403-2026-000123", "长治市潞州区向阳花托育服务有限公司：", "91140403MJY000011C", "潞州区（140403）",
	"长治市潞州区英雄中路街道太行西街示例路8号1至2层", "2026年11月24日", "盖章处", "（电子印章）", "7H3J-0PZ9-M4TW-C2V5",
	"扫码，或登录 https://tuoyu.changzhi.example/verify 输入核验码", "接下来",
	"咨询窗口：人口监测与家庭发展股", "电话：0355-0000000", "时间：工作日9:00至17:00", "地址：潞州区政务服务大厅3号窗口", "网上办理：https://tuoyu.changzhi.example",
}

// gapText is the text required for the three sample gaps.
var gapText = []string{
	"1．每班人数（托大一班）", "申请项目班级／托位数", "现在情况23人", "应当达到不超过20人", "说明托大班每班不超过20人，托大一班申报23人。",
	"请您办理将托大一班的托位数调整为20个以下，或者增设一个班。", "依据《托育机构设置标准（试行）》（国卫人口发〔2019〕58号）第十九条",
	"2．消防安全检查合格证明", "《托育机构登记和备案办法（试行）》（国卫办人口发〔2019〕25号）第八条第（五）项",
	"3．保安人员在岗", "第二十二条〔待核〕", "标有“待核”的依据，尚未与公布的原文逐条核对",
}

var kindText = map[string][]string{
	"filing_acceptance": {
		"备案受理通知书", "潞州托受〔2026〕12号", "2026年11月18日收到", "材料齐全，符合规定形式，现予受理", "5个工作日内，即2026年11月25日（节假日安排公布前暂定",
		"15个工作日内，即2026年12月9日", "第八条、第九条", "全日托、计时托", "63个",
	},
	"filing_correction": append([]string{
		"一次性补正告知书", "潞州托补〔2026〕12号", "下列3项需要补正", "需要补正的内容已经全部列出", "补正所用的时间不计入办理期限", "《优化营商环境条例》第三十六条",
		"请于2026年11月25日（节假日安排公布前暂定",
	}, gapText...),
	"filing_receipt": {
		"托育机构备案回执", "潞州托备〔2026〕12号", "2026年11月18日提交", "社区托育", "63个", "向日葵一班（乳儿班）10个", "向日葵二班（托小班）15个", "向日葵三班（托大班）20个",
		"向日葵四班（混合班）18个", "备案不是行政许可", "本回执不载有效期", "不代替现场核实", "《中华人民共和国人口与计划生育法》第二十八条第三款", "15个工作日内，即2026年12月9日",
	},
	"filing_basic_conditions": {
		"托育机构基本条件告知书", "潞州托告〔2026〕12号", "《中华人民共和国未成年人保护法》《中华人民共和国建筑法》《中华人民共和国消防法》", "《托儿所幼儿园卫生保健管理办法》（卫生部 教育部令第76号）",
		"JGJ 39", "GB 50016", "《中华人民共和国食品安全法》", "租赁期不少于3年", "托小班（12至24个月）不超过15人", "乳儿班不低于1∶3", "《托育机构设置标准（试行）》第二十二条〔待核〕",
		"《中华人民共和国未成年人保护法》第六十二条", "《中华人民共和国人口与计划生育法》第四十一条",
		"表中文件的文号：《托育机构设置标准（试行）》（国卫人口发〔2019〕58号）",
	},
	"filing_nonconformity": append([]string{
		"不符合标准告知书", "潞州托改〔2026〕12号", "2026年11月23日，本机关工作人员对你机构进行了现场核实（核实人员：inspector-140403-01、inspector-140403-02）",
		"下列3项不符合", "请于2026年11月25日", "向社会公开（潞州区人民政府门户网站托育服务专栏）", "本告知书不是行政处罚决定", "备案回执不因本告知书自行失效",
		"《中华人民共和国人口与计划生育法》第四十一条", "所涉文书潞州托备〔2026〕7号",
	}, gapText...),
	"filing_rectified": {
		"整改复查合格告知书", "潞州托复〔2026〕12号", "整改情况进行了复查", "潞州托备〔2026〕7号告知的不符合事项已经整改，复查合格", "每班人数（托大一班）", "23人", "不超过20人",
		"潞州区人民政府门户网站托育服务专栏",
	},
	"filing_cancellation": {
		"注销备案告知书", "潞州托注〔2026〕12号", "备案回执：潞州托备〔2026〕7号", "自2026年12月1日起注销", "因租赁期满不再续租", "在托婴幼儿12人已由监护人同意转入", "《托育机构管理规范（试行）》（国卫人口发〔2019〕58号）第七条",
	},
	"filing_reroute": {
		"家庭托育点超员转办告知书", "潞州托转〔2026〕12号", "收托婴幼儿7人，超过家庭托育点最多5人", "按托育机构备案", "5人以下（含5人）", "《家庭托育点管理办法（试行）》（国卫人口发〔2023〕28号）第二条",
		"请于2026年11月25日", "家庭托育点",
	},
	"filing_change": {
		"变更备案回执", "潞州托变〔2026〕12号", "自2026年12月1日起变更", "长治市潞州区小向阳托育有限公司", "45个", "63个", "原备案回执（潞州托备〔2026〕7号）", "备案不是行政许可", "本回执不载有效期",
		"向日葵四班（混合班）18个",
	},
	"inspection_record": {
		"现场检查记录", "潞州托检〔2026〕12号", "检查方式：随机抽查，第1次复查", "晨午检和全日健康观察", "缺三日记录（照片 2 张）", "签字并提出异议", "当日已补记", "0a0a0a0a",
	},
	"inspection_order": append([]string{
		"责令限期改正通知书", "潞州托令〔2026〕12号", "下列3项不符合要求，现责令限期改正", "请于2026年11月25日", "《中华人民共和国人口与计划生育法》第四十一条", "本通知书不是行政处罚决定",
	}, gapText...),
	"inspection_closed": {"检查办结告知书", "潞州托结〔2026〕12号", "复查合格，本次检查办结"},
	"inspection_referral": append([]string{
		"移送处罚告知书", "潞州托移〔2026〕12号", "下列3项责令改正的事项仍未改正", "处罚依据：《中华人民共和国人口与计划生育法》第四十一条", "陈述、申辩",
	}, gapText...),
	"contract_ended": {
		"协议终止告知书", "潞州医终〔2026〕12号", "潞州区示例社区卫生服务中心", "自2026年12月1日起", "已于2027年11月30日终止", "在托婴幼儿7名没有接续", "县区专班协助配对",
	},
	"checkup_report": {
		"半年健康体检报告", "潞州托体〔2026〕12号", "2026年下半年", "潞州区示例社区卫生服务中心", "2026年12月31日", "本次体检免费", "47名", "45名", "2名", "3名", "请假外出9、患病5",
		"不在本报告内",
	},
	"contract_agreement": {
		"医育结合签约服务协议", "潞州医签〔2026〕12号", "潞州区示例社区卫生服务中心", "2026年12月1日", "2027年11月30日", "一、服务方式：巡回指导。", strings.Repeat("5c", 32),
		"institution-140403-01", "clinic-140403-1", "不声明构成电子签名法第十三条规定的可靠电子签名",
	},
	"insurance_batch_notice": {
		"投保批次通知书", "潞州托保〔2026〕12号", "2026年11月婴幼儿意外伤害险第1批投保名单", "5312名", "265600.00元", "2026年12月1日", strings.Repeat("3f", 32),
		"逐名答复保单号", "本通知不载个人信息",
	},
	"insurance_summary": {"月度投保情况", "潞州托保月〔2026〕12号", "2026年11月", "5312名次", "5301名", "208名", "11名", "265600.00元", "147份"},
}

func TestEveryKindSaysAllItMust(t *testing.T) {
	for _, info := range kinds() {
		t.Run(info.Kind, func(t *testing.T) {
			want := kindText[info.Kind]
			if len(want) == 0 {
				t.Fatal("no expectation is written for this kind")
			}
			got := text(t, sample(t, info))
			if !info.OfCounty {
				want = append(slices.Clone(facts), want...)
			}
			for _, w := range want {
				switch {
				case w == "接下来" && info.Kind == activities.FilingReroute.Kind:
					w = "可以这样办理"
				case w == "接下来" && (info.Kind == activities.InspectionRecord.Kind || info.Kind == activities.InspectionReferral.Kind): // these ask for nothing
					continue
				}
				if !strings.Contains(got, w) {
					t.Errorf("the paper does not say %q:\n%s", w, got)
				}
			}
			if !strings.Contains(got, info.Title) {
				t.Errorf("the paper does not bear its title %q", info.Title)
			}
		})
	}
}

// A filing is not a permit: no document may look like one or state an invented period of validity.
func TestNoPaperCallsItselfAPermit(t *testing.T) {
	for _, info := range kinds() {
		got := text(t, sample(t, info))
		got = strings.ReplaceAll(got, "《保安服务许可证》", "") // a licence of the guards' company, issued by another authority
		for _, word := range []string{"许可证", "准予", "有效期至", "有效期限", "处罚如下"} {
			if strings.Contains(got, word) {
				t.Errorf("%s says %q", info.Kind, word)
			}
		}
		if strings.Count(got, "许可") != strings.Count(got, "不是行政许可") {
			t.Errorf("%s speaks of a permit without saying it is none", info.Kind)
		}
	}
}

func TestAFamilyPointIsToldItsOwnConditions(t *testing.T) {
	p := sample(t, activities.FilingBasicConditions)
	p.Common().SiteKind = nursery.FamilyPoint
	got := text(t, p)
	for _, w := range []string{"不超过5人", "每名照护人员最多看护3名婴幼儿", "不少于9平方米", "《家庭托育点管理办法（试行）》〔待核〕", "部分条号尚待核对", "《中华人民共和国未成年人保护法》第六十二条"} {
		if !strings.Contains(got, w) {
			t.Errorf("the notice does not say %q", w)
		}
	}
	if strings.Contains(got, "托育机构设置标准") {
		t.Error("the notice holds a family point to the setting standard")
	}
}

func TestHostileNamesStayText(t *testing.T) {
	const evil = `</style><script>alert(1)</script>"'}@page{}&lt;<img src=x onerror=y>`
	for _, info := range kinds() {
		p := sample(t, info)
		overwrite(reflect.ValueOf(p.Content).Elem(), evil)
		page, err := documents.HTML(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<script", "<img", "alert(1)</"} {
			if bytes.Contains(page, []byte(bad)) {
				t.Errorf("%s: the page holds %q", info.Kind, bad)
			}
		}
		if n := bytes.Count(page, []byte("</style>")); n != 1 {
			t.Errorf("%s: the style sheet ends %d times", info.Kind, n)
		}
		style := regexp.MustCompile(`(?s)<style>.*?</style>`).Find(page)
		if !bytes.Contains(style, []byte(`content: "\3c\2fstyle\3e\3cscript\3e alert\28 1\29\3c\2fscript\3e\22\27\7d@page\7b\7d\26lt\3b\3cimg src=x onerror=y\3e "`)) {
			t.Errorf("%s: the style sheet is broken into:\n%.400s", info.Kind, style)
		}
		if !strings.Contains(text(t, p), evil) {
			t.Errorf("%s: the name is not printed as it is", info.Kind)
		}
	}
}

// overwrite sets every text in v, except those that a document would be refused for and the name of a picture.
func overwrite(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(text)
		}
	case reflect.Pointer:
		overwrite(v.Elem(), text)
	case reflect.Slice:
		for i := range v.Len() {
			overwrite(v.Index(i), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !slices.Contains([]string{"VerifyURL", "Hash", "TextSHA256", "SHA256", "Picture"}, v.Type().Field(i).Name) && v.Field(i).CanSet() {
				overwrite(v.Field(i), text)
			}
		}
	}
}

func TestTheSamePaperGivesTheSamePage(t *testing.T) {
	for _, info := range kinds() {
		p := sample(t, info)
		data, err := json.Marshal(p.Content)
		if err != nil {
			t.Fatal(err)
		}
		again, err := documents.ReadPaper(info, data)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(p.Content, again.Content) {
			t.Errorf("%s: the paper changes on its way through JSON:\n%+v\n%+v", info.Kind, p.Content, again.Content)
		}
		one, err1 := documents.HTML(p)
		two, err2 := documents.HTML(again)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one, two) {
			t.Errorf("%s: two pages of one paper differ", info.Kind)
		}
	}
}

// The content of a paper is stored, and printed again years later: its JSON names never change.
func TestAPaperThatWasStoredBeforeIsRead(t *testing.T) {
	raw, err := os.ReadFile("testdata/stored.json")
	if err != nil {
		t.Fatal(err)
	}
	var stored map[string]json.RawMessage
	if err := json.Unmarshal(raw, &stored); err != nil {
		t.Fatal(err)
	}
	for _, info := range kinds() {
		p, err := documents.ReadPaper(info, stored[info.Kind])
		if err != nil {
			t.Fatal(err)
		}
		if want := sample(t, info); !reflect.DeepEqual(p.Content, want.Content) {
			t.Errorf("%s: read %+v\nwant %+v", info.Kind, p.Content, want.Content)
		}
	}
}

func TestWhatIsNotGivenLeavesNoTrace(t *testing.T) {
	holes := regexp.MustCompile(`<no value>|ZgotmplZ|0年0月0日|（）|%!|<nil>|即前|，，|、、|：：`)
	for _, info := range kinds() {
		got := text(t, bare(t, info))
		if bad := holes.FindString(got); bad != "" {
			t.Errorf("%s: %q stands in the paper:\n%s", info.Kind, bad, got)
		}
		for _, label := range []string{"咨询窗口", "电话：", "机构地址", "服务形式", "核实人员", "班级和托位", "暂定", "申请项目", "婴幼儿和工作人员的安置"} {
			if strings.Contains(got, label) && !(info.Kind == activities.FilingReceipt.Kind && (label == "机构地址" || label == "服务形式")) {
				t.Errorf("%s: the label %q stands without its value", info.Kind, label)
			}
		}
	}
}

func TestAPaperMissingWhatItMustSayIsRefused(t *testing.T) {
	// What a field becomes; null where nothing is written.
	common := map[string]string{
		"number": `{"number": " "}`, "case_no": "", "county_code": "", "county_name": "", "authority": "", "addressee": "", "uscc": "", "site_kind": "", "issued_on": "",
		"verification_code": `{"verification_code": "7H3J-0PZ9-M4TW-C2V6"}`, "verify_url": `{"verify_url": "javascript:alert(1)"}`,
	}
	own := map[string]map[string]string{
		"filing_acceptance":       {"received_on": "", "due_on": ""},
		"filing_correction":       {"received_on": "", "gaps": ""},
		"filing_receipt":          {"address": "", "received_on": "", "seats": "", "service_forms": "", "classes": `{"classes": [{"seats": 1}]}`},
		"filing_basic_conditions": {},
		"filing_nonconformity":    {"visited_on": "", "due_on": "", "gaps": ""},
		"filing_rectified":        {"visited_on": "", "related_number": ""},
		"filing_cancellation":     {"reason": "", "effective_on": "", "related_number": ""},
		"filing_reroute":          {"children": `{"children": 5}`},
		"filing_change":           {"effective_on": "", "related_number": "", "changes": ""},
		"inspection_record": {
			"visited_on": "", "inspection/items": `{"inspection": null}`, "inspection/hash": `{"inspection": {"hash": null}}`,
			"inspection/signatures": `{"inspection": {"signatures": [{}]}}`,
		},
		"inspection_order":    {"visited_on": "", "gaps": "", "due_on": ""},
		"inspection_closed":   {"visited_on": ""},
		"inspection_referral": {"visited_on": "", "gaps": "", "inspection/penalty": `{"inspection": {"penalty": {"binding": "L4"}}}`},
		"contract_agreement":  {"agreement": `{"agreement": {"text": null}}`, "agreement.signatures": `{"agreement": {"signatures": [{}, {}]}}`},
		"contract_ended":      {"agreement": ""},
		"checkup_report": {
			"checkup.half": `{"checkup": null}`, "checkup.clinic": `{"checkup": {"clinic": null}}`, "checkup.children": `{"checkup": {"missed": 9}}`,
		},
		"insurance_batch_notice": {
			"insurance.month": `{"insurance": null}`, "insurance.hash": `{"insurance": {"hash": null}}`, "insurance.lines": `{"insurance": {"lines": 0}}`,
		},
		"insurance_summary": {"insurance.month": `{"insurance": null}`},
	}
	for _, info := range kinds() {
		if err := bare(t, info).Validate(); err != nil {
			t.Errorf("%s: a paper with all it needs is refused: %v", info.Kind, err)
		}
		breaks := maps.Clone(common)
		if info.OfCounty {
			delete(breaks, "uscc")
			delete(breaks, "site_kind")
		}
		wants, ok := own[info.Kind]
		if !ok {
			t.Errorf("%s: nothing is written about what it needs", info.Kind)
		}
		maps.Copy(breaks, wants)
		for field, becomes := range breaks {
			if becomes == "" {
				becomes = `{"` + field + `": null}`
			}
			_, err := documents.HTML(changed(t, info, becomes))
			var incomplete *documents.IncompleteError
			if !errors.As(err, &incomplete) || !slices.Contains(incomplete.Fields, field) {
				t.Errorf("%s without %s: error %v", info.Kind, field, err)
			}
		}
	}
}

// changed returns the bare document of a kind with some fields changed, as a JSON merge patch.
func changed(t *testing.T, kind definition.Paper, patch string) documents.Paper {
	t.Helper()
	was, err := json.Marshal(bare(t, kind).Content)
	var fields, changes map[string]any
	err = errors.Join(err, json.Unmarshal(was, &fields), json.Unmarshal([]byte(patch), &changes))
	merge(fields, changes)
	is, errIs := json.Marshal(fields)
	p, errRead := documents.ReadPaper(kind, is)
	if err := errors.Join(err, errIs, errRead); err != nil {
		t.Fatal(err)
	}
	return p
}

func merge(into, changes map[string]any) {
	for name, value := range changes {
		if inner, ok := value.(map[string]any); ok {
			merge(into[name].(map[string]any), inner)
		} else {
			into[name] = value
		}
	}
}

// Each kind of each definition has its template, content, example and prefix, and no template is without a kind.
func TestEveryPaperOfADefinitionIsThere(t *testing.T) {
	files := documents.TemplateFiles()
	used := map[string]bool{"checkup/guardian.html": true, "targets/report.html": true, "procedure/paper.html": true} // a sheet, a report, and that of all papers of procedures
	seen := map[string]bool{}
	for _, info := range kinds() {
		if info.Title == "" || info.Prefix == "" || seen[info.Prefix] || seen[info.Title] {
			t.Errorf("%s: title %q or prefix %q is empty or taken", info.Kind, info.Title, info.Prefix)
		}
		seen[info.Prefix], seen[info.Title] = true, true
		if !slices.Contains(files, info.Template) || used[info.Template] {
			t.Errorf("%s: the template %s is not there, or another's", info.Kind, info.Template)
		}
		used[info.Template] = true
		p := sample(t, info)
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", info.Kind, err)
		}
		if _, err := documents.NewPaper(info, &other{}); err == nil {
			t.Errorf("%s: it takes the content of another kind", info.Kind)
		}
	}
	for _, file := range files {
		if !used[file] {
			t.Errorf("%s is the template of no kind", file)
		}
	}
	if _, ok := workflows.PaperOf("permit"); ok {
		t.Error("there is a kind that no process defines")
	}
}

// other is a content of no kind.
type other struct{ activities.ConditionsContent }

func TestNumbersAndCitations(t *testing.T) {
	for county, want := range map[string]string{"潞州区": "潞州托备〔2026〕12号", "襄垣县": "襄垣托备〔2026〕12号", "沁县": "沁县托备〔2026〕12号"} {
		if got := documents.FormatNumber(county, activities.FilingReceipt.Prefix, 2026, 12); got != want {
			t.Errorf("number %q, want %q", got, want)
		}
	}
	unverified := nursery.Citation{Document: "《托育机构设置标准(试行)》", Article: "22"}
	if got, want := documents.Cite(unverified), "《托育机构设置标准（试行）》第二十二条〔待核〕"; got != want {
		t.Errorf("citation %q, want %q", got, want)
	}
}

func TestAGapOfAReason(t *testing.T) {
	basis := []nursery.Citation{{Document: "文件"}}
	got := documents.GapOf(nursery.Reason{
		Title: "每班人数", Subject: "一班", Seen: float64(23), Limit: []any{"甲", true, 1.5}, Message: "说明", Remedy: "办法", Basis: basis,
	})
	want := documents.Gap{Title: "每班人数", Subject: "一班", Seen: "23", Limit: "甲、是、1.5", Message: "说明", WhatToDo: "办法", Basis: basis}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("gap %+v\nwant %+v", got, want)
	}
	if g := documents.GapOf(nursery.Reason{Seen: map[string]any{"class": "a"}, Limit: nil}); g.Seen != "" || g.Limit != "" {
		t.Errorf("a value that is no word is printed: %+v", g)
	}
}
