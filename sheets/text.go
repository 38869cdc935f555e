package sheets

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// readText reads CSV text with cells separated by commas, tabs or semicolons.
func readText(content io.ReaderAt, size int64, most int, columns []Column) (*Sheet, error) {
	raw, err := io.ReadAll(io.NewSectionReader(content, 0, size))
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	decode, err := encodingOf(raw)
	if err != nil {
		return nil, err
	}
	var best error
	for _, comma := range []rune{',', '\t', ';'} {
		lines := textLines(raw, decode, comma)
		h, err := find(lines, columns)
		if err == nil {
			s := &Sheet{columns: columns, head: h}
			return s, s.fill(lines, most)
		}
		if best == nil || lacking(err) < lacking(best) {
			best = err
		}
	}
	return nil, best
}

// lacking returns how many headings a file lacks, given the error of find.
func lacking(err error) int {
	var lacks *HeadError
	if !errors.As(err, &lacks) {
		return 0
	}
	return len(lacks.Missing)
}

func noText() *Error {
	return wrong(ErrNotATable, "无法识别的文件，请使用 Excel 工作簿（.xlsx）或 CSV 文本。")
}

// encodingOf detects the encoding of a text; nil is UTF-8.
func encodingOf(raw []byte) (encoding.Encoding, error) {
	head := bytes.ToLower(bytes.TrimSpace(raw[:min(len(raw), 512)]))
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	case bytes.HasPrefix(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("<")):
		return nil, wrong(ErrOldFormat, "这是网页或 XML 格式的表格，请用 Excel 或 WPS 打开，另存为 .xlsx 后重试。")
	}
	if bytes.IndexByte(raw, 0) >= 0 { // UTF-16 without a byte order mark: the other byte of a comma or a digit is zero
		even, odd := 0, 0
		for i, b := range raw {
			if b == 0 && i%2 == 0 {
				even++
			} else if b == 0 {
				odd++
			}
		}
		switch {
		case len(raw)%2 != 0 || even > 0 && odd > 0:
			return nil, noText()
		case odd > 0:
			return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), nil
		}
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), nil
	}
	if utf8.Valid(raw) {
		return nil, nil
	}
	return simplifiedchinese.GB18030, nil
}

// textLines iterates over the lines of CSV text. A quoted cell may contain separators, and two quotation marks for one;
// a mark inside an unquoted cell is a regular character. A quotation that does not end, or ends within a cell, is an
// error that names the line on which it opens, since the text after it is ambiguous.
func textLines(raw []byte, decode encoding.Encoding, comma rune) source {
	return func(do func(int, []cell) error) error {
		var from io.Reader = bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
		if decode != nil {
			from = decode.NewDecoder().Reader(from)
		}
		return (&textReader{from: bufio.NewReader(from), decoded: decode != nil, comma: comma, number: 1}).each(do)
	}
}

type textReader struct {
	from    *bufio.Reader
	decoded bool
	comma   rune
	number  int // of the line that is read
	cells   int
}

const endOfText rune = -1

// next returns the next character, with each of the three kinds of line break as a line feed.
func (t *textReader) next() (rune, error) {
	r, size, err := t.from.ReadRune()
	switch {
	case errors.Is(err, io.EOF):
		return endOfText, nil
	case err != nil || r == 0 || r == utf8.RuneError && (t.decoded || size == 1):
		return endOfText, noText()
	case r == '\r':
		if b, err := t.from.Peek(1); err == nil && b[0] == '\n' {
			_, _ = t.from.Discard(1) // the byte peeked at
		}
		r = '\n'
	}
	if r == '\n' {
		t.number++
	}
	return r, nil
}

func (t *textReader) each(do func(int, []cell) error) error {
	for {
		number := t.number
		line, last, err := t.line()
		if err != nil {
			return err
		}
		if len(line) > 0 {
			if err := do(number, line); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
	}
}

// line reads a record, which spans several lines of the file if a quotation contains line breaks.
func (t *textReader) line() (line []cell, last bool, err error) {
	for column := 0; ; column++ {
		text, stop, err := t.cell()
		if err != nil {
			return nil, false, err
		}
		if strings.TrimSpace(text) != "" {
			if t.cells++; column >= MaxColumns || t.cells > maxCells {
				return nil, false, tooLarge()
			}
			line = append(line, cell{column: column, text: text})
		}
		if stop != t.comma {
			return line, stop == endOfText, nil
		}
	}
}

// cell reads a cell and the separator that ends it.
func (t *textReader) cell() (text string, stop rune, err error) {
	var b strings.Builder
	r, err := t.next()
	for err == nil && r == ' ' && t.comma != ' ' {
		r, err = t.next()
	}
	if err == nil && r == '"' {
		return t.quoted(&b)
	}
	for err == nil && r != t.comma && r != '\n' && r != endOfText {
		if b.Len() > maxToken {
			return "", endOfText, tooLarge()
		}
		b.WriteRune(r)
		r, err = t.next()
	}
	return b.String(), r, err
}

func (t *textReader) quoted(b *strings.Builder) (text string, stop rune, err error) {
	opened := t.number
	unclosed := func() *Error {
		return wrong(ErrQuote, fmt.Sprintf("第 %d 行的引号没有正确结束，其后的行无法分辨，整个文件未导入。请更正该行的引号后重试。", opened))
	}
	for {
		r, err := t.next()
		switch {
		case err != nil:
			return "", endOfText, err
		case r == endOfText:
			return "", endOfText, unclosed()
		case b.Len() > maxToken:
			return "", endOfText, unclosed()
		case r != '"':
			b.WriteRune(r)
			continue
		}
		if r, err = t.next(); err == nil && r == '"' {
			b.WriteByte('"')
			continue
		}
		for err == nil && r == ' ' {
			r, err = t.next()
		}
		switch {
		case err != nil:
			return "", endOfText, err
		case r == t.comma || r == '\n' || r == endOfText:
			return b.String(), r, nil
		default:
			return "", endOfText, unclosed()
		}
	}
}
