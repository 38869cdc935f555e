package roleplay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"

	"tuoyu/nursery"
)

const (
	pathProcedures = "/api/v1/procedures"
	pathRevisions  = "/api/v1/procedure-revisions"
	pathPublicity  = "/api/v1/public/publicity"
)

// Revision is a revision of a procedure in the API, reduced to the fields that stories use.
type Revision struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Title string `json:"title"`
	State string `json:"state"`
}

// Publish has a revision of a procedure, the archive with the id, published by two people, and waits until it is offered. One that is
// published already stays.
func (d *Users) Publish(ctx context.Context, key, kind, id string, archive []byte) error {
	author, approver := d.As("procedure-author"), d.As("procedure-approver")
	known, err := author.revision(ctx, id)
	if err != nil {
		return err
	}
	if known.State == "" {
		if err := d.Propose(ctx, key, kind, archive); err != nil {
			return err
		}
	}
	if known.State != "published" {
		if err := approver.Post(ctx, pathRevisions+"/"+id+"/decision", key+"-decision", map[string]any{"publish": true}, nil); err != nil {
			return err
		}
	}
	return author.awaits(ctx, kind+" to be offered", func() (bool, error) {
		err := author.Get(ctx, pathProcedures+"/"+kind, nil)
		return err == nil, unless(err, http.StatusNotFound)
	})
}

// revision reads a revision; the zero value if there is none.
func (a *Actor) revision(ctx context.Context, id string) (r Revision, err error) {
	err = a.Get(ctx, pathRevisions+"/"+id, &r)
	return r, unless(err, http.StatusNotFound)
}

// unless returns err unless it is a refusal with the status.
func unless(err error, status int) error {
	if refused, ok := errors.AsType[*Refusal](err); ok && refused.Status == status {
		return nil
	}
	return err
}

// Propose proposes a revision of a procedure.
func (d *Users) Propose(ctx context.Context, key, kind string, archive []byte) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", kind+".zip")
	if err != nil {
		return fmt.Errorf("propose %s: %w", kind, err)
	}
	if _, err := part.Write(archive); err != nil {
		return fmt.Errorf("propose %s: %w", kind, err)
	}
	if err := form.Close(); err != nil {
		return fmt.Errorf("propose %s: %w", kind, err)
	}
	return d.As("procedure-author").Do(ctx, Request{Method: http.MethodPost, Path: pathRevisions, Key: key, Body: body.Bytes(), ContentType: form.FormDataContentType()}, nil)
}

// awaits polls until done reports true, for as long as the client's patience.
func (a *Actor) awaits(ctx context.Context, what string, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, a.users.patience)
	defer cancel()
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited %s for %s: %w", a.users.patience, what, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// PrecheckProcedure has the rules of a procedure decide on facts before they are submitted.
func (a *Actor) PrecheckProcedure(ctx context.Context, kind string, facts any) (nursery.Decision, error) {
	var checked struct {
		Decision nursery.Decision `json:"decision"`
	}
	err := a.Post(ctx, pathProcedures+"/"+kind+"/precheck", "", map[string]any{"facts": facts}, &checked)
	return checked.Decision, err
}

// Apply starts a case of a procedure.
func (a *Actor) Apply(ctx context.Context, key, kind string, facts any) (Started, error) {
	var s Started
	err := a.Post(ctx, pathProcedures+"/"+kind+"/cases", key, map[string]any{"facts": facts}, &s)
	return s, err
}

// Anytime does what a procedure permits in several stages.
func (a *Actor) Anytime(ctx context.Context, key, caseNo, name string, form any) error {
	return a.Post(ctx, pathCases+"/"+caseNo+"/anytime/"+name, key, map[string]any{"form": form}, nil)
}

// Row is a row of a case.
type Row struct {
	Key  string          `json:"key"`
	Data json.RawMessage `json:"data"`
}

// Rows reads the rows of a set of a case, page by page.
func (a *Actor) Rows(ctx context.Context, caseNo, set string) ([]Row, error) {
	var all []Row
	for after := ""; ; {
		var page struct {
			Items []Row  `json:"items"`
			Next  string `json:"next"`
		}
		query := url.Values{"set": {set}, "limit": {"100"}, "after": {after}}
		if err := a.Get(ctx, pathCases+"/"+caseNo+"/rows?"+query.Encode(), &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if after = page.Next; after == "" {
			return all, nil
		}
	}
}

// PutRows writes rows of a set of a case.
func (a *Actor) PutRows(ctx context.Context, key, caseNo, set string, rows ...any) error {
	return a.Post(ctx, pathCases+"/"+caseNo+"/rows/"+set, key, map[string]any{"rows": rows}, nil)
}

// RemoveRow removes a row of a set of a case.
func (a *Actor) RemoveRow(ctx context.Context, key, caseNo, set, row string) error {
	return a.Post(ctx, pathCases+"/"+caseNo+"/rows/"+set+"/remove", key, map[string]any{"key": row}, nil)
}

// SendRows confirms that the rows of a set are complete.
func (a *Actor) SendRows(ctx context.Context, key, caseNo, set string) error {
	return a.Post(ctx, pathCases+"/"+caseNo+"/rows/"+set+"/send", key, nil, nil)
}

// Publicity is what is published of a case.
type Publicity struct {
	CaseNo string       `json:"case_no"`
	Title  string       `json:"title"`
	Body   string       `json:"body"`
	LastOn nursery.Date `json:"last_on"`
	Open   bool         `json:"open"`
}

// Publicity reads what is published in a county, the newest first, at most 100. The city is a county of its own here.
func (a *Actor) Publicity(ctx context.Context, county string) ([]Publicity, error) {
	var page struct {
		Items []Publicity `json:"items"`
	}
	err := a.Get(ctx, pathPublicity+"?limit=100&county="+county, &page)
	return page.Items, err
}

// Consultations reads what is published to the actor's role alone, the newest first, at most 100.
func (a *Actor) Consultations(ctx context.Context) ([]Publicity, error) {
	var page struct {
		Items []Publicity `json:"items"`
	}
	err := a.Get(ctx, "/api/v1/consultations?limit=100", &page)
	return page.Items, err
}

// Object raises an objection to what is published of a case. The key has to be random.
func (a *Actor) Object(ctx context.Context, key, caseNo, text string) error {
	return a.Post(ctx, pathPublicity+"/"+caseNo+"/objections", key, map[string]any{"form": map[string]any{"text": text}}, nil)
}
