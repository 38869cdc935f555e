package activities

import (
	"fmt"

	"tuoyu/definition"
	"tuoyu/documents"
	"tuoyu/nursery"
)

// The documents of an insurance month. Neither identifies a child. The public is not shown which insurer a notice is for.
var (
	InsuranceNotice = definition.Paper{
		Kind: "insurance_batch_notice", Title: "投保批次通知书", Prefix: "托保", Template: "insurance/notice.html", New: documents.Empty[InsuranceNoticeContent](),
		OfCounty: true, PublicAddressee: "承保机构",
	}
	InsuranceSummary = definition.Paper{
		Kind: "insurance_summary", Title: "月度投保情况", Prefix: "托保月", Template: "insurance/summary.html", New: documents.Empty[InsuranceSummaryContent](),
		OfCounty: true,
	}
)

// InsuranceSheet is what the documents of an insurance month state 投保情况.
type InsuranceSheet struct {
	Month      nursery.Date `json:"month"` // its first day
	Batch      int          `json:"batch,omitempty"`
	Lines      int          `json:"lines"`
	Hash       string       `json:"hash,omitempty"`
	PremiumFen int64        `json:"premium_fen"`
	CoverFrom  nursery.Date `json:"cover_from,omitzero"`
	Insured    int          `json:"insured,omitempty"`
	Ineligible int          `json:"ineligible,omitempty"`
	Withdrawn  int          `json:"withdrawn,omitempty"`
	Ended      int          `json:"ended,omitempty"` // number of covers that ended in the month
}

// MonthTitle returns the Chinese name of the month.
func (s InsuranceSheet) MonthTitle() string { return nursery.MonthTitle(s.Month) }

// Premium returns the premium in yuan with two decimals.
func (s InsuranceSheet) Premium() string {
	return fmt.Sprintf("%d.%02d", s.PremiumFen/100, s.PremiumFen%100)
}

func (s InsuranceSheet) facts(label string, children int) []documents.Fact {
	return documents.Facts{}.Text("月份", s.MonthTitle()).Count(label, children, "人").Text("保险费", s.Premium()+"元")
}

// InsuranceNoticeContent is the content of InsuranceNotice.
type InsuranceNoticeContent struct {
	documents.Head
	Insurance InsuranceSheet `json:"insurance"`
}

// Needs requires the month, the lines and their hash.
func (c *InsuranceNoticeContent) Needs(need func(string, bool)) {
	need("insurance.month", c.Insurance.Month.Valid())
	need("insurance.hash", len(c.Insurance.Hash) == 64)
	need("insurance.lines", c.Insurance.Lines > 0)
}

// Facts returns the number of lines and the premium.
func (c *InsuranceNoticeContent) Facts() []documents.Fact {
	return c.Insurance.facts("投保人数", c.Insurance.Lines)
}

// InsuranceSummaryContent is the content of InsuranceSummary.
type InsuranceSummaryContent struct {
	documents.Head
	Insurance InsuranceSheet `json:"insurance"`
}

// Needs requires the month.
func (c *InsuranceSummaryContent) Needs(need func(string, bool)) {
	need("insurance.month", c.Insurance.Month.Valid())
}

// Facts returns the number of children insured and the premium.
func (c *InsuranceSummaryContent) Facts() []documents.Fact {
	return c.Insurance.facts("已承保", c.Insurance.Insured)
}
