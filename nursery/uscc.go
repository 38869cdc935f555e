package nursery

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY" // GB 32100 leaves out I, O, S, V and Z
	usccLength   = 18
)

var (
	usccWeights         = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28} // 3^i mod 31
	organisationWeights = [8]int{3, 7, 9, 10, 5, 8, 4, 2}
)

// USCC is a unified social credit code (统一社会信用代码, GB 32100-2015): registering department, body kind, six digits of
// division, nine characters of organisation code and a check character. A USCC from ParseUSCC or MakeUSCC is well
// formed; the methods of any other return "" for a part it does not have.
type USCC string

// ParseUSCC checks s without normalizing it: spaces and lower-case letters are errors, since the code is printed on
// stamped documents as typed. The error is an *InvalidError with code uscc.length, uscc.alphabet, uscc.division
// (characters 3–8 are not digits) or uscc.check.
//
// The weights are distinct powers of 3 modulo the prime 31 except that the first and the check character both weigh 1.
// So every single wrong character is detected, and every exchange of two characters except that of the first and the
// last. The inner check of the organisation code is not required, see OrganisationCodeValid. Some codes issued in early
// pilots fail the standard's own check; they are rejected like any other.
func ParseUSCC(s string) (USCC, error) {
	if n := utf8.RuneCountInString(s); n != usccLength {
		return "", invalid("uscc.length", fmt.Sprintf("统一社会信用代码应为18位,现为%d位", n))
	}
	position := 0
	for _, r := range s {
		position++
		if !strings.ContainsRune(usccAlphabet, r) {
			return "", invalid("uscc.alphabet",
				fmt.Sprintf("统一社会信用代码第%d位不是允许的字符:只用数字和大写字母,不用I、O、S、V、Z", position))
		}
	}
	if !digits(s[2:8]) {
		return "", invalid("uscc.division", "统一社会信用代码第3至8位应为行政区划数字")
	}
	if s[17] != usccCheck(s[:17]) {
		return "", invalid("uscc.check", "统一社会信用代码校验位不符,请对照证书逐位核对")
	}
	return USCC(s), nil
}

// Prefix returns the first two characters: the registering department and the kind of body, such as 12 事业单位, 52
// 民办非企业单位, 91 企业, 92 个体工商户.
func (c USCC) Prefix() string { return c.part(0, 2) }

// Division returns the six digits of the division (登记管理机关行政区划码) at which the body was registered.
func (c USCC) Division() string { return c.part(2, 8) }

// OrganisationCode returns the nine characters of the organisation code (组织机构代码, GB 11714), its check included.
func (c USCC) OrganisationCode() string { return c.part(8, 17) }

func (c USCC) part(from, to int) string {
	if len(c) != usccLength {
		return ""
	}
	return string(c[from:to])
}

// OrganisationCodeValid reports whether s is nine characters of which the last is the correct check of the others by GB
// 11714. That check is modulo 11 over values up to 35, so it is weaker than the outer one: it does not distinguish
// characters whose values differ by 11 or 22, such as 0 and B.
func OrganisationCodeValid(s string) bool {
	if len(s) != 9 {
		return false
	}
	check, ok := organisationCheck(s[:8])
	return ok && s[8] == check
}

// MakeUSCC builds a valid code for fixtures from a prefix of two characters, a division of six digits and eight
// characters of body; it computes the organisation check and the final check. The error is that of ParseUSCC.
func MakeUSCC(prefix, division, body string) (USCC, error) {
	inner, ok := organisationCheck(body)
	if len(prefix) != 2 || len(division) != 6 || !ok {
		return "", invalid("uscc.parts", "统一社会信用代码由2位前缀、6位区划和8位主体标识组成")
	}
	stem := prefix + division + body + string(inner)
	for _, r := range stem {
		if !strings.ContainsRune(usccAlphabet, r) {
			return "", invalid("uscc.alphabet", "统一社会信用代码只用数字和大写字母,不用I、O、S、V、Z")
		}
	}
	return ParseUSCC(stem + string(usccCheck(stem)))
}

func usccCheck(stem string) byte {
	sum := 0
	for i, weight := range usccWeights {
		sum += strings.IndexByte(usccAlphabet, stem[i]) * weight
	}
	return usccAlphabet[(31-sum%31)%31]
}

func organisationCheck(body string) (check byte, ok bool) {
	if len(body) != len(organisationWeights) {
		return 0, false
	}
	sum := 0
	for i, weight := range organisationWeights {
		value := strings.IndexByte(alphanumeric, body[i])
		if value < 0 {
			return 0, false
		}
		sum += value * weight
	}
	return "0X987654321"[sum%11], true
}

// alphanumeric lists the characters in the order of their values: digits 0–9, then A = 10 to Z = 35.
const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}
