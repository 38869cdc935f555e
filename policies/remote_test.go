package policies_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/compile"

	"tuoyu/nursery"
	"tuoyu/policies"
)

const secret = "a secret of the test and of nothing else"

var shared = policies.VerificationKey{Algorithm: "HS256", Key: secret}

// pack returns an OPA bundle of the rules, signed unless algorithm is "".
func pack(t *testing.T, rules fs.FS, algorithm, key string) []byte {
	t.Helper()
	b, err := bundle.NewCustomReader(bundle.NewFSLoaderWithRoot(rules, ".")).WithSkipBundleVerification(true).WithProcessAnnotations(true).Read()
	if err != nil {
		t.Fatalf("read rules to pack: %v", err)
	}
	if algorithm != "" {
		if err := b.GenerateSignature(bundle.NewSigningConfig(key, algorithm, ""), "", true); err != nil {
			t.Fatalf("sign bundle: %v", err)
		}
	}
	var out bytes.Buffer
	if err := bundle.NewWriter(&out).UseModulePath(true).DisableFormat(true).Write(b); err != nil {
		t.Fatalf("write bundle: %v", err)
	}
	return out.Bytes()
}

// shelf is an HTTP server with one bundle that a test can replace.
type shelf struct {
	mu      sync.Mutex
	body    []byte
	status  int
	served  atomic.Int64
	cached  atomic.Int64
	address string
}

func newShelf(t *testing.T, body []byte) *shelf {
	s := &shelf{body: body, status: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.served.Add(1)
		etag := fmt.Sprintf(`"%x"`, sha256.Sum256(s.body))
		if s.status == http.StatusOK && r.Header.Get("If-None-Match") == etag {
			s.cached.Add(1)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", etag)
		w.WriteHeader(s.status)
		_, _ = w.Write(s.body)
	}))
	t.Cleanup(server.Close)
	s.address = server.URL + "/rules.tar.gz"
	return s
}

func (s *shelf) put(body []byte, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body, s.status = body, status
}

func stricter(limit string) map[string]string {
	return map[string]string{"params/class/data.json": strings.NewReplacer(`"value": 20,`, `"value": `+limit+`,`).
		Replace(string(smallRules(nil)["params/class/data.json"].Data))}
}

func TestASignedBundleDecidesAsTheSameFolder(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	privatePEM := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)}))
	publicPEM := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))

	file := filepath.Join(t.TempDir(), "rules.tar.gz")
	if err := os.WriteFile(file, pack(t, smallRules(nil), "HS256", secret), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		address string
		key     policies.VerificationKey
	}{
		"RS256 over http":   {newShelf(t, pack(t, smallRules(nil), "RS256", privatePEM)).address, policies.VerificationKey{Key: publicPEM}},
		"HS256 over http":   {newShelf(t, pack(t, smallRules(nil), "HS256", secret)).address, shared},
		"HS256 from a file": {"file://" + file, shared},
	} {
		e, err := policies.LoadBundle(t.Context(), c.address, c.key)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		remote, local := decide(t, e, seats(21), "2024-05-06", ""), decide(t, load(t, nil), seats(21), "2024-05-06", "")
		if remote.Result != nursery.Fail || remote.Reasons[0].Basis[0] != local.Reasons[0].Basis[0] || remote.Revision != local.Revision {
			t.Errorf("%s: decided %+v, the folder %+v", name, remote, local)
		}
		if e.Status().Source != c.address {
			t.Errorf("%s: source %s, want %s", name, e.Status().Source, c.address)
		}
	}
}

func TestABundleNotSignedByTheKeyIsRefused(t *testing.T) {
	good := pack(t, smallRules(nil), "HS256", secret)
	for name, c := range map[string]struct {
		body []byte
		key  policies.VerificationKey
		want string
	}{
		"unsigned":       {pack(t, smallRules(nil), "", ""), shared, "signature"},
		"another secret": {pack(t, smallRules(nil), "HS256", "some other secret"), shared, "verif"},
		"another key":    {good, policies.VerificationKey{Algorithm: "HS256", Key: "some other secret"}, "verif"},
		"file exchanged": {exchange(t, good), shared, "digest"},
		"no bundle":      {[]byte("<html>"), shared, "read bundle"},
		"no key":         {good, policies.VerificationKey{}, "an unsigned bundle is never loaded"},
		"odd algorithm":  {good, policies.VerificationKey{Algorithm: "none", Key: secret}, "algorithm none is not supported"},
	} {
		_, err := policies.LoadBundle(t.Context(), newShelf(t, c.body).address, c.key)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	for _, address := range []string{"ftp://localhost/rules.tar.gz", "://", "file:///none/rules.tar.gz"} {
		if _, err := policies.LoadBundle(t.Context(), address, shared); err == nil {
			t.Errorf("%s was loaded", address)
		}
	}
}

// exchange rewrites a parameter inside a signed bundle and leaves the signature unchanged.
func exchange(t *testing.T, signed []byte) []byte {
	t.Helper()
	in, err := gzip.NewReader(bytes.NewReader(signed))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	files, copied := tar.NewReader(in), tar.NewWriter(zipped)
	for {
		header, err := files.Next()
		if err != nil {
			break
		}
		var body bytes.Buffer
		if _, err := body.ReadFrom(files); err != nil {
			t.Fatal(err)
		}
		raw := bytes.ReplaceAll(body.Bytes(), []byte(`"value":20`), []byte(`"value":99`))
		header.Size = int64(len(raw))
		if err := copied.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := copied.Write(raw); err != nil {
			t.Fatal(err)
		}
	}
	if err := copied.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestANewBundleReplacesTheOldAndABadOneDoesNot(t *testing.T) {
	s := newShelf(t, pack(t, smallRules(nil), "HS256", secret))
	e, err := policies.LoadBundle(t.Context(), s.address, shared)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { defer wg.Done(); e.Watch(ctx, 5*time.Millisecond) }()
	defer wg.Wait()
	defer cancel()

	eventually(t, "an unchanged bundle is not sent again", func() bool { return s.cached.Load() > 2 })

	s.put(pack(t, smallRules(stricter("18")), "HS256", secret), http.StatusOK)
	eventually(t, "the stricter bundle decides", func() bool {
		return decide(t, e, seats(19), "2024-05-06", "").Result == nursery.Fail
	})
	taken := e.Status()

	for name, bad := range map[string]struct {
		body   []byte
		status int
	}{
		"another signer": {pack(t, smallRules(stricter("5")), "HS256", "some other secret"), http.StatusOK},
		"without law":    {pack(t, smallRules(map[string]string{"rules/seats.rego": "package rules.seats\nfacts_used := set()\nreasons contains {}"}), "HS256", secret), http.StatusOK},
		"server failing": {nil, http.StatusBadGateway},
	} {
		s.put(bad.body, bad.status)
		before := s.served.Load()
		eventually(t, name+": seen and refused", func() bool { return s.served.Load() > before+2 && e.Status().Err != nil })
		if now := e.Status(); now.Revision != taken.Revision || !now.LoadedAt.Equal(taken.LoadedAt) {
			t.Errorf("%s: revision %s, want the old %s", name, now.Revision, taken.Revision)
		}
		if d := decide(t, e, seats(10), "2024-05-06", ""); d.Result != nursery.Pass {
			t.Errorf("%s: 10 seats %s, want pass by the old rules", name, d.Result)
		}
	}

	s.put(pack(t, smallRules(stricter("18")), "HS256", secret), http.StatusOK)
	eventually(t, "a good bundle clears the error", func() bool { return e.Status().Err == nil })
}

func TestDecisionsGoOnWhileRulesAreExchanged(t *testing.T) {
	loose, strict := pack(t, smallRules(nil), "HS256", secret), pack(t, smallRules(stricter("18")), "HS256", secret)
	s := newShelf(t, loose)
	e, err := policies.LoadBundle(t.Context(), s.address, shared)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { defer wg.Done(); e.Watch(ctx, time.Millisecond) }()
	var decided atomic.Int64
	byRevision := sync.Map{}
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for ctx.Err() == nil {
				d, err := e.Decide(ctx, "rules.seats", seats(19), nursery.Date{Year: 2024, Month: time.May, Day: 6}, "")
				if ctx.Err() != nil {
					return
				}
				if err != nil {
					t.Errorf("decide: %v", err)
					return
				}
				if was, ok := byRevision.LoadOrStore(d.Revision, d.Result); ok && was != d.Result {
					t.Errorf("revision %s decided %s and %s", d.Revision, was, d.Result)
				}
				decided.Add(1)
			}
		}()
	}
	start := e.Status().Revision
	for i := range 6 {
		s.put([][]byte{strict, loose}[i%2], http.StatusOK)
		eventually(t, "the exchange", func() bool { return (e.Status().Revision == start) == (i%2 == 1) })
	}
	eventually(t, "decisions under both", func() bool { return decided.Load() > 200 })
	cancel()
	wg.Wait()
	var revisions int
	byRevision.Range(func(any, any) bool { revisions++; return true })
	if revisions != 2 {
		t.Errorf("decisions under %d revisions, want 2", revisions)
	}
}

func TestAnEngineWithoutBundleHasNothingToWatch(t *testing.T) {
	load(t, nil).Watch(t.Context(), time.Hour)
}

// eventually waits until holds reports true, for two minutes at most.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("still waiting for: %s", what)
		}
	}
}

func TestWhatOPABuildMakesIsLoaded(t *testing.T) {
	var built bytes.Buffer
	builder := compile.New().WithFS(policies.Embedded()).WithPaths(".").WithAsBundle(true).WithRegoVersion(ast.RegoV1).
		WithOutput(&built).WithBundleSigningConfig(bundle.NewSigningConfig(secret, "HS256", ""))
	if err := builder.Build(t.Context()); err != nil {
		t.Fatalf("build: %v", err)
	}
	e, err := policies.LoadBundle(t.Context(), newShelf(t, built.Bytes()).address, shared)
	if err != nil {
		t.Fatal(err)
	}
	d, err := e.Decide(t.Context(), "filing.complete", seats(10), date(t, "2026-03-02"), "")
	if err != nil {
		t.Fatal(err)
	}
	if d.Result != nursery.Unknown || d.Reasons[0].Rule != "HV-01" || d.Reasons[0].Basis[0].Number != "国卫办人口发〔2019〕25号" {
		t.Errorf("decided %s, first %+v", d.Result, d.Reasons[0])
	}
}
