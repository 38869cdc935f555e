package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

const (
	// keysFresh is after how long the issuer is asked for its keys again, so that one it has withdrawn is refused.
	keysFresh = 5 * time.Minute
	// keysTrusted is how long its last answer counts while it cannot be asked. Access tokens live no longer, and nobody gets new ones
	// meanwhile.
	keysTrusted = time.Hour
)

// KnownIssuers stores the last answer of an issuer, for a start while it is away.
type KnownIssuers interface {
	// IssuerKeys returns the key set that was published last and when it was fetched; none when it was never fetched.
	IssuerKeys(ctx context.Context, issuer string) (keys []byte, fetched time.Time, err error)
	// PutIssuerKeys stores the discovery document and the key set.
	PutIssuerKeys(ctx context.Context, issuer string, discovery, keys []byte, fetched time.Time) error
}

// errIssuerAway reports that the issuer cannot be asked and that its last answer is too old.
var errIssuerAway = errors.New("issuer cannot be asked")

// issuerKeys is the key set of an issuer as it was last published. A key that is withdrawn is refused after keysFresh, or keysTrusted
// while the issuer is away. It is safe for concurrent use.
type issuerKeys struct {
	issuer string
	client *http.Client
	known  KnownIssuers // nil: nothing is stored
	log    *slog.Logger
	now    func() time.Time

	mu         sync.Mutex
	set        []jose.JSONWebKey
	fetched    time.Time // zero: never
	refreshing bool
}

var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA}

// VerifySignature returns the payload of a token that one of the keys has signed. The error wraps errIssuerAway when nobody can say.
func (k *issuerKeys) VerifySignature(ctx context.Context, token string) (payload []byte, err error) {
	defer func() {
		if failure, ok := ctx.Value(notVerified{}).(*error); ok {
			*failure = err
		}
	}()
	signed, err := jose.ParseSigned(token, algorithms)
	if err != nil {
		return nil, fmt.Errorf("read token: %w", err)
	}
	set, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	if payload, ok := signedByOne(signed, set); ok {
		return payload, nil
	}
	if set, err = k.fetch(ctx); err != nil { // by a key that is new
		return nil, err
	}
	if payload, ok := signedByOne(signed, set); ok {
		return payload, nil
	}
	return nil, errors.New("no key of the issuer has signed the token")
}

func signedByOne(signed *jose.JSONWebSignature, set []jose.JSONWebKey) ([]byte, bool) {
	if len(signed.Signatures) != 1 {
		return nil, false
	}
	id := signed.Signatures[0].Header.KeyID
	for _, key := range set {
		if key.Use == "enc" || id != "" && key.KeyID != id {
			continue
		}
		if payload, err := signed.Verify(&key); err == nil {
			return payload, true
		}
	}
	return nil, false
}

// current returns the keys without waiting for the issuer when it answered lately; what is no longer fresh is asked for beside.
func (k *issuerKeys) current(ctx context.Context) ([]jose.JSONWebKey, error) {
	set, age := k.held()
	switch {
	case age > keysTrusted:
		return k.renewed(ctx)
	case age > keysFresh:
		k.refresh(ctx)
	}
	return set, nil
}

// held returns the keys and how old they are; those that were never fetched are older than any that are trusted.
func (k *issuerKeys) held() ([]jose.JSONWebKey, time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fetched.IsZero() {
		return nil, keysTrusted + 1
	}
	return k.set, k.now().Sub(k.fetched)
}

func (k *issuerKeys) hold(set []jose.JSONWebKey, fetched time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if fetched.After(k.fetched) {
		k.set, k.fetched = set, fetched
	}
}

// refresh asks the issuer again, once at a time, while the keys at hand go on being used.
func (k *issuerKeys) refresh(ctx context.Context) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refreshing {
		return
	}
	k.refreshing = true
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*issuerTimeout)
		defer cancel()
		_, _ = k.fetch(ctx) // readiness says that the issuer is away
		k.mu.Lock()
		k.refreshing = false
		k.mu.Unlock()
	}()
}

// renewed returns the keys as the issuer publishes them, or while it is away those it was last known by.
func (k *issuerKeys) renewed(ctx context.Context) ([]jose.JSONWebKey, error) {
	set, err := k.fetch(ctx)
	if err == nil || k.known == nil {
		return set, err
	}
	raw, fetched, stored := k.known.IssuerKeys(ctx, k.issuer)
	if stored != nil {
		return nil, errors.Join(err, stored)
	}
	if age := k.now().Sub(fetched); raw == nil || age > keysTrusted {
		return nil, err
	}
	if set, stored = readKeys(raw); stored != nil {
		return nil, errors.Join(err, stored)
	}
	k.hold(set, fetched)
	return set, nil
}

// fetch asks the issuer for its keys and stores them. The error wraps errIssuerAway.
func (k *issuerKeys) fetch(ctx context.Context) ([]jose.JSONWebKey, error) {
	asked := k.now()
	discovery, raw, err := k.ask(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errIssuerAway, err)
	}
	set, err := readKeys(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errIssuerAway, err)
	}
	k.hold(set, asked)
	if k.known != nil {
		if err := k.known.PutIssuerKeys(ctx, k.issuer, discovery, raw, asked); err != nil {
			k.log.WarnContext(ctx, "keys of the issuer not stored", "error", err)
		}
	}
	return set, nil
}

func readKeys(raw []byte) ([]jose.JSONWebKey, error) {
	var published jose.JSONWebKeySet
	if err := json.Unmarshal(raw, &published); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return published.Keys, nil
}

func (k *issuerKeys) ask(ctx context.Context) (discovery, keys []byte, err error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, k.client), k.issuer) // compares the issuer it names with this one
	if err != nil {
		return nil, nil, fmt.Errorf("discover issuer %s: %w", k.issuer, err)
	}
	var document struct {
		Keys string `json:"jwks_uri"`
	}
	var whole json.RawMessage
	if err := errors.Join(provider.Claims(&document), provider.Claims(&whole)); err != nil {
		return nil, nil, fmt.Errorf("discover issuer %s: %w", k.issuer, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, document.Keys, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("ask for keys: %w", err)
	}
	response, err := k.client.Do(request)
	if err != nil {
		return nil, nil, fmt.Errorf("ask for keys: %w", err)
	}
	defer response.Body.Close()
	if keys, err = io.ReadAll(response.Body); err != nil {
		return nil, nil, fmt.Errorf("ask for keys: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("ask for keys: status %d", response.StatusCode)
	}
	return whole, keys, nil
}

// ready returns an error while the issuer does not answer.
func (k *issuerKeys) ready(ctx context.Context) error {
	if _, err := k.current(ctx); err != nil {
		return err
	}
	if _, age := k.held(); age > keysFresh+time.Minute {
		return fmt.Errorf("issuer %s has not answered for %s; its keys count until %s", k.issuer, age.Round(time.Second), keysTrusted)
	}
	return nil
}
