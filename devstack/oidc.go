package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"embed"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// audience is the audience of the access tokens.
const audience = "tuoyu"

//go:embed signin.html
var pages embed.FS

var signInPage = template.Must(template.ParseFS(pages, "signin.html"))

// oidcProvider issues tokens for the role accounts without asking for a password: it is for loopback only.
type oidcProvider struct {
	issuer string
	server *http.Server
}

// startOIDC serves the provider on the port. Its signing key is stored in keyFile, so that tokens remain valid over a
// restart.
func startOIDC(ctx context.Context, port int, keyFile string, tokenLife time.Duration) (*oidcProvider, error) {
	key, err := signingKey(keyFile)
	if err != nil {
		return nil, err
	}
	issuer := "http://" + loopback(port)
	handler, err := oidcHandler(issuer, key, tokenLife)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp4", loopback(port))
	if err != nil {
		return nil, fmt.Errorf("start the OIDC provider: %w", err)
	}
	p := &oidcProvider{issuer: issuer, server: &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}}
	go func() { _ = p.server.Serve(listener) }() // ends by stop
	if err := awaitHTTP(ctx, issuer+"/.well-known/openid-configuration"); err != nil {
		p.stop()
		return nil, fmt.Errorf("start the OIDC provider: %w", err)
	}
	return p, nil
}

func (p *oidcProvider) stop() { _ = p.server.Close() } // requests in progress are dropped on purpose

func oidcHandler(issuer string, key *rsa.PrivateKey, tokenLife time.Duration) (http.Handler, error) {
	store := newOIDCStore(key, tokenLife)
	cryptoKey := sha256.Sum256(x509.MarshalPKCS1PrivateKey(key))
	provider, err := op.NewProvider(&op.Config{
		CryptoKey: cryptoKey, DefaultLogoutRedirectURI: "/signed-out", CodeMethodS256: true, AuthMethodPost: true, GrantTypeRefreshToken: true,
		SupportedClaims: []string{"sub", "aud", "exp", "iat", "iss", "name", "roles", "county", "institution", "registrar", "sid"},
		SupportedScopes: []string{"openid", "profile"},
	}, store, op.StaticIssuer(issuer), op.WithAllowInsecure())
	if err != nil {
		return nil, fmt.Errorf("prepare the OIDC provider: %w", err)
	}
	callback := op.AuthCallbackURL(provider)
	withIssuer := op.NewIssuerInterceptor(provider.IssuerFromRequest)
	mux := http.NewServeMux()
	mux.Handle("/", provider)
	mux.HandleFunc("GET /accounts", listAccounts)
	mux.HandleFunc("PUT /accounts/{name}", store.putAccount)
	mux.Handle("GET /sign-in", withIssuer.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.FormValue("request")
		if store.signInHinted(w, id) || store.resume(id, r) { // the request named the account, or the browser has a session
			http.Redirect(w, r, callback(r.Context(), id), http.StatusFound)
			return
		}
		showSignIn(w, id)
	}))
	mux.Handle("POST /sign-in", withIssuer.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.PostFormValue("request")
		if err := store.begin(w, id, r.PostFormValue("account")); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, callback(r.Context(), id), http.StatusFound)
	}))
	mux.HandleFunc("GET /signed-out", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, "已退出登录。")
	})
	return mux, nil
}

func listAccounts(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(accounts()) // the client may have disconnected
}

// place is one county, or the city, with its accounts, as listed on the sign-in page.
type place struct {
	Name     string
	Accounts []account
}

func showSignIn(w http.ResponseWriter, request string) {
	var places []place
	for _, a := range accounts() {
		if len(places) == 0 || places[len(places)-1].Name != a.Place {
			places = append(places, place{Name: a.Place})
		}
		last := &places[len(places)-1]
		last.Accounts = append(last.Accounts, a)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	page := struct {
		Request string
		Places  []place
	}{request, places}
	_ = signInPage.Execute(w, page) // the client may have disconnected; the template is parsed at start
}

// signingKey reads the RSA key from the file, generating it the first time.
func signingKey(file string) (*rsa.PrivateKey, error) {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, fmt.Errorf("make signing key: %w", err)
		}
		raw = pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			return nil, fmt.Errorf("keep signing key: %w", err)
		}
		return key, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("read signing key %s: not PEM", file)
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read signing key %s: %w", file, err)
	}
	return key, nil
}

// keyID derives a key's ID from its public half, so that it does not change over restarts.
func keyID(key *rsa.PublicKey) string {
	sum := sha256.Sum256(x509.MarshalPKCS1PublicKey(key))
	return hex.EncodeToString(sum[:8])
}
