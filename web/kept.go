package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"tuoyu/casework"
	"tuoyu/sealing"
	"tuoyu/store"
)

const (
	mostKept      = 20      // forms per account
	mostKeptBytes = 8 << 20 // total size
)

// savedForm is a form that was submitted after its session had ended.
type savedForm struct {
	id     string
	path   string
	at     time.Time
	fields []keptField

	next     string // the page its sender was going to
	reopened bool   // its page can show it filled in
}

type keptField struct{ name, value string }

// written lists what its sender wrote in words. The rest, such as choices and numbers, means nothing without the labels of its page.
func (f savedForm) written() (texts []string) {
	for _, field := range f.fields {
		if strings.ContainsFunc(field.value, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			texts = append(texts, field.value)
		}
	}
	return texts
}

// lapsedView explains to a user whose session has ended what happened to the form: it is saved, or it is part of the
// page.
type lapsedView struct {
	kept string // its id
	full bool   // the account has the maximum number of saved forms
	form savedForm
}

func keptCell(id string) sealing.Cell {
	return sealing.Cell{Table: "kept_forms", Column: "body", Row: id}
}

// keptPath returns the page of a saved form, which leads on to next.
func keptPath(id, next string) string {
	return "/kept/" + id + "?next=" + url.QueryEscape(next)
}

// keepForm saves the submitted form, sealed, for the account of the session that has ended, and returns its ID: empty
// if the account is unknown, and full if it has the maximum number of saved forms; none of them is dropped. Files are
// not saved: the user still has them.
func (s *Site) keepForm(r *http.Request) (id string, full bool, err error) {
	account := s.lapsedAccount(r)
	if account == "" || s.Fields == nil {
		return "", false, nil
	}
	if err := ParseForm(r); err != nil {
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
		// The same form submitted again replaces its saved version.
		if err := q.DropKeptFormByKey(r.Context(), store.DropKeptFormByKeyParams{Account: account, FormKey: Key(r)}); err != nil {
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
		return q.KeepForm(r.Context(), store.KeepFormParams{ID: id, Account: account, Path: r.URL.RequestURI(), Body: sealed, FormKey: Key(r), KeptAt: s.now()})
	})
	if err != nil {
		return "", false, fmt.Errorf("keep form: %w", err)
	}
	if full {
		id = ""
	}
	return id, full, nil
}

// keptForms lists the saved forms of an account, the newest first.
func (s *Site) keptForms(ctx context.Context, account string) ([]savedForm, error) {
	if s.Fields == nil {
		return nil, nil
	}
	var list []savedForm
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
			form := savedForm{id: row.ID, path: row.Path, at: row.KeptAt, fields: fieldsOf(values)}
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
	s.Page("GET /kept/{id}", func(w http.ResponseWriter, r *http.Request) error {
		kept, err := s.keptForms(r.Context(), Principal(r.Context()).Account)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(kept, func(f savedForm) bool { return f.id == r.PathValue("id") })
		if i < 0 {
			return &casework.Error{Code: casework.CodeNotFound, Message: "没有保留的内容，可能已经继续提交。"}
		}
		form := kept[i]
		form.next, form.reopened = LocalPath(r.FormValue("next")), s.reopens(form.path)
		return s.Show(w, r, Frame{Title: "您填写的内容仍在"}, keptPage(form))
	})
	s.Page("POST /kept/{id}/drop", func(w http.ResponseWriter, r *http.Request) error {
		if err := s.dropKept(r.Context(), r.PathValue("id")); err != nil {
			return err
		}
		http.Redirect(w, r, LocalPath(r.FormValue("next")), http.StatusSeeOther)
		return nil
	})
}

// Reopens has a form that could not be sent shown again by its page, with what was entered: the page of the pattern shows a form again
// that is sent to it with _again.
func (s *Site) Reopens(pattern string) { s.reopening[pattern] = true }

// reopens reports whether the page to which a form was sent can show it again with its input.
func (s *Site) reopens(path string) bool {
	r, err := http.NewRequest(http.MethodPost, path, nil)
	if err != nil {
		return false
	}
	_, pattern := s.mux.Handler(r)
	return s.reopening[pattern]
}

// dropKept deletes a saved form, after it has been submitted.
func (s *Site) dropKept(ctx context.Context, id string) error {
	err := s.DB.AsSessions(ctx, func(q *store.Queries) error {
		return q.DropKeptForm(ctx, store.DropKeptFormParams{ID: id, Account: Principal(ctx).Account})
	})
	if err != nil {
		return fmt.Errorf("drop kept form: %w", err)
	}
	return nil
}
