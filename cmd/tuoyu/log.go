package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"regexp"
)

// newLogger returns a logger that writes JSON lines, with identity numbers and phone numbers redacted.
func newLogger(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(&redactor{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})})
}

// redactor redacts personal numbers in messages and attributes. It is a safety net: code must not log personal data in
// the first place.
type redactor struct{ next slog.Handler }

// Enabled implements slog.Handler.
func (r *redactor) Enabled(ctx context.Context, level slog.Level) bool {
	return r.next.Enabled(ctx, level)
}

// Handle implements slog.Handler; it redacts personal numbers.
func (r *redactor) Handle(ctx context.Context, record slog.Record) error {
	clean := slog.NewRecord(record.Time, record.Level, redact(record.Message), record.PC)
	record.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(redactAttr(a))
		return true
	})
	return r.next.Handle(ctx, clean)
}

// WithAttrs implements slog.Handler; it redacts the attributes.
func (r *redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &redactor{r.next.WithAttrs(redactAttrs(attrs))}
}

// WithGroup implements slog.Handler.
func (r *redactor) WithGroup(name string) slog.Handler { return &redactor{r.next.WithGroup(name)} }

func redactAttrs(attrs []slog.Attr) []slog.Attr {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = redactAttr(a)
	}
	return clean
}

func redactAttr(a slog.Attr) slog.Attr {
	value := a.Value.Resolve()
	switch value.Kind() {
	case slog.KindString:
		value = slog.StringValue(redact(value.String()))
	case slog.KindGroup:
		value = slog.GroupValue(redactAttrs(value.Group())...)
	case slog.KindInt64, slog.KindUint64:
		if text := value.String(); redact(text) != text {
			value = slog.StringValue(redact(text))
		}
	case slog.KindAny:
		value = slog.StringValue(redact(text(value.Any())))
	}
	return slog.Attr{Key: a.Key, Value: value}
}

// text returns any value as one line, as JSON if it has no text form of its own.
func text(v any) string {
	switch v := v.(type) {
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case []byte:
		return string(v)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T that cannot be logged", v)
	}
	return string(raw)
}

// personal matches what is redacted: resident identity numbers of 18 and 15 digits (GB 11643), mobile phones with or
// without the country code, and landlines with their area code.
var personal = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]`), "[identity number]"},
	{regexp.MustCompile(`[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}`), "[identity number]"},
	{regexp.MustCompile(`[A-Z]\d{9}`), "[birth certificate]"},
	{regexp.MustCompile(`(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}`), "[phone]"},
	{regexp.MustCompile(`0[1-9]\d{1,2}-\d{7,8}`), "[phone]"},
}

// redact returns text with every personal number replaced by the kind of number. A run of digits is matched as a whole:
// a part of a longer number that looks like a phone is not replaced.
func redact(text string) string {
	for _, p := range personal {
		text = replaceWhole(text, p.pattern, p.instead)
	}
	return text
}

// replaceWhole replaces the matches that have no adjacent digit or letter.
func replaceWhole(text string, pattern *regexp.Regexp, instead string) string {
	matches := pattern.FindAllStringIndex(text, -1)
	if matches == nil {
		return text
	}
	out, from := make([]byte, 0, len(text)), 0
	for _, m := range matches {
		if m[0] > 0 && alphanumeric(text[m[0]-1]) || m[1] < len(text) && alphanumeric(text[m[1]]) {
			continue
		}
		out = append(out, text[from:m[0]]...)
		out = append(out, instead...)
		from = m[1]
	}
	return string(append(out, text[from:]...))
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
