package main

import (
	"context"

	"tuoyu/policies"
)

type policyCommands struct {
	Check    policyCheckCommand    `cmd:"" help:"Hold the rules against the convention: format, strict compile, a citation for every reason."`
	Test     policyTestCommand     `cmd:"" help:"Run the tests of the rules and judge their coverage."`
	Backtest policyBacktestCommand `cmd:"" help:"Decide stored decisions again by other rules and list those that would differ; exit 3 when some would. It writes nothing to the database."`
}

type policyCheckCommand struct{}

// Run checks the rules compiled into this program.
func (policyCheckCommand) Run(ctx context.Context, out output) error {
	return policies.Check(ctx, out)
}

type policyTestCommand struct {
	Filter  string `arg:"" optional:"" help:"Regular expression over test names; with one, coverage is not judged."`
	Verbose bool   `short:"v" help:"Show passed tests too."`
}

// Run tests the rules compiled into this program.
func (c policyTestCommand) Run(ctx context.Context, out output) error {
	return policies.Test(ctx, out, policies.TestOptions{Filter: c.Filter, Verbose: c.Verbose})
}
