package documents

import (
	"fmt"

	"tuoyu/nursery"
)

// The documents of an insurance month. Neither identifies a child.
const (
	InsuranceNotice  Kind = "insurance_batch_notice" // 投保批次通知书, to the insurer
	InsuranceSummary Kind = "insurance_summary"      // 月度投保情况
)

// InsuranceSheet is the content of the documents of an insurance month 投保情况.
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
