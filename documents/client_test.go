package documents

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// service is a fake Gotenberg that records the requests it receives.
type service struct {
	mu       sync.Mutex
	version  string
	status   int
	body     string
	versions int
	fields   map[string]string
	files    map[string]string
	headers  http.Header
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.Method + " " + r.URL.Path {
	case "GET /version":
		s.versions++
		_, _ = io.WriteString(w, s.version)
	case "GET /health":
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.body)
	case "POST /forms/chromium/convert/html":
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.headers, s.fields, s.files = r.Header.Clone(), map[string]string{}, map[string]string{}
		for name, values := range r.MultipartForm.Value {
			s.fields[name] = strings.Join(values, "|")
		}
		for field, files := range r.MultipartForm.File {
			for _, file := range files {
				in, err := file.Open()
				if err != nil {
					http.Error(w, err.Error(), http.StatusInternalServerError)
					return
				}
				data, _ := io.ReadAll(in)
				s.files[field+":"+file.Filename] = string(data)
			}
		}
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.body)
	default:
		http.NotFound(w, r)
	}
}

func start(t *testing.T, version string, status int, body string) (*service, *Client) {
	t.Helper()
	s := &service{version: version, status: status, body: body}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client, err := New(server.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, client
}

var sampleJob = Job{
	Index: []byte("<p>page"), Footer: []byte("<p>foot"), Assets: map[string][]byte{"text.ttf": []byte("FONT"), "fonts.css": []byte("css")},
	Metadata: Metadata{Title: "回执", Author: "局", Subject: "BA-1"}, Trace: "trace-1",
}

func TestDialect8(t *testing.T) {
	s, client := start(t, "8.25.1\n", 200, "%PDF-1.7 whole")
	pdf, err := client.Convert(t.Context(), sampleJob)
	if err != nil || string(pdf) != "%PDF-1.7 whole" {
		t.Fatalf("Convert = %q, %v", pdf, err)
	}
	wantFields := map[string]string{
		"paperWidth": "210mm", "paperHeight": "297mm", "marginTop": marginTop, "marginBottom": marginBottom, "marginLeft": marginSide,
		"marginRight": marginSide, "preferCssPageSize": "true", "printBackground": "true", "failOnResourceLoadingFailed": "true",
		"generateTaggedPdf": "true", "metadata": `{"Author":"局","Subject":"BA-1","Title":"回执"}`,
	}
	if !maps.Equal(s.fields, wantFields) {
		t.Errorf("fields %v\nwant %v", s.fields, wantFields)
	}
	wantFiles := map[string]string{"files:index.html": "<p>page", "files:footer.html": "<p>foot", "files:text.ttf": "FONT", "files:fonts.css": "css"}
	if !maps.Equal(s.files, wantFiles) {
		t.Errorf("files %v\nwant %v", s.files, wantFiles)
	}
	if got := s.headers.Get("Gotenberg-Trace"); got != "trace-1" {
		t.Errorf("Gotenberg-Trace %q", got)
	}
	if got := s.headers.Get("traceparent"); got != "" {
		t.Errorf("traceparent %q without a span", got)
	}
}

func TestDialect9SendsOnlyWhatItKnows(t *testing.T) {
	s, client := start(t, "9.1.0", 200, "%PDF-1.7")
	if _, err := client.Convert(t.Context(), sampleJob); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"marginBottom", "marginLeft", "marginRight", "marginTop", "nativeTaggedPdf", "paperHeight", "paperWidth", "preferCssPageSize", "printBackground", "stages",
	}
	if got := slices.Sorted(maps.Keys(s.fields)); !slices.Equal(got, want) {
		t.Errorf("fields %v\nwant %v", got, want)
	}
	var stages []map[string]string
	if err := json.Unmarshal([]byte(s.fields["stages"]), &stages); err != nil {
		t.Fatal(err)
	}
	if len(stages) != 1 || !maps.Equal(stages[0], map[string]string{"op": "set-metadata", "title": "回执", "author": "局", "subject": "BA-1"}) {
		t.Errorf("stages %v", stages)
	}
}

func TestVersionIsReadOnceAndAgainAfterAnError(t *testing.T) {
	s, client := start(t, "8.0.0", 200, "%PDF-1.7")
	convert := func() error {
		_, err := client.Convert(t.Context(), sampleJob)
		return err
	}
	for range 3 {
		if err := convert(); err != nil {
			t.Fatal(err)
		}
	}
	if s.versions != 1 {
		t.Errorf("version read %d times for three jobs, want once", s.versions)
	}
	s.mu.Lock()
	s.version, s.status = "9.0.0", 400
	s.mu.Unlock()
	if err := convert(); err == nil {
		t.Fatal("status 400 is no error")
	}
	s.mu.Lock()
	s.status = 200
	s.mu.Unlock()
	if err := convert(); err != nil {
		t.Fatal(err)
	}
	if s.versions != 2 {
		t.Errorf("version read %d times, want again after the error", s.versions)
	}
	if _, ok := s.fields["stages"]; !ok {
		t.Errorf("after the upgrade the job is still written as for version 8: %v", s.fields)
	}
}

func TestAVersionNotSpokenIsRefused(t *testing.T) {
	for _, version := range []string{"7.10.2", "10.0.0", "", "<html>", "8x.1"} {
		s, client := start(t, version, 200, "%PDF-1.7")
		_, err := client.Convert(t.Context(), sampleJob)
		var re *RenderError
		if !errors.As(err, &re) || re.Retryable {
			t.Errorf("version %q: error %v, want a final *RenderError", version, err)
		}
		if s.fields != nil {
			t.Errorf("version %q: a job was sent", version)
		}
	}
}

func TestWhichAnswersAreWorthAnotherTry(t *testing.T) {
	for status, retryable := range map[int]bool{
		400: false, 401: false, 403: false, 404: false, 409: false, 413: false, 415: false, 500: false,
		429: true, 502: true, 503: true, 504: true,
	} {
		_, client := start(t, "8.0.0", status, "what went wrong\n")
		_, err := client.Convert(t.Context(), sampleJob)
		var re *RenderError
		if !errors.As(err, &re) {
			t.Fatalf("status %d: error %v, want a *RenderError", status, err)
		}
		if re.Status != status || re.Retryable != retryable || re.Message != "what went wrong" {
			t.Errorf("status %d: %+v, want retryable %v", status, re, retryable)
		}
	}
}

func TestAnAnswerThatIsNoPDFIsRefused(t *testing.T) {
	for name, body := range map[string]string{"page": "<html>", "empty": "", "too large": "%PDF-1.7" + strings.Repeat("x", maxPDF)} {
		_, client := start(t, "8.0.0", 200, body)
		pdf, err := client.Convert(t.Context(), sampleJob)
		var re *RenderError
		if !errors.As(err, &re) || re.Retryable || pdf != nil {
			t.Errorf("%s: %d bytes, error %v; want a final *RenderError", name, len(pdf), err)
		}
	}
}

func TestAnAnswerCutShortIsWorthAnotherTry(t *testing.T) {
	var jobs atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/version" {
			_, _ = io.WriteString(w, "8.1.0")
			return
		}
		jobs.Add(1)
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "%PDF-1.7 half")
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	client, err := New(server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := client.Convert(t.Context(), sampleJob)
	var re *RenderError
	if !errors.As(err, &re) || !re.Retryable || pdf != nil {
		t.Errorf("%q, error %v; want a retryable *RenderError", pdf, err)
	}
	if jobs.Load() != 1 {
		t.Errorf("%d tries, want one: the caller decides on another", jobs.Load())
	}
}

func TestNoServiceAndNoPatience(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	gone, err := New(server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	var re *RenderError
	if _, err := gone.Convert(t.Context(), sampleJob); !errors.As(err, &re) || !re.Retryable || re.Status != 0 {
		t.Errorf("no service: error %v, want a retryable *RenderError", err)
	}
	if err := gone.Health(t.Context()); !errors.As(err, &re) || !re.Retryable {
		t.Errorf("no service: health %v, want a retryable *RenderError", err)
	}

	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer slow.Close()
	defer close(release)
	client, err := New(slow.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	late, cancelLate := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancelLate()
	if _, err := client.Convert(late, sampleJob); !errors.As(err, &re) || !re.Retryable || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("too slow: error %v, want retryable and the deadline inside", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Convert(ended, sampleJob); !errors.As(err, &re) || re.Retryable || !errors.Is(err, context.Canceled) {
		t.Errorf("caller gave up: error %v, want final and the cancellation inside", err)
	}
}

func TestTheSpanOfTheCallerIsPassedOn(t *testing.T) {
	s, client := start(t, "8.0.0", 200, "%PDF-1.7")
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled})
	job := sampleJob
	job.Trace = ""
	if _, err := client.Convert(trace.ContextWithSpanContext(t.Context(), span), job); err != nil {
		t.Fatal(err)
	}
	if got := s.headers.Get("traceparent"); got != "00-01000000000000000000000000000000-0200000000000000-01" {
		t.Errorf("traceparent %q", got)
	}
	if got := s.headers.Get("Gotenberg-Trace"); len(got) < 20 {
		t.Errorf("Gotenberg-Trace %q, want one drawn at random", got)
	}
}

func TestAssetNamesMustBeFlat(t *testing.T) {
	s, client := start(t, "8.0.0", 200, "%PDF-1.7")
	for _, name := range []string{"", "../x", "a/b.ttf", "index.html", "footer.html", "a\"b", "a\nb", `a\b`} {
		job := sampleJob
		job.Assets = map[string][]byte{name: []byte("x")}
		var re *RenderError
		if _, err := client.Convert(t.Context(), job); !errors.As(err, &re) || re.Retryable {
			t.Errorf("asset %q: error %v, want a final *RenderError", name, err)
		}
	}
	if s.fields != nil {
		t.Error("a job with a bad asset name was sent")
	}
}

func TestHealthAndAddress(t *testing.T) {
	_, up := start(t, "8.0.0", 200, `{"status":"up"}`)
	if err := up.Health(t.Context()); err != nil {
		t.Errorf("health of a service that is up: %v", err)
	}
	_, down := start(t, "8.0.0", 503, `{"status":"down"}`)
	var re *RenderError
	if err := down.Health(t.Context()); !errors.As(err, &re) || re.Status != 503 || !re.Retryable {
		t.Errorf("health of a service that is down: %v", err)
	}
	for _, address := range []string{"", "localhost:3000", "ftp://x", "http://", "http://x?y=1", "http://x#y", "http://[::1"} {
		if _, err := New(address, nil); err == nil {
			t.Errorf("address %q is accepted", address)
		}
	}
}

func TestARendererHasSoManyPagesInTheServiceAtATime(t *testing.T) {
	arrived, release := make(chan struct{}, 3*renderings), make(chan struct{})
	write := func(w io.Writer, answer string) {
		if _, err := io.WriteString(w, answer); err != nil {
			t.Errorf("answer: %v", err)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			write(w, "8.5.0")
			return
		}
		arrived <- struct{}{}
		<-release
		write(w, "%PDF-1.4")
	}))
	defer server.Close()
	client, err := New(server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := NewRenderer(FontsForTest(t), client)
	ended := make(chan error)
	for range 2 * renderings {
		go func() {
			_, err := r.convert(t.Context(), Job{Index: []byte("<p>甲</p>")})
			ended <- err
		}()
	}
	for range renderings {
		<-arrived
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.convert(impatient, Job{}); !errors.Is(err, context.Canceled) {
		t.Errorf("who waits no longer: %v", err)
	}
	if n := len(arrived); n != 0 {
		t.Errorf("%d pages more than %d are in the service", n, renderings)
	}
	close(release)
	for range 2 * renderings {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
