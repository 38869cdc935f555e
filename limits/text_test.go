package limits

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestPartsThatAreNoTextAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		path, query, key string
		want             string
	}{
		"plain":                       {"/institutions/inst-1", "q=托育&after=x", "k-1", ""},
		"a line break in a search":    {"/cases", "q=a%0Ab", "", ""},
		"NUL in the path":             {"/institutions/\x00", "", "", "path "},
		"no UTF-8 in the path":        {"/documents/\xff", "", "", "path "},
		"NUL in the query":            {"/children", "class=%00", "", "query class"},
		"no UTF-8 in the query":       {"/children", "class=%ff", "", "query class"},
		"no UTF-8 in a name":          {"/children", "%ff=1", "", "query "},
		"an escape that is none":      {"/children", "class=%zz", "", "query "},
		"4000 characters":             {"/cases", "q=" + url.QueryEscape(strings.Repeat("托", 4000)), "", ""},
		"4001 characters":             {"/cases", "q=" + url.QueryEscape(strings.Repeat("托", 4001)), "", "query q"},
		"a key that is no UTF-8":      {"/tasks", "", "\xe9", "header Idempotency-Key"},
		"a key with a control symbol": {"/tasks", "", "a\x7f", "header Idempotency-Key"},
	} {
		r := &http.Request{URL: &url.URL{Path: c.path, RawQuery: c.query}, Header: http.Header{}}
		if c.key != "" {
			r.Header.Set("Idempotency-Key", c.key)
		}
		got := ""
		if part, bad := Unreadable(r); bad {
			got = part.In + " " + part.Name
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	many := url.Values{}
	for i := range mostParameters + 1 {
		many.Set("p"+strings.Repeat("x", i), "1")
	}
	if _, bad := Unreadable(&http.Request{URL: &url.URL{RawQuery: many.Encode()}}); !bad {
		t.Errorf("%d parameters are taken", len(many))
	}
}

func FuzzReadable(f *testing.F) {
	for _, s := range []string{"", "托育", "a\x00", "\xff", "\u202e", strings.Repeat("长", 4001)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if Readable(s) && (strings.ContainsRune(s, 0) || strings.ToValidUTF8(s, "") != s) {
			t.Errorf("%q is taken", s)
		}
	})
}
