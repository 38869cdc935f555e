package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tuoyu/casework"
	"tuoyu/nursery"
	"tuoyu/sealing"
	"tuoyu/store"
)

// keptForm is a form that came after its session had ended.
type keptForm struct {
	id     string
	path   string
	at     time.Time
	fields []keptField
}

type keptField struct{ name, value string }

func keptCell(id string) sealing.Cell {
	return sealing.Cell{Table: "kept_forms", Column: "body", Row: id}
}

// keepForm keeps what was sent for whoever's session it was that ended, sealed; it tells whether it could. Files are not
// kept: they are still where they were chosen.
func (s *Site) keepForm(r *http.Request) (bool, error) {
	account := s.lapsedAccount(r)
	if account == "" || s.Fields == nil {
		return false, nil
	}
	if err := parseForm(r); err != nil {
		return false, err
	}
	raw, err := json.Marshal(r.PostForm)
	if err != nil {
		return false, fmt.Errorf("encode form: %w", err)
	}
	id := rand.Text()
	sealed, err := s.Fields.Seal(raw, keptCell(id))
	if err != nil {
		return false, fmt.Errorf("seal form: %w", err)
	}
	err = s.DB.As(r.Context(), nursery.Engine, func(q *store.Queries) error {
		return q.KeepForm(r.Context(), store.KeepFormParams{ID: id, Account: account, Path: r.URL.RequestURI(), Body: sealed, KeptAt: s.now()})
	})
	if err != nil {
		return false, fmt.Errorf("keep form: %w", err)
	}
	return true, nil
}

// keptForms lists what was kept for an account, the newest first.
func (s *Site) keptForms(ctx context.Context, account string) ([]keptForm, error) {
	if s.Fields == nil {
		return nil, nil
	}
	var list []keptForm
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		rows, err := q.KeptForms(ctx, account)
		if err != nil {
			return err
		}
		for _, row := range rows {
			raw, err := s.Fields.Open(row.Body, keptCell(row.ID))
			if err != nil {
				return fmt.Errorf("unseal form: %w", err)
			}
			var values url.Values
			if err := json.Unmarshal(raw, &values); err != nil {
				return fmt.Errorf("decode form: %w", err)
			}
			form := keptForm{id: row.ID, path: row.Path, at: row.KeptAt}
			for _, name := range sortedKeys(values) {
				for _, value := range values[name] {
					form.fields = append(form.fields, keptField{name, value})
				}
			}
			list = append(list, form)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read kept forms: %w", err)
	}
	return list, nil
}

func sortedKeys(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func registerKept(s *Site) {
	s.page("GET /kept/{id}", func(w http.ResponseWriter, r *http.Request) error {
		kept, err := s.keptForms(r.Context(), who(r.Context()).Account)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(kept, func(f keptForm) bool { return f.id == r.PathValue("id") })
		if i < 0 {
			return &casework.Error{Kind: casework.NotFound, Code: casework.CodeNotFound, Message: "没有保留的内容，可能已经继续提交。"}
		}
		return s.show(w, r, frame{Title: "您填写的内容仍在"}, keptPage(kept[i]))
	})
	s.page("POST /kept/{id}/drop", func(w http.ResponseWriter, r *http.Request) error {
		if err := s.dropKept(r.Context(), r.PathValue("id")); err != nil {
			return err
		}
		http.Redirect(w, r, "/home", http.StatusSeeOther)
		return nil
	})
}

// dropKept forgets a kept form; one that was sent on needs it no more.
func (s *Site) dropKept(ctx context.Context, id string) error {
	err := s.DB.As(ctx, nursery.Engine, func(q *store.Queries) error {
		return q.DropKeptForm(ctx, store.DropKeptFormParams{ID: id, Account: who(ctx).Account})
	})
	if err != nil {
		return fmt.Errorf("drop kept form: %w", err)
	}
	return nil
}
