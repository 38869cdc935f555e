package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/store"
)

// Provider is who says who people are: an OIDC provider, asked by authorization code with PKCE (RFC 7636).
type Provider struct {
	Issuer       string // its address
	ClientID     string
	ClientSecret string // empty for a public client
	// Principal maps the claims of an ID token to who that is here.
	Principal func(account string, claims map[string]json.RawMessage) (nursery.Principal, error)
}

const (
	callbackPath    = "/signin/callback"
	providerTimeout = 10 * time.Second

	keyState    = "oidc_state"
	keyNonce    = "oidc_nonce"
	keyVerifier = "oidc_verifier"
	keyNext     = "oidc_next"
)

// discovery asks the provider once it is needed, so that it need not be up at start.
type discovery struct {
	mu       sync.Mutex
	provider *oidc.Provider
}

func (d *discovery) get(ctx context.Context, issuer string) (*oidc.Provider, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.provider != nil {
		return d.provider, nil
	}
	// The provider keeps the context for later requests: it must not end with this one.
	ctx = oidc.ClientContext(context.WithoutCancel(ctx), &http.Client{Timeout: providerTimeout})
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, &casework.Error{Kind: casework.Unavailable, Code: "issuer_unavailable", Message: "登录服务暂时无法连接，请稍后再试。", Err: err}
	}
	d.provider = provider
	return provider, nil
}

func registerSignIn(s *Site) {
	d := &discovery{}
	s.open("GET /signin", func(w http.ResponseWriter, r *http.Request) error {
		if who(r.Context()).Account != "" {
			http.Redirect(w, r, localPath(r.FormValue("next")), http.StatusSeeOther)
			return nil
		}
		places, err := s.demoAccounts(r.Context())
		if err != nil {
			s.Log.WarnContext(r.Context(), "demo accounts not listed", "error", err)
		}
		return s.show(w, r, frame{Title: "登录"}, signInPage(localPath(r.FormValue("next")), places))
	})
	s.open("GET /signin/start", func(w http.ResponseWriter, r *http.Request) error { return s.startSignIn(w, r, d) })
	s.open("GET "+callbackPath, func(w http.ResponseWriter, r *http.Request) error { return s.endSignIn(w, r, d) })
	s.open("POST /signout", func(w http.ResponseWriter, r *http.Request) error {
		if err := s.sessions.Destroy(r.Context()); err != nil {
			return err
		}
		http.Redirect(w, r, "/signed-out", http.StatusSeeOther)
		return nil
	})
	s.open("GET /signed-out", func(w http.ResponseWriter, r *http.Request) error {
		return s.show(w, r, frame{Title: "已退出登录"}, signedOutPage())
	})
	s.page("GET /account", s.account)
	s.page("POST /account/signout-all", func(w http.ResponseWriter, r *http.Request) error {
		err := s.DB.As(r.Context(), nursery.Engine, func(q *store.Queries) error {
			_, err := q.EndSessionsOf(r.Context(), store.EndSessionsOfParams{Account: who(r.Context()).Account, Now: s.now()})
			return err
		})
		if err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		if err := s.sessions.Destroy(r.Context()); err != nil {
			return err
		}
		http.Redirect(w, r, "/signed-out", http.StatusSeeOther)
		return nil
	})
	registerKept(s)
}

func (s *Site) oauth(p *oidc.Provider) *oauth2.Config {
	endpoint := p.Endpoint()
	if s.Provider.ClientSecret == "" {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: s.Provider.ClientID, ClientSecret: s.Provider.ClientSecret, Endpoint: endpoint,
		RedirectURL: strings.TrimSuffix(s.PublicURL, "/") + callbackPath, Scopes: []string{oidc.ScopeOpenID, "profile"},
	}
}

func (s *Site) startSignIn(w http.ResponseWriter, r *http.Request, d *discovery) error {
	provider, err := d.get(r.Context(), s.Provider.Issuer)
	if err != nil {
		return err
	}
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	for key, value := range map[string]string{
		keyState: state, keyNonce: nonce, keyVerifier: verifier, keyNext: localPath(r.FormValue("next")),
	} {
		s.sessions.Put(r.Context(), key, value)
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)}
	if account := r.FormValue("account"); account != "" && s.DemoAccounts != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", account))
	}
	http.Redirect(w, r, s.oauth(provider).AuthCodeURL(state, options...), http.StatusSeeOther)
	return nil
}

func refuseSignIn(message string, err error) error {
	return &casework.Error{Kind: casework.BadRequest, Code: "signin_failed", Message: message + "请重新登录。", Err: err}
}

func (s *Site) endSignIn(w http.ResponseWriter, r *http.Request, d *discovery) error {
	ctx := r.Context()
	state, nonce := s.sessions.PopString(ctx, keyState), s.sessions.PopString(ctx, keyNonce)
	verifier, next := s.sessions.PopString(ctx, keyVerifier), s.sessions.PopString(ctx, keyNext)
	switch {
	case state == "" && who(ctx).Account != "": // the back button
		http.Redirect(w, r, "/home", http.StatusSeeOther)
		return nil
	case state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(r.FormValue("state"))) != 1:
		return refuseSignIn("登录请求不是从本页发起的，或者已经过期，", nil)
	case r.FormValue("error") != "":
		return refuseSignIn("登录未完成，", errors.New(r.FormValue("error")))
	}
	provider, err := d.get(ctx, s.Provider.Issuer)
	if err != nil {
		return err
	}
	token, err := s.oauth(provider).Exchange(oidc.ClientContext(ctx, &http.Client{Timeout: providerTimeout}), r.FormValue("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return refuseSignIn("登录服务没有确认登录，", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: s.Provider.ClientID}).Verify(ctx, raw)
	if err != nil {
		return refuseSignIn("登录凭证无效，", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return refuseSignIn("登录凭证不是为本次登录签发的，", nil)
	}
	var claims map[string]json.RawMessage
	if err := id.Claims(&claims); err != nil {
		return refuseSignIn("登录凭证无效，", err)
	}
	p, err := s.Provider.Principal(id.Subject, claims)
	if err != nil {
		return &casework.Error{Kind: casework.Forbidden, Code: "no_role", Message: err.Error(), Err: err}
	}
	if err := s.start(ctx, p, shortened(r.UserAgent(), 120)); err != nil {
		return err
	}
	if kept, err := s.keptForms(ctx, p.Account); err == nil && len(kept) > 0 {
		next = "/kept/" + kept[0].id
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func shortened(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// localPath is where to go on, within these pages.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\n\r") {
		return "/home"
	}
	return next
}

func signedOut() error {
	return &casework.Error{Kind: 401, Code: "unauthenticated", Message: "登录已过期，请重新登录。"}
}

// askToSignIn sends a reader to sign in and back; what a form held is kept until then.
func (s *Site) askToSignIn(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("HX-Request") != "" || strings.Contains(r.Header.Get("Accept"), "application/json") {
		return signedOut()
	}
	if r.Method == http.MethodGet {
		http.Redirect(w, r, "/signin?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return nil
	}
	kept, err := s.keepForm(r)
	if err != nil {
		return err
	}
	return s.showStatus(w, r, http.StatusUnauthorized, frame{Title: "登录已过期"}, lapsedPage(kept))
}

// demoAccount is an account that a demonstration offers.
type demoAccount struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Place string `json:"place"`
}

type demoPlace struct {
	Name     string
	Accounts []demoAccount
}

// demoAccounts asks the demonstration's provider for its accounts; in earnest there is nobody to ask.
func (s *Site) demoAccounts(ctx context.Context) ([]demoPlace, error) {
	if s.DemoAccounts == "" {
		return nil, nil
	}
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, s.DemoAccounts, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for demo accounts: %w", err)
	}
	answer, err := (&http.Client{Timeout: providerTimeout}).Do(ask)
	if err != nil {
		return nil, fmt.Errorf("ask for demo accounts: %w", err)
	}
	defer answer.Body.Close()
	var list []demoAccount
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&list); err != nil {
		return nil, fmt.Errorf("read demo accounts: %w", err)
	}
	var places []demoPlace
	for _, a := range list {
		if len(places) == 0 || places[len(places)-1].Name != a.Place {
			places = append(places, demoPlace{Name: a.Place})
		}
		last := &places[len(places)-1]
		last.Accounts = append(last.Accounts, a)
	}
	return places, nil
}

// accountSession is a device somebody is signed in on.
type accountSession struct {
	Agent string
	Since time.Time
	Here  bool
}

func (s *Site) account(w http.ResponseWriter, r *http.Request) error {
	var list []accountSession
	here := hashed(s.sessions.Token(r.Context()))
	err := s.DB.As(r.Context(), nursery.Engine, func(q *store.Queries) error {
		rows, err := q.SessionsOf(r.Context(), store.SessionsOfParams{Account: who(r.Context()).Account, Now: s.now()})
		for _, row := range rows {
			list = append(list, accountSession{Agent: row.Agent, Since: row.StartedAt, Here: row.Token == here})
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	return s.show(w, r, frame{Title: "我的账号"}, accountPage(who(r.Context()), list))
}
