package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

func TestTemporalMetricsKeepOneSetOfLabels(t *testing.T) {
	registry := prometheus.NewRegistry()
	root := newTemporalMetrics(registry)
	root.WithTags(map[string]string{"operation": "PollActivityTaskQueue", "namespace": "tuoyu"}).Counter("temporal_request").Inc(2)
	root.WithTags(map[string]string{"workflow_type": "Filing"}).Counter("temporal_request").Inc(1)
	root.Gauge("temporal_sticky_cache_size").Update(3)
	root.Timer("temporal_request_latency").Record(30 * time.Millisecond)
	answer := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	const none = `activity_type="",failure_reason="",`
	for _, want := range []string{
		`temporal_request_total{` + none + `operation="",poller_type="",status_code="",worker_type="",workflow_type="Filing"} 1`,
		`temporal_request_total{` + none + `operation="PollActivityTaskQueue",poller_type="",status_code="",worker_type="",workflow_type=""} 2`,
		`temporal_sticky_cache_size{` + none + `operation="",poller_type="",status_code="",worker_type="",workflow_type=""} 3`,
		`temporal_request_latency_seconds_bucket{` + none + `operation="",poller_type="",status_code="",worker_type="",workflow_type="",le="0.02"} 0`,
		`temporal_request_latency_seconds_bucket{` + none + `operation="",poller_type="",status_code="",worker_type="",workflow_type="",le="0.1"} 1`,
	} {
		if !strings.Contains(answer.Body.String(), want+"\n") {
			t.Errorf("lacks %s:\n%s", want, answer.Body)
		}
	}
}

func TestTracesReachTheCollectorUnderTheNameOfTheService(t *testing.T) {
	received := make(chan *v1.ExportTraceServiceRequest, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var request v1.ExportTraceServiceRequest
		if err != nil || proto.Unmarshal(body, &request) != nil || r.URL.Path != "/v1/traces" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		received <- &request
	}))
	defer collector.Close()
	before, propagator := otel.GetTracerProvider(), otel.GetTextMapPropagator()
	defer func() { otel.SetTracerProvider(before); otel.SetTextMapPropagator(propagator) }()

	stop, err := startTracing(t.Context(), collector.URL, "tuoyu-serve")
	if err != nil {
		t.Fatal(err)
	}
	_, span := otel.Tracer("test").Start(t.Context(), "file a case")
	span.End()
	end, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := stop(end); err != nil {
		t.Fatal(err)
	}
	got := (<-received).GetResourceSpans()[0]
	if name := got.GetScopeSpans()[0].GetSpans()[0].GetName(); name != "file a case" {
		t.Errorf("span is %q", name)
	}
	if !strings.Contains(got.GetResource().String(), "tuoyu-serve") {
		t.Errorf("resource is %s", got.GetResource())
	}
}
