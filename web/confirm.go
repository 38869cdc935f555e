package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

const (
	confirmAfter = 4 * time.Minute // age at which the provider is asked again who the account is
	confirmedFor = 5 * time.Minute // age by which it must have answered
	askingFor    = 15 * time.Second
	patience     = 3 * time.Second // for a concurrent request that asks already
	// DefaultProviderAway is how long a session remains valid without confirmation while the provider does not respond.
	DefaultProviderAway = 15 * time.Minute
)

func grantCell(token string) sealing.Cell {
	return sealing.Cell{Table: "web_sessions", Column: "provider", Row: token}
}

// sealGrant encrypts the provider's tokens of a session. Without a keyset nothing is stored: such a session lasts as
// long as one whose provider is unavailable.
func (s *Site) sealGrant(g grant, token string) ([]byte, error) {
	if s.Fields == nil {
		return nil, nil
	}
	raw, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("encode grant: %w", err)
	}
	sealed, err := s.Fields.Seal(raw, grantCell(token))
	if err != nil {
		return nil, fmt.Errorf("seal grant: %w", err)
	}
	return sealed, nil
}

// openGrant decrypts the tokens; if nothing is stored it returns an empty grant.
func (s *Site) openGrant(sealed []byte, token string) (g grant, err error) {
	if s.Fields == nil || len(sealed) == 0 {
		return g, nil
	}
	raw, err := s.Fields.Open(sealed, grantCell(token))
	if err != nil {
		return g, fmt.Errorf("unseal grant: %w", err)
	}
	if err := json.Unmarshal(raw, &g); err != nil {
		return g, fmt.Errorf("decode grant: %w", err)
	}
	return g, nil
}

// storeGrant stores the provider's tokens of a session and records that it has confirmed it now.
func (s *Site) storeGrant(ctx context.Context, g grant, token string) error {
	sealed, err := s.sealGrant(g, token)
	if err != nil {
		return err
	}
	now := s.now()
	return s.DB.AsSessions(ctx, func(q *store.Queries) error {
		return q.PutSessionCheck(ctx, store.PutSessionCheckParams{Token: token, Provider: sealed, CheckedAt: &now, CheckAfter: new(now.Add(confirmAfter))})
	})
}

// grantOf returns the provider's tokens of a session; an empty grant if they cannot be read.
func (s *Site) grantOf(ctx context.Context, token string) (g grant) {
	err := s.DB.AsSessions(ctx, func(q *store.Queries) error {
		row, err := q.SessionCheck(ctx, token)
		if err != nil {
			return err
		}
		g, err = s.openGrant(row.Provider, token)
		return err
	})
	if err != nil && !store.IsNotFound(err) {
		s.Log.WarnContext(ctx, "grant not read", "error", err)
	}
	return g
}

// confirmed returns until when the session of p is confirmed, and asks the provider if that is over: an account that
// was disabled or has another role, county or institution now is signed out within confirmedFor. A provider that does
// not respond is tolerated for ProviderAway.
func (s *Site) confirmed(ctx context.Context, token string, p nursery.Principal) (until time.Time, live bool) {
	waited := time.Duration(0)
	for {
		now := s.now()
		if until, ok := s.confirmations.get(token); ok && now.Before(until) {
			return until, true
		}
		check, taken, err := s.takeCheck(ctx, token, now)
		if err != nil {
			s.Log.WarnContext(ctx, "session not checked", "error", err)
			return time.Time{}, false
		}
		if check.CheckedAt == nil {
			return time.Time{}, s.endUnconfirmed(ctx, token)
		}
		age := now.Sub(*check.CheckedAt)
		switch {
		case taken:
			return s.askAgain(ctx, token, p, check)
		case age < confirmAfter:
			until := check.CheckedAt.Add(confirmAfter)
			s.confirmations.put(token, until)
			return until, true
		case age < confirmedFor: // another request is asking
			return check.CheckedAt.Add(confirmedFor), true
		case age < s.ProviderAway && waited > patience:
			return now.Add(askingFor), true
		}
		waited += 50 * time.Millisecond
		select { // the result of the other request decides
		case <-ctx.Done():
			return time.Time{}, false
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// takeCheck returns when a session was confirmed and, if that is due again, whether this request has to do it.
func (s *Site) takeCheck(ctx context.Context, token string, now time.Time) (row store.SessionCheckRow, taken bool, err error) {
	err = s.DB.AsSessions(ctx, func(q *store.Queries) error {
		if row, err = q.SessionCheck(ctx, token); err != nil {
			return err
		}
		if row.CheckedAt == nil || now.Sub(*row.CheckedAt) < confirmAfter {
			return nil
		}
		n, err := q.TakeSessionCheck(ctx, store.TakeSessionCheckParams{Token: token, Now: now, Until: now.Add(askingFor)})
		taken = n > 0
		return err
	})
	if store.IsNotFound(err) {
		return store.SessionCheckRow{}, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("read session check: %w", err)
	}
	return row, taken, nil
}

// askAgain asks the provider who the account is now.
func (s *Site) askAgain(ctx context.Context, token string, p nursery.Principal, check store.SessionCheckRow) (time.Time, bool) {
	ctx = context.WithoutCancel(ctx) // a used refresh token is replaced, whether the client waits or not
	g, err := s.openGrant(check.Provider, token)
	var now person
	if err == nil && g.Access != "" {
		now, g, err = s.identity.confirm(ctx, g)
	} else if err == nil {
		err = errors.New("nothing was stored to ask the provider by")
	}
	if g.Access != "" && err != nil { // tokens may have been renewed before the failure
		if kept, sealErr := s.sealGrant(g, token); sealErr == nil {
			check.Provider = kept
		}
	}
	switch {
	case err == nil && now.Principal == p:
		if err := s.storeGrant(ctx, g, token); err != nil {
			s.Log.WarnContext(ctx, "confirmation not stored", "error", err)
			return time.Time{}, false
		}
		s.seen(ctx, now)
		until := s.now().Add(confirmAfter)
		s.confirmations.put(token, until)
		return until, true
	case err == nil, errors.Is(err, errRevoked):
		s.Log.InfoContext(ctx, "session ended: the provider no longer confirms it", "role", string(p.Role))
		return time.Time{}, s.endUnconfirmed(ctx, token)
	case s.now().Sub(*check.CheckedAt) >= s.ProviderAway:
		s.Log.WarnContext(ctx, "session ended: the provider did not answer for too long", "role", string(p.Role), "error", err)
		return time.Time{}, s.endUnconfirmed(ctx, token)
	}
	s.Log.WarnContext(ctx, "provider not reached to confirm a session", "error", err)
	again := s.now().Add(askingFor)
	err = s.DB.AsSessions(ctx, func(q *store.Queries) error {
		return q.PutSessionCheck(ctx, store.PutSessionCheckParams{Token: token, Provider: check.Provider, CheckedAt: check.CheckedAt, CheckAfter: &again})
	})
	if err != nil {
		s.Log.WarnContext(ctx, "session check not stored", "error", err)
	}
	s.confirmations.put(token, again)
	return again, true
}

// endUnconfirmed ends a session and its streams; whose it was is known for a day, for what was being written. It returns
// false, for live.
func (s *Site) endUnconfirmed(ctx context.Context, token string) bool {
	if err := s.endSession(ctx, token); err != nil {
		s.Log.WarnContext(ctx, "session not ended", "error", err)
	}
	return false
}

// endSession ends a session in the store and closes its streams at once.
func (s *Site) endSession(ctx context.Context, token string) error {
	err := s.DB.AsSessions(ctx, func(q *store.Queries) error {
		return q.EndSession(ctx, store.EndSessionParams{Token: token, Now: s.now()})
	})
	s.confirmations.drop(token)
	s.live.endSession(token)
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// confirmations caches until when sessions are confirmed, so that not every request queries the database.
type confirmations struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func newConfirmations() *confirmations { return &confirmations{until: map[string]time.Time{}} }

func (c *confirmations) get(token string) (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	until, ok := c.until[token]
	return until, ok
}

func (c *confirmations) put(token string, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.until) >= mostSeen {
		clear(c.until)
	}
	c.until[token] = until
}

func (c *confirmations) drop(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.until, token)
}
