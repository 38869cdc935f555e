package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"tuoyu/nursery"
	"tuoyu/store"
)

const (
	idleFor     = 30 * time.Minute // an unused session ends
	longestStay = 12 * time.Hour   // every session ends
	keptFor     = 24 * time.Hour   // how long a form submitted too late is saved
	cookieName  = "__Host-tuoyu"

	keyPrincipal = "principal"
	keyAccount   = "account"
	keyAgent     = "agent"
	keyFlash     = "flash"
)

func newSessions(db *store.DB, now func() time.Time) *scs.SessionManager {
	m := scs.New()
	m.Store = &sessionStore{db: db, now: now, seen: map[string]time.Time{}}
	m.IdleTimeout, m.Lifetime = idleFor, longestStay
	m.HashTokenInStore = true
	m.Cookie = scs.SessionCookie{Name: cookieName, Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode}
	return m
}

// sessionStore stores sessions in Postgres, by the hash of their token. A request that did not change its session does not write
// it, so that it keeps what a concurrent request of the session changed; it only extends the session, at most once a minute.
type sessionStore struct {
	db  *store.DB
	now func() time.Time

	mu   sync.Mutex
	seen map[string]time.Time // when the sessions end if unused, by token as stored in the database
}

// loadedSession is what a request found in its session.
type loadedSession struct {
	token  string
	values map[string]any
}

type loadedKey struct{}

// withSession loads the session of each request and saves what the request changes in it.
func withSession(sessions *scs.SessionManager, h http.Handler) http.Handler {
	inner := sessions.LoadAndSave(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), loadedKey{}, new(loadedSession))))
	})
}

// mostSeen is the maximum number of cached sessions; beyond it all are evicted, which costs a write each.
const mostSeen = 10_000

var _ scs.CtxStore = (*sessionStore)(nil)

func (s *sessionStore) remember(token string, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) >= mostSeen {
		clear(s.seen)
	}
	s.seen[token] = until
}

// FindCtx returns a session that has not ended.
func (s *sessionStore) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.db.AsSessions(ctx, func(q *store.Queries) error {
		row, err := q.LiveSession(ctx, store.LiveSessionParams{Token: token, Now: s.now()})
		if store.IsNotFound(err) {
			return nil
		}
		if err == nil {
			data, found = row.Data, true
			s.remember(token, row.IdleUntil)
		}
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read session: %w", err)
	}
	if loaded, ok := ctx.Value(loadedKey{}).(*loadedSession); ok && found {
		_, values, err := scs.GobCodec{}.Decode(data)
		if err != nil {
			return nil, false, fmt.Errorf("decode session: %w", err)
		}
		*loaded = loadedSession{token, values}
	}
	return data, found, nil
}

// CommitCtx writes a session with the time at which it ends if unused.
func (s *sessionStore) CommitCtx(ctx context.Context, token string, data []byte, until time.Time) error {
	s.mu.Lock()
	last, known := s.seen[token]
	s.mu.Unlock()
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return fmt.Errorf("decode session: %w", err)
	}
	if loaded, ok := ctx.Value(loadedKey{}).(*loadedSession); ok && loaded.token == token && reflect.DeepEqual(loaded.values, values) {
		return s.extend(ctx, token, last, until)
	}
	account, _ := values[keyAccount].(string)
	agent, _ := values[keyAgent].(string)
	err = s.db.AsSessions(ctx, func(q *store.Queries) error {
		if known {
			return q.PutSession(ctx, store.PutSessionParams{Token: token, Account: account, Data: data, IdleUntil: until, Now: s.now()})
		}
		return q.StartSession(ctx, store.StartSessionParams{
			Token: token, Account: account, Data: data, IdleUntil: until, StartedAt: s.now(), Agent: agent,
		})
	})
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	s.remember(token, until)
	return nil
}

// extend has a session end later, unless it was extended in the last minute.
func (s *sessionStore) extend(ctx context.Context, token string, last, until time.Time) error {
	if until.Before(last.Add(time.Minute)) {
		return nil
	}
	err := s.db.AsSessions(ctx, func(q *store.Queries) error {
		return q.ExtendSession(ctx, store.ExtendSessionParams{Token: token, IdleUntil: until, Now: s.now()})
	})
	if err != nil {
		return fmt.Errorf("extend session: %w", err)
	}
	s.remember(token, until)
	return nil
}

// DeleteCtx deletes a session.
func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	err := s.db.AsSessions(ctx, func(q *store.Queries) error { return q.DropSession(ctx, token) })
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Find, Commit and Delete implement scs.Store, which has no context; the manager never calls them on this store.
func (s *sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *sessionStore) Commit(token string, data []byte, until time.Time) error {
	return s.CommitCtx(context.Background(), token, data, until)
}

// Delete is DeleteCtx without a context.
func (s *sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// hashed returns the hash of a token, by which it is stored.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// signedIn returns the principal of the request's session.
func (s *Site) signedIn(ctx context.Context) nursery.Principal {
	var p nursery.Principal
	if raw := s.sessions.GetBytes(ctx, keyPrincipal); raw != nil {
		if err := json.Unmarshal(raw, &p); err != nil {
			return nursery.Principal{}
		}
	}
	return p
}

// start makes the session that of p, under a new token, with the provider's tokens.
func (s *Site) start(ctx context.Context, p person, g grant, agent string) error {
	raw, err := json.Marshal(p.Principal)
	if err != nil {
		return fmt.Errorf("encode principal: %w", err)
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	s.sessions.Put(ctx, keyPrincipal, raw)
	s.sessions.Put(ctx, keyAccount, p.Account)
	s.sessions.Put(ctx, keyAgent, agent)
	token, _, err := s.sessions.Commit(ctx)
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	if err := s.storeGrant(ctx, g, hashed(token)); err != nil {
		return err
	}
	s.seen(ctx, p)
	return nil
}

// seen records that the account exists, so that tasks can be assigned to it.
func (s *Site) seen(ctx context.Context, p person) {
	if err := s.Service.Seen(ctx, p.Principal, p.name); err != nil {
		s.Log.WarnContext(ctx, "account not noted", "error", err)
	}
}

// lapsedAccount returns the account of the request's cookie if its session ended less than a day ago.
func (s *Site) lapsedAccount(r *http.Request) string {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	var account string
	err = s.DB.AsSessions(r.Context(), func(q *store.Queries) (err error) {
		account, err = q.AccountOfSession(r.Context(), store.AccountOfSessionParams{Token: hashed(cookie.Value), Since: s.now().Add(-keptFor)})
		return err
	})
	if err != nil {
		return ""
	}
	return account
}
