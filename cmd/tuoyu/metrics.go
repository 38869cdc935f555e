package main

import (
	"maps"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.temporal.io/sdk/client"

	"tuoyu/policies"
	"tuoyu/store"
)

// newMetrics returns the registry of a process, with metrics of the process itself, its pool, its rules, its blob
// folder and its backlog.
func newMetrics(db *store.DB, rules *policies.Engine, blobs *store.DiskBlobs) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, value func() float64) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("tuoyu_db_connections", "Connections to Postgres.", func() float64 { return float64(db.Stat().TotalConns()) })
	gauge("tuoyu_db_connections_in_use", "Connections in a transaction.", func() float64 { return float64(db.Stat().AcquiredConns()) })
	gauge("tuoyu_db_wait_seconds_total", "Time spent waiting for a connection.", func() float64 { return db.Stat().AcquireDuration().Seconds() })
	gauge("tuoyu_rules_loaded_timestamp_seconds", "When the rules in use were loaded.", func() float64 { return float64(rules.Status().LoadedAt.Unix()) })
	gauge("tuoyu_rules_stale", "1 when the newest bundle could not be taken.", func() float64 {
		if rules.Status().Err != nil {
			return 1
		}
		return 0
	})
	gauge("tuoyu_blob_free_bytes", "Room in the blob folder, -1 when it cannot be told.", func() float64 {
		free, _, err := blobs.Room()
		if err != nil {
			return -1
		}
		return float64(free)
	})
	registry.MustRegister(&backlog{db: db})
	return registry
}

// sdkLabels are the tags of Temporal's metrics that become labels. Prometheus requires the same labels on each sample
// of a metric, and the SDK does not always set all of them: missing ones are empty.
var sdkLabels = []string{"worker_type", "workflow_type", "activity_type", "poller_type", "operation", "failure_reason", "status_code"}

// temporalMetrics exports the metrics of the Temporal SDK to Prometheus.
type temporalMetrics struct {
	tags   prometheus.Labels
	shared *temporalVectors
}

type temporalVectors struct {
	registry prometheus.Registerer
	mu       sync.Mutex
	counters map[string]*prometheus.CounterVec
	gauges   map[string]*prometheus.GaugeVec
	timers   map[string]*prometheus.HistogramVec
}

func newTemporalMetrics(registry prometheus.Registerer) client.MetricsHandler {
	tags := prometheus.Labels{}
	for _, label := range sdkLabels {
		tags[label] = ""
	}
	return temporalMetrics{tags, &temporalVectors{
		registry: registry, counters: map[string]*prometheus.CounterVec{},
		gauges: map[string]*prometheus.GaugeVec{}, timers: map[string]*prometheus.HistogramVec{},
	}}
}

// WithTags returns a handler that adds tags to each sample.
func (m temporalMetrics) WithTags(tags map[string]string) client.MetricsHandler {
	merged := maps.Clone(m.tags)
	for label := range merged {
		if value, ok := tags[label]; ok {
			merged[label] = value
		}
	}
	return temporalMetrics{merged, m.shared}
}

// vector returns the metric of a name, creating and registering it on first use.
func vector[V prometheus.Collector](s *temporalVectors, known map[string]V, name string, make func() V) V {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := known[name]; !ok {
		known[name] = make()
		s.registry.MustRegister(known[name])
	}
	return known[name]
}

type sdkCounter struct{ prometheus.Counter }

func (c sdkCounter) Inc(n int64) { c.Add(float64(n)) }

type sdkGauge struct{ prometheus.Gauge }

func (g sdkGauge) Update(v float64) { g.Set(v) }

type sdkTimer struct{ prometheus.Observer }

func (t sdkTimer) Record(d time.Duration) { t.Observe(d.Seconds()) }

// Counter returns the counter with the name.
func (m temporalMetrics) Counter(name string) client.MetricsCounter {
	return sdkCounter{vector(m.shared, m.shared.counters, name, func() *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name + "_total", Help: "Counted by the Temporal SDK."}, sdkLabels)
	}).With(m.tags)}
}

// Gauge returns the gauge with the name.
func (m temporalMetrics) Gauge(name string) client.MetricsGauge {
	return sdkGauge{vector(m.shared, m.shared.gauges, name, func() *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: "Measured by the Temporal SDK."}, sdkLabels)
	}).With(m.tags)}
}

// Timer returns the histogram with the name, in seconds.
func (m temporalMetrics) Timer(name string) client.MetricsTimer {
	return sdkTimer{vector(m.shared, m.shared.timers, name, func() *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: name + "_seconds", Help: "Timed by the Temporal SDK.", Buckets: []float64{.005, .02, .1, .5, 2, 10, 60},
		}, sdkLabels)
	}).With(m.tags)}
}
