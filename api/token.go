package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"

	"tuoyu/casework"
	"tuoyu/nursery"
)

const (
	issuerTimeout = 5 * time.Second
	// issuerPause is how long a response of the issuer, or its failure, is reused: a flood of forged tokens, or an
	// issuer that is down, costs it one request in this time.
	issuerPause = 2 * time.Second
	issuerBytes = 1 << 20
)

// Issuer configures whose tokens are accepted and which of their claims are used. A claim's name may be a path with
// dots (realm_access.roles) if the token has no claim of exactly that name.
type Issuer struct {
	URL      string // of the OIDC issuer
	Audience string // required in a token

	RoleClaim, CountyClaim, InstitutionClaim, RegistrarClaim string
}

// Verifier verifies bearer tokens: JWTs signed with the issuer's keys (RS256, ES256 or EdDSA), for our audience and not
// expired. It fetches the keys on demand, so the issuer need not be available at start, and its keys may change. It is
// safe for concurrent use.
type Verifier struct {
	issuer Issuer
	keys   *issuerKeys
	tokens *oidc.IDTokenVerifier
	known  knownTokens
}

// NewVerifier returns a verifier without contacting the issuer. Known stores the issuer's keys for a start while it is
// unavailable; if nil, they are not stored.
func NewVerifier(issuer Issuer, known KnownIssuers) *Verifier {
	transport := &patient{next: http.DefaultTransport, now: time.Now, answers: map[string]answered{}}
	keys := &issuerKeys{
		issuer: issuer.URL, client: &http.Client{Transport: transport, Timeout: issuerTimeout}, known: known, log: slog.Default(), now: time.Now,
	}
	return &Verifier{issuer: issuer, keys: keys, known: knownTokens{keys: keys}, tokens: oidc.NewVerifier(issuer.URL, keys, &oidc.Config{
		ClientID: issuer.Audience, SupportedSigningAlgs: []string{oidc.RS256, oidc.ES256, oidc.EdDSA},
	})}
}

// Ready returns an error if tokens cannot be verified, or soon will not be, because the issuer does not respond.
func (v *Verifier) Ready(ctx context.Context) error { return v.keys.ready(ctx) }

// notVerified is the context key for the cause of a failed verification, which go-oidc reports as text only.
type notVerified struct{}

// Verify returns the principal of a token. Its errors are those of Identify.
func (v *Verifier) Verify(ctx context.Context, raw string) (nursery.Principal, error) {
	p, _, err := v.Identify(ctx, raw)
	return p, err
}

// Identify returns the principal of an access token and the name that the issuer has for it. Errors are *Problem: 401
// for an invalid token, 403 for an account that does not have exactly one known role and what the role requires, 503 if
// the issuer is unavailable.
func (v *Verifier) Identify(ctx context.Context, raw string) (nursery.Principal, string, error) {
	none := nursery.Principal{}
	if known, ok := v.known.find(raw); ok {
		return known.principal, known.name, nil
	}
	fetched, _ := v.keys.latest()
	var failure error
	token, err := v.tokens.Verify(context.WithValue(ctx, notVerified{}, &failure), raw)
	switch {
	case errors.Is(failure, errIssuerAway):
		return none, "", issuerAway()
	case err != nil:
		if _, expired := errors.AsType[*oidc.TokenExpiredError](err); expired {
			return none, "", unauthenticated(casework.CodeTokenExpired, "登录已过期，请重新登录。")
		}
		return none, "", unauthenticated(casework.CodeTokenInvalid, "登录凭证无效，请重新登录。")
	case token.Subject == "":
		return none, "", unauthenticated(casework.CodeTokenInvalid, "登录凭证没有账号。")
	case token.IssuedAt.After(time.Now().Add(clockSkew)):
		return none, "", unauthenticated(casework.CodeTokenInvalid, "登录凭证的签发时间晚于现在，请检查时钟后重新登录。")
	}
	var claims map[string]json.RawMessage
	if err := token.Claims(&claims); err != nil {
		return none, "", unauthenticated(casework.CodeTokenInvalid, "登录凭证无效，请重新登录。")
	}
	if !isAccessToken(raw, claims) {
		return none, "", unauthenticated(casework.CodeTokenInvalid, "请使用访问令牌（access token），不能使用身份令牌或其他令牌。")
	}
	p, err := v.issuer.Principal(token.Subject, claims)
	name := text(claims["name"])
	if err == nil {
		v.known.add(raw, knownToken{p, name, token.Expiry, fetched})
	}
	return p, name, err
}

// clockSkew is how far the issuer's clock may be ahead.
const clockSkew = time.Minute

// isAccessToken distinguishes an access token from the other tokens that an issuer signs with the same keys, as far as
// they differ: by the header's typ (RFC 9068 2.1; Logout tokens have their own), by the claim typ that Keycloak writes,
// and by the claims that only an ID token has (OpenID Connect Core 3.1.3.6, 3.3.2.11).
func isAccessToken(raw string, claims map[string]json.RawMessage) bool {
	var header struct {
		Type string `json:"typ"`
	}
	encoded, _, _ := strings.Cut(raw, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || json.Unmarshal(decoded, &header) != nil {
		return false
	}
	kind := strings.TrimPrefix(strings.ToLower(header.Type), "application/")
	if kind == "at+jwt" {
		return true
	}
	if kind != "" && kind != "jwt" {
		return false
	}
	if sort := text(claims["typ"]); sort != "" && !strings.EqualFold(sort, "Bearer") {
		return false
	}
	for _, name := range []string{"nonce", "at_hash", "c_hash", "s_hash", "events"} {
		if _, there := claims[name]; there {
			return false
		}
	}
	return true
}

func issuerAway() *Problem {
	return problem(casework.CodeIssuerUnavailable, "登录服务暂时无法连接，请稍后再试。").with("Retry-After", "5")
}

func unauthenticated(code, detail string) *Problem {
	challenge := `Bearer realm="tuoyu"`
	if code != casework.CodeUnauthenticated {
		challenge += `, error="invalid_token"`
	}
	return problem(code, detail).with("WWW-Authenticate", challenge)
}

// Principal returns the principal for the claims of an account. The error is a *Problem of status 403: an account acts
// in exactly one known role, and must have the claims that the role requires.
func (i Issuer) Principal(account string, claims map[string]json.RawMessage) (nursery.Principal, error) {
	if !accountFits(account) {
		return nursery.Principal{}, problem(casework.CodeClaimsIncomplete, "账号标识过长或含有不可见字符，请联系管理员。")
	}
	var roles []nursery.Role
	for _, name := range texts(claim(claims, i.RoleClaim)) {
		role := nursery.Role(name)
		if slices.Contains(nursery.Roles(), role) && !slices.Contains(roles, role) {
			roles = append(roles, role) // roles of the provider itself are ignored
		}
	}
	switch len(roles) {
	case 0:
		return nursery.Principal{}, problem(casework.CodeRoleUnknown, "该账号没有本系统的角色，请联系管理员。")
	case 1:
	default:
		return nursery.Principal{}, problem(casework.CodeRoleAmbiguous, "该账号有多个角色，请为每个角色使用单独的账号。")
	}
	p := nursery.Principal{
		Account: account, Role: roles[0], County: text(claim(claims, i.CountyClaim)),
		Institution: text(claim(claims, i.InstitutionClaim)), Registrar: nursery.Registrar(text(claim(claims, i.RegistrarClaim))),
	}
	if missing := lacks(p); missing != "" {
		return nursery.Principal{}, problem(casework.CodeClaimsIncomplete, "账号信息不完整："+missing+"，请联系管理员。")
	}
	return p, nil
}

// longestAccount is the maximum length of a subject in characters.
const longestAccount = 200

// accountFits reports whether an account can be stored and displayed: not too long, and with printable characters only.
func accountFits(account string) bool {
	if !utf8.ValidString(account) || utf8.RuneCountInString(account) > longestAccount {
		return false
	}
	return !strings.ContainsFunc(account, func(r rune) bool { return !unicode.IsPrint(r) })
}

// lacks returns the claim that the principal's role requires and that is missing: the county except for the city's own
// roles, the institution of those who act for one, the registrar of registrars.
func lacks(p nursery.Principal) string {
	division, known := nursery.DivisionByCode(p.County)
	switch {
	case p.Role.CityWide(), p.Role == nursery.RoleInsurer:
		if !known || division.Level == nursery.LevelTownship {
			return "缺少所属市县"
		}
	default:
		if !known || division.Level != nursery.LevelCounty {
			return "缺少所属县区"
		}
	}
	switch p.Role {
	case nursery.RoleInstitution, nursery.RoleHospital, nursery.RoleInsurer:
		if p.Institution == "" {
			return "缺少所属机构"
		}
	case nursery.RoleRegistrar:
		if !slices.Contains([]nursery.Registrar{nursery.StaffingOffice, nursery.CivilAffairs, nursery.MarketRegulation}, p.Registrar) {
			return "缺少登记机关类别"
		}
	}
	return ""
}

// claim returns a claim by its name, or along its path.
func claim(claims map[string]json.RawMessage, name string) json.RawMessage {
	if value, ok := claims[name]; ok {
		return value
	}
	first, rest, nested := strings.Cut(name, ".")
	var inside map[string]json.RawMessage
	if !nested || json.Unmarshal(claims[first], &inside) != nil {
		return nil
	}
	return claim(inside, rest)
}

func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func texts(raw json.RawMessage) []string {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	if s := text(raw); s != "" {
		return []string{s}
	}
	return nil
}

// patient is a transport that reuses a response, successful or not, for issuerPause.
type patient struct {
	next http.RoundTripper
	now  func() time.Time

	mu      sync.Mutex
	answers map[string]answered // by URL: the discovery document and the keys
}

type answered struct {
	status int
	header http.Header
	body   []byte
	err    error
	until  time.Time
}

// RoundTrip sends the request, unless it has just sent the same.
func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	address := r.URL.String()
	a, ok := p.answers[address]
	if !ok || p.now().After(a.until) {
		a = p.ask(r)
		if r.Context().Err() == nil { // a cancelled request is no failure of the issuer
			p.answers[address] = a
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	return &http.Response{
		StatusCode: a.status, Status: http.StatusText(a.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header.Clone(), Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: r,
	}, nil
}

func (p *patient) ask(r *http.Request) answered {
	a := answered{}
	response, err := p.next.RoundTrip(r)
	if err == nil {
		defer response.Body.Close()
		a.status, a.header = response.StatusCode, response.Header
		a.body, err = io.ReadAll(io.LimitReader(response.Body, issuerBytes))
	}
	if err != nil {
		a.err = fmt.Errorf("ask issuer: %w", err)
	}
	a.until = p.now().Add(issuerPause)
	return a
}
