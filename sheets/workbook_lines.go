package sheets

import (
	"encoding/xml"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// lines iterates over the lines of a sheet. Rows and cells without text are skipped, whatever their style.
func (w *workbook) lines(part string) source {
	return func(do func(int, []cell) error) error {
		r := sheetReader{w: w, do: do}
		return w.each(part, r.token)
	}
}

// sheetReader assembles the cells of a sheet from its tokens.
type sheetReader struct {
	w    *workbook
	do   func(int, []cell) error
	row  int // its row number
	next int // the column of the next cell without a reference
	line []cell

	at       int
	kind     string
	style    int
	text     strings.Builder
	value    bool // the cell has a value, possibly empty
	formula  bool
	taking   bool // inside the text of a value
	phonetic bool
}

func (r *sheetReader) token(t xml.Token) error {
	switch e := t.(type) {
	case xml.StartElement:
		return r.begin(e)
	case xml.CharData:
		if r.taking && !r.phonetic {
			if r.text.Len()+len(e) > maxToken {
				return tooLarge()
			}
			r.text.Write(e)
		}
	case xml.EndElement:
		switch e.Name.Local {
		case "v", "t":
			r.taking = false
		case "rPh":
			r.phonetic = false
		case "c":
			return r.end()
		case "row":
			if len(r.line) > 0 {
				return r.do(r.row, r.line)
			}
		}
	}
	return nil
}

func (r *sheetReader) begin(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		r.row++
		if n, err := strconv.Atoi(attr(e, "r")); err == nil && n > 0 {
			r.row = n
		}
		r.line, r.next = nil, 0
	case "c":
		if r.w.cells--; r.w.cells < 0 {
			return tooLarge()
		}
		r.at = r.next
		if n, ok := columnOfCell(attr(e, "r")); ok {
			r.at = n
		}
		r.next = r.at + 1
		r.kind, r.style = attr(e, "t"), -1
		if n, err := strconv.Atoi(attr(e, "s")); err == nil {
			r.style = n
		}
		r.text.Reset()
		r.value, r.formula, r.taking, r.phonetic = false, false, false, false
	case "v", "t":
		r.taking, r.value = true, true
	case "f":
		r.formula = true
	case "rPh":
		r.phonetic = true
	}
	return nil
}

// end adds a cell to its line.
func (r *sheetReader) end() error {
	c := cell{column: r.at, text: r.text.String()}
	switch r.kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(c.text))
		if err != nil || n < 0 || n >= len(r.w.strings) {
			c.text, c.problem = "", Faulty
		} else {
			c.text = r.w.strings[n]
		}
	case "e":
		c.problem = Faulty
	case "b":
		c.text = map[bool]string{true: "TRUE", false: "FALSE"}[truth(c.text)]
	case "str", "inlineStr":
		c.text = unescaped(c.text)
	case "d":
	default:
		c = r.w.numeric(c, r.style)
	}
	if r.kind != "s" && utf8.RuneCountInString(c.text) > maxCell {
		return tooLarge()
	}
	if r.formula {
		c.problem = Formula
		if r.value && strings.TrimSpace(c.text) == "" {
			return nil // a formula with an empty result
		}
	}
	if strings.TrimSpace(c.text) == "" && c.problem == "" {
		return nil
	}
	if c.column >= MaxColumns {
		return tooLarge()
	}
	r.line = append(r.line, c)
	return nil
}

// numeric converts a number: to a date if its style formats one, and to a form without an exponent if it is an integer.
// A spreadsheet has lost the last digits of a number of more than fifteen.
func (w *workbook) numeric(c cell, style int) cell {
	c.text = strings.TrimSpace(c.text)
	n, err := strconv.ParseFloat(c.text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return c
	}
	c.number = true
	switch {
	case style >= 0 && style < len(w.dates) && w.dates[style]:
		c.text, c.number = dayOf(c.text, w.from1904), false
	case math.Abs(n) >= 1e15:
		c.problem = Shortened
	case n == math.Trunc(n):
		c.text = strconv.FormatInt(int64(n), 10)
	}
	return c
}

// dayOf converts a spreadsheet's day count to a date, with the time unless it is midnight. Other text is returned
// unchanged.
func dayOf(text string, from1904 bool) string {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 1 || n >= 2_958_466 { // the day after 9999-12-31
		return text
	}
	epoch := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	if from1904 {
		epoch = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	days, part := math.Modf(n)
	t := epoch.AddDate(0, 0, int(days)).Add(time.Duration(math.Round(part*86400)) * time.Second)
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02 15:04:05")
}

// columnOfCell returns the zero-based column of a reference such as AB12.
func columnOfCell(place string) (int, bool) {
	n := 0
	for i, c := range []byte(strings.TrimPrefix(place, "$")) {
		switch {
		case c >= 'A' && c <= 'Z' && i < 4:
			n = n*26 + int(c-'A') + 1
		case c >= 'a' && c <= 'z' && i < 4:
			n = n*26 + int(c-'a') + 1
		default:
			return n - 1, n > 0
		}
	}
	return n - 1, n > 0
}

var escape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescaped decodes the escapes that a workbook uses for characters not allowed in XML.
func unescaped(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escape.ReplaceAllStringFunc(text, func(s string) string {
		n, err := strconv.ParseUint(s[2:6], 16, 32)
		if err != nil || n < 0x20 && n != '\t' && n != '\n' && n != '\r' {
			return ""
		}
		return string(rune(n))
	})
}
