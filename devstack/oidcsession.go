package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// sessionCookie names the browser's session with the provider: while it lasts, the next sign-in asks nothing.
const sessionCookie = "devstack-session"

// audienced is a request whose access token is for the API, and whose ID token is for the client alone. The library adds
// the client to what GetAudience returns while it writes the ID token, after the access token.
type audienced struct{ audience []string }

func (a *audienced) GetAudience() []string   { return a.audience }
func (a *audienced) setAudience(to []string) { a.audience = to }

// refreshRequest is what a refresh token stands for.
type refreshRequest struct {
	audienced
	account  string
	client   string
	session  string // of the browser with the provider, which ends the token too
	scopes   []string
	signedIn time.Time
}

func (r *refreshRequest) GetAMR() []string          { return nil }
func (r *refreshRequest) GetAuthTime() time.Time    { return r.signedIn }
func (r *refreshRequest) GetClientID() string       { return r.client }
func (r *refreshRequest) GetScopes() []string       { return r.scopes }
func (r *refreshRequest) GetSubject() string        { return r.account }
func (r *refreshRequest) SetCurrentScopes([]string) {}

var (
	_ op.RefreshTokenRequest            = (*refreshRequest)(nil)
	_ op.CanGetPrivateClaimsFromRequest = (*oidcStore)(nil)
	_ op.CanSetUserinfoFromRequest      = (*oidcStore)(nil)
	_ op.CanTerminateSessionFromRequest = (*oidcStore)(nil)
)

// CreateAccessAndRefreshTokens replaces the refresh token by a new one: it is used once.
func (s *oidcStore) CreateAccessAndRefreshTokens(ctx context.Context, in op.TokenRequest, current string) (string, string, time.Time, error) {
	id, expires, err := s.CreateAccessToken(ctx, in)
	if err != nil {
		return "", "", time.Time{}, err
	}
	next := &refreshRequest{account: in.GetSubject(), scopes: in.GetScopes()}
	switch from := in.(type) {
	case *signInRequest:
		next.client, next.session, next.signedIn = from.ClientID, from.session, from.signedIn
	case *refreshRequest:
		next.client, next.session, next.signedIn = from.client, from.session, from.signedIn
	}
	token := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.refresh, current)
	s.refresh[token] = next
	return id, token, expires, nil
}

// TokenRequestByRefreshToken refuses an account that has been disabled since.
func (s *oidcStore) TokenRequestByRefreshToken(_ context.Context, token string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.refresh[token]
	if !ok {
		return nil, op.ErrInvalidRefreshToken
	}
	if a, ok := s.accounts[r.account]; !ok || a.Disabled {
		return nil, op.ErrInvalidRefreshToken
	}
	return &refreshRequest{account: r.account, client: r.client, session: r.session, scopes: r.scopes, signedIn: r.signedIn}, nil
}

func (s *oidcStore) GetRefreshTokenInfo(_ context.Context, _, token string) (string, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.refresh[token]
	if !ok {
		return "", "", op.ErrInvalidRefreshToken
	}
	return r.account, token, nil
}

// GetPrivateClaimsFromRequest describes the account in the access token. What is written of the request after it is the ID
// token, which is not for the API.
func (s *oidcStore) GetPrivateClaimsFromRequest(ctx context.Context, in op.TokenRequest, scopes []string) (map[string]any, error) {
	if r, ok := in.(interface{ setAudience([]string) }); ok {
		r.setAudience(nil)
	}
	return s.GetPrivateClaimsFromScopes(ctx, in.GetSubject(), "", scopes)
}

// SetUserinfoFromRequest names the provider's session in the ID token, to be ended by it.
func (s *oidcStore) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, in op.IDTokenRequest, _ []string) error {
	switch r := in.(type) {
	case *signInRequest:
		info.AppendClaims("sid", r.session)
	case *refreshRequest:
		info.AppendClaims("sid", r.session)
	}
	return nil
}

// TerminateSessionFromRequest ends the session that the ID token names, with its refresh tokens.
func (s *oidcStore) TerminateSessionFromRequest(_ context.Context, in *op.EndSessionRequest) (string, error) {
	if in.IDTokenHintClaims != nil && in.IDTokenHintClaims.SessionID != "" {
		s.endSession(in.IDTokenHintClaims.SessionID)
	}
	return in.RedirectURI, nil
}

// TerminateSession is never asked: TerminateSessionFromRequest is.
func (s *oidcStore) TerminateSession(context.Context, string, string) error { return nil }

func (s *oidcStore) endSession(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, id)
	for token, r := range s.refresh {
		if r.session == id {
			delete(s.refresh, token)
		}
	}
}

// resume signs a request in as the account of the browser's session, if it has one.
func (s *oidcStore) resume(request string, r *http.Request) bool {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return false
	}
	s.mu.Lock()
	account, ok := s.sessions[cookie.Value]
	s.mu.Unlock()
	return ok && s.signInAs(request, account, cookie.Value) == nil
}

// begin signs a request in and starts the browser's session with the provider.
func (s *oidcStore) begin(w http.ResponseWriter, request, account string) error {
	session := rand.Text()
	if err := s.signInAs(request, account, session); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: session, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return nil
}

// signInAs records which account a request is signed in as, in which session.
func (s *oidcStore) signInAs(request, name, session string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[request]
	if !ok {
		return errUnknownRequest
	}
	if a, ok := s.accounts[name]; !ok || a.Disabled {
		return fmt.Errorf("no account %q", name)
	}
	r.account, r.signedIn, r.session = name, time.Now(), session
	s.sessions[session] = name
	return nil
}

// putAccount makes an account or changes it, as an administrator of a provider would: for tests.
func (s *oidcStore) putAccount(w http.ResponseWriter, r *http.Request) {
	var a account
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&a); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if a.Name = r.PathValue("name"); a.Name == webClient || a.Role == "" {
		http.Error(w, "an account has a name of its own and a role", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[a.Name] = a
	w.WriteHeader(http.StatusNoContent)
}

// account returns an account that is there and not disabled.
func (s *oidcStore) account(name string) (account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.accounts[name]
	if !ok || a.Disabled {
		return account{}, errors.New("no account " + name)
	}
	return a, nil
}
