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

// Provider is who says who people are: an OIDC provider, asked by authorization code with PKCE (RFC 7636).
type Provider struct {
	Issuer       string // its address
	ClientID     string
	ClientSecret string // empty for a public client
	// Principal maps the claims of an ID token to who that is here.
	Principal func(account string, claims map[string]json.RawMessage) (nursery.Principal, error)
	Transport http.RoundTripper // how the provider is reached; nil: http.DefaultTransport
}

const (
	callbackPath    = "/signin/callback"
	signedOutPath   = "/signed-out"
	providerTimeout = 10 * time.Second
)

// identity asks the provider who somebody is. It reads the discovery document once it is needed, so that the provider need
// not be up at start.
type identity struct {
	Provider
	publicURL string

	mu       sync.Mutex
	provider *oidc.Provider
}

// grant is what the provider gave for a session. It is stored sealed.
type grant struct {
	Access  string    `json:"access"`
	Expires time.Time `json:"expires"` // of the access token
	Refresh string    `json:"refresh,omitempty"`
	ID      string    `json:"id"` // the ID token, to end the provider's session by
}

// person is an account as the provider describes it.
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
	// The provider keeps the context for later requests: it must not end with this one.
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

// exchange returns who signed in by a code, with what the provider gave for it.
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

// describe reads who an account is from its claims. The error is a *casework.Error of status 403 when that is nobody here.
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

// errRevoked says that the provider no longer vouches for a session; any other error of confirm is that it could not be asked.
var errRevoked = errors.New("the provider no longer confirms the session")

// confirm asks the provider who the account of a session is now, by its refresh token or, without one, by its access token,
// and returns what to ask by the next time. The error is errRevoked when the account may no longer sign in or is nobody here.
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

// tokenRefused tells a refusal of the token endpoint (RFC 6749 5.2) from an endpoint that does not answer.
func tokenRefused(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil &&
		(refused.Response.StatusCode == http.StatusBadRequest || refused.Response.StatusCode == http.StatusUnauthorized) {
		return fmt.Errorf("%w: %w", errRevoked, err)
	}
	return fmt.Errorf("refresh tokens: %w", err)
}

// userInfoRefused does the same for the userinfo endpoint, of which go-oidc tells the status by text alone.
func userInfoRefused(err error) error {
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		if strings.HasPrefix(err.Error(), fmt.Sprint(status)+" ") {
			return fmt.Errorf("%w: %w", errRevoked, err)
		}
	}
	return fmt.Errorf("ask who the account is: %w", err)
}

// signOutURL returns where the provider ends its own session (OpenID Connect RP-Initiated Logout 1.0) and leads back from;
// empty when it offers no such address or cannot be reached.
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

// origin returns the provider's scheme and host, which the sign-out form leads to.
func (i *identity) origin() string {
	u, err := url.Parse(i.Issuer)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// attempt is one sign-in that was begun. The browser holds it in a cookie of its own, named by the state, so that several
// tabs may sign in at once and each goes on to where it was going.
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

// beginAttempt writes the cookie of an attempt and returns its state. Beyond mostAttempts the oldest is given up.
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
			earlier, _ := readAttempt(c.Value) // one that cannot be read is the oldest
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

// takeAttempt returns the attempt of a state and forgets it; false when this browser began none, or too long ago.
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
