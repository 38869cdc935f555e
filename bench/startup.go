package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The output lines of make run that mark its progress.
const (
	servicesReady = "devstack: ready in"
	systemUp      = "The system is up."
)

// startup runs the commands of make run after the build: devstack with the product inside, and the demonstration. First
// without a state, then over the resulting state.
func (b *bench) startup(ctx context.Context) (err error) {
	scratch, err := os.MkdirTemp("", "tuoyu-bench-run-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	for _, start := range []string{"cold", "warm"} {
		services, up, err := b.makeRun(ctx, filepath.Join(scratch, "state"))
		if err != nil {
			return fmt.Errorf("%s start: %w", start, err)
		}
		note := "What make run does once built, on free ports: devstack, migrate, serve and worker until ready, then the demonstration cases. " +
			"Cold is an empty state with everything compiled, warm a second start over the same state. The first compile of devstack " +
			"was not repeated: it takes 8 to 13 processor minutes; to repeat it: cd devstack && time GOCACHE=$(mktemp -d) go build -o /dev/null ."
		if start == "warm" {
			b.atMost(start+" start, services ready (devstack)", 10, services.Seconds(), "%.1f s", "")
		} else {
			b.report(start+" start, services ready (devstack)", fmt.Sprintf("%.1f s", services.Seconds()), note)
		}
		b.report(start+" start, until the system is up and the demonstration played", fmt.Sprintf("%.1f s", up.Seconds()), "")
	}
	return nil
}

// makeRun starts the system, waits until it reports that it is up, and ends it.
func (b *bench) makeRun(ctx context.Context, state string) (services, up time.Duration, err error) {
	cmd := exec.CommandContext(ctx, b.file("bin", "devstack"), "--ports", "auto", "--state", state, "--", b.file("scripts", "run.sh"))
	cmd.Dir = b.root
	listen := freeAddress()
	cmd.Env = append(os.Environ(), "TUOYU_LISTEN="+listen, "TUOYU_PUBLIC_URL=http://"+listen, "TUOYU_METRICS_LISTEN="+freeAddress())
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	ended := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		ended <- errors.Join(err, writer.Close())
	}()
	var last bytes.Buffer
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, servicesReady):
			services = time.Since(begun)
		case strings.HasPrefix(line, systemUp):
			up = time.Since(begun)
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				return 0, 0, fmt.Errorf("end the system: %w", err)
			}
		default:
			last.Reset()
			last.WriteString(line)
		}
	}
	if err := <-ended; up == 0 {
		return 0, 0, fmt.Errorf("make run ended before it was up: %w: %s", err, last.String())
	}
	return services, up, nil
}
