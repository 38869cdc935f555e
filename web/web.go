// Package web is the pages: who is signed in, what the address asks for, and how casework's answer looks in Chinese on an
// old office machine, a tablet or a phone. It decides nothing itself. Every page works by links and forms alone; scripts
// add keys, drafts, live lists and work without a network.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"

	"tuoyu/casework"
	"tuoyu/limits"
	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// Deps is what the pages need.
type Deps struct {
	Service  *casework.Service
	DB       *store.DB       // of the sessions
	Fields   *sealing.Fields // nil: forms submitted after the end of a session are not saved
	Provider Provider
	Log      *slog.Logger          // nil: slog.Default
	Metrics  prometheus.Registerer // nil: not measured

	PublicURL    string // where people reach the pages; https asks browsers to stay with it
	DemoAccounts string // address of a list of accounts that the sign-in page offers; empty, as it must be in earnest: none
	MaxUpload    int64  // bytes of one file; zero: 20 MiB

	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed; empty: nobody's
	Submissions    *limits.Limits // of what is submitted without signing in, by address; nil: limits.DefaultComplaints
	ProviderAway   time.Duration  // how long a session goes on while the provider cannot confirm it; zero: DefaultProviderAway
}

// Site is the pages as an http.Handler.
type Site struct {
	Deps
	handler  http.Handler
	mux      *http.ServeMux
	sessions *scs.SessionManager
	assets   assets
	live     *hub
	headers  *headers
	asking   *limits.Limits // of who has not signed in, by address
	seconds  *prometheus.HistogramVec
	now      func() time.Time

	identity      *identity
	confirmations *confirmations

	nav          map[nursery.Role][]navItem
	tiles        []Tile
	waiting      []waitingList
	openVisits   []func(context.Context, nursery.Principal) ([]OpenVisit, error)
	taskPages    map[string]TaskPage
	casePages    map[nursery.CaseKind]CasePage
	otherTasks   TaskPage
	otherCases   CasePage
	guides       map[nursery.CaseKind]GuidePart
	savedFilters func(ctx context.Context, p nursery.Principal, room string) ([]SavedFilter, error)

	reopening map[string]bool // patterns of forms that are shown again with what was entered, when they are sent with _again
}

// publicRate is how often one address may ask without being signed in, behind which a whole office may sit.
var publicRate = limits.Rate{PerSecond: 5, Burst: 100}

const (
	maxForm        = 2 << 20 // bytes of a form without files
	requestTimeout = 30 * time.Second
)

// New returns the pages: of signing in and of files, and those that each of pages registers.
func New(d Deps, pages ...func(*Site)) (*Site, error) {
	if d.Service == nil || d.DB == nil || d.Provider.Issuer == "" || d.Provider.Principal == nil {
		return nil, errors.New("the pages need casework, a database and an OIDC provider")
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	if d.MaxUpload == 0 {
		d.MaxUpload = 20 << 20
	}
	if d.Submissions == nil {
		d.Submissions = limits.New(limits.DefaultComplaints)
	}
	if d.ProviderAway == 0 {
		d.ProviderAway = DefaultProviderAway
	}
	s := &Site{Deps: d, mux: http.NewServeMux(), now: d.Service.Now, reopening: map[string]bool{}, nav: map[nursery.Role][]navItem{}, taskPages: map[string]TaskPage{}, casePages: map[nursery.CaseKind]CasePage{}, guides: map[nursery.CaseKind]GuidePart{}}
	s.sessions = newSessions(d.DB, s.now)
	s.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { s.fail(w, r, err) }
	s.headers = newHeaders(s.now)
	s.live = newHub(d.Service, s.liveTokens, s.headers.forget, d.Log)
	s.identity = &identity{Provider: d.Provider, publicURL: strings.TrimSuffix(d.PublicURL, "/")}
	s.confirmations = newConfirmations()
	s.asking = limits.New(publicRate)
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if s.seconds, err = newSeconds(d.Metrics); err != nil {
		return nil, err
	}
	for _, register := range slices.Concat([]func(*Site){
		registerAssets, registerSignIn, registerFiles, registerLive,
	}, pages) {
		register(s)
	}
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.ContentTypes([]string{"text/html", "text/csv", "application/json"}))
	if err != nil {
		return nil, err
	}
	guarded := http.NewCrossOriginProtection()
	guarded.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, &casework.Error{Code: casework.CodeCrossOrigin, Message: "请求来自其他网站，未予办理。"})
	}))
	s.handler = s.observed(compress(guarded.Handler(http.HandlerFunc(s.route))))
	return s, nil
}

// Close ends every stream, so that the server can stop. The pages go on answering.
func (s *Site) Close() { s.live.close() }

// ServeHTTP answers a page.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// route serves the page of a request. An unknown path, like unreadable parts, is answered with an error page.
func (s *Site) route(w http.ResponseWriter, r *http.Request) {
	if part, bad := limits.Unreadable(r); bad {
		withSession(s.sessions, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.fail(w, s.known(r), unreadable(part))
		})).ServeHTTP(w, r)
		return
	}
	if _, pattern := s.mux.Handler(r); pattern == "" {
		withSession(s.sessions, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.fail(w, s.known(r), &casework.Error{Code: casework.CodeNoSuchPath, Message: "没有这个地址。"})
		})).ServeHTTP(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// unreadable refuses a request of which a part is no text: an address that leads nowhere, or a parameter that cannot be.
func unreadable(part limits.BadPart) *casework.Error {
	if part.In == "path" {
		return &casework.Error{Code: casework.CodeNotFound, Message: "没有找到。"}
	}
	return notText(part.Name)
}

func notText(location string) *casework.Error {
	return &casework.Error{
		Code: casework.CodeInvalid, Message: "含有无法识别的字符，请更正后重试。",
		Fields: []casework.FieldError{{Location: location, Message: "含有无法识别的字符，或者过长、过多"}},
	}
}

// Handler answers a request or returns an error, which is written as a page in one place.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Open registers a page for everybody.
func (s *Site) Open(pattern string, h Handler) {
	s.mux.Handle(pattern, withSession(s.sessions, s.limited(func(w http.ResponseWriter, r *http.Request) {
		r = s.known(r)
		if Principal(r.Context()).Account == "" {
			r.Body = http.MaxBytesReader(w, r.Body, s.MaxUpload+maxForm)
			if wait := s.asking.Take(limits.Caller(r, s.TrustedProxies)); wait > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
				s.fail(w, r, &casework.Error{Code: casework.CodeTooManyRequests, Message: "请求过于频繁，请稍后再试。"})
				return
			}
		}
		s.forgettingAfter(r, func() {
			if err := h(w, r); err != nil {
				s.fail(w, r, err)
			}
		})
	})))
}

// Page registers a page for signed-in users. Others are sent to sign in, and return to it.
func (s *Site) Page(pattern string, h Handler) {
	s.Open(pattern, func(w http.ResponseWriter, r *http.Request) error {
		if Principal(r.Context()).Account == "" {
			return s.askToSignIn(w, r)
		}
		return h(w, r)
	})
}

// Only restricts a form to the roles that casework accepts it from; the error for others is forbidden.
func Only(h Handler, roles ...nursery.Role) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !slices.Contains(roles, Principal(r.Context()).Role) {
			return &casework.Error{Code: casework.CodeForbidden, Message: "您的角色不能进行此操作。"}
		}
		return h(w, r)
	}
}

// streaming registers an answer that has no end or carries a file, so that it is neither buffered nor cut off.
func (s *Site) streaming(pattern string, h Handler) {
	s.mux.Handle(pattern, withSession(s.sessions, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = s.known(r)
		if Principal(r.Context()).Account == "" {
			s.fail(w, r, signedOut())
			return
		}
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})))
}

func (s *Site) limited(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := int64(maxForm)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
			limit = s.mostSent()
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		h(w, r.WithContext(ctx))
	})
}

type principalKey struct{}

// Principal is signed in; nobody has no account.
func Principal(ctx context.Context) nursery.Principal {
	p, _ := ctx.Value(principalKey{}).(nursery.Principal)
	return p
}

// known puts who is signed in into the request. A session that the provider no longer confirms is nobody's.
func (s *Site) known(r *http.Request) *http.Request {
	p := s.signedIn(r.Context())
	if p.Account != "" {
		if _, live := s.confirmed(r.Context(), hashed(s.sessions.Token(r.Context())), p); !live {
			p = nursery.Principal{}
		}
	}
	exchangeOf(r.Context()).role = p.Role
	return r.WithContext(context.WithValue(r.Context(), principalKey{}, p))
}

// Sweep deletes expired sessions and saved forms, and logs an error. It is called periodically.
func (s *Site) Sweep(ctx context.Context) {
	before := s.now().Add(-keptFor)
	err := s.DB.AsSessions(ctx, func(q *store.Queries) error {
		if _, err := q.ForgetSessions(ctx, before); err != nil {
			return err
		}
		_, err := q.ForgetKeptForms(ctx, before)
		return err
	})
	if err != nil {
		s.Log.WarnContext(ctx, "old sessions not forgotten", "error", err)
	}
}
