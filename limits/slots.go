package limits

import (
	"context"
	"time"
)

// Slots limits the concurrency of an expensive operation. It is safe for concurrent use.
type Slots struct {
	free chan struct{}
	wait time.Duration
}

// NewSlots returns n slots. Take waits at most wait for a free one.
func NewSlots(n int, wait time.Duration) *Slots {
	return &Slots{free: make(chan struct{}, n), wait: wait}
}

// Take acquires a slot and returns the function that releases it; false if none became free in time or ctx ended.
func (s *Slots) Take(ctx context.Context) (release func(), ok bool) {
	release = func() { <-s.free }
	select {
	case s.free <- struct{}{}:
		return release, true
	default:
	}
	waited := time.NewTimer(s.wait)
	defer waited.Stop()
	select {
	case s.free <- struct{}{}:
		return release, true
	case <-ctx.Done():
	case <-waited.C:
	}
	return func() {}, false
}
