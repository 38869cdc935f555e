package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"tuoyu/procedures"
	"tuoyu/procedures/scenarios"
)

type procedureTestCommand struct {
	Folders []string `arg:"" name:"folder" help:"Folders of procedures."`
}

// errScenario is returned when scenarios that went otherwise, or transitions that none takes, have been printed.
var errScenario = errors.New("the scenarios do not hold")

// Run runs the scenarios of the procedures and prints each failure and each transition that no scenario takes.
func (c procedureTestCommand) Run(ctx context.Context, out output) error {
	options, err := procedureOptions(ctx)
	if err != nil {
		return err
	}
	failed := 0
	for _, folder := range c.Folders {
		p, problems := procedures.Load(ctx, os.DirFS(folder), options)
		if procedures.Faulty(problems) {
			for _, problem := range problems {
				fmt.Fprintf(out, "%s/%s\n", folder, problem)
			}
			return fmt.Errorf("%s: %w", folder, errProcedure)
		}
		report, err := scenarios.Run(ctx, p, options.Library)
		if err != nil {
			return fmt.Errorf("%s: %w", folder, err)
		}
		var took time.Duration
		for _, s := range report.Scenarios {
			took += s.Took
			for _, f := range s.Failures {
				fmt.Fprintf(out, "%s/%s\n", folder, f)
			}
		}
		for _, t := range report.Missing {
			fmt.Fprintf(out, "%s: 没有情景走过 %s\n", folder, t)
		}
		fmt.Fprintf(out, "%s: %d 个情景，走过 %d 条走法中的 %d 条，%d 毫秒\n",
			folder, len(report.Scenarios), report.Transitions, report.Transitions-len(report.Missing), took.Milliseconds())
		if !report.Passed() || len(report.Missing) > 0 {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d: %w", failed, len(c.Folders), errScenario)
	}
	return nil
}
