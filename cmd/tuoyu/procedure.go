package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tuoyu/policies"
	"tuoyu/procedures"
	"tuoyu/procedures/describe"
	"tuoyu/procedures/drawing"
	"tuoyu/procedures/published"
)

type procedureCommands struct {
	Check   procedureCheckCommand   `cmd:"" help:"Check procedures and show every problem with its file and line; exit 1 when one has an error. Needs no settings and no network."`
	Draw    procedureDrawCommand    `cmd:"" help:"Draw procedures as SVG, or as text of Mermaid."`
	Diff    procedureDiffCommand    `cmd:"" help:"Describe what differs between two revisions; exit 1 when running cases cannot be moved as the newer one demands."`
	Test    procedureTestCommand    `cmd:"" help:"Run the scenarios of procedures with their rules in the test environment; exit 1 when one goes otherwise or a transition has none. Needs no settings and no network."`
	Publish procedurePublishCommand `cmd:"" help:"Publish revisions, proposed and approved by two accounts; one that is published already stays."`
	List    procedureListCommand    `cmd:"" help:"List the revisions, the newest first: identifier, kind, label, first day, state, when it was proposed."`
	Preview procedurePreviewCommand `cmd:"" help:"Show what publishing a folder would change, also for stored cases. It writes nothing."`
	Move    procedureMoveCommand    `cmd:"" help:"Have running cases go on under a later revision, from the stage in which they wait; exit 1 when one stays, with the reason."`
	Schema  procedureSchemaCommand  `cmd:"" help:"Write the JSON Schema of procedure.yaml, for editors."`
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

type procedureDrawCommand struct {
	Folders []string `arg:"" name:"folder" help:"Folders of procedures."`
	Mermaid bool     `help:"Write text of Mermaid instead of SVG."`
	At      []string `help:"Mark these stages as those of a case."`
	Passed  []string `help:"Mark these stages as passed."`
	Before  string   `help:"Folder of an earlier revision, to mark what differs."`
	Output  string   `short:"o" help:"Folder for one file a procedure; without it all go to standard output."`
}

// Run draws the procedures.
func (c procedureDrawCommand) Run(ctx context.Context, out output) error {
	options, err := procedureOptions(ctx)
	if err != nil {
		return err
	}
	marks := drawing.Marks{At: c.At, Passed: c.Passed}
	if c.Before != "" {
		if marks.Before, err = loadProcedure(ctx, out, c.Before, options); err != nil {
			return err
		}
	}
	for _, folder := range c.Folders {
		p, err := loadProcedure(ctx, out, folder, options)
		if err != nil {
			return err
		}
		text, extension := drawing.SVG(p, marks), ".svg"
		if c.Mermaid {
			text, extension = drawing.Mermaid(p, marks), ".mmd"
		}
		if c.Output == "" {
			fmt.Fprint(out, text)
			continue
		}
		file := filepath.Join(c.Output, p.Plan.Kind+extension)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return fmt.Errorf("write picture: %w", err)
		}
		fmt.Fprintln(out, file)
	}
	return nil
}

// loadProcedure returns the procedure in a folder; it prints the problems of one that has errors.
func loadProcedure(ctx context.Context, out output, folder string, options procedures.Options) (*procedures.Procedure, error) {
	p, problems := procedures.Load(ctx, os.DirFS(folder), options)
	if p != nil && !procedures.Faulty(problems) {
		return p, nil
	}
	for _, problem := range problems {
		if !problem.Notice {
			fmt.Fprintf(out, "%s/%s\n", folder, problem)
		}
	}
	return nil, fmt.Errorf("%s: %w", folder, errProcedure)
}

type procedureDiffCommand struct {
	Before string `arg:"" help:"Folder of the earlier revision."`
	After  string `arg:"" help:"Folder of the later revision."`
}

// errMove is returned when running cases cannot be moved as the later revision demands; the reasons have been printed.
var errMove = errors.New("running cases cannot be moved as the later revision demands")

// Run prints a line for each difference.
func (c procedureDiffCommand) Run(ctx context.Context, out output) error {
	options, err := procedureOptions(ctx)
	if err != nil {
		return err
	}
	before, err := loadProcedure(ctx, out, c.Before, options)
	if err != nil {
		return err
	}
	after, err := loadProcedure(ctx, out, c.After, options)
	if err != nil {
		return err
	}
	changes, problems := describe.Compare(before, after)
	for _, change := range changes {
		fmt.Fprintln(out, change)
	}
	switch {
	case before.Hash == after.Hash && len(changes) == 0:
		fmt.Fprintln(out, "两版相同")
	case before.Hash == after.Hash:
		fmt.Fprintf(out, "流程相同（版本 %s），只改了随时可以改的内容\n", after.Hash[:12])
	default:
		fmt.Fprintf(out, "版本 %s → %s\n", before.Hash[:12], after.Hash[:12])
	}
	for _, problem := range problems {
		fmt.Fprintf(out, "%s/%s\n", c.After, problem)
	}
	if len(problems) > 0 {
		return errMove
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
	return published.Options(engine)
}
