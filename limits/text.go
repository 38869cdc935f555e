package limits

import (
	"net/http"
	"net/url"
	"unicode/utf8"
)

const (
	mostParameters   = 200
	longestParameter = 4000 // characters
)

// A BadPart is a part of a request that is no text Postgres or a log can hold. In is "path", "query" or "header", and Name is that
// of the parameter or header.
type BadPart struct {
	In, Name string
}

// Unreadable returns the first part of a request, body aside, that holds bytes which are no UTF-8 or control characters, or that is
// longer or more than any address of ours needs; false when there is none. The path is looked at as the server decoded it.
func Unreadable(r *http.Request) (BadPart, bool) {
	if !Readable(r.URL.Path) {
		return BadPart{In: "path"}, true
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(query) > mostParameters {
		return BadPart{In: "query"}, true
	}
	for name, values := range query {
		for _, value := range values {
			if !Readable(name) || !Readable(value) {
				return BadPart{In: "query", Name: printableName(name)}, true
			}
		}
	}
	for _, key := range r.Header.Values("Idempotency-Key") {
		if !Readable(key) {
			return BadPart{In: "header", Name: "Idempotency-Key"}, true
		}
	}
	return BadPart{}, false
}

// Readable reports whether text is UTF-8 without control characters, but for line breaks and tabs, and of a length that a parameter
// may have.
func Readable(text string) bool {
	if len(text) > 4*longestParameter || !Storable(text) {
		return false
	}
	return utf8.RuneCountInString(text) <= longestParameter
}

// Storable reports whether text is UTF-8 without control characters, but for line breaks and tabs, and without U+FFFD, which is what
// half a surrogate pair becomes. Postgres refuses NUL, and paper holds none of them.
func Storable(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for _, r := range text {
		if r == utf8.RuneError || r == 0x7f || r < 0x20 && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}

// printableName returns a name that can be said in an answer.
func printableName(name string) string {
	if !Readable(name) {
		return ""
	}
	return name
}
