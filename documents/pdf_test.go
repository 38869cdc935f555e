package documents

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// Drawn is what a PDF actually draws, read from its content streams and embedded fonts.
type Drawn struct {
	Pages int
	Fonts map[string]bool // base fonts in use, without the subset tag
	Runes map[rune]bool
}

type pdfObject struct{ dict, stream []byte }

type pdfFont struct {
	name    string
	unicode map[uint16]string
	font    *font
}

var (
	pdfObjectHead = regexp.MustCompile(`(?m)^(\d+) 0 obj\n`)
	pdfShow       = regexp.MustCompile(`/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>\s*Tj|\bTJ\b|\)\s*Tj`)
	pdfFontUse    = regexp.MustCompile(`/(F\d+) (\d+) 0 R`)
	pdfUnicode    = regexp.MustCompile(`(?m)^<([0-9A-F]{4})>(?: <([0-9A-F]{4})>)? <([0-9A-F]+)>$`)
)

// ReadDrawn fails the test unless every glyph shown is valid: embedded, not glyph 0, with ink or a space, and mapped to
// a character.
func ReadDrawn(t *testing.T, pdf []byte) Drawn {
	t.Helper()
	objects := pdfObjects(t, pdf)
	d := Drawn{Fonts: map[string]bool{}, Runes: map[rune]bool{}}
	shown := 0
	for _, page := range objects {
		if !bytes.Contains(page.dict, []byte("/Type /Page\n")) {
			continue
		}
		d.Pages++
		fonts := map[string]*pdfFont{}
		for _, m := range pdfFontUse.FindAllSubmatch(page.dict, -1) {
			fonts[string(m[1])] = readPDFFont(t, objects, string(m[2]))
		}
		var current *pdfFont
		for _, m := range pdfShow.FindAllSubmatch(objects[reference(t, page.dict, "Contents")].stream, -1) {
			switch {
			case len(m[1]) > 0:
				if current = fonts[string(m[1])]; current == nil {
					t.Fatalf("page uses font %s, which it does not name", m[1])
				}
			case len(m[2]) == 0 || current == nil:
				t.Fatalf("text is shown in a way this test cannot read: %s", m[0])
			default:
				for hex := string(m[2]); len(hex) >= 4; hex = hex[4:] {
					glyph, err := strconv.ParseUint(hex[:4], 16, 16)
					if err != nil {
						t.Fatal(err)
					}
					current.check(t, uint16(glyph), d.Runes)
					d.Fonts[current.name] = true
					shown++
				}
			}
		}
	}
	if d.Pages == 0 || shown == 0 {
		t.Fatalf("read %d pages and %d glyphs", d.Pages, shown)
	}
	return d
}

func (f *pdfFont) check(t *testing.T, glyph uint16, runes map[rune]bool) {
	t.Helper()
	text := f.unicode[glyph]
	if glyph == 0 || text == "" {
		t.Fatalf("font %s shows glyph %d, which stands for nothing", f.name, glyph)
	}
	outline, err := f.font.outline(glyph)
	if err != nil {
		t.Fatal(err)
	}
	if len(outline) == 0 && strings.TrimSpace(text) != "" {
		t.Fatalf("font %s shows %q without ink", f.name, text)
	}
	for _, r := range text {
		runes[r] = true
	}
}

func readPDFFont(t *testing.T, objects map[string]pdfObject, id string) *pdfFont {
	t.Helper()
	top := objects[id]
	if !bytes.Contains(top.dict, []byte("/Subtype /Type0")) {
		t.Fatalf("font %s is not a composite TrueType font: %s", id, top.dict)
	}
	f := &pdfFont{unicode: map[uint16]string{}}
	f.name = string(regexp.MustCompile(`/BaseFont /[A-Z]{6}\+(\S+)`).FindSubmatch(top.dict)[1])
	for _, m := range pdfUnicode.FindAllSubmatch(objects[reference(t, top.dict, "ToUnicode")].stream, -1) {
		first, text := hexUnits(t, string(m[1]))[0], hexUnits(t, string(m[3]))
		last := first
		if len(m[2]) > 0 {
			last = hexUnits(t, string(m[2]))[0]
		}
		for g := first; g <= last; g++ {
			f.unicode[g] = string(utf16.Decode(text))
			text[len(text)-1]++
		}
	}
	descendant := objects[regexp.MustCompile(`/DescendantFonts \[(\d+) 0 R`).FindStringSubmatch(string(top.dict))[1]]
	descriptor := objects[reference(t, descendant.dict, "FontDescriptor")]
	data := objects[reference(t, descriptor.dict, "FontFile2")].stream
	f.font = &font{file: bytes.NewReader(data), tables: map[string]tableSpan{}}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		rec := data[12+16*i:]
		f.font.tables[string(rec[:4])] = tableSpan{int64(binary.BigEndian.Uint32(rec[8:])), int64(binary.BigEndian.Uint32(rec[12:]))}
	}
	if err := f.font.readIndex(); err != nil {
		t.Fatalf("embedded font %s: %v", f.name, err)
	}
	return f
}

func pdfObjects(t *testing.T, pdf []byte) map[string]pdfObject {
	t.Helper()
	objects := map[string]pdfObject{}
	for _, m := range pdfObjectHead.FindAllSubmatchIndex(pdf, -1) {
		rest := pdf[m[1]:]
		end := bytes.Index(rest, []byte("endobj"))
		if s := bytes.Index(rest, []byte("stream\n")); s >= 0 && (end < 0 || s < end) {
			dict := append(bytes.TrimSpace(rest[:s]), '\n')
			o := pdfObject{dict: dict}
			if bytes.Contains(dict, []byte("/FlateDecode")) {
				z, err := zlib.NewReader(bytes.NewReader(rest[s+len("stream\n"):]))
				if err != nil {
					t.Fatal(err)
				}
				if o.stream, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			objects[string(pdf[m[2]:m[3]])] = o
		} else if end >= 0 {
			objects[string(pdf[m[2]:m[3]])] = pdfObject{dict: rest[:end]}
		}
	}
	return objects
}

func reference(t *testing.T, dict []byte, key string) string {
	t.Helper()
	m := regexp.MustCompile(`/` + key + ` (\d+) 0 R`).FindSubmatch(dict)
	if m == nil {
		t.Fatalf("no /%s in %s", key, dict)
	}
	return string(m[1])
}

func hexUnits(t *testing.T, hex string) []uint16 {
	t.Helper()
	var units []uint16
	for ; len(hex) >= 4; hex = hex[4:] {
		var u uint16
		if _, err := fmt.Sscanf(hex[:4], "%04X", &u); err != nil {
			t.Fatal(err)
		}
		units = append(units, u)
	}
	return units
}
