package documents

import (
	"fmt"

	"tuoyu/nursery"
)

// The papers of an insurance month. Neither names a child.
const (
	InsuranceNotice  Kind = "insurance_batch_notice" // 投保批次通知书, to the insurer
	InsuranceSummary Kind = "insurance_summary"      // 月度投保情况
)

// InsuranceSheet is what the papers of an insurance month state 投保情况.
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
	Ended      int          `json:"ended,omitempty"` // covers that ended in the month
}

// MonthTitle is the month in Chinese.
func (s InsuranceSheet) MonthTitle() string { return nursery.MonthTitle(s.Month) }

// Premium is the premium in yuan with two decimals.
func (s InsuranceSheet) Premium() string {
	return fmt.Sprintf("%d.%02d", s.PremiumFen/100, s.PremiumFen%100)
}

func (s *InsuranceSheet) needs(kind Kind, need func(string, bool)) {
	need("insurance", s != nil)
	if s == nil {
		return
	}
	need("insurance.month", s.Month.Valid())
	if kind == InsuranceNotice {
		need("insurance.hash", len(s.Hash) == 64)
		need("insurance.lines", s.Lines > 0)
	}
}
