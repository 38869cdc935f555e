package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/prometheus/client_golang/prometheus"

	"tuoyu/nursery"
)

// requestInfo is what is known of one request and its answer. What is logged of it names no person, case or code.
type requestInfo struct {
	id    string
	route string // the pattern, such as /tasks/{id}
	role  nursery.Role
	sent  url.Values // the form, once it is read
	files bool       // with files beside it

	passing bool // something failed that works again by itself
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *requestInfo {
	if x, ok := ctx.Value(exchangeKey{}).(*requestInfo); ok {
		return x
	}
	return &requestInfo{}
}

func newSeconds(metrics prometheus.Registerer) (*prometheus.HistogramVec, error) {
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "tuoyu_page_seconds", Help: "Time to answer a page, by route, method and status.",
		Buckets: []float64{.005, .01, .02, .05, .1, .2, .5, 1, 2, 5},
	}, []string{"route", "method", "status"})
	if metrics == nil {
		return seconds, nil
	}
	if err := metrics.Register(seconds); err != nil {
		return nil, fmt.Errorf("register page metrics: %w", err)
	}
	return seconds, nil
}

// observed returns each request a number and the headers every answer has, recovers what panics, and writes one line and one
// measurement for it.
func (s *Site) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		x := &requestInfo{id: rand.Text(), route: "none"}
		if _, pattern := s.mux.Handler(r); pattern != "" {
			x.route = pattern[strings.Index(pattern, "/"):]
		}
		nonce := rand.Text()
		ctx := templ.WithNonce(context.WithValue(r.Context(), exchangeKey{}, x), nonce)
		r = r.WithContext(ctx)
		answer := &recorder{ResponseWriter: w}
		s.secure(w.Header(), nonce)
		w.Header().Set("X-Request-Id", x.id)
		defer func() {
			if caught := recover(); caught != nil {
				s.recoverPanic(answer, r, caught)
			}
			s.note(r, x, answer.status, time.Since(begun))
		}()
		next.ServeHTTP(answer, r)
	})
}

func (s *Site) note(r *http.Request, x *requestInfo, status int, took time.Duration) {
	if status == 0 {
		status = http.StatusOK
	}
	if strings.HasPrefix(x.route, "/static/") && status < 400 {
		return
	}
	method := r.Method
	if method != http.MethodGet && method != http.MethodPost && method != http.MethodHead {
		method = "other"
	}
	s.seconds.WithLabelValues(x.route, method, strconv.Itoa(status)).Observe(took.Seconds())
	s.Log.LogAttrs(r.Context(), slog.LevelInfo, "page", slog.String("method", method), slog.String("route", x.route),
		slog.Int("status", status), slog.Float64("ms", float64(took.Microseconds())/1000), slog.String("role", string(x.role)),
		slog.String("request", x.id))
}

func (s *Site) recoverPanic(w *recorder, r *http.Request, caught any) {
	if caught == http.ErrAbortHandler {
		panic(caught)
	}
	s.Log.LogAttrs(r.Context(), slog.LevelError, "page panicked", slog.String("request", exchangeOf(r.Context()).id),
		slog.String("panic", fmt.Sprint(caught)), slog.String("stack", string(debug.Stack())))
	if w.status != 0 {
		panic(http.ErrAbortHandler) // the answer is half out: cut it off, so that it is not taken for whole
	}
	http.Error(w, "系统错误，请稍后再试。", http.StatusInternalServerError)
}

// secure sets the headers of every answer: what a page may load is what this program serves, and no script runs but those
// that carry the answer's nonce.
func (s *Site) secure(h http.Header, nonce string) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; style-src 'self'; img-src 'self' data: blob:; "+
		"connect-src 'self'; form-action 'self' "+s.identity.origin()+"; frame-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	if strings.HasPrefix(s.PublicURL, "https:") {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// recorder keeps the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader keeps the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts as status 200 when none was written.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets a stream be flushed.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
