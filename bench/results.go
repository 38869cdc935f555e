package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// row is one line of the table.
type row struct {
	Part, What, Goal, Figure, Met, Note string
}

// report adds a figure without a goal.
func (b *bench) report(what, figure, note string) {
	b.add(row{What: what, Goal: "—", Figure: figure, Met: "—", Note: note})
}

// atMost adds a figure with a maximum as its goal.
func (b *bench) atMost(what string, goal, value float64, format, note string) {
	b.judge(what, "≤ ", goal, value, value <= goal, format, note)
}

// atLeast adds a figure with a minimum as its goal.
func (b *bench) atLeast(what string, goal, value float64, format, note string) {
	b.judge(what, "≥ ", goal, value, value >= goal, format, note)
}

func (b *bench) judge(what, sign string, goal, value float64, met bool, format, note string) {
	word := "not met"
	if met {
		word = "met"
	}
	unit := format[strings.LastIndexAny(format, "fd")+1:]
	b.add(row{What: what, Goal: sign + strconv.FormatFloat(goal, 'f', -1, 64) + unit, Figure: fmt.Sprintf(format, value), Met: word, Note: note})
}

func (b *bench) add(r row) {
	r.Part = b.letter
	b.rows = append(b.rows, r)
	b.say("%s: %s (goal %s, %s)", r.What, r.Figure, r.Goal, r.Met)
}

func (b *bench) writeRows(path string) error {
	raw, err := json.Marshal(b.rows)
	if err != nil {
		return fmt.Errorf("encode rows: %w", err)
	}
	return os.WriteFile(path, raw, 0o600)
}

// writeResults writes the table. A run of some parts replaces the whole file and lists the parts it contains.
func (b *bench) writeResults(path, command string, begun time.Time) error {
	slices.SortStableFunc(b.rows, func(x, y row) int { return strings.Compare(x.Part, y.Part) })
	var t bytes.Buffer
	fmt.Fprintf(&t, "# Measured\n\nMade by `%s` (`make bench` for all parts) on %s, in %s.\nMachine: %s. Revision %s.\n\n",
		command, begun.Format(time.DateOnly), time.Since(begun).Round(time.Second), machine(), b.revision())
	t.WriteString("Each ratio is taken within the run: the two sides by turns, and the median over the rounds. Absolute rates are those\n" +
		"of this machine, on which Temporal, Postgres, Chromium, the product and the load all share the processors.\n")
	for _, p := range parts {
		if !slices.ContainsFunc(b.rows, func(r row) bool { return r.Part == p.letter }) {
			continue
		}
		fmt.Fprintf(&t, "\n## (%s) %s\n\n| what | goal | figure | |\n| --- | --- | --- | --- |\n", p.letter, p.title)
		var notes []string
		for _, r := range b.rows {
			if r.Part != p.letter {
				continue
			}
			fmt.Fprintf(&t, "| %s | %s | %s | %s |\n", r.What, r.Goal, r.Figure, r.Met)
			if r.Note != "" && !slices.Contains(notes, r.Note) {
				notes = append(notes, r.Note)
			}
		}
		t.WriteString("\n")
		for _, n := range notes {
			t.WriteString("- " + n + "\n")
		}
	}
	if err := os.WriteFile(path, t.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}

// machine describes the machine of the run.
func machine() string {
	text := fmt.Sprintf("%d cores", runtime.NumCPU())
	if model := field("/proc/cpuinfo", "model name"); model != "" {
		text += " of " + model
	}
	if memory, err := strconv.Atoi(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB")); err == nil {
		text += fmt.Sprintf(", %d GiB", (memory+1<<19)>>20)
	}
	return text + ", " + runtime.GOOS + "/" + runtime.GOARCH + ", " + runtime.Version()
}

// field returns the first value of a "name: value" line.
func field(path, name string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(raw)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (b *bench) revision() string {
	cmd := exec.Command("git", "describe", "--always", "--dirty")
	cmd.Dir = b.root
	out, err := cmd.Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
