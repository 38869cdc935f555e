package api

import (
	"container/list"
	"math"
	"net/http"
	"net/netip"
	"strconv"
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

// The rates that hold when none are set. The public has one for each address, or each /64 of IPv6, behind which a
// whole office may sit; an account has its own. Refused tokens count against the address that sends them, and never
// against the good ones beside them.
var (
	DefaultPublicRate  = Rate{PerSecond: 5, Burst: 100}
	DefaultAccountRate = Rate{PerSecond: 100, Burst: 300}
	refusedTokenRate   = Rate{PerSecond: 2, Burst: 60}
)

// mostLimited bounds how many addresses or accounts are remembered; the one not seen for longest is forgotten first.
const mostLimited = 20_000

// limits holds a limiter for each key.
type limits struct {
	rate Rate

	mu     sync.Mutex
	byKey  map[string]*list.Element
	recent *list.List // of *limited, the last seen first
}

type limited struct {
	key string
	*rate.Limiter
}

func newLimits(r Rate) *limits {
	return &limits{rate: r, byKey: map[string]*list.Element{}, recent: list.New()}
}

func (l *limits) of(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.byKey[key]; ok {
		l.recent.MoveToFront(e)
		return e.Value.(*limited).Limiter
	}
	if l.recent.Len() >= mostLimited {
		oldest := l.recent.Back()
		delete(l.byKey, oldest.Value.(*limited).key)
		l.recent.Remove(oldest)
	}
	one := &limited{key, rate.NewLimiter(rate.Limit(l.rate.PerSecond), l.rate.Burst)}
	l.byKey[key] = l.recent.PushFront(one)
	return one.Limiter
}

// take counts a request of key and refuses it when there were too many.
func (l *limits) take(key string) *Problem {
	reservation := l.of(key).Reserve()
	wait := reservation.Delay()
	if wait == 0 {
		return nil
	}
	reservation.Cancel()
	return tooMany(wait)
}

func tooMany(wait time.Duration) *Problem {
	seconds := int(math.Ceil(wait.Seconds()))
	return problem(http.StatusTooManyRequests, codeTooManyRequests, "请求过于频繁，请稍后再试。").
		with("Retry-After", strconv.Itoa(max(1, min(seconds, 3600))))
}

// client gives who sends a request, as far as its rate goes. What proxies say in X-Forwarded-For is believed from the
// right, as far as trusted ones have written it.
func (a *api) client(r *http.Request) string {
	address, ok := addressOf(r.RemoteAddr)
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(forwarded) - 1; i >= 0 && ok && a.trusts(address); i-- {
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

func (a *api) trusts(address netip.Addr) bool {
	for _, network := range a.proxies {
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
