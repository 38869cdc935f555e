package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// webClient is the browser client of the product: public, with PKCE.
const webClient = "tuoyu-web"

// requestLife is the time limit of a sign-in.
const requestLife = 15 * time.Minute

var (
	errUnknownClient  = errors.New("no such client")
	errUnknownRequest = errors.New("this sign-in is unknown or too old: start again")
)

// oidcStore implements the storage of the provider: clients, accounts, sign-ins in progress and keys.
type oidcStore struct {
	tokenLife time.Duration
	key       *rsa.PrivateKey

	mu       sync.Mutex
	accounts map[string]account
	requests map[string]*signInRequest
	codes    map[string]string // code → request
	refresh  map[string]*refreshRequest
	sessions map[string]string // of browsers with the provider: id → account
}

var (
	_ op.Storage                  = (*oidcStore)(nil)
	_ op.ClientCredentialsStorage = (*oidcStore)(nil)
)

func newOIDCStore(key *rsa.PrivateKey, tokenLife time.Duration) *oidcStore {
	s := &oidcStore{tokenLife: tokenLife, key: key, accounts: map[string]account{},
		requests: map[string]*signInRequest{}, codes: map[string]string{}, refresh: map[string]*refreshRequest{}, sessions: map[string]string{}}
	for _, a := range accounts() {
		s.accounts[a.Name] = a
	}
	return s
}

// signInRequest is a browser's sign-in in progress.
type signInRequest struct {
	*oidc.AuthRequest
	audienced
	session  string // of the browser with the provider
	id       string
	started  time.Time
	account  string
	signedIn time.Time
}

func (r *signInRequest) GetID() string                      { return r.id }
func (r *signInRequest) GetACR() string                     { return "" }
func (r *signInRequest) GetAMR() []string                   { return nil }
func (r *signInRequest) GetAuthTime() time.Time             { return r.signedIn }
func (r *signInRequest) GetClientID() string                { return r.ClientID }
func (r *signInRequest) GetNonce() string                   { return r.Nonce }
func (r *signInRequest) GetResponseMode() oidc.ResponseMode { return r.ResponseMode }
func (r *signInRequest) GetSubject() string                 { return r.account }
func (r *signInRequest) Done() bool                         { return r.account != "" }

// GetScopes returns the requested scopes and the one for which the library issues refresh tokens.
func (r *signInRequest) GetScopes() []string {
	return append(slices.Clone([]string(r.Scopes)), oidc.ScopeOfflineAccess)
}

func (r *signInRequest) GetCodeChallenge() *oidc.CodeChallenge {
	if r.CodeChallenge == "" {
		return nil
	}
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

// signInHinted signs in the account named in the request's login_hint, and reports whether there is one.
func (s *oidcStore) signInHinted(w http.ResponseWriter, request string) bool {
	s.mu.Lock()
	r, ok := s.requests[request]
	s.mu.Unlock()
	return ok && r.LoginHint != "" && s.begin(w, request, r.LoginHint) == nil
}

func (s *oidcStore) CreateAuthRequest(_ context.Context, in *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if len(in.Prompt) == 1 && in.Prompt[0] == oidc.PromptNone {
		return nil, oidc.ErrLoginRequired()
	}
	if in.CodeChallenge == "" {
		return nil, oidc.ErrInvalidRequest().WithDescription("code_challenge is required (PKCE)")
	}
	r := &signInRequest{AuthRequest: in, id: rand.Text(), started: time.Now()}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, old := range s.requests {
		if time.Since(old.started) > requestLife {
			s.forget(id)
		}
	}
	s.requests[r.id] = r
	return r, nil
}

func (s *oidcStore) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.requests[id]; ok {
		return r, nil
	}
	return nil, errUnknownRequest
}

func (s *oidcStore) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id, ok := s.codes[code]
	s.mu.Unlock()
	if !ok {
		return nil, errors.New("the code is unknown, too old or used already")
	}
	return s.AuthRequestByID(ctx, id)
}

func (s *oidcStore) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *oidcStore) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(id)
	return nil
}

// forget deletes a sign-in and its codes. The caller holds mu.
func (s *oidcStore) forget(id string) {
	delete(s.requests, id)
	for code, of := range s.codes {
		if of == id {
			delete(s.codes, code)
		}
	}
}

func (s *oidcStore) CreateAccessToken(_ context.Context, in op.TokenRequest) (string, time.Time, error) {
	if r, ok := in.(interface{ setAudience([]string) }); ok {
		r.setAudience([]string{audience})
	}
	return rand.Text(), time.Now().Add(s.tokenLife), nil
}

// RevokeToken does nothing and returns nil: the tokens are self-contained and short-lived.
func (s *oidcStore) RevokeToken(context.Context, string, string, string) *oidc.Error { return nil }

func (s *oidcStore) SigningKey(context.Context) (op.SigningKey, error) {
	return oidcKey{id: keyID(&s.key.PublicKey), key: s.key}, nil
}

func (s *oidcStore) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

func (s *oidcStore) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{oidcKey{id: keyID(&s.key.PublicKey), key: &s.key.PublicKey}}, nil
}

func (s *oidcStore) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id == webClient {
		return oidcClient{id: id, browser: true}, nil
	}
	if _, err := s.account(id); err != nil {
		return nil, errUnknownClient
	}
	return oidcClient{id: id}, nil
}

// AuthorizeClientIDSecret checks a client secret: an account's secret is its name; the browser client has none and uses
// PKCE.
func (s *oidcStore) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id == webClient {
		return nil
	}
	if _, err := s.account(id); err != nil || subtle.ConstantTimeCompare([]byte(id), []byte(secret)) != 1 {
		return errUnknownClient
	}
	return nil
}

func (s *oidcStore) ClientCredentials(ctx context.Context, id, secret string) (op.Client, error) {
	if err := s.AuthorizeClientIDSecret(ctx, id, secret); err != nil {
		return nil, err
	}
	return s.GetClientByClientID(ctx, id)
}

func (s *oidcStore) ClientCredentialsTokenRequest(_ context.Context, id string, scopes []string) (op.TokenRequest, error) {
	return accountTokenRequest{account: id, scopes: scopes}, nil
}

func (s *oidcStore) SetUserinfoFromScopes(_ context.Context, info *oidc.UserInfo, subject, _ string, _ []string) error {
	return s.describe(info, subject)
}

func (s *oidcStore) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, _, subject, _ string) error {
	return s.describe(info, subject)
}

func (s *oidcStore) describe(info *oidc.UserInfo, name string) error {
	a, err := s.account(name)
	if err != nil {
		return err
	}
	info.Subject, info.Name = a.Name, a.shown()
	for claim, value := range a.claims() {
		info.AppendClaims(claim, value)
	}
	return nil
}

func (s *oidcStore) SetIntrospectionFromToken(_ context.Context, out *oidc.IntrospectionResponse, _, subject, _ string) error {
	a, err := s.account(subject)
	if err != nil {
		return err
	}
	out.Active, out.Subject, out.Claims = true, a.Name, a.claims()
	return nil
}

func (s *oidcStore) GetPrivateClaimsFromScopes(_ context.Context, subject, _ string, _ []string) (map[string]any, error) {
	a, err := s.account(subject)
	if err != nil {
		return nil, err
	}
	return a.claims(), nil
}

func (s *oidcStore) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errors.New("clients have no keys here")
}

func (s *oidcStore) ValidateJWTProfileScopes(_ context.Context, _ string, scopes []string) ([]string, error) {
	return scopes, nil
}

func (s *oidcStore) Health(context.Context) error { return nil }

// accountTokenRequest is a request for an account's token by client credentials.
type accountTokenRequest struct {
	account string
	scopes  []string
}

func (r accountTokenRequest) GetSubject() string    { return r.account }
func (r accountTokenRequest) GetAudience() []string { return []string{audience} }
func (r accountTokenRequest) GetScopes() []string   { return r.scopes }

// oidcKey is the signing key, or its public half.
type oidcKey struct {
	id  string
	key any
}

func (k oidcKey) ID() string                                  { return k.id }
func (k oidcKey) Key() any                                    { return k.key }
func (k oidcKey) Use() string                                 { return "sig" }
func (k oidcKey) Algorithm() jose.SignatureAlgorithm          { return jose.RS256 }
func (k oidcKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }

// oidcClient is the product's browser client, or an account that requests its own token.
type oidcClient struct {
	id      string
	browser bool
}

func (c oidcClient) GetID() string { return c.id }

// RedirectURIs returns URIs that match any port on loopback, as RFC 8252 section 7.3 requires for native clients.
func (c oidcClient) RedirectURIs() []string {
	if c.browser {
		return []string{"http://localhost/signin/callback", "http://127.0.0.1/signin/callback"}
	}
	return nil
}

func (c oidcClient) PostLogoutRedirectURIs() []string {
	if c.browser {
		return []string{"http://localhost/", "http://localhost", "http://localhost/signed-out"}
	}
	return nil
}

func (c oidcClient) ApplicationType() op.ApplicationType { return op.ApplicationTypeNative }

func (c oidcClient) AuthMethod() oidc.AuthMethod {
	if c.browser {
		return oidc.AuthMethodNone
	}
	return oidc.AuthMethodPost
}

func (c oidcClient) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}

func (c oidcClient) GrantTypes() []oidc.GrantType {
	if c.browser {
		return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
	}
	return []oidc.GrantType{oidc.GrantTypeClientCredentials}
}

func (c oidcClient) LoginURL(request string) string       { return "/sign-in?request=" + request }
func (c oidcClient) AccessTokenType() op.AccessTokenType  { return op.AccessTokenTypeJWT }
func (c oidcClient) IDTokenLifetime() time.Duration       { return time.Hour }
func (c oidcClient) DevMode() bool                        { return false }
func (c oidcClient) IsScopeAllowed(string) bool           { return false }
func (c oidcClient) IDTokenUserinfoClaimsAssertion() bool { return true }
func (c oidcClient) ClockSkew() time.Duration             { return 0 }

func (c oidcClient) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}

func (c oidcClient) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}
