package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// rendererVersion is the version reported to clients, from which they derive the dialect of the API.
const rendererVersion = "8.21.0-devstack"

// The limits of the renderer. A CJK font is sent with each job, so a body may be large.
const (
	maxRenderBody  = 64 << 20
	maxRenderTime  = 30 * time.Second
	maxRenderTabs  = 2
	maxRenderQueue = 32
)

// renderer implements Gotenberg 8's HTML-to-PDF API with a headless Chromium.
type renderer struct {
	browser *browser
	server  *http.Server
	url     string
	limit   time.Duration
	queue   chan struct{} // a slot for every job that waits or is printed
	tabs    chan struct{} // a slot for every job that is printed
}

// startRenderer starts the browser and serves the API on the port.
func startRenderer(port int, browserPath, dir, run string) (*renderer, error) {
	b, err := startBrowser(browserPath, dir, run)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp4", loopback(port))
	if err != nil {
		b.stop()
		return nil, fmt.Errorf("start the PDF renderer: %w", err)
	}
	r := newRenderer(b, maxRenderTabs, maxRenderQueue, maxRenderTime)
	r.url = "http://" + loopback(port)
	r.server = &http.Server{Handler: r.handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.Serve(listener) }() // ends by stop
	return r, nil
}

func newRenderer(b *browser, tabs, queue int, limit time.Duration) *renderer {
	return &renderer{browser: b, limit: limit, queue: make(chan struct{}, tabs+queue), tabs: make(chan struct{}, tabs)}
}

func (r *renderer) stop() {
	_ = r.server.Close() // jobs in progress are dropped: their clients retry them
	r.browser.stop()
}

func (r *renderer) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", r.health)
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, rendererVersion) })
	mux.HandleFunc("POST /forms/chromium/convert/html", r.convertHTML)
	mux.HandleFunc("POST /forms/chromium/convert/url", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusForbidden, "the renderer opens nothing but the files of the job")
	})
	return traced(mux)
}

// traced sets the trace header of every response to that of its request, or to a new one.
func traced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		trace := r.Header.Get("Gotenberg-Trace")
		if trace == "" {
			trace = rand.Text()
		}
		w.Header().Set("Gotenberg-Trace", trace)
		next.ServeHTTP(w, r)
	})
}

func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, text)
}

func (r *renderer) health(w http.ResponseWriter, _ *http.Request) {
	type part struct {
		Status    string    `json:"status"`
		Timestamp time.Time `json:"timestamp"`
		Error     string    `json:"error,omitempty"`
	}
	chromium, code := part{Status: "up", Timestamp: time.Now()}, http.StatusOK
	if err := r.browser.alive(); err != nil {
		chromium.Status, chromium.Error, code = "down", err.Error(), http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client may have disconnected
		"status": chromium.Status, "details": map[string]part{"chromium": chromium},
	})
}

func (r *renderer) convertHTML(w http.ResponseWriter, req *http.Request) {
	select {
	case r.queue <- struct{}{}:
		defer func() { <-r.queue }()
	default:
		refuse(w, http.StatusTooManyRequests, "Too many requests: the queue is full")
		return
	}
	ctx, cancel := context.WithTimeout(req.Context(), r.limit)
	defer cancel()
	req.Body = http.MaxBytesReader(w, req.Body, maxRenderBody)
	job, no := readRenderJob(req)
	if no != nil {
		refuse(w, no.status, no.text)
		return
	}
	select {
	case r.tabs <- struct{}{}:
		defer func() { <-r.tabs }()
	case <-ctx.Done():
		refuse(w, http.StatusServiceUnavailable, "Service Unavailable: the time limit passed in the queue")
		return
	}
	started := time.Now()
	pdf, err := r.browser.print(ctx, job)
	trace := w.Header().Get("Gotenberg-Trace")
	if err != nil {
		status, text := renderFailure(ctx, err)
		slog.Error("render", "trace", trace, "status", status, "error", err)
		refuse(w, status, text)
		return
	}
	slog.Info("render", "trace", trace, "files", len(job.files), "bytes", len(pdf), "took", time.Since(started))
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Length", strconv.Itoa(len(pdf)))
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": outputName(req, trace)}))
	_, _ = w.Write(pdf) // the client may have disconnected
}

// outputName returns the file name requested by the client, or the trace.
func outputName(req *http.Request, trace string) string {
	name := req.Header.Get("Gotenberg-Output-Filename")
	if name == "" {
		name = trace
	}
	return strings.TrimSuffix(name, ".pdf") + ".pdf"
}

// refusal is a response other than a PDF, with Gotenberg's wording.
type refusal struct {
	status int
	text   string
}

func readRenderJob(req *http.Request) (*renderJob, *refusal) {
	if err := req.ParseMultipartForm(maxRenderBody); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, &refusal{http.StatusRequestEntityTooLarge, "Request Entity Too Large"}
		}
		return nil, &refusal{http.StatusBadRequest, "Invalid 'Content-Type' header value or body: " + err.Error()}
	}
	job, err := parseRenderForm(req.MultipartForm)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "Invalid form data: " + err.Error()}
	}
	return job, nil
}

func readPart(part *multipart.FileHeader) ([]byte, error) {
	f, err := part.Open()
	if err != nil {
		return nil, fmt.Errorf("read form file '%s': %w", part.Filename, err)
	}
	defer f.Close()
	body, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read form file '%s': %w", part.Filename, err)
	}
	return body, nil
}

// renderFailure maps an error to Gotenberg's status and message.
func renderFailure(ctx context.Context, err error) (int, string) {
	var page *pageError
	var form *printError
	switch {
	case errors.As(err, &page):
		return http.StatusConflict, page.Error()
	case errors.As(err, &form):
		return http.StatusBadRequest, form.Error()
	case ctx.Err() != nil:
		return http.StatusServiceUnavailable, "Service Unavailable: the time limit passed"
	default:
		return http.StatusInternalServerError, "Internal Server Error"
	}
}
