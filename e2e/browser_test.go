package e2e

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"tuoyu/e2e/roleplay"
)

// browser is a visitor of the pages in a test.
type browser struct {
	*roleplay.Visitor
	t *testing.T
}

func newBrowser(t *testing.T, h *house) *browser {
	t.Helper()
	return &browser{roleplay.NewVisitor(h.url), t}
}

func signIn(t *testing.T, h *house, account string) *browser {
	t.Helper()
	b := newBrowser(t, h)
	b.signIn(account, "/account")
	return b
}

// signIn gives the page that one is led to after signing in.
func (b *browser) signIn(account, next string) roleplay.Page {
	b.t.Helper()
	p, err := b.SignIn(b.t.Context(), account, next)
	if err != nil || p.Status != http.StatusOK {
		b.t.Fatalf("%s could not sign in: %v, %d: %s", account, err, p.Status, p.Body)
	}
	return p
}

func (b *browser) send(method, path string, form url.Values, header ...string) roleplay.Page {
	b.t.Helper()
	p, err := b.Send(b.t.Context(), method, path, form, header...)
	if err != nil {
		b.t.Fatal(err)
	}
	if c := p.Set; c != nil && (!c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode) {
		b.t.Errorf("the cookie is %+v", c)
	}
	return p
}

func (b *browser) get(path string) roleplay.Page {
	b.t.Helper()
	return b.send(http.MethodGet, path, nil)
}

// post sends a form of names and values by turns.
func (b *browser) post(path string, fields ...string) roleplay.Page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.send(http.MethodPost, path, form)
}

var keyField = regexp.MustCompile(`name="_key" value="([^"]+)"`)

// keyOn is the idempotency key of the form on a page.
func keyOn(t *testing.T, p roleplay.Page) string {
	t.Helper()
	found := keyField.FindStringSubmatch(p.Body)
	if found == nil {
		t.Fatalf("no form on the page: %s", p.Body)
	}
	return found[1]
}
