// Package limits bounds how often somebody may ask: so many at once, and so many a second in the long run.
package limits

import (
	"container/list"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how many requests somebody may make: Burst at once, and PerSecond in the long run.
type Rate struct {
	PerSecond float64
	Burst     int
}

// DefaultComplaints is how often one address may complain without signing in: three at once, and six an hour in the long
// run. Each complaint opens a case that a supervisor has to look at.
var DefaultComplaints = Rate{PerSecond: 6.0 / 3600, Burst: 3}

// most bounds how many addresses or accounts are remembered; the one not seen for longest is forgotten first.
const most = 20_000

// Limits holds a limiter for each key. It is safe for concurrent use.
type Limits struct {
	rate Rate

	mu     sync.Mutex
	byKey  map[string]*list.Element
	recent *list.List // of *limited, the last seen first
}

type limited struct {
	key string
	*rate.Limiter
}

// New gives limits of the same rate for each key.
func New(r Rate) *Limits {
	return &Limits{rate: r, byKey: map[string]*list.Element{}, recent: list.New()}
}

func (l *Limits) of(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.byKey[key]; ok {
		l.recent.MoveToFront(e)
		return e.Value.(*limited).Limiter
	}
	if l.recent.Len() >= most {
		oldest := l.recent.Back()
		delete(l.byKey, oldest.Value.(*limited).key)
		l.recent.Remove(oldest)
	}
	one := &limited{key, rate.NewLimiter(rate.Limit(l.rate.PerSecond), l.rate.Burst)}
	l.byKey[key] = l.recent.PushFront(one)
	return one.Limiter
}

// Take counts a request of key. It gives zero when the request may be made, and else how long to wait.
func (l *Limits) Take(key string) time.Duration {
	reservation := l.of(key).Reserve()
	wait := reservation.Delay()
	if wait > 0 {
		reservation.Cancel()
	}
	return wait
}

// Caller gives who sends a request, as far as its rate goes: an address, or a /64 of IPv6. What proxies say in
// X-Forwarded-For is believed from the right, as far as trusted ones have written it.
func Caller(r *http.Request, trusted []netip.Prefix) string {
	address, ok := addressOf(r.RemoteAddr)
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(forwarded) - 1; i >= 0 && ok && trusts(trusted, address); i-- {
		next, valid := addressOf(strings.TrimSpace(forwarded[i]))
		if !valid {
			break
		}
		address = next
	}
	if !ok {
		return r.RemoteAddr
	}
	if address.Is6() {
		if network, err := address.Prefix(64); err == nil {
			return network.String()
		}
	}
	return address.String()
}

func trusts(trusted []netip.Prefix, address netip.Addr) bool {
	for _, network := range trusted {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// addressOf reads an address with or without a port.
func addressOf(s string) (netip.Addr, bool) {
	if withPort, err := netip.ParseAddrPort(s); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	address, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return address.Unmap().WithZone(""), err == nil
}
