package api_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"tuoyu/api"
	"tuoyu/api/apitest"
	"tuoyu/casework"
	"tuoyu/store"
	"tuoyu/store/storetest"
)

// The keys of the issuer are stored, so that a program started while it is unavailable accepts its tokens for an hour
// after it last responded.
func TestTokensAreTakenAtAStartWhileTheIssuerIsAway(t *testing.T) {
	known := store.Issuers{DB: storetest.New(t)}
	i := apitest.NewIssuer(t, apitest.NewSigner(t, "ES256"))
	before := api.NewVerifier(i.Accepted(), known)
	if _, err := before.Verify(t.Context(), i.Token(t, nil)); err != nil {
		t.Fatal(err)
	}
	i.Down.Store(true)
	for _, c := range []struct {
		later time.Duration
		code  string
		ready bool
	}{
		{0, "", true},
		{api.KeysFresh + 2*time.Minute, "", false},
		{api.KeysTrusted - time.Minute, "", false},
		{api.KeysTrusted + time.Minute, casework.CodeIssuerUnavailable, false},
	} {
		v := api.NewVerifier(i.Accepted(), known)
		v.Later(c.later)
		_, err := v.Verify(t.Context(), i.Token(t, map[string]any{"exp": time.Now().Add(3 * time.Hour).Unix()}))
		if c.code == "" && err != nil {
			t.Errorf("%s after the issuer went away: %v", c.later, err)
		}
		if c.code != "" {
			if p := refusal(t, err); p.Code != c.code || p.Status != http.StatusServiceUnavailable {
				t.Errorf("%s after the issuer went away: %d %s, want 503 %s", c.later, p.Status, p.Code, c.code)
			}
		}
		if err := v.Ready(t.Context()); (err == nil) != c.ready {
			t.Errorf("%s after the issuer went away: readiness says %v", c.later, err)
		}
		_, err = v.Verify(t.Context(), apitest.NewSigner(t, "ES256").Sign(t, i.Claims(nil)))
		if p := refusal(t, err); p.Code != casework.CodeIssuerUnavailable {
			t.Errorf("a key that nobody knows: %s", p.Code)
		}
	}
	nothing := api.NewVerifier(i.Accepted(), nil)
	_, err := nothing.Verify(t.Context(), i.Token(t, nil))
	if p := refusal(t, err); p.Code != casework.CodeIssuerUnavailable {
		t.Errorf("with nothing stored: %s", p.Code)
	}
}

// A key that the issuer has withdrawn is rejected even if no token with a new key has been received, and is no longer
// stored.
func TestAKeyThatWasWithdrawnIsRefused(t *testing.T) {
	known := store.Issuers{DB: storetest.New(t)}
	i := apitest.NewIssuer(t, apitest.NewSigner(t, "ES256"))
	v := api.NewVerifier(i.Accepted(), known)
	old := i.Token(t, nil)
	if _, err := v.Verify(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	i.Keys.Store(&[]apitest.Signer{apitest.NewSigner(t, "ES256")})
	v.Later(api.KeysFresh - time.Minute)
	if _, err := v.Verify(t.Context(), old); err != nil {
		t.Errorf("before the issuer is asked again: %v", err)
	}
	v.Later(api.KeysFresh + time.Second)
	eventually(t, func() error {
		if _, err := v.Verify(t.Context(), old); err == nil {
			return errors.New("still taken")
		}
		return nil
	})
	i.Down.Store(true)
	again := api.NewVerifier(i.Accepted(), known)
	_, err := again.Verify(t.Context(), old)
	if p := refusal(t, err); p.Code != casework.CodeIssuerUnavailable {
		t.Errorf("after a start while the issuer is away: %s", p.Code)
	}
	if _, err := again.Verify(t.Context(), i.Token(t, nil)); err != nil {
		t.Errorf("the new key after a start while the issuer is away: %v", err)
	}
}
