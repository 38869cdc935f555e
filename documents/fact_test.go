package documents_test

import (
	"strings"
	"testing"

	"tuoyu/activities"
)

func TestEachPaperHasFactsToCompareAPrintWith(t *testing.T) {
	want := map[string]string{
		activities.FilingReceipt.Kind:      "机构类型 社区托育机构；托位总数 63个；机构地址 长治市潞州区英雄中路街道太行西街示例路8号1至2层",
		activities.FilingCorrection.Kind:   "列明事项 3项；期限 2026年11月25日",
		activities.InspectionRecord.Kind:   "检查日期 2026年11月23日；检查结果 检查2项，不合格1项",
		activities.InspectionOrder.Kind:    "列明事项 3项；期限 2026年11月25日",
		activities.ContractAgreement.Kind:  "签约医疗机构 潞州区示例社区卫生服务中心；协议期限 2026年12月1日至2027年11月30日",
		activities.InsuranceNotice.Kind:    "月份 2026年11月；投保人数 5312人；保险费 265600.00元",
		activities.InsuranceSummary.Kind:   "月份 2026年11月；已承保 5301人；保险费 265600.00元",
		activities.CheckupReport.Kind:      "应检和完成 应检47人，完成45人，漏检2人",
		activities.FilingCancellation.Kind: "生效日期 2026年12月1日",
	}
	// These kinds acknowledge or inform without a figure; they have only the number, institution and date.
	none := map[string]bool{activities.FilingAcceptance.Kind: true, activities.FilingBasicConditions.Kind: true}
	for _, info := range kinds() {
		var got []string
		for _, f := range sample(t, info).Facts() {
			got = append(got, f.Label+" "+f.Value)
		}
		if joined := strings.Join(got, "；"); want[info.Kind] != "" && joined != want[info.Kind] {
			t.Errorf("%s: %s, want %s", info.Kind, joined, want[info.Kind])
		}
		if (len(got) == 0) != none[info.Kind] {
			t.Errorf("%s has %d facts", info.Kind, len(got))
		}
	}
}
