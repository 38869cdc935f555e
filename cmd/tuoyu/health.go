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
	// reportAge is how long an answer is given again, so that whoever asks often does not load what is asked.
	reportAge = time.Second
)

// state of a check, or of the whole.
type state string

const (
	stateReady       state = "ready"
	stateDegraded    state = "degraded" // something is missing that only delays: still 200
	stateUnavailable state = "unavailable"
	stateDraining    state = "draining"
)

// check asks one thing the process needs. The note says more about a thing that is well.
type check struct {
	name  string
	vital bool // without it the process cannot do its work; otherwise it is degraded
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

// health answers /livez and /readyz.
type health struct {
	checks   []check
	draining atomic.Bool

	mu   sync.Mutex
	last report
	at   time.Time
}

// live says that the process runs; whether it can work is for ready.
func (h *health) live(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok")
}

// ready answers 200 when the process can work, degraded or not, and 503 when it cannot or is about to end.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	rep := h.report(r.Context())
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if rep.Status == stateUnavailable || rep.Status == stateDraining {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(rep) // an asker that hung up
}

// report asks everything at once, at most once a second.
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

// Describe sends what is measured.
func (h *health) Describe(ch chan<- *prometheus.Desc) { ch <- failingDesc }

// Collect measures whether each check fails.
func (h *health) Collect(ch chan<- prometheus.Metric) {
	for _, c := range h.report(context.Background()).Checks {
		failing := 0.0
		if c.Status != stateReady {
			failing = 1
		}
		ch <- prometheus.MustNewConstMetric(failingDesc, prometheus.GaugeValue, failing, c.Name)
	}
}
