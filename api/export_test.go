package api

import (
	"time"
)

// The constants of the package that tests refer to.
const (
	KeysFresh   = keysFresh
	KeysTrusted = keysTrusted
	IssuerPause = issuerPause
)

// Later moves the verifier's clock forward.
func (v *Verifier) Later(by time.Duration) {
	v.AskIssuerLater(by)
	v.keys.now = func() time.Time { return time.Now().Add(by) }
}

// AskIssuerLater moves the clock of the verifier's requests to the issuer forward.
func (v *Verifier) AskIssuerLater(by time.Duration) {
	v.keys.client.Transport.(*patient).now = func() time.Time { return time.Now().Add(by) }
}

// LoseKeys removes the keys of the issuer, and its address, without the verifier's knowledge.
func (v *Verifier) LoseKeys() { v.keys.set, v.keys.issuer = nil, "" }
