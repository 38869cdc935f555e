package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// runMarker is the environment variable that every process below COMMAND inherits. It identifies them when they are
// ended, wherever they have moved in the process tree.
const runMarker = "DEVSTACK_RUN"

// child is a started process and its result.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
	err  error         // of Wait, valid once done is closed
}

// start starts cmd and waits for it from one operating-system thread. The kernel sends the parent-death signal when the
// starting thread ends, so that thread must last as long as the child.
func start(cmd *exec.Cmd) (*child, error) {
	c := &child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		close(c.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(cmd.Path), err)
	}
	return c, nil
}

// ended reports whether the process ended within the time.
func (c *child) ended(within time.Duration) bool {
	select {
	case <-c.done:
		return true
	case <-time.After(within):
		return false
	}
}

func (c *child) ending() <-chan struct{} { return c.done }
func (c *child) pid() int                { return c.cmd.Process.Pid }

// how describes how the process ended.
func (c *child) how() string {
	<-c.done
	if c.err == nil {
		return "exit status 0"
	}
	return c.err.Error()
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended already
	<-c.done
}

// stop terminates the process, and kills it if it takes longer than any service needs.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // the process may have ended already
	if !c.ended(8 * time.Second) {
		c.kill()
	}
}

// exitCode returns the exit code of the ended process as a shell reports it: its code, or 128 plus the signal.
func (c *child) exitCode() int {
	var exit *exec.ExitError
	switch {
	case c.err == nil:
		return 0
	case errors.As(c.err, &exit):
		if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
			return 128 + int(ws.Signal())
		}
		return exit.ExitCode()
	default:
		return exitStack
	}
}

// marked lists the live processes with the run's marker.
func marked(run string) []int {
	want := []byte(runMarker + "=" + run)
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return nil
	}
	var pids []int
	for _, f := range files {
		env, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for v := range bytes.SplitSeq(env, []byte{0}) {
			if bytes.Equal(v, want) {
				if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(f))); err == nil {
					pids = append(pids, pid)
				}
				break
			}
		}
	}
	return pids
}

// sweep ends the remaining processes of the run: it terminates them, and kills those that are alive after the grace
// period.
func sweep(run string, grace time.Duration) {
	const pause = 50 * time.Millisecond
	sig := syscall.SIGTERM
	deadline := time.Now().Add(grace)
	for asked := map[int]bool{}; ; time.Sleep(pause) {
		pids := marked(run)
		if len(pids) == 0 {
			return
		}
		if time.Now().After(deadline) {
			sig = syscall.SIGKILL
		}
		for _, pid := range pids {
			if sig == syscall.SIGKILL || !asked[pid] {
				asked[pid] = true
				_ = syscall.Kill(pid, sig) // it may have ended already
			}
		}
	}
}

// guardScript waits until the pipe to this process is closed, and then does what sweep does. It is a shell script
// rather than this program, since it only has to be small and survive.
const guardScript = `cat >/dev/null; n=0
while pids=$(grep -lsxz "` + runMarker + `=$0" /proc/[0-9]*/environ | cut -d/ -f3) && [ -n "$pids" ]; do
  if [ $n -eq 0 ]; then kill -TERM $pids; elif [ $n -gt 25 ]; then kill -KILL $pids; fi
  n=$((n+1)); sleep 0.2
done 2>/dev/null`

// startGuard starts the process that ends every process of the run if this one is killed. No other process holds its
// end of the pipe; stop ends the guard.
func startGuard(run string) (stop func(), err error) {
	cmd := exec.Command("/bin/sh", "-c", guardScript, run)
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start guard: %w", err)
	}
	c, err := start(cmd)
	if err != nil {
		return nil, fmt.Errorf("start guard: %w", err)
	}
	return func() { closeAndWait(pipe, c) }, nil
}

func closeAndWait(pipe io.Closer, c *child) {
	_ = pipe.Close() // ends the guard; if the pipe is closed already, it has ended
	<-c.done
}

// watchParent calls gone once when the parent of this process has ended.
func watchParent(gone func()) {
	parent := os.Getppid()
	for os.Getppid() == parent {
		time.Sleep(200 * time.Millisecond)
	}
	gone()
}
