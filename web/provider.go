package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tuoyu/casework"
	"tuoyu/nursery"
)

// Provider configures the OIDC provider, which is used by authorization code with PKCE (RFC 7636).
type Provider struct {
	Issuer       string // its address
	ClientID     string
	ClientSecret string // empty for a public client
	// Principal maps the claims of an ID token to a principal.
	Principal func(account string, claims map[string]json.RawMessage) (nursery.Principal, error)
	Transport http.RoundTripper // how the provider is reached; nil: http.DefaultTransport
}

const (
	callbackPath    = "/signin/callback"
	signedOutPath   = "/signed-out"
	providerTimeout = 10 * time.Second
)

// identity is the client of the provider. It reads the discovery document on first use, so that the provider need not
// be available at start.
type identity struct {
	Provider
	publicURL string

	mu       sync.Mutex
	provider *oidc.Provider
}

// grant is the provider's tokens of a session. It is stored sealed.
type grant struct {
	Access  string    `json:"access"`
	Expires time.Time `json:"expires"` // of the access token
	Refresh string    `json:"refresh,omitempty"`
	ID      string    `json:"id"` // the ID token, to end the provider's session
}

// person is an account as described by the provider.
type person struct {
	nursery.Principal
	name string
}

func (i *identity) discovered(ctx context.Context) (*oidc.Provider, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.provider != nil {
		return i.provider, nil
	}
	// The provider retains the context for later requests: it must not end with this one.
	provider, err := oidc.NewProvider(i.client(context.WithoutCancel(ctx)), i.Issuer)
	if err != nil {
		return nil, &casework.Error{Code: casework.CodeIssuerUnavailable, Message: "登录服务暂时无法连接，请稍后再试。", Err: err}
	}
	i.provider = provider
	return provider, nil
}

func (i *identity) client(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: providerTimeout, Transport: i.Transport})
}

func (i *identity) oauth(p *oidc.Provider) *oauth2.Config {
	endpoint := p.Endpoint()
	if i.ClientSecret == "" {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: i.ClientID, ClientSecret: i.ClientSecret, Endpoint: endpoint,
		RedirectURL: i.publicURL + callbackPath, Scopes: []string{oidc.ScopeOpenID, "profile"},
	}
}

// exchange returns the account that signed in with a code, and the provider's tokens.
func (i *identity) exchange(ctx context.Context, a attempt, code string) (person, grant, error) {
	provider, err := i.discovered(ctx)
	if err != nil {
		return person{}, grant{}, err
	}
	token, err := i.oauth(provider).Exchange(i.client(ctx), code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return person{}, grant{}, refuseSignIn("登录服务没有确认登录，", err)
	}
	g := grantOf(token)
	id, err := provider.Verifier(&oidc.Config{ClientID: i.ClientID}).Verify(ctx, g.ID)
	if err != nil {
		return person{}, grant{}, refuseSignIn("登录凭证无效，", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.Nonce)) != 1 {
		return person{}, grant{}, refuseSignIn("登录凭证不是为本次登录签发的，", nil)
	}
	p, err := i.describe(id.Subject, id.Claims)
	return p, g, err
}

func grantOf(token *oauth2.Token) grant {
	id, _ := token.Extra("id_token").(string)
	return grant{Access: token.AccessToken, Expires: token.Expiry, Refresh: token.RefreshToken, ID: id}
}

// describe returns the account of the claims. The error is a *casework.Error of status 403 if it has no role here.
func (i *identity) describe(subject string, claims func(any) error) (person, error) {
	var all map[string]json.RawMessage
	if err := claims(&all); err != nil {
		return person{}, refuseSignIn("登录凭证无效，", err)
	}
	p, err := i.Principal(subject, all)
	if err != nil {
		return person{}, &casework.Error{Code: casework.CodeNoRole, Message: err.Error(), Err: err}
	}
	named := person{Principal: p}
	_ = json.Unmarshal(all["name"], &named.name) // a name of another type is none
	return named, nil
}

// errRevoked is the error of confirm if the provider rejects a session; any other error means that it could not be
// asked.
var errRevoked = errors.New("the provider no longer confirms the session")

// confirm asks the provider who the account of a session is now, by its refresh token or, without one, by its access
// token, and returns the tokens for the next time. The error is errRevoked if the account can no longer sign in or has
// no role here.
func (i *identity) confirm(ctx context.Context, g grant) (person, grant, error) {
	ctx, cancel := context.WithTimeout(ctx, providerTimeout)
	defer cancel()
	provider, err := i.discovered(ctx)
	if err != nil {
		return person{}, g, err
	}
	if g.Refresh != "" {
		token, err := i.oauth(provider).TokenSource(i.client(ctx), &oauth2.Token{RefreshToken: g.Refresh}).Token()
		if err != nil {
			return person{}, g, tokenRefused(err)
		}
		renewed := grantOf(token)
		if renewed.Refresh == "" {
			renewed.Refresh = g.Refresh
		}
		if renewed.ID == "" {
			renewed.ID = g.ID
		}
		g = renewed
	}
	info, err := provider.UserInfo(i.client(ctx), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: g.Access}))
	if err != nil {
		return person{}, g, userInfoRefused(err)
	}
	p, err := i.describe(info.Subject, info.Claims)
	if err != nil {
		return person{}, g, fmt.Errorf("%w: %w", errRevoked, err)
	}
	return p, g, nil
}

// tokenRefused wraps errRevoked if the token endpoint rejected the request (RFC 6749 5.2) rather than failed.
func tokenRefused(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil &&
		(refused.Response.StatusCode == http.StatusBadRequest || refused.Response.StatusCode == http.StatusUnauthorized) {
		return fmt.Errorf("%w: %w", errRevoked, err)
	}
	return fmt.Errorf("refresh tokens: %w", err)
}

// userInfoRefused does the same for the userinfo endpoint, whose status go-oidc reports as text only.
func userInfoRefused(err error) error {
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		if strings.HasPrefix(err.Error(), fmt.Sprint(status)+" ") {
			return fmt.Errorf("%w: %w", errRevoked, err)
		}
	}
	return fmt.Errorf("ask who the account is: %w", err)
}

// signOutURL returns the URL at which the provider ends its own session (OpenID Connect RP-Initiated Logout 1.0) and
// redirects back; empty if it has none or is unavailable.
func (i *identity) signOutURL(ctx context.Context, idToken string) string {
	provider, err := i.discovered(ctx)
	if err != nil {
		return ""
	}
	var document struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if provider.Claims(&document) != nil || document.EndSession == "" {
		return ""
	}
	u, err := url.Parse(document.EndSession)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", i.ClientID)
	q.Set("post_logout_redirect_uri", i.publicURL+signedOutPath)
	if idToken != "" {
		q.Set("id_token_hint", idToken)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// origin returns the provider's scheme and host, which is the target of the sign-out form.
func (i *identity) origin() string {
	u, err := url.Parse(i.Issuer)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// attempt is one sign-in in progress. The browser stores it in a cookie of its own, named by the state, so that several
// tabs can sign in concurrently and each continues to its page.
type attempt struct {
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Next     string    `json:"t"`
	At       time.Time `json:"a"`
}

const (
	attemptCookie  = cookieName + "-signin-"
	attemptFor     = 15 * time.Minute
	mostAttempts   = 8
	longestAttempt = 3800 // bytes, which browsers take with the name
)

// beginAttempt sets the cookie of an attempt and returns its state. If there are more than mostAttempts, it deletes the
// oldest.
func (s *Site) beginAttempt(w http.ResponseWriter, r *http.Request, a attempt) (string, error) {
	value, err := a.encode()
	if err == nil && len(value) > longestAttempt {
		a.Next = "/home"
		value, err = a.encode()
	}
	if err != nil {
		return "", err
	}
	var open []string // cookies of earlier attempts, the oldest first
	begun := map[string]time.Time{}
	for _, c := range r.Cookies() {
		if strings.HasPrefix(c.Name, attemptCookie) {
			earlier, _ := readAttempt(c.Value) // one that cannot be read counts as the oldest
			begun[c.Name] = earlier.At
			open = append(open, c.Name)
		}
	}
	slices.SortFunc(open, func(a, b string) int { return begun[a].Compare(begun[b]) })
	for len(open) >= mostAttempts {
		http.SetCookie(w, attemptAs(open[0], "", -1))
		open = open[1:]
	}
	state := rand.Text()
	http.SetCookie(w, attemptAs(attemptCookie+state, value, int(attemptFor.Seconds())))
	return state, nil
}

// takeAttempt returns the attempt of a state and deletes it; false if this browser began none, or too long ago.
func (s *Site) takeAttempt(w http.ResponseWriter, r *http.Request, state string) (attempt, bool) {
	cookie, err := r.Cookie(attemptCookie + state)
	if err != nil || state == "" {
		return attempt{}, false
	}
	http.SetCookie(w, attemptAs(cookie.Name, "", -1))
	a, err := readAttempt(cookie.Value)
	if err != nil || s.now().Sub(a.At) > attemptFor {
		return attempt{}, false
	}
	return a, true
}

func attemptAs(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode}
}

func (a attempt) encode() (string, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("encode sign-in: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

func readAttempt(value string) (a attempt, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return a, fmt.Errorf("decode sign-in: %w", err)
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return a, fmt.Errorf("decode sign-in: %w", err)
	}
	return a, nil
}
