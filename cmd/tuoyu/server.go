package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// drainPause is how long readiness fails before connections are refused, so that a load balancer that probes every
// second has stopped sending requests by then.
const drainPause = 2 * time.Second

// server is one HTTP listener that serves a handler and the operator's endpoints.
type server struct {
	http     *http.Server
	listener net.Listener
	health   *health
	failed   chan error
}

// startServer listens on address and serves handler with /livez, /readyz and /metrics. A nil handler serves these alone.
func startServer(address string, handler http.Handler, h *health, metrics *prometheus.Registry) (*server, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", h.live)
	mux.HandleFunc("GET /readyz", h.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{Registry: metrics}))
	if handler != nil {
		mux.Handle("/", handler)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &server{
		http: &http.Server{
			Handler:           mux,
			ReadHeaderTimeout: 10 * time.Second,
			ReadTimeout:       2 * time.Minute, // an upload of the maximum size over a slow line
			WriteTimeout:      2 * time.Minute,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
		},
		listener: listener, health: h, failed: make(chan error, 1),
	}
	go func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("serve: %w", err)
		}
	}()
	return s, nil
}

func (s *server) address() string { return s.listener.Addr().String() }

// drain fails readiness, waits for load balancers to notice, refuses new connections and waits for requests in progress
// until ctx ends.
func (s *server) drain(ctx context.Context) error {
	s.health.draining.Store(true)
	select {
	case <-time.After(drainPause):
	case <-ctx.Done():
	}
	if err := s.http.Shutdown(ctx); err != nil {
		return fmt.Errorf("requests cut off: %w", errors.Join(err, s.http.Close()))
	}
	return nil
}
