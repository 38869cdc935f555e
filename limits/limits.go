// Package limits limits the rate and the concurrency of requests.
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

// Rate is the rate allowed for a key: bursts of Burst requests, and PerSecond requests a second on average.
type Rate struct {
	PerSecond float64
	Burst     int
}

// DefaultComplaints is the rate at which one address may submit complaints without signing in: a burst of three, and
// six an hour on average. Each complaint opens a case that a supervisor has to review.
var DefaultComplaints = Rate{PerSecond: 6.0 / 3600, Burst: 3}

// most is the maximum number of keys remembered; the least recently seen is evicted first.
const most = 20_000

// Limits holds a limiter for each key. It is safe for concurrent use.
type Limits struct {
	rate Rate

	mu     sync.Mutex
	byKey  map[string]*list.Element
	recent *list.List // of *limited, the most recently seen first
}

type limited struct {
	key string
	*rate.Limiter
}

// New returns limiters of the same rate for each key.
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

// Take counts a request for key. It returns zero if the request is allowed, otherwise how long to wait.
func (l *Limits) Take(key string) time.Duration {
	reservation := l.of(key).Reserve()
	wait := reservation.Delay()
	if wait > 0 {
		reservation.Cancel()
	}
	return wait
}

// Caller returns the key by which the sender of a request is rate-limited: its address, or its /64 for IPv6. Addresses
// in X-Forwarded-For are accepted from the right, as far as trusted proxies added them.
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

// addressOf parses an address with or without a port.
func addressOf(s string) (netip.Addr, bool) {
	if withPort, err := netip.ParseAddrPort(s); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	address, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return address.Unmap().WithZone(""), err == nil
}
