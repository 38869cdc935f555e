package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"tuoyu/api"
	"tuoyu/api/apitest"
	"tuoyu/casework"
	"tuoyu/nursery"
)

func refusal(t *testing.T, err error) *api.Problem {
	t.Helper()
	p, ok := errors.AsType[*api.Problem](err)
	if !ok {
		t.Fatalf("error is %v, want a problem", err)
	}
	return p
}

func TestATokenOfEachAlgorithmSaysWhoAsks(t *testing.T) {
	for _, algorithm := range []string{"RS256", "ES256", "EdDSA"} {
		i := apitest.NewIssuer(t, apitest.NewSigner(t, algorithm))
		got, err := api.NewVerifier(i.Accepted(), nil).Verify(t.Context(), i.Token(t, nil))
		if err != nil {
			t.Fatalf("%s: %v", algorithm, err)
		}
		if want := (nursery.Principal{Account: "clerk-140403", Role: nursery.RoleClerk, County: "140403"}); got != want {
			t.Errorf("%s: principal is %+v, want %+v", algorithm, got, want)
		}
	}
}

func TestATokenThatIsNoneOfOursIsRefused(t *testing.T) {
	mine, foreign := apitest.NewSigner(t, "RS256"), apitest.NewSigner(t, "RS256")
	i := apitest.NewIssuer(t, mine)
	v := api.NewVerifier(i.Accepted(), nil)
	good := i.Token(t, nil)
	parts := strings.Split(good, ".")
	other := i.Claims(map[string]any{"roles": []string{"administrator"}, "county": "140400"})
	raw, err := json.Marshal(other)
	if err != nil {
		t.Fatal(err)
	}
	foreign.ID = mine.ID
	for name, c := range map[string]struct{ token, code string }{
		"expired":                     {mine.Sign(t, i.Claims(map[string]any{"exp": time.Now().Add(-time.Second).Unix()})), casework.CodeTokenExpired},
		"for somebody else":           {mine.Sign(t, i.Claims(map[string]any{"aud": "another"})), casework.CodeTokenInvalid},
		"by another issuer":           {mine.Sign(t, i.Claims(map[string]any{"iss": "https://elsewhere.example"})), casework.CodeTokenInvalid},
		"without subject":             {mine.Sign(t, i.Claims(map[string]any{"sub": nil})), casework.CodeTokenInvalid},
		"not yet valid":               {mine.Sign(t, i.Claims(map[string]any{"nbf": time.Now().Add(time.Hour).Unix()})), casework.CodeTokenInvalid},
		"without expiry":              {mine.Sign(t, i.Claims(map[string]any{"exp": nil})), casework.CodeTokenExpired},
		"signed by a foreign key":     {foreign.Sign(t, i.Claims(nil)), casework.CodeTokenInvalid},
		"with claims exchanged":       {parts[0] + "." + apitest.Encode(raw) + "." + parts[2], casework.CodeTokenInvalid},
		"without signature":           {apitest.Encode([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".", casework.CodeTokenInvalid},
		"signed with the public half": {apitest.Signer{ID: mine.ID, Algorithm: "HS256", Key: mine.Key}.Sign(t, i.Claims(nil)), casework.CodeTokenInvalid},
		"no token at all":             {"abc", casework.CodeTokenInvalid},
	} {
		_, err := v.Verify(t.Context(), c.token)
		p := refusal(t, err)
		if p.Status != http.StatusUnauthorized || p.Code != c.code {
			t.Errorf("a token %s: %d %s, want 401 %s", name, p.Status, p.Code, c.code)
		}
		if challenge := p.GetHeaders().Get("WWW-Authenticate"); challenge != `Bearer realm="tuoyu", error="invalid_token"` {
			t.Errorf("a token %s: WWW-Authenticate is %q", name, challenge)
		}
	}
}

func TestAnAccountActsInExactlyOneKnownRole(t *testing.T) {
	i := apitest.NewIssuer(t, apitest.NewSigner(t, "ES256"))
	v := api.NewVerifier(i.Accepted(), nil)
	for name, c := range map[string]struct {
		claims map[string]any
		code   string // "" is accepted
	}{
		"no role":                     {map[string]any{"roles": nil}, casework.CodeRoleUnknown},
		"an unknown role":             {map[string]any{"roles": []string{"mayor"}}, casework.CodeRoleUnknown},
		"the engine's role":           {map[string]any{"roles": []string{"engine"}}, casework.CodeRoleUnknown},
		"the public's role":           {map[string]any{"roles": "public"}, casework.CodeRoleUnknown},
		"two roles":                   {map[string]any{"roles": []string{"clerk", "inspector"}}, casework.CodeRoleAmbiguous},
		"one role said twice":         {map[string]any{"roles": []string{"clerk", "clerk"}}, ""},
		"a role of the provider's":    {map[string]any{"roles": []string{"offline_access", "clerk"}}, ""},
		"a role as text":              {map[string]any{"roles": "clerk"}, ""},
		"no county":                   {map[string]any{"county": nil}, casework.CodeClaimsIncomplete},
		"a county elsewhere":          {map[string]any{"county": "110101"}, casework.CodeClaimsIncomplete},
		"a clerk of the whole city":   {map[string]any{"county": "140400"}, casework.CodeClaimsIncomplete},
		"the city office":             {map[string]any{"roles": "city_office", "county": "140400"}, ""},
		"an institution without one":  {map[string]any{"roles": "institution"}, casework.CodeClaimsIncomplete},
		"an institution":              {map[string]any{"roles": "institution", "institution": "inst-140403-01"}, ""},
		"a registrar of nothing":      {map[string]any{"roles": "registrar"}, casework.CodeClaimsIncomplete},
		"a registrar of another kind": {map[string]any{"roles": "registrar", "registrar": "church"}, casework.CodeClaimsIncomplete},
		"a registrar":                 {map[string]any{"roles": "registrar", "registrar": "civil_affairs"}, ""},
	} {
		_, err := v.Verify(t.Context(), i.Token(t, c.claims))
		if c.code == "" {
			if err != nil {
				t.Errorf("%s: refused with %v", name, err)
			}
			continue
		}
		if p := refusal(t, err); p.Status != http.StatusForbidden || p.Code != c.code {
			t.Errorf("%s: %d %s, want 403 %s", name, p.Status, p.Code, c.code)
		}
	}
}

func TestAClaimMayStandInsideAnother(t *testing.T) {
	i := apitest.NewIssuer(t, apitest.NewSigner(t, "ES256"))
	accepted := i.Accepted()
	accepted.RoleClaim, accepted.CountyClaim = "realm_access.roles", "https://tuoyu.example/county"
	got, err := api.NewVerifier(accepted, nil).Verify(t.Context(), i.Token(t, map[string]any{
		"roles": nil, "county": nil, "realm_access": map[string]any{"roles": []string{"supervisor"}}, "https://tuoyu.example/county": "140429",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if want := (nursery.Principal{Account: "clerk-140403", Role: nursery.RoleSupervisor, County: "140429"}); got != want {
		t.Errorf("principal is %+v, want %+v", got, want)
	}
}

func TestAnIssuerThatIsDownIsWaitedFor(t *testing.T) {
	i := apitest.NewIssuer(t, apitest.NewSigner(t, "ES256"))
	i.Down.Store(true)
	v := api.NewVerifier(i.Accepted(), nil)
	_, err := v.Verify(t.Context(), i.Token(t, nil))
	if p := refusal(t, err); p.Status != http.StatusServiceUnavailable || p.Code != casework.CodeIssuerUnavailable || p.GetHeaders().Get("Retry-After") == "" {
		t.Errorf("an issuer that is down: %d %s", p.Status, p.Code)
	}
	if v.Ready(t.Context()) == nil {
		t.Error("ready while the issuer is down")
	}
	i.Down.Store(false)
	eventually(t, func() error { _, err := v.Verify(t.Context(), i.Token(t, nil)); return err })
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("not ready once the issuer is up: %v", err)
	}
}

func TestKeysChangeWhileTheServerRuns(t *testing.T) {
	i := apitest.NewIssuer(t, apitest.NewSigner(t, "RS256"))
	v := api.NewVerifier(i.Accepted(), nil)
	old := i.Token(t, nil)
	if _, err := v.Verify(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	i.Keys.Store(&[]apitest.Signer{apitest.NewSigner(t, "RS256")})
	eventually(t, func() error { _, err := v.Verify(t.Context(), i.Token(t, nil)); return err })
	// The keys are fetched once for both, and stored a moment after the response to the first caller.
	eventually(t, func() error {
		if _, err := v.Verify(t.Context(), old); err == nil {
			return errors.New("a token of a key that is gone is accepted")
		}
		return nil
	})
}

// The signature of a token is checked once with the same keys; the token expires nevertheless.
func TestATokenThatWasVerifiedIsRemembered(t *testing.T) {
	i := apitest.NewIssuer(t, apitest.NewSigner(t, "RS256"))
	v := api.NewVerifier(i.Accepted(), nil)
	token := i.Token(t, map[string]any{"exp": time.Now().Add(2 * time.Second).Unix(), "name": "示例"})
	for range 2 { // the keys were fetched for the first one
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	v.LoseKeys()
	if p, name, err := v.Identify(t.Context(), token); err != nil || name != "示例" || p.Role != nursery.RoleClerk {
		t.Errorf("%+v %q: %v", p, name, err)
	}
	eventually(t, func() error {
		if _, err := v.Verify(t.Context(), token); err == nil {
			return errors.New("still accepted")
		}
		return nil
	})
}

func TestAKnownKeyOutlivesTheIssuer(t *testing.T) {
	i := apitest.NewIssuer(t, apitest.NewSigner(t, "RS256"))
	v := api.NewVerifier(i.Accepted(), nil)
	if _, err := v.Verify(t.Context(), i.Token(t, nil)); err != nil {
		t.Fatal(err)
	}
	i.Down.Store(true)
	if _, err := v.Verify(t.Context(), i.Token(t, nil)); err != nil {
		t.Errorf("a token of a known key while the issuer is down: %v", err)
	}
	// The last response of the issuer is no longer reused.
	v.AskIssuerLater(api.IssuerPause + time.Second)
	_, err := v.Verify(t.Context(), apitest.NewSigner(t, "RS256").Sign(t, i.Claims(nil)))
	if p := refusal(t, err); p.Code != casework.CodeIssuerUnavailable {
		t.Errorf("a token of an unknown key while the issuer is down: %s, want %s", p.Code, casework.CodeIssuerUnavailable)
	}
}

func TestForgedTokensCostTheIssuerLittle(t *testing.T) {
	i := apitest.NewIssuer(t, apitest.NewSigner(t, "ES256"))
	v := api.NewVerifier(i.Accepted(), nil)
	forger := apitest.NewSigner(t, "ES256")
	for range 200 {
		if _, err := v.Verify(t.Context(), forger.Sign(t, i.Claims(nil))); err == nil {
			t.Fatal("a forged token is accepted")
		}
	}
	if asked := i.Asked.Load(); asked > 5 {
		t.Errorf("the issuer was asked %d times for 200 forged tokens", asked)
	}
}

func TestTheProviderOfTheDemonstrationIsUnderstood(t *testing.T) {
	address := os.Getenv("TUOYU_OIDC_ISSUER")
	if address == "" {
		t.Fatal("run this test through make test")
	}
	v := api.NewVerifier(api.Issuer{
		URL: address, Audience: "tuoyu", RoleClaim: "roles", CountyClaim: "county", InstitutionClaim: "institution", RegistrarClaim: "registrar",
	}, nil)
	for account, want := range map[string]nursery.Principal{
		"clerk-140403":            {Account: "clerk-140403", Role: nursery.RoleClerk, County: "140403"},
		"city-office":             {Account: "city-office", Role: nursery.RoleCityOffice, County: "140400"},
		"institution-140429-02":   {Account: "institution-140429-02", Role: nursery.RoleInstitution, County: "140429", Institution: "inst-140429-02"},
		"registrar-market-140403": {Account: "registrar-market-140403", Role: nursery.RoleRegistrar, County: "140403", Registrar: nursery.MarketRegulation},
	} {
		response, err := http.PostForm(address+"/oauth/token", url.Values{
			"grant_type": {"client_credentials"}, "client_id": {account}, "client_secret": {account}, "scope": {"openid"},
		})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		var granted struct {
			Token string `json:"access_token"`
		}
		if err := json.Unmarshal(body, &granted); err != nil {
			t.Fatalf("%s: %v: %s", account, err, body)
		}
		got, err := v.Verify(t.Context(), granted.Token)
		if err != nil {
			t.Fatalf("%s: %v", account, err)
		}
		if got != want {
			t.Errorf("%s: principal is %+v, want %+v", account, got, want)
		}
	}
}

// eventually calls do until it succeeds, for two minutes at most.
func eventually(t *testing.T, do func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for err := do(); err != nil; err = do() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not within two minutes: %v", err)
		}
	}
}

// Tokens of the issuer that are not access tokens, or not of an account that can be stored, are rejected.
func TestOnlyAccessTokensOfProperAccountsAreTaken(t *testing.T) {
	i := apitest.NewIssuer(t, apitest.NewSigner(t, "ES256"))
	v := api.NewVerifier(i.Accepted(), nil)
	for name, tt := range map[string]struct {
		claims map[string]any
		status int
	}{
		"issued an hour ahead":            {map[string]any{"iat": time.Now().Add(time.Hour).Unix(), "exp": time.Now().Add(2 * time.Hour).Unix()}, http.StatusUnauthorized},
		"issued by a clock a bit ahead":   {map[string]any{"iat": time.Now().Add(30 * time.Second).Unix()}, 0},
		"a subject with NUL":              {map[string]any{"sub": "clerk\x00140403"}, http.StatusForbidden},
		"a subject with a line break":     {map[string]any{"sub": "clerk\n140403"}, http.StatusForbidden},
		"a subject of 201 characters":     {map[string]any{"sub": strings.Repeat("员", 201)}, http.StatusForbidden},
		"a subject of 200 characters":     {map[string]any{"sub": strings.Repeat("员", 200)}, 0},
		"an ID token by its access hash":  {map[string]any{"at_hash": "x"}, http.StatusUnauthorized},
		"an ID token by its code hash":    {map[string]any{"c_hash": "x"}, http.StatusUnauthorized},
		"an ID token by its nonce":        {map[string]any{"nonce": "x"}, http.StatusUnauthorized},
		"an ID token by its typ":          {map[string]any{"typ": "ID"}, http.StatusUnauthorized},
		"a refresh token by its typ":      {map[string]any{"typ": "Refresh"}, http.StatusUnauthorized},
		"a logout token by its events":    {map[string]any{"events": map[string]any{}}, http.StatusUnauthorized},
		"an access token of Keycloak's":   {map[string]any{"typ": "Bearer", "azp": "tuoyu-web"}, 0},
		"one for the browser client only": {map[string]any{"aud": []string{"tuoyu-web"}}, http.StatusUnauthorized},
	} {
		_, err := v.Verify(t.Context(), i.Token(t, tt.claims))
		if tt.status == 0 {
			if err != nil {
				t.Errorf("%s: refused with %v", name, err)
			}
			continue
		}
		if p := refusal(t, err); p.Status != tt.status {
			t.Errorf("%s: %d, want %d", name, p.Status, tt.status)
		}
	}
}
