package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tuoyu/casework"
	"tuoyu/store"
)

func registerSignIn(s *Site) {
	s.Open("GET /signin", func(w http.ResponseWriter, r *http.Request) error {
		if Principal(r.Context()).Account != "" {
			http.Redirect(w, r, LocalPath(r.FormValue("next")), http.StatusSeeOther)
			return nil
		}
		places, err := s.demoAccounts(r.Context())
		if err != nil {
			s.Log.WarnContext(r.Context(), "demo accounts not listed", "error", err)
		}
		return s.Show(w, r, Frame{Title: "登录"}, signInPage(LocalPath(r.FormValue("next")), places))
	})
	s.Open("GET /signin/start", s.startSignIn)
	s.Open("GET "+callbackPath, s.endSignIn)
	s.Open("POST /signout", func(w http.ResponseWriter, r *http.Request) error { return s.signOut(w, r) })
	s.Open("GET "+signedOutPath, func(w http.ResponseWriter, r *http.Request) error {
		return s.Show(w, r, Frame{Title: "已退出登录"}, signedOutPage(r.FormValue("provider") == "open"))
	})
	s.Page("GET /account", s.account)
	s.Page("POST /account/signout-all", func(w http.ResponseWriter, r *http.Request) error {
		account := Principal(r.Context()).Account
		g := s.grantOf(r.Context(), hashed(s.sessions.Token(r.Context()))) // before it is forgotten
		err := s.DB.AsSessions(r.Context(), func(q *store.Queries) error {
			_, err := q.EndSessionsOf(r.Context(), store.EndSessionsOfParams{Account: account, Now: s.now()})
			return err
		})
		if err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		s.live.endAccount(account)
		return s.endAtProvider(w, r, g)
	})
	registerKept(s)
}

func (s *Site) startSignIn(w http.ResponseWriter, r *http.Request) error {
	provider, err := s.identity.discovered(r.Context())
	if err != nil {
		return err
	}
	a := attempt{Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: LocalPath(r.FormValue("next")), At: s.now()}
	state, err := s.beginAttempt(w, r, a)
	if err != nil {
		return err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if account := r.FormValue("account"); account != "" && s.DemoAccounts != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", account))
	}
	http.Redirect(w, r, s.identity.oauth(provider).AuthCodeURL(state, options...), http.StatusSeeOther)
	return nil
}

func refuseSignIn(message string, err error) error {
	return &casework.Error{Code: casework.CodeSigninFailed, Message: message + "请重新登录。", Err: err}
}

func (s *Site) endSignIn(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, begun := s.takeAttempt(w, r, r.FormValue("state"))
	switch {
	case !begun && Principal(ctx).Account != "": // the back button
		http.Redirect(w, r, "/home", http.StatusSeeOther)
		return nil
	case !begun:
		return refuseSignIn("登录请求不是从本页发起的，或者已经过期，", nil)
	case r.FormValue("error") != "":
		return refuseSignIn("登录未完成，", errors.New(r.FormValue("error")))
	}
	p, g, err := s.identity.exchange(ctx, a, r.FormValue("code"))
	if err != nil {
		return err
	}
	if err := s.start(ctx, p, g, shortened(r.UserAgent(), 120)); err != nil {
		return err
	}
	next := a.Next
	if kept, err := s.keptForms(ctx, p.Account); err == nil && len(kept) > 0 && !strings.HasPrefix(next, "/kept/") {
		next = keptPath(kept[0].id, next)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// signOut ends the session, its streams and the provider's own session. A session that has ended already still leads to the
// provider, where somebody may be signed in.
func (s *Site) signOut(w http.ResponseWriter, r *http.Request) error {
	var g grant
	if cookie, err := r.Cookie(cookieName); err == nil {
		token := hashed(cookie.Value)
		g = s.grantOf(r.Context(), token)
		if err := s.endSession(r.Context(), token); err != nil {
			return err
		}
	}
	return s.endAtProvider(w, r, g)
}

// endAtProvider forgets the session of the request and leads on to where the provider ends its own.
func (s *Site) endAtProvider(w http.ResponseWriter, r *http.Request, g grant) error {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	to := s.identity.signOutURL(r.Context(), g.ID)
	if to == "" {
		to = signedOutPath + "?provider=open"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func shortened(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// LocalPath is where to go on, within these pages.
func LocalPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\n\r") {
		return "/home"
	}
	return next
}

func signedOut() error {
	return &casework.Error{Code: casework.CodeUnauthenticated, Message: "登录已过期，请重新登录。"}
}

// askToSignIn redirects the user to sign in and back. It saves the values of a submitted form until then; if they
// cannot be saved, the page itself carries them.
func (s *Site) askToSignIn(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("HX-Request") != "" || strings.Contains(r.Header.Get("Accept"), "application/json") {
		return signedOut()
	}
	if r.Method == http.MethodGet {
		http.Redirect(w, r, "/signin?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return nil
	}
	id, full, err := s.keepForm(r)
	if err != nil {
		return err
	}
	v := lapsedView{kept: id, full: full}
	if id == "" {
		if err := ParseForm(r); err != nil {
			return err
		}
		v.form = savedForm{path: r.URL.RequestURI(), fields: fieldsOf(r.PostForm)}
	}
	return s.ShowStatus(w, r, http.StatusUnauthorized, Frame{Title: "登录已过期"}, lapsedPage(v))
}

// demoAccount is an account that a demonstration offers.
type demoAccount struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Place string `json:"place"`
}

type demoPlace struct {
	Name     string
	Accounts []demoAccount
}

// demoAccounts asks the demonstration's provider for its accounts; in earnest there is nobody to ask.
func (s *Site) demoAccounts(ctx context.Context) ([]demoPlace, error) {
	if s.DemoAccounts == "" {
		return nil, nil
	}
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, s.DemoAccounts, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for demo accounts: %w", err)
	}
	answer, err := (&http.Client{Timeout: providerTimeout}).Do(ask)
	if err != nil {
		return nil, fmt.Errorf("ask for demo accounts: %w", err)
	}
	defer answer.Body.Close()
	var list []demoAccount
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&list); err != nil {
		return nil, fmt.Errorf("read demo accounts: %w", err)
	}
	var places []demoPlace
	for _, a := range list {
		if len(places) == 0 || places[len(places)-1].Name != a.Place {
			places = append(places, demoPlace{Name: a.Place})
		}
		last := &places[len(places)-1]
		last.Accounts = append(last.Accounts, a)
	}
	return places, nil
}

// accountSession is a device somebody is signed in on.
type accountSession struct {
	Agent string
	Since time.Time
	Here  bool
}

func (s *Site) account(w http.ResponseWriter, r *http.Request) error {
	var list []accountSession
	here := hashed(s.sessions.Token(r.Context()))
	err := s.DB.AsSessions(r.Context(), func(q *store.Queries) error {
		rows, err := q.SessionsOf(r.Context(), store.SessionsOfParams{Account: Principal(r.Context()).Account, Now: s.now()})
		for _, row := range rows {
			list = append(list, accountSession{Agent: row.Agent, Since: row.StartedAt, Here: row.Token == here})
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	return s.Show(w, r, Frame{Title: "我的账号"}, accountPage(Principal(r.Context()), list))
}

// deviceName returns what people call the device and the browser of a User-Agent header.
func deviceName(agent string) string {
	first := func(names [][2]string) string {
		i := slices.IndexFunc(names, func(n [2]string) bool { return strings.Contains(agent, n[0]) })
		if i < 0 {
			return ""
		}
		return names[i][1]
	}
	device := first([][2]string{{"iPhone", "苹果手机"}, {"iPad", "苹果平板"}, {"Android", "安卓手机或者平板"}, {"Windows", "Windows 电脑"}, {"Macintosh", "苹果电脑"}, {"Linux", "Linux 电脑"}})
	browser := first([][2]string{{"MicroMessenger", "微信"}, {"Edg", "Edge 浏览器"}, {"Firefox", "火狐浏览器"}, {"Chrome", "谷歌浏览器"}, {"Safari", "苹果浏览器"}})
	return cmp.Or(strings.Trim(device+"，"+browser, "，"), "未知设备")
}
