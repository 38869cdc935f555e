// Command gotest runs go test with its arguments and prints a summary: a line per package, the output of failed tests,
// and at the end the slowest tests over all packages, the failed tests with the lines they failed on, and the numbers of
// passed and failed tests. It exits with go test's exit code.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

const (
	slowestShown = 20 // tests in the final table
	// Of a failed test, the failures at the end show this many lines, each up to this many bytes.
	reasonsShown = 3
	reasonLength = 300
)

func main() {
	cmd := exec.Command("go", append([]string{"test", "-json"}, os.Args[1:]...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(2)
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	go func() {
		for s := range interrupts {
			_ = cmd.Process.Signal(s) // go test ends its tests and reports the results so far
		}
	}()
	r := newReport(os.Stdout)
	read := r.read(out)
	ended := cmd.Wait()
	r.close()
	var exit *exec.ExitError
	switch {
	case errors.As(ended, &exit):
		os.Exit(max(exit.ExitCode(), 1)) // -1 after a signal
	case ended != nil || read != nil:
		fmt.Fprintln(os.Stderr, "gotest:", errors.Join(ended, read))
		os.Exit(2)
	case r.failed > 0:
		os.Exit(1)
	}
}

// event is a line of go test -json; see go doc test2json.
type event struct {
	Action, Package, ImportPath, Test, Output, FailedBuild string
	Elapsed                                                float64
}

type timed struct {
	name    string
	seconds float64
}

// report collects the results of the tests of all packages.
type report struct {
	w              io.Writer
	passed, failed int
	output         map[string][]string // by package and test: printed if it fails
	failures       map[string]int      // of tests, by package
	counts         map[string]int      // of tests, by package
	builds         map[string][]string // output of the compiler, by import path
	tests          []timed
	causes         []string // a line per failure and the reasons below it
}

func newReport(w io.Writer) *report {
	return &report{w: w, output: map[string][]string{}, failures: map[string]int{}, counts: map[string]int{}, builds: map[string][]string{}}
}

// read processes the events of a run. A line that is not an event is printed as it is: go test prints some of its own
// errors so.
func (r *report) read(from io.Reader) error {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) == nil && e.Action != "" {
				r.take(e)
			} else {
				fmt.Fprint(r.w, line)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		r.builds[e.ImportPath] = append(r.builds[e.ImportPath], e.Output)
	case "output":
		r.output[key] = append(r.output[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e)
		} else {
			r.endTest(e, key)
		}
	}
}

func (r *report) endTest(e event, key string) {
	if e.Action != "skip" {
		r.tests = append(r.tests, timed{strings.TrimPrefix(e.Package, "tuoyu/") + " " + e.Test, e.Elapsed})
		r.counts[e.Package]++
	}
	switch e.Action {
	case "pass":
		r.passed++
	case "fail":
		r.failed++
		r.failures[e.Package]++
		fmt.Fprint(r.w, strings.Join(r.output[key], ""))
		r.addCause(strings.TrimPrefix(e.Package, "tuoyu/")+" "+e.Test, r.output[key])
	}
	delete(r.output, key)
}

// failedLine matches what t.Error prints, and the first line of a panic or of a report of the race detector.
var failedLine = regexp.MustCompile(`^\s*\S+_test\.go:\d+: |^panic: |^WARNING: DATA RACE`)

func (r *report) addCause(name string, output []string) {
	r.causes = append(r.causes, "FAILED "+name)
	shown := 0
	for _, line := range output {
		if shown < reasonsShown && failedLine.MatchString(line) {
			line = strings.TrimSpace(line)
			r.causes = append(r.causes, "    "+strings.ToValidUTF8(line[:min(reasonLength, len(line))], ""))
			shown++
		}
	}
}

// endPackage writes the line of a package. If the package failed, it also writes the output outside its tests, such as
// a panic or a report of the race detector, and the output of tests that never ended.
func (r *report) endPackage(e event) {
	if e.Action == "fail" {
		fmt.Fprint(r.w, strings.Join(r.builds[e.FailedBuild], ""))
		var rest, lines []string
		for key := range r.output {
			if strings.HasPrefix(key, e.Package+" ") {
				rest = append(rest, key)
			}
		}
		slices.Sort(rest)
		for _, key := range rest {
			fmt.Fprint(r.w, strings.Join(r.output[key], ""))
			lines = append(lines, r.output[key]...)
		}
		if r.failures[e.Package] == 0 {
			r.failed++
			r.addCause(strings.TrimPrefix(e.Package, "tuoyu/"), lines)
		}
	}
	for key := range r.output {
		if strings.HasPrefix(key, e.Package+" ") {
			delete(r.output, key)
		}
	}
	word := map[string]string{"pass": "ok", "fail": "FAIL", "skip": "none"}[e.Action]
	fmt.Fprintf(r.w, "%-4s %-40s %4d tests %7.1f s\n", word, e.Package, r.counts[e.Package], e.Elapsed)
}

// close writes the slowest tests, the failures and the counts. A test with subtests is represented by its subtests.
func (r *report) close() {
	parents := map[string]bool{}
	for _, t := range r.tests {
		if i := strings.LastIndexByte(t.name, '/'); i > strings.LastIndexByte(t.name, ' ') {
			parents[t.name[:i]] = true
		}
	}
	tests := slices.DeleteFunc(r.tests, func(t timed) bool { return parents[t.name] })
	slices.SortStableFunc(tests, func(a, b timed) int { return cmp.Compare(b.seconds, a.seconds) })
	fmt.Fprintln(r.w, "\nthe slowest tests:")
	for _, t := range tests[:min(slowestShown, len(tests))] {
		fmt.Fprintf(r.w, "%7.1f s  %s\n", t.seconds, t.name)
	}
	fmt.Fprintln(r.w)
	for _, line := range r.causes {
		fmt.Fprintln(r.w, line)
	}
	fmt.Fprintf(r.w, "%d passed, %d failed\n", r.passed, r.failed)
}
