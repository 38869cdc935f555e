package nursery_test

import (
	"testing"

	"tuoyu/nursery"
)

// A date that is read is a day, and is written as it was read.
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
