// Package roleplay simulates the users of tuoyu over HTTP: each signs in with the OIDC provider under its own account
// and uses the public API. The demonstration and the end-to-end tests are written with it.
package roleplay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Users is a client of the API and of the provider that issues its tokens.
type Users struct {
	url, issuer string
	http        *http.Client
	patience    time.Duration // time limit of waiting for the engine

	mu     sync.Mutex
	tokens map[string]token

	handing sync.Mutex
	handed  map[string]*Actor // by account: the applicant that has reserved it and has not filed yet
}

type token struct {
	value string
	until time.Time
}

// NewUsers returns a client of the API at url, with tokens from issuer.
func NewUsers(url, issuer string) *Users {
	return &Users{
		url: strings.TrimRight(url, "/"), issuer: strings.TrimRight(issuer, "/"),
		http: &http.Client{Timeout: 30 * time.Second}, tokens: map[string]token{}, handed: map[string]*Actor{},
		patience: Patience,
	}
}

// Through sends every request through transport, which decides when to give up, and sets how long actors wait for the
// engine to patience. Call it before the first request.
func (d *Users) Through(transport http.RoundTripper, patience time.Duration) {
	d.http, d.patience = &http.Client{Transport: transport}, patience
}

// As returns the user with an account such as clerk-140403; "" is a user who does not sign in.
func (d *Users) As(account string) *Actor { return &Actor{Account: account, users: d} }

// token returns a valid token of the account, obtained by client credentials if there is none.
func (d *Users) token(ctx context.Context, account string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if held, ok := d.tokens[account]; ok && time.Now().Before(held.until) {
		return held.value, nil
	}
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {account}, "client_secret": {account}, "scope": {"openid"},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.issuer+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("sign in %s: %w", account, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := d.http.Do(req)
	if err != nil {
		return "", fmt.Errorf("sign in %s: %w", account, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", fmt.Errorf("sign in %s: %w", account, err)
	}
	var granted struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &granted); err != nil || granted.AccessToken == "" {
		return "", fmt.Errorf("sign in %s: %s: %.200s", account, res.Status, body)
	}
	life := time.Duration(granted.ExpiresIn) * time.Second
	d.tokens[account] = token{granted.AccessToken, time.Now().Add(life - life/10)}
	return granted.AccessToken, nil
}

// institutions returns the number of institution accounts that the provider has in a county.
func (d *Users) institutions(ctx context.Context, county string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.issuer+"/accounts", nil)
	if err != nil {
		return 0, fmt.Errorf("list accounts: %w", err)
	}
	res, err := d.http.Do(req)
	if err != nil {
		return 0, fmt.Errorf("list accounts: %w", err)
	}
	defer res.Body.Close()
	var accounts []struct {
		Name string `json:"name"`
	}
	if err := json.NewDecoder(res.Body).Decode(&accounts); err != nil {
		return 0, fmt.Errorf("list accounts: %s: %w", res.Status, err)
	}
	n := 0
	for _, a := range accounts {
		if strings.HasPrefix(a.Name, "institution-"+county+"-") {
			n++
		}
	}
	return n, nil
}

// Actor is one user of the API.
type Actor struct {
	Account string
	users   *Users
}

// Token signs the user in and returns the access token.
func (a *Actor) Token(ctx context.Context) (string, error) { return a.users.token(ctx, a.Account) }

// Request is one request; by default it has no key and no body.
type Request struct {
	Method, Path string
	Key          string // Idempotency-Key
	Body         any    // encoded as JSON; a []byte is sent as it is
	ContentType  string // of a []byte body; JSON if empty
	Token        string // instead of the account's own
	Forwarded    string // the client address reported by a proxy
}

// Response is a response of any status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Refusal is an unsuccessful response: a problem document (RFC 9457).
type Refusal struct {
	Method, Path string
	Status       int      `json:"status"`
	Code         string   `json:"code"`
	Title        string   `json:"title"`
	Detail       string   `json:"detail"`
	Errors       []Fault  `json:"errors"`
	Raw          Response `json:"-"`
}

// Fault is one validation error of a request.
type Fault struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

// Error returns the account, the request and the problem in one line.
func (r *Refusal) Error() string {
	text := fmt.Sprintf("%s %s: %d %s %s", r.Method, r.Path, r.Status, r.Code, r.Detail)
	for _, f := range r.Errors {
		text += fmt.Sprintf("; %s: %s", f.Location, f.Message)
	}
	if r.Code == "" && r.Detail == "" {
		text += fmt.Sprintf("%.200s", r.Raw.Body)
	}
	return text
}

// Send sends the request and returns the response, of any status. It returns an error only if there was no response.
func (a *Actor) Send(ctx context.Context, r Request) (Response, error) {
	var body io.Reader
	switch b := r.Body.(type) {
	case nil:
	case []byte:
		body = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return Response{}, fmt.Errorf("%s %s: encode body: %w", r.Method, r.Path, err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, a.users.url+r.Path, body)
	if err != nil {
		return Response{}, fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
	}
	if r.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.ContentType != "" {
		req.Header.Set("Content-Type", r.ContentType)
	}
	if r.Key != "" {
		req.Header.Set("Idempotency-Key", r.Key)
	}
	if r.Forwarded != "" {
		req.Header.Set("X-Forwarded-For", r.Forwarded)
	}
	bearer := r.Token
	if bearer == "" && a.Account != "" {
		if bearer, err = a.users.token(ctx, a.Account); err != nil {
			return Response{}, err
		}
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := a.users.http.Do(req)
	if err != nil {
		return Response{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return Response{}, fmt.Errorf("%s %s: read answer: %w", r.Method, r.Path, err)
	}
	return Response{Status: res.StatusCode, Header: res.Header, Body: raw}, nil
}

// Do sends the request and decodes a successful response into out, unless out is nil. For any other response the error
// is a *Refusal.
func (a *Actor) Do(ctx context.Context, r Request, out any) error {
	res, err := a.Send(ctx, r)
	if err != nil {
		return fmt.Errorf("%s: %w", a.name(), err)
	}
	if res.Status >= 300 {
		refusal := &Refusal{Raw: res}
		_ = json.Unmarshal(res.Body, refusal) // a body that is not a problem document is shown as it is
		refusal.Method, refusal.Path, refusal.Status = r.Method, r.Path, res.Status
		return fmt.Errorf("%s: %w", a.name(), refusal)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(res.Body, out); err != nil {
		return fmt.Errorf("%s: %s %s: decode answer: %w", a.name(), r.Method, r.Path, err)
	}
	return nil
}

// Get reads path into out.
func (a *Actor) Get(ctx context.Context, path string, out any) error {
	return a.Do(ctx, Request{Method: http.MethodGet, Path: path}, out)
}

// Post sends a command under the idempotency key.
func (a *Actor) Post(ctx context.Context, path, key string, body, out any) error {
	return a.Do(ctx, Request{Method: http.MethodPost, Path: path, Key: key, Body: body}, out)
}

func (a *Actor) name() string {
	if a.Account == "" {
		return "public"
	}
	return a.Account
}
