package casework

import (
	"testing"
	"time"

	"tuoyu/nursery"
)

// FuzzCursor checks that an accepted cursor is encoded to the same position again, and contains nothing that Postgres
// rejects.
func FuzzCursor(f *testing.F) {
	f.Add(Cursor{ID: "BA-140403-2026-000001"}.encode())
	f.Add(Cursor{On: nursery.Date{Year: 2026, Month: 1, Day: 31}, No: 7}.encode())
	f.Add(Cursor{At: time.Date(2026, 1, 31, 8, 0, 0, 1000, time.UTC), ID: "~"}.encode())
	f.Add("e30")
	f.Add("eyJpIjoiXHUwMDAwIn0")
	f.Add("not a cursor")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := decodeCursor(text)
		if err != nil {
			return
		}
		if !Printable(c.ID) {
			t.Fatalf("%q leads to %q", text, c.ID)
		}
		again, err := decodeCursor(c.encode())
		if err != nil || again.ID != c.ID || again.No != c.No || again.On != c.On || !again.At.Equal(c.At) {
			t.Fatalf("%q is read as %+v, and that as %+v, %v", text, c, again, err)
		}
	})
}
