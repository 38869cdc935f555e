package api

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"tuoyu/casework"
	"tuoyu/limits"
)

// Rate is the request rate allowed for a key.
type Rate = limits.Rate

// The default rates. Anonymous callers have one for each address, or each /64 of IPv6, which a whole office may share;
// an account has its own. Invalid tokens count against the address that sends them, and never against valid ones from
// the same address.
var (
	DefaultPublicRate  = Rate{PerSecond: 5, Burst: 100}
	DefaultAccountRate = Rate{PerSecond: 100, Burst: 300}
	RefusedTokenRate   = Rate{PerSecond: 2, Burst: 60}
)

// take counts a request of key and returns a problem if the rate is exceeded.
func take(l *limits.Limits, key string) *Problem {
	if wait := l.Take(key); wait > 0 {
		return tooMany(wait)
	}
	return nil
}

func tooMany(wait time.Duration) *Problem {
	return tooManyOf(wait, "请求过于频繁，请稍后再试。")
}

// LimitSubmission counts what a caller without an account submits, by the address, and returns a problem with that detail if it is
// too much. It returns nil for a caller with an account.
func (a *API) LimitSubmission(ctx context.Context, detail string) error {
	if Principal(ctx).Account == "" {
		if wait := a.submissions.Take(clientOf(ctx)); wait > 0 {
			return tooManyOf(wait, detail)
		}
	}
	return nil
}

// tooManyOf returns the problem for exceeding the rate of one operation, with its own detail.
func tooManyOf(wait time.Duration, detail string) *Problem {
	seconds := int(math.Ceil(wait.Seconds()))
	return problem(casework.CodeTooManyRequests, detail).
		with("Retry-After", strconv.Itoa(max(1, min(seconds, 3600))))
}

func (a *API) client(r *http.Request) string { return limits.Caller(r, a.proxies) }
