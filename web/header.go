package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"tuoyu/nursery"
)

// header is what the header of a page shows of its reader, and may be a few seconds old. The number of news is not part of it: news
// is what others have just done.
type header struct {
	nav []navItem
	own string // name of the reader's institution or clinic
}

// header returns the header for p, read at most headerFor ago. What cannot be read is logged and left out.
func (s *Site) header(ctx context.Context, p nursery.Principal) header {
	h, fill := s.headers.of(p)
	if fill == nil {
		return h
	}
	complete := true
	missing := func(message string, err error) {
		if err != nil {
			complete = false
			s.Log.WarnContext(ctx, message, "error", err)
		}
	}
	var err error
	h.own, err = s.Service.OwnName(ctx, p)
	missing("no name for the header", err) // the account is shown instead
	h.nav, err = s.navigation(ctx, p)
	missing("what waits is not counted", err)
	if complete {
		fill(h)
	}
	return h
}

// forgettingAfter serves a request. After one that may have changed something its reader's header is read again. Another page may be
// served at the same time and store a header that is too old by the end, hence it is dropped before and after.
func (s *Site) forgettingAfter(r *http.Request, serve func()) {
	if account := Principal(r.Context()).Account; account != "" && r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.headers.forget(account)
		defer s.headers.forget(account)
	}
	serve()
}

const (
	headerFor   = 3 * time.Second
	headersMost = 5000 // accounts
)

// headers keeps the header of each account for headerFor: it takes several queries, and the pages of an account follow each other
// faster than what waits for it changes. It is safe for concurrent use.
type headers struct {
	now func() time.Time

	mu   sync.Mutex
	kept map[string]*keptHeader // by account
}

// keptHeader is the header of a principal, since a time. While it is being read it has none.
type keptHeader struct {
	header
	p    nursery.Principal
	at   time.Time
	read bool
}

func newHeaders(now func() time.Time) *headers {
	return &headers{now: now, kept: map[string]*keptHeader{}}
}

// of returns the header of p, or a function that stores it once it has been read. A header is only that of the very principal: after
// a change of role, county or institution it is read again. What was read before the account was forgotten is not stored.
func (c *headers) of(p nursery.Principal) (header, func(header)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if k := c.kept[p.Account]; k != nil && k.read && k.p == p && now.Sub(k.at) < headerFor {
		return k.header, nil
	}
	if len(c.kept) >= headersMost {
		clear(c.kept)
	}
	reading := &keptHeader{p: p, at: now}
	c.kept[p.Account] = reading
	return header{}, func(h header) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.kept[p.Account] == reading {
			reading.header, reading.read = h, true
		}
	}
}

// forget drops the header of an account.
func (c *headers) forget(account string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, account)
}
