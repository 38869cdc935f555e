package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The time limits of `make run`. The first start over a state plays the demonstration.
const (
	upWithin  = 8 * time.Minute
	endWithin = time.Minute
)

// output is what a process has printed so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed and replaced by each write, if somebody waits for words
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.more != nil {
		close(o.more)
		o.more = nil
	}
	return o.text.Write(b)
}

// awaits waits until the output contains the words, and returns an error if the process or ctx ends first.
func (o *output) awaits(ctx context.Context, words string, ended <-chan struct{}) error {
	for {
		o.mu.Lock()
		if strings.Contains(o.text.String(), words) {
			o.mu.Unlock()
			return nil
		}
		if o.more == nil {
			o.more = make(chan struct{})
		}
		more := o.more
		o.mu.Unlock()
		select {
		case <-more:
		case <-ended:
			if strings.Contains(o.String(), words) {
				return nil
			}
			return fmt.Errorf("it ended without %q:\n%s", words, o)
		case <-ctx.Done():
			return fmt.Errorf("it does not print %q: %w:\n%s", words, ctx.Err(), o)
		}
	}
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// setting returns the number in an environment variable, or otherwise if it is not set.
func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// busy keeps a number of cores busy until the test ends.
func busy(t *testing.T, cores int) {
	t.Helper()
	for range cores {
		cmd := exec.Command("sh", "-c", "while :; do :; done")
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill() // it would not end by itself
			_ = cmd.Wait()
		})
	}
}

// system is one `make run`, without make.
type system struct {
	t     *testing.T
	cmd   *exec.Cmd
	out   *output
	url   string
	ended chan struct{}
}

// comeUp starts the whole system over a state, with the programs in a folder, and waits until it reports that it is up.
func comeUp(t *testing.T, state, programs string) *system {
	t.Helper()
	address := freeAddress()
	s := &system{t: t, out: &output{}, url: "http://" + address, ended: make(chan struct{})}
	s.cmd = exec.Command("bin/devstack", "--ports", "auto", "--state", state, "--", "scripts/run.sh")
	s.cmd.Dir = ".."
	s.cmd.Env = append(withoutSettings(os.Environ()), "TUOYU_LISTEN="+address, "TUOYU_METRICS_LISTEN="+freeAddress(),
		"TUOYU_BIN="+programs, "TUOYU_DEMO_OUT="+filepath.Join(state, "papers"))
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	begun := time.Now()
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("%v: make builds it", err)
	}
	go func() {
		_ = s.cmd.Wait() // the code is read from the state
		close(s.ended)
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
		<-s.ended
	})
	ctx, cancel := context.WithTimeout(t.Context(), upWithin)
	defer cancel()
	if err := s.out.awaits(ctx, "The system is up.", s.ended); err != nil {
		t.Fatal(err)
	}
	t.Logf("up after %.1f s", time.Since(begun).Seconds())
	if err := get(t.Context(), s.url+"/readyz"); err != nil {
		t.Fatalf("it says that it is up: %v", err)
	}
	return s
}

// interrupt ends the system as Ctrl-C does.
func (s *system) interrupt() {
	s.t.Helper()
	begun := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.ended:
		s.t.Logf("ended after %.1f s", time.Since(begun).Seconds())
		if code := s.cmd.ProcessState.ExitCode(); code != 0 {
			s.t.Errorf("interrupted, it ends with %d:\n%s", code, s.out)
		}
	case <-time.After(endWithin):
		s.t.Fatalf("interrupted, it is there after %s:\n%s", endWithin, s.out)
	}
}

// stateFolder returns an empty folder that the account which runs Postgres can access, unlike t.TempDir.
func stateFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "tuoyu-run-")
	if err == nil {
		err = os.Chmod(folder, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// RUN_FRESH states are started, the first of them RUN_AGAIN more times, beside RUN_BUSY processes that only compute; in
// make test the other tests keep the machine busy.
func TestTheSystemComesUpEveryTimeAndPlaysTheDemonstrationOncePerState(t *testing.T) {
	t.Parallel()
	busy(t, setting(t, "RUN_BUSY", 0))
	for fresh := range setting(t, "RUN_FRESH", 1) {
		state := stateFolder(t)
		s := comeUp(t, state, filepath.Dir(program))
		if !strings.Contains(s.out.String(), "演示完成") {
			t.Errorf("fresh, it has not played the demonstration:\n%s", s.out)
		}
		s.interrupt()
		if fresh > 0 {
			continue
		}
		for range setting(t, "RUN_AGAIN", 2) {
			s := comeUp(t, state, filepath.Dir(program))
			if out := s.out.String(); !strings.Contains(out, "不再重演") || strings.Contains(out, "——") {
				t.Errorf("over a state that has seen the demonstration:\n%s", out)
			}
			s.interrupt()
		}
	}
}

func TestADemonstrationThatCannotGoOnLeavesTheSystemUp(t *testing.T) {
	t.Parallel()
	folder := stateFolder(t)
	// A demonstration that fails at once represents one that fails half-way.
	failing := filepath.Join(folder, "bin")
	if err := os.MkdirAll(failing, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(failing, "tuoyu")); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho 'demo: case BA-140403-2026-000001-F is not as awaited' >&2\nexit 1\n"
	if err := os.WriteFile(filepath.Join(failing, "demo"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	s := comeUp(t, filepath.Join(folder, "state"), failing)
	if out := s.out.String(); !strings.Contains(out, "The demonstration stopped: demo: case BA-140403-2026-000001-F is not as awaited") {
		t.Errorf("it does not say why:\n%s", out)
	}
	s.interrupt()
}
