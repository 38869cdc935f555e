package tests

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Several tabs sign in concurrently, and each continues to its page.
func TestTabsSignInAtOnce(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	account := s.account(`{"role":"clerk","county":"140403"}`)
	v := s.visitor()
	first, err := v.BeginSignIn(t.Context(), "/account?tab=1")
	require.NoError(t, err)
	second, err := v.BeginSignIn(t.Context(), "/account?tab=2")
	require.NoError(t, err)
	forgotten, err := v.BeginSignIn(t.Context(), "/account?tab=3")
	require.NoError(t, err)
	for _, tab := range []struct{ begun, leads string }{{second.Location, "/account?tab=2"}, {first.Location, "/account?tab=1"}} {
		p := v.get(tab.begun)
		to, request, ok := strings.Cut(p.Location, "/sign-in?request=")
		require.True(t, ok, p.Location)
		p, err = v.Send(t.Context(), http.MethodPost, to+"/sign-in", url.Values{"request": {request}, "account": {account}})
		require.NoError(t, err)
		for !strings.HasPrefix(p.Location, s.url) {
			p = v.get(p.Location)
		}
		p = v.get(p.Location)
		require.Equal(t, tab.leads, p.Location)
	}
	require.True(t, v.live())

	// An attempt that is not completed expires.
	s.later(16 * time.Minute)
	other := s.visitor()
	begun, err := other.BeginSignIn(t.Context(), "/account")
	require.NoError(t, err)
	s.later(16 * time.Minute)
	p, err := other.EndSignIn(t.Context(), begun, account)
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, p.Status)
	require.NotEmpty(t, forgotten.Location)
}

// An account that has changed at the provider is signed out within five minutes, with its streams.
func TestAChangeAtTheProviderEndsTheSession(t *testing.T) {
	t.Parallel()
	for name, changed := range map[string]string{
		"another role":   `{"role":"supervisor","county":"140403"}`,
		"another county": `{"role":"clerk","county":"140404"}`,
		"no role at all": `{"role":"none","county":"140403"}`,
		"disabled":       `{"role":"clerk","county":"140403","disabled":true}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openSite(t)
			account := s.account(`{"role":"clerk","county":"140403"}`)
			v := s.signedIn(account)
			for range 4 { // nothing changes, and the session continues
				s.later(4*time.Minute + 30*time.Second)
				require.True(t, v.live())
			}
			status, ended := v.stream()
			require.Equal(t, http.StatusOK, status)
			s.change(account, changed)
			s.later(5 * time.Minute)
			require.False(t, v.live())
			s.closes("the session has ended", ended)
			status, _ = v.stream()
			require.Equal(t, http.StatusNoContent, status)
		})
	}
}

func TestAnInstitutionThatIsAnotherOneIsSignedOut(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	account := s.account(`{"role":"institution","county":"140403","institution":"inst-140403-01"}`)
	v := s.signedIn(account)
	s.change(account, `{"role":"institution","county":"140403","institution":"inst-140403-02"}`)
	s.later(5 * time.Minute)
	require.False(t, v.live())
}

// A provider that does not respond is tolerated for a while, and changes in the meantime take effect once it is
// available.
func TestAProviderThatIsAwayIsBorneWith(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	account := s.account(`{"role":"clerk","county":"140403"}`)
	v, other := s.signedIn(account), s.signedIn(account)
	s.down.Store(true)
	for range 2 {
		s.later(5 * time.Minute)
		require.True(t, v.live())
	}
	s.down.Store(false)
	s.later(time.Minute)
	require.True(t, v.live(), "it is back, and confirms")
	s.down.Store(true)
	s.later(5 * time.Minute)
	require.True(t, v.live())
	require.False(t, other.live(), "not confirmed for longer than a provider may be away")
	s.change(account, `{"role":"supervisor","county":"140403"}`)
	s.down.Store(false)
	s.later(time.Minute)
	require.False(t, v.live())
}

// Signing out ends the session, its streams and the provider's own session.
func TestSigningOutEndsEverything(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	v := s.signedIn(s.account(`{"role":"clerk","county":"140403"}`))
	status, ended := v.stream()
	require.Equal(t, http.StatusOK, status)
	before := v.Cookie
	p, err := v.Send(t.Context(), http.MethodPost, "/signout", url.Values{})
	require.NoError(t, err)
	s.closes("signed out", ended)
	to, err := url.Parse(p.Location)
	require.NoError(t, err)
	require.Equal(t, s.issuer, to.Scheme+"://"+to.Host)
	require.NotEmpty(t, to.Query().Get("id_token_hint"))
	require.Equal(t, s.url+"/signed-out", to.Query().Get("post_logout_redirect_uri"))
	p = v.get(p.Location)
	require.Equal(t, s.url+"/signed-out", p.Location)
	require.Contains(t, v.get("/signed-out").Body, "统一身份认证也已退出")
	v.Cookie = before
	require.False(t, v.live())

	// Without the provider the own session still ends, and the page reports what did not.
	v = s.signedIn(s.account(`{"role":"clerk","county":"140403"}`))
	p, err = v.Send(t.Context(), http.MethodPost, "/signout", url.Values{})
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, p.Status)
}

func TestOneSessionHasSoManyStreams(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	v := s.signedIn(s.account(`{"role":"clerk","county":"140403"}`))
	for range 10 {
		status, _ := v.stream()
		require.Equal(t, http.StatusOK, status)
	}
	status, _ := v.stream()
	require.Equal(t, http.StatusTooManyRequests, status)
}

// Forms are saved up to a limit, and beyond it returned in the page; never dropped.
func TestSoManyFormsAreKept(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	account := s.account(`{"role":"clerk","county":"140403"}`)
	v := s.signedIn(account)
	s.change(account, `{"role":"clerk","county":"140404"}`)
	s.later(5 * time.Minute)
	send := func(v *visitor, key, text string) (int, string) {
		t.Helper()
		p, err := v.Send(t.Context(), http.MethodPost, "/cases/BA-140403-2026-000017-5/comment", url.Values{"_key": {key}, "text": {text}})
		require.NoError(t, err)
		return p.Status, p.Body
	}
	for i := range 20 {
		status, body := send(v, "k"+string(rune('a'+i)), "意见")
		require.Equal(t, http.StatusUnauthorized, status)
		require.Contains(t, body, "已保留")
	}
	_, body := send(v, "ka", "意见的新写法")
	require.Contains(t, body, "已保留", "the same form takes the place of its first sending")
	status, body := send(v, "one-more", "第二十一份意见")
	require.Equal(t, http.StatusUnauthorized, status)
	require.Contains(t, body, "已达上限")
	require.Contains(t, body, "第二十一份意见", "it is handed back")

	nobody := s.visitor()
	nobody.get("/institutions")
	_, body = send(nobody, "k", "没有登录的人写的")
	require.NotContains(t, body, "已保留")
	require.Contains(t, body, "没有登录的人写的")
}
