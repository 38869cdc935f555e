package activities

import (
	"fmt"
	"slices"

	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
)

// The documents of an inspection.
var (
	InspectionRecord = definition.Paper{
		Kind: "inspection_record", Title: "现场检查记录", Prefix: "托检", Template: "inspection/record.html", New: documents.Empty[InspectionRecordContent](),
	}
	InspectionOrder = definition.Paper{
		Kind: "inspection_order", Title: "责令限期改正通知书", Prefix: "托令", Template: "inspection/order.html", New: documents.Empty[InspectionOrderContent](),
	}
	InspectionClosed = definition.Paper{
		Kind: "inspection_closed", Title: "检查办结告知书", Prefix: "托结", Template: "inspection/closed.html", New: documents.Empty[InspectionClosedContent](),
	}
	InspectionReferral = definition.Paper{
		Kind: "inspection_referral", Title: "移送处罚告知书", Prefix: "托移", Template: "inspection/referral.html", New: documents.Empty[InspectionReferralContent](),
	}
)

// InspectionPart is what the documents state of an inspection 督导评估; each states a part of it.
type InspectionPart struct {
	Kind       string            `json:"kind"`              // 检查方式
	Round      int               `json:"round"`             // 0 for the visit, then the number of the re-inspection
	Items      []ItemLine        `json:"items,omitempty"`   // 检查项目
	Hash       string            `json:"hash,omitempty"`    // SHA-256 of the completed checklist
	Signatures []SignatureLine   `json:"signatures"`        // 签字
	Penalty    *nursery.Citation `json:"penalty,omitempty"` // 处罚依据
}

// ItemLine is one item of the printed record.
type ItemLine struct {
	Title  string             `json:"title"`
	Result string             `json:"result"`
	Note   string             `json:"note,omitempty"`
	Photos int                `json:"photos,omitempty"`
	Basis  []nursery.Citation `json:"basis"`
}

// SignatureLine is one signature of the printed record.
type SignatureLine struct {
	Party   string `json:"party"`
	Manner  string `json:"manner"`
	Note    string `json:"note,omitempty"`
	Picture string `json:"picture,omitempty"` // 手写签名: the attachment
}

// InspectionRecordContent is the content of InspectionRecord.
type InspectionRecordContent struct {
	documents.Head
	documents.Visit
	Inspection InspectionPart `json:"inspection"`
}

// Needs requires the items and the signatures of three parties over their hash.
func (c *InspectionRecordContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
	need("inspection/items", len(c.Inspection.Items) > 0)
	need("inspection/hash", len(c.Inspection.Hash) == 64)
	need("inspection/signatures", len(c.Inspection.Signatures) == 3)
}

// Facts returns the day and the number of items that did not conform.
func (c *InspectionRecordContent) Facts() []documents.Fact {
	failed := 0
	for _, item := range c.Inspection.Items {
		if item.Result == nursery.ItemNotOK.Title() {
			failed++
		}
	}
	result := fmt.Sprintf("检查%d项，不合格%d项", len(c.Inspection.Items), failed)
	if failed == 0 {
		result = fmt.Sprintf("检查%d项，未发现不合格", len(c.Inspection.Items))
	}
	return documents.Facts{}.On("检查日期", c.VisitedOn).Text("检查结果", result)
}

// Unverified reports whether an item has a citation that is marked 待核.
func (c *InspectionRecordContent) Unverified() bool {
	return slices.ContainsFunc(c.Inspection.Items, func(i ItemLine) bool { return documents.Unverified(i.Basis) })
}

// Pictures returns the signatures by hand.
func (c *InspectionRecordContent) Pictures() []string {
	var all []string
	for _, s := range c.Inspection.Signatures {
		if s.Picture != "" {
			all = append(all, s.Picture)
		}
	}
	return all
}

// InspectionOrderContent is the content of InspectionOrder.
type InspectionOrderContent struct {
	documents.Notice
	documents.Visit
}

// Needs requires the gaps found on a day and the limit for them.
func (c *InspectionOrderContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
	need("gaps", len(c.Gaps) > 0)
	need("due_on", c.DueOn.Valid())
}

// InspectionClosedContent is the content of InspectionClosed.
type InspectionClosedContent struct {
	documents.Head
	documents.Visit
	Inspection InspectionPart `json:"inspection"`
}

// Needs requires the day of the visit.
func (c *InspectionClosedContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
}

// Facts returns the day of the visit.
func (c *InspectionClosedContent) Facts() []documents.Fact {
	return documents.Facts{}.On("复查日期", c.VisitedOn)
}

// InspectionReferralContent is the content of InspectionReferral.
type InspectionReferralContent struct {
	documents.Notice
	documents.Visit
	Inspection InspectionPart `json:"inspection"`
}

// Needs requires the gaps and the law with the penalty: a trial regulation alone is no ground for one.
func (c *InspectionReferralContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
	need("gaps", len(c.Gaps) > 0)
	need("inspection/penalty", c.Inspection.Penalty != nil && c.Inspection.Penalty.Binding <= "L3")
}
