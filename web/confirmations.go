package web

import (
	"sync"
	"time"
)

// confirmations caches until when sessions are confirmed, so that not every request queries the database.
type confirmations struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func newConfirmations() *confirmations { return &confirmations{until: map[string]time.Time{}} }

func (c *confirmations) get(token string) (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	until, ok := c.until[token]
	return until, ok
}

func (c *confirmations) put(token string, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.until) >= mostSeen {
		clear(c.until)
	}
	c.until[token] = until
}

func (c *confirmations) drop(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.until, token)
}
