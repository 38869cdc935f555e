package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"
)

// What the tests use of the package besides its API.
var (
	WriteVerified    = writeVerified
	HashOf           = hashOf
	CheckJSON        = checkJSON
	RefusedTokenRate = refusedTokenRate
)

// The constants of the package that tests refer to.
const (
	HTMLType    = htmlType
	KeysFresh   = keysFresh
	KeysTrusted = keysTrusted
	IssuerPause = issuerPause
)

// Logging returns an API that only logs.
func Logging(log *slog.Logger) *API { return &API{log: log} }

// BehindProxies returns an API that only trusts proxies.
func BehindProxies(proxies ...netip.Prefix) *API { return &API{proxies: proxies} }

// Refuse converts an error into a problem.
func (a *API) Refuse(ctx context.Context, err error) *Problem { return a.refuse(ctx, err) }

// Client returns the address of the client that sent r.
func (a *API) Client(r *http.Request) string { return a.client(r) }

// Later moves the verifier's clock forward.
func (v *Verifier) Later(by time.Duration) {
	v.AskIssuerLater(by)
	v.keys.now = func() time.Time { return time.Now().Add(by) }
}

// AskIssuerLater moves the clock of the verifier's requests to the issuer forward.
func (v *Verifier) AskIssuerLater(by time.Duration) {
	v.keys.client.Transport.(*patient).now = func() time.Time { return time.Now().Add(by) }
}
