package activities

import (
	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
)

// The documents of a filing. The receipt and the finding on site are two decisions, hence two documents
// (托育机构登记和备案办法(试行) art. 9 para. 1 and 2); FilingBasicConditions goes with the receipt.
var (
	FilingAcceptance = definition.Paper{
		Kind: "filing_acceptance", Title: "备案受理通知书", Prefix: "托受", Template: "filing/acceptance.html", New: documents.Empty[AcceptanceContent](),
	}
	FilingCorrection = definition.Paper{
		Kind: "filing_correction", Title: "一次性补正告知书", Prefix: "托补", Template: "filing/correction.html", New: documents.Empty[CorrectionContent](),
	}
	FilingReceipt = definition.Paper{
		Kind: "filing_receipt", Title: "托育机构备案回执", Prefix: "托备", Template: "filing/receipt.html", New: documents.Empty[ReceiptContent](),
	}
	FilingNonconformity = definition.Paper{
		Kind: "filing_nonconformity", Title: "不符合标准告知书", Prefix: "托改", Template: "filing/nonconformity.html", New: documents.Empty[NonconformityContent](),
	}
	FilingRectified = definition.Paper{
		Kind: "filing_rectified", Title: "整改复查合格告知书", Prefix: "托复", Template: "filing/rectified.html", New: documents.Empty[RectifiedContent](),
	}
	FilingReroute = definition.Paper{
		Kind: "filing_reroute", Title: "家庭托育点超员转办告知书", Prefix: "托转", Template: "filing/reroute.html", New: documents.Empty[RerouteContent](),
	}
	FilingChange = definition.Paper{
		Kind: "filing_change", Title: "变更备案回执", Prefix: "托变", Template: "filing/change.html", New: documents.Empty[ChangeContent](),
	}
	FilingCancellation = definition.Paper{
		Kind: "filing_cancellation", Title: "注销备案告知书", Prefix: "托注", Template: "filing/cancellation.html", New: documents.Empty[CancellationContent](),
	}
)

// AcceptanceContent is the content of FilingAcceptance.
type AcceptanceContent struct {
	documents.Head
	DueOn          nursery.Date `json:"due_on,omitzero"`         // 办理期限
	FindingDueOn   nursery.Date `json:"finding_due_on,omitzero"` // 不符合标准时的告知期限
	DueProvisional bool         `json:"due_provisional,omitempty"`
}

// Needs requires the dates between which the office decides.
func (c *AcceptanceContent) Needs(need func(string, bool)) {
	need("received_on", c.ReceivedOn.Valid())
	need("due_on", c.DueOn.Valid())
}

// Facts returns none: the notice acknowledges without a figure.
func (*AcceptanceContent) Facts() []documents.Fact { return nil }

// CorrectionContent is the content of FilingCorrection.
type CorrectionContent struct{ documents.Notice }

// Needs requires a gap and the date of receipt.
func (c *CorrectionContent) Needs(need func(string, bool)) {
	need("received_on", c.ReceivedOn.Valid())
	need("gaps", len(c.Gaps) > 0)
}

// ReceiptContent is the content of FilingReceipt.
type ReceiptContent struct {
	documents.Head
	FindingDueOn   nursery.Date `json:"finding_due_on,omitzero"` // 不符合标准时的告知期限
	DueProvisional bool         `json:"due_provisional,omitempty"`
}

// Needs requires what is on file, with classes that together have all places.
func (c *ReceiptContent) Needs(need func(string, bool)) {
	need("address", c.Address != "")
	need("received_on", c.ReceivedOn.Valid())
	need("service_forms", len(c.ServiceForms) > 0)
	need("seats", c.Seats > 0)
	sum := 0
	for _, class := range c.Classes {
		sum += class.Seats
	}
	need("classes", len(c.Classes) == 0 || sum == c.Seats)
}

// Facts returns what is on file.
func (c *ReceiptContent) Facts() []documents.Fact { return filedFacts(&c.Head) }

func filedFacts(h *documents.Head) []documents.Fact {
	return documents.Facts{}.Text("机构类型", h.SiteKind.Title()).Count("托位总数", h.Seats, "个").Text("机构地址", h.Address)
}

// NonconformityContent is the content of FilingNonconformity.
type NonconformityContent struct {
	documents.Notice
	documents.Visit
	RelatedNumber string `json:"related_number,omitempty"` // 所涉文书的发文字号
	Publication   string `json:"publication,omitempty"`    // 公示载体
}

// Needs requires the gaps found on a day and the limit for them.
func (c *NonconformityContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
	need("due_on", c.DueOn.Valid())
	need("gaps", len(c.Gaps) > 0)
}

// RectifiedContent is the content of FilingRectified.
type RectifiedContent struct {
	documents.Notice
	documents.Visit
	RelatedNumber string `json:"related_number,omitempty"`
	Publication   string `json:"publication,omitempty"`
}

// Needs requires the day of the visit and the notice that it settles.
func (c *RectifiedContent) Needs(need func(string, bool)) {
	need("visited_on", c.VisitedOn.Valid())
	need("related_number", c.RelatedNumber != "")
}

// Facts returns the day of the visit.
func (c *RectifiedContent) Facts() []documents.Fact {
	return documents.Facts{}.On("复查日期", c.VisitedOn)
}

// RerouteContent is the content of FilingReroute.
type RerouteContent struct {
	documents.Head
	Children       int          `json:"children,omitempty"` // 收托人数
	DueOn          nursery.Date `json:"due_on,omitzero"`
	DueProvisional bool         `json:"due_provisional,omitempty"`
}

// FamilyPointLimit returns the maximum number of children of a family point (家庭托育点管理办法(试行) art. 2, rule FP-03a).
func (*RerouteContent) FamilyPointLimit() int { return 5 }

// Needs requires more children than a family point may have.
func (c *RerouteContent) Needs(need func(string, bool)) {
	need("children", c.Children > c.FamilyPointLimit())
}

// Facts returns the number of children.
func (c *RerouteContent) Facts() []documents.Fact {
	return documents.Facts{}.Count("拟收托人数", c.Children, "人")
}

// Unverified returns true: the articles of the family points have not all been compared with the published text.
func (*RerouteContent) Unverified() bool { return true }

// ChangeContent is the content of FilingChange.
type ChangeContent struct {
	documents.Head
	EffectiveOn   nursery.Date  `json:"effective_on,omitzero"` // 变更生效之日
	RelatedNumber string        `json:"related_number,omitempty"`
	Changes       []FiledChange `json:"changes,omitempty"` // 变更事项
}

// FiledChange is one filed item before and after.
type FiledChange struct {
	Item   string `json:"item"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Needs requires changes and the receipt that they change.
func (c *ChangeContent) Needs(need func(string, bool)) {
	need("effective_on", c.EffectiveOn.Valid())
	need("related_number", c.RelatedNumber != "")
	need("changes", len(c.Changes) > 0)
}

// Facts returns what is on file after the change.
func (c *ChangeContent) Facts() []documents.Fact { return filedFacts(&c.Head) }

// CancellationContent is the content of FilingCancellation.
type CancellationContent struct {
	documents.Head
	EffectiveOn   nursery.Date `json:"effective_on,omitzero"` // 注销生效之日
	RelatedNumber string       `json:"related_number,omitempty"`
	Reason        string       `json:"reason,omitempty"`      // 注销原因
	Arrangement   string       `json:"arrangement,omitempty"` // 婴幼儿和工作人员安置情况
}

// Needs requires the reason and the receipt that is no longer valid.
func (c *CancellationContent) Needs(need func(string, bool)) {
	need("effective_on", c.EffectiveOn.Valid())
	need("related_number", c.RelatedNumber != "")
	need("reason", c.Reason != "")
}

// Facts returns the day of the cancellation.
func (c *CancellationContent) Facts() []documents.Fact {
	return documents.Facts{}.On("生效日期", c.EffectiveOn)
}
