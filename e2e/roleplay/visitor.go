package roleplay

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// PagesCookie is the name of the session cookie of the pages.
const PagesCookie = "__Host-tuoyu"

// Visitor is a user of the pages with a minimal browser: one cookie, no scripts.
type Visitor struct {
	Cookie string // the session; empty before the first response
	url    string
	others map[string]string // cookies other than the session: sign-ins in progress
}

// Page is a response to a visitor. Location is the target of its redirect, absolute if it is on another host.
type Page struct {
	Status   int
	Location string
	Body     string
	Header   http.Header
	Set      *http.Cookie // the session's cookie, if the response set it
}

// NewVisitor returns a visitor who has not signed in, at the pages under url.
func NewVisitor(url string) *Visitor { return &Visitor{url: url, others: map[string]string{}} }

// Send sends a request as a browser does and follows no redirect. A form is sent as same-origin, unless header
// states otherwise; header is alternating names and values. The cookie is Secure, which a Go cookie jar would not send on
// loopback.
func (v *Visitor) Send(ctx context.Context, method, path string, form url.Values, header ...string) (Page, error) {
	if form == nil {
		return v.send(ctx, method, path, nil, header)
	}
	return v.send(ctx, method, path, strings.NewReader(form.Encode()), append([]string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"}, header...))
}

// File is a file in a form: the field it is sent as, its name and its content.
type File struct {
	Field, Name string
	Content     []byte
}

// SendFiles sends a form with files.
func (v *Visitor) SendFiles(ctx context.Context, path string, form url.Values, files ...File) (Page, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, value := range values {
			if err := w.WriteField(name, value); err != nil {
				return Page{}, fmt.Errorf("write form: %w", err)
			}
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f.Field, f.Name)
		if err == nil {
			_, err = part.Write(f.Content)
		}
		if err != nil {
			return Page{}, fmt.Errorf("write form: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return Page{}, fmt.Errorf("write form: %w", err)
	}
	return v.send(ctx, http.MethodPost, path, &body, []string{"Content-Type", w.FormDataContentType(), "Sec-Fetch-Site", "same-origin"})
}

func (v *Visitor) send(ctx context.Context, method, path string, body io.Reader, header []string) (Page, error) {
	address := path
	if strings.HasPrefix(path, "/") {
		address = v.url + path
	}
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return Page{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	r.Header.Set("Accept", "text/html")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	own := strings.HasPrefix(address, v.url)
	if v.Cookie != "" && own {
		r.AddCookie(&http.Cookie{Name: PagesCookie, Value: v.Cookie})
	}
	for name, value := range v.others {
		if own {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	}
	once := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := once.Do(r)
	if err != nil {
		return Page{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return Page{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	p := Page{Status: res.StatusCode, Location: res.Header.Get("Location"), Body: string(raw), Header: res.Header}
	if strings.HasPrefix(p.Location, "/") && !own {
		p.Location = r.URL.Scheme + "://" + r.URL.Host + p.Location // redirected to the provider itself
	}
	for _, c := range res.Cookies() {
		switch {
		case c.Name == PagesCookie:
			p.Set, v.Cookie = c, c.Value
		case own && c.MaxAge < 0:
			delete(v.others, c.Name)
		case own:
			v.others[c.Name] = c.Value
		}
	}
	return p, nil
}

// SignIn signs in through the demonstration's provider as account, selected on the provider's own page, and goes on to
// next. It returns the resulting page.
func (v *Visitor) SignIn(ctx context.Context, account, next string) (Page, error) {
	p, err := v.BeginSignIn(ctx, next)
	if err != nil {
		return p, err
	}
	return v.EndSignIn(ctx, p, account)
}

// BeginSignIn starts a sign-in and returns the response that redirects to the provider.
func (v *Visitor) BeginSignIn(ctx context.Context, next string) (Page, error) {
	return v.Send(ctx, http.MethodGet, "/signin/start?next="+url.QueryEscape(next), nil)
}

// EndSignIn completes a sign-in that BeginSignIn started.
func (v *Visitor) EndSignIn(ctx context.Context, p Page, account string) (_ Page, err error) {
	for range 10 {
		if err != nil || p.Location == "" {
			return p, err
		}
		if to, request, ok := strings.Cut(p.Location, "/sign-in?request="); ok {
			p, err = v.Send(ctx, http.MethodPost, to+"/sign-in", url.Values{"request": {request}, "account": {account}})
			continue
		}
		p, err = v.Send(ctx, http.MethodGet, p.Location, nil)
	}
	return p, fmt.Errorf("sign in as %s: led on for ever", account)
}
