package nursery_test

import (
	"testing"

	"tuoyu/nursery"
)

// FuzzParseDate checks that a parsed date is valid and formats as the text it was parsed from.
func FuzzParseDate(f *testing.F) {
	for _, text := range []string{"2026-01-31", "2024-02-29", "2025-02-29", "0000-00-00", "9999-12-31", "2026-1-31", "2026-01-31 ", "２０２６-01", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := nursery.ParseDate(text)
		if err != nil {
			return
		}
		if !d.Valid() || d.String() != text {
			t.Fatalf("%q is read as %v", text, d)
		}
	})
}
