package documents

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Kind identifies a kind of document 文书种类.
type Kind string

// The documents of the filing process. The receipt and the finding on site are two decisions, hence two documents
// (托育机构登记和备案办法(试行) art. 9 para. 1 and 2).
const (
	FilingAcceptance      Kind = "filing_acceptance"       // 受理通知书
	FilingCorrection      Kind = "filing_correction"       // 一次性补正告知书
	FilingReceipt         Kind = "filing_receipt"          // 托育机构备案回执
	FilingBasicConditions Kind = "filing_basic_conditions" // 托育机构基本条件告知书
	FilingNonconformity   Kind = "filing_nonconformity"    // 不符合标准告知书
	FilingRectified       Kind = "filing_rectified"        // 整改复查合格告知书
	FilingCancellation    Kind = "filing_cancellation"     // 注销备案告知书
	FilingReroute         Kind = "filing_reroute"          // 家庭托育点超员转办告知书
	FilingChange          Kind = "filing_change"           // 变更备案回执
)

// The documents of an inspection.
const (
	InspectionRecord   Kind = "inspection_record"   // 现场检查记录
	InspectionOrder    Kind = "inspection_order"    // 责令限期改正通知书
	InspectionClosed   Kind = "inspection_closed"   // 检查办结告知书
	InspectionReferral Kind = "inspection_referral" // 移送处罚告知书
)

// KindInfo is the fixed data of a kind.
type KindInfo struct {
	Kind     Kind
	Title    string // 标题
	Prefix   string // the word in the document number 发文字号 that distinguishes the kinds
	Template string // file in this folder
}

var kinds = []KindInfo{
	{FilingAcceptance, "备案受理通知书", "托受", "filing_acceptance.html"},
	{FilingCorrection, "一次性补正告知书", "托补", "filing_correction.html"},
	{FilingReceipt, "托育机构备案回执", "托备", "filing_receipt.html"},
	{FilingBasicConditions, "托育机构基本条件告知书", "托告", "filing_basic_conditions.html"},
	{FilingNonconformity, "不符合标准告知书", "托改", "filing_nonconformity.html"},
	{FilingRectified, "整改复查合格告知书", "托复", "filing_rectified.html"},
	{FilingCancellation, "注销备案告知书", "托注", "filing_cancellation.html"},
	{FilingReroute, "家庭托育点超员转办告知书", "托转", "filing_reroute.html"},
	{FilingChange, "变更备案回执", "托变", "filing_change.html"},
	{ContractAgreement, "医育结合签约服务协议", "医签", "contract_agreement.html"},
	{ContractEnded, "协议终止告知书", "医终", "contract_ended.html"},
	{CheckupReport, "半年健康体检报告", "托体", "checkup_report.html"},
	{InspectionRecord, "现场检查记录", "托检", "inspection_record.html"},
	{InspectionOrder, "责令限期改正通知书", "托令", "inspection_order.html"},
	{InspectionClosed, "检查办结告知书", "托结", "inspection_closed.html"},
	{InspectionReferral, "移送处罚告知书", "托移", "inspection_referral.html"},
	{InsuranceNotice, "投保批次通知书", "托保", "insurance_batch_notice.html"},
	{InsuranceSummary, "月度投保情况", "托保月", "insurance_summary.html"},
}

// Kinds lists every kind in the order of the process. The caller owns the slice.
func Kinds() []KindInfo { return append([]KindInfo(nil), kinds...) }

// Info returns the fixed data of k; false if k is not one of Kinds.
func (k Kind) Info() (KindInfo, bool) {
	for _, info := range kinds {
		if info.Kind == k {
			return info, true
		}
	}
	return KindInfo{}, false
}

// Title returns the Chinese title, "" for an unknown kind.
func (k Kind) Title() string {
	info, _ := k.Info()
	return info.Title
}

// FormatNumber returns a document number 发文字号 such as 潞州托备〔2026〕12号. County is the name of the county unit, seq
// counts per county, kind and year. A name of two characters is not shortened (沁县).
func FormatNumber(county string, k Kind, year, seq int) string {
	info, _ := k.Info()
	short := strings.TrimSuffix(strings.TrimSuffix(county, "区"), "县")
	if utf8.RuneCountInString(short) < 2 {
		short = county
	}
	return fmt.Sprintf("%s%s〔%d〕%d号", short, info.Prefix, year, seq)
}
