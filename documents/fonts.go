package documents

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// FontFiles says which fonts print the papers and where to look for them. All must be static TrueType files: a
// collection (.ttc) is embedded as Type 3 by Chromium, with pages four times the size and poor text extraction.
type FontFiles struct {
	Dirs   []string // searched in order
	Text   string   // running text
	Strong string   // titles and emphasis, the same design
	Rare   []string // characters the first two lack, tried in order
}

// DefaultFontFiles gives 霞鹜文楷 for text and 花園明朝 for rare characters, where Debian puts them. 花園明朝 reaches
// the ideographs up to extension F, and so what GB 18030-2022 level 3 allows in a registered name.
func DefaultFontFiles() FontFiles {
	return FontFiles{
		Dirs:   []string{"/usr/share/fonts/truetype/lxgw-wenkai", "/usr/share/fonts/truetype/hanazono"},
		Text:   "LXGWWenKai-Regular.ttf",
		Strong: "LXGWWenKai-Bold.ttf",
		Rare:   []string{"HanaMinA.ttf", "HanaMinB.ttf"},
	}
}

var fontPackages = map[string]string{"LXGWWenKai": "fonts-lxgw-wenkai", "HanaMin": "fonts-hanazono"}

// FontMissingError says that a font file is nowhere in the directories.
type FontMissingError struct {
	File string
	Dirs []string
}

// Error names the file, the directories and, for the default fonts, the Debian package that brings it.
func (e *FontMissingError) Error() string {
	text := fmt.Sprintf("font %s not found in %s", e.File, strings.Join(e.Dirs, ", "))
	for prefix, pkg := range fontPackages {
		if strings.HasPrefix(e.File, prefix) {
			text += ": install the Debian package " + pkg
		}
	}
	return text
}

// UnprintableError names a character that cannot be printed: no font draws it, or it is a control, formatting or
// private-use character, which has no agreed look. Where names come from registers of before 2022 a private-use
// character often stands for one that Unicode has since taken in.
type UnprintableError struct{ Rune rune }

// Said names the character in Chinese, for who can enter another: itself where it has a look, and its code point.
func (e *UnprintableError) Said() string { return SaidOf(e.Rune) }

// SaidOf names a character in Chinese.
func SaidOf(r rune) string {
	if unicode.IsGraphic(r) && !unicode.Is(unicode.Co, r) {
		return fmt.Sprintf("“%c”（U+%04X）", r, r)
	}
	return fmt.Sprintf("字符 U+%04X", r)
}

// Error names the code point, not the text it stands in.
func (e *UnprintableError) Error() string {
	return fmt.Sprintf("character U+%04X cannot be printed: no font draws it", e.Rune)
}

// Fonts are opened fonts, safe for use by many goroutines. Outlines are read from disk when needed.
type Fonts struct {
	text, strong *font
	rare         []*font
	files        []*os.File
}

// textFamily is the family of the text and the strong face; each rare face is a family of its own.
const textFamily = "paper"

// Face is one font file as a job carries it.
type Face struct {
	File   string // asset name
	Name   string // PostScript name, as the PDF states it
	Family string
	Bold   bool
	Data   []byte
}

// LoadFonts opens the fonts of ff. The error is a *FontMissingError when a file is not there.
func LoadFonts(ff FontFiles) (*Fonts, error) {
	fonts := &Fonts{}
	var err error
	open := func(name string) *font {
		if err != nil {
			return nil
		}
		var f *font
		f, err = fonts.open(ff.Dirs, name)
		return f
	}
	fonts.text, fonts.strong = open(ff.Text), open(ff.Strong)
	for _, name := range ff.Rare {
		fonts.rare = append(fonts.rare, open(name))
	}
	if err != nil {
		return nil, errors.Join(err, fonts.Close())
	}
	return fonts, nil
}

func (f *Fonts) open(dirs []string, name string) (*font, error) {
	for _, dir := range dirs {
		file, err := os.Open(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open font: %w", err)
		}
		f.files = append(f.files, file)
		opened, err := openFont(file)
		if err != nil {
			return nil, fmt.Errorf("open font %s: %w", name, err)
		}
		return opened, nil
	}
	return nil, &FontMissingError{File: name, Dirs: dirs}
}

// Close closes the files. The fonts cannot be used after it.
func (f *Fonts) Close() error {
	var errs []error
	for _, file := range f.files {
		errs = append(errs, file.Close())
	}
	f.files = nil
	return errors.Join(errs...)
}

// Faces gives the fonts that draw text, each cut down to the characters it is needed for: the text and the strong
// face, and a rare face only for what one of these lacks. The error is an *UnprintableError when none draws a
// character.
func (f *Fonts) Faces(text string) ([]Face, error) {
	common := []rune{' '}
	rare := make([][]rune, len(f.rare))
	seen := map[rune]bool{' ': true}
	for _, r := range text {
		if seen[r] || r == '\n' || r == '\t' || r == '\r' {
			continue
		}
		seen[r] = true
		i, err := f.place(r)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			common = append(common, r)
		} else {
			rare[i] = append(rare[i], r)
		}
	}
	faces := make([]Face, 0, 2+len(f.rare))
	add := func(from *font, face Face, runes []rune) error {
		var err error
		if face.Data, err = from.subset(runes, face.Name); err == nil {
			faces = append(faces, face)
		}
		return err
	}
	if err := add(f.text, Face{File: "text.ttf", Name: "TuoyuText", Family: textFamily}, common); err != nil {
		return nil, err
	}
	if err := add(f.strong, Face{File: "strong.ttf", Name: "TuoyuStrong", Family: textFamily, Bold: true}, common); err != nil {
		return nil, err
	}
	for i, runes := range rare {
		if len(runes) == 0 {
			continue
		}
		n := strconv.Itoa(i + 1)
		if err := add(f.rare[i], Face{File: "rare" + n + ".ttf", Name: "TuoyuRare" + n, Family: "rare" + n}, runes); err != nil {
			return nil, err
		}
	}
	return faces, nil
}

// Undrawn returns the characters of text that cannot be printed, each once, in their order. Those that are left out of a page do
// not count.
func (f *Fonts) Undrawn(text string) []rune {
	var undrawn []rune
	for _, r := range text {
		if isLeftOut(r) || r == '\n' || r == '\t' || r == '\r' || slices.Contains(undrawn, r) {
			continue
		}
		if _, err := f.place(r); err != nil {
			undrawn = append(undrawn, r)
		}
	}
	return undrawn
}

// isLeftOut tells the characters without a look of their own, which come with text that is pasted in: marks of direction and
// of joining, variation selectors.
func isLeftOut(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}

// leaveOut returns the page without what has no look, and with separators of lines and paragraphs as spaces.
func leaveOut(page []byte) []byte {
	return bytes.Map(func(r rune) rune {
		switch {
		case isLeftOut(r):
			return -1
		case unicode.In(r, unicode.Zl, unicode.Zp):
			return ' '
		}
		return r
	}, page)
}

// place says which font draws r: -1 for the two main faces, else the rare one.
func (f *Fonts) place(r rune) (int, error) {
	if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
		return 0, &UnprintableError{Rune: r}
	}
	if f.text.glyph(r) != 0 && f.strong.glyph(r) != 0 {
		return -1, nil
	}
	for i, rare := range f.rare {
		if rare.glyph(r) != 0 {
			return i, nil
		}
	}
	return 0, &UnprintableError{Rune: r}
}
