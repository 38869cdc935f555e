package documents

import (
	"strings"
	"testing"
)

func TestEachPaperHasFactsToCompareAPrintWith(t *testing.T) {
	want := map[Kind]string{
		FilingReceipt:      "机构类型 社区托育机构；托位总数 63个；机构地址 长治市潞州区英雄中路街道太行西街示例路8号1至2层",
		FilingCorrection:   "列明事项 3项；期限 2026年11月25日",
		InspectionRecord:   "检查日期 2026年11月23日；检查结果 检查2项，不合格1项",
		InspectionOrder:    "列明事项 3项；期限 2026年11月25日",
		ContractAgreement:  "签约医疗机构 潞州区示例社区卫生服务中心；协议期限 2026年12月1日至2027年11月30日",
		InsuranceNotice:    "月份 2026年11月；投保人数 5312人；保险费 265600.00元",
		InsuranceSummary:   "月份 2026年11月；已承保 5301人；保险费 265600.00元",
		CheckupReport:      "应检和完成 应检47人，完成45人，漏检2人",
		FilingCancellation: "生效日期 2026年12月1日",
	}
	for kind, text := range want {
		var got []string
		for _, f := range sample(t, kind).Facts() {
			got = append(got, f.Label+" "+f.Value)
		}
		if joined := strings.Join(got, "；"); joined != text {
			t.Errorf("%s: %s, want %s", kind, joined, text)
		}
	}
	// These kinds acknowledge or inform without a figure; they have only the number, institution and date.
	none := map[Kind]bool{FilingAcceptance: true, FilingBasicConditions: true}
	for _, info := range Kinds() {
		if got := len(sample(t, info.Kind).Facts()); (got == 0) != none[info.Kind] {
			t.Errorf("%s has %d facts", info.Kind, got)
		}
	}
}
