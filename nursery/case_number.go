package nursery

import (
	"fmt"
	"strconv"
	"strings"
)

// CaseNumber is the number of a case (办件编号) in its canonical form, such as BA-140403-2026-000017-5: the kind of
// process in two letters, the county, the year, a sequence within these three, and a check character. It contains
// nothing about the applicant and may appear in workflow IDs, logs and documents.
type CaseNumber string

const caseNumberLength = 19 // without dashes: 2 kind, 6 county, 4 year, 6 sequence, 1 check

// NewCaseNumber returns the number of the sequence-th case (1 to 999999) of a kind (two capital letters) in a county,
// or in the city, in a year. The error is an *InvalidError with code case_number.kind, case_number.county,
// case_number.year or case_number.sequence.
func NewCaseNumber(kind, county string, year, sequence int) (CaseNumber, error) {
	if len(kind) != 2 || !capitals(kind) {
		return "", invalid("case_number.kind", "办件编号的类别应为两个大写字母")
	}
	if d, ok := DivisionByCode(county); !ok || d.Level == LevelTownship {
		return "", invalid("case_number.county", "办件编号的区划应为本市或其县区")
	}
	if year < 2000 || year > 9999 {
		return "", invalid("case_number.year", "办件编号的年份不对")
	}
	if sequence < 1 || sequence > 999999 {
		return "", invalid("case_number.sequence", "办件编号的顺序号应在1至999999之间")
	}
	stem := fmt.Sprintf("%s%s%04d%06d", kind, county, year, sequence)
	return writeCaseNumber(stem + string(caseNumberCheck(stem))), nil
}

// ParseCaseNumber parses a number in either case, with or without dashes and surrounding spaces, and returns its
// canonical form. The county need not be a current one: numbers outlive divisions. The error is an *InvalidError with
// code case_number.form or case_number.check.
//
// The check is ISO/IEC 7064 MOD 37,36. It detects every single wrong character. Of the transpositions of two different
// neighbours it detects all except those of consecutive values (0 and 1, 1 and 2 …) at the one running state, 36, at
// which they commute: 9 of the 1,620 combinations of state and pair of digits.
func ParseCaseNumber(s string) (CaseNumber, error) {
	compact := upperASCII(strings.ReplaceAll(strings.TrimSpace(s), "-", ""))
	if len(compact) != caseNumberLength || !capitals(compact[:2]) || !digits(compact[2:18]) ||
		strings.IndexByte(alphanumeric, compact[18]) < 0 || compact[8:12] < "2000" || compact[12:18] == "000000" {
		return "", invalid("case_number.form", "办件编号格式不对,应如 BA-140403-2026-000017-5")
	}
	if compact[18] != caseNumberCheck(compact[:18]) {
		return "", invalid("case_number.check", "办件编号有误,请对照回执逐位核对")
	}
	return writeCaseNumber(compact), nil
}

// Kind returns the two letters of the kind of process, "" if c is not a case number.
func (c CaseNumber) Kind() string { return c.part(0, 2) }

// County returns the division code, "" if c is not a case number.
func (c CaseNumber) County() string { return c.part(3, 9) }

// Year returns the year, 0 if c is not a case number.
func (c CaseNumber) Year() int { return c.number(10, 14) }

// Sequence returns the sequence within kind, county and year, 0 if c is not a case number.
func (c CaseNumber) Sequence() int { return c.number(15, 21) }

func (c CaseNumber) part(from, to int) string {
	if len(c) != caseNumberLength+4 {
		return ""
	}
	return string(c[from:to])
}

func (c CaseNumber) number(from, to int) int {
	n, err := strconv.Atoi(c.part(from, to))
	if err != nil {
		return 0
	}
	return n
}

func writeCaseNumber(compact string) CaseNumber {
	return CaseNumber(strings.Join([]string{
		compact[:2], compact[2:8], compact[8:12], compact[12:18], compact[18:]}, "-"))
}

func caseNumberCheck(stem string) byte {
	product := 36
	for i := range len(stem) {
		sum := (product + strings.IndexByte(alphanumeric, stem[i])) % 36
		if sum == 0 {
			sum = 36
		}
		product = sum * 2 % 37
	}
	return alphanumeric[(37-product)%36]
}

// upperASCII converts a–z only to upper case: the Unicode mapping would turn letters such as ſ into capitals nobody
// typed.
func upperASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

func capitals(s string) bool {
	for _, c := range []byte(s) {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}
