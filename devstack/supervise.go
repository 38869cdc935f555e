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

// Bounds on starting a service that died again.
const (
	steadyAfter  = 5 * time.Second  // a service that lived as long as that has not died at once
	deathsAtOnce = 5                // after as many deaths at once nothing is started any more
	restartLimit = 60 * time.Second // how long one restart may take, with all its tries
	restartPause = 300 * time.Millisecond
)

// running is a live process of a service.
type running interface {
	ending() <-chan struct{} // closed when the process has ended
	how() string             // it ended
	pid() int
	stop()
}

// supervised is a service that is started again, on the same ports and state, when it dies.
type supervised struct {
	name, log string // its name for people, and where it writes
	pidFile   string
	again     func(context.Context) (running, error)
	say       func(string)
	lost      chan<- error // told when it keeps dying

	mu      sync.Mutex
	up      running
	cancel  context.CancelFunc
	watched chan struct{} // closed when nobody watches it any more
}

// watch takes a started service and keeps it running until stop.
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

// set makes up the live process and writes its number to the state.
func (v *supervised) set(up running) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.up = up
	if err := os.WriteFile(v.pidFile, []byte(strconv.Itoa(up.pid())), 0o644); err != nil {
		return fmt.Errorf("write process of %s: %w", v.name, err)
	}
	return nil
}

// keep starts the service again whenever it ends. It returns when the service keeps dying or ctx ends.
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

// stop ends the service for good.
func (v *supervised) stop() {
	v.cancel()
	<-v.watched
	v.live().stop()
	_ = os.Remove(v.pidFile) // a number left behind misleads nobody who looks for a live process
}
