package funds

import (
	"context"
	"fmt"

	"tuoyu/store"
)

// Report is what a check of the ledger found.
type Report struct {
	Funds, Accounts, Postings, Payments int64
	Faults                              []string // empty: reconciled to the fen
}

// Check recomputes every balance from the postings, compares the balances with the payments and the sum of each fund with its amount.
// It reads the whole ledger, in which nothing is booked meanwhile.
func Check(ctx context.Context, q *store.Queries) (Report, error) {
	if err := q.LockLedgers(ctx); err != nil {
		return Report{}, fmt.Errorf("lock ledgers: %w", err)
	}
	size, err := q.LedgerSize(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("count ledger: %w", err)
	}
	report := Report{Funds: size.Funds, Accounts: size.Accounts, Postings: size.Postings, Payments: size.Payments}
	note := func(format string, args ...any) { report.Faults = append(report.Faults, fmt.Sprintf(format, args...)) }
	balances, err := q.AccountsThatDoNotAddUp(ctx)
	if err != nil {
		return report, fmt.Errorf("recompute balances: %w", err)
	}
	for _, a := range balances {
		note("资金 %d %s %s：余额 %d 分，按流水应为 %d 分", a.Fund, a.County, a.Kind, a.Balance, a.Booked)
	}
	unlike, err := q.AccountsUnlikePayments(ctx)
	if err != nil {
		return report, fmt.Errorf("compare balances with payments: %w", err)
	}
	for _, a := range unlike {
		note("资金 %d %s %s：余额 %d 分，拨付记录合计 %d 分", a.Fund, a.County, a.Kind, a.Balance, a.Payments)
	}
	sums, err := q.FundsThatDoNotAddUp(ctx)
	if err != nil {
		return report, fmt.Errorf("add up funds: %w", err)
	}
	for _, f := range sums {
		note("资金 %d：各账户合计 %d 分（应为 0），入账 %d 分，下达 %d 分", f.ID, f.Sum, f.Received, f.Amount)
	}
	return report, nil
}
