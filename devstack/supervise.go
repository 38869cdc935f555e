package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"time"
)

// The limits on restarting a service.
const (
	steadyAfter  = 5 * time.Second  // a service that ran this long did not die immediately
	deathsAtOnce = 5                // consecutive immediate deaths after which a service is not restarted
	restartLimit = 60 * time.Second // time limit of one restart, with all its attempts
	restartPause = 300 * time.Millisecond
)

// running is a live process of a service.
type running interface {
	ending() <-chan struct{} // closed when the process has ended
	how() string             // describes how the process ended
	pid() int
	stop()
}

// supervised is a service that is restarted, on the same ports and state, when it dies.
type supervised struct {
	name, log string // its display name and its log file
	pidFile   string
	again     func(context.Context) (running, error)
	say       func(string)
	lost      chan<- error // receives an error if it keeps dying

	mu      sync.Mutex
	up      running
	cancel  context.CancelFunc
	watched chan struct{} // closed when it is no longer watched
}

// watch restarts a started service whenever it dies, until stop.
func (v *supervised) watch(up running) error {
	ctx, cancel := context.WithCancel(context.Background())
	v.cancel, v.watched = cancel, make(chan struct{})
	if err := v.set(up); err != nil {
		cancel()
		close(v.watched)
		return err
	}
	go func() {
		defer close(v.watched)
		if err := v.keep(ctx); err != nil && ctx.Err() == nil {
			v.lost <- err
		}
	}()
	return nil
}

// set records up as the live process and writes its process ID to the state.
func (v *supervised) set(up running) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.up = up
	if err := os.WriteFile(v.pidFile, []byte(strconv.Itoa(up.pid())), 0o644); err != nil {
		return fmt.Errorf("write process of %s: %w", v.name, err)
	}
	return nil
}

// keep restarts the service whenever it ends. It returns when the service keeps dying or ctx ends.
func (v *supervised) keep(ctx context.Context) error {
	deaths, up := 0, v.live()
	for begun := time.Now(); ; begun = time.Now() {
		select {
		case <-up.ending():
		case <-ctx.Done():
			return nil
		}
		if deaths++; time.Since(begun) > steadyAfter {
			deaths = 1
		}
		if deaths >= deathsAtOnce {
			return fmt.Errorf("%s ended %d times, each within %s of its start, last by %s: see %s", v.name, deaths, steadyAfter, up.how(), v.log)
		}
		v.report(fmt.Sprintf("%s ended (%s), starting it again", v.name, up.how()))
		ended := time.Now()
		var err error
		if up, err = v.restart(ctx); err != nil {
			return err
		}
		v.report(fmt.Sprintf("%s runs again after %.1f s", v.name, time.Since(ended).Seconds()))
	}
}

func (v *supervised) restart(ctx context.Context) (running, error) {
	bound, cancel := context.WithTimeout(ctx, restartLimit)
	defer cancel()
	for {
		up, err := v.again(bound)
		if err == nil {
			return up, v.set(up)
		}
		select {
		case <-bound.Done():
			return nil, fmt.Errorf("%s does not start again: %w: see %s", v.name, err, v.log)
		case <-time.After(restartPause):
			slog.Warn("restart", "service", v.name, "error", err)
		}
	}
}

func (v *supervised) report(text string) {
	slog.Warn(text)
	v.say(text)
}

func (v *supervised) live() running {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.up
}

// stop ends the service permanently.
func (v *supervised) stop() {
	v.cancel()
	<-v.watched
	v.live().stop()
	_ = os.Remove(v.pidFile) // a stale process ID is harmless to readers that look for a live process
}
