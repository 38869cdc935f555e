// Package apitest has an issuer of access tokens for the tests of the API.
package apitest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"tuoyu/api"
)

// Signer is one key of an issuer.
type Signer struct {
	ID, Algorithm string
	Key           crypto.Signer
}

// NewSigner makes a key of an algorithm: RS256, HS256, ES256 or EdDSA.
func NewSigner(t testing.TB, algorithm string) Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch algorithm {
	case "RS256", "HS256":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ES256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return Signer{ID: rand.Text(), Algorithm: algorithm, Key: key}
}

// Encode returns b as a part of a token is written.
func Encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Sign returns a JWT with the claims.
func (s Signer) Sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	header, err := json.Marshal(map[string]string{"alg": s.Algorithm, "kid": s.ID, "typ": "JWT"})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	text := Encode(header) + "." + Encode(payload)
	sum := sha256.Sum256([]byte(text))
	var signature []byte
	switch key := s.Key.(type) {
	case *rsa.PrivateKey:
		signature, err = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	case *ecdsa.PrivateKey:
		var r, v *big.Int
		r, v, err = ecdsa.Sign(rand.Reader, key, sum[:])
		if err == nil {
			signature = append(r.FillBytes(make([]byte, 32)), v.FillBytes(make([]byte, 32))...)
		}
	case ed25519.PrivateKey:
		signature = ed25519.Sign(key, []byte(text))
	}
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + Encode(signature)
}

// jwk returns the public half.
func (s Signer) jwk(t testing.TB) map[string]string {
	t.Helper()
	k := map[string]string{"kid": s.ID, "use": "sig", "alg": s.Algorithm}
	switch public := s.Key.Public().(type) {
	case *rsa.PublicKey:
		k["kty"], k["n"], k["e"] = "RSA", Encode(public.N.Bytes()), "AQAB"
	case *ecdsa.PublicKey:
		raw, err := public.Bytes() // 4, X, Y
		if err != nil {
			t.Fatal(err)
		}
		k["kty"], k["crv"], k["x"], k["y"] = "EC", "P-256", Encode(raw[1:33]), Encode(raw[33:])
	case ed25519.PublicKey:
		k["kty"], k["crv"], k["x"] = "OKP", "Ed25519", Encode(public)
	}
	return k
}

// Issuer is an OIDC issuer over HTTP with its discovery document and keys.
type Issuer struct {
	*httptest.Server
	Asked atomic.Int32 // how often the keys were requested
	Keys  atomic.Pointer[[]Signer]
	Down  atomic.Bool
}

// NewIssuer starts an issuer with these keys, which is closed when the test ends.
func NewIssuer(t testing.TB, keys ...Signer) *Issuer {
	t.Helper()
	i := &Issuer{}
	i.Keys.Store(&keys)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		i.Asked.Add(1)
		var set []map[string]string
		for _, k := range *i.Keys.Load() {
			set = append(set, k.jwk(t))
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": set})
	})
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i.Down.Load() {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

// Claims returns the claims of the token of a clerk, with those of more; one that is nil is left out.
func (i *Issuer) Claims(more map[string]any) map[string]any {
	all := map[string]any{
		"iss": i.URL, "aud": []string{"tuoyu"}, "sub": "clerk-140403", "exp": time.Now().Add(time.Hour).Unix(),
		"iat": time.Now().Unix(), "roles": []string{"clerk"}, "county": "140403",
	}
	for name, value := range more {
		if value == nil {
			delete(all, name)
		} else {
			all[name] = value
		}
	}
	return all
}

// Accepted returns the issuer as one that the API accepts.
func (i *Issuer) Accepted() api.Issuer {
	return api.Issuer{
		URL: i.URL, Audience: "tuoyu", RoleClaim: "roles", CountyClaim: "county", InstitutionClaim: "institution", RegistrarClaim: "registrar",
	}
}

// Token returns the token of a clerk, with the claims of more.
func (i *Issuer) Token(t testing.TB, more map[string]any) string {
	t.Helper()
	return (*i.Keys.Load())[0].Sign(t, i.Claims(more))
}
