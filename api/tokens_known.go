package api

import (
	"crypto/sha256"
	"sync"
	"time"

	"tuoyu/nursery"
)

// mostKnownTokens is the maximum number of tokens remembered.
const mostKnownTokens = 4096

// knownTokens remembers the tokens that were verified, by their hash, for as long as the keys that verified them are the latest
// and fresh: a program sends its token with each request, and checking a signature takes longer than the rest of
// authentication. It is safe for concurrent use.
type knownTokens struct {
	keys *issuerKeys

	mu     sync.Mutex
	tokens map[[sha256.Size]byte]knownToken
}

type knownToken struct {
	principal nursery.Principal
	name      string
	expiry    time.Time
	keys      time.Time // when the keys were fetched
}

// find returns a token that was verified with the current keys and has not expired.
func (v *knownTokens) find(raw string) (knownToken, bool) {
	fetched, fresh := v.keys.latest()
	v.mu.Lock()
	defer v.mu.Unlock()
	token, ok := v.tokens[sha256.Sum256([]byte(raw))]
	return token, ok && fresh && token.keys.Equal(fetched) && time.Now().Before(token.expiry)
}

// add remembers a token, verified with keys that were fetched at token.keys or later.
func (v *knownTokens) add(raw string, token knownToken) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.tokens == nil || len(v.tokens) >= mostKnownTokens {
		v.tokens = map[[sha256.Size]byte]knownToken{}
	}
	v.tokens[sha256.Sum256([]byte(raw))] = token
}

// latest returns when the keys were fetched, and whether they need not be fetched again yet.
func (k *issuerKeys) latest() (fetched time.Time, fresh bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.fetched, !k.fetched.IsZero() && k.now().Sub(k.fetched) <= keysFresh
}
