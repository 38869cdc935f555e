package e2e

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
)

const pagesCookie = "__Host-tuoyu"

// browser is somebody at the pages: one account, its cookie, no scripts.
type browser struct {
	t      *testing.T
	h      *house
	cookie string
}

// page is an answer to a browser.
type page struct {
	status   int
	location string // absolute where the answer came from elsewhere
	body     string
	header   http.Header
}

// pagesHouse is an installation whose sign-in page offers the role accounts.
func pagesHouse(t *testing.T) *house {
	t.Helper()
	return ownHouse(t, "TUOYU_DEMO_ACCOUNTS_URL="+os.Getenv("TUOYU_OIDC_ISSUER")+"/accounts")
}

// send asks as the browser does, following nothing. The cookie is Secure, which a Go jar would not send on loopback.
func (b *browser) send(method, path string, form url.Values, header ...string) page {
	b.t.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = b.h.url + path
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.Header.Set("Accept", "text/html")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if b.cookie != "" && strings.HasPrefix(address, b.h.url) {
		r.AddCookie(&http.Cookie{Name: pagesCookie, Value: b.cookie})
	}
	once := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := once.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		if c.Name == pagesCookie {
			if !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
				b.t.Errorf("the cookie is %+v", c)
			}
			b.cookie = c.Value
		}
	}
	to := res.Header.Get("Location")
	if strings.HasPrefix(to, "/") && !strings.HasPrefix(address, b.h.url) {
		to = r.URL.Scheme + "://" + r.URL.Host + to // the provider's own
	}
	return page{res.StatusCode, to, string(raw), res.Header}
}

func (b *browser) get(path string) page { b.t.Helper(); return b.send(http.MethodGet, path, nil) }

func (b *browser) post(path string, fields ...string) page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.send(http.MethodPost, path, form)
}

// follow goes where the answer leads, until there is a page.
func (b *browser) follow(p page) page {
	b.t.Helper()
	for range 10 {
		if p.location == "" {
			return p
		}
		p = b.get(p.location)
	}
	b.t.Fatal("led on for ever")
	return p
}

// signIn goes through the provider, as the link of an account on the sign-in page does.
func signIn(t *testing.T, h *house, account string) *browser {
	t.Helper()
	b := &browser{t: t, h: h}
	b.signIn(account)
	return b
}

func (b *browser) signIn(account string) page {
	b.t.Helper()
	p := b.follow(b.get("/signin/start?account=" + url.QueryEscape(account) + "&next=/account"))
	if p.status != 200 {
		b.t.Fatalf("%s could not sign in: %d: %s", account, p.status, p.body)
	}
	return p
}

var keyField = regexp.MustCompile(`name="_key" value="([^"]+)"`)

// key is the idempotency key of the form on the page.
func (p page) key(t *testing.T) string {
	t.Helper()
	found := keyField.FindStringSubmatch(p.body)
	if found == nil {
		t.Fatalf("no form on the page: %s", p.body)
	}
	return found[1]
}
