package documents

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func drawCode(t *rapid.T) Code {
	var b [codeSymbols]byte
	for i := range codeSymbols - 1 {
		b[i] = rapid.ByteRange(0, 31).Draw(t, "symbol")
	}
	return formatCode(b)
}

func TestKnownCodes(t *testing.T) {
	// Computed by hand in GF(32): a single 1 in front of the check symbol results in the generator x, which is 2; one
	// place further left x², which is 4.
	for in, want := range map[string]Code{
		"0000000000000000":       "0000-0000-0000-0000",
		"0000-0000-0000-0012":    "0000-0000-0000-0012",
		"0000 0000 0000 0104":    "0000-0000-0000-0104",
		"oooo-oooo-oooo-oo12":    "0000-0000-0000-0012",
		"  OOOO—OOOO－0000 00L2 ": "0000-0000-0000-0012",
		"0000-0000-0000-00i2":    "0000-0000-0000-0012",
	} {
		if got, err := ParseCode(in); err != nil || got != want {
			t.Errorf("ParseCode(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "0000-0000-0000-001", "0000-0000-0000-00122", "0000-0000-0000-0013", "0000-0000-0000-00U2", "0000-0000-0000-00中2", "0000/0000/0000/0012",
	} {
		if got, err := ParseCode(in); !errors.Is(err, ErrCode) {
			t.Errorf("ParseCode(%q) = %q, %v; want ErrCode", in, got, err)
		}
	}
}

func TestNewCodesAreWellFormedAndDiffer(t *testing.T) {
	form := regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$`)
	seen := map[Code]bool{}
	used := map[rune]bool{}
	for range 2000 {
		c := NewCode()
		if !form.MatchString(string(c)) {
			t.Fatalf("code %q has another form", c)
		}
		if got, err := ParseCode(string(c)); err != nil || got != c {
			t.Fatalf("ParseCode(%q) = %q, %v", c, got, err)
		}
		if seen[c] {
			t.Fatalf("code %q drawn twice in 2000", c)
		}
		seen[c] = true
		for _, r := range string(c) {
			used[r] = true
		}
	}
	if len(used) != 33 {
		t.Errorf("%d different characters in use, want 32 symbols and the dash", len(used))
	}
}

func TestACodeIsReadHoweverItIsTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := drawCode(t)
		var typed strings.Builder
		for _, r := range strings.ReplaceAll(string(code), "-", "") {
			typed.WriteString(rapid.SampledFrom([]string{"", "", " ", "-", "　", "－"}).Draw(t, "between"))
			s := string(r)
			switch r {
			case '0':
				s = rapid.SampledFrom([]string{"0", "O", "o"}).Draw(t, "zero")
			case '1':
				s = rapid.SampledFrom([]string{"1", "I", "i", "L", "l"}).Draw(t, "one")
			}
			if rapid.Bool().Draw(t, "lower") {
				s = strings.ToLower(s)
			}
			typed.WriteString(s)
		}
		if got, err := ParseCode(typed.String()); err != nil || got != code {
			t.Fatalf("ParseCode(%q) = %q, %v; want %q", typed.String(), got, err, code)
		}
	})
}

func TestOneWrongSymbolIsAlwaysCaught(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := []byte(strings.ReplaceAll(string(drawCode(t)), "-", ""))
		i := rapid.IntRange(0, codeSymbols-1).Draw(t, "place")
		shift := rapid.IntRange(1, 31).Draw(t, "shift")
		other := codeAlphabet[(strings.IndexByte(codeAlphabet, s[i])+shift)%32]
		s[i] = other
		if got, err := ParseCode(string(s)); err == nil {
			t.Fatalf("%s is taken for %s", s, got)
		}
	})
}

func TestTwoSwappedSymbolsAreAlwaysCaught(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := []byte(strings.ReplaceAll(string(drawCode(t)), "-", ""))
		i, j := rapid.IntRange(0, codeSymbols-1).Draw(t, "one"), rapid.IntRange(0, codeSymbols-1).Draw(t, "other")
		if s[i] == s[j] {
			return // exchanging equal symbols changes nothing
		}
		s[i], s[j] = s[j], s[i]
		if got, err := ParseCode(string(s)); err == nil {
			t.Fatalf("%s is taken for %s", s, got)
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Add("7H3J-0PZ9-M4TW-C2V5")
	f.Add("oil")
	f.Fuzz(func(t *testing.T, s string) {
		code, err := ParseCode(s)
		if err != nil {
			return
		}
		if again, err := ParseCode(string(code)); err != nil || again != code {
			t.Errorf("%q reads as %q, which reads as %q, %v", s, code, again, err)
		}
	})
}
