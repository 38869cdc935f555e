package api

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

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"tuoyu/nursery"
)

// requestInfo is the data for logs and metrics on one request and its response. It identifies no person, case or code.
type requestInfo struct {
	id    string
	route string // the pattern, such as /api/v1/cases/{case_no}
	role  nursery.Role
}

type exchangeKey struct{}

// exchangeOf returns the exchange of a request; an empty one outside of a request.
func exchangeOf(ctx context.Context) *requestInfo {
	if x, ok := ctx.Value(exchangeKey{}).(*requestInfo); ok {
		return x
	}
	return &requestInfo{}
}

const noRoute = "none"

// methods are the values of the method label of metrics.
var methods = map[string]bool{
	http.MethodGet: true, http.MethodHead: true, http.MethodPost: true, http.MethodPut: true, http.MethodPatch: true,
	http.MethodDelete: true, http.MethodOptions: true,
}

// observed assigns each request an ID, sets the headers of every response, recovers panics, and records one log line
// and one measurement for it.
func (a *API) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		x := &requestInfo{id: rand.Text(), route: noRoute}
		if _, pattern := a.mux.Handler(r); pattern != "" {
			x.route = pattern[strings.Index(pattern, "/"):]
		}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		answer := &recorder{ResponseWriter: w}
		a.secure(w.Header())
		w.Header().Set("X-Request-Id", x.id)
		defer func() {
			if caught := recover(); caught != nil {
				a.caught(answer, r, caught)
			}
			a.note(r, x, answer.status, time.Since(begun))
		}()
		next.ServeHTTP(answer, r)
	})
}

func (a *API) note(r *http.Request, x *requestInfo, status int, took time.Duration) {
	if status == 0 {
		status = http.StatusOK
	}
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelWarn // errors have a log line of their own
	}
	method := r.Method
	if !methods[method] {
		method = "other"
	}
	a.seconds.WithLabelValues(x.route, method, strconv.Itoa(status)).Observe(took.Seconds())
	a.log.LogAttrs(r.Context(), level, "request", slog.String("method", method), slog.String("route", x.route),
		slog.Int("status", status), slog.Float64("ms", float64(took.Microseconds())/1000), slog.String("role", string(x.role)),
		slog.String("request", x.id))
}

// caught responds to a request whose handler panicked, if nothing was written yet.
func (a *API) caught(w *recorder, r *http.Request, caught any) {
	if caught == http.ErrAbortHandler {
		panic(caught)
	}
	x := exchangeOf(r.Context())
	a.log.LogAttrs(r.Context(), slog.LevelError, "request panicked", slog.String("route", x.route),
		slog.String("request", x.id), slog.String("panic", fmt.Sprint(caught)), slog.String("stack", string(debug.Stack())))
	if w.status != 0 {
		panic(http.ErrAbortHandler) // the response is partly sent: abort it, so that it is not mistaken for a complete one
	}
	writeProblem(w, r, internal(r.Context()))
}

// secure sets the security headers of every response; pages replace the content policy with their own.
func (a *API) secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	if a.https {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// recorder records the status of a response.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter; it records the status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap returns the underlying writer, for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func newSeconds(metrics prometheus.Registerer) (*prometheus.HistogramVec, error) {
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "tuoyu_api_request_seconds", Help: "Time to answer a request, by route pattern.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"route", "method", "status"})
	if metrics == nil {
		return seconds, nil
	}
	if err := metrics.Register(seconds); err != nil {
		return nil, fmt.Errorf("register metrics of the API: %w", err)
	}
	return seconds, nil
}

type originalKey struct{}

// traced creates a span for each request, with its route, method and trace context only: paths contain verification
// codes, and addresses are personal data.
func traced(next http.Handler) http.Handler {
	inner := otelhttp.NewHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		original := r.Context().Value(originalKey{}).(*http.Request)
		next.ServeHTTP(w, original.WithContext(r.Context()))
	}), "api", otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string {
		return r.Method + " " + r.URL.Path
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bare := &http.Request{
			Method: r.Method, URL: &url.URL{Path: exchangeOf(r.Context()).route}, Host: r.Host, Proto: r.Proto,
			ProtoMajor: r.ProtoMajor, ProtoMinor: r.ProtoMinor, Header: http.Header{}, Body: http.NoBody,
			Pattern: exchangeOf(r.Context()).route,
		}
		for _, name := range []string{"Traceparent", "Tracestate"} {
			if values := r.Header.Values(name); len(values) > 0 {
				bare.Header[name] = values
			}
		}
		inner.ServeHTTP(w, bare.WithContext(context.WithValue(r.Context(), originalKey{}, r)))
	})
}
