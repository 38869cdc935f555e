package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"tuoyu/backtest"
	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures"
	"tuoyu/sheets"
)

type policyBacktestCommand struct {
	Bundle  string            `arg:"" optional:"" help:"Folder, tar.gz or zip of the other rules, or folder of a procedure; empty: the rules in this program, for --set."`
	Set     map[string]string `help:"Give a parameter another value, such as contract.reply_days=5; with --county that of the county."`
	RuleSet string            `help:"Only decisions of this rule set."`
	County  string            `help:"Only decisions of this county, by its division code."`
	From    string            `help:"Only decisions by the law of this day or later, such as 2026-01-01."`
	Until   string            `help:"Only decisions by the law of this day or earlier."`
	Most    int               `help:"Decide at most this many again; 0: all."`
	Format  string            `enum:"text,csv,json" default:"text" help:"How differences are written: text, csv, or json with one object a line."`
	Output  string            `short:"o" help:"File for the differences; without it they go to standard output, before the summary."`
}

// exitDiffers is the exit code of a backtest that found differences.
const exitDiffers = 3

// errDecidedOtherwise is returned when decisions would differ; the differences have been written.
var errDecidedOtherwise = errors.New("decisions would differ")

// Run decides the stored decisions again, writes the differences and a summary, and reports progress on standard error. The exit code is 0
// without differences, 3 with some, 1 if something failed, which includes decisions on which the rules could not be evaluated.
func (c policyBacktestCommand) Run(ctx context.Context, out output) (err error) {
	filter := backtest.Filter{RuleSet: c.RuleSet, County: c.County, Most: c.Most}
	if filter.From, err = optionalDate(c.From); err == nil {
		filter.Until, err = optionalDate(c.Until)
	}
	if err != nil {
		return err
	}
	rules, err := c.rules(ctx)
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	into := io.Writer(out)
	if c.Output != "" {
		file, err := os.OpenFile(c.Output, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // it has case numbers
		if err != nil {
			return fmt.Errorf("write differences: %w", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		into = file
	}
	write, flush := differenceWriter(into, c.Format)
	report, err := backtest.Run(ctx, db, nursery.Engine, rules, filter, write, func(r backtest.Report) {
		fmt.Fprintf(os.Stderr, "tuoyu: %d decisions, %d differ\n", r.Read(), r.Differ)
	})
	if err = errors.Join(err, flush()); err != nil {
		return err
	}
	if c.Format == "text" || c.Output != "" {
		writeReport(out, report)
	}
	switch {
	case report.Failed > 0:
		return fmt.Errorf("%d decisions could not be decided again", report.Failed)
	case report.Differ > 0:
		return errDecidedOtherwise
	}
	return nil
}

// rules returns the rules to decide by: those of a procedure, or of a bundle with changed parameters.
func (c policyBacktestCommand) rules(ctx context.Context) (backtest.Rules, error) {
	if c.Bundle != "" {
		if _, err := os.Stat(c.Bundle + "/procedure.yaml"); err == nil {
			return c.procedureRules(ctx)
		}
	}
	engine, err := loadProposed(ctx, c.Bundle)
	if err != nil || len(c.Set) == 0 {
		return backtest.ByEngine(engine), err
	}
	values := map[string]any{}
	for name, text := range c.Set {
		values[name] = backtest.Value(text)
	}
	if engine, err = engine.With(ctx, c.County, values); err != nil {
		return nil, fmt.Errorf("set parameters: %w", err)
	}
	return backtest.ByEngine(engine), nil
}

func (c policyBacktestCommand) procedureRules(ctx context.Context) (backtest.Rules, error) {
	if len(c.Set) > 0 {
		return nil, errors.New("--set is for bundles; the parameters of a procedure are in its folder")
	}
	options, err := procedureOptions(ctx)
	if err != nil {
		return nil, err
	}
	p, problems := procedures.LoadFor(ctx, os.DirFS(c.Bundle), options, c.County)
	if p == nil {
		return nil, fmt.Errorf("%s: %w: %v", c.Bundle, errProcedure, problems)
	}
	rules, err := p.Evaluator(ctx, options.Library)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Bundle, err)
	}
	return backtest.ByProcedure(rules), nil
}

// loadProposed loads rules from a folder or an archive, or those in this program if path is empty.
func loadProposed(ctx context.Context, path string) (*policies.Engine, error) {
	if path == "" {
		return policies.New(ctx)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("load rules: %w", err)
	}
	if info.IsDir() {
		return policies.LoadProposed(ctx, os.DirFS(path))
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load rules: %w", err)
	}
	return policies.LoadArchive(ctx, raw)
}

func optionalDate(text string) (nursery.Date, error) {
	if text == "" {
		return nursery.Date{}, nil
	}
	return nursery.ParseDate(text)
}

// differenceWriter returns what writes one difference, and what writes the rest of them.
func differenceWriter(w io.Writer, format string) (write func(backtest.Difference) error, flush func() error) {
	switch format {
	case "csv":
		var rows [][]any
		return func(d backtest.Difference) error {
				rows = append(rows, d.Row())
				return nil
			}, func() error {
				raw, err := sheets.WriteCSV(backtest.Table(rows))
				if err == nil {
					_, err = w.Write(raw)
				}
				return err
			}
	case "json":
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return func(d backtest.Difference) error { return encoder.Encode(d) }, func() error { return nil }
	}
	return func(d backtest.Difference) error {
		_, err := fmt.Fprintf(w, "%s  %s  %s\n", d.CaseNo, d.RuleSet, strings.Join(d.Lines(), "；"))
		return err
	}, func() error { return nil }
}

func writeReport(w io.Writer, r backtest.Report) {
	for _, set := range r.Sets {
		var kinds []string
		for _, k := range backtest.Kinds() {
			if n := set.In[k.Name]; n > 0 {
				kinds = append(kinds, fmt.Sprintf("%s %d", k.Title, n))
			}
		}
		fmt.Fprintf(w, "%s（%s）：裁定 %d 次，不同 %d 次 %s\n", policies.RuleSetTitle(set.RuleSet), set.RuleSet, set.Decided, set.Differ, strings.Join(kinds, "、"))
	}
	for _, f := range r.Faults {
		fmt.Fprintf(w, "%s: %s\n", f.Decision, f.Err)
	}
	fmt.Fprintf(w, "重新裁定 %d 次，不同 %d 次；没有这个规则集 %d 次，没有保存输入 %d 次，不能裁定 %d 次\n", r.Decided, r.Differ, r.Uncovered, r.NoInput, r.Failed)
	if r.More {
		fmt.Fprintln(w, "还有更多的裁定没有比较")
	}
}
