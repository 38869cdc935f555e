package api

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"tuoyu/casework"
	"tuoyu/limits"
)

// Rate is how many requests somebody may make.
type Rate = limits.Rate

// The rates that hold when none are set. The public has one for each address, or each /64 of IPv6, behind which a
// whole office may sit; an account has its own. Refused tokens count against the address that sends them, and never
// against the good ones beside them.
var (
	DefaultPublicRate  = Rate{PerSecond: 5, Burst: 100}
	DefaultAccountRate = Rate{PerSecond: 100, Burst: 300}
	refusedTokenRate   = Rate{PerSecond: 2, Burst: 60}
)

// take counts a request of key and refuses it when there were too many.
func take(l *limits.Limits, key string) *Problem {
	if wait := l.Take(key); wait > 0 {
		return tooMany(wait)
	}
	return nil
}

func tooMany(wait time.Duration) *Problem {
	return tooManyOf(wait, "请求过于频繁，请稍后再试。")
}

// tooManyOf refuses for the rate of one operation, in its own words.
func tooManyOf(wait time.Duration, detail string) *Problem {
	seconds := int(math.Ceil(wait.Seconds()))
	return problem(casework.CodeTooManyRequests, detail).
		with("Retry-After", strconv.Itoa(max(1, min(seconds, 3600))))
}

func (a *api) client(r *http.Request) string { return limits.Caller(r, a.proxies) }
