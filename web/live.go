package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
)

const (
	lookEvery = 2 * time.Second
	beatEvery = 25 * time.Second
	streamFor = 10 * time.Minute // then the browser asks again, and is signed in or not
)

// hub tells open pages that something they may show has changed. One poller a process reads the newest events while
// anybody listens; a reader is told only that there is something, and asks the door for it like everybody.
type hub struct {
	door *casework.Service
	log  *slog.Logger

	mu        sync.Mutex
	listeners map[*listener]bool
	running   bool
}

type listener struct {
	p    nursery.Principal
	wake chan struct{}
}

func newHub(door *casework.Service, log *slog.Logger) *hub {
	return &hub{door: door, log: log, listeners: map[*listener]bool{}}
}

func (h *hub) join(p nursery.Principal) *listener {
	l := &listener{p, make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners[l] = true
	if !h.running {
		h.running = true
		go h.look()
	}
	return l
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.listeners, l)
}

// look polls until nobody listens any more.
func (h *hub) look() {
	ctx := context.Background()
	after := int64(-1)
	for {
		changes, err := h.door.Changes(ctx, after)
		if err != nil {
			h.log.Warn("changes not read", "error", err)
		}
		h.mu.Lock()
		if len(h.listeners) == 0 {
			h.running = false
			h.mu.Unlock()
			return
		}
		for _, c := range changes {
			if after >= 0 {
				h.tell(c)
			}
		}
		h.mu.Unlock()
		if n := len(changes); n > 0 {
			after = changes[n-1].ID
		}
		time.Sleep(lookEvery)
	}
}

// tell wakes whoever may see the change; the caller holds mu.
func (h *hub) tell(c casework.Change) {
	for l := range h.listeners {
		if concerns(l.p, c) {
			select {
			case l.wake <- struct{}{}:
			default: // has been told already
			}
		}
	}
}

// concerns is a coarse sieve, so that nobody asks anew for what is another county's.
func concerns(p nursery.Principal, c casework.Change) bool {
	switch p.Role {
	case nursery.RoleInstitution:
		return c.Institution == p.Institution
	case nursery.RoleHospital, nursery.RoleInsurer:
		return c.Partner == p.Institution
	case nursery.RoleCityOffice, nursery.RoleAuditor, nursery.RoleAdministrator:
		return true
	}
	return c.County == p.County
}

func registerLive(s *Site) {
	// The stream is read with the session as it is: a page left open does not keep it alive.
	s.mux.HandleFunc("GET /live", func(w http.ResponseWriter, r *http.Request) {
		var p nursery.Principal
		if cookie, err := r.Cookie(cookieName); err == nil {
			if ctx, err := s.sessions.Load(r.Context(), cookie.Value); err == nil {
				p = s.signedIn(ctx)
			}
		}
		if p.Account == "" {
			w.WriteHeader(http.StatusNoContent) // the browser does not ask again
			return
		}
		s.stream(w, r, p)
	})
}

func (s *Site) stream(w http.ResponseWriter, r *http.Request, p nursery.Principal) {
	out := http.NewResponseController(w)
	if err := out.SetWriteDeadline(time.Time{}); err != nil {
		s.Log.WarnContext(r.Context(), "stream keeps its deadline", "error", err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	l := s.live.join(p)
	defer s.live.leave(l)
	end, beat := time.NewTimer(streamFor), time.NewTicker(beatEvery)
	defer end.Stop()
	defer beat.Stop()
	said := ": ready\n\n"
	for {
		if _, err := fmt.Fprint(w, said); err != nil {
			return
		}
		if out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-end.C:
			return
		case <-beat.C:
			said = ": beat\n\n"
		case <-l.wake:
			said = "event: change\ndata: -\n\n"
		}
	}
}
