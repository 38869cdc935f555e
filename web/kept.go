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
	"tuoyu/sealing"
	"tuoyu/store"
)

const (
	mostKept      = 20      // forms of an account
	mostKeptBytes = 8 << 20 // of all of them
)

// keptForm is a form that came after its session had ended.
type keptForm struct {
	id     string
	path   string
	at     time.Time
	fields []keptField

	next     string // where its sender was going
	reopened bool   // its page can show it filled in
}

type keptField struct{ name, value string }

// lapsedView is what a reader is told whose form came too late: it is kept, or it is handed back in the page.
type lapsedView struct {
	kept string // its id
	full bool   // the account has as many as are kept
	form keptForm
}

func keptCell(id string) sealing.Cell {
	return sealing.Cell{Table: "kept_forms", Column: "body", Row: id}
}

// keptPath is the page of a kept form, which leads on to next.
func keptPath(id, next string) string {
	return "/kept/" + id + "?next=" + url.QueryEscape(next)
}

// keepForm keeps what was sent, sealed, for the account whose session it was that ended, and returns its id: empty when it is
// nobody's, and full when the account has as many as are kept; nothing kept before is dropped for it. Files are not kept:
// they are still where they were chosen.
func (s *Site) keepForm(r *http.Request) (id string, full bool, err error) {
	account := s.lapsedAccount(r)
	if account == "" || s.Fields == nil {
		return "", false, nil
	}
	if err := parseForm(r); err != nil {
		return "", false, err
	}
	raw, err := json.Marshal(r.PostForm)
	if err != nil {
		return "", false, fmt.Errorf("encode form: %w", err)
	}
	id = rand.Text()
	sealed, err := s.Fields.Seal(raw, keptCell(id))
	if err != nil {
		return "", false, fmt.Errorf("seal form: %w", err)
	}
	err = s.DB.AsSessions(r.Context(), func(q *store.Queries) error {
		if err := q.LockKeptForms(r.Context(), account); err != nil {
			return err
		}
		// The same form sent once more takes the place of what was kept of it.
		if err := q.DropKeptFormByKey(r.Context(), store.DropKeptFormByKeyParams{Account: account, FormKey: key(r)}); err != nil {
			return err
		}
		size, err := q.SizeOfKeptForms(r.Context(), account)
		if err != nil {
			return err
		}
		if size.Forms >= mostKept || size.Bytes+int64(len(sealed)) > mostKeptBytes {
			full = true
			return nil
		}
		return q.KeepForm(r.Context(), store.KeepFormParams{ID: id, Account: account, Path: r.URL.RequestURI(), Body: sealed, FormKey: key(r), KeptAt: s.now()})
	})
	if err != nil {
		return "", false, fmt.Errorf("keep form: %w", err)
	}
	if full {
		id = ""
	}
	return id, full, nil
}

// keptForms lists what was kept for an account, the newest first.
func (s *Site) keptForms(ctx context.Context, account string) ([]keptForm, error) {
	if s.Fields == nil {
		return nil, nil
	}
	var list []keptForm
	err := s.DB.AsSessions(ctx, func(q *store.Queries) error {
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
			form := keptForm{id: row.ID, path: row.Path, at: row.KeptAt, fields: fieldsOf(values)}
			list = append(list, form)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read kept forms: %w", err)
	}
	return list, nil
}

// fieldsOf lists the fields of a form in the order of their names.
func fieldsOf(values url.Values) []keptField {
	var fields []keptField
	for _, name := range sortedKeys(values) {
		for _, value := range values[name] {
			fields = append(fields, keptField{name, value})
		}
	}
	return fields
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
			return &casework.Error{Code: casework.CodeNotFound, Message: "没有保留的内容，可能已经继续提交。"}
		}
		form := kept[i]
		form.next, form.reopened = localPath(r.FormValue("next")), s.reopens(form.path)
		return s.show(w, r, frame{Title: "您填写的内容仍在"}, keptPage(form))
	})
	s.page("POST /kept/{id}/drop", func(w http.ResponseWriter, r *http.Request) error {
		if err := s.dropKept(r.Context(), r.PathValue("id")); err != nil {
			return err
		}
		http.Redirect(w, r, localPath(r.FormValue("next")), http.StatusSeeOther)
		return nil
	})
}

// reopens tells whether the page a form was sent to shows a form again with what was entered.
func (s *Site) reopens(path string) bool {
	r, err := http.NewRequest(http.MethodPost, path, nil)
	if err != nil {
		return false
	}
	_, pattern := s.mux.Handler(r)
	return s.reopening[pattern]
}

// dropKept forgets a kept form; one that was sent on needs it no more.
func (s *Site) dropKept(ctx context.Context, id string) error {
	err := s.DB.AsSessions(ctx, func(q *store.Queries) error {
		return q.DropKeptForm(ctx, store.DropKeptFormParams{ID: id, Account: who(ctx).Account})
	})
	if err != nil {
		return fmt.Errorf("drop kept form: %w", err)
	}
	return nil
}
