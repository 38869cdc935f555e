package documents

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/propagation"
)

const (
	maxPDF     = 32 << 20 // a document has a few pages; a larger answer is an error
	maxMessage = 4 << 10
)

// Client is a client of a service with Gotenberg's HTTP API, version 8 or 9. It is safe for concurrent use. It does not
// retry: only the caller knows how long the document may wait.
type Client struct {
	base string
	http *http.Client

	mu    sync.Mutex
	major int // of the service; 0 if not known
}

// Job is one conversion. Assets are sent beside the page under their flat names. Header and Footer are optional pages
// that cannot load assets.
type Job struct {
	Index, Header, Footer []byte
	Assets                map[string][]byte
	Metadata              Metadata
	Trace                 string // Gotenberg-Trace; random if empty
}

// Metadata is the document properties shown by PDF viewers.
type Metadata struct{ Title, Author, Subject string }

// RenderError is the error of a request to the service. Status is 0 if there was no response. Retryable reports whether
// the same job may succeed later: no connection, 429 (queue full), 502 and 504 (a proxy between), 503 (time limit).
type RenderError struct {
	Status    int
	Retryable bool
	Message   string
	Err       error
}

// Error returns the status and the message in one line.
func (e *RenderError) Error() string {
	if e.Status == 0 {
		return "render PDF: " + e.Message
	}
	return fmt.Sprintf("render PDF: status %d: %s", e.Status, e.Message)
}

// Transient returns true: what the service cannot render now, it or its next release may render later.
func (e *RenderError) Transient() bool { return true }

// Unwrap returns the cause if there was no response.
func (e *RenderError) Unwrap() error { return e.Err }

// New returns a client for the service at baseURL. A nil hc is http.DefaultClient; time limits come from the contexts.
func New(baseURL string, hc *http.Client) (*Client, error) {
	u, err := url.Parse(baseURL)
	if err != nil {
		return nil, fmt.Errorf("renderer address: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("renderer address: want http://host[:port][/path]")
	}
	if hc == nil {
		hc = http.DefaultClient
	}
	return &Client{base: strings.TrimRight(baseURL, "/"), http: hc}, nil
}

// Convert returns the PDF of a job. The error is a *RenderError; context errors are wrapped by it.
func (c *Client) Convert(ctx context.Context, job Job) ([]byte, error) {
	pdf, err := c.convert(ctx, job)
	if err != nil {
		// The next job requests the version again: an unexpected answer may come from another version.
		c.mu.Lock()
		c.major = 0
		c.mu.Unlock()
	}
	return pdf, err
}

func (c *Client) convert(ctx context.Context, job Job) ([]byte, error) {
	if job.Trace == "" {
		job.Trace = rand.Text()
	}
	major, err := c.version(ctx, job.Trace)
	if err != nil {
		return nil, err
	}
	body, contentType, err := encode(job, major)
	if err != nil {
		return nil, &RenderError{Message: err.Error(), Err: err}
	}
	resp, err := c.send(ctx, http.MethodPost, "/forms/chromium/convert/html", job.Trace, contentType, body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	pdf, err := io.ReadAll(io.LimitReader(resp.Body, maxPDF+1))
	switch {
	case err != nil:
		return nil, noAnswer(ctx, "read PDF", err)
	case len(pdf) > maxPDF:
		return nil, &RenderError{Status: resp.StatusCode, Message: fmt.Sprintf("PDF is over %d bytes", maxPDF)}
	case !bytes.HasPrefix(pdf, []byte("%PDF-")):
		return nil, &RenderError{Status: resp.StatusCode, Message: "the answer is no PDF"}
	}
	return pdf, nil
}

// Health checks whether the service can accept jobs. The error is a *RenderError.
func (c *Client) Health(ctx context.Context) error {
	resp, err := c.send(ctx, http.MethodGet, "/health", rand.Text(), "", nil)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// version returns the major version of the service, requested once and again after an error.
func (c *Client) version(ctx context.Context, trace string) (int, error) {
	c.mu.Lock()
	major := c.major
	c.mu.Unlock()
	if major != 0 {
		return major, nil
	}
	resp, err := c.send(ctx, http.MethodGet, "/version", trace, "", nil)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 256))
	if err != nil {
		return 0, noAnswer(ctx, "read version", err)
	}
	if major = majorOf(string(text)); major == 0 {
		return 0, &RenderError{Status: resp.StatusCode, Message: fmt.Sprintf("version %q is not spoken here, want 8 or 9", text)}
	}
	c.mu.Lock()
	c.major = major
	c.mu.Unlock()
	return major, nil
}

// send performs one request and returns a response of status 200.
func (c *Client) send(ctx context.Context, method, route, trace, contentType string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+route, bytes.NewReader(body))
	if err != nil {
		return nil, &RenderError{Message: err.Error(), Err: err}
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("Gotenberg-Trace", trace)
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(req.Header))
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, noAnswer(ctx, method+" "+route, err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	message, _ := io.ReadAll(io.LimitReader(resp.Body, maxMessage)) // a truncated message is still useful
	text := strings.TrimSpace(strings.ToValidUTF8(string(message), ""))
	if text == "" {
		text = http.StatusText(resp.StatusCode)
	}
	retryable := []int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}
	return nil, &RenderError{Status: resp.StatusCode, Retryable: slices.Contains(retryable, resp.StatusCode), Message: text}
}

// noAnswer wraps a transport error, which is retryable unless the caller cancelled the request.
func noAnswer(ctx context.Context, doing string, err error) *RenderError {
	return &RenderError{Retryable: !errors.Is(ctx.Err(), context.Canceled), Message: doing + ": " + err.Error(), Err: err}
}

// encode writes the multipart form of a job. Parts come in a fixed order, so equal jobs differ only in the boundary.
func encode(job Job, major int) (body []byte, contentType string, err error) {
	fields, err := formFields(job, major)
	if err != nil {
		return nil, "", err
	}
	files := map[string][]byte{"index.html": job.Index}
	for name, data := range map[string][]byte{"header.html": job.Header, "footer.html": job.Footer} {
		if data != nil {
			files[name] = data
		}
	}
	for name, data := range job.Assets {
		if _, taken := files[name]; taken || name == "" || path.Base(name) != name || strings.ContainsAny(name, "\\\"\r\n") {
			return nil, "", fmt.Errorf("asset name %q is not a flat file name of its own", name)
		}
		files[name] = data
	}
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	for _, f := range fields {
		if err := form.WriteField(f.name, f.value); err != nil {
			return nil, "", fmt.Errorf("write field %s: %w", f.name, err)
		}
	}
	for _, name := range sortedKeys(files) {
		part, err := form.CreateFormFile("files", name)
		if err == nil {
			_, err = part.Write(files[name])
		}
		if err != nil {
			return nil, "", fmt.Errorf("write file %s: %w", name, err)
		}
	}
	if err := form.Close(); err != nil {
		return nil, "", fmt.Errorf("close form: %w", err)
	}
	return buf.Bytes(), form.FormDataContentType(), nil
}
