package tests

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"tuoyu/api"
	"tuoyu/casework"
	"tuoyu/e2e/roleplay"
	"tuoyu/policies"
	"tuoyu/processes"
	"tuoyu/sealing/sealingtest"
	"tuoyu/store"
	"tuoyu/store/storetest"
	"tuoyu/web"
)

var rules = sync.OnceValues(func() (*policies.Engine, error) { return policies.New(context.Background()) })

// site is the pages over a database of their own and the provider of the environment, with a clock of their own.
type site struct {
	t       *testing.T
	url     string
	issuer  string
	db      *store.DB
	way     *storetest.Proxy // to the database
	blobs   string           // folder of files
	service *processes.Services
	pages   *web.Site
	ahead   atomic.Int64 // of the real clock
	down    atomic.Bool  // the provider cannot be reached
}

// RoundTrip reaches the provider, unless it is away.
func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.down.Load() {
		return nil, errors.New("no route to the provider")
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (s *site) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// later moves the clock.
func (s *site) later(d time.Duration) { s.ahead.Add(int64(d)) }

func openSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, issuer: os.Getenv("TUOYU_OIDC_ISSUER"), blobs: t.TempDir()}
	way, address := storetest.Proxied(t, storetest.URL(t))
	db, err := store.Open(t.Context(), address, store.Options{})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	s.way, s.db = way, db
	if s.issuer == "" {
		t.Fatal("TUOYU_OIDC_ISSUER is not set: run this test through make test")
	}
	loaded, err := rules()
	require.NoError(t, err)
	blobs, err := store.NewDiskBlobs(s.blobs, 1<<16)
	require.NoError(t, err)
	away, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1"})
	require.NoError(t, err)
	t.Cleanup(away.Close)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	fields := sealingtest.Fields(t)
	s.service = processes.New(casework.Deps{
		DB: s.db, Temporal: away, Rules: loaded, CalendarCache: store.NewCalendarCache(s.db), Blobs: blobs, Fields: fields, Log: log, Now: s.now,
	})
	var pages http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { pages.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	s.url = server.URL
	issuer := api.Issuer{URL: s.issuer, RoleClaim: "roles", CountyClaim: "county", InstitutionClaim: "institution", RegistrarClaim: "registrar"}
	made, err := web.New(web.Deps{
		Service: s.service.Service, DB: s.db, Fields: fields, Log: log, PublicURL: s.url,
		Provider: web.Provider{Issuer: s.issuer, ClientID: "tuoyu-web", Principal: issuer.Principal, Transport: s},
	}, s.service.Pages)
	require.NoError(t, err)
	t.Cleanup(made.Close)
	pages, s.pages = made, made
	return s
}

// account makes an account at the provider that no other test knows.
func (s *site) account(about string) string {
	s.t.Helper()
	name := "test-" + strings.ToLower(rand.Text())
	s.change(name, about)
	return name
}

// change has the provider describe an account otherwise.
func (s *site) change(name, about string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPut, s.issuer+"/accounts/"+name, strings.NewReader(about))
	require.NoError(s.t, err)
	res, err := http.DefaultClient.Do(r)
	require.NoError(s.t, err)
	res.Body.Close()
	require.Equal(s.t, http.StatusNoContent, res.StatusCode)
}

// visitor is a browser at the pages.
type visitor struct {
	*roleplay.Visitor
	s *site
}

func (s *site) visitor() *visitor { return &visitor{roleplay.NewVisitor(s.url), s} }

func (s *site) signedIn(account string) *visitor {
	s.t.Helper()
	v := s.visitor()
	p, err := v.SignIn(s.t.Context(), account, "/account")
	require.NoError(s.t, err)
	require.Contains(s.t, p.Body, account)
	return v
}

func (v *visitor) get(path string) roleplay.Page {
	v.s.t.Helper()
	p, err := v.Send(v.s.t.Context(), http.MethodGet, path, nil)
	require.NoError(v.s.t, err)
	return p
}

// live reports whether the session is taken.
func (v *visitor) live() bool {
	v.s.t.Helper()
	return v.get("/account").Status == http.StatusOK
}

// stream opens the stream of changes; ended is closed when the stream is.
func (v *visitor) stream() (status int, ended chan struct{}) {
	v.s.t.Helper()
	r, err := http.NewRequestWithContext(v.s.t.Context(), http.MethodGet, v.s.url+"/live", nil)
	require.NoError(v.s.t, err)
	r.AddCookie(&http.Cookie{Name: roleplay.PagesCookie, Value: v.Cookie})
	res, err := (&http.Client{Transport: &http.Transport{}}).Do(r)
	require.NoError(v.s.t, err)
	ended = make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, res.Body) // until it ends
		res.Body.Close()
		close(ended)
	}()
	return res.StatusCode, ended
}

func (s *site) closes(what string, ended chan struct{}) {
	s.t.Helper()
	select {
	case <-ended:
	case <-time.After(2 * time.Minute):
		s.t.Fatal(what + ": the stream is still open")
	}
}
