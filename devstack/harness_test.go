package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// asDevstack makes this test program run as devstack itself, so that the tests run the real one.
const asDevstack = "DEVSTACK_TEST_AS_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asDevstack) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// patience is how long a test waits for an expected event: devstack's own limits are shorter, and the machine may be
// busy.
const patience = 3 * time.Minute

// await waits until holds reports true, and fails the test with the text of missing if that takes longer than patience.
func await(t *testing.T, holds func() bool, missing func() string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal(missing())
		}
	}
}

// devstack is one real run and its output.
type devstack struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  *bytes.Buffer
	done chan struct{}
	env  map[string]string
}

// openDir returns a directory that every account can access, unlike t.TempDir: Postgres runs as another account.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "devstack-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// launch starts devstack with the arguments, the command last.
func launch(t *testing.T, args ...string) *devstack {
	t.Helper()
	d := &devstack{t: t, out: new(bytes.Buffer), done: make(chan struct{})}
	d.cmd = exec.Command(os.Args[0], args...)
	d.cmd.Env = append(os.Environ(), asDevstack+"=1")
	d.cmd.Stdout, d.cmd.Stderr = d.out, d.out
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = d.cmd.Wait() // the code is read from the state
		close(d.done)
	}()
	t.Cleanup(func() {
		_ = d.cmd.Process.Signal(syscall.SIGTERM)
		d.wait()
	})
	return d
}

// wait returns the exit code, after devstack has exited.
func (d *devstack) wait() int {
	d.t.Helper()
	select {
	case <-d.done:
		return d.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		_ = d.cmd.Process.Kill()
		d.t.Fatalf("devstack does not end; it printed:\n%s", d.out)
		return 0
	}
}

// up starts devstack on free ports with a command that runs until stopped, and waits until that command runs.
func up(t *testing.T, state string, flags ...string) *devstack {
	t.Helper()
	envFile := filepath.Join(t.TempDir(), "env")
	args := append([]string{"--state", state, "--ports", "auto", "--fast"}, flags...)
	script := `env -0 >"$0.tmp" && mv "$0.tmp" "$0" && while :; do sleep 1; done`
	d := launch(t, append(args, "--", "sh", "-c", script, envFile)...)
	await(t, func() bool {
		if d.ended() && !d.hasEnv(envFile) {
			t.Fatalf("devstack ended with %d:\n%s", d.cmd.ProcessState.ExitCode(), d.out)
		}
		return d.hasEnv(envFile)
	}, func() string { return "devstack does not come up" })
	return d
}

// ended reports whether devstack has exited.
func (d *devstack) ended() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

// hasEnv reads the environment that COMMAND wrote to a file, and reports whether the file exists.
func (d *devstack) hasEnv(file string) bool {
	raw, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	d.env = map[string]string{}
	for v := range strings.SplitSeq(string(raw), "\x00") {
		name, value, _ := strings.Cut(v, "=")
		d.env[name] = value
	}
	return true
}

// processes lists the processes of this devstack: those with its marker, and Postgres on its data directory.
func (d *devstack) processes() []string {
	var found []string
	for _, pid := range marked(d.env[runMarker]) {
		found = append(found, "marked "+strconv.Itoa(pid))
	}
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		line := strings.ReplaceAll(string(raw), "\x00", " ")
		if strings.Contains(line, "-D "+d.env["DEVSTACK_STATE"]+"/postgres ") ||
			strings.Contains(line, "--user-data-dir="+d.env["DEVSTACK_STATE"]+"/") ||
			strings.HasPrefix(line, "devstack ") && d.serves(filepath.Dir(f)) ||
			strings.Contains(line, guardScript) && strings.Contains(line, d.env[runMarker]) {
			found = append(found, line)
		}
	}
	return found
}

// serves reports whether the process with a folder of /proc is a service of this devstack.
func (d *devstack) serves(folder string) bool {
	env, err := os.ReadFile(filepath.Join(folder, "environ"))
	return err == nil && strings.Contains(string(env), serviceVariable+"={") && strings.Contains(string(env), `"dir":"`+d.env["DEVSTACK_STATE"]+`"`)
}

func (d *devstack) mustBeGone() {
	d.t.Helper()
	var left []string
	await(d.t, func() bool { left = d.processes(); return len(left) == 0 }, func() string { return fmt.Sprintf("left behind: %v", left) })
}

func (d *devstack) connect(variable string) *pgx.Conn {
	d.t.Helper()
	conn, err := pgx.Connect(context.Background(), d.env[variable])
	if err != nil {
		d.t.Fatalf("connect by %s: %v", variable, err)
	}
	d.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
