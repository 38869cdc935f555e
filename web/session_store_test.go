package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tuoyu/store/storetest"
)

// Requests of one session overlap: a list follows changes while a form is sent. Each keeps what the other changed.
func TestARequestKeepsWhatAnotherOneOfItsSessionChanges(t *testing.T) {
	t.Parallel()
	sessions := newSessions(storetest.New(t), time.Now)
	request := func(cookie *http.Cookie, handle func(context.Context)) *http.Cookie {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		if cookie != nil {
			r.AddCookie(cookie)
		}
		w := httptest.NewRecorder()
		withSession(sessions, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { handle(r.Context()) })).ServeHTTP(w, r)
		require.Equal(t, http.StatusOK, w.Code)
		for _, set := range w.Result().Cookies() {
			return set
		}
		return cookie
	}
	message := func(cookie *http.Cookie) (text string) {
		request(cookie, func(ctx context.Context) { text = sessions.PopString(ctx, keyFlash) })
		return text
	}
	cookie := request(nil, func(ctx context.Context) {
		sessions.Put(ctx, keyAccount, "clerk-140403")
		sessions.Put(ctx, keyAgent, "browser")
	})

	request(cookie, func(context.Context) {
		request(cookie, func(ctx context.Context) { sessions.Put(ctx, keyFlash, "已办理") })
	})
	require.Equal(t, "已办理", message(cookie), "left while another request was under way")

	request(cookie, func(ctx context.Context) { sessions.Put(ctx, keyFlash, "已保存") })
	request(cookie, func(context.Context) { require.Equal(t, "已保存", message(cookie)) })
	require.Empty(t, message(cookie), "shown once")
}
