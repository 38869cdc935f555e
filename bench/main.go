// Command bench measures the goals of the system and writes them as a table to bench/RESULTS.md. Ratios are measured
// within one run with the two sides alternating, so that a busy machine slows both. Parts are named by letter and may
// be run alone:
//
//	a  filings per second, as a ratio to a bare workflow with the same operations
//	b  a decision, as a ratio to OPA's own evaluation and to cel-go
//	c  first page of the inbox at ten thousand and at a million open tasks
//	d  events and bytes of history per filing
//	e  memory of serve, worker and devstack, idle and under load
//	f  seconds until the system is up
//	g  wall map and ledger of the building sites at ten times the data
//	h  a half-year's check-ups of three hundred institutions, beside a workflow per child
//	i  an insurance month of all the city's children
//	j  the pages: inbox at a hundred times the tasks, fifty requests a second, bytes of a first load
//	k  a quarter of subsidies by child-month, of three hundred nurseries
//	l  procedures: a publication, and a complaint as a procedure beside the one written in Go
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// part is one letter of the benchmark.
type part struct {
	letter, title string
	services      bool // runs inside devstack
	run           func(*bench, context.Context) error
}

var parts = []part{
	{"a", "Filings per second, end to end over HTTP", true, (*bench).filings},
	{"b", "One decision by the rules", false, (*bench).rules},
	{"c", "First page of the inbox", true, (*bench).inbox},
	{"d", "History of a filing", true, (*bench).histories},
	{"e", "Memory", true, (*bench).memory},
	{"f", "Seconds until the system is up", false, (*bench).startup},
	{"g", "Wall map and ledger of the building sites", true, (*bench).ledgers},
	{"h", "A half-year's check-ups", true, (*bench).checkups},
	{"i", "An insurance month of all the city's children", true, (*bench).insuranceMonth},
	{"j", "The pages", true, (*bench).pages},
	{"k", "A quarter of subsidies by child-month", true, (*bench).subsidies},
	{"l", "Procedures", true, (*bench).procedures},
}

// bench is one run.
type bench struct {
	root   string // of the repository
	letter string // of the part in progress
	rows   []row
}

// file returns a path below the root.
func (b *bench) file(elements ...string) string {
	return filepath.Join(append([]string{b.root}, elements...)...)
}

// say prints the progress of the run.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s  %s: %s\n", time.Now().Format(time.TimeOnly), b.letter, fmt.Sprintf(format, args...))
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 1 && args[0] == casesWorker {
		return workOnCases(ctx)
	}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	root := f.String("root", ".", "root of the repository, with bin/tuoyu, bin/demo and bin/devstack built")
	out := f.String("out", "bench/RESULTS.md", "where the table goes, below the root")
	inside := f.String("inside", "", "for bench itself: run inside devstack and write the rows to this file")
	f.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: bench [flags] [PART…]   parts: a b c d e f g h i j k l, all when none is named")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(f.Args())
	if err != nil {
		return err
	}
	absolute, err := filepath.Abs(*root)
	if err != nil {
		return fmt.Errorf("find the root: %w", err)
	}
	b := &bench{root: absolute}
	if *inside != "" {
		return errors.Join(b.runParts(ctx, chosen), b.writeRows(*inside))
	}
	begun := time.Now()
	err = b.runOutside(ctx, chosen)
	if len(b.rows) == 0 {
		return err
	}
	command := strings.TrimSpace("bin/bench " + strings.Join(f.Args(), " "))
	return errors.Join(err, b.writeResults(b.file(*out), command, begun))
}

func choose(letters []string) ([]part, error) {
	if len(letters) == 0 {
		return parts, nil
	}
	var chosen []part
	for _, letter := range letters {
		i := slices.IndexFunc(parts, func(p part) bool { return p.letter == letter })
		if i < 0 {
			return nil, fmt.Errorf("no part %q: they are a to l", letter)
		}
		chosen = append(chosen, parts[i])
	}
	return chosen, nil
}

// runOutside runs the parts that need no services, then the others inside a devstack of their own.
func (b *bench) runOutside(ctx context.Context, chosen []part) error {
	var alone, within []part
	for _, p := range chosen {
		if p.services {
			within = append(within, p)
		} else {
			alone = append(alone, p)
		}
	}
	err := b.runParts(ctx, alone)
	if len(within) == 0 || ctx.Err() != nil {
		return err
	}
	return errors.Join(err, b.runWithin(ctx, within))
}

func (b *bench) runParts(ctx context.Context, chosen []part) error {
	var errs []error
	for _, p := range chosen {
		b.letter = p.letter
		b.say("%s", strings.ToLower(p.title[:1])+p.title[1:])
		if err := p.run(b, ctx); err != nil {
			errs = append(errs, fmt.Errorf("part %s: %w", p.letter, err))
		}
	}
	return errors.Join(errs...)
}

// runWithin starts devstack with this program inside, and reads the resulting rows.
func (b *bench) runWithin(ctx context.Context, within []part) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find bench: %w", err)
	}
	rows, err := os.CreateTemp("", "tuoyu-bench-*.json")
	if err != nil {
		return err
	}
	defer os.Remove(rows.Name())
	if err := rows.Close(); err != nil {
		return err
	}
	args := []string{"--quiet", "--ports", "auto", "--fresh", "--state", b.file(".devstack", "bench"), "--", self, "-root", b.root, "-inside", rows.Name()}
	for _, p := range within {
		args = append(args, p.letter)
	}
	cmd := exec.CommandContext(ctx, b.file("bin", "devstack"), args...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	failed := cmd.Run()
	raw, err := os.ReadFile(rows.Name())
	if err != nil {
		return errors.Join(failed, err)
	}
	var more []row
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &more); err != nil {
			return errors.Join(failed, fmt.Errorf("read rows: %w", err))
		}
	}
	b.rows = append(b.rows, more...)
	if failed != nil {
		return fmt.Errorf("inside devstack: %w", failed)
	}
	return nil
}
