package main

import (
	"context"
	"fmt"

	"tuoyu/funds"
	"tuoyu/nursery"
	"tuoyu/store"
)

type fundsCommands struct {
	Check fundsCheckCommand `cmd:"" help:"Recompute every balance of the ledger from its postings, and compare it with the payments. Fails if one differs by a fen."`
}

type fundsCheckCommand struct{}

// Run checks the ledger and prints what does not add up.
func (fundsCheckCommand) Run(ctx context.Context, out output) error {
	db, err := openDatabase(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	var report funds.Report
	err = db.As(ctx, nursery.Engine, func(q *store.Queries) (err error) {
		report, err = funds.Check(ctx, q)
		return err
	})
	if err != nil {
		return fmt.Errorf("check ledger: %w", err)
	}
	for _, fault := range report.Faults {
		fmt.Fprintln(out, fault)
	}
	fmt.Fprintf(out, "%d funds, %d accounts, %d postings, %d payments\n", report.Funds, report.Accounts, report.Postings, report.Payments)
	if n := len(report.Faults); n > 0 {
		return fmt.Errorf("%d faults in the ledger", n)
	}
	return nil
}
