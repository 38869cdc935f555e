package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	checkTimeout = 2 * time.Second
	// reportAge is how long a report is cached, so that frequent requests do not load the services that are checked.
	reportAge = time.Second
)

// state is the state of a check, or of the process.
type state string

const (
	stateReady       state = "ready"
	stateDegraded    state = "degraded" // a failed check that only causes delays: the status remains 200
	stateUnavailable state = "unavailable"
	stateDraining    state = "draining"
)

// check is a check of one dependency of the process. The note of a passed check adds detail.
type check struct {
	name  string
	vital bool // the process cannot work without it; otherwise it is degraded
	ask   func(context.Context) (note string, err error)
}

type checkResult struct {
	Name         string  `json:"name"`
	Status       state   `json:"status"`
	Milliseconds float64 `json:"latency_ms"`
	Detail       string  `json:"detail,omitempty"`
}

type report struct {
	Status state         `json:"status"`
	Checks []checkResult `json:"checks"`
}

// health serves /livez and /readyz.
type health struct {
	checks   []check
	draining atomic.Bool

	mu   sync.Mutex
	last report
	at   time.Time
}

// live reports that the process runs; ready reports whether it can work.
func (h *health) live(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok")
}

// ready responds with 200 if the process can work, degraded or not, and with 503 if it cannot or is shutting down.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	rep := h.report(r.Context())
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if rep.Status == stateUnavailable || rep.Status == stateDraining {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(rep) // the client may have disconnected
}

// report runs all checks concurrently, at most once a second.
func (h *health) report(ctx context.Context) report {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.at) >= reportAge {
		h.last, h.at = h.askAll(context.WithoutCancel(ctx)), time.Now()
	}
	rep := h.last
	if h.draining.Load() {
		rep.Status = stateDraining
	}
	return rep
}

func (h *health) askAll(ctx context.Context) report {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	rep := report{Status: stateReady, Checks: make([]checkResult, len(h.checks))}
	var all sync.WaitGroup
	for i, c := range h.checks {
		all.Go(func() { rep.Checks[i] = c.run(ctx) })
	}
	all.Wait()
	for _, c := range rep.Checks {
		if c.Status == stateUnavailable || c.Status == stateDegraded && rep.Status == stateReady {
			rep.Status = c.Status
		}
	}
	return rep
}

func (c check) run(ctx context.Context) checkResult {
	begun := time.Now()
	note, err := c.ask(ctx)
	result := checkResult{Name: c.name, Status: stateReady, Detail: note,
		Milliseconds: float64(time.Since(begun).Microseconds()) / 1000}
	if err != nil {
		result.Detail = redact(err.Error())
		if result.Status = stateDegraded; c.vital {
			result.Status = stateUnavailable
		}
	}
	return result
}

var failingDesc = prometheus.NewDesc("tuoyu_check_failing", "1 while a check of readiness fails.", []string{"check"}, nil)

// Describe implements prometheus.Collector.
func (h *health) Describe(ch chan<- *prometheus.Desc) { ch <- failingDesc }

// Collect implements prometheus.Collector: for each check, whether it fails.
func (h *health) Collect(ch chan<- prometheus.Metric) {
	for _, c := range h.report(context.Background()).Checks {
		failing := 0.0
		if c.Status != stateReady {
			failing = 1
		}
		ch <- prometheus.MustNewConstMetric(failingDesc, prometheus.GaugeValue, failing, c.Name)
	}
}
