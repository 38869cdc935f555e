package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"tuoyu/nursery"
	"tuoyu/policies"
	"tuoyu/procedures"
)

type procedureCommands struct {
	Check  procedureCheckCommand  `cmd:"" help:"Check procedures and show every problem with its file and line; exit 1 when one has an error. Needs no settings and no network."`
	Schema procedureSchemaCommand `cmd:"" help:"Write the JSON Schema of procedure.yaml, for editors."`
}

type procedureCheckCommand struct {
	Folders []string `arg:"" name:"folder" help:"Folders of procedures."`
	County  string   `help:"Check with the overlay of this county, by its division code."`
}

// errProcedure is returned when problems of procedures have been printed.
var errProcedure = errors.New("the procedure has errors")

// Run checks the procedures and prints a line for each problem and one for each procedure.
func (c procedureCheckCommand) Run(ctx context.Context, out output) error {
	options, err := procedureOptions(ctx)
	if err != nil {
		return err
	}
	faulty := 0
	for _, folder := range c.Folders {
		p, problems := procedures.LoadFor(ctx, os.DirFS(folder), options, c.County)
		for _, problem := range problems {
			fmt.Fprintf(out, "%s/%s\n", folder, problem)
		}
		switch {
		case procedures.Faulty(problems):
			faulty++
			fmt.Fprintf(out, "%s: 有错误，不能发布\n", folder)
		default:
			fmt.Fprintf(out, "%s: %s %s，%s\n", folder, p.Live.Title, p.Live.Label, p.Summary())
		}
	}
	if faulty > 0 {
		return fmt.Errorf("%d of %d: %w", faulty, len(c.Folders), errProcedure)
	}
	return nil
}

type procedureSchemaCommand struct{}

// Run writes the JSON Schema.
func (procedureSchemaCommand) Run(out output) error {
	raw, err := procedures.Schema()
	if err != nil {
		return err
	}
	_, err = out.Write(raw)
	return err
}

// procedureOptions returns what procedures may refer to in this program: its library of rules and its rule sets.
func procedureOptions(ctx context.Context) (procedures.Options, error) {
	engine, err := policies.New(ctx)
	if err != nil {
		return procedures.Options{}, err
	}
	library, err := fs.ReadFile(policies.Embedded(), "lib/lib.rego")
	if err != nil {
		return procedures.Options{}, err
	}
	packs := engine.Status().Packs
	return procedures.Options{
		Library: map[string][]byte{"lib/lib.rego": library},
		RuleSets: func(on nursery.Date) (names []string) {
			for _, p := range packs {
				if !on.Before(p.From) && (p.Until.IsZero() || on.Before(p.Until)) {
					names = p.RuleSets
				}
			}
			return names
		},
	}, nil
}
