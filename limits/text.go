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

// A BadPart is a part of a request that is not text that Postgres or a log can store. In is "path", "query" or
// "header", and Name is the name of the parameter or header.
type BadPart struct {
	In, Name string
}

// Unreadable returns the first part of a request, excluding the body, that contains invalid UTF-8 or control
// characters, or that exceeds the lengths and counts any endpoint needs; false if there is none. The path is checked as
// decoded by the server.
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

// Readable reports whether text is valid UTF-8 without control characters except line breaks and tabs, and not longer
// than a parameter may be.
func Readable(text string) bool {
	if len(text) > 4*longestParameter || !Storable(text) {
		return false
	}
	return utf8.RuneCountInString(text) <= longestParameter
}

// Storable reports whether text is valid UTF-8 without control characters except line breaks and tabs, and without
// U+FFFD, which results from half a surrogate pair. Postgres rejects NUL, and documents can show none of the others.
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

// printableName returns a form of the name that can be included in a response.
func printableName(name string) string {
	if !Readable(name) {
		return ""
	}
	return name
}
