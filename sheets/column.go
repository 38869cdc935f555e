package sheets

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Kind is how the cells of a column are parsed.
type Kind int

// The kinds of column.
const (
	Text   Kind = iota // as written, with surrounding space trimmed
	Word               // one of a few words: full-width letters and digits are converted to half-width, spaces are removed
	Number             // digits of an identifier, such as a telephone number: as Word, without the ".0" a spreadsheet adds
	Day                // a date: a spreadsheet's day count is converted to a date, other text is left to the caller
)

// Column describes a column of a file.
type Column struct {
	Name   string   // its heading in files written by this package
	Also   []string // other accepted headings
	Kind   Kind
	Needed bool // a file without the column is rejected
}

// MaxColumns is the maximum number of columns of a file.
const MaxColumns = 100

// maxText is the maximum length of a cell in bytes. No field of a roster is as long.
const maxText = 2000

var headingNote = regexp.MustCompile(`[（(](必填|选填|可选|可不填|格式|如|例|年|yyyy|YYYY)[^（()）]*[)）]$`)

// heading returns a heading without the decoration people add: spaces, line breaks, asterisks and notes such as （必填）.
func heading(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("*＊:：", r) {
			return -1
		}
		return r
	}, text)
	return headingNote.ReplaceAllString(text, "")
}

// means reports whether the text is a heading of the column.
func (c Column) means(text string) bool {
	return text != "" && (text == c.Name || slices.Contains(c.Also, text))
}

// head is a header row: the position of each column, or -1, and its heading in the file.
type head struct {
	number   int // of the line
	at       []int
	headings []string
	missing  []string // names of required columns
	twice    []string // columns that appear more than once, with their places
}

// headOf finds the columns in a line.
func headOf(number int, line []cell, columns []Column) head {
	h := head{number: number, at: make([]int, len(columns)), headings: make([]string, len(columns))}
	for i, c := range columns {
		h.at[i], h.headings[i] = -1, c.Name
		var places []string
		for _, x := range line {
			if c.means(heading(x.text)) {
				places = append(places, columnLetters(x.column))
				if h.at[i] < 0 {
					h.at[i], h.headings[i] = x.column, strings.Join(strings.Fields(x.text), "")
				}
			}
		}
		switch {
		case len(places) > 1:
			h.twice = append(h.twice, fmt.Sprintf("%s（%s 列）", c.Name, strings.Join(places, "、")))
		case len(places) == 0 && c.Needed:
			h.missing = append(h.missing, c.Name)
		}
	}
	return h
}

// columnLetters returns the letters of a zero-based column number, as spreadsheets show them.
func columnLetters(n int) string {
	letters := ""
	for n++; n > 0; n = (n - 1) / 26 {
		letters = string(rune('A'+(n-1)%26)) + letters
	}
	return letters
}

// narrow returns the text with full-width letters, digits and punctuation converted to half-width and invisible
// characters removed.
func narrow(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xfee0
		case r == 0x3000:
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
}

var (
	wholeWithFraction = regexp.MustCompile(`^[0-9]+\.0+$`)
	shortenedNumber   = regexp.MustCompile(`^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$`)
)

// clean normalizes the text of a cell by the kind of its column.
func clean(kind Kind, text string) (string, Problem) {
	text = strings.TrimSpace(text)
	if len(text) > maxText {
		return "", TooLong
	}
	if strings.ContainsAny(text, "\n\r") {
		return "", Broken
	}
	if kind == Text {
		return text, ""
	}
	text = strings.TrimSpace(narrow(text))
	switch kind {
	case Word:
		text = strings.Join(strings.Fields(text), "")
	case Number:
		text = strings.TrimPrefix(strings.Join(strings.Fields(text), ""), "'")
		if shortenedNumber.MatchString(text) {
			return "", Shortened
		}
		if wholeWithFraction.MatchString(text) {
			text, _, _ = strings.Cut(text, ".")
		}
	}
	return text, ""
}
