package documents

import (
	"crypto/rand"
	"errors"
	"strings"
)

// Code is a verification code 核验码: 15 random symbols of Crockford's base 32 (75 bits) and a check symbol, written in
// groups of four. It contains nothing about the document, so a document can only be found by guessing.
type Code string

const (
	codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeSymbols  = 16
)

// ErrCode is the error for a text that is not a verification code: wrong length, an invalid symbol, or a wrong check
// symbol.
var ErrCode = errors.New("not a verification code")

// NewCode returns a random code from the system's random source, which never fails in Go.
func NewCode() Code {
	var b [codeSymbols]byte
	_, _ = rand.Read(b[:])
	for i := range b {
		b[i] &= 31
	}
	return formatCode(b)
}

// ParseCode parses a code as people type it: any case, spaces and dashes anywhere, O for 0, I and L for 1. It returns
// the canonical form, or ErrCode. One wrong symbol and any exchange of two symbols are always detected.
func ParseCode(s string) (Code, error) {
	var b [codeSymbols]byte
	n := 0
	for _, r := range strings.ToUpper(s) {
		switch r {
		case ' ', '-', '\t', '\u3000', '－', '—', '–':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		i := strings.IndexRune(codeAlphabet, r)
		if i < 0 || n == codeSymbols {
			return "", ErrCode
		}
		b[n] = byte(i)
		n++
	}
	if n != codeSymbols || b[codeSymbols-1] != checkSymbol(b) {
		return "", ErrCode
	}
	return formatCode(b), nil
}

// formatCode sets the check symbol and returns the code in groups.
func formatCode(b [codeSymbols]byte) Code {
	b[codeSymbols-1] = checkSymbol(b)
	var out strings.Builder
	for i, v := range b {
		if i > 0 && i%4 == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(codeAlphabet[v])
	}
	return Code(out.String())
}

// checkSymbol returns the symbol that makes Σ a^i·b[i] over all symbols, the check included with a^0, zero in GF(32).
// The powers of the generator a are distinct and not zero for 16 places, so no single change and no exchange preserves
// the sum.
func checkSymbol(b [codeSymbols]byte) byte {
	var sum byte
	for _, v := range b[:codeSymbols-1] {
		sum = timesGenerator(sum ^ v)
	}
	return sum
}

// timesGenerator multiplies by x in GF(2)[x]/(x^5+x^2+1), where x generates all 31 units.
func timesGenerator(v byte) byte {
	v <<= 1
	if v&32 != 0 {
		v ^= 0b100101
	}
	return v
}
