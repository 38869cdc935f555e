package e2e

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"tuoyu/e2e/roleplay"
	"tuoyu/nursery"
)

// collector collects the spans that processes send by OTLP over HTTP.
type collector struct {
	mu    sync.Mutex
	spans map[string][]string // by trace: "service scope name"
	text  strings.Builder     // everything that was sent, to search it for what it must not contain
}

// ServeHTTP receives one export.
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var export collectorpb.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(body, &export) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text.Write(body)
	for _, process := range export.GetResourceSpans() {
		service := ""
		for _, a := range process.GetResource().GetAttributes() {
			if a.GetKey() == "service.name" {
				service = a.GetValue().GetStringValue()
			}
		}
		for _, scope := range process.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				id := hex.EncodeToString(span.GetTraceId())
				c.spans[id] = append(c.spans[id], service+" "+scope.GetScope().GetName()+" "+span.GetName())
			}
		}
	}
}

// whole returns the spans of a trace that has one of each kind, or nil.
func (c *collector) whole(kinds []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, spans := range c.spans {
		missing := slices.ContainsFunc(kinds, func(kind string) bool {
			return !slices.ContainsFunc(spans, func(span string) bool { return strings.HasPrefix(span, kind) })
		})
		if !missing {
			return spans
		}
	}
	return nil
}

func TestOneTraceGoesFromTheRequestThroughTheWorkflowToTheDatabase(t *testing.T) {
	c := &collector{spans: map[string][]string{}}
	server := httptest.NewServer(c)
	defer server.Close()
	h := ownHouse(t, "TUOYU_OTLP_ENDPOINT="+server.URL)
	a := newApplicant(t, h, "public_comprehensive")
	register(t, a)
	app := prepare(t, a, "public_comprehensive")
	started := file(t, a, app)
	await(t, a.Clerk(), started.CaseNo, roleplay.Stage(nursery.StageSubmitted))

	kinds := []string{
		"tuoyu-serve go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp POST /api/v1/filings",
		"tuoyu-serve github.com/exaring/otelpgx ",
		"tuoyu-serve temporal-sdk-go StartWorkflow:Filing",
		"tuoyu-worker temporal-sdk-go RunActivity:OpenCase",
		"tuoyu-worker github.com/exaring/otelpgx ",
	}
	eventually(t, func(context.Context) error { // spans are sent every five seconds
		if c.whole(kinds) != nil {
			return nil
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		return fmt.Errorf("no trace has all of %q, got %q", kinds, c.spans)
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	for what, value := range map[string]string{
		"the tracking code": started.TrackingCode, "the institution's name": app.Institution.Name, "its phone": app.Institution.Phone,
		"its code": app.Institution.USCC,
	} {
		if value == "" || strings.Contains(c.text.String(), value) {
			t.Errorf("%s %q is in a trace", what, value)
		}
	}
}
