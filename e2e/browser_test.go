package e2e

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tuoyu/e2e/roleplay"
)

// browser is a visitor of the pages in a test.
type browser struct {
	*roleplay.Visitor
	t *testing.T
}

func newBrowser(t *testing.T, h *harness) *browser {
	t.Helper()
	return &browser{roleplay.NewVisitor(h.url), t}
}

func signIn(t *testing.T, h *harness, account string) *browser {
	t.Helper()
	b := newBrowser(t, h)
	b.signIn(account, "/account")
	return b
}

// signIn returns the page to which a user is redirected after signing in.
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

// post sends a form of alternating names and values.
func (b *browser) post(path string, fields ...string) roleplay.Page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.send(http.MethodPost, path, form)
}

var keyField = regexp.MustCompile(`name="_key" value="([^"]+)"`)

// keyOn returns the idempotency key of the form on a page.
func keyOn(t *testing.T, p roleplay.Page) string {
	t.Helper()
	found := keyField.FindStringSubmatch(p.Body)
	if found == nil {
		t.Fatalf("no form on the page: %s", p.Body)
	}
	return found[1]
}

var versionField = regexp.MustCompile(`name="_version" value="([^"]+)"`)

// fill opens the page of a form, and sends the form with alternating names and values. It returns the resulting page.
func (b *browser) fill(path string, files []roleplay.File, fields ...string) roleplay.Page {
	b.t.Helper()
	shown := b.get(path)
	if shown.Status != http.StatusOK {
		b.t.Fatalf("%s: %d: %s", path, shown.Status, shown.Body)
	}
	return b.sendForm(shown, path, files, fields...)
}

// sendForm sends the form of a page to an address, with the page's key.
func (b *browser) sendForm(shown roleplay.Page, path string, files []roleplay.File, fields ...string) roleplay.Page {
	b.t.Helper()
	form := url.Values{"_key": {keyOn(b.t, shown)}}
	if v := versionField.FindStringSubmatch(shown.Body); v != nil {
		form.Set("_version", v[1])
	}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	p, err := b.SendFiles(b.t.Context(), path, form, files...)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// led asserts that a form was accepted, and returns the page it redirects to, which must contain a text.
func (b *browser) led(p roleplay.Page, to, says string) roleplay.Page {
	b.t.Helper()
	if p.Status != http.StatusSeeOther || !strings.HasPrefix(p.Location, to) {
		b.t.Fatalf("want to be led to %s, got %d %q: %s", to, p.Status, p.Location, said(p))
	}
	shown := b.get(p.Location)
	if shown.Status != http.StatusOK || !strings.Contains(shown.Body, says) {
		b.t.Fatalf("%s does not say %q: %d %s", p.Location, says, shown.Status, said(shown))
	}
	return shown
}

// shows asserts that a page contains words.
func (b *browser) shows(path string, words ...string) roleplay.Page {
	b.t.Helper()
	p := b.get(path)
	for _, word := range words {
		if p.Status != http.StatusOK || !strings.Contains(p.Body, word) {
			b.t.Fatalf("%s does not show %q: %d %s", path, word, p.Status, said(p))
		}
	}
	return p
}

var markup = regexp.MustCompile(`<[^>]*>|\s+`)

// said returns the text of a page, without its markup.
func said(p roleplay.Page) string {
	_, body, _ := strings.Cut(p.Body, "<main")
	return markup.ReplaceAllString(body, " ")
}
