// Package api is the HTTP API: it authenticates the caller, decodes the request, calls casework and encodes the
// response. It contains no business logic. It has the operations that cases of every kind share; those of a process are
// registered by its package, with the functions here.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"tuoyu/casework"
	"tuoyu/limits"
	"tuoyu/nursery"
)

// Deps are the dependencies of the API.
type Deps struct {
	Service    *casework.Service
	Operations func(*API) // registers the operations of the processes
	Verifier   *Verifier
	Log        *slog.Logger          // nil: slog.Default
	Metrics    prometheus.Registerer // nil: not measured

	PublicURL string // URL of the API for its users; if https, responses have an HSTS header
	Version   string
	MaxBody   int64 // bytes of a JSON body; zero: 1 MiB
	MaxUpload int64 // bytes of a file; zero: 20 MiB

	TrustedProxies []netip.Prefix // proxies whose X-Forwarded-For is trusted; empty: none
	PublicRate     Rate           // zero: DefaultPublicRate
	AccountRate    Rate           // zero: DefaultAccountRate
	Submissions    *limits.Limits // what is submitted without an account, by address; nil: limits.DefaultComplaints
}

const (
	defaultMaxBody   = 1 << 20
	defaultMaxUpload = 20 << 20

	requestTimeout = 30 * time.Second // of all operations except those with files
	bearer         = "bearer"
	streams        = "streams" // metadata of an operation that reads or writes a file
)

// API is what operations are registered with.
type API struct {
	service  *casework.Service
	verifier *Verifier
	log      *slog.Logger
	seconds  *prometheus.HistogramVec
	mux      *http.ServeMux
	huma     huma.API

	https              bool
	maxBody, maxUpload int64
	proxies            []netip.Prefix

	public, accounts, refused, submissions *limits.Limits
}

// New returns the handler of the whole API with its documentation and the two pages for people without an account.
func New(d Deps) (http.Handler, error) {
	if d.Service == nil || d.Operations == nil || d.Verifier == nil {
		return nil, errors.New("the API needs casework, the operations of the processes and a verifier of tokens")
	}
	a := &API{
		service: d.Service, verifier: d.Verifier, log: d.Log, mux: http.NewServeMux(), https: strings.HasPrefix(d.PublicURL, "https:"),
		maxBody: d.MaxBody, maxUpload: d.MaxUpload, proxies: d.TrustedProxies,
		public: limits.New(or(d.PublicRate, DefaultPublicRate)), accounts: limits.New(or(d.AccountRate, DefaultAccountRate)),
		refused: limits.New(RefusedTokenRate), submissions: d.Submissions,
	}
	if a.submissions == nil {
		a.submissions = limits.New(limits.DefaultComplaints)
	}
	a.maxBody, a.maxUpload = or(a.maxBody, defaultMaxBody), or(a.maxUpload, defaultMaxUpload)
	if a.log == nil {
		a.log = slog.Default()
	}
	var err error
	if a.seconds, err = newSeconds(d.Metrics); err != nil {
		return nil, err
	}
	a.registerAll(d.PublicURL, d.Version, d.Operations)
	if err := a.publish(); err != nil {
		return nil, err
	}
	return a.observed(traced(http.HandlerFunc(a.serve))), nil
}

// registerAll adds every operation to the multiplexer: those of every case, and those that operations registers.
func (a *API) registerAll(publicURL, version string, operations func(*API)) {
	a.huma = humago.New(a.mux, config(publicURL, version))
	a.huma.UseMiddleware(negotiate, a.limitPublic, a.authenticate, a.limitTime, a.readJSON)
	for _, register := range []func(*API){
		registerSession, registerCases, registerTasks, registerAttachments, registerDocuments, registerPublic, operations,
	} {
		register(a)
	}
}

func or[T comparable](given, fallback T) T {
	var zero T
	if given == zero {
		return fallback
	}
	return given
}

func config(publicURL, version string) huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[nursery.Date](), reflect.TypeFor[date]())
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "托育 tuoyu API", Version: or(version, "development"),
				Description: "托育机构登记备案的办理接口。除公众查询外，请求须带 OIDC 签发的 Bearer 令牌；每个办理请求须带幂等键，" +
					"重复发送同一请求只办理一次。出错时返回 application/problem+json（RFC 9457），程序请以 code 判断。",
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Servers: []*huma.Server{{URL: or(strings.TrimRight(publicURL, "/"), "/"), Description: "本系统"}},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					bearer: {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "OIDC 签发方签名的访问令牌，须含角色与所属县区。"},
				},
			},
		},
		Formats: map[string]huma.Format{
			"application/json": huma.DefaultJSONFormat,
			"json":             huma.DefaultJSONFormat, // application/problem+json, by its suffix
		},
		DefaultFormat: "application/json",
	}
}

// date is the schema of nursery.Date, which checks its format.
type date struct{}

// Schema returns a string of format date.
func (date) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2026-01-31"}}
}

// serve dispatches to the operation. Requests that match none get a response of the same form as all others.
func (a *API) serve(w http.ResponseWriter, r *http.Request) {
	if part, bad := limits.Unreadable(r); bad {
		writeProblem(w, r, unreadable(part))
		return
	}
	found, pattern := a.mux.Handler(r)
	if pattern != "" {
		a.mux.ServeHTTP(w, r)
		return
	}
	probe := &probe{header: http.Header{}}
	found.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		allow := probe.header.Get("Allow")
		writeProblem(w, r, problem(casework.CodeMethodNotAllowed, "该地址支持的方法："+allow+"。").with("Allow", allow))
		return
	}
	writeProblem(w, r, problem(casework.CodeNoSuchPath, "没有这个地址。"))
}

// unreadable returns the problem for a request with a part that is not valid text: 404 for an invalid path, otherwise
// that of an invalid parameter.
func unreadable(part limits.BadPart) *Problem {
	if part.In == "path" {
		return problem(casework.CodeNotFound, "没有找到。")
	}
	return problem(casework.CodeInvalid, "有 1 处填写有误，请更正后重试。", Fault{part.Name, "含有无法识别的字符，或者过长、过多"})
}

// probe records the status and headers of the response of net/http's own handlers.
type probe struct {
	header http.Header
	status int
}

// Header implements http.ResponseWriter.
func (p *probe) Header() http.Header { return p.header }

// WriteHeader implements http.ResponseWriter; it records the status.
func (p *probe) WriteHeader(status int) { p.status = status }

// Write implements http.ResponseWriter; it discards the body.
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }

type principalKey struct{}

// Principal returns the caller; only operations with a token have one.
func Principal(ctx context.Context) nursery.Principal {
	p, _ := ctx.Value(principalKey{}).(nursery.Principal)
	return p
}

func needsToken(op *huma.Operation) bool { return len(op.Security) > 0 }

// limitPublic limits the rate of anonymous requests of an address.
func (a *API) limitPublic(ctx huma.Context, next func(huma.Context)) {
	if !needsToken(ctx.Operation()) {
		r, w := humago.Unwrap(ctx)
		if tooMany := take(a.public, a.client(r)); tooMany != nil {
			writeProblem(w, r, tooMany)
			return
		}
		ctx = huma.WithValue(ctx, clientKey{}, a.client(r))
	}
	next(ctx)
}

type clientKey struct{}

// clientOf returns the address of the caller; only operations without a token know it.
func clientOf(ctx context.Context) string {
	client, _ := ctx.Value(clientKey{}).(string)
	return client
}

// authenticate identifies the caller, and limits the request rate of an account and the rate of failed authentications
// of an address.
func (a *API) authenticate(ctx huma.Context, next func(huma.Context)) {
	if !needsToken(ctx.Operation()) {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	p, err := a.whoAsks(r)
	if err != nil {
		said := take(a.refused, a.client(r))
		if said == nil {
			said = a.refuse(r.Context(), err)
		}
		writeProblem(w, r, said)
		return
	}
	exchangeOf(r.Context()).role = p.Role
	if tooMany := take(a.accounts, p.Account); tooMany != nil {
		writeProblem(w, r, tooMany)
		return
	}
	next(huma.WithValue(ctx, principalKey{}, p))
}

func (a *API) whoAsks(r *http.Request) (nursery.Principal, error) {
	given := r.Header.Values("Authorization")
	if len(given) == 0 {
		return nursery.Principal{}, unauthenticated(casework.CodeUnauthenticated, "请先登录。")
	}
	scheme, token, _ := strings.Cut(given[0], " ")
	if len(given) > 1 || !strings.EqualFold(scheme, bearer) || token == "" {
		return nursery.Principal{}, unauthenticated(casework.CodeTokenInvalid, "请以 Bearer 方式提供登录凭证。")
	}
	p, name, err := a.verifier.Identify(r.Context(), strings.TrimSpace(token))
	if err != nil {
		return p, err
	}
	if err := a.service.Seen(r.Context(), p, name); err != nil { // so that tasks can be assigned to it later
		a.log.WarnContext(r.Context(), "account not noted", "error", err)
	}
	return p, nil
}

// limitTime limits the duration of an operation, unless it transfers a file.
func (a *API) limitTime(ctx huma.Context, next func(huma.Context)) {
	if ctx.Operation().Metadata[streams] != nil {
		next(ctx)
		return
	}
	limited, cancel := context.WithTimeout(ctx.Context(), requestTimeout)
	defer cancel()
	next(huma.WithContext(ctx, limited))
}
