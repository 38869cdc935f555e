package api_test

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

// signer is one key of an issuer.
type signer struct {
	id, algorithm string
	key           crypto.Signer
}

func newSigner(t testing.TB, algorithm string) signer {
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
	return signer{id: rand.Text(), algorithm: algorithm, key: key}
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// sign returns a JWT with the claims.
func (s signer) sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	header, err := json.Marshal(map[string]string{"alg": s.algorithm, "kid": s.id, "typ": "JWT"})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	text := encode(header) + "." + encode(payload)
	sum := sha256.Sum256([]byte(text))
	var signature []byte
	switch key := s.key.(type) {
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
	return text + "." + encode(signature)
}

// jwk returns the public half.
func (s signer) jwk(t testing.TB) map[string]string {
	t.Helper()
	k := map[string]string{"kid": s.id, "use": "sig", "alg": s.algorithm}
	switch public := s.key.Public().(type) {
	case *rsa.PublicKey:
		k["kty"], k["n"], k["e"] = "RSA", encode(public.N.Bytes()), "AQAB"
	case *ecdsa.PublicKey:
		raw, err := public.Bytes() // 4, X, Y
		if err != nil {
			t.Fatal(err)
		}
		k["kty"], k["crv"], k["x"], k["y"] = "EC", "P-256", encode(raw[1:33]), encode(raw[33:])
	case ed25519.PublicKey:
		k["kty"], k["crv"], k["x"] = "OKP", "Ed25519", encode(public)
	}
	return k
}

// issuer is an OIDC issuer over HTTP with its discovery document and keys.
type issuer struct {
	*httptest.Server
	asked atomic.Int32 // how often the keys were requested
	keys  atomic.Pointer[[]signer]
	down  atomic.Bool
}

func newIssuer(t testing.TB, keys ...signer) *issuer {
	t.Helper()
	i := &issuer{}
	i.keys.Store(&keys)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		i.asked.Add(1)
		var set []map[string]string
		for _, k := range *i.keys.Load() {
			set = append(set, k.jwk(t))
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": set})
	})
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i.down.Load() {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) claims(more map[string]any) map[string]any {
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

func (i *issuer) accepted() api.Issuer {
	return api.Issuer{
		URL: i.URL, Audience: "tuoyu", RoleClaim: "roles", CountyClaim: "county", InstitutionClaim: "institution", RegistrarClaim: "registrar",
	}
}

// token returns the token of a clerk, with the claims of more.
func (i *issuer) token(t testing.TB, more map[string]any) string {
	t.Helper()
	return (*i.keys.Load())[0].sign(t, i.claims(more))
}
