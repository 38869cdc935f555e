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

// sessionCookie is the cookie of the browser's session with the provider: while it lasts, signing in requires no input.
const sessionCookie = "devstack-session"

// audienced is a request whose access token is for the API, and whose ID token is for the client alone. The library
// adds the client to what GetAudience returns while it writes the ID token, after the access token.
type audienced struct{ audience []string }

func (a *audienced) GetAudience() []string   { return a.audience }
func (a *audienced) setAudience(to []string) { a.audience = to }

// refreshRequest is the request that a refresh token was issued for.
type refreshRequest struct {
	audienced
	account  string
	client   string
	session  string // of the browser with the provider; the token ends with it
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

// CreateAccessAndRefreshTokens issues an access token and replaces the refresh token, which can be used once.
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

// TokenRequestByRefreshToken returns the request of a refresh token, or an error if the account has been disabled
// since.
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

// GetPrivateClaimsFromRequest returns the claims about the account for the access token. The library calls it before it
// writes the ID token, which is not for the API.
func (s *oidcStore) GetPrivateClaimsFromRequest(ctx context.Context, in op.TokenRequest, scopes []string) (map[string]any, error) {
	if r, ok := in.(interface{ setAudience([]string) }); ok {
		r.setAudience(nil)
	}
	return s.GetPrivateClaimsFromScopes(ctx, in.GetSubject(), "", scopes)
}

// SetUserinfoFromRequest adds the provider's session to the ID token, by which the session can be ended.
func (s *oidcStore) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, in op.IDTokenRequest, _ []string) error {
	switch r := in.(type) {
	case *signInRequest:
		info.AppendClaims("sid", r.session)
	case *refreshRequest:
		info.AppendClaims("sid", r.session)
	}
	return nil
}

// TerminateSessionFromRequest ends the session named in the ID token, with its refresh tokens.
func (s *oidcStore) TerminateSessionFromRequest(_ context.Context, in *op.EndSessionRequest) (string, error) {
	if in.IDTokenHintClaims != nil && in.IDTokenHintClaims.SessionID != "" {
		s.endSession(in.IDTokenHintClaims.SessionID)
	}
	return in.RedirectURI, nil
}

// TerminateSession is never called: the library calls TerminateSessionFromRequest.
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

// resume completes a sign-in as the account of the browser's session, and reports whether there is one.
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

// begin completes a sign-in and starts the browser's session with the provider.
func (s *oidcStore) begin(w http.ResponseWriter, request, account string) error {
	session := rand.Text()
	if err := s.signInAs(request, account, session); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: session, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return nil
}

// signInAs records the account and the session of a sign-in.
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

// putAccount creates or changes an account, as an administrator of a provider would: for tests.
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

// account returns the account of that name, or an error if there is none or it is disabled.
func (s *oidcStore) account(name string) (account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.accounts[name]
	if !ok || a.Disabled {
		return account{}, errors.New("no account " + name)
	}
	return a, nil
}
