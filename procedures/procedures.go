// Package procedures turns a folder that describes a procedure 事项 into a plan: it reads the files, checks them and
// compiles them. A plan is canonical, consists of slices and indexes, and is identified by its hash; the words, permissions
// and indicators of a procedure are separate, because they may change while cases run. docs/procedures.md
// describes how a procedure is written.
package procedures

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"tuoyu/nursery"
)

// Options are what a procedure may refer to outside its folder. The zero value permits references to its own files only.
type Options struct {
	// Library holds the Rego modules that the rules of every procedure may import, such as package lib.
	Library map[string][]byte
	// RuleSets returns the names of the rule sets of the program that are in force on a date. Nil: none.
	RuleSets func(nursery.Date) []string
}

// Procedure is a procedure that was read from a folder.
type Procedure struct {
	Plan Plan
	Live Live
	Hash string // of Plan, 64 hexadecimal digits

	file     *procedureFile
	forms    []*form
	papers   []*paper
	rules    *rules
	rego     map[string][]byte
	params   []*param
	tests    []*scenarioFile
	migrate  *migrateFile
	unused   []text   // forms and papers
	overlays []string // counties

	// What the stages and tasks of Plan were compiled from, by the same indexes.
	stages    []declared
	questions []question
}

// Load reads, compiles and checks the procedure in a folder. It returns all problems at once, in order of file, line and
// column; the procedure is nil only if procedure.yaml cannot be read at all. A procedure with errors must not be run.
func Load(ctx context.Context, fsys fs.FS, options Options) (*Procedure, []Problem) {
	out := &problems{}
	src := read(fsys, out)
	if src == nil {
		return nil, out.sorted()
	}
	p := compile(ctx, src, options, out)
	check(p, out)
	checkOverlays(ctx, fsys, p, src, options, out)
	for _, o := range src.overlays {
		p.overlays = append(p.overlays, o.County.s)
	}
	slices.Sort(p.overlays)
	return p, out.sorted()
}

// LoadFor returns the procedure with the overlay of a county applied; for a county without one it is the procedure itself.
func LoadFor(ctx context.Context, fsys fs.FS, options Options, county string) (*Procedure, []Problem) {
	out := &problems{}
	src := read(fsys, out)
	if src == nil {
		return nil, out.sorted()
	}
	i := slices.IndexFunc(src.overlays, func(o *overlayFile) bool { return o.County.s == county })
	if i < 0 {
		return Load(ctx, fsys, options)
	}
	apply(src, src.overlays[i], out)
	src.tests = nil // the scenarios are those of the procedure without it
	p := compile(ctx, src, options, out)
	check(p, out)
	out.list = slices.DeleteFunc(out.list, func(p Problem) bool { return p.Code == "cover.none" })
	return p, out.sorted()
}

// MoveProblems returns the problems that the procedure has because of the revision before it: running cases go forward only if
// nothing that is pinned was narrowed, each of which is a sentence, and a move names the stages of the one before.
func (p *Procedure) MoveProblems(before *Procedure, narrowed []string) []Problem {
	out := &problems{}
	switch running := p.file.Running; running.s {
	case "forward":
		for _, change := range narrowed {
			out.add("change.forward", running.at, change)
		}
	case "map":
		if p.migrate == nil {
			break
		}
		for _, s := range before.Plan.Stages {
			mapped := slices.ContainsFunc(p.migrate.Stages, func(t target) bool { return t.Name.s == s.Name })
			still := slices.ContainsFunc(p.Plan.Stages, func(have Stage) bool { return have.Name == s.Name })
			if s.Verb != VerbEnd && !mapped && !still {
				out.add("change.map", p.migrate.At, "没有写“"+s.Name+"”")
			}
		}
	}
	return out.sorted()
}

// Overlays returns the counties that have an overlay, sorted.
func (p *Procedure) Overlays() []string { return p.overlays }

// Summary describes the size and the identity of the procedure in one line.
func (p *Procedure) Summary() string {
	ends, transitions := 0, len(p.Plan.Anytime)
	for _, s := range p.Plan.Stages {
		if s.Verb == VerbEnd {
			ends++
		}
		transitions += len(s.On)
	}
	return fmt.Sprintf("%d 个环节、%d 种结束、%d 条走法，版本 %s", len(p.Plan.Stages)-ends, ends, transitions, p.Hash[:12])
}
