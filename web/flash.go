package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Flash is a message that is shown once, on the next page.
type Flash struct {
	Text  string
	Undo  string   `json:",omitempty"` // label of the button that takes back what was done to tasks; empty: no button
	Tasks []string `json:",omitempty"` // those tasks

	here string // the page that shows it
}

func (s *Site) putFlash(ctx context.Context, f Flash) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	s.sessions.Put(ctx, keyFlash, string(raw))
	return nil
}

// popFlash returns the message for the page of a request.
func (s *Site) popFlash(r *http.Request) (f Flash) {
	raw := s.sessions.PopString(r.Context(), keyFlash)
	if raw == "" {
		return f
	}
	if json.Unmarshal([]byte(raw), &f) != nil {
		f = Flash{Text: raw} // of a release before this one
	}
	f.here = r.URL.RequestURI()
	return f
}
