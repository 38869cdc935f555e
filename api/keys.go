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
	// keysFresh is the age from which the keys are fetched again, so that a withdrawn key is rejected.
	keysFresh = 5 * time.Minute
	// keysTrusted is how long the last keys are used while the issuer is unavailable. Access tokens are valid no
	// longer, and no new ones are issued meanwhile.
	keysTrusted = time.Hour
)

// KnownIssuers stores the last keys of an issuer, for a start while it is unavailable.
type KnownIssuers interface {
	// IssuerKeys returns the last published key set and when it was fetched; none if it was never fetched.
	IssuerKeys(ctx context.Context, issuer string) (keys []byte, fetched time.Time, err error)
	// PutIssuerKeys stores the discovery document and the key set.
	PutIssuerKeys(ctx context.Context, issuer string, discovery, keys []byte, fetched time.Time) error
}

// errIssuerAway is the error if the issuer is unavailable and its last keys are too old.
var errIssuerAway = errors.New("issuer cannot be asked")

// issuerKeys is the last published key set of an issuer. A withdrawn key is rejected after keysFresh, or keysTrusted
// while the issuer is unavailable. It is safe for concurrent use.
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

// VerifySignature returns the payload of a token signed with one of the keys. The error wraps errIssuerAway if the keys
// are unknown.
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
	if set, err = k.fetch(ctx); err != nil { // signed with a new key
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

// current returns the keys without waiting for the issuer if it responded recently; outdated keys are refreshed in the
// background.
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

// held returns the keys and their age; keys that were never fetched are older than any trusted age.
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

// refresh fetches the keys in the background, once at a time, while the current keys remain in use.
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
		if _, err := k.fetch(ctx); err != nil { // readiness reports it as well, once the keys are outdated
			k.log.WarnContext(ctx, "keys of the issuer not refreshed", "error", err)
		}
		k.mu.Lock()
		k.refreshing = false
		k.mu.Unlock()
	}()
}

// renewed returns the keys as published by the issuer or, while it is unavailable, the last known ones.
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

// fetch fetches the issuer's keys and stores them. The error wraps errIssuerAway.
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
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, k.client), k.issuer) // checks that it names the same issuer
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

// ready returns an error while the issuer does not respond.
func (k *issuerKeys) ready(ctx context.Context) error {
	if _, err := k.current(ctx); err != nil {
		return err
	}
	if _, age := k.held(); age > keysFresh+time.Minute {
		return fmt.Errorf("issuer %s has not answered for %s; its keys count until %s", k.issuer, age.Round(time.Second), keysTrusted)
	}
	return nil
}
