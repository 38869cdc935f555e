package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

const (
	pollInterval      = 2 * time.Second
	lookTimeout       = 10 * time.Second
	heartbeatInterval = 25 * time.Second

	streamsOfSession = 10 // tabs of a browser
	streamsOfAccount = 30
	mostPending      = 5000 // queued changes while the database is unavailable
)

// hub notifies open pages that something they may show has changed. One poller per process reads the newest events
// while there are listeners; a page is only notified that there is a change, and reads it through casework like any
// other.
type hub struct {
	service *casework.Service
	live    func(context.Context, []string) ([]string, error) // which of these sessions have not ended
	changed func(account string)                              // called before a page of the account is notified
	log     *slog.Logger
	ctx     context.Context // ends with the hub
	stop    context.CancelFunc

	mu        sync.Mutex
	listeners map[*listener]bool
	running   bool
}

// listener is one stream. Ended is closed when its session has ended.
type listener struct {
	p       nursery.Principal
	session string // the hash of its token
	wake    chan struct{}
	ended   chan struct{}
}

func newHub(service *casework.Service, live func(context.Context, []string) ([]string, error), changed func(account string), log *slog.Logger) *hub {
	ctx, stop := context.WithCancel(context.Background())
	return &hub{service: service, live: live, changed: changed, log: log, ctx: ctx, stop: stop, listeners: map[*listener]bool{}}
}

// join adds a stream, or returns nil if the session or its account has the maximum number.
func (h *hub) join(p nursery.Principal, session string) *listener {
	h.mu.Lock()
	defer h.mu.Unlock()
	ofSession, ofAccount := 0, 0
	for l := range h.listeners {
		if l.p.Account == p.Account {
			ofAccount++
		}
		if l.session == session {
			ofSession++
		}
	}
	if h.ctx.Err() != nil || ofSession >= streamsOfSession || ofAccount >= streamsOfAccount {
		return nil
	}
	l := &listener{p, session, make(chan struct{}, 1), make(chan struct{})}
	h.listeners[l] = true
	if !h.running {
		h.running = true
		go h.poll()
	}
	return l
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.listeners, l)
}

// end closes the streams for which which returns true.
func (h *hub) end(which func(*listener) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.listeners {
		if which(l) {
			delete(h.listeners, l)
			close(l.ended)
		}
	}
}

// endSession closes the streams of a session at once.
func (h *hub) endSession(token string) { h.end(func(l *listener) bool { return l.session == token }) }

// endAccount closes the streams of all sessions of an account at once.
func (h *hub) endAccount(account string) {
	h.end(func(l *listener) bool { return l.p.Account == account })
}

// close ends the poller and every stream.
func (h *hub) close() {
	h.stop()
	h.end(func(*listener) bool { return true })
}

// poll polls until there are no listeners.
func (h *hub) poll() {
	feed := h.service.ChangeFeed()
	var pending []casework.Change // not delivered to anybody yet
	every := time.NewTicker(pollInterval)
	defer every.Stop()
	for {
		listeners := h.listening()
		if listeners == nil {
			return
		}
		err := h.deliver(feed, &pending, listeners)
		switch {
		case err == nil:
			pending = nil
		case h.ctx.Err() == nil:
			h.log.Warn("changes not read", "error", err)
			pending = pending[max(0, len(pending)-mostPending):]
		}
		select {
		case <-h.ctx.Done():
		case <-every.C:
		}
	}
}

// listening returns the listeners; nil if there are none, and then the poller has ended.
func (h *hub) listening() []*listener {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.listeners) == 0 || h.ctx.Err() != nil {
		h.running = false
		return nil
	}
	list := make([]*listener, 0, len(h.listeners))
	for l := range h.listeners {
		list = append(list, l)
	}
	return list
}

// deliver wakes the listeners who may read the changes, and closes the streams of sessions that ended, in this process or
// in another one.
func (h *hub) deliver(feed *casework.ChangeFeed, pending *[]casework.Change, listeners []*listener) error {
	ctx, cancel := context.WithTimeout(h.ctx, lookTimeout)
	defer cancel()
	changes, err := feed.Next(ctx)
	if err != nil {
		return err
	}
	*pending = append(*pending, changes...)
	changes = *pending
	tokens := make([]string, len(listeners))
	for i, l := range listeners {
		tokens[i] = l.session
	}
	live, err := h.live(ctx, tokens)
	if err != nil {
		return err
	}
	h.end(func(l *listener) bool { return slices.Contains(tokens, l.session) && !slices.Contains(live, l.session) })
	seen := map[nursery.Principal]bool{}
	for _, l := range listeners {
		if !slices.Contains(live, l.session) {
			continue
		}
		sees, asked := seen[l.p]
		if !asked {
			if sees, err = h.sees(ctx, l.p, changes); err != nil {
				return err
			}
			seen[l.p] = sees
		}
		if sees {
			h.changed(l.p.Account)
			select {
			case l.wake <- struct{}{}:
			default: // already woken
			}
		}
	}
	return nil
}

// sees reports whether p may read one of the changes. It asks casework only about those for which concerns is true.
func (h *hub) sees(ctx context.Context, p nursery.Principal, changes []casework.Change) (bool, error) {
	var near []casework.Change
	for _, c := range changes {
		if visibleTo(p, c) {
			near = append(near, c)
		}
	}
	if len(near) == 0 {
		return false, nil
	}
	return h.service.SeesChange(ctx, p, near)
}

// visibleTo is a cheap pre-filter by county and party; casework makes the decision.
func visibleTo(p nursery.Principal, c casework.Change) bool {
	if p.Role == nursery.RoleInstitution {
		return c.Institution == p.Institution
	}
	return p.Role.CityWide() || p.Role.Partner() || c.County == p.County
}

func registerLive(s *Site) {
	// Reading the stream does not use the session: an open page does not keep it alive.
	s.mux.HandleFunc("GET /live", func(w http.ResponseWriter, r *http.Request) {
		ctx, p, token := s.sessionOf(r)
		if p.Account == "" {
			w.WriteHeader(http.StatusNoContent) // the browser does not reconnect
			return
		}
		until, live := s.confirmed(ctx, token, p)
		if !live {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		s.stream(w, r, p, token, until)
	})
}

// sessionOf returns the context of a request's session without using it, its principal and the hash of its token.
func (s *Site) sessionOf(r *http.Request) (context.Context, nursery.Principal, string) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return r.Context(), nursery.Principal{}, ""
	}
	ctx, err := s.sessions.Load(r.Context(), cookie.Value)
	if err != nil {
		return r.Context(), nursery.Principal{}, ""
	}
	return ctx, s.signedIn(ctx), hashed(cookie.Value)
}

// stream writes an event for each change until the session ends or has to be confirmed again; then the browser
// reconnects.
func (s *Site) stream(w http.ResponseWriter, r *http.Request, p nursery.Principal, token string, until time.Time) {
	l := s.live.join(p, token)
	if l == nil {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests) // the page works, and shows changes when it is reloaded
		return
	}
	defer s.live.leave(l)
	out := http.NewResponseController(w)
	if err := out.SetWriteDeadline(time.Time{}); err != nil {
		s.Log.WarnContext(r.Context(), "stream has a deadline", "error", err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	end, beat := time.NewTimer(until.Sub(s.now())), time.NewTicker(heartbeatInterval)
	defer end.Stop()
	defer beat.Stop()
	text := ": ready\n\n"
	for {
		if _, err := fmt.Fprint(w, text); err != nil {
			return
		}
		if out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-l.ended:
			return
		case <-end.C:
			return
		case <-beat.C:
			text = ": beat\n\n"
		case <-l.wake:
			text = "event: change\ndata: -\n\n"
		}
	}
}

// liveTokens returns which of the sessions have not ended.
func (s *Site) liveTokens(ctx context.Context, tokens []string) (live []string, err error) {
	err = s.DB.AsSessions(ctx, func(q *store.Queries) (err error) {
		live, err = q.LiveTokens(ctx, store.LiveTokensParams{Tokens: tokens, Now: s.now()})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for ended sessions: %w", err)
	}
	return live, nil
}
