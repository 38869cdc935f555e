package policies

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/keys"
)

const (
	maxBundleBytes   = 16 << 20
	maxUnpackedBytes = 64 << 20
	fetchTimeout     = 30 * time.Second
)

// VerificationKey is the key that verifies a bundle's signature.
type VerificationKey struct {
	ID        string // the key id required in the signature; "" accepts any
	Algorithm string // RS256 (if "") or another supported by OPA, such as HS256
	Key       string // PEM public key, or the secret of an HS algorithm
	Scope     string // the scope required in the signature, if not ""
}

// remote is the source of a bundle.
type remote struct {
	url    string
	verify *bundle.VerificationConfig
	client *http.Client
	etag   string
}

// LoadBundle loads rules from a signed OPA bundle (tar.gz, with the layout of this folder) at an http, https or file
// URL. It returns an error for an unsigned bundle, one signed with another key, and one that fails Check.
func LoadBundle(ctx context.Context, address string, key VerificationKey) (*Engine, error) {
	r, err := newRemote(address, key)
	if err != nil {
		return nil, fmt.Errorf("load rules: %w", err)
	}
	e := &Engine{log: slog.Default(), remote: r}
	if _, err := e.renew(ctx); err != nil {
		return nil, err
	}
	return e, nil
}

func newRemote(address string, key VerificationKey) (*remote, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("bundle URL: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "file" {
		return nil, fmt.Errorf("bundle URL %s: scheme must be http, https or file", u.Redacted())
	}
	if key.Key == "" {
		return nil, errors.New("no verification key: an unsigned bundle is never loaded")
	}
	if key.Algorithm == "" {
		key.Algorithm = "RS256"
	}
	if !keys.IsSupportedAlgorithm(key.Algorithm) {
		return nil, fmt.Errorf("verification key: algorithm %s is not supported", key.Algorithm)
	}
	id := key.ID
	if id == "" {
		id = "default"
	}
	known := map[string]*bundle.KeyConfig{id: {Key: key.Key, Algorithm: key.Algorithm, Scope: key.Scope}}
	return &remote{
		url: address, client: &http.Client{Timeout: fetchTimeout},
		verify: bundle.NewVerificationConfig(known, id, key.Scope, nil),
	}, nil
}

// Watch requests the bundle at each interval until the context ends, and replaces the rules between two decisions. If
// the bundle is unavailable or invalid, the rules do not change; the error is logged and part of Status. For an engine
// without a bundle URL, Watch returns at once.
func (e *Engine) Watch(ctx context.Context, interval time.Duration) {
	if e.remote == nil {
		return
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		changed, err := e.renew(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			e.log.ErrorContext(ctx, "rules not renewed, the old ones stay", "url", redacted(e.remote.url), "revision", e.Status().Revision, "error", err)
		case changed:
			e.log.InfoContext(ctx, "rules renewed", "url", redacted(e.remote.url), "revision", e.Status().Revision)
		}
	}
}

// renew requests the bundle once and loads it if it is new and valid.
func (e *Engine) renew(ctx context.Context) (changed bool, err error) {
	defer func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.status.CheckedAt, e.status.Err = time.Now(), err
	}()
	raw, etag, err := e.remote.fetch(ctx)
	if err != nil {
		return false, fmt.Errorf("fetch rules: %w", err)
	}
	if raw == nil {
		return false, nil
	}
	src, err := e.remote.read(raw)
	if err != nil {
		return false, err
	}
	if have := e.current.Load(); have != nil && have.revision == src.revision() {
		e.remote.etag = etag
		return false, nil
	}
	snap, err := compile(ctx, src)
	if err != nil {
		return false, fmt.Errorf("bundle %s: %w", redacted(e.remote.url), err)
	}
	e.remote.etag = etag
	e.use(snap, redacted(e.remote.url))
	return true, nil
}

// fetch returns the bundle's bytes, or nil if the server reports that it has not changed.
func (r *remote) fetch(ctx context.Context) (raw []byte, etag string, err error) {
	u, err := url.Parse(r.url)
	if err != nil {
		return nil, "", err
	}
	if u.Scheme == "file" {
		f, err := os.Open(u.Path)
		if err != nil {
			return nil, "", err
		}
		defer f.Close()
		raw, err = readLimited(f, maxBundleBytes)
		return raw, "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return nil, "", err
	}
	if r.etag != "" {
		req.Header.Set("If-None-Match", r.etag)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusNotModified:
		return nil, r.etag, nil
	case http.StatusOK:
		raw, err = readLimited(resp.Body, maxBundleBytes)
		return raw, resp.Header.Get("ETag"), err
	default:
		return nil, "", fmt.Errorf("%s answered %s", u.Redacted(), resp.Status)
	}
}

// read unpacks a bundle and verifies its signature over every file.
func (r *remote) read(raw []byte) (*source, error) {
	return readArchive(raw, func(b *bundle.Reader) *bundle.Reader { return b.WithBundleVerificationConfig(r.verify) })
}

// readArchive unpacks a tar.gz of rules; verified adds how its signature is verified.
func readArchive(raw []byte, verified func(*bundle.Reader) *bundle.Reader) (*source, error) {
	packed, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("read bundle: %w", err)
	}
	// A small archive may unpack to a large one: measure it before reading it into memory.
	switch n, err := io.Copy(io.Discard, io.LimitReader(packed, maxUnpackedBytes+1)); {
	case err != nil:
		return nil, fmt.Errorf("read bundle: %w", err)
	case n > maxUnpackedBytes:
		return nil, fmt.Errorf("read bundle: unpacks to more than %d bytes", maxUnpackedBytes)
	}
	reader := bundle.NewCustomReader(bundle.NewTarballLoaderWithBaseURL(bytes.NewReader(raw), ""))
	return readSource(verified(reader))
}

func readLimited(r io.Reader, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("larger than %d bytes", limit)
	}
	return raw, nil
}

func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Redacted()
}
