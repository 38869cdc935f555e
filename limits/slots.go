package limits

import (
	"context"
	"time"
)

// Slots bounds how much of something costly is done at once. It is safe for concurrent use.
type Slots struct {
	free chan struct{}
	wait time.Duration
}

// NewSlots returns n slots. Who finds none free waits for one as long as wait.
func NewSlots(n int, wait time.Duration) *Slots {
	return &Slots{free: make(chan struct{}, n), wait: wait}
}

// Take takes a slot and returns what gives it back; false when none came free in time.
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
