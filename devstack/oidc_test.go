package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func checkAccountTokens(t *testing.T, d *devstack) {
	var listed []account
	if err := json.Unmarshal([]byte(get(t, d.env["TUOYU_OIDC_ISSUER"]+"/accounts")), &listed); err != nil {
		t.Fatal(err)
	}
	if want := 12 + 12*(16+24); len(listed) != want {
		t.Errorf("%d accounts, want %d", len(listed), want)
	}
	for name, want := range map[string]string{
		"clerk-140403":              `{"county":"140403","name":"clerk-140403","roles":["clerk"]}`,
		"institution-140403-01":     `{"county":"140403","institution":"inst-140403-01","name":"institution-140403-01","roles":["institution"]}`,
		"hospital-140431":           `{"county":"140431","institution":"hosp-140431","name":"hospital-140431","roles":["hospital"]}`,
		"registrar-civil-140423":    `{"county":"140423","name":"registrar-civil-140423","registrar":"civil_affairs","roles":["registrar"]}`,
		"city-office":               `{"county":"140400","name":"city-office","roles":["city_office"]}`,
		"finance-140423-2":          `{"county":"140423","name":"finance-140423-2","roles":["finance"]}`,
		"city-finance":              `{"county":"140400","name":"city-finance","roles":["city_finance"]}`,
		"procedure-approver-2":      `{"county":"140400","name":"procedure-approver-2","roles":["procedure_approver"]}`,
		"registrar-staffing-140403": `{"county":"140403","name":"registrar-staffing-140403","registrar":"staffing","roles":["registrar"]}`,
	} {
		claims := verifyToken(t, d, accountToken(t, d, name), "tuoyu")
		if claims["sub"] != name {
			t.Errorf("%s: subject %v", name, claims["sub"])
		}
		own := map[string]any{}
		for _, c := range []string{"name", "roles", "county", "institution", "registrar"} {
			if v, ok := claims[c]; ok {
				own[c] = v
			}
		}
		if got, err := json.Marshal(own); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
		if life := claims["exp"].(float64) - claims["iat"].(float64); life < 3599 || life > 3600 {
			t.Errorf("%s: token lives %.0f s", name, life)
		}
	}
	res, err := http.PostForm(d.env["TUOYU_OIDC_ISSUER"]+"/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"clerk-140403"}, "client_secret": {"clerk-140404"}})
	if err != nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong secret: %v, %v", res, err)
	}
}

// accountToken requests an account's access token by client credentials.
func accountToken(t *testing.T, d *devstack, name string) string {
	t.Helper()
	return tokens(t, d, url.Values{"grant_type": {"client_credentials"}, "client_id": {name}, "client_secret": {name}})["access_token"].(string)
}

func tokens(t *testing.T, d *devstack, form url.Values) map[string]any {
	t.Helper()
	res, err := http.PostForm(d.env["TUOYU_OIDC_ISSUER"]+"/oauth/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("token: %s %v, %v", res.Status, answer, err)
	}
	return answer
}

// verifyToken verifies a token's signature with the provider's published keys, and its issuer and audience, and returns
// its claims. The issuer contains the port, which differs from run to run here, so only a token of this run is valid.
func verifyToken(t *testing.T, d *devstack, token, audience string) map[string]any {
	t.Helper()
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(get(t, d.env["TUOYU_OIDC_ISSUER"]+"/keys")), &keys); err != nil {
		t.Fatal(err)
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]any{}
	if err := parsed.Claims(&keys, &claims); err != nil {
		t.Fatalf("signature: %v", err)
	}
	if aud, ok := claims["aud"].([]any); !ok || len(aud) != 1 || aud[0] != audience {
		t.Errorf("audience %v, want %s", claims["aud"], audience)
	}
	return claims
}

func checkSignIn(t *testing.T, d *devstack) {
	issuer := d.env["TUOYU_OIDC_ISSUER"]
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	verifier := strings.Repeat("v", 50)
	sum := sha256.Sum256([]byte(verifier))
	ask := url.Values{
		"client_id": {"tuoyu-web"}, "redirect_uri": {"http://localhost:18080/signin/callback"}, "response_type": {"code"},
		"scope": {"openid"}, "state": {"s1"}, "nonce": {"n1"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	signInURL := location(t, browser, issuer+"/authorize?"+ask.Encode(), nil)
	page := get(t, issuer+signInURL.RequestURI())
	for _, want := range []string{"选择账号登录", "长治市", "沁源县", `value="inspector-140428-3"`} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	back := location(t, browser, issuer+"/sign-in", url.Values{"request": {signInURL.Query().Get("request")}, "account": {"supervisor-140403"}})
	final := location(t, browser, issuer+back.RequestURI(), nil)
	if final.Host != "localhost:18080" || final.Path != "/signin/callback" || final.Query().Get("state") != "s1" {
		t.Fatalf("sent to %s", final)
	}
	exchange := url.Values{"grant_type": {"authorization_code"}, "client_id": {"tuoyu-web"}, "code": {final.Query().Get("code")},
		"redirect_uri": ask["redirect_uri"], "code_verifier": {verifier}}
	got := tokens(t, d, exchange)
	for kind, audience := range map[string]string{"access_token": "tuoyu", "id_token": "tuoyu-web"} {
		claims := verifyToken(t, d, got[kind].(string), audience)
		if claims["sub"] != "supervisor-140403" || claims["county"] != "140403" || claims["name"] != "supervisor-140403" {
			t.Errorf("%s: %v", kind, claims)
		}
	}
	if id := verifyToken(t, d, got["id_token"].(string), "tuoyu-web"); id["nonce"] != "n1" {
		t.Errorf("nonce %v", id["nonce"])
	}
	if res, err := http.PostForm(issuer+"/oauth/token", exchange); err != nil || res.StatusCode == http.StatusOK {
		t.Errorf("the code works twice: %v, %v", res, err)
	}
	end := url.Values{"client_id": {"tuoyu-web"}, "post_logout_redirect_uri": {"http://127.0.0.1:18080/"}}
	if to := location(t, browser, issuer+"/end_session?"+end.Encode(), nil); to.String() != "http://127.0.0.1:18080/" {
		t.Errorf("signed out to %s", to)
	}
	for what, change := range map[string]url.Values{
		"another place": {"redirect_uri": {"http://example.com/signin/callback"}},
		"another path":  {"redirect_uri": {"http://localhost:18080/elsewhere"}},
		"no challenge":  {"code_challenge": {""}},
	} {
		bad := url.Values{}
		for k, v := range ask {
			bad[k] = v
		}
		for k, v := range change {
			bad[k] = v
		}
		res, err := browser.Get(issuer + "/authorize?" + bad.Encode())
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if to := res.Header.Get("Location"); strings.Contains(to, "/sign-in") || strings.Contains(to, "example.com") {
			t.Errorf("%s is sent on to %s", what, to)
		}
	}
}

// location sends a request, a form if given, and returns the URL it is redirected to.
func location(t *testing.T, c *http.Client, address string, form url.Values) *url.URL {
	t.Helper()
	var res *http.Response
	var err error
	if form == nil {
		res, err = c.Get(address)
	} else {
		res, err = c.PostForm(address, form)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusFound {
		t.Fatalf("%s: %s %s", address, res.Status, body)
	}
	to, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func TestAccountNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range accounts() {
		if seen[a.Name] || a.Role == "" || len(a.County) != 6 || a.Place == "" {
			t.Errorf("%+v", a)
		}
		seen[a.Name] = true
	}
}

// checkRefresh signs in, changes the account and refreshes: the new tokens contain the changed data, and a used refresh
// token is rejected, as is one of a session or an account that has ended.
func checkRefresh(t *testing.T, d *devstack) {
	issuer := d.env["TUOYU_OIDC_ISSUER"]
	put := func(body string) {
		t.Helper()
		req, err := http.NewRequest(http.MethodPut, issuer+"/accounts/changing", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil || res.StatusCode != http.StatusNoContent {
			t.Fatalf("change the account: %v, %v", res, err)
		}
	}
	put(`{"role":"clerk","county":"140403","shown":"窗口一"}`)
	refresh := func(token string) (map[string]any, int) {
		t.Helper()
		res, err := http.PostForm(issuer+"/oauth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {"tuoyu-web"}, "refresh_token": {token}})
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var answer map[string]any
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
		return answer, res.StatusCode
	}
	first := signInAs(t, d, "changing")
	put(`{"role":"supervisor","county":"140404"}`)
	again, status := refresh(first["refresh_token"].(string))
	if status != http.StatusOK {
		t.Fatalf("refresh: %d %v", status, again)
	}
	if claims := verifyToken(t, d, again["access_token"].(string), "tuoyu"); claims["county"] != "140404" || claims["roles"].([]any)[0] != "supervisor" {
		t.Errorf("after the change: %v", claims)
	}
	if _, status := refresh(first["refresh_token"].(string)); status != http.StatusBadRequest {
		t.Errorf("a used refresh token: %d", status)
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	end := url.Values{"id_token_hint": {again["id_token"].(string)}, "post_logout_redirect_uri": {"http://127.0.0.1:18080/signed-out"}}
	if to := location(t, browser, issuer+"/end_session?"+end.Encode(), nil); to.Path != "/signed-out" {
		t.Errorf("signed out to %s", to)
	}
	if _, status := refresh(again["refresh_token"].(string)); status != http.StatusBadRequest {
		t.Errorf("a refresh token of an ended session: %d", status)
	}
	second := signInAs(t, d, "changing")
	put(`{"role":"supervisor","county":"140404","disabled":true}`)
	if _, status := refresh(second["refresh_token"].(string)); status != http.StatusBadRequest {
		t.Errorf("a refresh token of a disabled account: %d", status)
	}
}

// signInAs signs an account in on the provider's page and returns its tokens.
func signInAs(t *testing.T, d *devstack, account string) map[string]any {
	t.Helper()
	issuer := d.env["TUOYU_OIDC_ISSUER"]
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	verifier := strings.Repeat("w", 50)
	sum := sha256.Sum256([]byte(verifier))
	ask := url.Values{
		"client_id": {"tuoyu-web"}, "redirect_uri": {"http://localhost:18080/signin/callback"}, "response_type": {"code"},
		"scope": {"openid profile"}, "state": {"s"}, "nonce": {"n"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	page := location(t, browser, issuer+"/authorize?"+ask.Encode(), nil)
	back := location(t, browser, issuer+"/sign-in", url.Values{"request": {page.Query().Get("request")}, "account": {account}})
	final := location(t, browser, issuer+back.RequestURI(), nil)
	return tokens(t, d, url.Values{"grant_type": {"authorization_code"}, "client_id": {"tuoyu-web"}, "code": {final.Query().Get("code")},
		"redirect_uri": ask["redirect_uri"], "code_verifier": {verifier}})
}
